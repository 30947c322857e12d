// Line by line, each looked at once.
#include "evaluate/answer_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace scribe {
namespace {

constexpr std::array<std::string_view, 6> kReasoningTags = {
    "think", "thinking", "thought", "reasoning", "reflection", "scratchpad"};
constexpr std::size_t kFenceCharactersMin = 3;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
  return result;
}

/// The tag at the start of `text` that begins with `opening` ("<" or "</"), or "".
std::string_view tag_at(std::string_view text, std::string_view opening) {
  if (!text.starts_with(opening)) return {};
  text.remove_prefix(opening.size());
  for (const std::string_view tag : kReasoningTags)
    if (text.size() > tag.size() && text[tag.size()] == '>' &&
        lower(text.substr(0, tag.size())) == tag)
      return tag;
  return {};
}

/// Lines of a text, newlines included.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size() - 1) + 1;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return line;
  }

 private:
  std::string_view rest_;
};

std::string_view without_space_before(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}
bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Drops reasoning while it reads.
class ReasoningFilter {
 public:
  void read_line(std::string_view line) {
    if (open_.empty()) {
      const std::string_view start = without_space_before(line);
      open_ = tag_at(start, "<");
      if (!open_.empty()) return skip_until_close(start.substr(open_.size() + 2));
      return keep(line);
    }
    skip_until_close(line);
  }

  std::string text;

 private:
  void skip_until_close(std::string_view line) {
    for (std::size_t at = line.find("</"); at != std::string_view::npos;
         at = line.find("</", at + 2)) {
      if (tag_at(line.substr(at), "</") != open_) continue;
      const std::string_view rest = line.substr(at + open_.size() + 3);
      open_ = {};
      if (!is_blank(rest)) keep(rest);
      return;
    }
  }

  void keep(std::string_view line) {
    for (std::size_t at = line.find("</"); at != std::string_view::npos;
         at = line.find("</", at + 2)) {
      const std::string_view tag = tag_at(line.substr(at), "</");
      if (tag.empty() || !is_blank(line.substr(at + tag.size() + 3))) continue;
      text.clear();  // It was opened before the answer began.
      return;
    }
    text += line;
  }

  std::string_view open_;  // The tag that is open, in constant memory; "" outside of reasoning.
};

struct Fence {
  char character = '`';
  std::size_t length = 0;
  std::size_t indent = 0;
  std::string_view rest;  ///< behind the fence
};

std::optional<Fence> fence_of(std::string_view line) {
  const std::string_view start = without_space_before(line);
  if (start.empty() || (start[0] != '`' && start[0] != '~')) return std::nullopt;
  const std::size_t length = std::min(start.find_first_not_of(start[0]), start.size());
  if (length < kFenceCharactersMin) return std::nullopt;
  return Fence{.character = start[0],
               .length = length,
               .indent = line.size() - start.size(),
               .rest = start.substr(length)};
}

std::string label_of(std::string_view info) {
  const std::size_t begin = std::min(info.find_first_not_of(" \t{."), info.size());
  info.remove_prefix(begin);
  return lower(info.substr(0, std::min(info.find_first_of(" \t\r\n,:}"), info.size())));
}

}  // namespace

std::string without_reasoning(std::string_view answer) {
  ReasoningFilter filter;
  Lines lines(answer);
  while (const auto line = lines.next()) filter.read_line(*line);
  return std::move(filter.text);
}

std::vector<FencedBlock> fenced_blocks(std::string_view text) {
  std::vector<FencedBlock> blocks;
  std::optional<Fence> open;
  Lines lines(text);
  while (const auto line = lines.next()) {
    const std::optional<Fence> fence = fence_of(*line);
    if (!open) {
      // Backticks behind backticks are code within a line: ```x``` opens nothing.
      if (!fence || (fence->character == '`' && fence->rest.find('`') != std::string_view::npos))
        continue;
      open = fence;
      blocks.push_back({.label = label_of(fence->rest), .code = "", .closed = false});
    } else if (fence && fence->character == open->character && fence->length >= open->length &&
               is_blank(fence->rest)) {
      blocks.back().closed = true;
      open.reset();
    } else {
      const std::size_t indent = line->size() - without_space_before(*line).size();
      blocks.back().code += line->substr(std::min(indent, open->indent));
    }
  }
  return blocks;
}

}  // namespace scribe
