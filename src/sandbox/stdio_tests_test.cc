// Tests of reading cases and comparing outputs, and of the ending of a program's own tests.
#include "sandbox/stdio_tests.h"

#include <gtest/gtest.h>

#include "sandbox/exec_verdict.h"
#include "sandbox/exec_wire.h"
#include "sandbox/languages.h"
#include "sandbox/test_ending.h"

namespace scribe::sandbox {
namespace {

bool same(std::string_view output, std::string_view expected, OutputComparison comparison,
          double tolerance = 1e-6) {
  StdioTests tests;
  tests.comparison = comparison;
  tests.tolerance = tolerance;
  return !difference(output, expected, tests);
}

TEST(OutputTest, ExactIgnoresOnlyNewlinesAtTheEnd) {
  EXPECT_TRUE(same("1 2\n", "1 2", OutputComparison::exact));
  EXPECT_TRUE(same("", "\n", OutputComparison::exact));
  EXPECT_FALSE(same("1  2", "1 2", OutputComparison::exact));
  EXPECT_FALSE(same("1 2 ", "1 2", OutputComparison::exact));
  EXPECT_FALSE(same("1", "1 2", OutputComparison::exact));
}

TEST(OutputTest, TokensIgnoreWhiteSpaceOnly) {
  EXPECT_TRUE(same(" 1\n\t2 \r\n", "1 2", OutputComparison::tokens));
  EXPECT_FALSE(same("1 2", "1 2 3", OutputComparison::tokens));
  EXPECT_FALSE(same("1 2 3", "1 2", OutputComparison::tokens));
  EXPECT_FALSE(same("1.0", "1", OutputComparison::tokens));
  EXPECT_FALSE(same("", "1", OutputComparison::tokens));
}

TEST(OutputTest, FloatsMayDifferByTheToleranceAndRelativelyAboveOne) {
  EXPECT_TRUE(same("0.3333333", "0.33333331", OutputComparison::floats));
  EXPECT_FALSE(same("0.33334", "0.33333", OutputComparison::floats));
  EXPECT_TRUE(same("0.33334", "0.33333", OutputComparison::floats, 1e-4));
  EXPECT_TRUE(same("1e9", "1000000001", OutputComparison::floats));
  EXPECT_FALSE(same("nan", "1", OutputComparison::floats));
  EXPECT_FALSE(same("nan", "NaN", OutputComparison::floats));
  EXPECT_FALSE(same("inf", "1e400", OutputComparison::floats));
  EXPECT_TRUE(same("yes +2.50", "yes 2.5", OutputComparison::floats));
  EXPECT_FALSE(same("no 2.5", "yes 2.5", OutputComparison::floats));
}

TEST(OutputTest, DifferencesAreShortAndShowBothSides) {
  const StdioTests tests;
  EXPECT_EQ(difference("1 2", "1 3", tests), "expected '3', got '2' (word 2)");
  EXPECT_EQ(difference("1", "1 3", tests), "expected '3', got the end (word 2)");
  EXPECT_LT(difference(std::string(1 << 20, 'x'), "1", tests)->size(), 200U);
  EXPECT_EQ(excerpt("a\n\t\x01'"), "'a\\n\\t\\x01''");
}

TEST(OutputTest, WrongTestsAreNamed) {
  const auto failure = [](const char* text) {
    const auto tests = parse_stdio_tests(parse_json(text, "t").value(), "t");
    return tests.ok() ? std::string("ok") : tests.error().message();
  };
  EXPECT_EQ(failure(R"({"cases": [{"input": "", "output": ""}]})"), "ok");
  EXPECT_EQ(failure(R"({"cases": [{"input": ""}], "checker": "c"})"), "ok");
  EXPECT_EQ(failure(R"({})"), "t: field 'cases' is missing");
  EXPECT_EQ(failure(R"({"cases": [{"input": ""}]})"), "t: field 'output' is missing");
  EXPECT_EQ(failure(R"({"cases": [{"input": "", "output": ""}], "tolerance": -1})"),
            "t: field 'tolerance' is -1, expected 0 or more");
  EXPECT_EQ(failure(R"({"cases": [{"input": "", "output": ""}], "comparison": "checker"})"),
            "t: field 'checker' and the comparison 'checker' need each other");
}

TEST(TestEndingTest, TheTokenStandsBehindTheLastAssertionAndTheControlBeforeIt) {
  EXPECT_EQ(with_ending("cpp", "}\nint main() {\n  assert(x);\n}\n", {"T", false}),
            "}\nint main() {\n  assert(x);\n\nstd::cout << \"\\nT\\n\" << std::flush;\n}\n");
  EXPECT_EQ(with_ending("java", "  t();\n    }\n\n}\n", {"T", true}),
            "  t();\n    \nassert(0 == 1);\nSystem.out.println(\"\\nT\");\n}\n\n}\n");
  EXPECT_EQ(with_ending("sh", "run_test", {"T", true}),
            "run_test\n[[ $(printf 0) = \"1\" ]]\nprintf '\\n%s\\n' 'T'\n");
  EXPECT_EQ(with_ending("rs", "assert!(x);", {"T", false}), std::nullopt);
  EXPECT_EQ(with_ending("rs", "", {"T", false}), std::nullopt);
  EXPECT_EQ(with_ending("cobol", "}", {"T", false}), std::nullopt);
}

TEST(TestEndingTest, ATokenCountsAsALineOnly) {
  EXPECT_TRUE(has_token("x\nT\n", "T"));
  EXPECT_FALSE(has_token("x T\n", "T"));
  EXPECT_FALSE(has_token("\nT", "T"));
  EXPECT_FALSE(has_token("\n\n", ""));
}

TEST(ExecWireTest, APayloadComesBackAndNothingElseDoes) {
  const StepPayload payload{.arguments = {"/usr/bin/true", "", "a b"},
                            .environment = {"A=1"},
                            .files = {{"build/x", std::string("\0y", 2)}}};
  const std::string bytes = encode_payload(payload);
  const auto decoded = decode_payload(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded.value().arguments, payload.arguments);
  EXPECT_EQ(decoded.value().environment, payload.environment);
  EXPECT_EQ(decoded.value().files, payload.files);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_payload(bytes.substr(0, size)).ok()) << size;
  EXPECT_FALSE(decode_payload(bytes + "x").ok());
  EXPECT_FALSE(decode_payload(std::string(24, '\xff')).ok());
}

TEST(ExecVerdictTest, MessagesTellFailuresApartButNeverAPass) {
  const auto kind = [](int status, const char* messages) {
    StepResult result;
    result.reply.wait_status = status;
    result.messages = messages;
    return judge_run(result).kind;
  };
  EXPECT_EQ(kind(1 << 8, "x.js:3\nAssertionError [ERR]: 1 == 2\n"), VerdictKind::wrong);
  EXPECT_EQ(kind(6, "p: main.cc:9: int main(): Assertion `x' failed."), VerdictKind::wrong);
  EXPECT_EQ(kind(6, "terminate called after throwing 'std::bad_alloc'"), VerdictKind::memory);
  EXPECT_EQ(kind(6, ""), VerdictKind::signal);
  EXPECT_EQ(kind(11, "Assertion `x' failed"), VerdictKind::signal);
  EXPECT_EQ(kind(31, ""), VerdictKind::syscall);
  EXPECT_EQ(kind(25, ""), VerdictKind::output);
  EXPECT_EQ(kind(0, "1 passed"), VerdictKind::exit);
  EXPECT_EQ(kind(7 << 8, ""), VerdictKind::exit);
}

TEST(ExecVerdictTest, LimitsComeBeforeEverythingElse) {
  StepResult result;
  result.reply.fault = ExecFault::memory;
  result.reply.wait_status = 9;
  result.messages = "Assertion `x' failed";
  EXPECT_EQ(judge_run(result).kind, VerdictKind::memory);
  EXPECT_EQ(judge_build(result).kind, VerdictKind::memory);
  result.reply.fault = ExecFault::none;
  result.reply.wait_status = 1 << 8;
  result.messages = "In file included\nmain.cc:3:1: error: expected ';'\n  3 | x\n";
  EXPECT_EQ(judge_build(result).kind, VerdictKind::syntax);
  EXPECT_EQ(judge_build(result).detail, "main.cc:3:1: error: expected ';'");
}

TEST(LanguagesTest, ThePrecompiledHeaderIsForSourcesThatBeginWithIt) {
  EXPECT_TRUE(
      begins_with_all_headers("#include<assert.h>\n// x\n\n#include <bits/stdc++.h>\nint x;"));
  EXPECT_FALSE(begins_with_all_headers("#define NDEBUG\n#include <bits/stdc++.h>\n"));
  EXPECT_FALSE(begins_with_all_headers("#include <vector>\nint main() {}"));
  EXPECT_FALSE(begins_with_all_headers("int x;\n#include <bits/stdc++.h>\n"));
}

TEST(LanguagesTest, TheClassWithMainNamesTheFile) {
  EXPECT_EQ(main_class_of("class A {}\npublic class B { public static void main(String[] a) {} }"),
            "B");
  EXPECT_EQ(
      main_class_of("class A {}\nclass B {\n  class C {}\n  static void main(String[] a) {} }"),
      "B");
  EXPECT_EQ(main_class_of(""), "Main");
  EXPECT_EQ(main_class_of("class ../../x { void main("), "Main");
}

}  // namespace
}  // namespace scribe::sandbox
