// Python's methods of strings, as far as chat templates use them: by code points, not bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribe::chat {

/// Which ends of a text are stripped.
enum Ends : unsigned { kLeft = 1, kRight = 2 };

/// Without the `characters` at its ends; without Unicode's white space if none are given.
std::string stripped(std::string_view text, std::optional<std::string_view> characters,
                     unsigned ends);

/// str.split(): at each `separator` (not empty), or at runs of white space; at most `most` times if
/// that is not negative.
std::vector<std::string> split_text(std::string_view text,
                                    const std::optional<std::string>& separator, std::int64_t most);
/// str.rsplit(): the same from the right.
std::vector<std::string> split_text_from_right(std::string_view text,
                                               const std::optional<std::string>& separator,
                                               std::int64_t most);
/// str.splitlines(), with the ends of the lines or without.
std::vector<std::string> lines_of(std::string_view text, bool with_ends = false);

/// Letters of ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic change; others stay.
std::string upper_text(std::string_view text);
std::string lower_text(std::string_view text);
/// A capital at the beginning of each run of letters (str.title(); Jinja's filter, of each word).
std::string title_text(std::string_view text);
std::string title_words(std::string_view text);
std::string capitalized(std::string_view text);

/// What str.isdigit() and its like ask of each character; only ASCII has digits here.
enum class CharacterClass { digit, letter, letter_or_digit, blank, upper, lower };
/// Is it not empty and all of the class? For upper and lower: one letter is, and none is not.
bool is_all(std::string_view text, CharacterClass of_class);

/// Code points.
std::int64_t length_of(std::string_view text);
/// text[begin:end:step] as Python means it for 0 <= begin, end <= length (-1 as an end backwards).
std::string sliced(std::string_view text, std::int64_t begin, std::int64_t end, std::int64_t step);
/// Padded with blanks to `width` code points (at most 10,000), at its left, right or both ends.
std::string padded(std::string_view text, std::int64_t width, unsigned ends, char fill = ' ');

/// &, <, >, ' and " as HTML has them (markupsafe).
std::string escaped_html(std::string_view text);

}  // namespace scribe::chat
