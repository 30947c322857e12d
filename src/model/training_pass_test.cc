// Tests of the whole model: gradients, agreement of backends, padding, threads, memorising a batch.
#include "model/training_pass.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "backend/reference/reference_backend.h"
#include "base/philox.h"
#include "model/rotary_table.h"
#include "model/testing/tiny_families.h"

namespace scribe {
namespace {

constexpr ModelConfig kTiny{
    .layers = 2, .width = 16, .heads = 2, .vocabulary_size = 24, .context = 12};

std::unique_ptr<Backend> backend_of(Device device, int threads = 1) {
  auto backend = make_backend(device, threads);
  SCRIBE_CHECK(backend.ok(), "{}", backend.error().message());
  return std::move(backend).value();
}

/// Random tokens, every next one a target, except that each fifth target is ignored.
TokenBatch random_batch(const ModelConfig& config, std::int64_t batch, std::int64_t time,
                        std::uint64_t seed) {
  PhiloxStream random(seed, 1);
  TokenBatch made{.batch = batch, .time = time, .tokens = {}, .targets = {}, .first = {}};
  for (std::int64_t i = 0; i < batch * time; ++i) {
    const auto vocabulary = static_cast<std::uint64_t>(config.vocabulary_size);
    made.tokens.push_back(static_cast<std::int32_t>(random.next_below(vocabulary)));
    const auto target = static_cast<std::int32_t>(random.next_below(vocabulary));
    made.targets.push_back(i % 5 == 4 ? -1 : target);
  }
  return made;
}

/// Larger than at the start of training, so that no gradient is tiny, and with biases of their own.
void randomize(Parameters& parameters, std::uint64_t seed) {
  PhiloxStream random(seed, 2);
  for (const ParameterInfo& info : parameters.layout()) {
    const bool is_norm_weight = !info.decays && info.name.ends_with(".weight");
    for (float& value : parameters.tensor(info))
      value = static_cast<float>((is_norm_weight ? 1.0 : 0.0) + 0.2 * random.next_normal());
  }
}

/// Largest |a - b| relative to the largest |b|.
double relative_difference(std::span<const float> a, std::span<const float> b) {
  double difference = 0;
  double scale = 1e-30;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(a[i]) - b[i]));
    scale = std::max(scale, std::abs(static_cast<double>(b[i])));
  }
  return difference / scale;
}

struct Model {
  Model(Device device, const ModelConfig& config, std::int64_t rows, int threads = 1,
        Recompute recompute = Recompute::none)
      : backend(backend_of(device, threads)),
        parameters(*backend, config),
        gradients(*backend, config),
        pass(*backend, config, rows, recompute) {}

  std::unique_ptr<Backend> backend;
  Parameters parameters;
  Parameters gradients;
  TrainingPass pass;
};

/// The same values in bf16, and in floats those that bf16 leaves.
Parameters rounded_to_bf16(Backend& backend, Parameters& parameters) {
  Parameters narrow(backend, parameters.config(), WeightStorage::bf16);
  std::vector<float> copy;
  for (const ParameterInfo& info : parameters.layout()) {
    narrow.write(backend, info, parameters.read(backend, info, copy));
    parameters.write(backend, info, narrow.read(backend, info, copy));
  }
  return narrow;
}

class FamilyTest : public testing::TestWithParam<Family> {};

