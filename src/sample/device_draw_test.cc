// Tests that a device draws the tokens of the sampler, and that samples do not show who drew.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/testing/mirrored_backend.h"
#include "base/philox.h"
#include "sample/engine.h"
#include "sample/sample_batch.h"
#include "sample/sampler.h"
#include "sample/testing/tiny_model.h"

namespace scribe {
namespace {

using Logits = std::vector<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Logits random_logits(std::size_t V, double deviation, std::uint64_t stream) {
  PhiloxStream random(31, stream);
  Logits logits(V);
  for (float& logit : logits) logit = static_cast<float>(random.next_normal() * deviation);
  return logits;
}

/// Of every shape that matters to a search for thresholds.
std::vector<Logits> awkward_rows(std::size_t V) {
  std::vector<Logits> rows = {random_logits(V, 12, 1),   random_logits(V, 3, 2),
                              random_logits(V, 0.01, 3), random_logits(V, 3, 4),
                              random_logits(V, 3, 5),    random_logits(V, 3, 6),
                              Logits(V, -7.5F),          random_logits(V, 1e30, 7)};
  for (float& logit : rows[3]) logit = std::round(logit);  // Ties, also of -0 with 0.
  for (std::size_t i = 0; i < V; ++i)
    if (i % 3 != 1 && V > 1) rows[4][i] = -kInfinity;
  for (float& logit : rows[5]) logit -= 100;
  rows.push_back(Logits(V, -kInfinity));
  rows.back()[V / 2] = 3;
  // Differences that are too small, and too large, for sums and quotients of floats.
  rows.push_back(Logits(V, 0));
  rows.back()[V / 2] = -1e-40F;
  rows.push_back(random_logits(V, 1e38, 8));
  for (float& logit : rows.back()) logit = std::clamp(logit, -3e38F, 3e38F);
  return rows;
}

std::vector<SamplerOptions> many_options() {
  std::vector<SamplerOptions> all = {{.temperature = 0, .top_p = 0.5, .top_k = 3, .min_p = 0.5}};
  for (const double temperature : {0.001, 0.8, 1.0, 100.0})
    for (const std::int32_t top_k : {0, 1, 5, 300})
      for (const double top_p : {0.0, 0.3, 0.95, 1.0})
        for (const double min_p : {0.0, 0.05, 1.0})
          all.push_back(
              {.temperature = temperature, .top_p = top_p, .top_k = top_k, .min_p = min_p});
  return all;
}

/// A GPU, or what this program was linked with in its place.
class DeviceDrawTest : public ::testing::TestWithParam<Device> {
 protected:
  struct Wanted {
    std::size_t row = 0;
    SamplerOptions options;
    std::uint64_t bits = 0;
  };

  void SetUp() override {
    auto made = make_backend(GetParam());
    if (!made.ok()) GTEST_SKIP() << made.error().message();
    backend_ = std::move(made).value();
  }

  /// Rows of one length lie side by side, with NaNs between them that nobody may read.
  std::vector<DrawnToken> drawn(const std::vector<Logits>& rows,
                                const std::vector<Wanted>& wanted) {
    constexpr std::size_t kGap = 3;
    const std::size_t V = rows.at(0).size();
    Logits all;
    for (const Logits& row : rows) {
      all.insert(all.end(), row.begin(), row.end());
      all.insert(all.end(), kGap, kNan);
    }
    const auto buffer = backend_->allocate(std::ssize(all));
    backend_->upload(all, buffer->span());
    std::vector<DrawRow> draws;
    for (const Wanted& one : wanted)
      draws.push_back(
          Sampler::draw_row(one.options, one.bits, static_cast<std::int64_t>(one.row)).value());
    std::vector<DrawnToken> tokens(wanted.size());
    const ConstMatrix logits(buffer->data(), std::ssize(rows), static_cast<std::int64_t>(V),
                             static_cast<std::int64_t>(V + kGap));
    EXPECT_TRUE(backend_->draw_tokens(logits, draws, tokens));
    return tokens;
  }

