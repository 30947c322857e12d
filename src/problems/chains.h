// Problems made by chaining string manipulations, in two halves that share no chain.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

/// The two halves of the space of chains.
enum class ChainSplit { train, evaluation };

std::string_view name_of(ChainSplit split);
std::optional<ChainSplit> chain_split_named(std::string_view name);

/// A chain: distinct block numbers (1 ... 13) in order of application.
using Chain = std::vector<int>;

constexpr int kChainLengthMax = 7;       // As far as the paper's Figure 11 goes.
constexpr int kChainCountMax = 100'000;  // Per length.
constexpr int kChainTestsMax = 100;      // Per problem.
constexpr int kChainHeldOutSingles = 4;  // Of the 13 chains of length one.
constexpr double kChainEvaluationFraction = 0.2;

struct ChainOptions {
  std::uint64_t seed = 1;
  int length_min = 1;
  int length_max = 3;
  int count = 100;  ///< problems per length; a length that has fewer chains gives all it has
  ChainSplit split = ChainSplit::train;
  int tests = 10;  ///< unit tests per problem, 4 ... kChainTestsMax
};

/// On which side a chain lies: a pure function of (seed, chain), so that the sides are disjoint
/// whatever is generated, when and in which order. Longer chains go by hash,
/// kChainEvaluationFraction of them to evaluation; of the 13 single blocks, the
/// kChainHeldOutSingles with the lowest hashes do. What is held out is the chain as a whole ordered
/// sequence: each block, and each shorter run of an evaluation chain, may occur in training chains.
ChainSplit split_of_chain(std::uint64_t seed, std::span<const int> chain);

/// Chains of the given length on one side: all if they are at most `count`, else `count` of them
/// drawn without replacement. Same arguments, same chains in the same order.
std::vector<Chain> draw_chains(std::uint64_t seed, int length, int count, ChainSplit split);

/// A string and what the chain makes of it.
using ChainExample = std::pair<std::string, std::string>;

/// `count` inputs with the expected outputs: first the edge cases (empty, one character, runs of
/// spaces), then random sentences, preferring those on which the chain differs from a chain with
/// blocks left out or two neighbours swapped that the inputs before did not tell apart.
std::vector<ChainExample> make_chain_examples(std::uint64_t seed, const Chain& chain, int count);

/// The paper's prompt, the blocks' code as solution, and make_chain_examples() as tests.
/// task_id is "chain/LENGTH/3-11-7".
Problem make_chain_problem(std::uint64_t seed, const Chain& chain, int tests);

/// All problems, by length. Errors: invalid_argument for options out of their ranges.
Result<std::vector<Problem>> make_chain_problems(const ChainOptions& options);

/// "3-11-7".
std::string chain_name(std::span<const int> chain);

}  // namespace scribe
