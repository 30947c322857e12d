// Tests of what launchers say about this process's place.
#include "cli/ranks.h"

#include <gtest/gtest.h>

#include <map>

namespace scribe::cli {
namespace {

Result<RankPlace> place_of(const std::map<std::string, std::string>& variables) {
  return rank_from_environment([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

TEST(RankFromEnvironmentTest, WithoutALauncherThereIsOneProcess) {
  const RankPlace place = place_of({}).value();
  EXPECT_EQ(place.rank.rank, 0);
  EXPECT_EQ(place.rank.ranks, 1);
  EXPECT_EQ(place.ranks_on_this_machine, 1);
}

TEST(RankFromEnvironmentTest, EachLauncherIsUnderstood) {
  const RankPlace open_mpi = place_of({{"OMPI_COMM_WORLD_RANK", "2"},
                                       {"OMPI_COMM_WORLD_SIZE", "8"},
                                       {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"},
                                       {"OMPI_COMM_WORLD_LOCAL_RANK", "1"}})
                                 .value();
  EXPECT_EQ(open_mpi.rank.rank, 2);
  EXPECT_EQ(open_mpi.rank.ranks, 8);
  EXPECT_EQ(open_mpi.ranks_on_this_machine, 4);
  EXPECT_EQ(open_mpi.rank_on_this_machine, 1);
  const RankPlace pmi = place_of({{"PMI_RANK", "1"}, {"PMI_SIZE", "3"}}).value();
  EXPECT_EQ(pmi.rank.rank, 1);
  EXPECT_EQ(pmi.rank.ranks, 3);
  EXPECT_EQ(pmi.rank_on_this_machine, 0);
  const RankPlace slurm =
      place_of({{"SLURM_PROCID", "5"}, {"SLURM_STEP_NUM_TASKS", "6"}, {"SLURM_LOCALID", "2"}})
          .value();
  EXPECT_EQ(slurm.rank_on_this_machine, 2);
  EXPECT_EQ(slurm.ranks_on_this_machine, 1);
  EXPECT_EQ(slurm.rank.rank, 5);
  EXPECT_EQ(slurm.rank.ranks, 6);
}

// A batch script has SLURM_PROCID=0 and SLURM_NTASKS=n, and runs once: nobody would come to help.
TEST(RankFromEnvironmentTest, ABatchScriptIsOneProcess) {
  EXPECT_EQ(place_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "16"}}).value().rank.ranks, 1);
}

TEST(RankFromEnvironmentTest, WhatIsNoNumberIsAnErrorThatNamesTheVariable) {
  for (const char* const text : {"", "x", "-1", "2x", "99999999999"}) {
    const auto place = place_of({{"PMI_RANK", text}, {"PMI_SIZE", "3"}});
    ASSERT_FALSE(place.ok()) << text;
    EXPECT_EQ(place.error().code(), ErrorCode::invalid_argument);
    EXPECT_NE(place.error().message().find("PMI_RANK"), std::string::npos);
  }
}

TEST(RanksTest, OptionsGoBeforeTheEnvironment) {
  const auto read = [](const char* name) -> std::optional<std::string> {
    const std::string_view variable(name);
    if (variable == "PMI_RANK") return "3";
    if (variable == "PMI_SIZE") return "4";
    return std::nullopt;
  };
  EXPECT_EQ(resolve_rank(-1, 0, read).value().rank.rank, 3);
  EXPECT_EQ(resolve_rank(1, 2, read).value().rank.rank, 1);
  EXPECT_EQ(resolve_rank(1, 2, read).value().rank.ranks, 2);
}

TEST(RanksTest, RanksOnOneMachineShareItsCoresUnlessTold) {
  const RankPlace shared{.rank = {.rank = 0, .ranks = 8}, .ranks_on_this_machine = 4};
  EXPECT_EQ(threads_of_rank(shared, 0, 16), 4);
  EXPECT_EQ(threads_of_rank(shared, 0, 2), 1);
  EXPECT_EQ(threads_of_rank(shared, 3, 16), 3);
  EXPECT_EQ(threads_of_rank({}, 0, 16), 0);
}

TEST(RanksTest, EachRankTakesAGpuOfItsOwnUnlessTold) {
  const RankPlace place{.rank = {.rank = 6, .ranks = 8}, .rank_on_this_machine = 2};
  EXPECT_EQ(device_of_rank(place, "cuda"), "cuda:2");
  EXPECT_EQ(device_of_rank(place, "cuda,bf16"), "cuda:2,bf16");
  for (const char* const device : {"cuda:0", "cuda:1,bf16", "cpu", "cpu,bf16", "cudas", ""})
    EXPECT_EQ(device_of_rank(place, device), device);
  EXPECT_EQ(device_of_rank({}, "cuda"), "cuda");
}

}  // namespace
}  // namespace scribe::cli
