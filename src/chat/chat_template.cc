// Parses, runs, and reads what checkpoints say.
#include "chat/chat_template.h"

#include "chat/template_parser.h"
#include "chat/template_run.h"

namespace scribe {

struct ChatTemplate::Tree {
  chat::Statements statements;
};

namespace chat {
namespace {

/// The text of a token that a file names as a string or as {"content": "..."}.
std::string token_text(const Json& config, const char* name) {
  const auto found = config.find(name);
  if (found == config.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_object() ? found->value("content", "") : "";
}

/// "" if the file has none.
std::string template_of(const Json& config) {
  const auto found = config.find("chat_template");
  if (found == config.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  if (found->is_array())
    for (const Json& one : *found)
      if (one.is_object() && one.value("name", "") == "default") return one.value("template", "");
  return "";
}

}  // namespace
}  // namespace chat

Result<ChatTemplate> ChatTemplate::parse(std::string_view source) {
  SCRIBE_TRY_ASSIGN(chat::Statements statements, chat::parse_template(source));
  return ChatTemplate(std::make_shared<const Tree>(Tree{std::move(statements)}));
}

Result<std::string> ChatTemplate::render(const Json& context,
                                         std::optional<std::int64_t> unix_seconds) const {
  return chat::run_template(tree_->statements, context, unix_seconds);
}

Result<std::optional<ChatFormat>> load_chat_format(Env& env, const std::string& directory) {
  Json config = Json::object();
  const std::string config_path = directory + "/tokenizer_config.json";
  if (env.exists(config_path)) {
    SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(config_path));
    SCRIBE_TRY_ASSIGN(config, parse_json(text, config_path));
    if (!config.is_object())
      return error(ErrorCode::invalid_data, "{}: expected an object", config_path);
  }
  std::string source = chat::template_of(config);
  const std::string template_path = directory + "/chat_template.jinja";
  if (env.exists(template_path)) {
    SCRIBE_TRY_ASSIGN(source, env.read_file(template_path));
  }
  if (source.empty()) return std::optional<ChatFormat>();
  SCRIBE_TRY_ASSIGN(ChatTemplate parsed, ChatTemplate::parse(source));
  ChatFormat format{.chat_template = std::move(parsed),
                    .bos_token = chat::token_text(config, "bos_token"),
                    .eos_token = chat::token_text(config, "eos_token")};
  format.tool_calls = tool_call_format_of(source);
  for (const std::string_view name : {"'text'", "\"text\"", ".text"})
    format.reads_parts = format.reads_parts || source.find(name) != std::string::npos;
  if (!format.eos_token.empty()) format.ends.push_back(format.eos_token);
  // Of families whose end of text is another token than the end of an answer.
  for (const std::string_view end : {"<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>"})
    if (source.find(end) != std::string::npos && format.eos_token != end)
      format.ends.emplace_back(end);
  return std::optional<ChatFormat>(std::move(format));
}

}  // namespace scribe
