// Every model family as transformers computes it: checkpoints both ways, logits, gradients, steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/testing/faulty_env.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/model_config.h"
#include "golden/golden_values.h"
#include "model/training_pass.h"

namespace scribe {
namespace {

constexpr std::int64_t kBatch = 2;
constexpr std::int64_t kTime = 12;
constexpr std::int64_t kSteps = 10;

// The goldens are of float64 but for norms and rotations, which transformers computes in float32:
// their rounding, 6e-8 for each of some ten layers' worth of operations, is in both sides.
constexpr double kForwardTolerance = 1e-5;
constexpr double kGradientTolerance = 5e-5;
// Elements whose gradient is rounding take full steps of Adam; see golden_test.cc.
constexpr double kTrainedTolerance = 2e-4;

template <typename T>
T must(Result<T> result) {
  SCRIBE_CHECK(result.ok(), "{}", result.error().message());
  return std::move(result).value();
}

double norm_of(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

/// Without rotations the keys' bias shifts all scores of a query alike: its gradient is rounding.
bool holds_key_bias(const std::string& name) {
  return name.ends_with("c_attn.bias");
}

/// The folders of the goldens: one for each family, and one for YaRN's scaling of rotations.
std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const Family family : kFamilies) names.emplace_back(name_of(family));
  names.emplace_back("qwen2_yarn");
  return names;
}

class FamilyGoldenTest : public testing::TestWithParam<std::tuple<Device, std::string>> {
 protected:
  FamilyGoldenTest()
      : directory_(fmt::format("{}/{}", SCRIBE_FAMILY_GOLDENS, name())),
        golden_(must(SafetensorsFile::open(env_, directory_ + "/golden.safetensors"))),
        config_(must(load_model_config(env_, directory_))),
        backend_(must(make_backend(std::get<Device>(GetParam()), 1))),
        parameters_(*backend_, config_),
        gradients_(*backend_, config_),
        pass_(*backend_, config_, kBatch * kTime) {
    const WeightFiles weights = must(WeightFiles::open(env_, directory_));
    const Status status = read_parameters(weights, *backend_, parameters_);
    SCRIBE_CHECK(status.ok(), "{}", status.error().message());
    batch_.batch = kBatch;
    batch_.time = kTime;
    batch_.tokens = golden_ids(golden_, "tokens");
    batch_.targets = golden_ids(golden_, "targets");
    for (const std::int32_t target : batch_.targets) targets_ += target >= 0 ? 1 : 0;
  }

  static const std::string& name() { return std::get<std::string>(GetParam()); }

  /// Mean loss, and its gradients.
  double step() {
    backend_->fill(gradients_.all(), 0);
    return pass_.loss_and_gradients(parameters_, batch_, 1.0F / static_cast<float>(targets_),
                                    gradients_) /
           targets_;
  }

  /// Parameters under the names that transformers has for them.
  SafetensorsFile written(const Parameters& parameters) {
    const std::string path = scratch_.file("written.safetensors");
    const Status status = write_parameters(env_, path, *backend_, parameters);
    SCRIBE_CHECK(status.ok(), "{}", status.error().message());
    return must(SafetensorsFile::open(env_, path));
  }

