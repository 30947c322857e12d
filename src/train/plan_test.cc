// Tests of plans: the arithmetic of published sizes, and a small model measured.
#include "train/plan.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"
#include "model/presets.h"
#include "train/gradient_sums.h"

namespace scribe {
namespace {

PlanRequest request_for(std::string_view preset, std::int64_t micro) {
  const ModelPreset sizes = preset_named(preset).value();
  PlanRequest request;
  request.model.layers = sizes.layers;
  request.model.width = sizes.width;
  request.model.heads = sizes.heads;
  request.model.vocabulary_size = 50257;
  request.model.context = 2048;
  request.batch = {.examples = 512, .micro = micro};
  return request;
}

// Codex-12B in bf16 on eight H200: 12.85e9 parameters, so 16 bytes each are 205.7 GB, and a window
// keeps 34 bytes x 2048 x 5120 x 40 layers = 14.3 GB.
TEST(AcceleratorPlanTest, TwelveBillionParametersFitEightH200WithAShardedOptimizer) {
  const Accelerator h200 = accelerator_named("h200").value();
  const AcceleratorPlan plan = plan_on_accelerators(request_for("12B", 4), h200, 8, 0).value();
  ASSERT_EQ(plan.sharding.size(), 5U);
  const double expected_gigabytes[] = {205.7, 70.7, 96.4, 48.2, 25.7};
  for (std::size_t i = 0; i < plan.sharding.size(); ++i)
    EXPECT_NEAR(plan.sharding[i].state_bytes * 1e-9, expected_gigabytes[i], 0.1) << i;
  EXPECT_NEAR(plan.windows.front().bytes * 1e-9, 14.3, 0.1);
  EXPECT_NEAR(plan.windows.back().bytes * 1e-9, 0.84 + 0.36, 0.01);
  EXPECT_LT(plan.sharding[0].left_bytes, 0);
  ASSERT_EQ(plan.chosen, 1U);
  EXPECT_EQ(plan.sharding[1].recompute, "nothing");
  EXPECT_EQ(plan.sharding[1].windows, 4);
  EXPECT_EQ(plan.sharding[2].recompute, "blocks") << "three windows of 9.2 GB in 34.6 GB";
  EXPECT_NEAR(plan.tokens_per_second, 49.7e3, 100);
}

TEST(AcceleratorPlanTest, OneDeviceIsTooFewForTwelveBillion) {
  const Accelerator h200 = accelerator_named("h200").value();
  const AcceleratorPlan plan = plan_on_accelerators(request_for("12B", 1), h200, 1, 0.5).value();
  EXPECT_FALSE(plan.chosen);
  EXPECT_NEAR(plan.tokens_per_second, 49.7e3 / 8, 20);
}

TEST(AcceleratorPlanTest, WhatIsOutOfRangeIsRefused) {
  const Accelerator h200 = accelerator_named("h200").value();
  EXPECT_FALSE(plan_on_accelerators(request_for("12B", 1), h200, 0, 0).ok());
  EXPECT_FALSE(plan_on_accelerators(request_for("12B", 1), h200, 8, 1.5).ok());
  const auto unknown = accelerator_named("h300");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message().find("'h200'"), std::string::npos);
}

PlanRequest small_request() {
  PlanRequest request;
  request.model = {.layers = 6, .width = 32, .heads = 2, .vocabulary_size = 300, .context = 16};
  request.batch = {.examples = 8, .micro = 2};
  return request;
}

double bytes_named(const MachinePlan& plan, std::string_view name) {
  for (const MemoryPart& part : plan.memory)
    if (part.name == name) return part.bytes;
  ADD_FAILURE() << "no part " << name;
  return 0;
}

TEST(MachinePlanTest, MemoryIsThatOfTheWholeModelAndTimeIsPositive) {
  const auto backend = make_backend(Device::cpu, 1).value();
  const PlanRequest request = small_request();
  const auto plan = plan_on_machine(Env::real(), *backend, request);
  ASSERT_TRUE(plan.ok()) << plan.error().message();
  const auto weights = static_cast<double>(4 * parameter_count(request.model));
  EXPECT_EQ(bytes_named(plan.value(), "weights"), weights);
  EXPECT_EQ(bytes_named(plan.value(), "gradients"), weights);
  EXPECT_EQ(bytes_named(plan.value(), "optimizer"), 2 * weights);
  EXPECT_EQ(bytes_named(plan.value(), "activations"),
            static_cast<double>(4 * activation_floats(request.model, 32, Recompute::none)));
  EXPECT_GT(bytes_named(plan.value(), "program and workspace"), 0);
  EXPECT_TRUE(plan.value().fits());
  EXPECT_GT(plan.value().step_seconds, 0);
  EXPECT_NEAR(plan.value().tokens_per_second * plan.value().step_seconds, 8 * 16, 1e-6);
}

TEST(MachinePlanTest, MatricesInBf16TakeHalf) {
  const auto backend = make_backend(Device::cpu, 1).value();
  PlanRequest request = small_request();
  const MachinePlan floats = plan_on_machine(Env::real(), *backend, request).value();
  request.storage = WeightStorage::bf16;
  const MachinePlan plan = plan_on_machine(Env::real(), *backend, request).value();
  double saved = 0;
  for (const ParameterInfo& info : parameter_layout(request.model))
    if (info.decays) saved += 2 * static_cast<double>(info.size);
  EXPECT_EQ(bytes_named(plan, "weights"), bytes_named(floats, "weights") - saved);
  EXPECT_EQ(bytes_named(plan, "optimizer"), bytes_named(floats, "optimizer"));
  EXPECT_GT(plan.step_seconds, 0);
}

TEST(MachinePlanTest, ABatchThatIsNoneIsRefused) {
  const auto backend = make_backend(Device::cpu, 1).value();
  PlanRequest request = small_request();
  request.batch.micro = 9;
  EXPECT_EQ(plan_on_machine(Env::real(), *backend, request).error().code(),
            ErrorCode::invalid_argument);
}

/// Has so much memory available.
class SmallMachine : public FaultyEnv {
 public:
  explicit SmallMachine(std::int64_t kibibytes) : kibibytes_(kibibytes) {}
  Result<std::string> read_file(const std::string& path) override {
    if (path != "/proc/meminfo") return FaultyEnv::read_file(path);
    return fmt::format("MemTotal:  9999999 kB\nMemAvailable:  {} kB\n", kibibytes_);
  }

