// Tests of ranks whose weights and gradients are in memory of a device.
#include "train/device_ranks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <mutex>
#include <numeric>

#include "backend/testing/devices.h"
#include "comm/testing/thread_ranks.h"
#include "train/testing/train_test_case.h"

namespace scribe {
namespace {

/// Of the host, and of a GPU or what this program was linked with in its place.
class DeviceRanksTest : public TrainTest, public ::testing::WithParamInterface<Device> {
 protected:
  void SetUp() override {
    if (const auto made = make_backend(GetParam(), 1); !made.ok())
      GTEST_SKIP() << made.error().message();
  }

  /// `length` floats of each of `ranks` ranks, 10 x rank + place, in a device's memory; what they
  /// are after `body`.
  std::vector<std::vector<float>> values_after(
      int ranks, std::size_t length,
      const std::function<void(DeviceRanks&, Backend&, std::span<float>)>& body) {
    std::vector<std::vector<float>> all(static_cast<std::size_t>(ranks));
    run_ranks(ranks, [&](Communicator& communicator) {
      const auto backend = make_backend(GetParam(), 1).value();
      DeviceRanks device(*backend, communicator);
      std::vector<float> host(length);
      std::iota(host.begin(), host.end(), static_cast<float>(10 * communicator.rank()));
      const auto values = backend->allocate(std::ssize(host));
      backend->upload(host, values->span());
      body(device, *backend, values->span());
      backend->download(values->span(), host);
      all[static_cast<std::size_t>(communicator.rank())] = host;
    });
    return all;
  }

  /// A run of several ranks; what rank 0 says of it.
  Result<TrainSummary> run_on(int ranks, const TrainOptions& options, Zero zero,
                              int stop_at_operation = -1) {
    std::mutex mutex;
    std::optional<Result<TrainSummary>> first;
    StopToken stop;
    run_ranks(
        ranks,
        [&](Communicator& communicator) {
          TrainOptions mine = options;
          mine.parallel = {.ranks = &communicator, .zero = zero, .part_floats = 1000};
          HookedEnv env([&, operations = stop_at_operation]() mutable {
            if (operations-- == 0) stop.request();
          });
          const auto backend = make_backend(GetParam(), 1).value();
          Result<TrainSummary> summary = train(env, stop, *backend, mine);
          const std::lock_guard lock(mutex);
          if (communicator.rank() == 0) first = std::move(summary);
        },
        120);
    return *std::move(first);
  }

  /// Three layers, one micro-batch for each of three ranks or several.
  TrainOptions options(const std::string& out, std::int64_t micro) {
    TrainOptions options = corpus_.options(out);
    options.model.layers = 3;
    options.batch = {.examples = 4, .micro = micro};
    options.optimizer.clip = 0.1;
    return options;
  }

  double loss_of(const Result<TrainSummary>& summary) {
    EXPECT_TRUE(summary.ok()) << (summary.ok() ? "" : summary.error().message());
    return summary.ok() ? summary.value().final_train_loss : NAN;
  }
};

TEST_P(DeviceRanksTest, SumsAreLeftInThePieceOfEachRank) {
  const auto all = values_after(3, 7, [](DeviceRanks& ranks, Backend&, std::span<float> values) {
    const auto sum = ranks.start_reduce_scatter(values, "numbers");
    EXPECT_TRUE(sum->wait().ok());
    EXPECT_TRUE(sum->poll().value());
  });
  for (int rank = 0; rank < 3; ++rank)
    for (int i = 0; i < 7; ++i) {
      const Piece piece = piece_of(7, rank, 3);
      const bool is_mine = i >= piece.begin && i < piece.begin + piece.size;
      EXPECT_EQ(all[static_cast<std::size_t>(rank)][static_cast<std::size_t>(i)],
                static_cast<float>(is_mine ? 30 + 3 * i : 10 * rank + i));
    }
}

TEST_P(DeviceRanksTest, ValuesTravelFromAndToTheDevice) {
  const auto gathered = values_after(3, 7, [](DeviceRanks& ranks, Backend&, std::span<float> v) {
    EXPECT_TRUE(ranks.all_gather(v, "numbers").ok());
  });
  const std::vector<float> expected{0, 1, 12, 13, 24, 25, 26};
  for (const auto& values : gathered) EXPECT_EQ(values, expected);
  const auto copied = values_after(3, 2, [](DeviceRanks& ranks, Backend&, std::span<float> v) {
    EXPECT_TRUE(ranks.broadcast(v, 1, "numbers").ok());
  });
  for (const auto& values : copied) EXPECT_EQ(values, (std::vector<float>{10, 11}));
  const auto sent = values_after(2, 2, [](DeviceRanks& ranks, Backend&, std::span<float> v) {
    const Status status =
        ranks.rank() == 0 ? ranks.send(v, 1, "numbers") : ranks.receive(v, 0, "numbers");
    EXPECT_TRUE(status.ok());
  });
  EXPECT_EQ(sent[1], (std::vector<float>{0, 1}));
  const auto added = values_after(1, 4, [](DeviceRanks& ranks, Backend&, std::span<float> v) {
    ranks.add(v.first(2), v.last(2));
  });
  EXPECT_EQ(added[0], (std::vector<float>{0, 1, 2, 4}));
}

TEST_P(DeviceRanksTest, WhatRanksShareChangesNoBit) {
  for (const WeightStorage storage : {WeightStorage::f32, WeightStorage::bf16}) {
    std::vector<std::string> names;
    for (const Zero zero : {Zero::none, Zero::optimizer, Zero::gradients}) {
      names.push_back(fmt::format("run{}{}", static_cast<int>(storage), static_cast<int>(zero)));
      TrainOptions mine = options(names.back(), 4);
      mine.optimizer.storage = storage;
      loss_of(run_on(3, mine, zero));
      expect_same_run(names.front(), names.back());
    }
  }
}

TEST_P(DeviceRanksTest, RanksHaveTheLossesOfOneProcess) {
  const auto backend = make_backend(GetParam(), 1).value();
  StopToken stop;
  const double alone = loss_of(train(Env::real(), stop, *backend, options("one", 2)));
  for (const Zero zero : {Zero::optimizer, Zero::gradients}) {
    const std::string out = fmt::format("of{}", static_cast<int>(zero));
    EXPECT_NEAR(loss_of(run_on(2, options(out, 1), zero)), alone, 1e-5 * alone);
  }
}

TEST_P(DeviceRanksTest, AnotherNumberOfRanksContinues) {
  const double whole = loss_of(run_on(3, options("whole", 2), Zero::optimizer));
  const auto stopped = run_on(3, options("run", 2), Zero::optimizer, 17);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), ErrorCode::interrupted) << stopped.error().message();
  EXPECT_NEAR(loss_of(run_on(2, options("run", 2), Zero::gradients)), whole, 1e-5 * whole);
}

INSTANTIATE_TEST_SUITE_P(Devices, DeviceRanksTest, ::testing::Values(Device::cpu, Device::cuda),
                         [](const auto& device) { return name_of_device(device.param); });

}  // namespace
}  // namespace scribe
