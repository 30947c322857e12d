// Tests of runs that several ranks share: as one process, whoever saved, and refusing what differs.
#include "train/data_parallel.h"

#include <gtest/gtest.h>

#include <mutex>

#include "comm/testing/thread_ranks.h"
#include "train/gradient_buckets.h"
#include "train/rank_share.h"
#include "train/testing/train_test_case.h"

namespace scribe {
namespace {

class DataParallelTest : public TrainTest {
 protected:
  /// A run by ranks in threads; what rank 0 got. `change` makes a rank's options different.
  Result<TrainSummary> run_on(
      int ranks, const TrainOptions& options, Zero zero = Zero::optimizer,
      const std::function<void(int rank, TrainOptions&)>& change = [](int, TrainOptions&) {}) {
    std::mutex mutex;
    std::optional<Result<TrainSummary>> first;
    run_ranks(
        ranks,
        [&](Communicator& communicator) {
          TrainOptions mine = options;
          mine.parallel = {.ranks = &communicator, .zero = zero};
          change(communicator.rank(), mine);
          Result<TrainSummary> summary = run(mine);
          const std::lock_guard lock(mutex);
          if (communicator.rank() == 0) first = std::move(summary);
        },
        120);
    return *first;
  }
  /// The values of one field of the log, by step.
  std::vector<double> logged(const std::string& out, const std::string& field) {
    std::vector<double> values;
    require(for_each_json_line(Env::real(), corpus_.file(out) + "/train_log.jsonl",
                               [&](const Json& line, const std::string&) -> Status {
                                 if (line.contains(field))
                                   values.push_back(line[field].get<double>());
                                 return {};
                               }));
    return values;
  }
  void expect_same_figures(const std::string& a, const std::string& b) {
    for (const std::string field :
         {"loss", "gradient_norm", "validation_loss", "tokens", "learning_rate"}) {
      const std::vector<double> one = logged(a, field);
      const std::vector<double> other = logged(b, field);
      ASSERT_EQ(one.size(), other.size()) << field;
      ASSERT_FALSE(one.empty()) << field;
      // Another order of float sums, over twelve steps. A gradient's norm is more sensitive.
      const double tolerance = field == "gradient_norm" ? 1e-4 : 1e-6;
      for (std::size_t i = 0; i < one.size(); ++i)
        EXPECT_NEAR(one[i], other[i], tolerance * std::abs(one[i])) << field << " " << i;
    }
  }
};

TEST_F(DataParallelTest, AnyNumberOfRanksHasTheLossesOfOne) {
  ASSERT_TRUE(run(corpus_.options("one")).ok());
  for (const int ranks : {2, 3, 4}) {
    const std::string out = fmt::format("of{}", ranks);
    const auto summary = run_on(ranks, corpus_.options(out));
    ASSERT_TRUE(summary.ok()) << summary.error().message();
    expect_same_figures("one", out);
  }
}

TEST_F(DataParallelTest, MoreRanksThanExamplesAreIdleAndRight) {
  ASSERT_TRUE(run(corpus_.options("one")).ok());
  ASSERT_TRUE(run_on(6, corpus_.options("six")).ok());
  expect_same_figures("one", "six");
}

TEST_F(DataParallelTest, ShardingTheOptimizerChangesNoBit) {
  ASSERT_TRUE(run_on(3, corpus_.options("sharded"), Zero::optimizer).ok());
  ASSERT_TRUE(run_on(3, corpus_.options("whole"), Zero::none).ok());
  expect_same_run("sharded", "whole");
}

TEST_F(DataParallelTest, ParametersInBf16AreRoundedAlikeWhoeverUpdatesThem) {
  TrainOptions options = corpus_.options("sharded");
  options.optimizer.storage = WeightStorage::bf16;
  const auto sharded = run_on(3, options, Zero::optimizer);
  ASSERT_TRUE(sharded.ok()) << sharded.error().message();
  options.out = corpus_.file("whole");
  ASSERT_TRUE(run_on(3, options, Zero::none).ok());
  expect_same_run("sharded", "whole");
  // One rank adds in another order, so that some elements are rounded the other way.
  options.out = corpus_.file("alone");
  const auto alone = run(options);
  ASSERT_TRUE(alone.ok());
  EXPECT_NEAR(alone.value().final_train_loss, sharded.value().final_train_loss, 0.01);
}

TEST_F(DataParallelTest, TheSameRanksGiveTheSameBytes) {
  ASSERT_TRUE(run_on(3, corpus_.options("one")).ok());
  ASSERT_TRUE(run_on(3, corpus_.options("two")).ok());
  expect_same_run("one", "two");
}

TEST_F(DataParallelTest, AnotherNumberOfRanksContinues) {
  ASSERT_TRUE(run(corpus_.options("one")).ok());
  for (const auto& [before, after] : {std::pair(4, 1), std::pair(4, 3), std::pair(1, 2)}) {
    const std::string out = fmt::format("from{}to{}", before, after);
    TrainOptions options = corpus_.options(out);
    StopToken stop;
    run_ranks(before, [&](Communicator& communicator) {
      TrainOptions mine = options;
      mine.parallel.ranks = &communicator;
      HookedEnv env([&stop, operations = 17]() mutable {
        if (operations-- == 0) stop.request();
      });
      const auto backend = make_backend(Device::cpu, 1).value();
      const auto stopped = train(env, stop, *backend, mine);
      EXPECT_FALSE(stopped.ok());
      EXPECT_EQ(stopped.error().code(), ErrorCode::interrupted);
      EXPECT_EQ(communicator.tells_errors(), communicator.rank() == 0);
    });
    const auto summary = run_on(after, options);
    ASSERT_TRUE(summary.ok()) << summary.error().message();
    EXPECT_FALSE(summary.value().already_done);
    expect_same_figures("one", out);
    const auto again = run_on(2, options);
    EXPECT_TRUE(again.ok() && again.value().already_done);
  }
}

TEST_F(DataParallelTest, RanksWithOtherOptionsAreRefusedByName) {
  const auto summary =
      run_on(3, corpus_.options("run"), Zero::optimizer, [](int rank, TrainOptions& options) {
        if (rank == 2) options.seed = 9;
      });
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error().code(), ErrorCode::invalid_argument);
  EXPECT_NE(summary.error().message().find("seed is 9 on rank 2, but 0 on rank 0"),
            std::string::npos)
      << summary.error().message();
}

TEST_F(DataParallelTest, AFileThatOneRankDoesNotSeeIsThatRanksError) {
  const auto summary =
      run_on(2, corpus_.options("run"), Zero::optimizer, [](int rank, TrainOptions& options) {
        if (rank == 1) options.data = {"/nowhere"};
      });
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error().code(), ErrorCode::not_found);
  EXPECT_EQ(summary.error().message().find("rank 1 of 2: "), 0U) << summary.error().message();
}

