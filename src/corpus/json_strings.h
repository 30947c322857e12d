// Strings out of simdjson's objects.
#pragma once

#include <simdjson.h>

#include <string_view>

namespace scribe {

/// The field, or `fallback` where it is missing or no string.
inline std::string_view string_or(const simdjson::dom::object& object, std::string_view name,
                                  std::string_view fallback) {
  std::string_view value;
  return object[name].get(value) == simdjson::SUCCESS ? value : fallback;
}

}  // namespace scribe
