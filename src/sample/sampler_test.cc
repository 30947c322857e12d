// Tests the sampler: its closed forms, its limits, and a slow sorted reference.
#include "sample/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "backend/token_weights.h"
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

/// Sampler::draw's formula, token by token.
std::vector<float> slowly_adjusted(std::vector<float> logits, const SamplerOptions& options,
                                   const TokenHistory& history) {
  for (std::size_t id = 0; id < logits.size(); ++id) {
    const auto token = static_cast<std::int32_t>(id);
    const auto count = std::ranges::count(history.completion, token);
    const bool in_prompt = std::ranges::count(history.prompt, token) > 0;
    const auto penalty = static_cast<float>(options.repetition_penalty);
    float& logit = logits[id];
    if (count > 0 || in_prompt) logit = logit > 0 ? logit / penalty : logit * penalty;
    if (count > 0)
      logit -= static_cast<float>(options.presence_penalty +
                                  options.frequency_penalty * static_cast<double>(count));
    for (const LogitBias& biased : options.logit_bias)
      if (biased.token == token) logit += static_cast<float>(biased.bias);
  }
  return logits;
}

/// The token by a full sort and exact sums: what Sampler::draw promises, without its shortcuts.
std::int32_t slow_token(const std::vector<float>& raw_logits, const SamplerOptions& options,
                        std::uint64_t bits, const TokenHistory& history) {
  const std::vector<float> logits = slowly_adjusted(raw_logits, options, history);
  const std::size_t V = logits.size();
  std::vector<std::int32_t> order(V);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(),
                           [&](std::int32_t id) { return logits[static_cast<std::size_t>(id)]; });
  if (options.temperature == 0) return order[0];
  const float max = logits[static_cast<std::size_t>(order[0])];
  std::vector<std::uint64_t> weights(V);  // by rank
  for (std::size_t rank = 0; rank < V; ++rank) {
    float exponential = 0;
    baseline_sampler_kernels().weigh(&logits[static_cast<std::size_t>(order[rank])], 1, max,
                                     static_cast<float>(1 / options.temperature), &exponential,
                                     &weights[rank]);
  }
  if (options.top_k > 0) weights.resize(std::min(V, static_cast<std::size_t>(options.top_k)));
  const std::uint64_t total = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  const double need =
      std::max(1.0, std::ceil(std::min(1.0, options.top_p) * static_cast<double>(total)));
  std::uint64_t passed_top_p = 0;
  std::uint64_t sum = 0;
  std::vector<std::uint64_t> by_id(V, 0);
  for (std::size_t rank = 0; rank < weights.size(); ++rank) {
    if (static_cast<double>(passed_top_p) >= need) break;
    passed_top_p += weights[rank];
    if (std::ldexp(static_cast<double>(weights[rank]), -kSamplerWeightBits) < options.min_p)
      continue;
    by_id[static_cast<std::size_t>(order[rank])] = weights[rank];
    sum += weights[rank];
  }
  const auto target = static_cast<std::uint64_t>((static_cast<Uint128>(bits) * sum) >> 64);
  std::size_t token = 0;
  for (std::uint64_t passed = by_id[0]; passed <= target; passed += by_id[token]) ++token;
  return static_cast<std::int32_t>(token);
}

