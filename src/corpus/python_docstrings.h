// Finds the docstrings and comment blocks of Python source.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus/python_lexer.h"

namespace scribe {

/// A text that a programmer wrote for a reader.
struct PythonNote {
  enum class Kind { docstring, comment };
  Kind kind;
  std::string owner;  ///< of a docstring: the name of its function or class, "" for the module
  std::string text;   ///< a docstring as inspect.cleandoc gives it, a comment without its '#'
  std::size_t begin;  ///< of its first byte in the source
};

/// In the order of the source. A docstring is a statement of string literals alone (no bytes, no
/// f-string) that comes first in the module or after a `def` or `class` header. A comment block is
/// a run of lines that hold nothing but a comment, at one indentation; comments after code are not
/// notes.
std::vector<PythonNote> find_notes(std::string_view source, const std::vector<PythonToken>& tokens);

/// The literals that find_notes() takes for docstrings, in order. One docstring may be several.
std::vector<PythonToken> docstring_tokens(std::string_view source,
                                          const std::vector<PythonToken>& tokens);

/// Takes tabs (8 columns), the common indentation and blank lines at both ends away, as
/// inspect.cleandoc does; unlike it, a last line of only spaces goes even if no line is indented.
std::string clean_docstring(std::string_view value);

}  // namespace scribe
