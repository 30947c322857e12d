// Tests of what ranks say to each other: sums, copies, agreement, and giving up on the silent.
#include "comm/communicator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "comm/mpi_transport.h"
#include "comm/testing/contract.h"
#include "comm/testing/thread_ranks.h"

namespace scribe {
namespace {

TEST(CommunicatorTest, PiecesCoverARangeOnceAndAreOfOneLengthGiveOrTakeOne) {
  for (const std::int64_t count : {0, 1, 5, 64, 1000003})
    for (const int size : {1, 2, 3, 7}) {
      std::int64_t end = 0;
      for (int rank = 0; rank < size; ++rank) {
        const Piece piece = piece_of(count, rank, size);
        EXPECT_EQ(piece.begin, end);
        EXPECT_LE(std::abs(piece.size - count / size), 1);
        end += piece.size;
      }
      EXPECT_EQ(end, count);
    }
}

TEST(CommunicatorTest, OneRankKeepsTheContract) {
  const auto ranks = make_single_communicator();
  EXPECT_EQ(broken_law_of_communication(*ranks), "");
}

TEST(CommunicatorTest, RanksKeepTheContract) {
  for (const int size : {1, 2, 3, 4})
    run_ranks(size, [](Communicator& ranks) { EXPECT_EQ(broken_law_of_communication(ranks), ""); });
}

TEST(CommunicatorTest, ASilentRankIsNamedWithWhatWasWaitedFor) {
  run_ranks(
      3,
      [](Communicator& ranks) {
        if (ranks.rank() == 1) return;  // It died.
        std::vector<float> values(10, 1.0F);
        const Status status = ranks.reduce_scatter(values, "the gradients of step 7");
        ASSERT_FALSE(status.ok());
        EXPECT_EQ(status.error().code(), ErrorCode::io);
        const std::string& message = status.error().message();
        EXPECT_NE(message.find("for rank 1 (to receive the gradients of step 7)"),
                  std::string::npos)
            << message;
        EXPECT_TRUE(ranks.failed());
        EXPECT_TRUE(ranks.tells_errors());
      },
      1);
}

TEST(CommunicatorTest, AnErrorOfOneRankIsThatOfAllAndOneTellsIt) {
  run_ranks(3, [](Communicator& ranks) {
    EXPECT_TRUE(ranks.agree({}, "a test").ok());
    const Status mine = ranks.rank() == 2 ? error(ErrorCode::not_found, "no file") : Status();
    const Status all = ranks.agree(mine, "a test");
    ASSERT_FALSE(all.ok());
    EXPECT_EQ(all.error().code(), ErrorCode::not_found);
    EXPECT_EQ(all.error().message(), "rank 2 of 3: no file");
    EXPECT_EQ(ranks.tells_errors(), ranks.rank() == 0);
    EXPECT_FALSE(ranks.failed());
  });
}

TEST(CommunicatorTest, AnErrorThatAllHaveNamesNoRank) {
  run_ranks(2, [](Communicator& ranks) {
    const Status all = ranks.agree(error(ErrorCode::invalid_data, "bad file"), "a test");
    ASSERT_FALSE(all.ok());
    EXPECT_EQ(all.error().message(), "bad file");
  });
}

TEST(CommunicatorTest, WithoutThePluginTheErrorSaysWhatToInstall) {
  const auto transport =
      join_mpi(Env::real(), {"/nowhere", "/nowhere/else"}, {.rank = 1, .ranks = 4});
  ASSERT_FALSE(transport.ok());
  EXPECT_EQ(transport.error().code(), ErrorCode::unsupported);
  EXPECT_NE(transport.error().message().find("started as rank 1 of 4"), std::string::npos);
  EXPECT_NE(transport.error().message().find("libopenmpi-dev"), std::string::npos);
}

}  // namespace
}  // namespace scribe
