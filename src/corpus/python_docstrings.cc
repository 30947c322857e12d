// Walks logical lines for docstrings and physical lines for comments.
#include "corpus/python_docstrings.h"

#include <algorithm>
#include <span>

namespace scribe {
namespace {

using Line = std::span<const PythonToken>;  // A logical line: no comments, no newline token.

bool is_docstring(std::string_view source, Line line) {
  return !line.empty() && std::ranges::all_of(line, [&](const PythonToken& token) {
    if (token.kind != PythonTokenKind::string) return false;
    const PythonStringParts parts = python_string_parts(token.text(source));
    return !parts.bytes && !parts.formatted;
  });
}

/// Is this the header of a function or class whose body begins on the next line?
bool is_header(std::string_view source, Line line, std::string& owner) {
  if (line.size() < 3 || line.back().text(source) != ":") return false;
  const bool async = line[0].text(source) == "async";
  const std::string_view keyword = line[async ? 1 : 0].text(source);
  if (keyword != "def" && keyword != "class") return false;
  owner = line[async ? 2 : 1].text(source);
  return true;
}

/// Calls visit(line, owner) for the literals of each docstring.
template <typename Visit>
void for_each_docstring(std::string_view source, const std::vector<PythonToken>& tokens,
                        Visit&& visit) {
  std::vector<PythonToken> line;
  std::string owner;
  bool may_follow = true;  // A docstring may follow: at the start, and after a header.
  for (const PythonToken& token : tokens) {
    if (token.kind == PythonTokenKind::comment) continue;
    if (token.kind != PythonTokenKind::newline) {
      line.push_back(token);
      continue;
    }
    if (may_follow && is_docstring(source, line)) visit(Line(line), owner);
    may_follow = is_header(source, line, owner);
    line.clear();
  }
}

void find_docstrings(std::string_view source, const std::vector<PythonToken>& tokens,
                     std::vector<PythonNote>& notes) {
  for_each_docstring(source, tokens, [&](Line line, const std::string& owner) {
    std::string value;
    for (const PythonToken& part : line) value += python_string_value(part.text(source));
    notes.push_back({.kind = PythonNote::Kind::docstring,
                     .owner = owner,
                     .text = clean_docstring(value),
                     .begin = line.front().begin});
  });
}

std::string_view without_hash(std::string_view comment) {
  const std::size_t first = comment.find_first_not_of("#:!");
  if (first == std::string_view::npos) return {};
  comment.remove_prefix(first);
  if (comment.starts_with(' ')) comment.remove_prefix(1);
  return comment;
}

void find_comments(std::string_view source, const std::vector<PythonToken>& tokens,
                   std::vector<PythonNote>& notes) {
  const PythonToken* previous = nullptr;  // The last line of the block in hand.
  std::int32_t code_line = 0;             // The last line that holds something else.
  for (const PythonToken& token : tokens) {
    if (token.kind != PythonTokenKind::comment) {
      code_line = token.line;
      if (token.kind == PythonTokenKind::string)
        code_line += static_cast<std::int32_t>(std::ranges::count(token.text(source), '\n'));
      continue;
    }
    if (token.line == code_line) continue;
    const std::string_view text = without_hash(token.text(source));
    if (previous != nullptr && token.line == previous->line + 1 &&
        token.column == previous->column) {
      notes.back().text += '\n';
      notes.back().text += text;
    } else {
      notes.push_back({.kind = PythonNote::Kind::comment,
                       .owner = "",
                       .text = std::string(text),
                       .begin = token.begin});
    }
    previous = &token;
  }
}

std::string expand_tabs(std::string_view text) {
  constexpr std::size_t kTabColumns = 8;
  std::string out;
  std::size_t column = 0;
  for (const char c : text) {
    if (c == '\t') {
      const std::size_t width = kTabColumns - column % kTabColumns;
      out.append(width, ' ');
      column += width;
      continue;
    }
    out.push_back(c);
    column = c == '\n' ? 0 : column + 1;
  }
  return out;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

}  // namespace

std::vector<PythonNote> find_notes(std::string_view source,
                                   const std::vector<PythonToken>& tokens) {
  std::vector<PythonNote> notes;
  find_docstrings(source, tokens, notes);
  find_comments(source, tokens, notes);
  std::ranges::sort(notes, {}, &PythonNote::begin);
  return notes;
}

std::vector<PythonToken> docstring_tokens(std::string_view source,
                                          const std::vector<PythonToken>& tokens) {
  std::vector<PythonToken> found;
  for_each_docstring(source, tokens, [&](Line line, const std::string&) {
    found.insert(found.end(), line.begin(), line.end());
  });
  return found;
}

std::string clean_docstring(std::string_view value) {
  const std::string expanded = expand_tabs(value);
  std::vector<std::string_view> lines = split_lines(expanded);
  std::size_t margin = std::string_view::npos;
  for (std::size_t index = 1; index < lines.size(); ++index)
    if (indentation(lines[index]) < lines[index].size())
      margin = std::min(margin, indentation(lines[index]));
  lines[0].remove_prefix(indentation(lines[0]));
  for (std::size_t index = 1; index < lines.size() && margin != std::string_view::npos; ++index)
    lines[index].remove_prefix(std::min(margin, lines[index].size()));
  const auto blank = [](std::string_view line) { return indentation(line) == line.size(); };
  while (!lines.empty() && blank(lines.back())) lines.pop_back();
  const auto first = std::ranges::find_if_not(lines, blank);
  std::string text;
  for (auto line = first; line != lines.end(); ++line) {
    if (line != first) text += '\n';
    text += *line;
  }
  return text;
}

}  // namespace scribe