TEST(RankShareTest, SharesAreAllExamplesInOrderAndCarryWhatBelongsToThem) {
  std::vector<TokenBatch> batches;
  std::int32_t token = 0;
  for (const std::int64_t count : {3, 3, 1}) {
    TokenBatch batch{.batch = count, .time = 2, .tokens = {}, .targets = {}, .first = {}};
    for (std::int64_t row = 0; row < count * 2; ++row) batch.tokens.push_back(token++);
    batch.targets = batch.tokens;
    batch.document_rows = {1, count * 2 - 1};
    batches.push_back(batch);
  }
  for (const int ranks : {1, 2, 3, 5, 9}) {
    std::vector<std::int32_t> tokens;
    std::vector<std::int32_t> documents;  // First tokens of documents inside a window.
    for (int rank = 0; rank < ranks; ++rank) {
      EXPECT_EQ(first_of_share(batches, rank, ranks) * 2, std::ssize(tokens));
      for (const TokenBatch& batch : share_of(batches, rank, ranks)) {
        EXPECT_LE(batch.batch, share_micro({.examples = 7, .micro = 3}, ranks));
        EXPECT_EQ(batch.tokens, batch.targets);
        EXPECT_EQ(std::ssize(batch.tokens), batch.batch * batch.time);
        tokens.insert(tokens.end(), batch.tokens.begin(), batch.tokens.end());
        for (const std::int64_t row : batch.document_rows)
          documents.push_back(batch.tokens[static_cast<std::size_t>(row)]);
      }
    }
    std::vector<std::int32_t> expected(14);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<std::int32_t>(i);
    EXPECT_EQ(tokens, expected) << ranks;
    EXPECT_EQ(documents, (std::vector<std::int32_t>{1, 5, 7, 11, 13, 13})) << ranks;
  }
}

TEST(GradientBucketsTest, BucketsAreAllParametersOnceAndLastLayersFirst) {
  const auto backend = make_backend(Device::reference, 1).value();
  for (const Family family : {Family::gpt2, Family::llama}) {
    ModelConfig config = family_defaults(family);
    config.layers = 5;
    config.width = 16;
    config.heads = 2;
    config.context = 8;
    config.vocabulary_size = 50;
    config.tied_head = family == Family::gpt2;
    fit_to_sizes(config);
    const Parameters parameters(*backend, config);
    for (const std::int64_t most : {100L, 5000L, 1L << 30}) {
      const auto buckets = gradient_buckets(parameters, most);
      std::vector<int> seen(parameters.all().size());
      std::int32_t layer = config.layers;
      for (const GradientBucket& bucket : buckets) {
        EXPECT_LE(bucket.range.size, most);
        EXPECT_LE(bucket.layer, layer);
        layer = bucket.layer;
        EXPECT_EQ(bucket.decays, bucket.range.begin < std::ssize(parameters.decaying()));
        for (std::int64_t i = 0; i < bucket.range.size; ++i)
          ++seen[static_cast<std::size_t>(bucket.range.begin + i)];
      }
      EXPECT_TRUE(std::ranges::all_of(seen, [](int times) { return times == 1; }));
      std::vector<int> owned(parameters.all().size());
      for (int rank = 0; rank < 3; ++rank)
        for (const OwnedRun& run : owned_runs(buckets, rank, 3))
          for (std::int64_t i = 0; i < run.range.size; ++i)
            ++owned[static_cast<std::size_t>(run.range.begin + i)];
      EXPECT_EQ(owned, seen);
    }
  }
}

}  // namespace
}  // namespace scribe
