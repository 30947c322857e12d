// Counts keys before anything is built.
#include "serve/request_json.h"

#include <fmt/format.h>

#include <vector>

#include "base/json_marks.h"

namespace scribe {
namespace {

/// Colons outside of strings stand behind keys. What is no JSON is found later.
bool has_too_many_keys(std::string_view text) {
  std::vector<std::size_t> keys;  // Of the brackets that are open.
  return any_outside_strings(text, [&](char c) {
    if (c == '[' || c == '{') keys.push_back(0);
    if ((c == ']' || c == '}') && !keys.empty()) keys.pop_back();
    return c == ':' && !keys.empty() && ++keys.back() > kRequestKeysMax;
  });
}

}  // namespace

Result<Json> parse_request_json(std::string_view text, std::string_view where) {
  if (has_too_many_keys(text))
    return error(ErrorCode::invalid_data, "{}: an object of more than {} keys", where,
                 kRequestKeysMax);
  return parse_json(text, where);
}

}  // namespace scribe
