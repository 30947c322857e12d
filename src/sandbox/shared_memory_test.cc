// What one program leaves in shared memory must not be there for the next.
#include "sandbox/shared_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

namespace scribe::sandbox {
namespace {

struct Bytes {
  char all[3 << 20];
};

class WipeTest : public testing::TestWithParam<std::size_t> {};

TEST_P(WipeTest, AllIsZerosHoweverMuchWasWritten) {
  const auto file = create_shared_file("test", sizeof(Bytes));
  ASSERT_TRUE(file.ok()) << file.error().message();
  const auto area = SharedArea<Bytes>::map(file.value().get());
  ASSERT_TRUE(area.ok()) << area.error().message();
  const std::span<char> bytes(area.value()->all);
  for (int round = 0; round < 2; ++round) {
    for (std::size_t at = 0; at < bytes.size(); at += GetParam()) bytes[at] = 'x';
    bytes.back() = 'x';
    ASSERT_TRUE(wipe_shared_file(file.value().get(), bytes.data(), bytes.size()));
    EXPECT_TRUE(std::ranges::all_of(bytes, [](char byte) { return byte == 0; })) << round;
  }
}

// From a few pages to every page, and a file that is full.
INSTANTIATE_TEST_SUITE_P(Distances, WipeTest,
                         testing::Values(std::size_t{2} << 20, 300'000, 4096, 1));

}  // namespace
}  // namespace scribe::sandbox
