// The first lines of a text, and letters in one case.
#pragma once

#include <string>
#include <string_view>

namespace scribe {

/// The first `count` lines, with their ends. Lines end at \n here: a mark in the head of a file is
/// found whatever the exotic line ends of the rest.
std::string_view first_lines(std::string_view text, int count);

/// ASCII letters become small ones; other bytes stay.
std::string lower_ascii(std::string_view text);

}  // namespace scribe
