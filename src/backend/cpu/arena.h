// Scratch memory that is kept between operations, handed out in aligned pieces.
#pragma once

#include <cstdint>
#include <memory>

#include "backend/backend.h"

namespace scribe {

/// Grows to the largest need it has seen and stays there: fresh pages for every operation of a
/// training step would cost more than small operations do.
class Arena {
 public:
  /// Takes back everything given out and makes sure that `floats` can be taken in up to `pieces`.
  void reset(std::int64_t floats, std::int64_t pieces = 1);
  /// The next `floats`, aligned to a cache line, with any content.
  float* take(std::int64_t floats);

 private:
  std::unique_ptr<Buffer> memory_;
  std::int64_t used_ = 0;
};

}  // namespace scribe
