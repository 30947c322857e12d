// The exec engine as its users see it: every language that is installed, right and wrong.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
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
     "  require('process').exit(0);\n  return 1;\n}",
     "  for (;;) require('fs').writeSync(1, 'flood\\n');\n}", "  throw new TypeError('no');\n}"},
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
     // Long lines: a shell writes slowly, and its second of processor time would end first.
     "    local line=$(printf 'flood%.0s' {1..500}); while true; do echo $line >&2; done",
     "    no_such_command"},
};

class ExecTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (kSanitized) return;
    const auto found = probe_sandbox();
    ASSERT_TRUE(found.ok()) << found.error().message();
    auto worker = start_exec_worker(found.value());
    ASSERT_TRUE(worker.ok()) << worker.error().message();
    worker_ = std::move(worker).value();
  }
  static void TearDownTestSuite() { worker_.reset(); }
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer's memory does not fit the limits of a step";
    ASSERT_NE(worker_, nullptr);
  }

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

/// The same program in each language: it reads two numbers and prints their sum.
const std::map<std::string, std::string> kSumPrograms = {
    {"cpp",
     "#include <iostream>\nint main() { long a, b; std::cin >> a >> b; std::cout << a + b << "
     "'\\n'; }"},
    {"js",
     "const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);\n"
     "console.log(a + b);"},
    {"ts",
     "import * as fs from 'fs';\nconst [a, b]: number[] = fs.readFileSync('/dev/stdin', "
     "'utf8').split(' ').map(Number);\nconsole.log(a + b);"},
    {"java",
     "import java.util.*;\npublic class Solution {\n  public static void main(String[] x) {\n    "
     "Scanner s = new Scanner(System.in);\n    System.out.println(s.nextLong() + s.nextLong());\n  "
     "}\n}\n"},
    {"go",
     "package main\nimport (\n\t\"bufio\"\n\t\"fmt\"\n\t\"os\"\n)\nfunc main() {\n\tvar a, b int\n"
     "\tfmt.Fscan(bufio.NewReader(os.Stdin), &a, &b)\n\tfmt.Println(a + b)\n}\n"},
    {"rs",
     "use std::io::Read;\nfn main() { let mut s = String::new(); std::io::stdin()"
     ".read_to_string(&mut s).unwrap(); println!(\"{}\", "
     "s.split_whitespace().map(|x| x.parse::<i64>().unwrap()).sum::<i64>()); }"},
    {"sh", "read a b\necho $((a + b))"},
    {"python", "a, b = map(int, input().split())\nif __name__ == '__main__': print(a + b)"}};

class StdioTest : public ExecTest {
 protected:
  static Verdict judge(const std::string& program, const std::string& tests,
                       const std::string& language = "python") {
    return run_job(*worker_, {.candidate = program,
                              .tests = tests,
                              .entry_point = "",
                              .limits = {.cpu_seconds = 2, .wall_seconds = 60},
                              .form = TestForm::stdio,
                              .language = language});
  }
};

constexpr const char* kTwoSums =
    R"({"cases": [{"input": "1 2\n", "output": "3\n"}, {"input": "5 7\n", "output": "12"}]})";

TEST_F(StdioTest, ProgramsReadAndPrintInEveryLanguageAndAreHard) {
  for (const auto& [language, program] : kSumPrograms) {
    if (!find_toolchain(language).ok()) continue;
    const Verdict verdict = judge(program, kTwoSums, language);
    EXPECT_TRUE(verdict.passed()) << language << ": " << text_of(verdict);
    EXPECT_FALSE(verdict.soft) << language;
  }
}

TEST_F(StdioTest, TheFirstWrongCaseIsShown) {
  EXPECT_EQ(text_of(judge("print(3)", kTwoSums)),
            "wrong: case 2 (input '5 7\\n'): expected '12', got '3' (word 1)");
  EXPECT_EQ(text_of(judge("print(input()[5])", kTwoSums)),
            "exception: case 1 (input '1 2\\n'): IndexError: string index out of range");
}

TEST_F(StdioTest, AReportTellsWhatWasPrintedAndHowItEnded) {
  constexpr const char* kReport = R"({"cases": [{"input": "ab"}], "comparison": "report"})";
  const auto report = [](const Verdict& verdict) {
    return parse_json(verdict.report, "report").value();
  };
  const Verdict right =
      judge("import sys\nprint(input() * 2)\nprint('x', file=sys.stderr)", kReport);
  EXPECT_TRUE(right.passed()) << text_of(right);
  EXPECT_EQ(report(right)["runs"][0]["output"], "abab\n");
  EXPECT_EQ(report(right)["runs"][0]["messages"], "x\n");
  EXPECT_EQ(report(right)["runs"][0]["exit_code"], 0);
  EXPECT_TRUE(report(right)["compile"].is_null());
  const Verdict exits = judge("print(1)\nraise SystemExit(3)", kReport);
  EXPECT_EQ(exits.kind, VerdictKind::exit);
  EXPECT_EQ(report(exits)["runs"][0]["output"], "1\n");
  EXPECT_EQ(report(exits)["runs"][0]["exit_code"], 3);
  const Verdict endless = judge("print(1, flush=True)\nwhile True: pass", kReport);
  EXPECT_EQ(endless.kind, VerdictKind::cpu);
  EXPECT_TRUE(report(endless)["runs"][0]["exit_code"].is_null());
  const Verdict aborts = judge("import os\nos.abort()", kReport);
  EXPECT_EQ(report(aborts)["runs"][0]["exit_code"], -6);
  const Verdict twice = judge("print(10 // int(input()))",
                              R"({"cases": [{"input": "0"}, {"input": "5"}, {"input": "x"}],)"
                              R"( "comparison": "report"})");
  EXPECT_EQ(text_of(twice), "exception: ZeroDivisionError: integer division or modulo by zero");
  ASSERT_EQ(report(twice)["runs"].size(), 3U);
  EXPECT_EQ(report(twice)["runs"][1]["output"], "2\n");
  EXPECT_EQ(report(twice)["runs"][2]["exit_code"], 1);
  if (!find_toolchain("cpp").ok()) GTEST_SKIP() << "no C++ compiler";
  const Verdict broken = judge("int main() { return x; }", kReport, "cpp");
  EXPECT_EQ(broken.kind, VerdictKind::syntax);
  EXPECT_TRUE(report(broken)["runs"].empty());
  EXPECT_NE(report(broken)["compile"]["messages"].get<std::string>().find("not declared"),
            std::string::npos);
}

