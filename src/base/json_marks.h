// What of a JSON text is structure, before anything is made of it.
#pragma once

#include <cstddef>
#include <string_view>

namespace scribe {

/// Calls `each` with the bytes of `text` that are outside of strings, in order, until it returns
/// true; did it? Of text that is no JSON, something like it.
template <typename Each>
bool any_outside_strings(std::string_view text, const Each& each) {
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char& c = text[i];  // Where it stands is the caller's to know.
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (each(c)) {
      return true;
    }
  }
  return false;
}

}  // namespace scribe
