// Tests decoding against the whole sequence, and that a row never depends on the others.
#include "model/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "backend/testing/devices.h"
#include "base/philox.h"
#include "model/rotary_table.h"
#include "model/testing/tiny_families.h"
#include "model/training_pass.h"

namespace scribe {
namespace {

constexpr std::size_t kVocabulary = 61;

ModelConfig config_of(Family family) {
  ModelConfig config = tiny_config(family);
  config.layers = 3;
  config.vocabulary_size = kVocabulary;
  config.context = 24;
  return config;
}

std::vector<std::int32_t> random_tokens(std::size_t count, std::uint64_t stream) {
  PhiloxStream random(7, stream);
  std::vector<std::int32_t> tokens(count);
  for (std::int32_t& token : tokens)
    token = static_cast<std::int32_t>(random.next_below(kVocabulary));
  return tokens;
}

class DecoderTest : public testing::TestWithParam<std::tuple<Device, Family>> {
 protected:
  void SetUp() override {
    auto backend = make_backend(std::get<Device>(GetParam()), 2);
    if (!backend.ok()) GTEST_SKIP() << backend.error().message();
    backend_ = std::move(backend).value();
    parameters_ = std::make_unique<Parameters>(*backend_, config_);
    initialize(*backend_, *parameters_, 3);
    // Initial weights are so small that attention is near uniform; larger ones test more. Where
    // heads are normalised it is not, whatever the weights.
    std::vector<float> values(parameters_->all().size());
    backend_->download(parameters_->all(), values);
    for (const ParameterInfo& info : parameters_->layout())
      if (!info.name.ends_with("_norm.weight"))
        for (float& value : std::span(values).subspan(static_cast<std::size_t>(info.offset),
                                                      static_cast<std::size_t>(info.size)))
          value *= 4;
    backend_->upload(values, parameters_->all());
  }

  /// Logits after every token of a sequence, by the training pass.
  std::vector<float> whole(const std::vector<std::int32_t>& tokens) {
    const auto length = static_cast<std::int64_t>(tokens.size());
    TrainingPass pass(*backend_, config_, length);
    return pass.logits(*parameters_, {.batch = 1,
                                      .time = length,
                                      .tokens = tokens,
                                      .targets = std::vector<std::int32_t>(tokens.size(), -1),
                                      .first = {}});
  }

  static void expect_near(std::span<const float> actual, std::span<const float> expected) {
    // Logits here are of order 1; both sides sum float products in different orders. All
    // differences seen are below 1e-5.
    for (std::size_t i = 0; i < actual.size(); ++i)
      ASSERT_NEAR(actual[i], expected[i], 2e-5) << "logit " << i;
  }