// Central differences with h = 1e-2 along the gradient's own direction within one tensor have an
// error of order h^2 |f'''|; float rounding of the loss (1e-6 relative) divided by h adds 1e-4.
TEST_P(FamilyTest, GradientsAreFiniteDifferencesOfTheLoss) {
  const ModelConfig config = tiny_config(GetParam());
  Model model(Device::reference, config, 24);
  randomize(model.parameters, 3);
  const TokenBatch batch = random_batch(config, 2, 12, 4);
  model.pass.loss_and_gradients(model.parameters, batch, 1, model.gradients);
  for (const ParameterInfo& info : model.parameters.layout()) {
    const std::span<float> values = model.parameters.tensor(info);
    const std::span<float> gradient = model.gradients.tensor(info);
    double norm = 0;
    for (const float g : gradient) norm += static_cast<double>(g) * g;
    norm = std::sqrt(norm);
    // The key bias shifts all scores of a query alike, so its third of the gradient is exactly zero
    // in theory; the rest of the tensor keeps the norm well above rounding.
    ASSERT_GT(norm, 1e-4) << info.name;
    const std::vector<float> saved(values.begin(), values.end());
    const double step = std::min(1e-2, 0.1 / norm);  // Where the slope is steep it also bends.
    const auto loss_at = [&](double shift) {
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(saved[i] + shift * gradient[i] / norm);
      return model.pass.loss(model.parameters, batch);
    };
    const double slope = (loss_at(step) - loss_at(-step)) / (2 * step);
    std::ranges::copy(saved, values.begin());
    EXPECT_NEAR(slope / norm, 1.0, 5e-3) << info.name << " norm " << norm;
  }
}

/// Rows [begin, end) of a batch as a window of their own.
TokenBatch part_of(const TokenBatch& batch, std::ptrdiff_t begin, std::ptrdiff_t end) {
  return {.batch = 1,
          .time = end - begin,
          .tokens = {batch.tokens.begin() + begin, batch.tokens.begin() + end},
          .targets = {batch.targets.begin() + begin, batch.targets.begin() + end},
          .first = {}};
}

TEST_P(FamilyTest, PackedDocumentsHaveTheLossAndGradientsOfDocumentsApart) {
  const ModelConfig config = tiny_config(GetParam());
  for (const Device device : {Device::reference, Device::cpu}) {
    Model packed(device, config, 36);
    Model apart(device, config, 36);
    randomize(packed.parameters, 5);
    apart.backend->upload(packed.parameters.all(), apart.parameters.all());
    // Windows of 7 + 5, 1 + 4 + 4 + 3 and a whole one.
    TokenBatch batch = random_batch(config, 3, 12, 6);
    batch.document_rows = {7, 13, 17, 21};
    const double loss =
        packed.pass.loss_and_gradients(packed.parameters, batch, 0.1F, packed.gradients);
    double sum = 0;
    const std::vector<std::ptrdiff_t> ends{0, 7, 12, 13, 17, 21, 24, 36};
    for (std::size_t i = 0; i + 1 < ends.size(); ++i)
      sum += apart.pass.loss_and_gradients(apart.parameters, part_of(batch, ends[i], ends[i + 1]),
                                           0.1F, apart.gradients);
    // The same numbers, summed in another order.
    EXPECT_NEAR(loss, sum, 1e-5 * sum);
    for (const ParameterInfo& info : packed.parameters.layout())
      EXPECT_LT(relative_difference(packed.gradients.tensor(info), apart.gradients.tensor(info)),
                1e-5)
          << info.name;
    batch.document_rows.clear();
    EXPECT_GT(std::abs(packed.pass.loss(packed.parameters, batch) - sum), 1e-3 * sum);
  }
}

TEST_P(FamilyTest, CpuAgreesWithReferenceWithAndWithoutPadding) {
  const ModelConfig config = tiny_config(GetParam());
  for (const std::vector<std::int32_t>& first :
       {std::vector<std::int32_t>{}, std::vector<std::int32_t>{0, 5, 11}}) {
    Model expected(Device::reference, config, 36);
    Model found(Device::cpu, config, 36, 2);
    randomize(expected.parameters, 5);
    found.backend->upload(expected.parameters.all(), found.parameters.all());
    TokenBatch batch = random_batch(config, 3, 12, 6);
    batch.first = first;
    const double expected_loss =
        expected.pass.loss_and_gradients(expected.parameters, batch, 0.1F, expected.gradients);
    const double loss =
        found.pass.loss_and_gradients(found.parameters, batch, 0.1F, found.gradients);
    EXPECT_NEAR(loss, expected_loss, 1e-5 * expected_loss);
    for (const ParameterInfo& info : found.parameters.layout())
      EXPECT_LT(relative_difference(found.gradients.tensor(info), expected.gradients.tensor(info)),
                1e-4)
          << info.name;
  }
}

