// Finds a function in Python source, with the imports and helpers that it needs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scribe {

/// Longer sources are not taken apart: no answer is, and each byte costs a hundred of memory.
constexpr std::size_t kAnalysedBytesMax = std::size_t{1} << 20;

/// Does the source define `name` at top level (def, async def, class, or an assignment)?
bool defines_name(std::string_view source, std::string_view name);

/// The part of the source before the top-level definition of `name`: imports and helpers of a
/// prompt. All of it if there is no such definition.
std::string_view before_definition(std::string_view source, std::string_view name);

/// The source without what stands around code in an answer: lines at the margin that do not begin a
/// statement of a program, and what is indented below them. Linear in the source.
std::string without_prose(std::string_view text);

/// The top-level statements that `name` needs: all imports, its definitions, and every definition
/// and assignment that these use by name, in their order. Examples, prints, asserts and main guards
/// are left out. "" if `name` is not defined; the whole source if it does not lex as Python 3 or is
/// longer than kAnalysedBytesMax.
std::string definition_with_helpers(std::string_view source, std::string_view name);

/// The top-level functions of `source` whose names are words of `text`, with the functions and the
/// imports that they need, in their order. Functions that need a class or anything that runs (and
/// with it state) are left out. "" if none is left, or if the source does not lex as Python 3 or is
/// longer than kAnalysedBytesMax.
std::string functions_named_in(std::string_view text, std::string_view source);

}  // namespace scribe
