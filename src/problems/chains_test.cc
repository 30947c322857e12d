// Tests of the string manipulations and of the chains made from them.
#include "problems/chains.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/philox.h"
#include "problems/chain_blocks.h"

namespace scribe {
namespace {

constexpr std::uint64_t kSeed = 7;

// Expected values printed by CPython 3.11 for the blocks' own code.
TEST(ChainBlocksTest, BlocksComputeWhatPythonComputes) {
  constexpr std::string_view kText = "  Eve sees THREE trees!? Yes.";
  EXPECT_EQ(apply_chain_block(1, kText), "  Ev ss THREE trs!? Ys.");
  EXPECT_EQ(apply_chain_block(2, kText), "!!Eve!sees!THREE!trees!?!Yes.");
  EXPECT_EQ(apply_chain_block(3, kText), "  eve sees three trees!? yes.");
  EXPECT_EQ(apply_chain_block(4, kText), "Eve sees THREE trees!? Ye");
  EXPECT_EQ(apply_chain_block(5, kText), "  v ss THR trs!? Ys.");
  EXPECT_EQ(apply_chain_block(6, kText), " Ee ee TRE tee!?Ye.");
  EXPECT_EQ(apply_chain_block(7, kText), "  Eve sees THR");
  EXPECT_EQ(apply_chain_block(8, "a b"), "a   b");
  EXPECT_EQ(apply_chain_block(9, kText), "Yes. trees!? THREE sees Eve");
  EXPECT_EQ(apply_chain_block(10, kText), "THREE trees!? Yes.");
  EXPECT_EQ(apply_chain_block(11, " a  b"), "a apples b apples");
  EXPECT_EQ(apply_chain_block(12, "abcde"), "AbCdE");
  EXPECT_EQ(apply_chain_block(13, kText), "  Eve sees THREE trees Yes");
}

TEST(ChainBlocksTest, ShortStringsAreNoTrouble) {
  for (int block = 1; block <= kChainBlocks; ++block) EXPECT_EQ(apply_chain_block(block, ""), "");
  for (const std::string_view text : {"a", "ab", "abc", "abcd"})
    EXPECT_EQ(apply_chain_block(4, text), "");
  EXPECT_EQ(apply_chain_block(4, "abcde"), "c");
  EXPECT_EQ(apply_chain_block(7, "a"), "");
  EXPECT_EQ(apply_chain_block(10, "   "), "");
}

TEST(ChainsTest, TheProblemIsThePapersTemplate) {
  const Problem problem = make_chain_problem(kSeed, {8, 1}, 8);
  EXPECT_EQ(problem.task_id, "chain/2/8-1");
  EXPECT_EQ(problem.blocks, 2);
  EXPECT_EQ(problem.prompt,
            "def string_manipulation(s: str):\n"
            "    \"\"\"\n"
            "    This function takes a string as input, then returns the result of performing\n"
            "    the following sequence of manipulations on that string:\n"
            "    -replace spaces with triple spaces\n"
            "    -remove all instances of the letter e from the string\n"
            "    \"\"\"\n");
  EXPECT_EQ(problem.canonical_solution,
            "    s = s.replace(\" \", \"   \")\n    s = s.replace(\"e\", \"\")\n    return s\n");
  EXPECT_TRUE(problem.test.starts_with(
      "def check(candidate):\n    assert candidate(\"\") == \"\"\n    assert candidate(\""));
  EXPECT_EQ(std::ranges::count(problem.test, '\n'), 9);
}

// Two chains that the examples do not tell apart must agree on everything else, too.
TEST(ChainsTest, TheTestsRuleOutEveryChainWithABlockLeftOut) {
  for (int length = 1; length <= 4; ++length) {
    for (const Chain& chain : draw_chains(kSeed, length, 60, ChainSplit::train)) {
      const auto examples = make_chain_examples(kSeed, chain, 10);
      for (std::size_t dropped = 0; dropped < chain.size(); ++dropped) {
        Chain shorter = chain;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(dropped));
        const auto same = [&](const ChainExample& example) {
          return apply_chain(shorter, example.first) == example.second;
        };
        if (!std::ranges::all_of(examples, same)) continue;
        const auto others = make_chain_examples(kSeed + 1, chain, 100);
        EXPECT_TRUE(std::ranges::all_of(others, same)) << chain_name(chain) << " drop " << dropped;
      }
    }
  }
}

TEST(ChainsTest, ExamplesAreDistinctAndRight) {
  const Chain chain = {3, 11, 7};
  const auto examples = make_chain_examples(kSeed, chain, 12);
  std::set<std::string> inputs;
  for (const auto& [input, output] : examples) {
    EXPECT_EQ(output, apply_chain(chain, input));
    EXPECT_TRUE(inputs.insert(input).second) << input;
  }
  EXPECT_EQ(examples.size(), 12U);
}

TEST(ChainsTest, EveryLengthHasChainsOnBothSides) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    EXPECT_EQ(draw_chains(seed, 1, 100, ChainSplit::evaluation).size(), 4U);
    EXPECT_EQ(draw_chains(seed, 1, 100, ChainSplit::train).size(), 9U);
    for (int length = 2; length <= 4; ++length) {
      const auto train = draw_chains(seed, length, kChainCountMax, ChainSplit::train).size();
      const auto held = draw_chains(seed, length, kChainCountMax, ChainSplit::evaluation).size();
      const std::size_t total = length == 2 ? 156 : length == 3 ? 1716 : 17160;
      EXPECT_EQ(train + held, total);
      EXPECT_NEAR(static_cast<double>(held) / static_cast<double>(total), 0.2, 0.1);
    }
  }
}

