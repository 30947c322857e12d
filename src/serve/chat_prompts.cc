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

/// The texts of parts, each of the type "text", line by line.
std::string joined_parts(const Json& parts) {
  std::string text;
  for (const Json& part : parts)
    text += (&part == &parts.front() ? "" : "\n") + part.value("text", "");
  return text;
}

/// Templates write arguments with tojson; of a text that would make a JSON string of JSON.
void read_arguments(Json& message) {
  const auto calls = message.find("tool_calls");
  if (calls == message.end() || !calls->is_array()) return;
  for (Json& call : *calls) {
    if (!call.is_object() || !call.contains("function") || !call["function"].is_object()) continue;
    Json& function = call["function"];
    const auto arguments = function.find("arguments");
    if (arguments == function.end() || !arguments->is_string()) continue;
    Result<Json> read = parse_json(arguments->get_ref<const std::string&>(), "arguments");
    if (read.ok() && read.value().is_object()) *arguments = std::move(read).value();
  }
}

}  // namespace

ChatPrompts::ChatPrompts(ChatFormat format, const Tokenizer& tokenizer,
                         std::function<std::int64_t()> unix_seconds)
    : format_(std::move(format)), tokenizer_(tokenizer), unix_seconds_(std::move(unix_seconds)) {
  for (const TokenId id : tokenizer.added_tokens())
    if (const std::string_view text = tokenizer.bytes_of(id); text.size() > 1)
      added_[static_cast<unsigned char>(text.front())].emplace_back(text, id);
  for (auto& with_first_byte : added_)
    std::ranges::stable_sort(with_first_byte, std::ranges::greater{},
                             [](const auto& one) { return one.first.size(); });
}

const std::pair<std::string, TokenId>* ChatPrompts::added_at(std::string_view text,
                                                             std::size_t at) const {
  for (const auto& one : added_[static_cast<unsigned char>(text[at])])
    if (text.substr(at).starts_with(one.first)) return &one;
  return nullptr;
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
  const std::string text = without_marks(given);
  std::string marked;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_token = added_at(text, at) != nullptr;
    const std::size_t length = is_token ? utf8_part(text, at).length : 1;
    marked += std::string_view(text).substr(at, length);
    if (is_token) marked += kMark;
    at += length;
  }
  return marked;
}

Json ChatPrompts::guarded_messages(const Json& messages, CallArguments arguments) const {
  Json made = Json::array();
  for (const Json& message : messages) {
    Json given = Json::object();
    for (const auto& [key, value] : message.items())
      if (!value.is_null()) given[key] = value;
    if (arguments == CallArguments::as_objects) read_arguments(given);
    Json one = given.value("role", "") == "assistant" ? std::move(given) : guarded(given);
    // Most templates put texts together, and would write a list as Python does.
    if (!format_.reads_parts && one.contains("content") && one["content"].is_array())
      one["content"] = joined_parts(one["content"]);
    made.push_back(std::move(one));
  }
  return made;
}

std::vector<TokenId> ChatPrompts::encode(std::string_view text) const {
  std::vector<TokenId> tokens;
  std::size_t plain = 0;  // What follows is not encoded yet.
  TextPlace place = TextPlace::begins;
  for (std::size_t at = 0; at < text.size();) {
    const std::pair<std::string, TokenId>* const token = added_at(text, at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    tokenizer_.encode_into(without_marks(text.substr(plain, at - plain)), tokens, place);
    place = TextPlace::after_token;
    tokens.push_back(token->second);
    at += token->first.size();
    plain = at;
  }
  tokenizer_.encode_into(without_marks(text.substr(plain)), tokens, place);
  return tokens;
}

Result<std::string> ChatPrompts::render(const Json& messages, Json& context) const {
  const std::optional<std::int64_t> now =
      unix_seconds_ == nullptr ? std::nullopt : std::optional(unix_seconds_());
  context["messages"] = guarded_messages(messages, CallArguments::as_objects);
  Result<std::string> text = format_.chat_template.render(context, now);
  if (text.ok()) return text;
  // Some templates put arguments behind texts, which takes texts.
  Json as_given = guarded_messages(messages, CallArguments::as_given);
  if (as_given == context["messages"]) return text;
  context["messages"] = std::move(as_given);
  Result<std::string> other = format_.chat_template.render(context, now);
  return other.ok() ? other : text;
}

Result<std::vector<TokenId>> ChatPrompts::tokens(const Json& messages, Json context) const {
  context = guarded(context);
  context.emplace("add_generation_prompt", true);
  context.emplace("bos_token", format_.bos_token);
  context.emplace("eos_token", format_.eos_token);
  // Always defined in transformers: templates ask whether they are none.
  context.emplace("tools", nullptr);
  context.emplace("documents", nullptr);
  SCRIBE_TRY_ASSIGN(const std::string text, render(messages, context));
  return encode(text);
}

}  // namespace scribe
