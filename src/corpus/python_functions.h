// Finds the functions of Python source and tells whether two are the same but for names and layout.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "corpus/word_kernels.h"

namespace scribe {

/// After so many marks it is asked whether a function may be one that is looked for.
inline constexpr std::array<std::uint64_t, 3> kOpeningMarks = {4, 8, 16};

/// A `def` of text[begin, end), nested ones and methods included.
struct PythonFunction {
  std::size_t begin;  ///< of its "def" or "async"
  std::size_t end;
  /// Hash of the punctuation and the places of strings of its body in order, comments and
  /// statements of strings alone left out: functions of one form have one sketch, and it takes no
  /// tokens to tell.
  std::uint64_t sketch;
  /// Hashes of the first kOpeningMarks of those, of all where there are fewer. Only function_at()
  /// and find_functions_with() tell them.
  std::array<std::uint64_t, kOpeningMarks.size()> openings;
};

/// The openings of all functions that are looked for.
using FunctionOpenings = std::unordered_set<std::uint64_t>;

/// In the order of their ends, inner ones first. Never fails, takes linear time.
std::vector<PythonFunction> find_functions(std::string_view text,
                                           const WordKernels& kernels = best_word_kernels());

/// The function whose "def" or "async" is the first of its line and stands at `begin`, if it ends.
std::optional<PythonFunction> function_at(std::string_view text, std::size_t begin);

/// Those of find_functions() whose openings are all there, in the order of their beginnings, and
/// perhaps some that stand in strings: it looks at the first lines of each "def" only, and at the
/// rest of those that have such an opening. Of a text that makes this expensive all of
/// find_functions(), so that the time is linear too.
std::vector<PythonFunction> find_functions_with(std::string_view text,
                                                const FunctionOpenings& openings,
                                                const WordKernels& kernels = best_word_kernels());

/// A body as tokens that renaming and layout do not change.
struct FunctionForm {
  std::string tokens;     ///< each followed by a newline
  std::int32_t size = 0;  ///< how many
};

/// Of the text of one function. Left out: the header, comments, statements of strings alone
/// (docstrings), indentation. Names count by the order in which they first appear, but for
/// keywords, attributes, names of keyword arguments, and builtins that the function does not bind
/// (as a parameter, by `=`, in `for` or after `as`). Strings count by value, f-strings as one.
FunctionForm function_form(std::string_view function);

}  // namespace scribe
