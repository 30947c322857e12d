// The names of the tokens for filling in the middle, and the prompt made with them.
#include "tokenizer/fill_in_middle_tokens.h"

#include <algorithm>
#include <array>
#include <span>

namespace scribe {
namespace {

struct Names {
  std::string_view prefix;
  std::string_view middle;
  std::string_view suffix;
};

constexpr std::array<Names, 5> kNames{{
    {kFimPrefix, kFimMiddle, kFimSuffix},
    {"<fim_prefix>", "<fim_middle>", "<fim_suffix>"},
    {"<fim-prefix>", "<fim-middle>", "<fim-suffix>"},
    // U+FF5C and U+2581: the hole stands where the suffix begins, the end where the middle does.
    {"<\uFF5Cfim\u2581begin\uFF5C>", "<\uFF5Cfim\u2581end\uFF5C>", "<\uFF5Cfim\u2581hole\uFF5C>"},
    {"\u2581<PRE>", "\u2581<MID>", "\u2581<SUF>"},
}};

void append_all(std::vector<TokenId>& out, std::span<const TokenId> tokens) {
  out.insert(out.end(), tokens.begin(), tokens.end());
}

}  // namespace

Result<FillInMiddleTokens> fill_in_middle_tokens(const Tokenizer& tokenizer,
                                                 const std::string& where) {
  for (const Names& names : kNames) {
    const auto prefix = tokenizer.added_token(names.prefix);
    const auto middle = tokenizer.added_token(names.middle);
    const auto suffix = tokenizer.added_token(names.suffix);
    if (prefix && middle && suffix)
      return FillInMiddleTokens{.prefix = *prefix, .middle = *middle, .suffix = *suffix};
  }
  return error(ErrorCode::invalid_data,
               "{} has no tokens {}, {} and {} (nor <fim_prefix> ..., <fim-prefix> ..., "
               "<\uFF5Cfim\u2581begin\uFF5C> ..., \u2581<PRE> ...)",
               where, kFimPrefix, kFimMiddle, kFimSuffix);
}

std::vector<TokenId> fill_in_middle_prompt(const Tokenizer& tokenizer,
                                           const FillInMiddleTokens& marks, std::string_view prefix,
                                           std::string_view suffix, std::size_t tokens_max) {
  const std::span<const TokenId> begin = tokenizer.prefix();
  SCRIBE_CHECK(tokens_max >= begin.size() + 4, "tokens_max {}", tokens_max);
  const std::vector<TokenId> prefix_ids = tokenizer.encode(prefix);
  const std::vector<TokenId> suffix_ids = tokenizer.encode(suffix, TextPlace::continues);
  const std::size_t room = tokens_max - begin.size() - 3;
  const std::size_t left_by_prefix = room - std::min(room, prefix_ids.size());
  const std::size_t suffix_kept = std::min(suffix_ids.size(), std::max(left_by_prefix, room / 4));
  const std::size_t prefix_kept = std::min(prefix_ids.size(), room - suffix_kept);
  std::vector<TokenId> prompt(begin.begin(), begin.end());
  prompt.push_back(marks.prefix);
  append_all(prompt, std::span(prefix_ids).last(prefix_kept));
  prompt.push_back(marks.suffix);
  append_all(prompt, std::span(suffix_ids).first(suffix_kept));
  prompt.push_back(marks.middle);
  return prompt;
}

}  // namespace scribe
