// Renaming by order of first use.
#include "experiment/normal_form.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <vector>

#include "problems/python_lines.h"

namespace scribe {
namespace {

std::string collapsed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    if (!is_space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

/// Numbers names, and turns columns into depths.
class Renamer {
 public:
  void add(const PythonLine& line) {
    while (!indents_.empty() && line.indent <= indents_.back()) indents_.pop_back();
    indents_.push_back(line.indent);
    text_ += fmt::format("{}", indents_.size() - 1);
    std::string_view before;
    for (const PythonLineToken& token : line.tokens) {
      text_ += ' ';
      const bool is_attribute = before == ".";
      if (token.kind == PythonLineTokenKind::name && !is_attribute &&
          !is_python_keyword(token.text) && !is_python_builtin(token.text))
        text_ += name_for(token.text);
      else
        text_ += token.text;
      before = token.text;
    }
    text_ += '\n';
  }

  std::string text() && { return std::move(text_); }

 private:
  std::string name_for(std::string_view name) {
    const auto [found, is_new] = names_.try_emplace(std::string(name), names_.size());
    return fmt::format("n{}", found->second);
  }

  std::map<std::string, std::size_t> names_;
  std::vector<int> indents_;
  std::string text_;
};

}  // namespace

std::string normal_form(std::string_view source) {
  const std::optional<std::vector<PythonLine>> lines = python_lines(source);
  if (!lines) return collapsed(source);
  Renamer renamer;
  for (const PythonLine& line : *lines) renamer.add(line);
  return std::move(renamer).text();
}

}  // namespace scribe
