// Twenty thousand programs on one worker: nothing grows, nobody's verdict changes.
#include <dirent.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/philox.h"
#include "sandbox/testing/harness.h"
#include "sandbox/testing/processes.h"

namespace scribe::sandbox {
namespace {

struct Program {
  const char* kind;
  const char* source;
};

constexpr std::array<Program, 6> kHonest = {{
    {"pass", "def f(a, b): return a + b"},
    {"pass", "def f(a, b):\n return sum(x for x in (a, b))"},
    {"pass", "import re, math, collections\ndef f(a, b): return int(math.fsum([a, b]))"},
    {"wrong", "def f(a, b): return a - b"},
    {"exception", "def f(a, b): return undefined"},
    {"syntax", "def f(a, b) return"},
}};

/// Cheap ones: each ends at once.
constexpr std::array<Program, 12> kAttacks = {{
    {"exit", "import os\nos._exit(0)"},
    {"exit", "import sys\ndef f(a, b): sys.exit(0)"},
    {"signal", "import ctypes\nctypes.string_at(0)"},
    {"signal", "import os\nos.abort()"},
    {"syscall", "import os\nos.kill(-1, 9)"},
    {"exception", "import os\nos.fork()"},
    {"exception", "open('/etc/passwd')"},
    {"memory", "x = 'x' * 10**11"},
    {"wrong",
     "class E(int):\n def __eq__(s, o): return True\n __hash__ = int.__hash__\n"
     "def f(a, b): return E(9)"},
    {"pass", "import builtins\nbuiltins.mark = [0] * 10000\ndef f(a, b): return a + b"},
    {"pass",
     "import threading\nt = threading.Thread(target=int)\nt.start()\nt.join()\n"
     "def f(a, b): return a + b"},
    {"pass", "import mmap\nm = mmap.mmap(-1, 1 << 20)\nm[5] = 1\ndef f(a, b): return a + b"},
}};

constexpr int kPrograms = 20'000;
constexpr int kAttackOneIn = 50;

/// What a leak would make grow, over the worker and its helpers.
struct Footprint {
  std::size_t processes = 0;
  std::size_t descriptors = 0;
  std::size_t resident_pages = 0;
};

Footprint footprint() {
  std::vector<pid_t> all = descendants_of(::getpid());
  Footprint total{.processes = all.size()};
  all.push_back(::getpid());
  for (const pid_t pid : all) {
    std::error_code gone;
    for (auto fd = std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", pid), gone);
         !gone && fd != std::filesystem::directory_iterator(); fd.increment(gone))
      ++total.descriptors;
    std::ifstream statm(fmt::format("/proc/{}/statm", pid));
    std::size_t size = 0;
    std::size_t resident = 0;
    if (statm >> size >> resident) total.resident_pages += resident;
  }
  return total;
}

/// Of a worker that has just run an honest program: none of its processes is just being replaced.
template <typename Run>
Footprint footprint_after(const Run& run) {
  EXPECT_TRUE(run(kHonest[0]).passed());
  return footprint();
}

void soak(const std::string& engine) {
  Result<SandboxCapabilities> capabilities = probe_sandbox();
  ASSERT_TRUE(capabilities.ok());
  capabilities = with_engine(std::move(capabilities).value(), engine);
  if (!capabilities.ok()) GTEST_SKIP() << capabilities.error().message();
  capabilities.value().verify_resets_every = 100;
  const auto worker = SandboxWorker::start(capabilities.value());
  ASSERT_TRUE(worker.ok()) << worker.error().message();
  PhiloxStream random(7, 0);
  Footprint early;
  const auto run = [&worker](const Program& program) {
    return run_job(*worker.value(),
                   {.candidate = program.source,
                    .tests = "def check(c):\n assert c(1, 2) == 3\n assert c(5, 7) == 12",
                    .entry_point = "f",
                    .limits = {}});
  };
  for (int i = 0; i < kPrograms; ++i) {
    const bool attacks = random.next_below(kAttackOneIn) == 0;
    const Program& program = attacks ? kAttacks[random.next_below(kAttacks.size())]
                                     : kHonest[random.next_below(kHonest.size())];
    const Verdict verdict = run(program);
    ASSERT_EQ(name_of(verdict.kind), program.kind) << program.source << "\n" << text_of(verdict);
    if (i == kPrograms / 10) early = footprint_after(run);
  }
  const Footprint late = footprint_after(run);
  EXPECT_EQ(late.processes, early.processes);
  // One or two may be just about to be closed.
  EXPECT_LE(late.descriptors, early.descriptors + 2);
  // The tester's heap settles late; a leak of one page in ten programs would show.
  EXPECT_LT(late.resident_pages, early.resident_pages + kPrograms / 10);
}

TEST(SoakTest, TheForkEngineKeepsNothing) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's own memory grows";
  soak("fork");
}

TEST(SoakTest, TheSnapshotEngineKeepsNothing) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's own memory grows";
  soak("snapshot");
}

}  // namespace
}  // namespace scribe::sandbox
