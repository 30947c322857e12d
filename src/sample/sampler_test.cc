// Tests the sampler: its closed forms, its limits, and a slow sorted reference.
#include "sample/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/philox.h"

namespace scribe {
namespace {

Draw draw(std::vector<float> logits, SamplerOptions options, std::uint64_t bits) {
  Sampler sampler;
  return sampler.draw(logits, options, bits).value();
}

/// Share of `token` among many draws.
double frequency(const std::vector<float>& logits, SamplerOptions options, std::int32_t token) {
  constexpr int kDraws = 20000;
  Sampler sampler;
  int count = 0;
  for (int i = 0; i < kDraws; ++i)
    count += sampler.draw(logits, options, draw_bits(1, 2, i, 3))->token == token ? 1 : 0;
  return static_cast<double>(count) / kDraws;
}

/// Probabilities by full sort and plain double arithmetic: temperature, top-k, top-p in turn.
std::vector<double> sorted_reference(const std::vector<float>& logits, SamplerOptions options) {
  const std::size_t V = logits.size();
  std::vector<std::size_t> order(V);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](auto a, auto b) { return logits[a] > logits[b]; });
  std::vector<double> p(V, 0.0);
  for (std::size_t i = 0; i < V; ++i)
    p[i] = std::exp((static_cast<double>(logits[i]) - static_cast<double>(logits[order[0]])) /
                    options.temperature);
  const std::size_t k =
      options.top_k == 0 ? V : std::min(V, static_cast<std::size_t>(options.top_k));
  for (std::size_t rank = k; rank < V; ++rank) p[order[rank]] = 0;
  double total = std::accumulate(p.begin(), p.end(), 0.0);
  double passed = 0;
  for (const std::size_t token : order) {
    const bool kept = passed < options.top_p * total;
    passed += p[token];
    if (!kept) p[token] = 0;
  }
  total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& value : p) value /= total;
  return p;
}

std::vector<float> random_logits(std::size_t V, double deviation, std::uint64_t stream) {
  PhiloxStream random(11, stream);
  std::vector<float> logits(V);
  for (float& logit : logits) logit = static_cast<float>(random.next_normal() * deviation);
  return logits;
}

TEST(SamplerTest, TemperatureZeroIsArgmaxAndTiesGoLow) {
  EXPECT_EQ(draw({0, 3, 1, 3}, {.temperature = 0}, 0).token, 1);
  EXPECT_EQ(draw({0, 3, 1, 3}, {.temperature = 0}, ~std::uint64_t{0}).token, 1);
}

// softmax({0, 1} / T) gives the second token 1 / (1 + exp(-1 / T)).
TEST(SamplerTest, TemperatureSharpensAndFlattens) {
  EXPECT_NEAR(frequency({0, 1}, {.temperature = 0.5, .top_p = 1}, 1), 0.8808, 0.01);
  EXPECT_NEAR(frequency({0, 1}, {.temperature = 1, .top_p = 1}, 1), 0.7311, 0.01);
  EXPECT_NEAR(frequency({0, 1}, {.temperature = 2, .top_p = 1}, 1), 0.6225, 0.01);
}

TEST(SamplerTest, AConstantShiftChangesNothing) {
  const std::vector<float> logits = random_logits(301, 3, 0);
  std::vector<float> shifted = logits;
  for (float& logit : shifted) logit += 64;  // A power of two costs few bits of the logits.
  Sampler sampler;
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t bits = draw_bits(1, 0, i, 0);
    const Draw a = *sampler.draw(logits, {}, bits);
    const Draw b = *sampler.draw(shifted, {}, bits);
    same += a.token == b.token ? 1 : 0;
    if (a.token == b.token) {
      ASSERT_NEAR(a.logprob, b.logprob, 1e-4);
    }
  }
  EXPECT_GE(same, 999);  // Rounding moves the borders between tokens by 1e-6.
}

// Probabilities 0.5, 0.3, 0.15, 0.05.
TEST(SamplerTest, TheTokenThatCrossesTopPIsKept) {
  const std::vector<float> logits{std::log(0.5F), std::log(0.3F), std::log(0.15F), std::log(0.05F)};
  const SamplerOptions options{.temperature = 1, .top_p = 0.7};
  EXPECT_NEAR(frequency(logits, options, 0), 0.5 / 0.8, 0.01);
  EXPECT_NEAR(frequency(logits, options, 1), 0.3 / 0.8, 0.01);
  EXPECT_EQ(frequency(logits, options, 2), 0);
  EXPECT_EQ(frequency(logits, {.temperature = 1, .top_p = 0.0}, 0), 1);
}

TEST(SamplerTest, EqualTokensAreKeptFromTheLowestId) {
  const std::vector<float> logits{1, 1, 1, 1};
  const SamplerOptions half{.temperature = 1, .top_p = 0.5};
  EXPECT_NEAR(frequency(logits, half, 0), 0.5, 0.02);
  EXPECT_NEAR(frequency(logits, half, 1), 0.5, 0.02);
  EXPECT_EQ(frequency(logits, {.temperature = 1, .top_p = 1, .top_k = 1}, 0), 1);
}