  /// How many draws have a distribution.
  int expect_the_samplers(const std::vector<Logits>& rows, const std::vector<Wanted>& wanted) {
    const std::vector<DrawnToken> tokens = drawn(rows, wanted);
    int count = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto& [row, options, bits] = wanted[i];
      const std::optional<Draw> expected = sampler_.draw(rows[row], options, bits);
      const std::optional<Draw> actual = Sampler::draw_of(tokens[i]);
      const std::string which = fmt::format(
          "row {} of {} tokens, temperature {}, top_k {}, top_p {}, min_p {}, bits {}", row,
          rows[row].size(), options.temperature, options.top_k, options.top_p, options.min_p, bits);
      EXPECT_EQ(actual.has_value(), expected.has_value()) << which;
      if (!actual || !expected) continue;
      ++count;
      EXPECT_EQ(actual->token, expected->token) << which;
      EXPECT_EQ(actual->logprob, expected->logprob) << which;
    }
    return count;
  }

  std::unique_ptr<Backend> backend_;
  Sampler sampler_;
};

TEST_P(DeviceDrawTest, TokensAndLogProbabilitiesAreTheSamplers) {
  std::int64_t position = 0;
  for (const std::size_t V : {std::size_t{1}, std::size_t{2}, std::size_t{17}, std::size_t{1000}}) {
    const std::vector<Logits> rows = awkward_rows(V);
    std::vector<Wanted> wanted;
    for (std::size_t row = 0; row < rows.size(); ++row)
      for (const SamplerOptions& options : many_options())
        wanted.push_back({row, options, draw_bits(1, 2, 3, position++)});
    EXPECT_EQ(expect_the_samplers(rows, wanted), std::ssize(wanted));
  }
}

TEST_P(DeviceDrawTest, TokensOfALargeVocabularyAreTheSamplers) {
  for (const auto V :
       std::array<std::size_t, 2>{50257, 70001}) {  // the second needs more than 16 bits
    const std::vector<Logits> rows = awkward_rows(V);
    std::vector<Wanted> wanted;
    std::int64_t position = 0;
    for (std::size_t row = 0; row < rows.size(); ++row)
      for (const SamplerOptions& options :
           {SamplerOptions{.temperature = 0}, SamplerOptions{}, SamplerOptions{.top_p = 1},
            SamplerOptions{.temperature = 1, .top_p = 0.999},
            SamplerOptions{.top_p = 1, .top_k = 40}, SamplerOptions{.top_k = 20000},
            SamplerOptions{.top_p = 1, .min_p = 0.02}})
        for (int i = 0; i < 2; ++i)
          wanted.push_back({row, options, draw_bits(4, 5, 6, position++)});
    EXPECT_EQ(expect_the_samplers(rows, wanted), std::ssize(wanted));
  }
}

TEST_P(DeviceDrawTest, ThousandsOfRandomDrawsAreTheSamplers) {
  PhiloxStream random(77, 1);
  const auto one_of = [&](const auto& values) { return values[random.next_below(values.size())]; };
  const std::array<double, 5> temperatures = {0, 0.1, 0.7, 1, 3};
  const std::array<double, 5> shares = {0, 0.01, 0.5, 0.9, 1};
  int draws = 0;
  for (int batch = 0; batch < 60; ++batch) {
    const std::size_t V = 1 + random.next_below(batch % 4 == 0 ? 5000 : 300);
    std::vector<Logits> rows;
    for (int row = 0; row < 4; ++row) {
      rows.push_back(random_logits(V, 0.5 + 4 * random.next_double(), random.next_u32()));
      const auto steps = static_cast<float>(1 << random.next_below(8));  // Many ties, or few.
      for (float& logit : rows.back()) logit = std::round(logit * steps) / steps;
    }
    std::vector<Wanted> wanted;
    for (int i = 0; i < 50; ++i)
      wanted.push_back({random.next_below(4),
                        {.temperature = one_of(temperatures),
                         .top_p = one_of(shares),
                         .top_k = static_cast<std::int32_t>(
                             random.next_below(2) == 0 ? 0 : random.next_below(V + 2)),
                         .min_p = random.next_below(2) == 0 ? 0 : one_of(shares)},
                        random.next_u64()});
    draws += expect_the_samplers(rows, wanted);
  }
  EXPECT_EQ(draws, 3000);
}

// The first and the last of what may be drawn.
TEST_P(DeviceDrawTest, BitsOfZeroAndOfAllOnesAreTheSamplers) {
  const std::vector<Logits> rows = awkward_rows(300);
  std::vector<Wanted> wanted;
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (const double top_p : {0.9, 1.0})
      for (const std::uint64_t bits : {std::uint64_t{0}, ~std::uint64_t{0}})
        wanted.push_back({row, {.temperature = 1, .top_p = top_p}, bits});
  EXPECT_EQ(expect_the_samplers(rows, wanted), std::ssize(wanted));
}

TEST_P(DeviceDrawTest, RowsWithoutADistributionHaveNoToken) {
  for (const std::size_t V : {std::size_t{1}, std::size_t{17}, std::size_t{5000}}) {
    std::vector<Logits> rows(7, random_logits(V, 2, 8));
    rows[0][0] = kNan;
    rows[1][V / 2] = kNan;
    rows[2][V - 1] = kNan;
    rows[3][V / 2] = kInfinity;
    rows[4].assign(V, -kInfinity);
    rows[5].assign(V, kNan);
    std::vector<Wanted> wanted;
    for (std::size_t row = 0; row < rows.size(); ++row)
      for (const double temperature : {0.0, 1.0})
        wanted.push_back({row, {.temperature = temperature}, 12345});
    EXPECT_EQ(expect_the_samplers(rows, wanted), 2) << "of the last row";
  }
}

// Blocks have different numbers of barriers: on the host the order of threads differs from place to
// place.
TEST_P(DeviceDrawTest, ADrawIsTheSameBitsWhereverItStandsAndWhateverElseIsDrawn) {
  const std::vector<Logits> rows = awkward_rows(3000);
  std::vector<Wanted> wanted;
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (const SamplerOptions& options : {SamplerOptions{}, SamplerOptions{.temperature = 0},
                                          SamplerOptions{.top_k = 7}, SamplerOptions{.top_p = 1}})
      wanted.push_back({row, options, draw_bits(9, 9, 9, std::ssize(wanted))});
  const std::vector<DrawnToken> together = drawn(rows, wanted);
  std::vector<Wanted> turned(wanted.rbegin(), wanted.rend());
  turned.insert(turned.begin() + 5, {2, {.temperature = 0}, 1});
  std::vector<DrawnToken> turned_back = drawn(rows, turned);
  turned_back.erase(turned_back.begin() + 5);
  std::ranges::reverse(turned_back);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::vector<DrawnToken> alone =
        drawn({rows[wanted[i].row]}, {{0, wanted[i].options, wanted[i].bits}});
    for (const DrawnToken& other : {turned_back[i], alone[0]}) {
      EXPECT_EQ(other.token, together[i].token) << i;
      EXPECT_EQ(other.logit, together[i].logit) << i;
      EXPECT_EQ(other.max, together[i].max) << i;
      EXPECT_EQ(other.sum_of_exp, together[i].sum_of_exp) << i;
    }
  }
}

