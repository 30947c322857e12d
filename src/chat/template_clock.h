// What strftime_now() of chat templates gives.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace scribe::chat {

/// `unix_seconds` in the machine's time zone, as strftime() writes it with `format` in the C
/// locale; microseconds (%f) are zeros and the zone (%z, %Z) is empty, as of datetime.now().
/// Errors: invalid_argument (another letter behind '%'), limit_exceeded (more than 1 KiB).
Result<std::string> local_time_text(std::int64_t unix_seconds, const std::string& format);

}  // namespace scribe::chat
