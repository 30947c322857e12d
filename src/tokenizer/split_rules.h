// Cutting by rules, one after the other, as the tokenizers of DeepSeek do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "tokenizer/pretokenize.h"

namespace scribe {

/// Something that is isolated: what a rule finds is a piece, and what lies between is one.
struct SplitRule {
  enum class Finds : std::uint8_t {
    line_end,      ///< \r or \n
    letters,       ///< \p{L}+, with one white space before it
    punctuation,   ///< \p{P}+, with one white space before it
    listed,        ///< characters of `regex`: `[...]+`, or `\s?[...]+` with one white space before
    space_at_end,  ///< white space that ends the piece
    number,        ///< \p{N} of Unicode 17, one by one
  };
  Finds finds;
  std::string_view regex;  ///< as a tokenizer.json has it; "" for numbers, which are its Digits
};

/// Those of deepseek_coder and of deepseek_llm, in their order, at most kSplitRulesMax; of other
/// patterns none.
std::span<const SplitRule> split_rules(Pattern pattern);

/// Where the piece of the rule ends that begins at text[begin]: what it finds there, or what lies
/// before what it finds next. Linear in the piece. Requires: begin < text.size().
std::size_t end_by_rule(const SplitRule& rule, std::string_view text, std::size_t begin);

}  // namespace scribe
