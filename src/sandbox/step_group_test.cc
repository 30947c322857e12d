// The kernel's bound on memory, where this machine gives one, and the errors where it does not.
#include "sandbox/step_group.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/testing/faulty_env.h"
#include "sandbox/testing/harness.h"

namespace scribe::sandbox {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

/// The wait status of a child that joins the group and uses so much memory.
int use_memory_in(const StepGroup& group, std::int64_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto size = static_cast<std::size_t>(bytes);
    if (!group.join()) ::_exit(1);
    void* const memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) ::_exit(2);
    auto* const pages = static_cast<volatile char*>(memory);
    for (std::size_t at = 0; at < size; at += 4096) pages[at] = 1;
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(StepGroupTest, WhoeverPassesTheLimitIsKilledAndItShows) {
  Result<StepGroup> created = StepGroup::create();
  if (!created.ok()) GTEST_SKIP() << created.error().message();
  StepGroup& group = created.value();
  ASSERT_TRUE(group.begin(256 * kMiB));
  EXPECT_EQ(use_memory_in(group, 64 * kMiB), 0);
  EXPECT_FALSE(group.killed());
  ASSERT_TRUE(group.begin(64 * kMiB));
  const int status = use_memory_in(group, 256 * kMiB);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  EXPECT_TRUE(group.killed());
  ASSERT_TRUE(group.begin(256 * kMiB));
  EXPECT_FALSE(group.killed());
  EXPECT_EQ(use_memory_in(group, 64 * kMiB), 0);
  group.remove();
  EXPECT_FALSE(group.begin(kMiB));
}

/// Folders and files as a kernel would show them; groups can be created, but have no files.
class StepGroupPlacesTest : public testing::Test {
 protected:
  std::string reason(const std::string& membership) {
    write("membership", membership);
    const auto group = StepGroup::create({.membership = directory_.file("membership"),
                                          .hierarchy_v2 = directory_.file("v2"),
                                          .hierarchy_v1 = directory_.file("v1")});
    return group.ok() ? "ok" : group.error().message();
  }

  void write(const std::string& name, const std::string& text) {
    const std::string path = directory_.file(name);
    ASSERT_TRUE(Env::real().create_directories(path.substr(0, path.rfind('/'))).ok());
    std::ofstream(path) << text;
  }

  TemporaryDirectory directory_;
};

TEST_F(StepGroupPlacesTest, WithoutADelegatedControllerTheReasonSaysWhatToDo) {
  for (const char* const membership : {"", "0::/a\n", "nonsense\n:\n", "3:cpu:/x\n"})
    EXPECT_NE(reason(membership).find("systemd-run"), std::string::npos) << reason(membership);
}

TEST_F(StepGroupPlacesTest, AGroupThatHandsDownMemoryIsTried) {
  write("v2/a/cgroup.subtree_control", "cpu memory pids\n");
  EXPECT_NE(reason("0::/a\n").find("/v2/a/scribe-"), std::string::npos);
}

TEST_F(StepGroupPlacesTest, ASiblingWillDo) {
  write("v2/user/cgroup.subtree_control", "memory\n");
  write("v2/user/session/cgroup.subtree_control", "\n");
  write("v2/user/session/cgroup.controllers", "cpu\n");
  EXPECT_NE(reason("0::/user/session\n").find("/v2/user/scribe-"), std::string::npos);
}

TEST_F(StepGroupPlacesTest, TheFirstVersionIsTriedLast) {
  write("v1/x/tasks", "");
  EXPECT_NE(reason("4:memory:/x\n0::/\n").find("/v1/x/scribe-"), std::string::npos);
}

}  // namespace
}  // namespace scribe::sandbox
