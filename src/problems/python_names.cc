// Name resolution by the shape of statements, without a grammar.
#include "problems/python_names.h"

#include <algorithm>
#include <array>
#include <vector>

namespace scribe {
namespace {

using Tokens = std::span<const PythonLineToken>;

constexpr std::array<std::string_view, 6> kForbidden = {"global", "nonlocal", "yield",
                                                        "async",  "await",    "class"};
constexpr std::array<std::string_view, 10> kCompound = {
    "if", "elif", "else", "for", "while", "with", "try", "except", "finally", "def"};

bool is(const PythonLineToken& token, std::string_view text) {
  return token.text == text;
}
bool is_name(const PythonLineToken& token) {
  return token.kind == PythonLineTokenKind::name && !is_python_keyword(token.text);
}

/// Reads statements and fills the names.
class Resolver {
 public:
  PythonNames names;

  void read_line(Tokens tokens) {
    for (const PythonLineToken& token : tokens)
      if (names.forbidden.empty() && std::ranges::find(kForbidden, token.text) != kForbidden.end())
        names.forbidden = token.text;
    std::size_t begin = 0;
    bool compound = std::ranges::find(kCompound, tokens[0].text) != kCompound.end();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].depth > 0) continue;
      if (!is(tokens[i], ";") && !(compound && is(tokens[i], ":"))) continue;
      read_statement(tokens.subspan(begin, i - begin));
      compound = compound && is(tokens[i], ";");
      begin = i + 1;
    }
    read_statement(tokens.subspan(begin));
  }

 private:
  void bind(const PythonLineToken& token) { names.bound.emplace(token.text); }

  void read_statement(Tokens tokens) {
    if (tokens.empty()) return;
    if (is(tokens[0], "import") || is(tokens[0], "from")) return read_import(tokens);
    if (is(tokens[0], "def") && tokens.size() > 1) {
      bind(tokens[1]);
      bind_parameters(tokens.subspan(2), 1);
      return read_uses(tokens.subspan(2));
    }
    bind_targets(tokens);
    read_uses(tokens);
  }

  /// `import a.b as c, d` binds c and d; `from a import b as c` binds c.
  void read_import(Tokens tokens) {
    const bool is_from = is(tokens[0], "from");
    const auto import = std::ranges::find_if(tokens, [](const auto& t) { return is(t, "import"); });
    if (import == tokens.end()) return;
    if (is_from && tokens.size() > 1 && tokens[1].kind == PythonLineTokenKind::symbol)
      names.forbidden = "relative import";
    bool at_start = true;
    for (auto token = import + 1; token != tokens.end(); ++token) {
      if (is(*token, "*")) names.forbidden = "import *";
      const bool renamed = token + 1 != tokens.end() && is(token[1], "as");
      if (is_name(*token) && (is(token[-1], "as") || (at_start && !renamed))) bind(*token);
      at_start = is(*token, ",") || is(*token, "(");
    }
  }

  /// Names after '(' or ',' or '*' at the given depth.
  void bind_parameters(Tokens tokens, int depth) {
    bool at_start = depth == 0;
    for (const PythonLineToken& token : tokens) {
      if (at_start && token.depth == depth && is_name(token)) bind(token);
      at_start = token.depth == depth ? is(token, ",") || is(token, "*") || is(token, "**")
                                      : token.depth == depth - 1 && is(token, "(");
    }
  }

  /// `a, b = ...`, `(a, b) = ...`, `x: int = ...`; `a[i] = ...` and `a.b = ...` bind nothing.
  void bind_targets(Tokens tokens) {
    if (tokens.size() > 1 && is_name(tokens[0]) && is(tokens[1], ":")) bind(tokens[0]);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (!is(tokens[i], "=") || tokens[i].depth > 0) continue;
      bind_names(tokens.subspan(begin, i - begin));
      begin = i + 1;
    }
  }

  /// Every name of a target that is not part of an attribute, a subscript or a call.
  void bind_names(Tokens target) {
    std::vector<bool> within_trailer = {false};  // One per open bracket.
    for (std::size_t i = 0; i < target.size(); ++i) {
      const PythonLineToken& token = target[i];
      if (is(token, "(") || is(token, "[")) {
        const bool is_trailer =
            i > 0 && (is_name(target[i - 1]) || is(target[i - 1], ")") || is(target[i - 1], "]"));
        within_trailer.push_back(within_trailer.back() || is_trailer);
      } else if ((is(token, ")") || is(token, "]")) && within_trailer.size() > 1) {
        within_trailer.pop_back();
      }
      if (!is_name(token) || within_trailer.back()) continue;
      const bool is_attribute = i > 0 && is(target[i - 1], ".");
      const bool has_trailer =
          i + 1 < target.size() &&
          (is(target[i + 1], ".") || is(target[i + 1], "[") || is(target[i + 1], "("));
      if (!is_attribute && !has_trailer) bind(token);
    }
  }

  void read_uses(Tokens tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const PythonLineToken& token = tokens[i];
      if (token.kind == PythonLineTokenKind::string) read_fstring(token.text);
      if (is(token, "for")) bind_names(until(tokens.subspan(i + 1), "in", token.depth));
      if (is(token, "lambda")) bind_lambda(tokens.subspan(i + 1), token.depth);
      if (is(token, "as") && i + 1 < tokens.size()) bind_names(tokens.subspan(i + 1, 1));
      if (!is_name(token)) continue;
      if (i + 1 < tokens.size() && is(tokens[i + 1], ":=")) bind(token);
      const bool is_attribute = i > 0 && is(tokens[i - 1], ".");
      const bool is_keyword = token.depth > 0 && i + 1 < tokens.size() && is(tokens[i + 1], "=");
      if (!is_attribute && !is_keyword) names.used.emplace(token.text);
    }
  }

  static Tokens until(Tokens tokens, std::string_view text, int depth) {
    std::size_t i = 0;
    while (i < tokens.size() && !(is(tokens[i], text) && tokens[i].depth == depth)) ++i;
    return tokens.first(i);
  }

  void bind_lambda(Tokens tokens, int depth) {
    const Tokens parameters = until(tokens, ":", depth);
    bool at_start = true;
    for (const PythonLineToken& token : parameters) {
      if (at_start && token.depth == depth && is_name(token)) bind(token);
      at_start = token.depth == depth && (is(token, ",") || is(token, "*") || is(token, "**"));
    }
  }

  void read_fstring(std::string_view literal) {
    for (const std::string_view expression : fstring_expressions(literal)) {
      const auto lines = python_lines(expression);
      if (!lines) {
        names.forbidden = "f-string";
        continue;
      }
      for (const PythonLine& line : *lines) read_uses(line.tokens);
    }
  }
};

}  // namespace

std::string PythonNames::unresolved() const {
  for (const std::string& name : used)
    if (!bound.contains(name) && !is_python_builtin(name)) return name;
  return "";
}

PythonNames names_of(std::span<const PythonLine> lines) {
  Resolver resolver;
  for (const PythonLine& line : lines) resolver.read_line(line.tokens);
  return std::move(resolver.names);
}

}  // namespace scribe
