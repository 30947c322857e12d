// Ranges as people type them.
#pragma once

#include <string_view>

#include "base/result.h"

namespace scribe::cli {

struct NumberRange {
  int first = 0;
  int last = 0;
};

/// "3" or "1-5". Errors: invalid_argument naming the option.
Result<NumberRange> parse_range(std::string_view option, std::string_view text);

}  // namespace scribe::cli