TEST_P(FamilyTest, ParametersInBf16GiveTheBitsOfTheFloatsTheyStandFor) {
  const ModelConfig config = tiny_config(GetParam());
  for (const Device device : {Device::reference, Device::cpu}) {
    Model model(device, config, 2 * config.context);
    randomize(model.parameters, 3);
    const Parameters narrow = rounded_to_bf16(*model.backend, model.parameters);
    const TokenBatch batch = random_batch(config, 2, config.context, 4);
    const double loss =
        model.pass.loss_and_gradients(model.parameters, batch, 0.5F, model.gradients);
    const std::vector<float> expected(model.gradients.all().begin(), model.gradients.all().end());
    model.backend->fill(model.gradients.all(), 0);
    EXPECT_EQ(model.pass.loss_and_gradients(narrow, batch, 0.5F, model.gradients), loss);
    EXPECT_TRUE(std::ranges::equal(model.gradients.all(), expected));
    EXPECT_EQ(model.pass.logits(narrow, batch), model.pass.logits(model.parameters, batch));
  }
}

TEST_P(FamilyTest, RecomputationChangesNoBit) {
  const ModelConfig config = tiny_config(GetParam());
  for (const Recompute recompute : {Recompute::attention, Recompute::block}) {
    Model kept(Device::cpu, config, 36, 2);
    Model again(Device::cpu, config, 36, 2, recompute);
    randomize(kept.parameters, 5);
    again.backend->upload(kept.parameters.all(), again.parameters.all());
    TokenBatch batch = random_batch(config, 3, 12, 6);
    batch.first = {0, 5, 11};
    EXPECT_EQ(kept.pass.loss_and_gradients(kept.parameters, batch, 0.1F, kept.gradients),
              again.pass.loss_and_gradients(again.parameters, batch, 0.1F, again.gradients));
    EXPECT_TRUE(std::ranges::equal(kept.gradients.all(), again.gradients.all()));
  }
}

/// Counts the floats that are allocated.
class CountingBackend : public ReferenceBackend {
 public:
  std::unique_ptr<Buffer> allocate(std::int64_t count) override {
    allocated += count;
    return ReferenceBackend::allocate(count);
  }
  std::int64_t allocated = 0;
};

TEST_P(FamilyTest, ActivationsAreAsManyAsPredictedAndFewerWithRecomputation) {
  const ModelConfig config = tiny_config(GetParam());
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const Recompute recompute : {Recompute::none, Recompute::attention, Recompute::block}) {
    CountingBackend backend;
    const RotaryTable rotary(backend, config);
    const std::int64_t of_rotary = std::exchange(backend.allocated, 0);
    const TrainingPass pass(backend, config, 36, recompute);
    EXPECT_EQ(backend.allocated - of_rotary, activation_floats(config, 36, recompute));
    EXPECT_LT(backend.allocated, fewest);
    fewest = backend.allocated;
  }
}

TEST(TrainingPassTest, RecomputationHasThreeNames) {
  EXPECT_EQ(recompute_named("none").value(), Recompute::none);
  EXPECT_EQ(recompute_named("attention").value(), Recompute::attention);
  EXPECT_EQ(recompute_named("block").value(), Recompute::block);
  EXPECT_FALSE(recompute_named("some").ok());
}

INSTANTIATE_TEST_SUITE_P(Families, FamilyTest, testing::ValuesIn(kFamilies), family_name);