 private:
  std::int64_t kibibytes_;
};

TEST(MachinePlanTest, ARunThatDoesNotFitIsToldHowItWould) {
  const auto backend = make_backend(Device::cpu, 1).value();
  PlanRequest request = small_request();
  request.model.layers = 48;
  request.batch = {.examples = 4096, .micro = 4096};
  const double needed = total_bytes(plan_on_machine(Env::real(), *backend, request).value().memory);
  SmallMachine three_quarters(static_cast<std::int64_t>(needed * 0.75 / 1024));
  const MachinePlan plan = plan_on_machine(three_quarters, *backend, request).value();
  EXPECT_FALSE(plan.fits());
  EXPECT_EQ(plan.remedy, "--micro-batch 2048") << needed;
}

// Four ranks: half of 48 layers' gradients stay, so that a smaller micro-batch alone does not do.
TEST(MachinePlanTest, RanksAreToldToShardGradients) {
  const auto backend = make_backend(Device::cpu, 1).value();
  PlanRequest request = small_request();
  request.model.layers = 48;
  request.model.width = 256;
  request.ranks = 4;
  request.batch = {.examples = 4, .micro = 1};
  const MachinePlan whole = plan_on_machine(Env::real(), *backend, request).value();
  SmallMachine smaller(static_cast<std::int64_t>(
      (total_bytes(whole.memory) - bytes_named(whole, "gradients") / 4) / 1024));
  const MachinePlan plan = plan_on_machine(smaller, *backend, request).value();
  EXPECT_FALSE(plan.fits());
  EXPECT_EQ(plan.remedy, "--zero 2 --micro-batch 1");
  EXPECT_EQ(bytes_named(plan, "a tensor to save"), 4.0 * 4 * 256 * 256);
  request.zero = Zero::gradients;
  EXPECT_TRUE(plan_on_machine(smaller, *backend, request).value().fits());
}

TEST(MachinePlanTest, WatchedSamplesTakeACopyOfTheMatrices) {
  const auto backend = make_backend(Device::cpu, 1).value();
  PlanRequest request = small_request();
  request.samples = true;
  const MachinePlan plan = plan_on_machine(Env::real(), *backend, request).value();
  const double vectors = 4.0 * (6 * (9 + 4) * 32 + 2 * 32);  // Biases and norms.
  EXPECT_EQ(bytes_named(plan, "samples"), bytes_named(plan, "weights") - vectors);
}

TEST(MachinePlanTest, AModelOfWhichNotOneLayerFitsIsNotMeasured) {
  const auto backend = make_backend(Device::cpu, 1).value();
  SmallMachine tiny(64);
  const auto plan = plan_on_machine(tiny, *backend, small_request());
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code(), ErrorCode::unsupported);
}

TEST(MachinePlanTest, RanksShareActivationsAndWhatZeroSays) {
  PlanRequest request = small_request();
  request.batch = {.examples = 8, .micro = 8};
  const auto backend = make_backend(Device::cpu, 1).value();
  const MachinePlan alone = plan_on_machine(Env::real(), *backend, request).value();
  request.ranks = 4;
  const MachinePlan shared = plan_on_machine(Env::real(), *backend, request).value();
  for (const std::size_t part : {0U, 1U})  // weights, gradients
    EXPECT_EQ(shared.memory[part].bytes, alone.memory[part].bytes);
  EXPECT_EQ(shared.memory[2].name, "optimizer");
  EXPECT_EQ(shared.memory[2].bytes, alone.memory[2].bytes / 4);
  EXPECT_EQ(shared.memory[3].name, "activations");
  EXPECT_EQ(shared.memory[3].bytes, alone.memory[3].bytes / 4);
  EXPECT_LT(shared.step_seconds, alone.step_seconds);
  request.zero = Zero::gradients;
  const MachinePlan sharded = plan_on_machine(Env::real(), *backend, request).value();
  EXPECT_EQ(sharded.memory[1].bytes,
            static_cast<double>(4 * GradientSums::size(request.model, 4, Zero::gradients)));
  EXPECT_EQ(sharded.memory[2].bytes, shared.memory[2].bytes);
  request.zero = Zero::none;
  const MachinePlan whole = plan_on_machine(Env::real(), *backend, request).value();
  EXPECT_EQ(whole.memory[1].bytes, alone.memory[1].bytes);
  EXPECT_EQ(whole.memory[2].bytes, alone.memory[2].bytes);
  request.ranks = 0;
  EXPECT_FALSE(plan_on_machine(Env::real(), *backend, request).ok());
}

}  // namespace
}  // namespace scribe
