// Looks for objects by their brackets and strings; what is within is JSON's reader's.
#include "chat/tool_calls.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"

namespace scribe {
namespace {

constexpr std::string_view kBegin = "<tool_call>";
constexpr std::string_view kEnd = "</tool_call>";
constexpr std::string_view kPythonTag = "<|python_tag|>";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr int kUnendedMax = 16;

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

/// Where the white space that ends text[0, end) begins.
std::size_t blanks_before(std::string_view text, std::size_t end) {
  const std::size_t last = text.substr(0, end).find_last_not_of(kBlanks);
  return last == std::string_view::npos ? 0 : last + 1;
}

/// Where the longest end of `text` begins that is a beginning of `mark`.
std::size_t partial_mark(std::string_view text, std::string_view mark) {
  std::size_t length = std::min(text.size(), mark.size() - 1);
  while (length > 0 && !text.ends_with(mark.substr(0, length))) --length;
  return text.size() - length;
}

/// Where a JSON string ends that begins at `at`. Requires valid JSON.
std::size_t string_end(std::string_view json, std::size_t at) {
  for (++at; json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return at + 1;
}

/// Where a JSON value ends that begins at `at`. Requires valid JSON with something behind it.
std::size_t value_end(std::string_view json, std::size_t at) {
  int depth = 0;
  do {
    if (json[at] == '"') {
      at = string_end(json, at);
      continue;
    }
    if (json[at] == '{' || json[at] == '[') ++depth;
    if (json[at] == '}' || json[at] == ']') --depth;
    ++at;
  } while (depth > 0 || std::string_view(",}] \t\r\n").find(json[at]) == std::string_view::npos);
  return at;
}

/// The text of a member of an object; "" if it has none. Requires valid JSON.
std::string_view member_text(std::string_view object, std::string_view name) {
  std::size_t at = skip_blanks(object, object.find('{') + 1);
  std::string_view found;
  while (object[at] != '}') {
    const std::size_t key_end = string_end(object, at);
    const std::string_view key = object.substr(at + 1, key_end - at - 2);
    const std::size_t value = skip_blanks(object, object.find(':', key_end) + 1);
    const std::size_t end = value_end(object, value);
    if (key == name) found = object.substr(value, end - value);  // The last counts, as in JSON.
    at = skip_blanks(object, end);
    if (object[at] == ',') at = skip_blanks(object, at + 1);
  }
  return found;
}

}  // namespace

Result<std::optional<ToolCallFormat>> tool_call_format_named(std::string_view name) {
  if (name == "auto") return std::optional<ToolCallFormat>();
  if (name == "hermes") return std::optional(ToolCallFormat::hermes);
  if (name == "llama") return std::optional(ToolCallFormat::llama);
  if (name == "none") return std::optional(ToolCallFormat::none);
  return error(ErrorCode::invalid_argument,
               "unknown format of tool calls '{}'; expected auto, hermes, llama or none", name);
}

ToolCallFormat tool_call_format_of(std::string_view template_source) {
  const auto has = [&](std::string_view text) {
    return template_source.find(text) != std::string_view::npos;
  };
  // Qwen3-Coder, GLM and others write XML between the same marks.
  constexpr std::array<std::string_view, 4> kOfXml = {"<function=", "<function name", "<arg_key>",
                                                      "<invoke"};
  if (has(kBegin))
    return std::ranges::any_of(kOfXml, has) ? ToolCallFormat::none : ToolCallFormat::hermes;
  const bool is_llama = has("<|start_header_id|>") && has("\"parameters\": ");
  return is_llama ? ToolCallFormat::llama : ToolCallFormat::none;
}

ToolCallReader::ToolCallReader(ToolCallFormat format, std::vector<std::string> functions)
    : format_(format), functions_(std::move(functions)) {}

ToolCallReader::Piece ToolCallReader::add(std::string_view text) {
  held_ += text;
  return format_ == ToolCallFormat::hermes ? read_hermes(Answer::so_far)
                                           : read_llama(Answer::so_far);
}

ToolCallReader::Piece ToolCallReader::finish() {
  return format_ == ToolCallFormat::hermes ? read_hermes(Answer::whole) : read_llama(Answer::whole);
}

ToolCallReader::Piece ToolCallReader::read_hermes(Answer answer) {
  Piece piece;
  while (is_in_call_ ? read_block(answer, piece) : release_text(answer, piece)) {
  }
  return piece;
}

/// Gives the text before the next mark, or what can belong to none. False: there is no mark.
bool ToolCallReader::release_text(Answer answer, Piece& piece) {
  const std::size_t mark = unended_ < kUnendedMax ? held_.find(kBegin) : std::string::npos;
  std::size_t end = held_.size();
  if (mark != std::string::npos)
    end = blanks_before(held_, mark);
  else if (answer == Answer::so_far)
    end = blanks_before(held_, partial_mark(held_, kBegin));
  else if (has_calls_)
    end = blanks_before(held_, held_.size());
  piece.text += std::string_view(held_).substr(0, end);
  if (mark == std::string::npos) {
    held_.erase(0, answer == Answer::whole ? held_.size() : end);
    return false;
  }
  held_.erase(0, end);
  is_in_call_ = true;
  block_ = mark - end + kBegin.size();
  begin_object(block_);
  return true;
}

/// Gives the call behind a mark, or the mark as text. False: more of it has to come.
bool ToolCallReader::read_block(Answer answer, Piece& piece) {
  const End end = find_object_end();
  if (end == End::not_yet && answer == Answer::so_far) return false;
  if (end == End::not_yet) ++unended_;
  std::optional<ToolCall> call;
  std::size_t after = at_;
  if (end == End::object) {
    after = skip_blanks(held_, at_);
    const std::string_view rest = std::string_view(held_).substr(after);
    const bool is_closed = rest.starts_with(kEnd);
    const bool may_close = rest.size() < kEnd.size() && kEnd.starts_with(rest);
    if (may_close && answer == Answer::so_far) return false;
    if (is_closed || may_close)
      call = call_of(std::string_view(held_).substr(object_, at_ - object_));
    after += is_closed ? kEnd.size() : rest.size();
  }
  is_in_call_ = false;
  if (call) {
    piece.calls.push_back(*std::move(call));
    has_calls_ = true;
    held_.erase(0, after);
    return true;
  }
  piece.text += std::string_view(held_).substr(0, block_);
  held_.erase(0, block_);
  return true;
}

/// All of the answer is calls, or it is text.
ToolCallReader::Piece ToolCallReader::read_llama(Answer answer) {
  Piece piece;
  while (!is_plain_) {
    if (!is_in_call_ && !skip_to_object(answer, piece)) return piece;
    if (is_plain_) break;
    const End end = find_object_end();
    if (end == End::not_yet && answer == Answer::so_far) return piece;
    std::optional<ToolCall> call;
    if (end == End::object) call = call_of(std::string_view(held_).substr(object_, at_ - object_));
    is_plain_ = !call;
    if (call) calls_.push_back(*std::move(call));
    is_in_call_ = false;
  }
  piece.text = std::exchange(held_, {});
  return piece;
}

/// To the next object, or to the end of an answer of calls, which `piece` gets, or to the insight
/// that the answer is text. False: there is nothing to do before more comes.
bool ToolCallReader::skip_to_object(Answer answer, Piece& piece) {
  const std::string_view held = held_;
  std::size_t at = skip_blanks(held, at_);
  if (!calls_.empty() && held.substr(at).starts_with(';')) at = skip_blanks(held, at + 1);
  if (held.substr(at).starts_with(kPythonTag)) at = skip_blanks(held, at + kPythonTag.size());
  if (at < held.size() && held[at] == '{') {
    begin_object(at);
    is_in_call_ = true;
    return true;
  }
  const bool may_go_on = at == held.size() || partial_mark(held, kPythonTag) == at;
  if (answer == Answer::so_far && may_go_on) return false;
  if (answer == Answer::whole && at == held.size() && !calls_.empty()) {
    piece.calls = std::exchange(calls_, {});
    held_.clear();
    at_ = 0;
    return false;
  }
  is_plain_ = true;
  return true;
}

void ToolCallReader::begin_object(std::size_t at) {
  object_ = at;
  at_ = at;
  depth_ = 0;
  is_in_string_ = false;
  is_escaped_ = false;
  is_ended_ = false;
}

ToolCallReader::End ToolCallReader::find_object_end() {
  if (is_ended_) return End::object;
  for (; at_ < held_.size(); ++at_) {
    const char c = held_[at_];
    if (depth_ == 0) {
      if (c == '{') {
        object_ = at_;
        depth_ = 1;
      } else if (kBlanks.find(c) == std::string_view::npos) {
        return End::no_object;
      }
    } else if (is_in_string_) {
      is_in_string_ = is_escaped_ || c != '"';
      is_escaped_ = !is_escaped_ && c == '\\';
    } else if (c == '"') {
      is_in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      ++at_;
      is_ended_ = true;
      return End::object;
    }
  }
  return End::not_yet;
}

std::optional<ToolCall> ToolCallReader::call_of(std::string_view object) const {
  const Result<Json> read = parse_json(object, "call");
  if (!read.ok() || !read.value().is_object()) return std::nullopt;
  const Json& call = read.value();
  const auto name = call.find("name");
  if (name == call.end() || !name->is_string() ||
      std::ranges::find(functions_, name->get<std::string>()) == functions_.end())
    return std::nullopt;
  for (const char* const key : {"arguments", "parameters"})
    if (call.contains(key) && call[key].is_object()) {
      const std::string_view arguments = member_text(object, key);
      if (arguments.empty()) return std::nullopt;  // The key is written with escapes.
      return ToolCall{.name = name->get<std::string>(), .arguments = std::string(arguments)};
    }
  return std::nullopt;
}

}  // namespace scribe
