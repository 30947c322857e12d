// The parts of a request's address.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scribe {

/// "%41" is "A"; a '%' that begins no such thing stands for itself.
std::string percent_decoded(std::string_view text);

/// The values of `name` in "a=1&b=2&a=3", in order, decoded; a '+' is a space.
std::vector<std::string> query_values(std::string_view query, std::string_view name);

}  // namespace scribe
