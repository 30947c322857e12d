// Aborts on our own bugs; what the world does wrong is a Result instead.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace scribe {

/// Prints "file:line: CHECK failed: condition: message" to stderr and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view message);

}  // namespace scribe

/// Always on. `...` is a fmt format string with arguments that names the values:
/// SCRIBE_CHECK(rows > 0, "rows {}", rows).
#define SCRIBE_CHECK(condition, ...)                                                      \
  do {                                                                                    \
    if (!(condition)) [[unlikely]]                                                        \
      ::scribe::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
  } while (false)

#define SCRIBE_UNREACHABLE() ::scribe::check_failed(__FILE__, __LINE__, "unreachable", "")
