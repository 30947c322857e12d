// Drawing of chains and assembly of their problems.
#include "problems/chains.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/hash.h"
#include "base/philox.h"
#include "problems/chain_blocks.h"

namespace scribe {
namespace {

constexpr std::string_view kPromptHead =
    "def string_manipulation(s: str):\n"
    "    \"\"\"\n"
    "    This function takes a string as input, then returns the result of performing\n"
    "    the following sequence of manipulations on that string:\n";
constexpr int kEnumeratedLengthMax = 5;  // 154,440 chains; from 6 on (1,235,520) they are drawn.

std::uint64_t chain_hash(std::uint64_t seed, std::span<const int> chain) {
  return hash64("chain " + chain_name(chain), seed);
}

bool is_held_out_single(std::uint64_t seed, int block) {
  int lower = 0;
  const std::uint64_t own = chain_hash(seed, Chain{block});
  for (int other = 1; other <= kChainBlocks; ++other)
    if (chain_hash(seed, Chain{other}) < own) ++lower;
  return lower < kChainHeldOutSingles;
}

void extend_chains(int length, Chain& chain, std::vector<Chain>& chains) {
  if (static_cast<int>(chain.size()) == length) {
    chains.push_back(chain);
    return;
  }
  for (int block = 1; block <= kChainBlocks; ++block) {
    if (std::ranges::find(chain, block) != chain.end()) continue;
    chain.push_back(block);
    extend_chains(length, chain, chains);
    chain.pop_back();
  }
}

std::vector<Chain> all_chains(std::uint64_t seed, int length, ChainSplit split) {
  std::vector<Chain> chains;
  Chain chain;
  extend_chains(length, chain, chains);
  std::erase_if(chains, [&](const Chain& each) { return split_of_chain(seed, each) != split; });
  return chains;
}

/// Rejection sampling: at kChainCountMax, half of what the smaller side of length 6 has, it ends
/// after a few draws per chain.
std::vector<Chain> drawn_chains(std::uint64_t seed, int length, int count, ChainSplit split,
                                PhiloxStream& random) {
  std::set<Chain> seen;
  std::vector<Chain> chains;
  while (static_cast<int>(chains.size()) < count) {
    Chain blocks(kChainBlocks);
    std::iota(blocks.begin(), blocks.end(), 1);
    shuffle(blocks, random);
    blocks.resize(static_cast<std::size_t>(length));
    if (split_of_chain(seed, blocks) != split || !seen.insert(blocks).second) continue;
    chains.push_back(std::move(blocks));
  }
  return chains;
}

/// A Python literal of an ASCII string.
std::string python_literal(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    SCRIBE_CHECK(c >= ' ' && c <= '~', "character {} in a chain example", static_cast<int>(c));
    if (c == '"' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal + '"';
}

Status check_options(const ChainOptions& options) {
  if (options.length_min < 1 || options.length_max > kChainLengthMax ||
      options.length_min > options.length_max)
    return error(ErrorCode::invalid_argument, "chain lengths {}-{}: expected 1 <= min <= max <= {}",
                 options.length_min, options.length_max, kChainLengthMax);
  if (options.count < 1 || options.count > kChainCountMax)
    return error(ErrorCode::invalid_argument, "{} chains per length: expected 1 ... {}",
                 options.count, kChainCountMax);
  if (options.tests < 4 || options.tests > kChainTestsMax)
    return error(ErrorCode::invalid_argument, "{} tests per chain problem: expected 4 ... {}",
                 options.tests, kChainTestsMax);
  return {};
}

}  // namespace

std::string_view name_of(ChainSplit split) {
  return split == ChainSplit::train ? "train" : "evaluation";
}

std::optional<ChainSplit> chain_split_named(std::string_view name) {
  if (name == "train") return ChainSplit::train;
  if (name == "evaluation") return ChainSplit::evaluation;
  return std::nullopt;
}

std::string chain_name(std::span<const int> chain) {
  return fmt::format("{}", fmt::join(chain.begin(), chain.end(), "-"));
}

ChainSplit split_of_chain(std::uint64_t seed, std::span<const int> chain) {
  SCRIBE_CHECK(!chain.empty(), "an empty chain has no side");
  if (chain.size() == 1)
    return is_held_out_single(seed, chain[0]) ? ChainSplit::evaluation : ChainSplit::train;
  const double uniform = static_cast<double>(chain_hash(seed, chain) >> 11) * 0x1.0p-53;
  return uniform < kChainEvaluationFraction ? ChainSplit::evaluation : ChainSplit::train;
}

std::vector<Chain> draw_chains(std::uint64_t seed, int length, int count, ChainSplit split) {
  PhiloxStream random(seed, hash64(fmt::format("draw {} {}", length, name_of(split))));
  if (length > kEnumeratedLengthMax) return drawn_chains(seed, length, count, split, random);
  std::vector<Chain> chains = all_chains(seed, length, split);
  shuffle(chains, random);
  chains.resize(std::min(chains.size(), static_cast<std::size_t>(count)));
  return chains;
}

Problem make_chain_problem(std::uint64_t seed, const Chain& chain, int tests) {
  Problem problem{
      .task_id = fmt::format("chain/{}/{}", chain.size(), chain_name(chain)),
      .prompt = std::string(kPromptHead),
      .entry_point = "string_manipulation",
      .canonical_solution = "",
      .test = "def check(candidate):\n",
      .blocks = static_cast<int>(chain.size()),
  };
  for (const int number : chain) {
    problem.prompt += fmt::format("    -{}\n", chain_block(number).text);
    problem.canonical_solution += fmt::format("    {}\n", chain_block(number).code);
  }
  problem.prompt += "    \"\"\"\n";
  problem.canonical_solution += "    return s\n";
  for (const auto& [input, output] : make_chain_examples(seed, chain, tests))
    problem.test += fmt::format("    assert candidate({}) == {}\n", python_literal(input),
                                python_literal(output));
  return problem;
}

Result<std::vector<Problem>> make_chain_problems(const ChainOptions& options) {
  SCRIBE_TRY(check_options(options));
  std::vector<Problem> problems;
  for (int length = options.length_min; length <= options.length_max; ++length)
    for (const Chain& chain : draw_chains(options.seed, length, options.count, options.split))
      problems.push_back(make_chain_problem(options.seed, chain, options.tests));
  return problems;
}

}  // namespace scribe