/// Draws on the device, or leaves it to the host.
class WatchedBackend : public testing::MirroredBackend {
 public:
  WatchedBackend(std::unique_ptr<Backend> inner, bool draws)
      : MirroredBackend(std::move(inner)), draws_(draws) {}

  bool draw_tokens(ConstMatrix logits, std::span<const DrawRow> rows,
                   std::span<DrawnToken> drawn) override {
    if (!draws_) return false;
    tokens += std::ssize(rows);
    return MirroredBackend::draw_tokens(logits, rows, drawn);
  }

  std::int64_t tokens = 0;  ///< drawn on the device

 private:
  bool draws_;
};

struct Sampled {
  std::map<std::int64_t, std::string> lines;  ///< by sample index
  std::int64_t tokens = 0;
  std::int64_t on_device = 0;
};

/// A sample for each of the options, all in one batch.
Sampled sampled(Device device, bool draws, const std::vector<SamplerOptions>& samplers) {
  auto backend = std::make_unique<WatchedBackend>(make_backend(device).value(), draws);
  const WatchedBackend& watched = *backend;
  const TinyModel model(std::move(backend));
  const DecoderWeights weights(*model.backend, *model.parameters, WeightFormat::f32);
  SampleBatch batch(*model.backend, weights, model.tokenizer,
                    {.rows_max = 7, .suffix_max = 20, .threads = 2});
  Sampled result;
  SampleGroup group{.task_id = "task",
                    .prompt = model.tokenizer.encode_prompt("def f(x):\n"),
                    .indices = {},
                    .samplers = samplers,
                    .max_tokens = 20,
                    .stop = std::make_shared<const StopStrings>(StopStrings::compile({}).value()),
                    .seed = 3,
                    .logprobs = true,
                    .finished = [&](const SampleRecord& record) {
                      result.lines[record.sample_index] = to_json_line(to_json(record));
                      return Status();
                    }};
  for (std::size_t i = 0; i < samplers.size(); ++i)
    group.indices.push_back(static_cast<std::int64_t>(i));
  batch.add(std::move(group));
  while (!batch.empty()) EXPECT_TRUE(batch.step().ok());
  result.tokens = batch.tokens();
  result.on_device = watched.tokens;
  return result;
}

