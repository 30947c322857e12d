// Tests of runs that several ranks share: as one process, whoever saved, and refusing what differs.
#include "train/data_parallel.h"

#include <gtest/gtest.h>

#include <mutex>

#include "backend/reference/reference_backend.h"
#include "checkpoint/model_config.h"
#include "comm/testing/thread_ranks.h"
#include "train/gradient_sums.h"
#include "train/rank_share.h"
#include "train/testing/train_test_case.h"

namespace scribe {
namespace {

/// Counts the floats that it is asked for.
class CountingBackend : public ReferenceBackend {
 public:
  std::unique_ptr<Buffer> allocate(std::int64_t count) override {
    floats_ += count;
    return ReferenceBackend::allocate(count);
  }
  std::int64_t floats() const { return floats_; }

 private:
  std::int64_t floats_ = 0;
};

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
          mine.parallel.ranks = &communicator;
          mine.parallel.zero = zero;
          change(communicator.rank(), mine);
          Result<TrainSummary> summary = run(mine);
          const std::lock_guard lock(mutex);
          if (communicator.rank() == 0) first = std::move(summary);
        },
        120);
    return *first;
  }
  /// A run that rank 0 is told to stop, after its checkpoint of step 3.
  void stop_in_the_middle(int ranks, const TrainOptions& options, Zero zero) {
    StopToken stop;
    run_ranks(ranks, [&](Communicator& communicator) {
      TrainOptions mine = options;
      mine.parallel.ranks = &communicator;
      mine.parallel.zero = zero;
      HookedEnv env([&stop, operations = 17]() mutable {
        if (operations-- == 0) stop.request();
      });
      const auto backend = make_backend(Device::cpu, 1).value();
      const auto stopped = train(env, stop, *backend, mine);
      ASSERT_FALSE(stopped.ok());
      EXPECT_EQ(stopped.error().code(), ErrorCode::interrupted);
      EXPECT_EQ(communicator.tells_errors(), communicator.rank() == 0);
    });
    // Moments of no step are zeros, wherever they go.
    EXPECT_GE(read_training_numbers(Env::real(), options.out).value().step, 3);
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
  /// Twelve updates of five layers of 3072 floats, whose gradients are added up in small parts.
  TrainOptions deep_options(const std::string& out, std::int64_t part_floats, BatchSize batch) {
    TrainOptions options = corpus_.options(out);
    options.model.layers = 5;
    options.batch = batch;
    options.optimizer.clip = 0.1;  // So that a wrong norm would change the weights.
    options.parallel.part_floats = part_floats;
    return options;
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

// Layers cut into parts, one a part, two a part (three groups), all in one.
TEST_F(DataParallelTest, ShardingGradientsOfOneMicroBatchChangesNoBit) {
  const BatchSize batch{.examples = 4, .micro = 4};
  for (const int ranks : {1, 2, 4, 6})  // Of six, two have no example.
    for (const std::int64_t part_floats : {1000L, 4000L, 7000L, 1L << 22}) {
      const std::string out = fmt::format("of{}in{}", ranks, part_floats);
      const auto sharded = run_on(ranks, deep_options(out, part_floats, batch), Zero::gradients);
      ASSERT_TRUE(sharded.ok()) << sharded.error().message();
      ASSERT_GT(logged(out, "gradient_norm").front(), 0.1) << "nothing was clipped";
      const std::string whole = out + "whole";
      ASSERT_TRUE(run_on(ranks, deep_options(whole, part_floats, batch), Zero::optimizer).ok());
      expect_same_run(out, whole);
    }
}

// Of three ranks one has a micro-batch less than the others: (0, 1), (2, 3)(4), (5)(6, 7).
TEST_F(DataParallelTest, ShardedGradientsOfSeveralMicroBatchesHaveTheLossesOfOneProcess) {
  const BatchSize batch{.examples = 8, .micro = 2};
  ASSERT_TRUE(run(deep_options("one", 4000, batch)).ok());
  for (const int ranks : {2, 3, 4}) {
    const std::string whole = fmt::format("whole{}", ranks);
    ASSERT_TRUE(run_on(ranks, deep_options(whole, 4000, batch), Zero::optimizer).ok());
    for (const std::int64_t part_floats : {1000L, 4000L, 7000L}) {
      const std::string out = fmt::format("of{}in{}", ranks, part_floats);
      const auto summary = run_on(ranks, deep_options(out, part_floats, batch), Zero::gradients);
      ASSERT_TRUE(summary.ok()) << summary.error().message();
      expect_same_figures("one", out);
      expect_same_figures(whole, out);
    }
    const std::string again = fmt::format("again{}", ranks);
    ASSERT_TRUE(run_on(ranks, deep_options(again, 4000, batch), Zero::gradients).ok());
    expect_same_run(fmt::format("of{}in4000", ranks), again);
  }
}

TEST_F(DataParallelTest, ShardedGradientsUpdateParametersInBf16Alike) {
  const BatchSize batch{.examples = 4, .micro = 4};
  for (const Zero zero : {Zero::optimizer, Zero::gradients}) {
    TrainOptions options = deep_options(zero == Zero::gradients ? "sharded" : "whole", 7000, batch);
    options.optimizer.storage = WeightStorage::bf16;
    const auto summary = run_on(3, options, zero);
    ASSERT_TRUE(summary.ok()) << summary.error().message();
  }
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

TEST_F(DataParallelTest, TheSameRanksContinueToTheSameBytes) {
  for (const Zero zero : {Zero::none, Zero::optimizer, Zero::gradients}) {
    const auto options = [&](const std::string& out) {
      return deep_options(fmt::format("{}{}", out, static_cast<int>(zero)), 4000,
                          {.examples = 4, .micro = 2});
    };
    ASSERT_TRUE(run_on(3, options("unbroken"), zero).ok());
    stop_in_the_middle(3, options("broken"), zero);
    const auto summary = run_on(3, options("broken"), zero);
    ASSERT_TRUE(summary.ok()) << summary.error().message();
    EXPECT_FALSE(summary.value().already_done);
    expect_same_run(fmt::format("unbroken{}", static_cast<int>(zero)),
                    fmt::format("broken{}", static_cast<int>(zero)));
  }
}

TEST_F(DataParallelTest, AnotherNumberOfRanksContinues) {
  const auto options = [&](const std::string& out) {
    return deep_options(out, 4000, {.examples = 4, .micro = 2});
  };
  ASSERT_TRUE(run(options("one")).ok());
  for (const auto& [before, after] : {std::pair(4, 1), std::pair(4, 3), std::pair(1, 2)})
    for (const auto& [saved_by, continued_by] :
         {std::pair(Zero::optimizer, Zero::optimizer), std::pair(Zero::gradients, Zero::gradients),
          std::pair(Zero::gradients, Zero::none)}) {
      const std::string out =
          fmt::format("from{}to{}, {} to {}", before, after, static_cast<int>(saved_by),
                      static_cast<int>(continued_by));
      stop_in_the_middle(before, options(out), saved_by);
      const auto summary = run_on(after, options(out), continued_by);
      ASSERT_TRUE(summary.ok()) << summary.error().message();
      EXPECT_FALSE(summary.value().already_done);
      expect_same_figures("one", out);
      const auto again = run_on(2, options(out));
      EXPECT_TRUE(again.ok() && again.value().already_done);
    }
}

TEST_F(DataParallelTest, ValidationIsCutToTheShareOfARank) {
  std::vector<std::int64_t> floats;
  for (const std::int64_t micro : {8, 2})  // Of eight examples, four ranks have two each.
    run_ranks(4, [&](Communicator& communicator) {
      TrainOptions mine =
          deep_options(fmt::format("of{}", micro), 1L << 22, {.examples = 8, .micro = micro});
      mine.steps = 2;
      mine.parallel.ranks = &communicator;
      CountingBackend backend;
      StopToken stop;
      const auto summary = train(Env::real(), stop, backend, mine);
      ASSERT_TRUE(summary.ok()) << summary.error().message();
      EXPECT_TRUE(summary.value().validation_loss.has_value());
      if (communicator.rank() == 0) floats.push_back(backend.floats());
    });
  EXPECT_EQ(floats.front(), floats.back());
}

TEST_F(DataParallelTest, OptionsThatCannotBeAreToldOnce) {
  int told = 0;
  std::mutex mutex;
  run_ranks(3, [&](Communicator& communicator) {
    TrainOptions mine = corpus_.options("run");
    mine.parallel.ranks = &communicator;
    mine.cadence.keep_last = 2;
    mine.cadence.checkpoint_every_steps = 0;
    const auto summary = run(mine);
    ASSERT_FALSE(summary.ok());
    const std::lock_guard lock(mutex);
    told += communicator.tells_errors() ? 1 : 0;
  });
  EXPECT_EQ(told, 1);
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

TEST(RankShareTest, MicroBatchesAreCutInOrder) {
  TokenBatch batch{.batch = 5, .time = 1, .tokens = {1, 2, 3, 4, 5}, .targets = {}, .first = {}};
  batch.targets = batch.tokens;
  std::vector<std::vector<std::int32_t>> tokens;
  for (const TokenBatch& part : in_micro_batches({batch, batch}, 2)) tokens.push_back(part.tokens);
  const std::vector<std::vector<std::int32_t>> once{{1, 2}, {3, 4}, {5}};
  ASSERT_EQ(tokens.size(), 6U);
  EXPECT_TRUE(std::equal(once.begin(), once.end(), tokens.begin()));
  EXPECT_TRUE(std::equal(once.begin(), once.end(), tokens.begin() + 3));
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
    std::int64_t most = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      most = std::max(most, std::ssize(share_of(batches, rank, ranks)));
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
    EXPECT_EQ(most_of_share(batches, ranks), most) << ranks;
    std::vector<std::int32_t> expected(14);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<std::int32_t>(i);
    EXPECT_EQ(tokens, expected) << ranks;
    EXPECT_EQ(documents, (std::vector<std::int32_t>{1, 5, 7, 11, 13, 13})) << ranks;
  }
}

// Five layers of 3072 floats one by one, over four ranks: two of them, and a quarter of each.
TEST_F(DataParallelTest, ShardedGradientsTakeTheMemoryOfTwoLayersAndOwnedPieces) {
  const auto floats_of_run = [&](Zero zero) {
    std::int64_t floats = 0;
    run_ranks(4, [&](Communicator& communicator) {
      TrainOptions mine = deep_options(fmt::format("zero{}", static_cast<int>(zero)), 4000,
                                       {.examples = 8, .micro = 1});
      mine.steps = 2;
      mine.parallel.ranks = &communicator;
      mine.parallel.zero = zero;
      CountingBackend backend;
      StopToken stop;
      const auto summary = train(Env::real(), stop, backend, mine);
      ASSERT_TRUE(summary.ok()) << summary.error().message();
      if (communicator.rank() == 3) floats = backend.floats();
    });
    return floats;
  };
  const std::int64_t whole = floats_of_run(Zero::optimizer);
  const std::int64_t sharded = floats_of_run(Zero::gradients);
  EXPECT_EQ(whole - sharded, 5 * 3072 - (2 * 3072 + 5 * 3072 / 4));
  const ModelConfig model = load_model_config(Env::real(), corpus_.file("zero2")).value();
  EXPECT_EQ(GradientSums::size(model, 4, Zero::optimizer, 4000), parameter_count(model));
  EXPECT_EQ(GradientSums::size(model, 4, Zero::gradients, 4000),
            parameter_count(model) - (whole - sharded));
}

// 8 layers of 3145728 floats, each a part; over four ranks two of them and a quarter of all stay.
TEST(GradientSumsTest, SizesOfAPresetAreThoseOfTwoLayersAndOwnedPieces) {
  constexpr std::int64_t kLayer = 3'145'728;
  ModelConfig model{.layers = 8, .width = 512, .heads = 8, .vocabulary_size = 300, .context = 256};
  const std::int64_t whole = parameter_count(model);
  for (const int ranks : {1, 2, 4})
    EXPECT_EQ(GradientSums::size(model, ranks, Zero::optimizer), whole);
  EXPECT_EQ(GradientSums::size(model, 1, Zero::gradients), whole);
  EXPECT_EQ(GradientSums::size(model, 2, Zero::gradients), whole - 2 * kLayer);
  EXPECT_EQ(GradientSums::size(model, 4, Zero::gradients), whole - 4 * kLayer);
}

TEST(GradientMemoryTest, GroupsTakeTurnsAndEverythingElseHasItsPlace) {
  const auto backend = make_backend(Device::reference, 1).value();
  const ModelConfig config{
      .layers = 5, .width = 16, .heads = 2, .vocabulary_size = 50, .context = 8};
  const auto buckets = gradient_buckets(config, 7000);
  const std::vector<Piece> groups = layer_groups(buckets);
  ASSERT_EQ(groups.size(), 3U);  // Layers 4 and 3, 2 and 1, 0.
  EXPECT_EQ(groups[0].size, 2 * 3072);
  EXPECT_EQ(groups[2].size, 3072);
  const GradientMemory memory(*backend, config, groups);
  EXPECT_EQ(std::ssize(memory.all()), GradientMemory::size(parameter_count(config), groups));
  EXPECT_EQ(std::ssize(memory.all()), parameter_count(config) - 3072);
  // Every bucket's place but that of the last group, which is the first one's, once.
  std::vector<int> seen(memory.all().size());
  for (const GradientBucket& bucket : buckets) {
    if (bucket.layer == 0) continue;
    for (float& value : memory.at(bucket.range))
      ++seen[static_cast<std::size_t>(&value - memory.all().data())];
  }
  EXPECT_TRUE(std::ranges::all_of(seen, [](int times) { return times == 1; }));
  EXPECT_EQ(memory.at(groups[2]).data(), memory.at(groups[0]).data());
  EXPECT_TRUE(memory.take_turns(groups[0], groups[2]));
  EXPECT_FALSE(memory.take_turns(groups[0], groups[1]));
  EXPECT_FALSE(memory.take_turns(groups[0], buckets.back().range));
  EXPECT_FALSE(memory.take_turns(buckets.back().range, buckets.back().range));
  EXPECT_EQ(memory.views().blocks[0].qkv_weight.data, memory.at(groups[2]).data());
  EXPECT_EQ(memory.views().blocks[3].qkv_weight.data, memory.at(groups[0]).data());
  EXPECT_EQ(memory.views().blocks[4].qkv_weight.data, memory.at(groups[0]).data() + 3072);
  EXPECT_EQ(memory.views().token_table.data, memory.all().data());
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
      const auto buckets = gradient_buckets(config, most);
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
