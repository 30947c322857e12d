// The makers of all kinds.
#include "exercises/input_values.h"

#include "base/check.h"
#include "exercises/input_parts.h"

namespace scribe {
namespace {

const inputs::Makers& makers() {
  static const inputs::Makers kMakers = [] {
    inputs::Makers result;
    inputs::add_number_kinds(result);
    inputs::add_text_kinds(result);
    inputs::add_collection_kinds(result);
    return result;
  }();
  return kMakers;
}

}  // namespace

InputValue make_value(std::string_view kind, int index, std::span<const InputValue> before,
                      PhiloxStream& random) {
  const auto found = makers().find(kind);
  SCRIBE_CHECK(found != makers().end(), "no values of kind '{}'", kind);
  return found->second(index, before, random);
}

}  // namespace scribe