/// Pearson's statistic of kDraws draws against `expected`, as deviations from its mean; tokens of
/// fewer than five expected draws count together.
double chi_square_deviation(const std::vector<float>& logits, const SamplerOptions& options,
                            const std::vector<double>& expected) {
  constexpr int kDraws = 30000;
  std::vector<double> counts(logits.size(), 0);
  Sampler sampler;
  for (int i = 0; i < kDraws; ++i)
    ++counts[static_cast<std::size_t>(
        sampler.draw(logits, options, draw_bits(21, 4, i, 2))->token)];
  double statistic = 0;
  double cells = 0;
  double rare_expected = 0;
  double rare_count = 0;
  const auto add = [&](double want, double got) {
    statistic += (got - want) * (got - want) / want;
    ++cells;
  };
  for (std::size_t token = 0; token < counts.size(); ++token) {
    const double want = expected[token] * kDraws;
    if (want >= 5) {
      add(want, counts[token]);
    } else {
      rare_expected += want;
      rare_count += counts[token];
    }
  }
  if (rare_expected > 0) add(rare_expected, rare_count);
  return (statistic - (cells - 1)) / std::sqrt(2 * (cells - 1));
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

// A statistic 5 deviations off its mean happens once in a million seeds; a temperature of 0.85
// instead of 0.8 is 11 and 22 off.
TEST(SamplerTest, NucleusFrequenciesFitTheSortedReferenceByChiSquare) {
  for (const double deviation : {2.0, 5.5}) {
    const std::vector<float> logits = random_logits(1000, deviation, 6);
    const SamplerOptions options{.temperature = 0.8, .top_p = 0.95};
    const std::vector<double> expected = sorted_reference(logits, options);
    EXPECT_LT(chi_square_deviation(logits, options, expected), 5) << deviation;
    EXPECT_GT(chi_square_deviation(logits, {.temperature = 0.85, .top_p = 0.95}, expected), 5)
        << deviation;
  }
}

const std::vector<SamplerOptions>& many_options() {
  static const std::vector<SamplerOptions> options{
      {.temperature = 0.8, .top_p = 0.95},          {.temperature = 1, .top_p = 1},
      {.temperature = 0.001, .top_p = 0.5},         {.temperature = 100, .top_p = 0.999999},
      {.temperature = 1.3, .top_p = 0, .top_k = 9}, {.temperature = 1, .top_p = 0.7, .top_k = 300},
      {.temperature = 2, .top_p = 1, .top_k = 256}};
  return options;
}

/// Peaked, flat, nearly equal, equal, quantised (many ties), far apart, and with -inf.
std::vector<std::vector<float>> many_logits(std::size_t V) {
  std::vector<std::vector<float>> all;
  for (const double deviation : {5.5, 0.3, 1e-6, 0.0, 3000.0})
    all.push_back(random_logits(V, deviation, V));
  all.push_back(random_logits(V, 3, 2));
  for (float& logit : all.back()) logit = std::round(logit);
  all.push_back(all.back());
  for (std::size_t i = 0; i + 1 < V; i += 2)
    all.back()[i] = -std::numeric_limits<float>::infinity();
  // Differences that are too small, and too large, for sums and quotients of floats.
  all.emplace_back(V, 0.0F);
  all.back()[V / 2] = -1e-40F;
  all.push_back(random_logits(V, 1e38, V));
  for (float& logit : all.back()) logit = std::clamp(logit, -3e38F, 3e38F);
  return all;
}

// Ids of a prompt and a completion, some in both, some twice, some outside the vocabulary.
const std::vector<std::int32_t> kPrompt{0, 1, 5, 5, 200, 9000, 3};
const std::vector<std::int32_t> kCompletion{1, 14, 14, -1, 256, 3, 1, 1};
const TokenHistory kHistory{.prompt = kPrompt, .completion = kCompletion};

TEST(SamplerTest, ATokenIsThatOfAFullSortWithExactSums) {
  for (const std::size_t V : {1U, 2U, 15U, 16U, 255U, 256U, 257U, 3001U})
    for (const std::vector<float>& logits : many_logits(V))
      for (const SamplerOptions& options : many_options())
        for (const std::uint64_t step : {0U, 1U, 2U, 3U, 4U}) {
          const std::uint64_t bits = step == 4 ? ~std::uint64_t{0} : draw_bits(V, step, 0, 0);
          Sampler sampler;
          const Draw drawn = *sampler.draw(logits, options, bits, kHistory);
          ASSERT_EQ(drawn.token, slow_token(logits, options, bits, kHistory))
              << V << " tokens, option set " << &options - many_options().data();
        }
}

TEST(SamplerTest, EveryInstructionSetGivesTheSameBits) {
  std::vector<const SamplerKernels*> sets;
  if (__builtin_cpu_supports("avx2")) sets.push_back(&avx2_sampler_kernels());
  if (&best_sampler_kernels() == &avx512_sampler_kernels())
    sets.push_back(&avx512_sampler_kernels());
  if (sets.empty()) GTEST_SKIP() << "this processor has only the baseline";
  for (const SamplerKernels* kernels : sets) {
    Sampler baseline(baseline_sampler_kernels());
    Sampler fast(*kernels);
    for (const std::size_t V : {1U, 7U, 257U, 3001U})
      for (const std::vector<float>& logits : many_logits(V))
        for (const SamplerOptions& options : many_options()) {
          const std::uint64_t bits = draw_bits(V, 1, 0, 0);
          const Draw a = *baseline.draw(logits, options, bits, kHistory);
          const Draw b = *fast.draw(logits, options, bits, kHistory);
          ASSERT_EQ(a.token, b.token) << V;
          ASSERT_EQ(a.logprob, b.logprob) << V;
        }
  }
}

// Weights only show their exponential to 2^-41, log-probabilities to all its bits.
TEST(SamplerTest, ExponentialsAreRightToTwoTenMillionths) {
  for (int i = 0; i <= 4000; ++i) {
    const float x = static_cast<float>(i) * -0.02F;
    float exponential = 0;
    std::uint64_t weight = 0;
    baseline_sampler_kernels().weigh(&x, 1, 0, 1, &exponential, &weight);
    const double expected = std::exp(static_cast<double>(x));
    const double bound = 2e-7 + 1e-7 * std::abs(static_cast<double>(x));  // x log2(e) is rounded.
    ASSERT_NEAR(static_cast<double>(exponential) / expected, 1, bound) << x;
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

TEST(SamplerTest, PenaltiesLowerAndBiasMovesWhileLogProbabilitiesStay) {
  // Two tokens of equal logit: softmax of a difference d is 1 / (1 + exp(-d)).
  const std::vector<float> logits{2, 2};
  const std::vector<std::int32_t> twice{1, 1};
  const auto share = [&](const SamplerOptions& options, const TokenHistory& history) {
    constexpr int kDraws = 20000;
    int count = 0;
    Sampler sampler;
    for (int i = 0; i < kDraws; ++i) {
      const Draw drawn = *sampler.draw(logits, options, draw_bits(1, 2, i, 3), history);
      count += drawn.token;
      EXPECT_NEAR(drawn.logprob, std::log(0.5), 1e-6);
    }
    return static_cast<double>(count) / kDraws;
  };
  const auto logistic = [](double d) { return 1 / (1 + std::exp(-d)); };
  const TokenHistory drawn{.prompt = {}, .completion = twice};
  const TokenHistory prompted{.prompt = twice, .completion = {}};
  SamplerOptions options{.temperature = 1, .top_p = 1};
  options.presence_penalty = 1;
  EXPECT_NEAR(share(options, drawn), logistic(-1), 0.012);
  EXPECT_NEAR(share(options, prompted), 0.5, 0.012);
  options.frequency_penalty = 0.5;
  EXPECT_NEAR(share(options, drawn), logistic(-2), 0.012);
  options = {.temperature = 1, .top_p = 1, .repetition_penalty = 2};
  EXPECT_NEAR(share(options, drawn), logistic(-1), 0.012);
  EXPECT_NEAR(share(options, prompted), logistic(-1), 0.012);
  options = {.temperature = 1, .top_p = 1, .logit_bias = {{1, 1.5}}};
  EXPECT_NEAR(share(options, {}), logistic(1.5), 0.012);
  options.logit_bias = {{1, -100}};
  EXPECT_EQ(share(options, {}), 0);
}

TEST(SamplerTest, MinPDropsWhatIsFarLessLikelyThanTheFirst) {
  const std::vector<float> logits{std::log(0.5F), std::log(0.3F), std::log(0.15F), std::log(0.05F)};
  const SamplerOptions options{.temperature = 1, .top_p = 1, .min_p = 0.5};
  EXPECT_NEAR(frequency(logits, options, 0), 0.5 / 0.8, 0.01);
  EXPECT_EQ(frequency(logits, options, 2), 0);
}

TEST(SamplerTest, TheTopLogProbabilitiesAreThoseOfAFullSort) {
  for (const std::size_t V : {1U, 3U, 255U, 257U, 3001U})
    for (std::vector<float>& logits : many_logits(V)) {
      std::erase(logits, -std::numeric_limits<float>::infinity());
      std::vector<std::int32_t> order(logits.size());
      std::iota(order.begin(), order.end(), 0);
      const auto logit = [&](std::int32_t id) { return logits[static_cast<std::size_t>(id)]; };
      std::ranges::stable_sort(order, std::greater(), logit);
      const auto first = static_cast<double>(logit(order[0]));
      double sum = 0;
      for (const float value : logits) sum += std::exp(static_cast<double>(value) - first);
      for (const std::int32_t k : {1, 5, 20}) {
        // What changes the draw does not change the report.
        const SamplerOptions options{
            .repetition_penalty = 3, .logit_bias = {{0, -50}}, .top_logprobs = k};
        Sampler sampler;
        const Draw drawn = *sampler.draw(logits, options, draw_bits(1, 1, k, 0), kHistory);
        ASSERT_EQ(drawn.top.size(), std::min(logits.size(), static_cast<std::size_t>(k)));
        for (std::size_t rank = 0; rank < drawn.top.size(); ++rank) {
          ASSERT_EQ(drawn.top[rank].token, order[rank]) << V << " tokens, k " << k;
          const double expected = static_cast<double>(logit(order[rank])) - first - std::log(sum);
          ASSERT_NEAR(drawn.top[rank].logprob, expected, 1e-6);
          if (drawn.top[rank].token == drawn.token) {
            ASSERT_EQ(drawn.top[rank].logprob, drawn.logprob);
          }
        }
      }
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
  const std::pair<SamplerOptions, std::string> refused[] = {
      {{.temperature = -1}, "temperature is -1"},
      {{.temperature = NAN}, "temperature is nan"},
      {{.top_p = 1.5}, "top-p is 1.5"},
      {{.top_k = -1}, "top-k is -1"},
      {{.min_p = -0.1}, "min-p is -0.1"},
      {{.repetition_penalty = 0}, "repetition-penalty is 0"},
      {{.presence_penalty = 2.5}, "presence-penalty is 2.5"},
      {{.frequency_penalty = NAN}, "frequency-penalty is nan"},
      {{.logit_bias = {{7, 101}}}, "logit-bias of token 7 is 101"},
      {{.logit_bias = {{7, 1}, {2, 1}, {7, 1}}}, "logit-bias is given twice for token 7"},
      {{.top_logprobs = 21}, "top-logprobs is 21, expected 0 to 20"}};
  for (const auto& [options, message] : refused) {
    const Status status = validate(options);
    ASSERT_FALSE(status.ok()) << message;
    EXPECT_EQ(status.error().code(), ErrorCode::invalid_argument);
    EXPECT_NE(status.error().message().find(message), std::string::npos)
        << status.error().message();
  }
  EXPECT_TRUE(validate({.temperature = 0}).ok());
  EXPECT_TRUE(check_biased_tokens({.logit_bias = {{9, 1}}}, 10).ok());
  EXPECT_NE(check_biased_tokens({.logit_bias = {{10, 1}}}, 10)
                .error()
                .message()
                .find("names token 10, but the tokenizer has tokens 0 to 9"),
            std::string::npos);
}

}  // namespace
}  // namespace scribe
