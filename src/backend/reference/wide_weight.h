// A weight as floats, whatever it is stored as.
#pragma once

#include <vector>

#include "backend/backend.h"
#include "tensor/bf16.h"

namespace scribe {

/// The weight itself, or a copy of one in bf16.
class WideWeight {
 public:
  explicit WideWeight(Weight weight)
      : matrix_(weight.data, weight.rows, weight.cols, weight.stride) {
    if (weight.bf16 == nullptr) return;
    for (std::int64_t row = 0; row < weight.rows; ++row)
      for (std::int64_t col = 0; col < weight.cols; ++col)
        copy_.push_back(from_bf16(weight.bf16[row * weight.stride + col]));
    matrix_ = {copy_.data(), weight.rows, weight.cols};
  }
  WideWeight(const WideWeight&) = delete;
  WideWeight& operator=(const WideWeight&) = delete;

  ConstMatrix matrix() const { return matrix_; }

 private:
  std::vector<float> copy_;
  ConstMatrix matrix_;
};

}  // namespace scribe
