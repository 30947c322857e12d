// Rounding to half precision.
#pragma once

#include <span>

namespace scribe {

/// Each value becomes the nearest half, ties to even; beyond f16's range it becomes infinite.
void round_to_half(std::span<float> values);

}  // namespace scribe
