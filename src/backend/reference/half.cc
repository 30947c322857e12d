// Rounding through the format of stored tensors.
#include "backend/reference/half.h"

#include <cstddef>
#include <limits>

#include "tensor/number_format.h"

namespace scribe {

void round_to_half(std::span<float> values) {
  for (float& value : values) {
    std::byte bytes[2];
    if (encode({&value, 1}, NumberFormat::f16, bytes).ok())
      decode(bytes, NumberFormat::f16, {&value, 1});
    else
      value *= std::numeric_limits<float>::infinity();
  }
}

}  // namespace scribe
