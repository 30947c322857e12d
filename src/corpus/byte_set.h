// Sets of bytes, and runs of them.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace scribe {

/// Made of ASCII bytes and ranges: ByteSet("_").with('a', 'z').
class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view bytes = {}) {
    for (const char c : bytes) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr ByteSet with(char first, char last) const {
    ByteSet set = *this;
    for (int c = first; c <= last; ++c) set.has_[static_cast<std::size_t>(c)] = true;
    return set;
  }
  constexpr ByteSet with_letters_and_digits() const {
    return with('a', 'z').with('A', 'Z').with('0', '9');
  }
  constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }
  /// False beyond the text's end.
  constexpr bool has(std::string_view text, std::size_t position) const {
    return position < text.size() && has(text[position]);
  }

  /// Where the run of the set that holds text[position - 1] begins; at most `bytes_max` back.
  std::size_t run_begin(std::string_view text, std::size_t position, std::size_t bytes_max) const {
    const std::size_t first = position > bytes_max ? position - bytes_max : 0;
    while (position > first && has(text[position - 1])) --position;
    return position;
  }
  /// Where the run that holds text[position] ends; at most `bytes_max` on.
  std::size_t run_end(std::string_view text, std::size_t position, std::size_t bytes_max) const {
    const std::size_t last =
        text.size() - position > bytes_max ? position + bytes_max : text.size();
    while (position < last && has(text[position])) ++position;
    return position;
  }

 private:
  std::array<bool, 256> has_{};
};

inline constexpr ByteSet kAsciiDigits = ByteSet().with('0', '9');
inline constexpr ByteSet kAsciiHexDigits = kAsciiDigits.with('a', 'f').with('A', 'F');
inline constexpr ByteSet kAsciiLetters = ByteSet().with('a', 'z').with('A', 'Z');
inline constexpr ByteSet kAsciiAlphanumeric = ByteSet().with_letters_and_digits();
inline constexpr ByteSet kAsciiWord = ByteSet("_").with_letters_and_digits();

}  // namespace scribe
