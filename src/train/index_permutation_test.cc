// Tests of the shuffled order: each index once per epoch, other orders for other seeds and epochs.
#include "train/index_permutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace scribe {
namespace {

std::vector<std::uint64_t> order(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch) {
  const IndexPermutation permutation(count, seed, epoch);
  std::vector<std::uint64_t> indexes;
  for (std::uint64_t i = 0; i < count; ++i) indexes.push_back(permutation(i));
  return indexes;
}

TEST(IndexPermutationTest, EveryIndexComesOncePerEpoch) {
  for (std::uint64_t count = 1; count <= 300; ++count) {
    std::vector<bool> seen(count, false);
    for (const std::uint64_t index : order(count, 5, count)) {
      ASSERT_LT(index, count);
      ASSERT_FALSE(seen[index]) << index << " twice of " << count;
      seen[index] = true;
    }
  }
}

TEST(IndexPermutationTest, SeedsAndEpochsHaveOrdersOfTheirOwn) {
  EXPECT_EQ(order(100, 1, 0), order(100, 1, 0));
  EXPECT_NE(order(100, 1, 0), order(100, 1, 1));
  EXPECT_NE(order(100, 1, 0), order(100, 2, 0));
}

// A fair shuffle of three has six orders of 1/6; of 6000 draws each comes 1000 times, standard
// deviation 29. Five deviations are 145.
TEST(IndexPermutationTest, SmallOrdersAreEquallyLikely) {
  std::vector<int> counts(27, 0);
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    const auto indexes = order(3, seed, 0);
    ++counts[indexes[0] * 9 + indexes[1] * 3 + indexes[2]];
  }
  for (const int count : counts) {
    if (count > 0) {
      EXPECT_NEAR(count, 1000, 145);
    }
  }
}

TEST(IndexPermutationTest, NeighboursOfALargeRangeAreScattered) {
  const std::uint64_t count = 1'000'003;
  const IndexPermutation permutation(count, 3, 0);
  double distance = 0;
  for (std::uint64_t i = 0; i < 1000; ++i)
    distance +=
        std::abs(static_cast<double>(permutation(i)) - static_cast<double>(permutation(i + 1)));
  // Two uniform draws differ by a third of the range on average; 1000 draws know it to 1 %.
  EXPECT_NEAR(distance / 1000 / static_cast<double>(count), 1.0 / 3.0, 0.04);
}

TEST(IndexPermutationTest, TheCursorRunsFromEpochToEpoch) {
  EXPECT_EQ(shuffled_index(100, 1, 7), order(100, 1, 0)[7]);
  EXPECT_EQ(shuffled_index(100, 1, 207), order(100, 1, 2)[7]);
}

}  // namespace
}  // namespace scribe
