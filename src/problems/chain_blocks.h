// The 13 string manipulations that are chained into problems, and what Python computes for them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scribe {

/// One building block (Chen et al., "Evaluating Large Language Models Trained on Code", 2021,
/// Appendix C).
struct ChainBlock {
  std::string_view text;  ///< its line of the docstring
  std::string_view code;  ///< one Python statement that rebinds s
};

constexpr int kChainBlocks = 13;

/// Block `number`, 1 ... kChainBlocks, in the paper's order.
const ChainBlock& chain_block(int number);

/// What chain_block(number).code leaves in s. Requires: s is ASCII.
std::string apply_chain_block(int number, std::string_view s);

/// The blocks of `sequence` one after the other; the empty sequence is the identity.
std::string apply_chain(std::span<const int> sequence, std::string_view s);

}  // namespace scribe
