// The C library's strftime(), letter by letter.
#include "chat/template_clock.h"

#include <array>
#include <ctime>
#include <string_view>

namespace scribe::chat {

Result<std::string> local_time_text(std::int64_t unix_seconds, const std::string& format) {
  constexpr std::size_t kBytesMax = 1024;
  constexpr std::string_view kLetters = "aAbBcCdDeFgGhHIjklmMnprRsStTuUVwWxXyY";
  const auto now = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  if (localtime_r(&now, &parts) == nullptr)
    return error(ErrorCode::invalid_argument, "strftime_now(): {} is no time", unix_seconds);
  std::string text;
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (text.size() > kBytesMax)
      return error(ErrorCode::limit_exceeded, "strftime_now() makes more than {} bytes", kBytesMax);
    if (format[at] != '%') {
      text += format[at];
      continue;
    }
    const bool has_flag = at + 1 < format.size() && format[at + 1] == '-';  // %-d has no zero.
    const std::size_t place = at + (has_flag ? 2 : 1);
    const char letter = place < format.size() ? format[place] : '\0';
    at = place;
    if (letter == '%') {
      text += '%';
    } else if (letter == 'f') {
      text += "000000";
    } else if (letter != '\0' && kLetters.find(letter) != std::string_view::npos) {
      const std::array<char, 4> one = {'%', has_flag ? '-' : letter, has_flag ? letter : '\0',
                                       '\0'};
      std::array<char, 128> written{};
      const std::size_t size = std::strftime(written.data(), written.size(), one.data(), &parts);
      text.append(written.data(), size);
    } else if (letter != 'z' && letter != 'Z') {
      return error(ErrorCode::invalid_argument,
                   "strftime_now(): '%{}' is not known, expected letters of strftime()", letter);
    }
  }
  return text;
}

}  // namespace scribe::chat
