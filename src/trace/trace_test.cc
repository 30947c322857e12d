// Tests the stages together: output, resuming, what is known, decontamination, the split.
#include "trace/trace.h"

#include <gtest/gtest.h>

#include <map>

#include "base/json.h"
#include "problems/problem.h"
#include "trace/testing/small_project.h"

namespace scribe::trace {
namespace {

constexpr const char* kLibrary = R"(
def double(x):
    """Gives twice what it is given.

    >>> double(4)
    8
    """
    return 2 * x


def undocumented(x):
    return x + 1


def same_as_double(x):
    """Another docstring, the same body."""
    return 2 * x
)";

class TraceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<SandboxWorkers> workers = real_sandbox_workers();
    if (!workers.ok()) GTEST_SKIP() << workers.error().message();
    options_.sandbox = std::move(workers).value();
    options_.project = "small";
    options_.run.copy = project_.path();
    options_.run.command = {"/usr/bin/python3.11", "-c",
                            "import lib\nfor i in range(5):\n lib.double(i); lib.undocumented(i)"};
    options_.run.limits = {.cpu_seconds = 20, .wall_seconds = 100};
    options_.out = project_out_.file("out.jsonl");
    options_.work = project_out_.file("work");
    options_.quiet = true;
    project_.write("lib.py", kLibrary);
  }

  Result<TraceSummary> run() { return trace_problems(Env::real(), stop_, options_); }

  testing::SmallProject project_;
  testing::SmallProject project_out_;
  TraceOptions options_;
  StopToken stop_;
};

TEST_F(TraceTest, WritesProblemsThatCanBeLoadedAndSayWhereTheyComeFrom) {
  const auto summary = run();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  const auto problems = load_problems(Env::real(), options_.out);
  ASSERT_TRUE(problems.ok()) << problems.error().message();
  ASSERT_EQ(problems.value().size(), 1U);
  EXPECT_EQ(problems.value()[0].task_id, "small/lib.double");
  EXPECT_EQ(problems.value()[0].canonical_solution, "    return 2 * x\n");
  Status read = for_each_json_line(Env::real(), options_.out,
                                   [](const Json& line, const std::string&) -> Status {
                                     EXPECT_EQ(line["source"], "trace");
                                     EXPECT_EQ(line["project"], "small");
                                     EXPECT_EQ(line["split"], split_of("small"));
                                     return {};
                                   });
  EXPECT_TRUE(read.ok());
  EXPECT_EQ(summary.value().written, 1);
  options_.need_docstring = false;
  EXPECT_EQ(run().value().written, 2);
}

TEST_F(TraceTest, TheSameCommandContinuesAndGivesTheSameBytes) {
  options_.run.command.back() += "\nimport time; print(time.time_ns())";
  const auto summary = run();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  const std::string first = Env::real().read_file(options_.out).value();
  const std::string judged = Env::real().read_file(options_.work + "/judged.jsonl").value();
  // Were the command run again, it would print another time; were it judged again, no worker.
  options_.sandbox.start = [] { return error(ErrorCode::unsupported, "no worker"); };
  const auto again = run();
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_GT(summary.value().tail.size(), 9U);
  EXPECT_EQ(again.value().tail, summary.value().tail);
  EXPECT_EQ(Env::real().read_file(options_.out).value(), first);
  EXPECT_EQ(Env::real().read_file(options_.work + "/judged.jsonl").value(), judged);
}

TEST_F(TraceTest, SourcesThatChangedAreTracedAgain) {
  project_.write("factor.txt", "2");
  const auto source = [](std::string_view more) {
    return fmt::format(
        "def times(x, y):\n    \"\"\"Gives the product of both numbers.\"\"\"\n"
        "    return x * y{}\n",
        more);
  };
  project_.write("lib.py", source(""));
  options_.run.command.back() =
      "import lib\nfor i in range(5):\n lib.times(i, int(open('factor.txt').read()))";
  const auto written = [this] {
    const auto summary = run();
    EXPECT_TRUE(summary.ok()) << summary.error().message();
    return Env::real().read_file(options_.out).value();
  };
  EXPECT_NE(written().find("return x * y\\n"), std::string::npos);
  project_.write("lib.py", source(" * 1"));
  EXPECT_NE(written().find("return x * y * 1\\n"), std::string::npos);
  const std::string traces = Env::real().read_file(options_.work + "/traces").value();
  project_.write("factor.txt", "7");  // Of the same size.
  written();
  EXPECT_NE(Env::real().read_file(options_.work + "/traces").value(), traces);
  // Files of --files likewise.
  options_.run.files = {project_.file("lib.py")};
  options_.run.copy = "";
  options_.run.command.clear();
  options_.build.guesses = true;
  EXPECT_NE(written().find("return x * y * 1\\n"), std::string::npos);
  project_.write("lib.py", source(" * 2"));
  EXPECT_NE(written().find("return x * y * 2\\n"), std::string::npos);
}

TEST_F(TraceTest, KnownAndContaminatedFunctionsAreNotTaken) {
  ASSERT_TRUE(run().ok());
  const std::string earlier = options_.out;
  options_.out = project_out_.file("second.jsonl");
  options_.known = {earlier};
  EXPECT_EQ(run().value().written, 0);
  options_.known = {};
  project_out_.write(
      "protected.jsonl",
      R"({"task_id": "a", "prompt": "def g(a):\n    '''Gives twice what it is given, )"
      R"(and so on at some length.'''\n", "entry_point": "g", "test": "",)"
      R"( "canonical_solution": "    return 2 * a\n"})"
      "\n");
  project_.write(
      "lib.py",
      "def double(x):\n    '''Gives twice what it is given, and so on at some length.\n\n"
      "    >>> double(4)\n    8\n    >>> double(5)\n    10\n    >>> double(6)\n    12\n"
      "    '''\n    return 2 * x\n");
  options_.work = project_out_.file("work2");
  EXPECT_EQ(run().value().written, 1);
  options_.decontaminate = {project_out_.file("protected.jsonl")};
  EXPECT_EQ(run().value().written, 0);
}

TEST_F(TraceTest, BadRequestsAreErrors) {
  options_.run.command = {"/bin/true"};
  EXPECT_EQ(run().error().code(), ErrorCode::invalid_data);
  options_.verify.runs = 0;
  EXPECT_EQ(run().error().code(), ErrorCode::invalid_argument);
  options_.verify.runs = 1;
  options_.run.copy = "";
  EXPECT_EQ(run().error().code(), ErrorCode::invalid_argument);
}

TEST(SplitOfTest, DependsOnTheNameAloneInTheStatedShares) {
  std::map<std::string_view, int> counts;
  for (int i = 0; i < 1000; ++i) ++counts[split_of("project " + std::to_string(i))];
  EXPECT_EQ(split_of("sympy"), split_of("sympy"));
  EXPECT_NEAR(counts["train"], 800, 60);  // Five standard deviations.
  EXPECT_NEAR(counts["validation"], 100, 50);
  EXPECT_NEAR(counts["held-out"], 100, 50);
}

}  // namespace
}  // namespace scribe::trace
