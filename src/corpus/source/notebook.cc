// Cells through simdjson, their lines through a scanner that knows where a statement begins.
#include "corpus/source/notebook.h"

#include <algorithm>
#include <array>

#include "corpus/json_strings.h"
#include "corpus/python_lexer.h"

namespace scribe {

namespace dom = simdjson::dom;

namespace {

/// A cell's source: a string, or a list of lines with their ends.
std::string text_of(const dom::object& cell, std::string_view field) {
  std::string_view whole;
  if (cell[field].get(whole) == simdjson::SUCCESS) return std::string(whole);
  std::string text;
  dom::array lines;
  if (cell[field].get(lines) != simdjson::SUCCESS) return text;
  for (const dom::element line : lines)
    if (line.get(whole) == simdjson::SUCCESS) text += whole;
  return text;
}

// ------------------------------------------------------------------------------ IPython's syntax

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// "name?", "?name", "a.b??".
bool is_help(std::string_view line) {
  const std::size_t first = line.find_first_not_of('?');
  if (first == std::string_view::npos) return !line.empty();
  const std::size_t last = line.find_last_not_of('?');
  const std::string_view name = line.substr(first, last - first + 1);
  return name.size() < line.size() && std::ranges::all_of(name, is_name_byte);
}

/// "files = !ls", "t = %timeit -o f()".
bool assigns_magic(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || equals + 1 == line.size()) return false;
  const std::string_view value = trimmed(line.substr(equals + 1));
  const bool is_magic = value.starts_with('!') || value.starts_with('%');
  return is_magic && std::ranges::all_of(line.substr(0, equals), [](char c) {
           return is_name_byte(c) || c == ' ' || c == ',';
         });
}

/// Can only be IPython's, where a statement begins. Requires a trimmed line.
bool is_magic(std::string_view line) {
  return line.starts_with('%') || line.starts_with('!') || is_help(line) || assigns_magic(line);
}

/// Is the text a whole number of statements, but for the end of a block?
bool ends_statement(std::string_view text) {
  const std::vector<PythonToken> tokens = lex_python(text);
  if (tokens.empty()) return true;
  // The lexer ends the last statement itself, with a token of no bytes, where the text does not.
  const PythonToken& last = tokens.back();
  if (last.kind == PythonTokenKind::comment) return last.depth == 0;
  return last.kind == PythonTokenKind::newline && last.begin < last.end;
}

void append_commented(std::string_view line, std::string& out) {
  const std::size_t indentation = std::min(line.find_first_not_of(" \t"), line.size());
  out += line.substr(0, indentation);
  // A block may hold nothing else.
  out += indentation > 0 ? "pass  # " : "# ";
  out += line.substr(indentation);
}

bool is_python_cell_magic(std::string_view line) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"%%time", "%%timeit", "%%capture", "%%prun", "%%python", "%%python3", "%%memit"});
  const std::string_view name = line.substr(0, line.find_first_of(" \t"));
  return std::ranges::find(kNames, name) != kNames.end();
}

/// Tells for the lines of a cell, as they are written to `out`, whether a statement begins there.
class StatementStarts {
 public:
  StatementStarts(const std::string& out, std::size_t cell_bytes)
      : out_(out), lexed_bytes_left_(16 * cell_bytes + (1 << 16)) {}

  /// Does a statement begin at the end of `out`? Cells that ask too often are told "no": what is
  /// between two starts is lexed again for every question.
  bool here() {
    const std::string_view since = std::string_view(out_).substr(begin_);
    if (since.size() > lexed_bytes_left_) return false;
    lexed_bytes_left_ -= since.size();
    return ends_statement(since);
  }
  /// A whole statement (or none) stands before the end of `out`.
  void set() { begin_ = out_.size(); }

 private:
  const std::string& out_;
  std::size_t lexed_bytes_left_;
  std::size_t begin_ = 0;
};

/// A cell with what only IPython understands commented out.
std::string python_of_cell(std::string_view cell) {
  std::string out;
  StatementStarts starts(out, cell.size());
  bool is_first = true;
  bool is_other_language = false;
  for (std::size_t begin = 0; begin < cell.size();) {
    const std::size_t end = std::min(cell.find('\n', begin), cell.size());
    const std::string_view line = cell.substr(begin, end - begin);
    const std::string_view content = trimmed(line);
    begin = end + 1;
    if (is_first && content.starts_with("%%")) is_other_language = !is_python_cell_magic(content);
    is_first = is_first && content.empty();
    if (is_other_language) {
      if (!content.empty()) out += "# ";
      out += line;
    } else if (is_magic(content) && starts.here()) {
      append_commented(line, out);
      starts.set();
    } else {
      out += line;
    }
    out += '\n';
  }
  return out;
}

// ----------------------------------------------------------------------------------------- cells

/// What it says of its language: "python", "python3", "R"; "" if it does not say.
std::string_view language_of(const dom::object& notebook) {
  dom::object metadata;
  if (notebook["metadata"].get(metadata) != simdjson::SUCCESS) return {};
  dom::object part;
  if (metadata["language_info"].get(part) == simdjson::SUCCESS)
    if (const std::string_view name = string_or(part, "name", ""); !name.empty()) return name;
  if (metadata["kernelspec"].get(part) == simdjson::SUCCESS)
    if (const std::string_view name = string_or(part, "language", string_or(part, "name", ""));
        !name.empty())
      return name;
  return string_or(metadata, "language", "");
}

bool is_python(std::string_view language) {
  return language.empty() || language == "ipython" || language == "conda-env-python" ||
         language.starts_with("python") || language.starts_with("Python");
}

void append_cells(const dom::array& cells, std::string& code) {
  for (const dom::element element : cells) {
    dom::object cell;
    if (element.get(cell) != simdjson::SUCCESS) continue;
    if (string_or(cell, "cell_type", "") != "code") continue;
    if (!is_python(string_or(cell, "language", ""))) continue;
    // "input" is that of format 3.
    std::string text = text_of(cell, "source");
    if (text.empty()) text = text_of(cell, "input");
    if (trimmed(text).empty()) continue;
    std::string python = python_of_cell(text);
    while (python.ends_with("\n\n")) python.pop_back();
    if (!code.empty()) code += '\n';
    code += python;
  }
}

}  // namespace

Result<std::optional<std::string>> code_of_notebook(std::string_view json) {
  dom::parser parser;
  dom::object notebook;
  const auto parsed = parser.parse(json.data(), json.size()).get(notebook);
  if (parsed != simdjson::SUCCESS)
    return error(ErrorCode::invalid_data, "not a notebook: {}", simdjson::error_message(parsed));
  if (!is_python(language_of(notebook))) return std::optional<std::string>();
  std::string code;
  dom::array cells;
  dom::array worksheets;
  if (notebook["cells"].get(cells) == simdjson::SUCCESS) {
    append_cells(cells, code);
  } else if (notebook["worksheets"].get(worksheets) == simdjson::SUCCESS) {
    for (const dom::element worksheet : worksheets)
      if (worksheet["cells"].get(cells) == simdjson::SUCCESS) append_cells(cells, code);
  } else {
    return error(ErrorCode::invalid_data, "not a notebook: it has neither cells nor worksheets");
  }
  return std::optional(std::move(code));
}

}  // namespace scribe