TEST(TrainingPassTest, GradientsAreAccumulatedAndScaled) {
  Model model(Device::reference, kTiny, 24);
  randomize(model.parameters, 3);
  const TokenBatch batch = random_batch(kTiny, 2, 12, 4);
  model.pass.loss_and_gradients(model.parameters, batch, 1, model.gradients);
  const std::vector<float> once(model.gradients.all().begin(), model.gradients.all().end());
  model.pass.loss_and_gradients(model.parameters, batch, 2, model.gradients);
  std::vector<float> thrice(once.size());
  std::ranges::transform(once, thrice.begin(), [](float g) { return 3 * g; });
  EXPECT_LT(relative_difference(model.gradients.all(), thrice), 1e-5);
}

TEST(TrainingPassTest, CpuAgreesWithReference) {
  constexpr ModelConfig kConfig{
      .layers = 2, .width = 48, .heads = 3, .vocabulary_size = 131, .context = 33};
  Model expected(Device::reference, kConfig, 99);
  Model found(Device::cpu, kConfig, 99, 2);
  randomize(expected.parameters, 5);
  found.backend->upload(expected.parameters.all(), found.parameters.all());
  const TokenBatch batch = random_batch(kConfig, 3, 33, 6);
  const double expected_loss =
      expected.pass.loss_and_gradients(expected.parameters, batch, 0.01F, expected.gradients);
  const double found_loss =
      found.pass.loss_and_gradients(found.parameters, batch, 0.01F, found.gradients);
  // Sums of up to 192 float products in another order, through two layers: about 1e-6 each.
  EXPECT_NEAR(found_loss / expected_loss, 1, 1e-5);
  EXPECT_LT(relative_difference(found.pass.logits(found.parameters, batch),
                                expected.pass.logits(expected.parameters, batch)),
            2e-5);
  for (const ParameterInfo& info : expected.parameters.layout())
    EXPECT_LT(relative_difference(found.gradients.tensor(info), expected.gradients.tensor(info)),
              1e-4)
        << info.name;
}

class TrainingPassOnDevice : public testing::TestWithParam<Device> {};

/// `rows` sequences of their own lengths, alone and left-padded into one batch.
TEST_P(TrainingPassOnDevice, LeftPaddedLogitsEqualUnpaddedOnes) {
  Model model(GetParam(), kTiny, 36);
  randomize(model.parameters, 8);
  const TokenBatch tokens = random_batch(kTiny, 3, 12, 9);
  TokenBatch padded = tokens;
  padded.first = {0, 5, 11};
  const std::vector<float> together = model.pass.logits(model.parameters, padded);
  const std::size_t V = static_cast<std::size_t>(kTiny.vocabulary_size);
  for (std::size_t b = 0; b < 3; ++b) {
    const auto first = static_cast<std::size_t>(padded.first[b]);
    TokenBatch alone{.batch = 1,
                     .time = static_cast<std::int64_t>(12 - first),
                     .tokens = {tokens.tokens.begin() + static_cast<std::ptrdiff_t>(b * 12 + first),
                                tokens.tokens.begin() + static_cast<std::ptrdiff_t>(b * 12 + 12)},
                     .targets = std::vector<std::int32_t>(12 - first, -1),
                     .first = {}};
    const std::vector<float> expected = model.pass.logits(model.parameters, alone);
    const auto found = std::span(together).subspan((b * 12 + first) * V, expected.size());
    // The sums have the same terms, in blocks that padding may shift.
    EXPECT_LT(relative_difference(found, expected), 1e-5) << "row " << b;
  }
}

TEST_P(TrainingPassOnDevice, PaddingDoesNotChangeGradients) {
  Model model(GetParam(), kTiny, 24);
  randomize(model.parameters, 8);
  TokenBatch alone = random_batch(kTiny, 1, 7, 10);
  model.pass.loss_and_gradients(model.parameters, alone, 1, model.gradients);
  const std::vector<float> expected(model.gradients.all().begin(), model.gradients.all().end());
  TokenBatch padded{.batch = 1, .time = 12, .tokens = {}, .targets = {}, .first = {5}};
  padded.tokens.assign(5, 1);
  padded.targets.assign(5, -1);
  padded.tokens.insert(padded.tokens.end(), alone.tokens.begin(), alone.tokens.end());
  padded.targets.insert(padded.targets.end(), alone.targets.begin(), alone.targets.end());
  model.backend->fill(model.gradients.all(), 0);
  model.pass.loss_and_gradients(model.parameters, padded, 1, model.gradients);
  EXPECT_LT(relative_difference(model.gradients.all(), expected), 1e-5);
}

