// Suites of behaviour_python.h as the sandbox's tester reads them.
#pragma once

#include <string>
#include <string_view>

namespace scribe {

/// A Python literal of any text: JSON's strings are Python's, surrogate pairs aside.
std::string python_literal(std::string_view text);

/// A suite of the form `calls` whose check is `check`, an expression such as "Examples(...)".
std::string behaviour_suite(std::string_view check);

}  // namespace scribe