TEST(ChainsTest, ABlockHeldOutAloneOccursInLongerTrainingChains) {
  const auto train = draw_chains(kSeed, 2, kChainCountMax, ChainSplit::train);
  for (const Chain& single : draw_chains(kSeed, 1, 100, ChainSplit::evaluation)) {
    EXPECT_TRUE(std::ranges::any_of(train, [&](const Chain& chain) {
      return std::ranges::find(chain, single[0]) != chain.end();
    }));
  }
}

TEST(ChainsTest, NoEvaluationPromptIsInTheTrainingText) {
  const ChainOptions train{
      .seed = kSeed, .length_min = 1, .length_max = 7, .count = 400, .tests = 4};
  ChainOptions evaluation = train;
  evaluation.split = ChainSplit::evaluation;
  std::string text;
  const auto training_problems = make_chain_problems(train);
  ASSERT_TRUE(training_problems.ok());
  for (const Problem& problem : training_problems.value())
    text += problem.prompt + problem.canonical_solution;
  const auto held_out = make_chain_problems(evaluation);
  ASSERT_TRUE(held_out.ok());
  EXPECT_GT(held_out.value().size(), 1500U);
  for (const Problem& problem : held_out.value())
    EXPECT_EQ(text.find(problem.prompt), std::string::npos) << problem.task_id;
}

TEST(ChainsTest, TheSideOfAChainDoesNotDependOnWhatElseIsDrawn) {
  for (int length = 1; length <= 7; ++length)
    for (const ChainSplit split : {ChainSplit::train, ChainSplit::evaluation})
      for (const Chain& chain : draw_chains(kSeed, length, 50, split))
        EXPECT_EQ(split_of_chain(kSeed, chain), split);
}

TEST(ChainsTest, SameOptionsSameProblemsAndAnotherSeedOthers) {
  const ChainOptions options{.seed = kSeed, .length_min = 2, .length_max = 6, .count = 5};
  ChainOptions other = options;
  other.seed = kSeed + 1;
  const auto first = make_chain_problems(options);
  const auto second = make_chain_problems(options);
  const auto third = make_chain_problems(other);
  ASSERT_TRUE(first.ok() && second.ok() && third.ok());
  ASSERT_EQ(first.value().size(), 25U);
  for (std::size_t i = 0; i < 25; ++i) EXPECT_EQ(first.value()[i].test, second.value()[i].test);
  EXPECT_NE(first.value()[0].task_id + first.value()[1].task_id,
            third.value()[0].task_id + third.value()[1].task_id);
}

TEST(ChainsTest, OptionsOutOfRangeAreInvalidArguments) {
  for (const ChainOptions& options :
       {ChainOptions{.length_min = 0}, ChainOptions{.length_max = 8},
        ChainOptions{.length_min = 3, .length_max = 2}, ChainOptions{.count = 0},
        ChainOptions{.count = kChainCountMax + 1}, ChainOptions{.tests = 3}}) {
    EXPECT_EQ(make_chain_problems(options).error().code(), ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace scribe
