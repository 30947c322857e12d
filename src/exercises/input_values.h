// Values of one kind, as Python literals with what they consist of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/philox.h"

namespace scribe {

/// A value: its literal, and its parts, so that a later argument can be taken from them.
struct InputValue {
  std::string literal;
  std::vector<std::int64_t> numbers = {};
  std::vector<std::string> words = {};
  std::string text = {};
};

/// Value number `index` of a kind: the first ones are edge cases, the same whatever `random`.
/// `before` are the arguments to the left. Requires a kind that there is.
InputValue make_value(std::string_view kind, int index, std::span<const InputValue> before,
                      PhiloxStream& random);

/// Of printable ASCII and newlines, in Python's preferred quotes.
std::string python_string(std::string_view text);

}  // namespace scribe
