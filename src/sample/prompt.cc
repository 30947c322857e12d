// Prompts with and without a suffix as tokens.
#include "sample/prompt.h"

#include <algorithm>
#include <limits>

namespace scribe {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

}  // namespace

std::string_view stripped_prompt(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

std::vector<TokenId> cut_prompt(const Tokenizer& tokenizer, std::span<const TokenId> prompt,
                                std::size_t room) {
  if (prompt.size() <= room) return {prompt.begin(), prompt.end()};
  std::span<const TokenId> before = tokenizer.prefix();
  const bool has_prefix =
      before.size() < room && std::ranges::equal(before, prompt.first(before.size()));
  if (!has_prefix) before = {};
  std::vector<TokenId> cut(before.begin(), before.end());
  const std::span<const TokenId> rest = prompt.last(room - before.size());
  cut.insert(cut.end(), rest.begin(), rest.end());
  return cut;
}

Result<PromptEncoder> PromptEncoder::create(const Tokenizer& tokenizer,
                                            std::span<const Prompt> prompts,
                                            std::int64_t tokens_max) {
  SCRIBE_CHECK(tokens_max >= 0, "tokens_max {}", tokens_max);
  PromptEncoder encoder(tokenizer, tokens_max == 0 ? kAll : static_cast<std::size_t>(tokens_max));
  const auto first =
      std::ranges::find_if(prompts, [](const Prompt& prompt) { return !prompt.suffix.empty(); });
  if (first == prompts.end()) return encoder;
  auto marks = fill_in_middle_tokens(
      tokenizer, fmt::format("task '{}' has a suffix, but the model's tokenizer", first->task_id));
  if (!marks.ok())
    return error(marks.error().code(),
                 "{}; use a model trained to fill in the middle (`scribe train --fim-rate`), or "
                 "leave the suffix out (--no-suffix of `scribe sample`)",
                 marks.error().message());
  const std::size_t least = tokenizer.prefix().size() + 4;
  if (encoder.tokens_max_ < least)
    return error(
        ErrorCode::invalid_argument,
        "task '{}': a prompt with a suffix needs {} tokens or more, but only {} fit before "
        "the new ones; ask for fewer new tokens",
        first->task_id, least, encoder.tokens_max_);
  encoder.marks_ = marks.value();
  return encoder;
}

std::vector<TokenId> PromptEncoder::encode(const Prompt& prompt) const {
  if (prompt.suffix.empty()) return tokenizer_->encode_prompt(prompt.text);
  SCRIBE_CHECK(marks_.has_value(), "task '{}' is none of those known", prompt.task_id);
  return fill_in_middle_prompt(*tokenizer_, *marks_, prompt.text, prompt.suffix, tokens_max_);
}

bool PromptEncoder::cuts(const Prompt& prompt) const {
  if (prompt.suffix.empty()) return false;
  return fill_in_middle_prompt(*tokenizer_, *marks_, prompt.text, prompt.suffix, kAll).size() >
         tokens_max_;
}

}  // namespace scribe
