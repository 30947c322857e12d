// Tests of finding programs in answers.
#include "evaluate/extract.h"

#include <gtest/gtest.h>

#include <chrono>

#include "evaluate/python_definition.h"

namespace scribe {
namespace {

constexpr const char* kChat =
    "<think>Maybe\n```python\ndef f(x):\n    return 0\n```\n</think>\n"
    "Install it first:\n\n```bash\npip install numpy\n```\n\nThen:\n\n"
    "```python\nimport math\n\ndef helper(x):\n    return math.floor(x)\n```\n\n"
    "Finally:\n\n```python\ndef f(x):\n    return x\n```\nThat is all.\n";

std::string extract(std::string_view answer, ExtractStrategy strategy) {
  return extract_code(answer, strategy, "f").value_or("(no code)");
}

TEST(ExtractTest, NoneTakesAllOfIt) {
  EXPECT_EQ(extract(kChat, ExtractStrategy::none), kChat);
}

TEST(ExtractTest, FencedStrategiesPickABlockOfTheLanguage) {
  EXPECT_EQ(extract(kChat, ExtractStrategy::fenced_last), "def f(x):\n    return x\n");
  EXPECT_EQ(extract(kChat, ExtractStrategy::fenced_first),
            "import math\n\ndef helper(x):\n    return math.floor(x)\n");
  EXPECT_EQ(extract(kChat, ExtractStrategy::fenced_longest),
            "import math\n\ndef helper(x):\n    return math.floor(x)\n");
}

TEST(ExtractTest, BlocksWithoutALabelCountIfNoneIsPython) {
  EXPECT_EQ(extract("```\na\n```\n```text\nb\n```\n", ExtractStrategy::fenced_last), "a\n");
  EXPECT_EQ(extract("```java\na\n```\n", ExtractStrategy::fenced_last), "(no code)");
}

TEST(ExtractTest, OtherLanguagesHaveLabelsOfTheirOwn) {
  const std::string answer =
      "```python\na\n```\n```c++\nb\n```\n```JavaScript\nc\n```\n```zig\nd\n```\n";
  const auto in = [&](std::string_view language) {
    return extract_code(answer, ExtractStrategy::function, "f", language).value_or("(no code)");
  };
  EXPECT_EQ(in("cpp"), "b\n");
  EXPECT_EQ(in("js"), "c\n");
  EXPECT_EQ(in("zig"), "d\n");
  EXPECT_EQ(in("rs"), "(no code)");
}

TEST(ExtractTest, WithoutCodeThereIsNothing) {
  for (const ExtractStrategy strategy : kExtractStrategies) {
    if (strategy == ExtractStrategy::none) continue;
    for (const char* const answer :
         {"", "I cannot do that.\n", "```python\n```\n", "<think>def f(x):\n    return 1\n"})
      EXPECT_EQ(extract(answer, strategy), "(no code)") << name_of(strategy) << ": " << answer;
  }
}

TEST(ExtractTest, FunctionKeepsImportsAndHelpersAndDropsTheRest) {
  const std::string answer =
      "```python\n"
      "import math\nimport pytest\nfrom typing import List\n"
      "LIMIT = 10\nunused = 3\n\n"
      "@decorated\ndef unrelated():\n    pass\n\n"
      "class Box:\n    def get(self):\n        return LIMIT\n\n"
      "def helper(x):\n    return Box().get() + math.floor(x)\n\n"
      "def f(x: List[int]) -> int:\n    total = helper(x)\n    return total\n\n"
      "for total in [1, 2]:\n    print(f(total))\n"
      "assert f(1) == 11\n"
      "if __name__ == '__main__':\n    f(2)\n"
      "```\n";
  EXPECT_EQ(extract(answer, ExtractStrategy::function),
            "import math\nfrom typing import List\n"
            "LIMIT = 10\n"
            "class Box:\n    def get(self):\n        return LIMIT\n"
            "def helper(x):\n    return Box().get() + math.floor(x)\n"
            "def f(x: List[int]) -> int:\n    total = helper(x)\n    return total\n");
}

TEST(ExtractTest, FunctionTakesTheLastBlockThatDefinesIt) {
  EXPECT_EQ(
      extract("```\ndef f(x):\n    return 1\n```\nBetter:\n```\ndef f(x):\n    return 2\n```\n"
              "Use it:\n```\nprint(f(1))\n```\n",
              ExtractStrategy::function),
      "def f(x):\n    return 2\n");
}

TEST(ExtractTest, FunctionDropsProseAroundCodeWithoutFences) {
  EXPECT_EQ(extract("Sure, here is the function.\n\nimport math\n\ndef f(x):\n"
                    "    \"\"\"Root.\n\nIt does:\n    it\n\"\"\"\n    return math.sqrt(x)\n\n"
                    "This works because of math.\n    so it does\n",
                    ExtractStrategy::function),
            "import math\ndef f(x):\n    \"\"\"Root.\n\nIt does:\n    it\n\"\"\"\n"
            "    return math.sqrt(x)\n");
}

TEST(ExtractTest, FunctionTakesABodyUpToTheMargin) {
  EXPECT_EQ(
      extract("\n    y = x\n\n    return y\n\nprint(f(1))\n    more\n", ExtractStrategy::function),
      "    y = x\n\n    return y\n\n");
  EXPECT_EQ(extract("It is:\n```python\n    return x\n```\n", ExtractStrategy::function),
            "    return x\n");
}

TEST(ExtractTest, CodeThatDoesNotLexIsKeptSoThatItFailsByItself) {
  EXPECT_EQ(extract("```\ndef f(x):\n    return (x\n```\n", ExtractStrategy::function),
            "def f(x):\n    return (x\n");
}

TEST(ExtractTest, NamesAreRead) {
  for (const ExtractStrategy strategy : kExtractStrategies)
    EXPECT_EQ(extract_strategy_named(name_of(strategy)), strategy);
  EXPECT_FALSE(extract_strategy_named("best").has_value());
}

TEST(ProgramFromCodeTest, AWholeDefinitionReplacesThePromptsAndKeepsItsHelpers) {
  const Problem problem{.task_id = "t",
                        .prompt = "import math\n\ndef poly(x):\n    return x\n\n\ndef f(x):\n",
                        .entry_point = "f",
                        .canonical_solution = "",
                        .test = ""};
  EXPECT_EQ(program_from_code(problem, "def f(y):\n    return poly(y)\n"),
            "import math\n\ndef poly(x):\n    return x\n\n\ndef f(y):\n    return poly(y)\n");
  EXPECT_EQ(program_from_code(problem, "    return 1\n"), problem.prompt + "    return 1\n");
  EXPECT_EQ(program_from_code(problem, "f = poly\n"),
            "import math\n\ndef poly(x):\n    return x\n\n\nf = poly\n");
}

TEST(ProgramFromCodeTest, ARepeatedSignatureIsDroppedAndTheTestsCloseTheFunction) {
  Problem problem{.task_id = "t",
                  .prompt = "#include <vector>\nlong f(long x) {\n",
                  .entry_point = "",
                  .canonical_solution = "",
                  .test = "}\nint main() {}\n"};
  problem.form = ProblemForm::own_exit;
  problem.language = "cpp";
  problem.stop_strings = {"\n}"};
  EXPECT_EQ(answer_language(problem), "cpp");
  EXPECT_EQ(program_from_code(problem, "#include <map>\nlong f(long x) {\n  return x;\n}\n"),
            problem.prompt + "\n  return x;");
  EXPECT_EQ(program_from_code(problem, "  return x;\n"), problem.prompt + "  return x;\n");
}

TEST(DefinesNameTest, OnlyDefinitionsAtTheMarginOfThatNameCount) {
  for (const char* const yes :
       {"def f():", "x\ndef f (a):\n", "async def f(", "class f:\n", "f = 1", "f= g\n"})
    EXPECT_TRUE(defines_name(yes, "f")) << yes;
  for (const char* const no :
       {"", "def ff():", "    def f():", "f == 1", "f(1)", "fg = 1", "# def f():", "deff()"})
    EXPECT_FALSE(defines_name(no, "f")) << no;
}

/// Seconds that every strategy together needs for an answer.
double seconds_for(const std::string& answer) {
  const auto start = std::chrono::steady_clock::now();
  for (const ExtractStrategy strategy : kExtractStrategies) extract(answer, strategy);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

// A quadratic step over 10 MB takes minutes or hours; a linear one a second or two even in a debug
// build on a busy machine.
TEST(ExtractTest, TenMegabytesOfAnythingTakeLinearTime) {
  constexpr std::size_t kBytes = 10'000'000;
  constexpr double kSecondsMax = 60;
  for (const char* const part :
       {"`", "```\n", "```python\n", "<think>", "<think>\n", "</think> ", "</think>\n</", "~~~~\n",
        "def f(): f()\n", "f = f\n", "    x\n", "'''", "import f\n", "@f\n"})
    EXPECT_LT(seconds_for(repeated(part, kBytes)), kSecondsMax) << part;
}

}  // namespace
}  // namespace scribe
