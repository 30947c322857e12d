// Tests of what outlives a run: growing files, the sync rule, several ranks.
#include "evaluate/verdict_journal.h"

#include <gtest/gtest.h>

#include "evaluate/testing/scoring_fixture.h"

namespace scribe {
namespace {

using VerdictJournalTest = ScoreTest;

TEST_F(VerdictJournalTest, GrowingFromTwentyToTwoHundredRunsOneHundredAndEighty) {
  const auto samples = [](int count) {
    std::vector<std::pair<std::string, std::string>> result = {{"t/1", kPass}};
    for (int i = 0; i < count; ++i)
      result.emplace_back("t/0", fmt::format("    return {}  # pass\n", i));
    return result;
  };
  write_samples(samples(20));
  ASSERT_TRUE(score().ok());
  EXPECT_EQ(sandbox_.runs, 21);
  write_samples(samples(200));
  const auto grown = score();
  ASSERT_TRUE(grown.ok()) << grown.error().message();
  EXPECT_EQ(sandbox_.runs, 21 + 180);
  EXPECT_EQ(grown.value().reused, 21);
  EXPECT_EQ(fewest_samples(grown.value()), 1);
  EXPECT_EQ(most_samples(grown.value()), 200);
  ASSERT_TRUE(score().ok());
  EXPECT_EQ(sandbox_.runs, 21 + 180);  // Nothing new: nothing runs.
}

/// Counts syncs, and has a clock of its own.
class ClockedEnv : public FaultyEnv {
 public:
  double seconds = 0;
  int syncs = 0;

  double monotonic_seconds() override { return seconds; }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    SCRIBE_TRY_ASSIGN(std::unique_ptr<AppendFile> file, FaultyEnv::open_append(path));
    return std::unique_ptr<AppendFile>(std::make_unique<CountedFile>(std::move(file), syncs));
  }

 private:
  class CountedFile : public AppendFile {
   public:
    CountedFile(std::unique_ptr<AppendFile> file, int& syncs)
        : file_(std::move(file)), syncs_(syncs) {}
    Status append(std::string_view bytes) override { return file_->append(bytes); }
    Status sync() override {
      ++syncs_;
      return file_->sync();
    }

   private:
    std::unique_ptr<AppendFile> file_;
    int& syncs_;
  };
};

TEST_F(VerdictJournalTest, TheJournalIsOnDiskASecondAfterAVerdictAtTheLatest) {
  ClockedEnv env;
  VerdictJournal journal(env, results_path(), {});
  ASSERT_TRUE(journal.open().ok());
  const JudgedVerdict passed{
      .verdict = verdict_of(VerdictKind::pass, 0), .engine = "", .walls = ""};
  for (int i = 0; i < 30; ++i) {  // Every 0.1 s for 3 s.
    env.seconds += 0.1;
    ASSERT_TRUE(journal.append(fmt::format("{}", i), passed).ok());
    // Each line is with the kernel at once: a kill of the process loses none.
    EXPECT_EQ(env.read_file(journal.own_path()).value().size() > 0, true);
  }
  EXPECT_GE(env.syncs, 2);
  EXPECT_LE(env.syncs, 3);
}

/// Counts the bytes that are read.
class ReadCountingEnv : public FaultyEnv {
 public:
  std::int64_t bytes_read = 0;

  Result<std::string> read_file(const std::string& path) override {
    auto text = FaultyEnv::read_file(path);
    if (text.ok()) bytes_read += std::ssize(text.value());
    return text;
  }
  Result<std::unique_ptr<RandomFile>> open_random(const std::string& path) override {
    SCRIBE_TRY_ASSIGN(std::unique_ptr<RandomFile> file, FaultyEnv::open_random(path));
    return std::unique_ptr<RandomFile>(std::make_unique<CountedFile>(std::move(file), bytes_read));
  }

 private:
  class CountedFile : public RandomFile {
   public:
    CountedFile(std::unique_ptr<RandomFile> file, std::int64_t& bytes)
        : file_(std::move(file)), bytes_(bytes) {}
    Status read_at(std::int64_t offset, std::span<char> out) override {
      bytes_ += std::ssize(out);
      return file_->read_at(offset, out);
    }

