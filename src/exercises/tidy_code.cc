// Line by line: the bodies are ours and have one statement per line.
#include "exercises/tidy_code.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

namespace scribe {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kBreak = "~~";

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::size_t indent_of(std::string_view line) {
  const std::size_t indent = line.find_first_not_of(' ');
  return indent == std::string_view::npos ? 0 : indent;
}

Lines lines_of(std::string_view body) {
  Lines lines;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    std::string line(body.substr(begin, end - begin));
    const std::string indent(indent_of(line), ' ');
    for (std::size_t at; (at = line.find(kBreak)) != std::string::npos;) {
      lines.push_back(line.substr(0, at));
      line = indent + line.substr(at + kBreak.size());
    }
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

/// How often a word occurs, texts included: then it is left alone.
int count_word(std::string_view line, std::string_view word) {
  int count = 0;
  for (std::size_t at = 0; (at = line.find(word, at)) != std::string_view::npos; at += word.size())
    if ((at == 0 || !is_word(line[at - 1])) &&
        (at + word.size() == line.size() || !is_word(line[at + word.size()])))
      ++count;
  return count;
}

/// The name that a line only sets: "name = ...", "name += ...", "name.append(...)",
/// "name.add(...)".
std::optional<std::string> set_name(std::string_view line) {
  line.remove_prefix(indent_of(line));
  std::size_t end = 0;
  while (end < line.size() && is_word(line[end])) ++end;
  const std::string_view rest = line.substr(end);
  const bool is_chain = rest.starts_with(" = ") && rest.find(" = ", 3) != std::string_view::npos;
  if (is_chain) return std::nullopt;  // "x = y = 0" sets two.
  if (end > 0 && (rest.starts_with(" = ") || rest.starts_with(" += ") ||
                  rest.starts_with(".append(") || rest.starts_with(".add(")))
    return std::string(line.substr(0, end));
  return std::nullopt;
}

bool is_header(std::string_view line) {
  return line.ends_with(':');
}

bool has_body(const Lines& lines, std::size_t header) {
  std::size_t next = header + 1;
  while (next < lines.size() && lines[next].empty()) ++next;
  return next < lines.size() && indent_of(lines[next]) > indent_of(lines[header]);
}

/// Removes headers that lost their bodies; false if one of them cannot go.
bool drop_empty_headers(Lines& lines) {
  for (std::size_t i = 0; i < lines.size();) {
    if (!is_header(lines[i]) || has_body(lines, i)) {
      ++i;
      continue;
    }
    const bool has_else =
        i + 1 < lines.size() && indent_of(lines[i + 1]) == indent_of(lines[i]) &&
        std::string_view(lines[i + 1]).substr(indent_of(lines[i])).starts_with("el");
    if (has_else) return false;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i));
    i = 0;  // The header above it may have lost its body.
  }
  return true;
}

/// Without the lines that set `name`, if no line reads it.
std::optional<Lines> without_name(const Lines& lines, const std::string& name) {
  Lines rest;
  for (const std::string& line : lines) {
    if (set_name(line) == name) continue;
    if (count_word(line, name) > 0) return std::nullopt;
    rest.push_back(line);
  }
  if (!drop_empty_headers(rest)) return std::nullopt;
  return rest;
}

bool drop_one_name(Lines& lines) {
  for (const std::string& line : lines)
    if (const auto name = set_name(line))
      if (auto rest = without_name(lines, *name)) {
        lines = std::move(*rest);
        return true;
      }
  return false;
}

void drop_passing_else(Lines& lines) {
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const std::size_t indent = indent_of(lines[i]);
    if (lines[i].substr(indent) == "else:" && lines[i + 1] == std::string(indent + 4, ' ') + "pass")
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i),
                  lines.begin() + static_cast<std::ptrdiff_t>(i + 2));
  }
}

/// A statement `pass` beside others says nothing.
void drop_needless_pass(Lines& lines) {
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t indent = indent_of(lines[i]);
    if (lines[i].substr(indent) != "pass" || is_header(lines[i - 1]) ||
        indent_of(lines[i - 1]) < indent)
      continue;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i--));
  }
}

}  // namespace

std::string tidy_body(std::string_view body) {
  Lines lines = lines_of(body);
  while (drop_one_name(lines)) {
  }
  drop_passing_else(lines);
  drop_needless_pass(lines);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace scribe
