// OpenAI's shape of chats around a completion.
#include "serve/chat_call.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/utf8_parts.h"
#include "serve/completion_reply.h"

namespace scribe {
namespace {

constexpr std::size_t kMessagesMax = 4096;

/// Texts only: a content is a string, null, or a list of parts of the type "text".
std::optional<ApiError> check_message(const Json& message, const std::string& where) {
  const auto wrong = [&](std::string what) {
    return ApiError{.message = fmt::format("{}: {}", where, what), .param = "messages"};
  };
  if (!message.is_object() || !message.contains("role") || !message["role"].is_string())
    return wrong("expected an object with a role");
  const auto content = message.find("content");
  if (content == message.end() || content->is_null() || content->is_string()) return std::nullopt;
  if (!content->is_array()) return wrong("expected content as a string, or a list of parts");
  for (const Json& part : *content)
    if (!part.is_object() || part.value("type", Json()) != "text" || !part.contains("text") ||
        !part["text"].is_string())
      return wrong("only parts of the type text are read here");
  return std::nullopt;
}

std::optional<ApiError> check_messages(const Json* messages) {
  if (messages == nullptr || !messages->is_array() || messages->empty() ||
      messages->size() > kMessagesMax)
    return ApiError{
        .message = fmt::format("messages: expected a list of 1 to {} messages", kMessagesMax),
        .param = "messages"};
  for (std::size_t i = 0; i < messages->size(); ++i)
    if (auto failure = check_message((*messages)[i], fmt::format("messages[{}]", i)))
      return failure;
  return std::nullopt;
}

Json bytes_of(std::string_view text) {
  Json bytes = Json::array();
  for (const char byte : text)
    bytes.push_back(static_cast<unsigned>(static_cast<unsigned char>(byte)));
  return bytes;
}

/// tools and tool_choice: the functions, and the variable of the template.
void read_tools(RequestFields& fields, const ChatPrompts& prompts, Json& variables,
                ChatRequest& request) {
  const Json* const tools = fields.find("tools");
  const Json* const choice = fields.find("tool_choice");
  if (fields.failure()) return;
  if (tools != nullptr && (!tools->is_array() || !std::ranges::all_of(*tools, &Json::is_object)))
    return fields.fail("tools", "tools: expected a list of objects");
  if (choice != nullptr && *choice != "auto" && *choice != "none") {
    const bool is_known = *choice == "required" || choice->is_object();
    return fields.fail(
        "tool_choice",
        is_known
            ? "tool_choice: this server cannot make a model call a tool; use \"auto\", or leave "
              "it out, and look at finish_reason"
            : "tool_choice: expected \"auto\" or \"none\"");
  }
  if (tools == nullptr || tools->empty() || (choice != nullptr && *choice == "none")) return;
  variables["tools"] = *tools;
  request.tool_calls = prompts.tool_calls();
  for (const Json& tool : *tools) {
    const Json& function = tool.contains("function") ? tool["function"] : tool;
    if (function.is_object() && function.contains("name") && function["name"].is_string())
      request.functions.push_back(function["name"].get<std::string>());
  }
}

}  // namespace

std::variant<ChatRequest, ApiError> chat_request(const Json& body, const CompletionLimits& limits,
                                                 const ChatPrompts& prompts,
                                                 const TokenLimits& token_limits) {
  RequestFields fields(body);
  if (fields.failure()) return *fields.failure();
  if (auto failure = check_messages(fields.find("messages"))) return *std::move(failure);
  for (const char* const name : {"prompt", "suffix", "echo", "best_of", "response_format"})
    if (fields.find(name) != nullptr)
      fields.fail(name, fmt::format("{} is no field of chats here", name));
  Json plain = body;
  std::int64_t max_tokens = 0;  // Not given.
  fields.read("max_tokens", max_tokens, 1, kMaxTokensMax);
  fields.read("max_completion_tokens", max_tokens, 1, kMaxTokensMax);
  plain.erase("max_tokens");
  std::int64_t top_logprobs = 0;
  fields.read("top_logprobs", top_logprobs, 0, kTopLogprobsMax);
  bool has_logprobs = false;
  fields.read("logprobs", has_logprobs);
  if (top_logprobs > 0 && !has_logprobs) fields.fail("top_logprobs", "top_logprobs needs logprobs");
  if (fields.failure()) return *fields.failure();
  auto read = completion_request(plain, limits);
  if (const auto* const failure = std::get_if<ApiError>(&read)) return *failure;
  ChatRequest chat;
  chat.completion = std::get<CompletionRequest>(std::move(read));
  CompletionRequest& request = chat.completion;
  if (has_logprobs) request.logprobs = static_cast<std::int32_t>(top_logprobs);
  request.stop.insert(request.stop.end(), prompts.ends().begin(), prompts.ends().end());
  Json variables = Json::object();
  if (const Json* const given = fields.find("chat_template_kwargs"); given != nullptr) {
    if (!given->is_object())
      return ApiError{.message = "chat_template_kwargs: expected an object",
                      .param = "chat_template_kwargs"};
    variables = *given;
  }
  read_tools(fields, prompts, variables, chat);
  if (fields.failure()) return *fields.failure();
  Result<std::vector<TokenId>> tokens = prompts.tokens(*fields.find("messages"), variables);
  if (!tokens.ok()) return ApiError{.message = tokens.error().message(), .param = "messages"};
  if (tokens.value().empty())
    return ApiError{.message = "the chat template writes nothing for these messages",
                    .param = "messages"};
  const std::int64_t room = std::clamp<std::int64_t>(
      token_limits.context - std::ssize(tokens.value()), 1, token_limits.completion_max);
  request.max_tokens = max_tokens > 0 ? max_tokens : room;
  request.prompts = {std::move(tokens).value()};
  return chat;
}

ChatCall::ChatCall(ChatRequest request, const ModelService& service,
                   std::shared_ptr<HttpReply> reply, ReplyWorker& worker, std::string id,
                   std::int64_t created)
    : chat_(std::move(request)),
      request_(chat_.completion),
      tokenizer_(service.checkpoint().tokenizer),
      model_(service.name()),
      reply_(std::move(reply)),
      stream_(reply_),
      worker_(worker),
      id_(std::move(id)),
      created_(created) {
  if (request_.stream && chat_.tool_calls != ToolCallFormat::none)
    for (std::int64_t i = 0; i < request_.n; ++i)
      readings_.push_back({.reader = ToolCallReader(chat_.tool_calls, chat_.functions)});
}

Json ChatCall::envelope(std::string_view object) const {
  return {{"id", id_},
          {"object", object},
          {"created", created_},
          {"model", model_},
          {"choices", Json::array()}};
}

Json ChatCall::logprobs_of(std::span<const RecordedToken> tokens) const {
  if (!request_.logprobs) return nullptr;
  const auto entry = [this](TokenId id, double logprob) {
    return Json{{"token", token_name(tokenizer_, id)},
                {"logprob", logprob},
                {"bytes", bytes_of(tokenizer_.bytes_of(id))}};
  };
  Json content = Json::array();
  for (const RecordedToken& token : tokens) {
    Json one = entry(token.id, token.logprob);
    one["top_logprobs"] = Json::array();
    // Another request may have asked for more of them at the same time.
    const auto count = std::min(token.top.size(), static_cast<std::size_t>(*request_.logprobs));
    for (std::size_t i = 0; i < count; ++i)
      one["top_logprobs"].push_back(entry(token.top[i].token, token.top[i].logprob));
    content.push_back(std::move(one));
  }
  return {{"content", std::move(content)}};
}

void ChatCall::send_choice(std::int64_t index, Json delta, Json logprobs, Json finish_reason) {
  Json event = envelope("chat.completion.chunk");
  event["choices"].push_back({{"index", index},
                              {"delta", std::move(delta)},
                              {"logprobs", std::move(logprobs)},
                              {"finish_reason", std::move(finish_reason)}});
  stream_.send(event);
}

void ChatCall::prompt_read(std::size_t, const PromptResult&) {
  if (!request_.stream) return;
  for (std::int64_t index = 0; index < request_.n; ++index)
    send_choice(index, {{"role", "assistant"}, {"content", ""}}, nullptr, nullptr);
}

void ChatCall::piece(std::size_t, std::int64_t sample_index, std::string_view text,
                     std::span<const RecordedToken> tokens, const SampleRecord* finished) {
  if (!readings_.empty()) return read_piece(sample_index, text, tokens, finished);
  if (!text.empty() || !tokens.empty())
    send_choice(sample_index, {{"content", text}}, logprobs_of(tokens), nullptr);
  if (finished != nullptr)
    send_choice(sample_index, Json::object(), nullptr, finished->finish_reason);
}

void ChatCall::read_piece(std::int64_t sample_index, std::string_view text,
                          std::span<const RecordedToken> tokens, const SampleRecord* finished) {
  Reading& reading = readings_[static_cast<std::size_t>(sample_index)];
  ToolCallReader::Piece piece = reading.reader.add(text);
  if (finished != nullptr) {
    ToolCallReader::Piece rest = reading.reader.finish();
    piece.text += rest.text;
    std::ranges::move(rest.calls, std::back_inserter(piece.calls));
  }
  if (request_.logprobs) {
    Json logprobs = logprobs_of(tokens);
    for (Json& one : logprobs["content"]) reading.logprobs.push_back(std::move(one));
  }
  const auto take_logprobs = [&]() -> Json {
    if (!request_.logprobs || reading.logprobs.empty()) return nullptr;
    return {{"content", std::exchange(reading.logprobs, Json::array())}};
  };
  if (!piece.text.empty())
    send_choice(sample_index, {{"content", piece.text}}, take_logprobs(), nullptr);
  for (const ToolCall& call : piece.calls) {
    Json made = tool_call_json(call, sample_index, reading.calls);
    made["index"] = reading.calls++;
    send_choice(sample_index, {{"tool_calls", Json::array({std::move(made)})}}, take_logprobs(),
                nullptr);
  }
  if (finished != nullptr)
    send_choice(sample_index, Json::object(), take_logprobs(),
                finish_reason(*finished, reading.calls > 0));
}

Json ChatCall::tool_call_json(const ToolCall& call, std::int64_t index, std::int64_t number) const {
  return {{"id", fmt::format("call_{}_{}_{}", id_.substr(id_.find('-') + 1), index, number)},
          {"type", "function"},
          {"function", {{"name", call.name}, {"arguments", call.arguments}}}};
}

/// An answer that was cut says so even if there are calls in it.
std::string ChatCall::finish_reason(const SampleRecord& sample, bool has_calls) const {
  return has_calls && sample.finish_reason == "stop" ? "tool_calls" : sample.finish_reason;
}

Json ChatCall::message_of(const SampleRecord& sample, std::int64_t index) const {
  Json message{{"role", "assistant"}, {"content", sample.completion}};
  if (chat_.tool_calls == ToolCallFormat::none) return message;
  ToolCallReader reader(chat_.tool_calls, chat_.functions);
  ToolCallReader::Piece piece = reader.add(sample.completion);
  ToolCallReader::Piece rest = reader.finish();
  std::ranges::move(rest.calls, std::back_inserter(piece.calls));
  if (piece.calls.empty()) return message;
  const std::string text = piece.text + rest.text;
  message["content"] = text.empty() ? Json(nullptr) : Json(text);
  for (std::size_t i = 0; i < piece.calls.size(); ++i)
    message["tool_calls"].push_back(
        tool_call_json(piece.calls[i], index, static_cast<std::int64_t>(i)));
  return message;
}

Json ChatCall::whole(const PromptResult& result) const {
  Json reply = envelope("chat.completion");
  for (const SampleRecord& sample : result.samples) {
    const std::int64_t index = std::ssize(reply["choices"]);
    Json message = message_of(sample, index);
    const bool has_calls = message.contains("tool_calls");
    reply["choices"].push_back({{"index", index},
                                {"message", std::move(message)},
                                {"logprobs", logprobs_of(sample.logprobs)},
                                {"finish_reason", finish_reason(sample, has_calls)}});
  }
  const std::int64_t prompt_tokens = std::ssize(result.prompt);
  reply["usage"] = {{"prompt_tokens", prompt_tokens},
                    {"completion_tokens", result.drawn_tokens},
                    {"total_tokens", prompt_tokens + result.drawn_tokens}};
  return reply;
}

void ChatCall::done(std::vector<PromptResult> results) {
  if (request_.stream) {
    if (request_.include_usage) {
      Json event = envelope("chat.completion.chunk");
      event["usage"] = whole(results.front())["usage"];
      stream_.send(event);
    }
    stream_.end();
    return;
  }
  worker_.add([self = shared_from_this(), results = std::move(results)] {
    self->reply_->send(200, "application/json", to_json_line(self->whole(results.front())));
  });
}

void ChatCall::failed(const ApiError& failure) {
  stream_.fail(failure);
}

}  // namespace scribe
