// Tests of ranks over MPI; run under mpirun, as tests/end_to_end/ranks_test.cc does.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "comm/message_communicator.h"
#include "comm/mpi_transport.h"
#include "comm/testing/contract.h"

namespace scribe {
namespace {

TEST(MpiTest, KeepsTheContract) {
  const char* const rank = std::getenv("OMPI_COMM_WORLD_RANK");
  const char* const size = std::getenv("OMPI_COMM_WORLD_SIZE");
  if (rank == nullptr || size == nullptr) GTEST_SKIP() << "not started by mpirun";
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  auto transport = join_mpi(Env::real(), {(program.parent_path().parent_path() / "cli").string()},
                            {.rank = std::atoi(rank), .ranks = std::atoi(size)});
  ASSERT_TRUE(transport.ok()) << transport.error().message();
  const auto ranks = make_message_communicator(Env::real(), std::move(transport).value(), 30);
  EXPECT_EQ(broken_law_of_communication(*ranks), "");
  EXPECT_TRUE(ranks->leave().ok());
}

}  // namespace
}  // namespace scribe
