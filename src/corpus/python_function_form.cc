// A function's body as tokens that renaming and layout do not change.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "corpus/python_functions.h"
#include "corpus/python_lexer.h"

namespace scribe {
namespace {

bool is_keyword(std::string_view name) {
  static const std::unordered_set<std::string_view> kKeywords = {
      "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
      "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
      "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
      "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};
  return kKeywords.contains(name);
}

/// Those that solutions of problems call, not the whole of the module.
bool is_builtin(std::string_view name) {
  static const std::unordered_set<std::string_view> kBuiltins = {
      "abs",        "all",          "any",        "bin",        "bool",     "bytes",
      "callable",   "chr",          "complex",    "dict",       "dir",      "divmod",
      "enumerate",  "eval",         "exec",       "filter",     "float",    "format",
      "frozenset",  "getattr",      "hasattr",    "hash",       "hex",      "id",
      "input",      "int",          "isinstance", "issubclass", "iter",     "len",
      "list",       "map",          "max",        "min",        "next",     "object",
      "oct",        "open",         "ord",        "pow",        "print",    "property",
      "range",      "repr",         "reversed",   "round",      "set",      "setattr",
      "slice",      "sorted",       "str",        "sum",        "super",    "tuple",
      "type",       "zip",          "Exception",  "IndexError", "KeyError", "TypeError",
      "ValueError", "StopIteration"};
  return kBuiltins.contains(name);
}

/// The tokens of one function.
class FormWriter {
 public:
  explicit FormWriter(std::string_view source) : source_(source), tokens_(lex_python(source)) {
    std::erase_if(tokens_,
                  [](const PythonToken& token) { return token.kind == PythonTokenKind::comment; });
  }

  FunctionForm run() {
    const std::size_t body = header_end();
    find_bound(body);
    for (std::size_t at = body; at < tokens_.size();) {
      const std::size_t end = line_end(at);
      const bool strings_alone =
          std::all_of(tokens_.begin() + static_cast<std::ptrdiff_t>(at),
                      tokens_.begin() + static_cast<std::ptrdiff_t>(end),
                      [](const PythonToken& t) { return t.kind == PythonTokenKind::string; });
      // After the header's colon a string is the whole body, as find_functions() sees it.
      if (!strings_alone || at == body)
        for (std::size_t token = at; token < end; ++token) write(token);
      at = end + 1;
    }
    return std::move(form_);
  }

 private:
  std::string_view text(std::size_t at) const {
    return at < tokens_.size() ? tokens_[at].text(source_) : std::string_view();
  }
  bool is_name(std::size_t at) const {
    return at < tokens_.size() && tokens_[at].kind == PythonTokenKind::name;
  }

  std::size_t line_end(std::size_t at) const {
    while (at < tokens_.size() && tokens_[at].kind != PythonTokenKind::newline) ++at;
    return at;
  }

  /// The token after the header's colon.
  std::size_t header_end() const {
    for (std::size_t at = 0; at < tokens_.size(); ++at)
      if (tokens_[at].depth == 0 && text(at) == ":") return at + 1;
    return tokens_.size();
  }

  void find_bound(std::size_t body) {
    for (std::size_t at = 2; at < body; ++at)
      if (is_name(at) && tokens_[at].depth == 1 &&
          (text(at - 1) == "(" || text(at - 1) == "," || text(at - 1) == "*"))
        bound_.insert(text(at));
    bool in_targets = false;
    for (std::size_t at = body; at < tokens_.size(); ++at) {
      if (text(at) == "for" || text(at) == "in") in_targets = text(at) == "for";
      const bool assigned = tokens_[at].depth == 0 && text(at + 1) == "=" && text(at + 2) != "=";
      if (is_name(at) && (in_targets || assigned || (at > 0 && text(at - 1) == "as")))
        bound_.insert(text(at));
    }
  }

  void write(std::size_t at) {
    switch (tokens_[at].kind) {
      case PythonTokenKind::name:
        write_name(at);
        break;
      case PythonTokenKind::string: {
        const bool formatted = python_string_parts(text(at)).formatted;
        form_.tokens += formatted ? "f\"" : "\"";
        if (!formatted) form_.tokens += python_string_value(text(at));
        break;
      }
      default:
        form_.tokens += text(at);
    }
    form_.tokens += '\n';
    ++form_.size;
  }

  void write_name(std::size_t at) {
    const std::string_view name = text(at);
    const bool attribute = at > 0 && text(at - 1) == ".";
    const bool argument = tokens_[at].depth > 0 && text(at + 1) == "=" && text(at + 2) != "=" &&
                          at > 0 && (text(at - 1) == "(" || text(at - 1) == ",");
    const bool builtin = is_builtin(name) && !bound_.contains(name);
    if (attribute || argument || builtin || is_keyword(name)) {
      form_.tokens += name;
      return;
    }
    const auto number = numbers_.try_emplace(name, numbers_.size()).first->second;
    form_.tokens += '$';
    form_.tokens += std::to_string(number);
  }

  std::string_view source_;
  std::vector<PythonToken> tokens_;
  std::unordered_set<std::string_view> bound_;
  std::unordered_map<std::string_view, std::size_t> numbers_;
  FunctionForm form_;
};

}  // namespace

FunctionForm function_form(std::string_view function) {
  return FormWriter(function).run();
}

}  // namespace scribe