   private:
    std::unique_ptr<RandomFile> file_;
    std::int64_t& bytes_;
  };
};

TEST_F(VerdictJournalTest, NewsAreReadOnceHoweverOftenTheyAreAskedFor) {
  const JudgedVerdict passed{
      .verdict = verdict_of(VerdictKind::pass, 0), .engine = "", .walls = ""};
  VerdictJournal writer(env_, results_path(), {.rank = 1, .ranks = 2});
  ASSERT_TRUE(writer.open().ok());
  ReadCountingEnv env;
  VerdictJournal reader(env, results_path(), {.rank = 0, .ranks = 2});
  Keys wanted;
  VerdictsByKey verdicts;
  for (int i = 0; i < 100; ++i) {
    const std::string key = fmt::format("key {}", i);
    wanted.insert(key);
    ASSERT_TRUE(writer.append(key, passed).ok());
    const auto news = reader.read_news(wanted, verdicts);
    ASSERT_TRUE(news.ok()) << news.error().message();
    EXPECT_TRUE(news.value());
    EXPECT_TRUE(verdicts.contains(key));
  }
  EXPECT_FALSE(reader.read_news(wanted, verdicts).value());
  EXPECT_EQ(env.bytes_read, env.file_size(writer.own_path()).value());
}

TEST_F(VerdictJournalTest, ALineIsReadWhenItIsWholeAndAShorterJournalFromItsStart) {
  const std::string path = results_path() + ".partial.1";
  VerdictJournal reader(env_, results_path(), {.rank = 0, .ranks = 2});
  VerdictsByKey verdicts;
  const Keys wanted = {"a", "b"};
  const auto add = [&](const std::string& text) {
    auto file = env_.open_append(path);
    ASSERT_TRUE(file.ok() && file.value()->append(text).ok());
    EXPECT_TRUE(reader.read_news(wanted, verdicts).value());
  };
  add(R"({"key":"a","verdict":"wrong","detail":"1 == 2","cpu_)");
  EXPECT_TRUE(verdicts.empty());
  add("seconds\":0}\n");
  EXPECT_TRUE(verdicts.contains("a"));
  ASSERT_TRUE(env_.remove(path).ok());
  add(R"({"key":"b","verdict":"pass","detail":"","cpu_seconds":0})"
      "\n");
  EXPECT_TRUE(verdicts.contains("b"));
}

TEST_F(VerdictJournalTest, RanksShareTheWorkAndRankZeroScores) {
  std::vector<std::pair<std::string, std::string>> samples = {{"t/1", kPass}};
  for (int i = 0; i < 60; ++i) samples.emplace_back("t/0", fmt::format("    {}  # pass\n", i));
  write_samples(samples);
  for (const int rank : {2, 1}) {
    options_.rank = {.rank = rank, .ranks = 3};
    const int before = sandbox_.runs;
    const auto share = score();
    ASSERT_TRUE(share.ok()) << share.error().message();
    EXPECT_TRUE(share.value().pass_at.empty());
    EXPECT_GT(sandbox_.runs, before);
    EXPECT_FALSE(env_.exists(results_path()));
  }
  options_.rank = {.rank = 0, .ranks = 3};
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(sandbox_.runs, 61);  // None twice.
  EXPECT_EQ(summary.value().pass_at[0].value, 1.0);
  EXPECT_EQ(results().size(), 61U);
  for (int rank = 0; rank < 3; ++rank)
    EXPECT_FALSE(env_.exists(results_path() + fmt::format(".partial.{}", rank)));
}

TEST_F(VerdictJournalTest, ARankThatDiesCostsOnlyWhatItHadNotFinished) {
  std::vector<std::pair<std::string, std::string>> samples = {{"t/1", kPass}};
  for (int i = 0; i < 60; ++i) samples.emplace_back("t/0", fmt::format("    {}  # pass\n", i));
  write_samples(samples);
  options_.workers = 1;
  options_.rank = {.rank = 1, .ranks = 2};
  sandbox_.on_run = [this] {
    if (sandbox_.runs == 10) stop_.request();
  };
  ASSERT_EQ(score().error().code(), ErrorCode::interrupted);
  ASSERT_EQ(sandbox_.runs, 10);
  options_.rank = {.rank = 0, .ranks = 2};
  options_.rank_wait_seconds = 0.05;
  StopToken fresh;
  const auto alone = score_samples(env_, fresh, options_);
  ASSERT_FALSE(alone.ok());
  EXPECT_EQ(alone.error().code(), ErrorCode::internal);
  EXPECT_NE(alone.error().message().find("did rank 1 end?"), std::string::npos)
      << alone.error().message();
  options_.rank = {};  // The next run may have another number of ranks.
  StopToken later;
  const auto summary = score_samples(env_, later, options_);
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(sandbox_.runs, 61);
  EXPECT_FALSE(env_.exists(results_path() + ".partial.1"));
}

TEST_F(VerdictJournalTest, ARankReadsJournalsThatEndInTheMiddleOfALine) {
  write_samples({{"t/0", kPass}, {"t/1", kPass}});
  options_.rank = {.rank = 1, .ranks = 2};
  ASSERT_TRUE(score().ok());
  {
    auto file = env_.open_append(results_path() + ".partial.7");
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file.value()->append(R"({"result": "pas)").ok());
  }
  options_.rank = {.rank = 0, .ranks = 2};
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(sandbox_.runs, 2);
}

}  // namespace
}  // namespace scribe
