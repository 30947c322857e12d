// Splits Python source into logical lines of tokens, far enough to resolve names.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace scribe {

enum class PythonLineTokenKind {
  name,  ///< identifiers and keywords
  number,
  string,  ///< one literal with prefix and quotes, f-strings included
  symbol,  ///< an operator or a bracket
};

struct PythonLineToken {
  PythonLineTokenKind kind;
  std::string_view text;  ///< part of the source that was given
  int depth;              ///< number of open brackets around it
};

/// A statement as Python sees it: continued over line ends within brackets, strings and after '\'.
/// Blank lines and comments belong to none.
struct PythonLine {
  std::size_t begin = 0;  ///< offset in the source of its first physical line
  std::size_t end = 0;    ///< offset just behind its last physical line, newline included
  int indent = 0;         ///< leading spaces; a tab counts as kTabIndent
  std::vector<PythonLineToken> tokens;
};

constexpr int kTabIndent = 1000;  // Never equal to a number of spaces that occurs.

/// The logical lines of `source`; they view into it. Nothing if a string or a bracket does not end
/// or a character has no place in Python 3: the source then is no program.
std::optional<std::vector<PythonLine>> python_lines(std::string_view source);

/// Is this word reserved in Python 3?
bool is_python_keyword(std::string_view word);

/// Is this name found in the module `builtins` of Python 3.11?
bool is_python_builtin(std::string_view name);

/// The expressions between the braces of an f-string literal; empty for other literals.
std::vector<std::string_view> fstring_expressions(std::string_view literal);

}  // namespace scribe
