// The interface's views as the kernels' own.
#pragma once

#include "backend/backend.h"
#include "backend/cuda/kernels.h"
#include "backend/cuda/launch_types.h"

namespace scribe::cuda {

inline constexpr auto kFloatBytes = static_cast<std::int64_t>(sizeof(float));

inline Rows<const float> rows_of(ConstMatrix matrix) {
  return {matrix.data, matrix.stride};
}
inline Rows<float> rows_of(Matrix matrix) {
  return {matrix.data, matrix.stride};
}
inline Table table_of(const Weight& weight) {
  return {{weight.data, weight.stride}, {weight.bf16, weight.stride}};
}

}  // namespace scribe::cuda
