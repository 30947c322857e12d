// Compares the model, its gradients and ten optimizer steps with what PyTorch computed.
#include <gtest/gtest.h>

#include <cmath>

#include "golden/golden_values.h"
#include "model/training_pass.h"
#include "tensor/safetensors.h"

namespace scribe {
namespace {

/// The shape that tools/make_goldens.py uses.
constexpr ModelConfig kConfig{
    .layers = 2, .width = 32, .heads = 2, .vocabulary_size = 64, .context = 16};
constexpr std::int64_t kBatch = 2;
constexpr std::int64_t kSteps = 10;

class Golden {
 public:
  Golden() : file_(open()) {}

  std::vector<float> read(const std::string& name) const { return golden_values(file_, name); }

  TokenBatch batch() const {
    return {.batch = kBatch,
            .time = kConfig.context,
            .tokens = golden_ids(file_, "tokens"),
            .targets = golden_ids(file_, "targets"),
            .first = {}};
  }

 private:
  static SafetensorsFile open() {
    auto file = SafetensorsFile::open(Env::real(), SCRIBE_GOLDEN_FILE);
    SCRIBE_CHECK(file.ok(), "{}", file.error().message());
    return std::move(file).value();
  }

  SafetensorsFile file_;
};

// The goldens are computed in float64, so what is left is our own rounding: a float has 6e-8, a
// logit is the end of about 2 * 8 sums of 32 to 128 products, a gradient of twice as many.
constexpr double kForwardTolerance = 5e-6;
constexpr double kGradientTolerance = 2e-5;
// Adam divides by sqrt(v): elements whose gradient is near zero take a step of full size whose sign
// is rounding. Ten steps of 1e-3 on a few such elements change a tensor's norm by about 1e-5.
constexpr double kTrainedTolerance = 5e-5;

/// Is element `index` of the tensor comparable after training? The keys' third of attn.c_attn.bias
/// shifts all scores of a query alike: its gradient is rounding, of which Adam makes full steps.
bool is_comparable(const std::string& name, std::size_t index) {
  const auto width = static_cast<std::size_t>(kConfig.width);
  return !name.ends_with("attn.c_attn.bias") || index < width || index >= 2 * width;
}

class GoldenTest : public testing::TestWithParam<Device> {
 protected:
  GoldenTest()
      : backend_(make_backend(GetParam(), 1).value()),
        parameters_(*backend_, kConfig),
        gradients_(*backend_, kConfig),
        pass_(*backend_, kConfig, kBatch * kConfig.context),
        batch_(golden_.batch()) {
    for (const ParameterInfo& info : parameters_.layout())
      backend_->upload(golden_.read(info.name), parameters_.tensor(info));
    for (const std::int32_t target : batch_.targets) targets_ += target >= 0 ? 1 : 0;
  }

  double step() {
    backend_->fill(gradients_.all(), 0);
    return pass_.loss_and_gradients(parameters_, batch_, 1.0F / static_cast<float>(targets_),
                                    gradients_) /
           targets_;
  }

  std::vector<float> host(std::span<const float> values) {
    std::vector<float> copy(values.size());
    backend_->download(values, copy);
    return copy;
  }

  Golden golden_;
  std::unique_ptr<Backend> backend_;
  Parameters parameters_;
  Parameters gradients_;
  TrainingPass pass_;
  TokenBatch batch_;
  int targets_ = 0;
};

TEST_P(GoldenTest, LogitsAreThoseOfPytorch) {
  EXPECT_LT(relative_error(pass_.logits(parameters_, batch_), golden_.read("logits")),
            kForwardTolerance);
}

TEST_P(GoldenTest, LossIgnoresWhatPytorchIgnores) {
  EXPECT_EQ(targets_, kBatch * kConfig.context - 1);
  EXPECT_NEAR(pass_.loss(parameters_, batch_) / targets_ / golden_.read("loss")[0], 1,
              kForwardTolerance);
}

TEST_P(GoldenTest, EveryGradientIsThatOfPytorch) {
  step();
  for (const ParameterInfo& info : gradients_.layout())
    EXPECT_LT(relative_error(host(gradients_.tensor(info)), golden_.read("gradient." + info.name)),
              kGradientTolerance)
        << info.name;
}

TEST_P(GoldenTest, TenOptimizerStepsAreThoseOfPytorch) {
  Parameters m(*backend_, kConfig);
  Parameters v(*backend_, kConfig);
  const std::vector<float> losses = golden_.read("losses");
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
  for (const ParameterInfo& info : parameters_.layout()) {
    double sum = 0;
    double squares = 0;
    const std::vector<float> values = host(parameters_.tensor(info));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!is_comparable(info.name, i)) continue;
      sum += values[i];
      squares += static_cast<double>(values[i]) * values[i];
    }
    const double norm = golden_.read("final_norm." + info.name)[0];
    EXPECT_NEAR(std::sqrt(squares), norm, kTrainedTolerance * norm) << info.name;
    // A sum cancels, so its error is measured against the norm times sqrt(count), its upper bound.
    EXPECT_NEAR(sum, golden_.read("final_sum." + info.name)[0],
                kTrainedTolerance * norm * std::sqrt(static_cast<double>(info.size)))
        << info.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, GoldenTest, testing::ValuesIn(devices_here()),
                         [](const auto& instance) { return name_of_device(instance.param); });

}  // namespace
}  // namespace scribe
