// Tests the laws of mixtures: exact shares, epochs of each corpus, one number as the whole state.
#include "train/window_mixture.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <vector>

#include "train/index_permutation.h"

namespace scribe {
namespace {

TEST(WindowMixtureTest, EveryBlockHasTheShareOfEachCorpus) {
  const WindowMixture mixture = WindowMixture::create({{.windows = 50, .weight = 0.7},
                                                       {.windows = 7, .weight = 0.2},
                                                       {.windows = 1, .weight = 0.1}},
                                                      3)
                                    .value();
  for (std::uint64_t block = 0; block < 3; ++block) {
    std::vector<int> seen(3);
    for (std::uint64_t i = 0; i < 1000; ++i) ++seen[mixture(block * 1000 + i).corpus];
    EXPECT_EQ(seen, (std::vector<int>{700, 200, 100}));
  }
}

TEST(WindowMixtureTest, SharesAreRoundedByTheLargestRemainders) {
  const WindowMixture thirds =
      WindowMixture::create({{.windows = 5}, {.windows = 5}, {.windows = 5}}, 0).value();
  EXPECT_EQ(thirds.shares(), (std::vector<std::int64_t>{334, 333, 333}));
  // 285.7, 142.9 and 571.4 of a thousand: the first two lost most.
  const WindowMixture sevenths =
      WindowMixture::create(
          {{.windows = 5, .weight = 2}, {.windows = 5, .weight = 1}, {.windows = 5, .weight = 4}},
          0)
          .value();
  EXPECT_EQ(sevenths.shares(), (std::vector<std::int64_t>{286, 143, 571}));
}

TEST(WindowMixtureTest, ACorpusComesInEpochsOfItsOwn) {
  const WindowMixture mixture =
      WindowMixture::create({{.windows = 30, .weight = 1}, {.windows = 90, .weight = 9}}, 3)
          .value();
  // Of three blocks the first corpus has 300 windows: ten epochs.
  std::map<std::int64_t, int> seen;
  for (std::uint64_t i = 0; i < 3000; ++i)
    if (const auto place = mixture(i); place.corpus == 0) ++seen[place.window];
  EXPECT_EQ(seen.size(), 30U);
  for (const auto& [window, times] : seen) EXPECT_EQ(times, 10) << window;
}

TEST(WindowMixtureTest, TheOrderWithinBlocksIsShuffledAndDependsOnTheSeed) {
  const std::vector<MixedCorpus> corpora = {{.windows = 500}, {.windows = 500}};
  const WindowMixture a = WindowMixture::create(corpora, 1).value();
  const WindowMixture b = WindowMixture::create(corpora, 2).value();
  int changes = 0;  // From one corpus to the other: about every second place.
  int differences = 0;
  for (std::uint64_t i = 1; i < 1000; ++i) {
    changes += a(i).corpus != a(i - 1).corpus ? 1 : 0;
    differences += a(i).corpus != b(i).corpus ? 1 : 0;
  }
  EXPECT_NEAR(changes, 500, 100);
  EXPECT_NEAR(differences, 500, 100);
}

TEST(WindowMixtureTest, OneCorpusIsItsEpochs) {
  const WindowMixture mixture = WindowMixture::create({{.windows = 17, .weight = 0.4}}, 5).value();
  for (std::uint64_t i = 0; i < 100; ++i)
    EXPECT_EQ(static_cast<std::uint64_t>(mixture(i).window), shuffled_index(17, 5, i));
}

TEST(WindowMixtureTest, WeightsThatGiveNothingAreInvalid) {
  for (const double weight : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), 1e-6}) {
    const auto mixture =
        WindowMixture::create({{.windows = 5}, {.windows = 5, .weight = weight}}, 0);
    ASSERT_FALSE(mixture.ok()) << weight;
    EXPECT_EQ(mixture.error().code(), ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace scribe
