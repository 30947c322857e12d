// The exec engine as its users see it: every language that is installed, right and wrong.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "sandbox/dispatch_worker.h"
#include "sandbox/testing/harness.h"
#include "sandbox/toolchains.h"

namespace scribe::sandbox {
namespace {

/// A problem in one language, in the form of MultiPL-E: f(a, b) is to return a + b.
struct Sum {
  const char* language;
  const char* prompt;
  const char* right;
  const char* tests;
  const char* wrong;
  const char* broken;  ///< does not compile (or, interpreted, does not parse)
  const char* endless;
  const char* early_exit;
  const char* flood;
  const char* raises;
};

constexpr Sum kSums[] = {
    {"cpp", "#include<assert.h>\n#include<bits/stdc++.h>\nlong f(long a, long b) {\n",
     "    return a + b;",
     "}\nint main() {\n    auto candidate = f;\n    assert(candidate((1), (2)) == (3));\n"
     "    assert(candidate((5), (7)) == (12));\n}\n",
     "    return a - b;", "    return a + ;", "    for (;;) {}", "    exit(0);",
     "    for (;;) puts(\"flood\");", "    throw std::runtime_error(\"no\");"},
    {"js", "function f(a, b){\n", "  return a + b;\n}",
     "const assert = require('node:assert');\n\n\nfunction test() {\n  let candidate = f;\n"
     "  assert.deepEqual(candidate(1, 2),3);\n  assert.deepEqual(candidate(5, 7),12);\n}\n\n"
     "test();",
     "  return a - b;\n}", "  return a + ;\n}", "  for (;;) {}\n}", "  process.exit(0);\n}",
     "  for (;;) require('fs').writeSync(1, 'flood\\n');\n}", "  throw new TypeError('no');\n}"},
    {"ts", "function f(a: number, b: number): number {\n", "  return a + b;\n}",
     "declare var require: any;\nconst assert = require('node:assert');\n\n\nfunction test() {\n"
     "  let candidate = f;\n  assert.deepEqual(candidate(1, 2),3);\n"
     "  assert.deepEqual(candidate(5, 7),12);\n}\n\ntest();",
     "  return a - b;\n}", "  return 'x' + ;\n}", "  for (;;) {}\n}",
     "  require('process').exit(0);\n}", "  for (;;) require('fs').writeSync(1, 'flood\\n');\n}",
     "  throw new TypeError('no');\n}"},
    {"java",
     "import java.util.*;\nimport org.javatuples.*;\nclass Problem {\n"
     "    public static long f(long a, long b) {\n",
     "        return Pair.with(a, b).getValue0() + b;",
     "    }\n    public static void main(String[] args) {\n    assert(f((1l), (2l)) == (3l));\n"
     "    assert(f((5l), (7l)) == (12l));\n    }\n\n}\n",
     "        return a - b;", "        return a + ;", "        while (true) {}",
     "        System.exit(0); return 1;", "        while (true) System.out.println(\"flood\");",
     "        throw new RuntimeException(\"no\");"},
    {"go",
     "package f_test\n\nimport (\n    \"testing\"\n    \"fmt\"\n)\n\nfunc f(a int, b int) int {\n",
     "    return a + b\n}",
     "func TestF(t *testing.T) {\n  candidate := f\n\ttype test struct {\n\t\tactual   "
     "interface{}\n"
     "\t\texpected interface{}\n\t}\n   tests := []test{\n     { actual: candidate(1, 2), "
     "expected: 3 "
     "},\n     { actual: candidate(5, 7), expected: 12 },\n   }\n\n\tfor i, tc := range tests {\n"
     "\t\tt.Run(fmt.Sprintf(\"test num % d\", i), func(t *testing.T) {\n"
     "\t\t\tif fmt.Sprintf(\"%v\", tc.actual) != fmt.Sprintf(\"%v\", tc.expected) {\n"
     "\t\t\t\tt.Errorf(\"expected '%s', got '%s'\", tc.expected, "
     "tc.actual)\n\t\t\t}\n\t\t})\n\t}\n}\n",
     "    return a - b\n}", "    return a +\n}", "    for {\n    }\n}",
     "    var p *int\n    recover()\n    if p == nil { panic(\"exit\") }\n    return 1\n}",
     "    for { fmt.Println(\"flood\") }\n}", "    panic(\"no\")\n}"},
    {"rs", "fn f(a: isize, b: isize) -> isize {\n", "    a + b",
     "}\n\nfn main() {\n    let candidate = f;\n    assert_eq!(candidate(1, 2), 3);\n"
     "    assert_eq!(candidate(5, 7), 12);\n}\n",
     "    a - b", "    a + ", "    loop {}", "    std::process::exit(0)",
     "    loop { println!(\"flood\"); }", "    panic!(\"no\")"},
    {"sh", "#!/bin/bash\nf() {\n", "    echo $(($1 + $2))",
     "}\n\ncandidate() {\n    f \"$@\"\n}\n\nset -e\nrun_test() {\n"
     "    [[ $(candidate \"1\" \"2\") = \"3\" ]]\n    [[ $(candidate \"5\" \"7\") = \"12\" "
     "]]\n}\n\n"
     "run_test",
     "    echo $(($1 - $2))", "    echo $(($1 + $2", "    while true; do :; done", "    kill -9 $$",
     "    while true; do echo flood >&2; done", "    no_such_command"},
};

class ExecTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto found = probe_sandbox();
    ASSERT_TRUE(found.ok()) << found.error().message();
    auto worker = start_exec_worker(found.value());
    ASSERT_TRUE(worker.ok()) << worker.error().message();
    worker_ = std::move(worker).value();
  }
  static void TearDownTestSuite() { worker_.reset(); }
  void SetUp() override { ASSERT_NE(worker_, nullptr); }