  Env& env_ = Env::real();
  TemporaryDirectory scratch_;
  std::string directory_;
  SafetensorsFile golden_;
  ModelConfig config_;
  std::unique_ptr<Backend> backend_;
  Parameters parameters_;
  Parameters gradients_;
  TrainingPass pass_;
  TokenBatch batch_;
  int targets_ = 0;
};

TEST_P(FamilyGoldenTest, LogitsAndLossAreThoseOfTransformers) {
  EXPECT_LT(relative_error(pass_.logits(parameters_, batch_), golden_values(golden_, "logits")),
            kForwardTolerance);
  EXPECT_NEAR(pass_.loss(parameters_, batch_) / targets_ / golden_values(golden_, "losses")[0], 1,
              kForwardTolerance);
}

TEST_P(FamilyGoldenTest, EveryGradientIsThatOfTransformers) {
  step();
  const SafetensorsFile found = written(gradients_);
  std::size_t compared = 0;
  for (const auto& [name, tensor] : golden_.tensors()) {
    constexpr std::string_view kPrefix = "gradient.";
    if (!name.starts_with(kPrefix)) continue;
    const std::string own = name.substr(kPrefix.size());
    const std::vector<float> expected = golden_values(golden_, name);
    ++compared;
    EXPECT_LT(relative_error(golden_values(found, own), expected), kGradientTolerance) << own;
  }
  EXPECT_EQ(compared, found.tensors().size());
}

TEST_P(FamilyGoldenTest, TenOptimizerStepsAreThoseOfTransformers) {
  Parameters m(*backend_, config_);
  Parameters v(*backend_, config_);
  const std::vector<float> losses = golden_values(golden_, "losses");
  for (std::int64_t number = 1; number <= kSteps; ++number) {
    EXPECT_NEAR(step() / losses[static_cast<std::size_t>(number - 1)], 1, kTrainedTolerance)
        << "step " << number;
    AdamWStep adamw{.learning_rate = 1e-3, .weight_decay = 0.1, .step = number};
    backend_->adamw(parameters_.decaying(), gradients_.decaying(), m.decaying(), v.decaying(),
                    adamw);
    adamw.weight_decay = 0;
    backend_->adamw(parameters_.not_decaying(), gradients_.not_decaying(), m.not_decaying(),
                    v.not_decaying(), adamw);
  }
  const SafetensorsFile found = written(parameters_);
  for (const auto& [name, tensor] : found.tensors()) {
    if (holds_key_bias(name)) continue;
    const double expected = static_cast<double>(golden_values(golden_, "final_norm." + name)[0]);
    EXPECT_NEAR(norm_of(golden_values(found, name)), expected, kTrainedTolerance * expected)
        << name;
  }
}

TEST_P(FamilyGoldenTest, TheRoundTripChangesNoTensor) {
  const SafetensorsFile original =
      must(SafetensorsFile::open(env_, directory_ + "/model.safetensors"));
  const SafetensorsFile found = written(parameters_);
  EXPECT_EQ(found.tensors().size(), original.tensors().size());
  for (const auto& [name, tensor] : original.tensors()) {
    ASSERT_TRUE(found.tensors().contains(name)) << name;
    EXPECT_EQ(found.tensors().at(name).shape, tensor.shape) << name;
    EXPECT_EQ(golden_values(found, name), golden_values(original, name)) << name;
  }
}

TEST_P(FamilyGoldenTest, TheConfigurationWeWriteIsReadAsTheSame) {
  const auto again = parse_model_config(model_config_json(config_, 39), "written");
  ASSERT_TRUE(again.ok()) << again.error().message();
  ModelConfig expected = config_;
  expected.kv_heads = again.value().kv_heads == 0 ? expected.kv_heads : expected.key_heads();
  expected.inner_width = again.value().inner_width;
  EXPECT_EQ(again.value(), expected);
  EXPECT_EQ(again.value().inner(), config_.inner());
}

// For tools/check_transformers.py, which reads what we write.
TEST_P(FamilyGoldenTest, CheckpointsCanBeWrittenOut) {
  const char* const folder = std::getenv("SCRIBE_CHECKPOINTS");
  if (folder == nullptr) GTEST_SKIP() << "no folder to write to (SCRIBE_CHECKPOINTS)";
  const std::string own = fmt::format("{}/{}", folder, name());
  ASSERT_TRUE(env_.create_directories(own).ok());
  ASSERT_TRUE(
      write_file_atomic(env_, own + "/config.json", to_json_pretty(model_config_json(config_, 39)))
          .ok());
  EXPECT_TRUE(write_parameters(env_, own + "/model.safetensors", *backend_, parameters_).ok());
}

INSTANTIATE_TEST_SUITE_P(Families, FamilyGoldenTest,
                         testing::Combine(testing::ValuesIn(devices_here()),
                                          testing::ValuesIn(golden_names())),
                         [](const auto& tested) {
                           return name_of_device(std::get<Device>(tested.param)) + "_" +
                                  std::get<std::string>(tested.param);
                         });

}  // namespace
}  // namespace scribe
