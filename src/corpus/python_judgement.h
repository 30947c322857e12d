// What a lexer can tell of Python source: how much of it is written for readers, and faults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/python_lexer.h"

namespace scribe {

/// Characters of comments (from '#' to the line end) and of docstring literals (quotes included).
std::int64_t note_characters(std::string_view source, const std::vector<PythonToken>& tokens);

/// The first fault that no version of Python 3 accepts, as "line 7: ')' closes '['": a string or a
/// bracket that is not closed, a bracket that does not fit, and indentation that is unexpected,
/// missing or inconsistent. Nothing if there is none of these, or no way to be sure: an f-string of
/// Python 3.12 may hold what ends it before. A text without these faults need not be Python.
std::optional<std::string> python_fault(std::string_view source,
                                        const std::vector<PythonToken>& tokens);

/// CodeParrot's marks of configuration and tests: "unit tests", "test file" or "configuration file"
/// in the first five lines, or "config" or "test" more often than on every twentieth line. ASCII
/// letters in any case. Returns which, empty if none.
std::string config_or_test_mark(std::string_view source);

/// Has it one of "def ", "class ", "for ", "while ", in any case?
bool has_python_keyword(std::string_view source);

/// How many '=' it holds; counts no further than `limit`.
std::int64_t count_equals_signs(std::string_view source, std::int64_t limit);

}  // namespace scribe
