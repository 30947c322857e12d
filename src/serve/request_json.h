// JSON that anybody may send.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/json.h"

namespace scribe {

constexpr std::size_t kRequestKeysMax = 4096;

/// As parse_json(), of objects of at most kRequestKeysMax keys each: reading an object takes time
/// with the square of their number. Errors: invalid_data.
Result<Json> parse_request_json(std::string_view text, std::string_view where);

}  // namespace scribe
