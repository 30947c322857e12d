// Reachability over top-level statements, by the names that they bind and use.
#include "evaluate/python_definition.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "problems/python_lines.h"
#include "problems/python_names.h"

namespace scribe {
namespace {

using NameSet = std::set<std::string, std::less<>>;

bool is_name_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (c & 0x80) != 0;
}

/// Removes `prefix` and the spaces behind it from `text` if it is there.
bool consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return true;
}

std::string_view line_at(std::string_view source, std::size_t begin) {
  return source.substr(begin, std::min(source.find('\n', begin), source.size()) - begin);
}

/// Does this line, at the margin, define `name`?
bool line_defines(std::string_view line, std::string_view name) {
  consume(line, "async ");
  const bool is_definition = consume(line, "def ") || consume(line, "class ");
  if (!line.starts_with(name)) return false;
  line.remove_prefix(name.size());
  if (is_definition) return line.empty() || !is_name_part(line[0]);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.starts_with("=") && !line.starts_with("==");
}

/// Offset of the line that defines `name`, or npos.
std::size_t find_definition(std::string_view source, std::string_view name) {
  for (std::size_t begin = 0; begin < source.size();) {
    const std::string_view line = line_at(source, begin);
    if (line_defines(line, name)) return begin;
    begin += line.size() + 1;
  }
  return std::string_view::npos;
}

/// Could a program have this line at its margin?
bool begins_statement(std::string_view line) {
  if (line.find_first_of("@#)]}") == 0) return true;
  const std::size_t last = line.find_last_not_of(" \t\r");
  const bool ends_with_colon = last != std::string_view::npos && line[last] == ':';
  for (const std::string_view word : {"def ", "class ", "async def "})
    if (line.starts_with(word)) return true;
  for (const std::string_view word :
       {"if ", "elif ", "else:", "for ", "while ", "with ", "try:", "except", "finally:"})
    if (line.starts_with(word)) return ends_with_colon;
  if (line.starts_with("from ")) return line.find(" import ") != std::string_view::npos;
  if (line.starts_with("import ")) return line.find_first_of(".!?", line.size() - 1) == line.npos;
  const auto word_end = std::ranges::find_if_not(line, is_name_part);
  std::string_view rest = line.substr(static_cast<std::size_t>(word_end - line.begin()));
  if (rest.size() == line.size()) return false;
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  return rest.starts_with("=") || rest.starts_with("(") || rest.starts_with(": ");
}

/// Counts ''' and """ to know whether a line lies within a long string.
class LongStringTracker {
 public:
  bool is_open() const { return open_ != 0; }
  void read(std::string_view line) {
    for (std::size_t i = 0; i + 2 < line.size(); ++i) {
      const char c = line[i];
      if ((c != '"' && c != '\'') || line[i + 1] != c || line[i + 2] != c) continue;
      if (open_ == 0)
        open_ = c;
      else if (open_ == c)
        open_ = 0;
      i += 2;
    }
  }

 private:
  char open_ = 0;
};

enum class StatementKind { import, function, class_, plain };  ///< plain: something that runs

/// A top-level statement with everything indented below it.
struct Statement {
  std::size_t begin = 0;
  std::size_t end = 0;
  StatementKind kind = StatementKind::plain;
  NameSet binds = {};
  NameSet uses = {};
  NameSet free = {};  ///< used and not bound within it
};

bool is_word(const PythonLine& line, std::size_t index, std::string_view word) {
  return index < line.tokens.size() && line.tokens[index].text == word;
}

bool continues_statement(const PythonLine& line) {
  return line.indent > 0 || is_word(line, 0, "elif") || is_word(line, 0, "else") ||
         is_word(line, 0, "except") || is_word(line, 0, "finally");
}

/// `lines` are those of one statement, its decorators included.
Statement statement_of(std::span<const PythonLine> lines) {
  Statement statement{.begin = lines.front().begin, .end = lines.back().end};
  PythonNames names = names_of(lines);
  statement.uses = names.used;
  for (const std::string& name : names.used)
    if (!names.bound.contains(name)) statement.free.insert(name);
  for (const PythonLine& line : lines)
    if (is_word(line, 0, "global"))
      for (const PythonLineToken& token : line.tokens) statement.free.emplace(token.text);
  const auto head =
      std::ranges::find_if_not(lines, [](const PythonLine& line) { return is_word(line, 0, "@"); });
  const PythonLine& first = head == lines.end() ? lines.front() : *head;
  const std::size_t word = is_word(first, 0, "async") ? 1 : 0;
  if (is_word(first, word, "def") || is_word(first, word, "class")) {
    statement.kind = is_word(first, word, "def") ? StatementKind::function : StatementKind::class_;
    if (word + 1 < first.tokens.size()) statement.binds.emplace(first.tokens[word + 1].text);
    return statement;
  }
  if (is_word(first, 0, "import") || is_word(first, 0, "from"))
    statement.kind = StatementKind::import;
  statement.binds = std::move(names.bound);
  return statement;
}

