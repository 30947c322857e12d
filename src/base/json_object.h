// The fields of a JSON object as text, for values that C++'s numbers cannot hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scribe {

inline constexpr int kJsonDepthMax = 256;

struct JsonTextField {
  std::string name;
  std::string_view text;  ///< the value as it stands in the object's text
};

/// Splits one JSON object. Values keep their text, and with it integers of any size and what
/// Python's json module writes beyond the standard: NaN, Infinity, -Infinity.
///
/// The views are into `object`. Errors: invalid_data "where: byte 12: expected ':'"; nothing but
/// white space may follow the object, and kJsonDepthMax levels is the limit.
Result<std::vector<JsonTextField>> split_json_object(std::string_view object,
                                                     const std::string& where);

/// The text of field `name`, or an empty view.
std::string_view text_of_field(const std::vector<JsonTextField>& fields, std::string_view name);

}  // namespace scribe