  const ModelConfig config_ = config_of(std::get<Family>(GetParam()));
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Parameters> parameters_;
};

TEST_P(DecoderTest, PrefillAndStepsGiveTheLogitsOfTheWholeSequence) {
  const std::vector<std::int32_t> tokens = random_tokens(24, 0);
  const std::vector<float> expected = whole(tokens);
  for (const std::size_t prompt : {std::size_t{1}, std::size_t{9}, std::size_t{24}}) {
    Decoder decoder(*backend_, *parameters_, {.rows_max = 1, .suffix_max = 24});
    std::vector<float> logits(kVocabulary);
    const auto prefix = decoder.prefill(std::span(tokens).first(prompt), logits);
    expect_near(logits, std::span(expected).subspan((prompt - 1) * kVocabulary, kVocabulary));
    for (std::size_t t = prompt; t < tokens.size(); ++t) {
      const Decoder::Row row{.prefix = prefix.get(),
                             .slot = 0,
                             .suffix_length = static_cast<std::int64_t>(t - prompt),
                             .token = tokens[t]};
      decoder.step({&row, 1}, logits);
      expect_near(logits, std::span(expected).subspan(t * kVocabulary, kVocabulary));
    }
  }
}

TEST_P(DecoderTest, RowsShareAPrefixAndAreTheSameBitsWhateverTheOtherRows) {
  const std::vector<std::int32_t> prompt_a = random_tokens(7, 1);
  const std::vector<std::int32_t> prompt_b = random_tokens(12, 2);
  const std::vector<std::int32_t> suffix = random_tokens(5, 3);
  Decoder decoder(*backend_, *parameters_, {.rows_max = 6, .suffix_max = 8});
  std::vector<float> logits(6 * kVocabulary);
  const auto a = decoder.prefill(prompt_a, std::span(logits).first(kVocabulary));
  const auto b = decoder.prefill(prompt_b, std::span(logits).first(kVocabulary));

  std::vector<std::vector<float>> alone;
  for (std::size_t t = 0; t < suffix.size(); ++t) {
    const Decoder::Row row{a.get(), 5, static_cast<std::int64_t>(t), suffix[t]};
    alone.emplace_back(kVocabulary);
    decoder.step({&row, 1}, alone.back());
  }
  for (std::size_t t = 0; t < suffix.size(); ++t) {
    std::vector<Decoder::Row> rows;
    for (std::int64_t slot = 0; slot < 6; ++slot) {
      const bool same = slot == 2;
      rows.push_back({same || slot % 2 == 1 ? a.get() : b.get(), slot, static_cast<std::int64_t>(t),
                      same ? suffix[t] : static_cast<std::int32_t>(slot)});
    }
    decoder.step(rows, logits);
    const std::span<const float> together = std::span(logits).subspan(2 * kVocabulary, kVocabulary);
    ASSERT_TRUE(std::equal(together.begin(), together.end(), alone[t].begin())) << "token " << t;
  }
}

TEST_P(DecoderTest, RowsOfOneSlotAreTheBitsOfOneStepAfterTheOther) {
  const std::vector<std::int32_t> prompt_a = random_tokens(7, 1);
  const std::vector<std::int32_t> prompt_b = random_tokens(12, 2);
  const std::vector<std::int32_t> text_a = random_tokens(8, 3);
  const std::vector<std::int32_t> text_b = random_tokens(6, 4);
  Decoder decoder(*backend_, *parameters_, {.rows_max = 12, .suffix_max = 8, .slots = 2});
  std::vector<float> logits(12 * kVocabulary);
  const auto a = decoder.prefill(prompt_a, std::span(logits).first(kVocabulary));
  const auto b = decoder.prefill(prompt_b, std::span(logits).first(kVocabulary));

  std::vector<Decoder::Row> rows;
  for (std::int64_t t = 0; t < 8; ++t)
    rows.push_back({a.get(), 1, t, text_a[static_cast<std::size_t>(t)]});
  for (std::int64_t t = 0; t < 6; ++t)
    rows.push_back({b.get(), 0, t, text_b[static_cast<std::size_t>(t)]});
  std::vector<std::vector<float>> alone;
  for (const Decoder::Row& row : rows) {
    alone.emplace_back(kVocabulary);
    decoder.step({&row, 1}, alone.back());
  }
  // What a rejected guess leaves behind is overwritten: slot 1 holds other tokens from here on.
  for (std::int64_t t = 2; t < 8; ++t) {
    const Decoder::Row guess{a.get(), 1, t, 0};
    decoder.step({&guess, 1}, std::span(logits).first(kVocabulary));
  }
  // Three tokens of one sequence, then the rest of both in one step.
  const auto step = [&](std::size_t first, std::size_t count) {
    decoder.step(std::span(rows).subspan(first, count),
                 std::span(logits).first(count * kVocabulary));
    for (std::size_t r = 0; r < count; ++r) {
      const auto row = std::span(logits).subspan(r * kVocabulary, kVocabulary);
      ASSERT_TRUE(std::ranges::equal(row, alone[first + r])) << "row " << first + r;
    }
  };
  step(0, 3);
  step(3, 11);
}

TEST_P(DecoderTest, APromptThatSharesTokensWithAnotherIsTheSameBits) {
  std::vector<std::int32_t> tokens = random_tokens(24, 4);
  Decoder decoder(*backend_, *parameters_, {.rows_max = 1, .suffix_max = 8});
  std::vector<float> whole(kVocabulary), shared(kVocabulary), step(kVocabulary);
  const auto expected = decoder.prefill(std::span(tokens).first(20), whole);
  const Decoder::Row expected_row{expected.get(), 0, 0, 5};
  std::vector<float> expected_step(kVocabulary);
  decoder.step({&expected_row, 1}, expected_step);
  for (const std::int64_t count : {0, 1, 9, 17, 19}) {
    std::vector<std::int32_t> other = random_tokens(24, 5);
    std::copy_n(tokens.begin(), count, other.begin());
    const auto base = decoder.prefill(other, shared);
    const auto prefix = decoder.prefill(std::span(tokens).first(20), shared, base.get(), count);
    EXPECT_EQ(shared, whole) << count << " tokens shared";
    const Decoder::Row row{prefix.get(), 0, 0, 5};
    decoder.step({&row, 1}, step);
    EXPECT_EQ(step, expected_step) << count << " tokens shared";
  }
}

TEST_P(DecoderTest, WeightsInFewerBitsGiveNearlyTheSameLogits) {
  const std::vector<std::int32_t> prompt = random_tokens(20, 6);
  std::vector<float> exact(kVocabulary), rounded(kVocabulary);
  const auto run = [&](WeightFormat weights, std::vector<float>& logits) {
    Decoder(*backend_, *parameters_, {.rows_max = 1, .suffix_max = 8, .weights = weights})
        .prefill(prompt, logits);
  };
  run(WeightFormat::f32, exact);
  const auto [smallest, largest] = std::ranges::minmax(exact);
  // 11 bits of a float's 24, and 7 bits and a sign for weights and for what they multiply.
  for (const auto& [format, tolerance] :
       {std::pair(WeightFormat::f16, 1e-3F), std::pair(WeightFormat::int8, 0.05F)}) {
    run(format, rounded);
    EXPECT_NE(rounded, exact) << name_of(format);
    for (std::size_t v = 0; v < kVocabulary; ++v)
      EXPECT_NEAR(rounded[v], exact[v], tolerance * (largest - smallest)) << name_of(format);
  }
}

TEST_P(DecoderTest, AStepBeyondTheContextIsABug) {
  Decoder decoder(*backend_, *parameters_, {.rows_max = 1, .suffix_max = 8});
  std::vector<float> logits(kVocabulary);
  const auto prefix = decoder.prefill(random_tokens(24, 4), logits);
  const Decoder::Row row{prefix.get(), 0, 0, 1};
  EXPECT_DEATH(decoder.step({&row, 1}, logits), "position 24 of 24");
}

INSTANTIATE_TEST_SUITE_P(Families, DecoderTest,
                         testing::Combine(testing::ValuesIn(devices_here()),
                                          testing::ValuesIn(kFamilies)),
                         [](const auto& tested) {
                           return fmt::format("{}_{}", name_of_device(std::get<0>(tested.param)),
                                              name_of(std::get<Family>(tested.param)));
                         });

// What LlamaRotaryEmbedding of transformers 5.24 has as inv_freq.
/// Turns (1, 0) in every pair of a head of 16 at position 100: (cosine, sine) of each of 8 pairs.
std::pair<std::vector<float>, std::vector<float>> turned(ModelConfig config) {
  config.width = 16;
  config.heads = 1;
  config.context = 101;
  config.rotary_size = 16;
  const auto backend = make_backend(Device::reference).value();
  const RotaryTable table(*backend, config);
  const std::unique_ptr<Buffer> qkv = backend->allocate(48);
  for (std::size_t i = 0; i < 8; ++i) qkv->span()[i] = 1;  // The left half of q.
  const std::vector<std::int32_t> positions = {100};
  table.apply(positions, false, Matrix(qkv->data(), 1, 48));
  const std::span<const float> q = qkv->span().first(16);
  return {{q.begin(), q.begin() + 8}, {q.begin() + 8, q.end()}};
}

// Of transformers 5.24, for these parameters; the last four pairs are slowed down by the factor.
TEST(RotaryTableTest, FrequenciesAndLengthOfYarnAreThoseOfTransformers) {
  constexpr double kFrequencies[] = {1.0,
                                     0.3162277638912201,
                                     0.10000000149011612,
                                     0.017787812277674675,
                                     0.0012499999720603228,
                                     0.00039528473280370235,
                                     0.0001250000059371814,
                                     3.9528473280370235e-05};
  constexpr double kAttentionFactor = 1.2079441541679836;
  ModelConfig config;
  config.rotary_factor = 8;
  config.rotary_yarn = {.original_context = 1024,
                        .fast = 16,
                        .slow = 2,
                        .attention_factor = yarn_attention_factor(8)};
  const auto [cosines, sines] = turned(config);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(cosines[i], kAttentionFactor * std::cos(100 * kFrequencies[i]), 1e-5) << i;
    EXPECT_NEAR(sines[i], kAttentionFactor * std::sin(100 * kFrequencies[i]), 1e-5) << i;
  }
}

TEST(RotaryTableTest, FrequenciesInBandsAreThoseOfTransformers) {
  constexpr double kFrequencies[] = {1.0,
                                     0.3162277638912201,
                                     0.10000000149011612,
                                     0.03162277862429619,
                                     0.003086760640144348,
                                     0.00039528473280370235,
                                     0.0001250000059371814,
                                     3.9528473280370235e-05};
  ModelConfig config;
  config.rotary_factor = 8;
  config.rotary_bands = {.original_context = 1024, .low = 1, .high = 4};
  const auto [cosines, sines] = turned(config);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(cosines[i], std::cos(100 * kFrequencies[i]), 1e-5) << i;
    EXPECT_NEAR(sines[i], std::sin(100 * kFrequencies[i]), 1e-5) << i;
  }
}

}  // namespace
}  // namespace scribe
