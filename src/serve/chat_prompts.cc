// A mark within texts that look like added tokens, which goes when they are encoded.
#include "serve/chat_prompts.h"

#include <algorithm>

#include "base/utf8_parts.h"

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
  if (value.is_array()) {
    Json made = Json::array();
    for (const Json& item : value) made.push_back(guarded(item));
    return made;
  }
  if (value.is_object()) {
    Json made = Json::object();
    for (const auto& [key, item] : value.items()) made[guarded_text(key)] = guarded(item);
    return made;
  }
  return value.is_string() ? Json(guarded_text(value.get_ref<const std::string&>())) : value;
}

std::string ChatPrompts::guarded_text(const std::string& given) const {
  std::string text = without_marks(given);
  for (const auto& [token, id] : added_)
    for (std::size_t at = text.find(token); at != std::string::npos;
         at = text.find(token, at + kMark.size()))
      text.insert(at + utf8_part(token, 0).length, kMark);
  return text;
}

Json ChatPrompts::guarded_messages(const Json& messages) const {
  Json made = Json::array();
  for (const Json& message : messages)
    made.push_back(message.value("role", "") == "assistant" ? message : guarded(message));
  return made;
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
  context = guarded(context);
  context["messages"] = guarded_messages(messages);
  context.emplace("add_generation_prompt", true);
  context.emplace("bos_token", format_.bos_token);
  context.emplace("eos_token", format_.eos_token);
  SCRIBE_TRY_ASSIGN(const std::string text, format_.chat_template.render(context));
  return encode(text);
}

}  // namespace scribe
