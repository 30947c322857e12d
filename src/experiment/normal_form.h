// Programs as they are when names and layout do not count.
#pragma once

#include <string>
#include <string_view>

namespace scribe {

/// The text of a Python program with every name that is neither a keyword nor a builtin nor an
/// attribute replaced by its place among them ("n0", "n1" ... in order of first use), comments and
/// blank lines dropped, one space between tokens, and indentation as depth. Two programs with the
/// same form differ in names and layout only. Text that does not lex as Python is returned with
/// its white space collapsed.
std::string normal_form(std::string_view source);

}  // namespace scribe
