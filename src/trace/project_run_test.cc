// Tests the tracer and the jail around it on projects with every trap.
#include "trace/project_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "trace/testing/small_project.h"

namespace scribe::trace {
namespace {

using testing::SmallProject;

constexpr const char* kPython = "/usr/bin/python3.11";

constexpr const char* kTraps = R"(
import random
def plain(a, b=2, *rest, key=None, **more): return [a, b]
def generator(n): yield n
async def coroutine(x): return x
def outer(x):
    def inner(y): return x + y
    return inner(1)
def factorial(n): return 1 if n < 2 else n * factorial(n - 1)
def raises(x):
    if x < 0: raise ValueError(x)
    return None
def mutates(items):
    items.append(1)
    return len(items)
def chance(n): return random.random()
def infinite(x): return [float('inf'), -float('inf'), float('nan'), x]
def takes_object(x): return 1
def returns_object(x): return object()
def longest(x): return 'a' * 10000
def calls_c(items): return sorted(items)
class Thing:
    def method(self, x): return x
    @classmethod
    def of_class(cls, x): return x
    @staticmethod
    def of_none(x): return x + 1
)";

constexpr const char* kCallsAll = R"(
import asyncio, os, subprocess, sys, threading, traps
traps.plain(1); traps.plain('x', 3, 4, key={'k'}, more=b'y'); list(traps.generator(1))
traps.outer(1)
asyncio.run(traps.coroutine(1)); traps.factorial(3); traps.raises(1); traps.mutates([5])
try: traps.raises(-7)
except ValueError: pass
traps.chance(1); traps.chance(1); traps.infinite(0.5); traps.takes_object(object())
traps.returns_object(1); traps.longest(1); traps.calls_c([2, 1]); traps.Thing.of_none(1)
traps.Thing().method(1); traps.Thing.of_class(1)
thread = threading.Thread(target=lambda: traps.plain('thread')); thread.start(); thread.join()
subprocess.run([sys.executable, '-c', 'import traps; traps.plain("process")'], check=True)
if os.fork() == 0:
    traps.plain('fork')
    os._exit(0)
os.wait()
)";

ProjectRunOptions options_for(const SmallProject& project, std::vector<std::string> arguments) {
  ProjectRunOptions options;
  options.command = std::move(arguments);
  options.copy = project.path();
  options.limits = {.cpu_seconds = 20, .wall_seconds = 100};
  return options;
}

class ProjectRunTest : public ::testing::Test {
 protected:
  /// Runs main.py, whose calls are to be recorded.
  ProjectRun run_main(const std::string& text) {
    project_.write("main.py", text);
    Result<ProjectRun> run = run_project(options_);
    EXPECT_TRUE(run.ok()) << run.error().message();
    return run.ok() ? std::move(run).value() : ProjectRun();
  }

  SmallProject project_;
  ProjectRunOptions options_ = options_for(project_, {kPython, "main.py"});
};

bool has(const ProjectRun& run, std::string_view text) {
  return run.lines.find(text) != std::string::npos;
}

TEST_F(ProjectRunTest, RecordsWhatCanBeReplayedAndTellsTheRestApart) {
  project_.write("traps.py", kTraps);
  const ProjectRun run = run_main(kCallsAll);
  EXPECT_EQ(run.end, "exit") << run.tail;
  EXPECT_EQ(run.exit_code, 0) << run.tail;
  EXPECT_EQ(run.processes, 3);  // Itself, its subprocess and its fork.
  EXPECT_TRUE(has(run, R"x("1, 2, key=None","[1, 2]")x")) << run.lines;
  EXPECT_TRUE(has(run, R"x("'x', 3, 4, key={'k'}, more=b'y'","['x', 3]")x"));
  for (const char* const where : {"thread", "process", "fork"})
    EXPECT_TRUE(has(run, fmt::format("\"'{}', 2, key=None\"", where))) << where;
  EXPECT_TRUE(has(run, R"("3","6")"));  // Recursion: each call has its own result.
  EXPECT_TRUE(has(run, R"("2","2")"));
  EXPECT_TRUE(has(run, R"("[5]","2")"));  // As it was before the call, and "m" that it changed.
  EXPECT_TRUE(has(run, R"(["m",)"));
  EXPECT_TRUE(has(run, R"(["n",)"));  // chance()
  EXPECT_TRUE(has(run, R"("[float('inf'), float('-inf'), float('nan'), 0.5]")"));
  EXPECT_TRUE(has(run, R"("[2, 1]","[1, 2]")"));
  EXPECT_TRUE(has(run, R"("1","None")"));   // raises(1) returned None;
  EXPECT_FALSE(has(run, R"("-7")"));        // raises(-7) did not.
  EXPECT_FALSE(has(run, "aaaaaaaaaaaaa"));  // longest()
  EXPECT_TRUE(has(run, R"("generators",1)") || has(run, R"("generators",2)")) << run.lines;
  EXPECT_TRUE(has(run, R"("raised",1)"));
  EXPECT_TRUE(has(run, R"("methods",2)"));
}

