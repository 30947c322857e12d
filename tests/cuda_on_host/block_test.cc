// The emulated device itself: threads meet at barriers, and what would go wrong on a GPU aborts.
#include <gtest/gtest.h>

#include <device_language.h>

#include <vector>

#include "backend/cuda/host/device_memory.h"
#include "base/check.h"

namespace scribe::cuda {
namespace {

class HostBlockTest : public testing::Test {
 protected:
  HostBlockTest() : memory_(static_cast<float*>(allocate_device_memory(kCount * sizeof(float)))) {}
  ~HostBlockTest() override { free_device_memory(memory_); }

  std::vector<float> values() const {
    const DeviceMemoryAccess access;
    return {memory_, memory_ + kCount};
  }

  static constexpr std::size_t kCount = 96;
  float* memory_;
};
using HostBlockDeathTest = HostBlockTest;

void reverse(float* out) {
  auto* const shared = dynamic_shared<float>();
  shared[threadIdx.x] = static_cast<float>(threadIdx.x);
  __syncthreads();
  out[threadIdx.x] = shared[blockDim.x - 1 - threadIdx.x];
}

TEST_F(HostBlockTest, ABarrierShowsWhatAllOthersWrote) {
  launch(reverse, {}, kCount, kCount * sizeof(float), nullptr, memory_);
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ(values()[i], kCount - 1 - i);
}

void sum_of_warp(float* out) {
  auto value = static_cast<float>(threadIdx.x);
  for (int mask = 16; mask > 0; mask /= 2) value += __shfl_xor_sync(~0U, value, mask);
  out[threadIdx.x] = value;
}

TEST_F(HostBlockTest, LanesExchangeValues) {
  launch(sum_of_warp, {}, kCount, 0, nullptr, memory_);
  for (std::size_t i = 0; i < kCount; ++i)
    EXPECT_EQ(values()[i], 32 * 15.5F + static_cast<float>(i / 32 * 32 * 32));
}

void without_barrier(float* out) {
  auto* const shared = dynamic_shared<float>();
  shared[threadIdx.x] = 1;
  out[threadIdx.x] = shared[threadIdx.x ^ 1];
}

// Not written yet: shared memory holds NaNs at first.
TEST_F(HostBlockTest, AMissingBarrierShows) {
  launch(without_barrier, {}, kCount, kCount * sizeof(float), nullptr, memory_);
  const std::vector<float> found = values();
  EXPECT_TRUE(std::isnan(found[0]) || std::isnan(found[1]));
}

void half_wait(float*) {
  if (threadIdx.x < 48) __syncthreads();
}
void warps_part(float*) {
  if (threadIdx.x % 2 == 0)
    __syncwarp();
  else
    __syncthreads();
}
void write_behind(float* out) {
  out[kWarp * 4] = 1;
}
void read_behind_shared(float* out) {
  out[0] = dynamic_shared<float>()[kWarp];
}

TEST_F(HostBlockDeathTest, WhatAGpuForgivesOrNot) {
  EXPECT_DEATH(launch(half_wait, {}, kCount, 0, nullptr, memory_), "threads diverge");
  EXPECT_DEATH(launch(warps_part, {}, kCount, 0, nullptr, memory_), "threads diverge");
  EXPECT_DEATH(launch(write_behind, {}, kWarp, 0, nullptr, memory_), "");
  EXPECT_DEATH(launch(read_behind_shared, {}, kWarp, kWarp * sizeof(float), nullptr, memory_), "");
}

TEST_F(HostBlockDeathTest, HostAndDeviceDoNotTouchEachOthersMemory) {
  float on_host = 0;
  EXPECT_DEATH(launch(reverse, {}, kWarp, kCount * sizeof(float), nullptr, &on_host),
               "not of device memory");
  volatile float* const pointer = memory_;
  close_device_memory();
  EXPECT_DEATH(*pointer = 1, "");
}

}  // namespace
}  // namespace scribe::cuda