  static Verdict run(const Sum& sum, const std::string& completion) {
    return run_job(*worker_, {.candidate = std::string(sum.prompt) + completion,
                              .tests = sum.tests,
                              .entry_point = "",
                              .limits = {.cpu_seconds = 1, .wall_seconds = 60},
                              .form = TestForm::own_exit,
                              .language = sum.language});
  }

  /// Calls `body` for every language that is here and names the others.
  template <typename Body>
  static void for_each_language(Body body) {
    std::string missing;
    for (const Sum& sum : kSums) {
      const auto found = find_toolchain(sum.language);
      if (found.ok())
        body(sum);
      else
        missing += "; " + found.error().message();
    }
    if (!missing.empty()) std::printf("[ skipped  ] %s\n", missing.c_str() + 2);
  }

  static std::unique_ptr<SandboxWorker> worker_;
};
std::unique_ptr<SandboxWorker> ExecTest::worker_;

TEST_F(ExecTest, RightProgramsPassInEveryLanguageAndAreSoft) {
  for_each_language([](const Sum& sum) {
    const Verdict verdict = run(sum, sum.right);
    EXPECT_TRUE(verdict.passed()) << sum.language << ": " << text_of(verdict);
    EXPECT_TRUE(verdict.soft);
    EXPECT_GT(verdict.cpu_seconds, 0) << sum.language;
    EXPECT_GT(verdict.memory_bytes, 1 << 18) << sum.language;
  });
}

TEST_F(ExecTest, WrongProgramsAreWrong) {
  for_each_language([](const Sum& sum) {
    const Verdict verdict = run(sum, sum.wrong);
    EXPECT_EQ(verdict.kind, VerdictKind::wrong) << sum.language << ": " << text_of(verdict);
    EXPECT_NE(verdict.detail, "") << sum.language;
  });
}

TEST_F(ExecTest, WhatDoesNotCompileIsASyntaxErrorWhereThereIsACompiler) {
  for_each_language([](const Sum& sum) {
    const Verdict verdict = run(sum, sum.broken);
    EXPECT_TRUE(is_one_of(verdict, "syntax|exception|exit"))
        << sum.language << ": " << text_of(verdict);
    if (sum.language != std::string("js") && sum.language != std::string("sh")) {
      EXPECT_EQ(verdict.kind, VerdictKind::syntax) << sum.language << ": " << text_of(verdict);
    }
  });
}

TEST_F(ExecTest, EndlessLoopsEndAtTheirCpuTime) {
  for_each_language([](const Sum& sum) {
    const Verdict verdict = run(sum, sum.endless);
    EXPECT_EQ(verdict.kind, VerdictKind::cpu) << sum.language << ": " << text_of(verdict);
    EXPECT_LT(verdict.cpu_seconds, 4) << sum.language;
  });
}

TEST_F(ExecTest, AnEarlyExitIsNoPass) {
  for_each_language([](const Sum& sum) {
    const Verdict verdict = run(sum, sum.early_exit);
    EXPECT_TRUE(is_one_of(verdict, "exit|exception|signal"))
        << sum.language << ": " << text_of(verdict);
  });
}

TEST_F(ExecTest, FloodsEndAtTheLimitOfOutput) {
  for_each_language([](const Sum& sum) {
    const Verdict verdict = run(sum, sum.flood);
    EXPECT_EQ(verdict.kind, VerdictKind::output) << sum.language << ": " << text_of(verdict);
  });
}

TEST_F(ExecTest, WhatIsThrownIsAnException) {
  for_each_language([](const Sum& sum) {
    const Verdict verdict = run(sum, sum.raises);
    const char* const kinds = sum.language == std::string("sh") ? "wrong|exit" : "exception";
    EXPECT_TRUE(is_one_of(verdict, kinds)) << sum.language << ": " << text_of(verdict);
  });
}

/// What is judged by the files of MultiPL-E: no completion, and one that is nonsense.
TEST_F(ExecTest, EmptyAndWrongCompletionsOfMultiplEAllFail) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data files (SCRIBE_DATA_DIR)";
  const std::map<std::string, int> expected = {
      {"cpp", 161}, {"js", 161}, {"ts", 159}, {"java", 158}, {"go", 154}, {"rs", 156}, {"sh", 158}};
  for_each_language([&](const Sum& sum) {
    int problems = 0;
    const Status status = for_each_json_line(
        Env::real(), fmt::format("{}/multipl-e/humaneval-{}.jsonl.gz", data, sum.language),
        [&](const Json& problem, const std::string&) -> Status {
          const SandboxJob job{.candidate = problem["prompt"].get<std::string>(),
                               .tests = problem["tests"].get<std::string>(),
                               .entry_point = "",
                               .limits = {.cpu_seconds = 3, .wall_seconds = 60},
                               .form = TestForm::own_exit,
                               .language = sum.language};
          const Verdict verdict = run_job(*worker_, job);
          EXPECT_FALSE(verdict.passed()) << problem["name"];
          EXPECT_NE(verdict.kind, VerdictKind::internal) << text_of(verdict);
          ++problems;
          return {};
        });
    EXPECT_TRUE(status.ok()) << status.error().message();
    EXPECT_EQ(problems, expected.at(sum.language));
  });
}

}  // namespace
}  // namespace scribe::sandbox