TEST_P(TrainingPassOnDevice, ASequenceToTheRightOfItsTargetsMayPassTheContext) {
  Model model(GetParam(), kTiny, 32);
  randomize(model.parameters, 8);
  // Row 1 needs 12 columns after its 4 of padding; row 0 ends at column 12 and is filled up.
  TokenBatch batch = random_batch(kTiny, 2, 16, 11);
  std::fill(batch.targets.begin() + 12, batch.targets.begin() + 16, -1);
  batch.first = {0, 4};
  for (std::size_t t = 16; t < 20; ++t) batch.targets[t] = -1;
  const double loss = model.pass.loss_and_gradients(model.parameters, batch, 1, model.gradients);
  EXPECT_TRUE(std::isfinite(loss));
}

TEST_P(TrainingPassOnDevice, OneBatchIsMemorised) {
  constexpr ModelConfig kConfig{
      .layers = 2, .width = 32, .heads = 2, .vocabulary_size = 24, .context = 12};
  Model model(GetParam(), kConfig, 24);
  initialize(*model.backend, model.parameters, 1);
  Parameters m(*model.backend, kConfig);
  Parameters v(*model.backend, kConfig);
  const TokenBatch batch = random_batch(kConfig, 2, 12, 12);
  const auto targets = static_cast<double>(
      std::ranges::count_if(batch.targets, [](std::int32_t target) { return target >= 0; }));
  double loss = 0;
  for (std::int64_t step = 1; step <= 200; ++step) {
    model.backend->fill(model.gradients.all(), 0);
    loss = model.pass.loss_and_gradients(model.parameters, batch, static_cast<float>(1 / targets),
                                         model.gradients) /
           targets;
    if (loss < 0.01) break;
    model.backend->adamw(model.parameters.all(), model.gradients.all(), m.all(), v.all(),
                         {.learning_rate = 3e-3, .step = step});
  }
  EXPECT_LT(loss, 0.01);
}

TEST_P(TrainingPassOnDevice, BitsAreEqualAtOneAndTwoThreads) {
  constexpr ModelConfig kConfig{
      .layers = 2, .width = 64, .heads = 4, .vocabulary_size = 211, .context = 40};
  Model one(GetParam(), kConfig, 160, 1);
  Model two(GetParam(), kConfig, 160, 2);
  initialize(*one.backend, one.parameters, 2);
  initialize(*two.backend, two.parameters, 2);
  const TokenBatch batch = random_batch(kConfig, 4, 40, 13);
  EXPECT_EQ(one.pass.loss_and_gradients(one.parameters, batch, 0.01F, one.gradients),
            two.pass.loss_and_gradients(two.parameters, batch, 0.01F, two.gradients));
  EXPECT_TRUE(std::ranges::equal(one.gradients.all(), two.gradients.all()));
}

INSTANTIATE_TEST_SUITE_P(Devices, TrainingPassOnDevice,
                         testing::Values(Device::reference, Device::cpu), [](const auto& instance) {
                           return instance.param == Device::cpu ? "cpu" : "reference";
                         });

TEST(TrainingPassDeathTest, ATokenOutsideTheVocabularyIsABug) {
  Model model(Device::reference, kTiny, 24);
  TokenBatch batch = random_batch(kTiny, 2, 12, 4);
  batch.tokens[3] = kTiny.vocabulary_size;
  EXPECT_DEATH(model.pass.loss(model.parameters, batch), "row 3 token 24");
}

}  // namespace
}  // namespace scribe