std::vector<Statement> top_level_statements(std::span<const PythonLine> lines) {
  std::vector<Statement> statements;
  for (std::size_t begin = 0; begin < lines.size();) {
    std::size_t end = begin;
    while (end + 1 < lines.size() && is_word(lines[end], 0, "@")) ++end;
    ++end;
    while (end < lines.size() && continues_statement(lines[end])) ++end;
    statements.push_back(statement_of(lines.subspan(begin, end - begin)));
    begin = end;
  }
  return statements;
}

/// The statements that bind each name, handed out once.
class Binders {
 public:
  void add(std::string_view name, std::size_t statement) { statements_[name].push_back(statement); }
  std::vector<std::size_t> take(std::string_view name) {
    const auto found = statements_.find(name);
    if (found == statements_.end()) return {};
    std::vector<std::size_t> taken = std::move(found->second);
    statements_.erase(found);
    return taken;
  }

 private:
  std::map<std::string_view, std::vector<std::size_t>> statements_;
};

/// Which statements `name` needs. Something that runs is taken only for a name that is free where
/// it is needed: a loop over examples must not be kept because a local variable has its name.
std::vector<bool> needed_statements(std::span<const Statement> statements, std::string_view name) {
  Binders definitions;
  Binders plain;
  for (std::size_t i = 0; i < statements.size(); ++i)
    for (const std::string& bound : statements[i].binds)
      (statements[i].kind == StatementKind::plain ? plain : definitions).add(bound, i);
  std::vector<bool> needed(statements.size());
  std::vector<std::size_t> waiting;
  const auto need = [&](Binders& binders, std::string_view wanted) {
    for (const std::size_t i : binders.take(wanted)) {
      if (!needed[i]) waiting.push_back(i);
      needed[i] = true;
    }
  };
  need(definitions, name);
  need(plain, name);
  while (!waiting.empty()) {
    const Statement& statement = statements[waiting.back()];
    waiting.pop_back();
    for (const std::string& used : statement.uses) need(definitions, used);
    for (const std::string& used : statement.free) need(plain, used);
  }
  return needed;
}

/// Is `word` in the text, with no part of a name beside it?
bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_name_part(text[at - 1])) &&
        (end == text.size() || !is_name_part(text[end])))
      return true;
  }
  return false;
}

/// Functions and imports: what can be run a second time elsewhere and be the same.
bool is_stateless(std::span<const Statement> statements, const std::vector<bool>& needed) {
  for (std::size_t i = 0; i < statements.size(); ++i)
    if (needed[i] && statements[i].kind != StatementKind::function &&
        statements[i].kind != StatementKind::import)
      return false;
  return true;
}

/// Does what stands behind this statement depend on it without naming it (`import *`)?
bool acts_unnamed(std::string_view source, const Statement& statement) {
  return statement.kind == StatementKind::import &&
         (statement.binds.empty() ||
          source.substr(statement.begin).starts_with("from __future__ "));
}

std::string text_of(std::string_view source, std::span<const Statement> statements,
                    const std::vector<bool>& taken) {
  std::string code;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (!taken[i]) continue;
    code += source.substr(statements[i].begin, statements[i].end - statements[i].begin);
    if (!code.ends_with('\n')) code += '\n';
  }
  return code;
}

}  // namespace

bool defines_name(std::string_view source, std::string_view name) {
  return find_definition(source, name) != std::string_view::npos;
}

std::string_view before_definition(std::string_view source, std::string_view name) {
  return source.substr(0, find_definition(source, name));
}

std::string without_prose(std::string_view text) {
  std::string code;
  LongStringTracker strings;
  bool in_code = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::string_view line = line_at(text, begin);
    begin += line.size() + 1;
    const bool at_margin = !line.empty() && line.find_first_of(" \t\r") != 0;
    if (!strings.is_open() && at_margin) in_code = begins_statement(line);
    if (!in_code) continue;
    strings.read(line);
    code += line;
    code += '\n';
  }
  return code;
}

std::string definition_with_helpers(std::string_view source, std::string_view name) {
  if (source.size() > kAnalysedBytesMax) return std::string(source);
  const auto lines = python_lines(source);
  if (!lines) return std::string(source);
  const std::vector<Statement> statements = top_level_statements(*lines);
  return text_of(source, statements, needed_statements(statements, name));
}

std::string functions_named_in(std::string_view text, std::string_view source) {
  const auto lines = source.size() > kAnalysedBytesMax ? std::nullopt : python_lines(source);
  if (!lines) return "";
  const std::vector<Statement> statements = top_level_statements(*lines);
  std::vector<bool> taken(statements.size());
  for (const Statement& statement : statements) {
    if (statement.kind != StatementKind::function || statement.binds.empty()) continue;
    const std::string& name = *statement.binds.begin();
    if (!has_word(text, name)) continue;
    const std::vector<bool> needed = needed_statements(statements, name);
    if (!is_stateless(statements, needed)) continue;
    for (std::size_t i = 0; i < taken.size(); ++i) taken[i] = taken[i] || needed[i];
  }
  if (std::ranges::find(taken, true) == taken.end()) return "";
  for (std::size_t i = 0; i < statements.size(); ++i)
    if (acts_unnamed(source, statements[i])) taken[i] = true;
  return text_of(source, statements, taken);
}

}  // namespace scribe