TEST(SamplerTest, TopKComesBeforeTopP) {
  // Of the two kept by top-k the first has 5/8: it alone reaches 0.6. Without top-k it has 0.5.
  const std::vector<float> logits{std::log(0.5F), std::log(0.3F), std::log(0.2F)};
  EXPECT_EQ(frequency(logits, {.temperature = 1, .top_p = 0.6, .top_k = 2}, 0), 1);
  EXPECT_LT(frequency(logits, {.temperature = 1, .top_p = 0.6}, 0), 0.7);
}

TEST(SamplerTest, FrequenciesAreThoseOfTheSortedReference) {
  const SamplerOptions cases[] = {{.temperature = 0.8, .top_p = 0.95},
                                  {.temperature = 1.5, .top_p = 0.5},
                                  {.temperature = 1, .top_p = 0.9, .top_k = 20},
                                  {.temperature = 0.7, .top_p = 1, .top_k = 5},
                                  {.temperature = 1, .top_p = 1}};
  constexpr int kDraws = 20000;
  for (const double deviation : {0.01, 1.0, 5.0}) {
    for (const SamplerOptions& options : cases) {
      const std::vector<float> logits = random_logits(200, deviation, 5);
      const std::vector<double> expected = sorted_reference(logits, options);
      std::vector<int> counts(logits.size(), 0);
      Sampler sampler;
      for (int i = 0; i < kDraws; ++i)
        ++counts[static_cast<std::size_t>(
            sampler.draw(logits, options, draw_bits(9, 0, i, 0))->token)];
      for (std::size_t token = 0; token < counts.size(); ++token) {
        if (expected[token] == 0) {
          ASSERT_EQ(counts[token], 0) << "outside the nucleus";
        }
        const double sigma = std::sqrt(kDraws * expected[token]);
        ASSERT_NEAR(counts[token], kDraws * expected[token], 5 * sigma + 1) << token;
      }
    }
  }
}

// Draws at even steps of the unit interval find every kept token: the set itself is compared.
TEST(SamplerTest, TheKeptSetIsThatOfTheSortedReferenceOnLargeVocabularies) {
  for (const double deviation : {0.001, 0.5, 3.0}) {
    const std::vector<float> logits = random_logits(2048, deviation, 8);
    const SamplerOptions options{.temperature = 1, .top_p = 0.6};
    const std::vector<double> expected = sorted_reference(logits, options);
    std::vector<bool> drawn(logits.size(), false);
    Sampler sampler;
    constexpr std::uint64_t kSteps = 1 << 13;
    for (std::uint64_t i = 0; i < kSteps; ++i)
      drawn[static_cast<std::size_t>(
          sampler.draw(logits, options, i * (~std::uint64_t{0} / kSteps))->token)] = true;
    for (std::size_t token = 0; token < logits.size(); ++token) {
      if (expected[token] == 0) {
        ASSERT_FALSE(drawn[token]) << token;
      }
      if (expected[token] > 1.1 / kSteps) {
        ASSERT_TRUE(drawn[token]) << token;
      }
    }
  }
}

TEST(SamplerTest, LogProbabilitiesAreUnfilteredAtTemperatureOne) {
  const std::vector<float> logits = random_logits(1003, 4, 1);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  for (const double temperature : {0.0, 0.2, 1.0, 2.0}) {
    const Draw one = draw(logits, {.temperature = temperature, .top_p = 0.5, .top_k = 7}, 1234567);
    const double expected = static_cast<double>(logits[static_cast<std::size_t>(one.token)]);
    EXPECT_NEAR(one.logprob, expected - std::log(sum), 1e-6);
  }
}

TEST(SamplerTest, LogitsWithoutADistributionGiveNothing) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Sampler sampler;
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity}) {
    for (std::size_t place = 0; place < 19; ++place) {
      std::vector<float> logits(19, 1.0F);
      logits[place] = bad;
      EXPECT_FALSE(sampler.draw(logits, {}, 0)) << place;
    }
  }
  EXPECT_FALSE(sampler.draw(std::vector<float>(19, -kInfinity), {}, 0));
  EXPECT_EQ(draw({-kInfinity, 0, -kInfinity}, {.temperature = 1, .top_p = 1}, 0).token, 1);
}

TEST(SamplerTest, EveryArgumentOfTheRandomBitsMatters) {
  const std::uint64_t base = draw_bits(1, 2, 3, 4);
  EXPECT_EQ(base, draw_bits(1, 2, 3, 4));
  EXPECT_NE(base, draw_bits(std::uint64_t{1} << 40, 2, 3, 4));
  EXPECT_NE(base, draw_bits(1, std::uint64_t{1} << 40, 3, 4));
  EXPECT_NE(base, draw_bits(1, 2, 4, 4));
  EXPECT_NE(base, draw_bits(1, 2, 3, 5));
}

TEST(SamplerTest, OptionsOutsideTheirRangeAreRefusedByName) {
  EXPECT_NE(validate({.temperature = -1}).error().message().find("temperature"), std::string::npos);
  EXPECT_NE(validate({.temperature = NAN}).error().message().find("temperature"),
            std::string::npos);
  EXPECT_NE(validate({.top_p = 1.5}).error().message().find("top-p"), std::string::npos);
  EXPECT_EQ(validate({.top_k = -1}).error().code(), ErrorCode::invalid_argument);
  EXPECT_TRUE(validate({.temperature = 0}).ok());
}

}  // namespace
}  // namespace scribe
