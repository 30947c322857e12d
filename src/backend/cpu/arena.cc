// The arena over one host buffer.
#include "backend/cpu/arena.h"

#include "backend/host_backend.h"

namespace scribe {
namespace {

constexpr std::int64_t kLineFloats = 16;

}  // namespace

void Arena::reset(std::int64_t floats, std::int64_t pieces) {
  used_ = 0;
  const std::int64_t needed = floats + pieces * kLineFloats;
  if (memory_ != nullptr && memory_->size() >= needed) return;
  memory_.reset();  // The old memory is freed before the new is asked for.
  memory_ = allocate_host_buffer(needed);
}

float* Arena::take(std::int64_t floats) {
  const std::int64_t rounded = (floats + kLineFloats - 1) / kLineFloats * kLineFloats;
  SCRIBE_CHECK(memory_ != nullptr && used_ + rounded <= memory_->size(),
               "arena: {} floats wanted, {} taken already", floats, used_);
  float* piece = memory_->data() + used_;
  used_ += rounded;
  return piece;
}

}  // namespace scribe
