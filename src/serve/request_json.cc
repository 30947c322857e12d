// Counts keys before anything is built.
#include "serve/request_json.h"

#include <fmt/format.h>

#include <vector>

namespace scribe {
namespace {

/// Colons outside of strings stand behind keys. What is no JSON is found later.
bool has_too_many_keys(std::string_view text) {
  std::vector<std::size_t> keys;  // Of the brackets that are open.
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      keys.push_back(0);
    } else if (c == ']' || c == '}') {
      if (!keys.empty()) keys.pop_back();
    } else if (c == ':' && !keys.empty() && ++keys.back() > kRequestKeysMax) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<Json> parse_request_json(std::string_view text, std::string_view where) {
  if (has_too_many_keys(text))
    return error(ErrorCode::invalid_data, "{}: an object of more than {} keys", where,
                 kRequestKeysMax);
  return parse_json(text, where);
}

}  // namespace scribe