TEST_F(StdioTest, AnExitCodeIsAFailureWhateverWasPrinted) {
  EXPECT_EQ(
      text_of(judge("import sys\nprint(sum(map(int, input().split())))\nsys.exit(4)", kTwoSums)),
      "exit: case 1 (input '1 2\\n'): exited with code 4");
}

TEST_F(StdioTest, ACheckerAcceptsEveryRightAnswer) {
  const std::string tests =
      R"x({"cases": [{"input": "10"}, {"input": "7"}], "checker": "def check(input, output, )x"
      R"x(expected):\n    a, b = map(int, output.split())\n    return a + b == int(input)"})x";
  EXPECT_TRUE(judge("n = int(input())\nprint(n - 1, 1)", tests).passed());
  EXPECT_TRUE(judge("n = int(input())\nprint(0, n)", tests).passed());
  EXPECT_EQ(text_of(judge("print(5, 5)", tests)),
            "wrong: case 2 (input '7'): the checker refuses '5 5\\n'");
  EXPECT_EQ(text_of(judge("print('x y')", tests)),
            "wrong: case 1 (input '10'): the checker refuses 'x y\\n': ValueError: invalid literal "
            "for int() with base 10: 'x'");
  EXPECT_EQ(judge("print(1)", R"x({"cases": [{"input": "1"}], "checker": "def check("})x").kind,
            VerdictKind::internal);
}

TEST_F(StdioTest, WrongTestsAndUnknownLanguagesAreNotTheProgramsFault) {
  EXPECT_EQ(judge("print(1)", "no json").kind, VerdictKind::internal);
  EXPECT_EQ(judge("print(1)", R"({"cases": []})").kind, VerdictKind::internal);
  const SandboxJob job{.candidate = "",
                       .tests = kTwoSums,
                       .entry_point = "",
                       .limits = {},
                       .form = TestForm::stdio,
                       .language = "cobol"};
  const Result<Verdict> verdict = worker_->run(job);
  ASSERT_FALSE(verdict.ok());
  EXPECT_EQ(verdict.error().code(), ErrorCode::unsupported);
}

TEST_F(StdioTest, FilesOfOneCaseAreGoneInTheNext) {
  const std::string program =
      "import os\nassert not os.listdir('.')\nopen('mark', 'w').write('x')\n"
      "print(sum(map(int, input().split())))";
  EXPECT_TRUE(judge(program, kTwoSums).passed());
}

TEST_F(ExecTest, OneWorkerRunsFunctionsAndPrograms) {
  const auto worker = start_worker();
  ASSERT_NE(worker, nullptr);
  EXPECT_TRUE(
      run_job(*worker, {"def f(x): return x", "def check(c): assert c(1) == 1", "f", {}}).passed());
  EXPECT_TRUE(run_job(*worker, {.candidate = "print(1)",
                                .tests = R"({"cases": [{"input": "", "output": "1"}]})",
                                .entry_point = "",
                                .limits = {},
                                .form = TestForm::stdio,
                                .language = "py"})
                  .passed());
}

TEST(ToolchainsTest, EveryLanguageIsThereOrSaysWhatToInstall) {
  const std::vector<ToolchainReport> reports = probe_toolchains();
  ASSERT_EQ(reports.size(), 8U);
  for (const ToolchainReport& report : reports) {
    EXPECT_EQ(report.available, report.problem.empty()) << report.language;
    EXPECT_EQ(report.available, !report.version.empty()) << report.language;
    EXPECT_EQ(report.available, find_toolchain(report.language).ok()) << report.language;
    if (!report.available) {
      EXPECT_NE(report.problem.find("install"), std::string::npos);
    }
  }
}

TEST(ToolchainsTest, NamesOfProblemFilesAreKnown) {
  EXPECT_EQ(language_named("go_test.go"), "go");
  EXPECT_EQ(language_named("C++"), "cpp");
  EXPECT_EQ(language_named("JavaScript"), "js");
  EXPECT_EQ(language_named("cobol"), std::nullopt);
}

}  // namespace
}  // namespace scribe::sandbox