TEST_P(DeviceDrawTest, SamplesDoNotShowWhoDrew) {
  std::vector<SamplerOptions> samplers;
  for (const double temperature : {0.0, 0.4, 0.8, 1.2})
    for (const double top_p : {0.5, 0.95, 1.0})
      samplers.push_back({.temperature = temperature,
                          .top_p = top_p,
                          .top_k = temperature == 0.4 ? 20 : 0,
                          .min_p = temperature == 1.2 ? 0.01 : 0});
  const Sampled device = sampled(GetParam(), true, samplers);
  const Sampled host = sampled(GetParam(), false, samplers);
  EXPECT_EQ(device.lines, host.lines);
  EXPECT_EQ(device.lines.size(), samplers.size());
  // A sample's first token is drawn from its prompt's logits, which the host has.
  EXPECT_EQ(device.on_device, device.tokens - std::ssize(samplers));
  EXPECT_EQ(host.on_device, 0);
}

TEST_P(DeviceDrawTest, WhatNeedsTheHistoryIsDrawnByTheHostBesideTheOthers) {
  std::vector<SamplerOptions> samplers(12);
  samplers[1].repetition_penalty = 1.3;
  samplers[4].presence_penalty = 0.5;
  samplers[5].frequency_penalty = 0.5;
  samplers[8].logit_bias = {{.token = 100, .bias = 9}};
  samplers[11].top_logprobs = 3;
  const Sampled device = sampled(GetParam(), true, samplers);
  const Sampled host = sampled(GetParam(), false, samplers);
  EXPECT_EQ(device.lines, host.lines);
  EXPECT_GT(device.on_device, 20);
  EXPECT_LT(device.on_device, device.tokens - 12 - 20);
}

INSTANTIATE_TEST_SUITE_P(Devices, DeviceDrawTest, ::testing::Values(Device::cuda),
                         [](const auto&) { return std::string("cuda"); });

TEST(HostDrawTest, BackendsInMainMemoryLeaveItToTheHost) {
  for (const Device device : {Device::reference, Device::cpu}) {
    auto backend = make_backend(device, 1);
    if (!backend.ok()) continue;  // A processor without AVX2.
    const Logits logits = {1, 2, 3};
    const DrawRow row;
    DrawnToken drawn{.token = 77};
    EXPECT_FALSE(backend.value()->draw_tokens({logits.data(), 1, 3}, {&row, 1}, {&drawn, 1}));
    EXPECT_EQ(drawn.token, 77);
  }
}

/// Draws nothing, as from logits that are not finite.
class NothingDrawn : public testing::MirroredBackend {
 public:
  using MirroredBackend::MirroredBackend;
  bool draw_tokens(ConstMatrix, std::span<const DrawRow>, std::span<DrawnToken> drawn) override {
    std::ranges::fill(drawn, DrawnToken());
    return true;
  }
};

TEST(HostDrawTest, ARowWithoutADistributionOnTheDeviceIsAnError) {
  const TinyModel model(std::make_unique<NothingDrawn>(make_backend(Device::reference).value()));
  const SampleTask task{
      .task_id = "lost", .prompt = model.tokenizer.encode_prompt("a"), .indices = {0, 1}};
  GenerateOptions options;
  options.max_tokens = 20;
  const auto totals = generate(
      *model.backend, *model.parameters, model.tokenizer, {&task, 1}, options,
      {.finished = [](const SampleRecord&) { return Status(); }, .stepped = {}}, StopToken());
  ASSERT_FALSE(totals.ok());
  EXPECT_EQ(totals.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(totals.error().message().find("'lost', sample 0"), std::string::npos);
}

}  // namespace
}  // namespace scribe