TEST_F(ProjectRunTest, WritesNothingIntoTheProject) {
  project_.write("lib.py", "def f(x):\n    return x\n");
  const ProjectRun run = run_main(
      "import lib, os\nlib.f(1)\nopen('new', 'w').close()\nos.remove('lib.py')\n"
      "print('wrote')\n");
  EXPECT_EQ(run.tail, "wrote\n");
  EXPECT_TRUE(has(run, project_.file("lib.py")));  // Named as in the project, not in the copy.
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(project_.path()))
    names.push_back(entry.path().filename());
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"lib.py", "main.py"}));
}

TEST_F(ProjectRunTest, KeepsWhatWasSeenOfACommandThatDoesNotEnd) {
  options_.limits.cpu_seconds = 2;
  const ProjectRun busy = run_main("def f(x):\n    return x\nf(1)\nwhile True: f(2)\n");
  EXPECT_EQ(busy.end, "cpu");
  EXPECT_TRUE(has(busy, R"("1","1")")) << busy.lines;
  options_.limits.wall_seconds = 2;
  const ProjectRun asleep =
      run_main("import time\ndef f(x):\n    return x\nf(1)\ntime.sleep(1000)\n");
  EXPECT_EQ(asleep.end, "wall");
  EXPECT_TRUE(has(asleep, R"("1","1")"));
}

TEST_F(ProjectRunTest, SurvivesPrintingForkingAndEarlyExit) {
  options_.limits.cpu_seconds = 2;
  const ProjectRun loud =
      run_main("def f(x):\n    return x\nf(1)\nwhile True: print('x' * 10000)\n");
  EXPECT_EQ(loud.end, "cpu");
  EXPECT_TRUE(has(loud, R"("1","1")"));
  EXPECT_LE(loud.tail.size(), 8192U);
  options_.limits.processes = 20;
  const ProjectRun bomb = run_main(
      "import os, time\ndef f(x):\n    return x\nf(1)\ntime.sleep(1)\n"
      "while True:\n    try: os.fork()\n    except OSError: pass\n");
  EXPECT_NE(bomb.end, "exit");
  EXPECT_TRUE(has(bomb, R"("1","1")"));
  const ProjectRun early = run_main("import os\ndef f(x):\n    return x\nf(1)\nos._exit(9)\n");
  EXPECT_EQ(early.exit_code, 9);
  EXPECT_TRUE(has(early, R"("1","1")"));
}

TEST_F(ProjectRunTest, TheProjectsOwnSitecustomizeStillRuns) {
  project_.write("sitecustomize.py", "import builtins\nbuiltins.seen = 'yes'\n");
  options_.command = {"/usr/bin/env", "sh", "-c",
                      "PYTHONPATH=$PYTHONPATH:{project} exec python3.11 main.py"};
  const ProjectRun run = run_main("def f(x):\n    return x\nf(1)\nprint(seen)\n");
  EXPECT_EQ(run.tail, "yes\n");
  EXPECT_TRUE(has(run, R"("1","1")"));
}

TEST_F(ProjectRunTest, BadRequestsAreErrors) {
  options_.command = {"/nonexistent/python"};
  EXPECT_EQ(run_project(options_).error().code(), ErrorCode::not_found);
  options_.command = {kPython, "-c", ""};
  options_.visible = {"/tmp"};
  EXPECT_EQ(run_project(options_).error().code(), ErrorCode::invalid_argument);
  options_.visible = {"relative"};
  EXPECT_EQ(run_project(options_).error().code(), ErrorCode::invalid_argument);
  options_.visible = {"/nonexistent"};
  EXPECT_EQ(run_project(options_).error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace scribe::trace
