// A mark within texts that look like added tokens, which goes when they are encoded.
#include "serve/chat_prompts.h"

#include <algorithm>

namespace scribe {
namespace {

constexpr std::string_view kMark = "\xEF\xB7\x90";  // U+FDD0, which stands for no character.

std::string without_marks(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = std::min(text.find(kMark, at), text.size());
    plain += text.substr(at, found - at);
    at = found + (found < text.size() ? kMark.size() : 0);
  }
  return plain;
}

}  // namespace

ChatPrompts::ChatPrompts(ChatFormat format, const Tokenizer& tokenizer)
    : format_(std::move(format)), tokenizer_(tokenizer) {
  for (TokenId id = 0; id < tokenizer.vocabulary_size(); ++id) {
    const std::string_view text = tokenizer.bytes_of(id);
    if (text.size() > 1 && tokenizer.added_token(text) == id) added_.emplace_back(text, id);
  }
  std::ranges::stable_sort(added_, std::ranges::greater{},
                           [](const auto& one) { return one.first.size(); });
}

Json ChatPrompts::guarded(const Json& value) const {
  if (value.is_structured()) {
    Json made = value;
    for (Json& item : made) item = guarded(item);
    return made;
  }
  if (!value.is_string()) return value;
  std::string text = without_marks(value.get_ref<const std::string&>());
  for (const auto& [token, id] : added_)
    for (std::size_t at = text.find(token); at != std::string::npos;
         at = text.find(token, at + kMark.size()))
      text.insert(at + 1, kMark);
  return text;
}

std::vector<TokenId> ChatPrompts::encode(std::string_view text) const {
  std::vector<TokenId> tokens;
  while (!text.empty()) {
    std::size_t begin = text.size();
    const std::pair<std::string, TokenId>* first = nullptr;
    for (const auto& one : added_)
      if (const std::size_t found = text.substr(0, begin + one.first.size() - 1).find(one.first);
          found < begin) {
        begin = found;
        first = &one;
      }
    tokenizer_.encode_into(without_marks(text.substr(0, begin)), tokens);
    if (first == nullptr) break;
    tokens.push_back(first->second);
    text.remove_prefix(begin + first->first.size());
  }
  return tokens;
}

Result<std::vector<TokenId>> ChatPrompts::tokens(const Json& messages, Json context) const {
  context["messages"] = guarded(messages);
  context.emplace("add_generation_prompt", true);
  context.emplace("bos_token", format_.bos_token);
  context.emplace("eos_token", format_.eos_token);
  SCRIBE_TRY_ASSIGN(const std::string text, format_.chat_template.render(context));
  return encode(text);
}

}  // namespace scribe
