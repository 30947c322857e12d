// The legacy shape: four lists side by side, offsets in characters.
#include "serve/completion_reply.h"

#include <algorithm>

#include "base/utf8_parts.h"

namespace scribe {
namespace {

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Part part = utf8_part(text, at);
    if (!part.valid) return false;
    at += part.length;
  }
  return true;
}

/// What a prompt's token stands for in the rest of its text: nothing if it is one that goes before
/// a text, and no space that the tokenizer put there.
std::string_view part_of(std::string_view rest, std::string_view token, bool goes_before) {
  if (rest.starts_with(token)) return token;
  if (goes_before) return {};
  const bool has_space_before = token.starts_with(' ') && rest.starts_with(token.substr(1));
  return has_space_before ? token.substr(1) : token;
}

}  // namespace

std::string token_name(const Tokenizer& tokenizer, TokenId token) {
  const std::string_view bytes = tokenizer.bytes_of(token);
  if (is_utf8(bytes)) return std::string(bytes);
  std::string name = "bytes:";
  for (const char byte : bytes)
    name += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  return name;
}

std::int64_t character_count(std::string_view text) {
  std::int64_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

CompletionReply::CompletionReply(CompletionRequest request, const Tokenizer& tokenizer,
                                 std::string model, std::string id, std::int64_t created)
    : request_(std::move(request)),
      tokenizer_(tokenizer),
      model_(std::move(model)),
      id_(std::move(id)),
      created_(created) {}

Json CompletionReply::envelope() const {
  return {{"id", id_},
          {"object", "text_completion"},
          {"created", created_},
          {"model", model_},
          {"choices", Json::array()}};
}

Json CompletionReply::usage(const std::vector<PromptResult>& results) const {
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  for (const PromptResult& result : results) {
    prompt_tokens += std::ssize(result.prompt);
    completion_tokens += result.drawn_tokens;
  }
  return {{"prompt_tokens", prompt_tokens},
          {"completion_tokens", completion_tokens},
          {"total_tokens", prompt_tokens + completion_tokens}};
}

std::string CompletionReply::prompt_text(std::size_t prompt, const PromptResult& result) const {
  const PromptContent& content = request_.prompts[prompt];
  if (const auto* const text = std::get_if<std::string>(&content);
      text != nullptr && !request_.truncate_prompt)
    return replace_invalid_utf8(*text);
  return replace_invalid_utf8(tokenizer_.decode(result.prompt));
}

void CompletionReply::add_token(TokenId token, const Json& logprob,
                                const std::vector<TokenLogprob>* top, std::int64_t offset,
                                Logprobs& logprobs) const {
  logprobs.tokens.push_back(token_name(tokenizer_, token));
  logprobs.token_logprobs.push_back(logprob);
  logprobs.text_offset.push_back(offset);
  if (top == nullptr) {
    logprobs.top_logprobs.push_back(nullptr);
    return;
  }
  Json entry = Json::object();
  // Another request may have asked for more of them at the same time.
  const auto count = std::min(top->size(), static_cast<std::size_t>(*request_.logprobs));
  for (std::size_t i = 0; i < count; ++i)
    entry[token_name(tokenizer_, (*top)[i].token)] = (*top)[i].logprob;
  logprobs.top_logprobs.push_back(std::move(entry));
}

/// The prompt's tokens: nothing is known of the first.
void CompletionReply::add_echo(const PromptResult& result, std::string_view prompt,
                               Logprobs& logprobs) const {
  std::string text;
  for (std::size_t i = 0; i < result.prompt.size(); ++i) {
    const std::int64_t offset = character_count(text);
    const bool is_first = i == 0;
    add_token(result.prompt[i], is_first ? Json(nullptr) : Json(result.echo.tokens[i - 1]),
              is_first || result.echo.top.empty() ? nullptr : &result.echo.top[i - 1], offset,
              logprobs);
    text += part_of(prompt.substr(std::min(text.size(), prompt.size())),
                    tokenizer_.bytes_of(result.prompt[i]), i < tokenizer_.prefix().size());
  }
}

void CompletionReply::add_tokens(std::span<const RecordedToken> tokens, std::string_view text,
                                 std::int64_t offset, Logprobs& logprobs) const {
  const std::int64_t first = tokens.empty() ? 0 : tokens.front().offset;
  std::int64_t counted = 0;  // bytes of `text`
  for (const RecordedToken& token : tokens) {
    const std::int64_t at = std::clamp<std::int64_t>(token.offset - first, 0, std::ssize(text));
    if (at > counted)
      offset += character_count(
          text.substr(static_cast<std::size_t>(counted), static_cast<std::size_t>(at - counted)));
    counted = std::max(counted, at);
    add_token(token.id, token.logprob, &token.top, offset, logprobs);
  }
}

Json CompletionReply::to_json(Logprobs logprobs) const {
  return {{"tokens", std::move(logprobs.tokens)},
          {"token_logprobs", std::move(logprobs.token_logprobs)},
          {"top_logprobs",
           *request_.logprobs == 0 ? Json(nullptr) : Json(std::move(logprobs.top_logprobs))},
          {"text_offset", std::move(logprobs.text_offset)}};
}

Json CompletionReply::choice(std::size_t prompt, const PromptResult& result,
                             const SampleRecord* record, std::int64_t index) const {
  const std::string before = prompt_text(prompt, result);
  Json value{{"text", request_.echo ? before : std::string()},
             {"index", index},
             {"logprobs", nullptr},
             {"finish_reason", record == nullptr ? "length" : record->finish_reason}};
  if (record != nullptr)
    value["text"] = value["text"].get_ref<const std::string&>() + record->completion;
  if (request_.logprobs) {
    Logprobs logprobs;
    if (request_.echo) add_echo(result, before, logprobs);
    if (record != nullptr)
      add_tokens(record->logprobs, record->completion, character_count(before), logprobs);
    value["logprobs"] = to_json(std::move(logprobs));
  }
  if (request_.return_token_ids) {
    value["prompt_token_ids"] = result.prompt;
    Json ids = Json::array();
    if (record != nullptr)
      for (const RecordedToken& token : record->logprobs) ids.push_back(token.id);
    value["token_ids"] = std::move(ids);
  }
  return value;
}

Json CompletionReply::whole(const std::vector<PromptResult>& results) const {
  Json reply = envelope();
  Json& choices = reply["choices"];
  for (std::size_t prompt = 0; prompt < results.size(); ++prompt)
    for (std::int64_t sample = 0; sample < request_.n; ++sample) {
      const std::vector<SampleRecord>& samples = results[prompt].samples;
      choices.push_back(
          choice(prompt, results[prompt],
                 samples.empty() ? nullptr : &samples[static_cast<std::size_t>(sample)],
                 std::ssize(choices)));
    }
  reply["usage"] = usage(results);
  return reply;
}

Json CompletionReply::echo_chunk(std::size_t prompt, std::int64_t sample_index,
                                 const PromptResult& result) const {
  const std::string text = prompt_text(prompt, result);
  Json value{{"text", text},
             {"index", static_cast<std::int64_t>(prompt) * request_.n + sample_index},
             {"logprobs", nullptr},
             {"finish_reason", nullptr}};
  if (request_.max_tokens == 0) value["finish_reason"] = "length";
  if (request_.logprobs) {
    Logprobs logprobs;
    add_echo(result, text, logprobs);
    value["logprobs"] = to_json(std::move(logprobs));
  }
  Json reply = envelope();
  reply["choices"].push_back(std::move(value));
  return reply;
}

Json CompletionReply::chunk(std::size_t prompt, std::int64_t sample_index, std::string_view text,
                            std::span<const RecordedToken> tokens, std::int64_t offset,
                            const SampleRecord* finished) const {
  Json value{{"text", text},
             {"index", static_cast<std::int64_t>(prompt) * request_.n + sample_index},
             {"logprobs", nullptr},
             {"finish_reason", nullptr}};
  if (finished != nullptr) value["finish_reason"] = finished->finish_reason;
  if (request_.logprobs) {
    Logprobs logprobs;
    add_tokens(tokens, text, offset, logprobs);
    value["logprobs"] = to_json(std::move(logprobs));
  }
  if (request_.return_token_ids) {
    Json ids = Json::array();
    for (const RecordedToken& token : tokens) ids.push_back(token.id);
    value["token_ids"] = std::move(ids);
  }
  Json reply = envelope();
  reply["choices"].push_back(std::move(value));
  return reply;
}

Json CompletionReply::usage_chunk(const std::vector<PromptResult>& results) const {
  Json reply = envelope();
  reply["usage"] = usage(results);
  return reply;
}

}  // namespace scribe
