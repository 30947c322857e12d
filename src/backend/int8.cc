// Rounding to integers with one scale.
#include "backend/int8.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace scribe {

float quantize_int8(const float* values, std::int64_t count, std::int8_t* integers) {
  float largest = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) {
      std::fill_n(integers, count, std::int8_t{0});
      return std::numeric_limits<float>::quiet_NaN();
    }
    largest = std::max(largest, std::abs(values[i]));
  }
  const float factor = largest < kInt8Smallest ? 0 : 127.0F / largest;
  for (std::int64_t i = 0; i < count; ++i)
    integers[i] = static_cast<std::int8_t>(std::nearbyint(values[i] * factor));
  return factor == 0 ? 0 : largest / 127.0F;
}

}  // namespace scribe
