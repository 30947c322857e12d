// Cuts Python source into tokens without judging it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribe {

enum class PythonTokenKind : std::uint8_t {
  name,         ///< identifiers and keywords; any byte >= 0x80 counts as a letter
  number,       ///< 0x1f, 1_000.5e-3j
  string,       ///< with its prefix and quotes; an f-string is one token, as up to Python 3.11
  comment,      ///< from '#' to before the line end
  newline,      ///< the end of a logical line; none within brackets, after '\', on blank lines
  punctuation,  ///< one byte: "->" is two tokens
};

/// A token of source[begin, end).
struct PythonToken {
  PythonTokenKind kind;
  std::size_t begin;
  std::size_t end;
  std::int32_t line;    ///< from 1
  std::int32_t column;  ///< bytes from the start of the line: the indentation of its first token
  std::int32_t depth;   ///< open brackets around it; a bracket itself is outside

  std::string_view text(std::string_view source) const { return source.substr(begin, end - begin); }
};

/// The tokens in order. Never fails: an unterminated string ends at its line's end (or, in triple
/// quotes, at the end of the text), a closing bracket too many is ignored. Takes linear time. The
/// last logical line ends with a newline token of no bytes if the text ends without one.
std::vector<PythonToken> lex_python(std::string_view source);

/// The parts of a string token.
struct PythonStringParts {
  std::string_view prefix;  ///< "rb", as written
  std::string_view body;    ///< between the quotes, escapes unresolved
  bool raw = false;
  bool bytes = false;
  bool formatted = false;
  bool terminated = false;  ///< false: the closing quotes are missing
};

/// Requires the text of a string token.
PythonStringParts python_string_parts(std::string_view token_text);

/// What the literal evaluates to, as UTF-8: escapes are resolved unless it is raw. Of a bytes
/// literal the bytes; of an f-string the text with its braces as they stand; \N{...} is left as it
/// stands.
std::string python_string_value(std::string_view token_text);

}  // namespace scribe
