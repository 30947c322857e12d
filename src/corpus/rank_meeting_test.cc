// Tests waiting for the files of other ranks, and giving up.
#include "corpus/rank_meeting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

/// A clock that goes on by 200 seconds with every look at it.
class FastClockEnv : public FaultyEnv {
 public:
  double monotonic_seconds() override { return 200.0 * looks_.fetch_add(1); }

 private:
  std::atomic<int> looks_{0};
};

class RankMeetingTest : public testing::Test {
 protected:
  Result<RankMeeting> meet(int rank, int ranks, Env& env = Env::real()) {
    return RankMeeting::create(env, stop_,
                               {.rank = {.rank = rank, .ranks = ranks},
                                .folder = directory_.path(),
                                .timeout_seconds = 600});
  }
  void write(const std::string& name, std::string_view text = "x") {
    ASSERT_TRUE(write_file_atomic(Env::real(), directory_.file(name), text).ok());
  }

  StopToken stop_;
  TemporaryDirectory directory_;
};

TEST_F(RankMeetingTest, RanksGoOnWhenTheFilesOfAllAreThere) {
  constexpr int kRanks = 3;
  std::vector<std::string> files;
  for (int i = 0; i < 7; ++i) files.push_back(directory_.file(fmt::format("f{}", i)));
  std::array<bool, kRanks> saw_all{};
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < kRanks; ++rank)
    threads.emplace_back([&, rank] {
      RankMeeting meeting = meet(rank, kRanks).value();
      for (std::size_t i = 0; i < files.size(); ++i)
        if (meeting.owns(i)) write(fmt::format("f{}", i));
      saw_all[static_cast<std::size_t>(rank)] =
          meeting.await(files).ok() &&
          std::ranges::all_of(files, [](const auto& file) { return Env::real().exists(file); });
    });
  threads.clear();
  for (const bool saw : saw_all) EXPECT_TRUE(saw);
}

TEST_F(RankMeetingTest, EveryTaskHasOneOwner) {
  const RankMeeting first = meet(0, 2).value();
  const RankMeeting second = meet(1, 2).value();
  for (std::size_t task = 0; task < 5; ++task) EXPECT_NE(first.owns(task), second.owns(task));
}

TEST_F(RankMeetingTest, AFailureEndsTheWaitingOfTheOthersWithItsMessage) {
  RankMeeting waiting = meet(0, 2).value();
  RankMeeting failing = meet(1, 2).value();
  (void)failing.fail(error(ErrorCode::io, "cannot write 'x': No space left on device"));
  const std::vector<std::string> files = {directory_.file("never")};
  const Error failure = waiting.await(files).error();
  EXPECT_EQ(failure.code(), ErrorCode::internal);
  EXPECT_EQ(failure.message(), "rank 1 failed: cannot write 'x': No space left on device");
  // It gives up because of another: that is no failure to tell.
  (void)waiting.fail(failure);
  EXPECT_FALSE(Env::real().exists(directory_.file("failed-0")));
}

TEST_F(RankMeetingTest, AFailureOfAnEarlierRunDoesNotCountWhileRanksStart) {
  (void)meet(1, 2).value().fail(error(ErrorCode::io, "earlier"));
  RankMeeting waiting = meet(0, 2).value();
  const std::vector<std::string> files = {directory_.file("a")};
  std::jthread other([&] {
    const RankMeeting started = meet(1, 2).value();  // Takes the mark away.
    write("a");
  });
  EXPECT_TRUE(waiting.await(files).ok());
  other.join();
  EXPECT_FALSE(Env::real().exists(directory_.file("failed-1")));
}

TEST_F(RankMeetingTest, AFailureBeforeThisRankStartedCountsAfterAWhile) {
  (void)meet(1, 2).value().fail(error(ErrorCode::io, "at once"));
  FastClockEnv env;
  RankMeeting waiting = meet(0, 2, env).value();
  const std::vector<std::string> files = {directory_.file("never")};
  EXPECT_EQ(waiting.await(files).error().message(), "rank 1 failed: at once");
}

TEST_F(RankMeetingTest, SilenceEndsTheWaiting) {
  FastClockEnv env;
  RankMeeting waiting = meet(0, 2, env).value();
  const std::vector<std::string> files = {directory_.file("never")};
  const Error failure = waiting.await(files).error();
  EXPECT_EQ(failure.code(), ErrorCode::internal);
  EXPECT_NE(failure.message().find("no news from the other ranks for 600 s"), std::string::npos);
  EXPECT_NE(failure.message().find("/never"), std::string::npos);
}

TEST_F(RankMeetingTest, OtherFilesInTheFolderAreNews) {
  FastClockEnv env;
  RankMeeting waiting = meet(0, 2, env).value();
  std::atomic<bool> waits = true;
  std::jthread other([&] {
    for (int i = 0; waits; ++i) write(fmt::format("other-{}", i));
  });
  std::jthread last([&] { write("a"); });
  const std::vector<std::string> files = {directory_.file("a")};
  EXPECT_TRUE(waiting.await(files).ok());
  waits = false;
}

TEST_F(RankMeetingTest, AStopIsInterrupted) {
  RankMeeting waiting = meet(0, 2).value();
  stop_.request();
  const std::vector<std::string> files = {directory_.file("never")};
  EXPECT_EQ(waiting.await(files).error().code(), ErrorCode::interrupted);
}

TEST_F(RankMeetingTest, ASingleRankDoesNotWait) {
  RankMeeting alone = meet(0, 1).value();
  const std::vector<std::string> files = {directory_.file("never")};
  EXPECT_EQ(alone.await(files).error().code(), ErrorCode::internal);
  (void)alone.fail(error(ErrorCode::io, "x"));
  EXPECT_FALSE(Env::real().exists(directory_.file("failed-0")));
}

TEST_F(RankMeetingTest, ARankOutsideTheirNumberIsInvalid) {
  for (const auto& [rank, ranks] : {std::pair{1, 1}, {-1, 2}, {0, 0}})
    EXPECT_EQ(meet(rank, ranks).error().code(), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
