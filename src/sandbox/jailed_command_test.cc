// Tests what a command in the jail sees, may do, and how its end is told.
#include "sandbox/jailed_command.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sandbox/sandbox.h"

namespace scribe {
namespace {

class JailedCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto walls = probe_sandbox(); !walls.ok()) GTEST_SKIP() << walls.error().message();
  }

  static CommandEnd shell(const std::string& script, std::vector<std::string> visible = {},
                          const CommandLimits& limits = {}) {
    Result<CommandEnd> end = run_jailed_command({.arguments = {"/bin/sh", "-c", script},
                                                 .files = {{"given", "content"}},
                                                 .visible = std::move(visible),
                                                 .limits = limits});
    EXPECT_TRUE(end.ok()) << end.error().message();
    return end.ok() ? std::move(end).value() : CommandEnd();
  }
};

TEST_F(JailedCommandTest, GivesFilesStreamsAndTheExitCode) {
  const CommandEnd end = shell("cat given; echo problem >&2; exit 3");
  EXPECT_EQ(end.output, "content");
  EXPECT_EQ(end.messages, "problem\n");
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_EQ(end.limit, "");
  EXPECT_FALSE(end.ended_well());
}

TEST_F(JailedCommandTest, ShowsAFolderReadOnlyOnlyIfAsked) {
  char name[] = "/var/tmp/scribe-jailed-XXXXXX";
  const std::string folder = ::mkdtemp(name);
  ::chmod(folder.c_str(), 0755);
  std::ofstream(folder + "/file") << "seen";
  const std::string script = "cat " + folder + "/file; echo x > " + folder + "/file && echo wrote";
  EXPECT_EQ(shell(script).output, "");
  EXPECT_EQ(shell(script, {folder}).output, "seen");
  std::filesystem::remove_all(folder);
}

TEST_F(JailedCommandTest, LimitsEndItWithWhatItHadPrinted) {
  const CommandEnd busy = shell("echo begun; while :; do :; done", {}, {.cpu_seconds = 0.3});
  EXPECT_EQ(busy.limit, "cpu");
  EXPECT_EQ(busy.output, "begun\n");
  const CommandEnd asleep = shell("sleep 100", {}, {.wall_seconds = 0.3});
  EXPECT_EQ(asleep.limit, "wall");
  const CommandEnd loud = shell("while :; do echo loud; done", {}, {.output_bytes = 4096});
  EXPECT_EQ(loud.limit, "output");
  EXPECT_LE(loud.output.size(), 4096U);
}

}  // namespace
}  // namespace scribe
