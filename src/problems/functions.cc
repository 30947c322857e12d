// Search for standalone functions in Python sources.
#include "problems/functions.h"

#include <algorithm>
#include <span>

#include "base/hash.h"
#include "problems/python_lines.h"
#include "problems/python_names.h"

namespace scribe {

/// A documented top-level function in a source.
struct FunctionCollector::Candidate {
  std::string_view name;
  std::string_view head;       ///< the source from `def` to the end of the docstring's line
  std::string_view docstring;  ///< the literal
  std::string body;            ///< the rest, without blank lines at both ends
  std::span<const PythonLine> lines;
  bool is_decorated = false;
};

namespace {

constexpr std::size_t kProtectedCharactersMin = 30;
constexpr std::size_t kDocstringWindow = 60;
constexpr int kIndent = 4;

/// Lower case, every run of white space as one space.
std::string normalized(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      if (!result.empty() && result.back() != ' ') result += ' ';
    } else {
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

/// The literal without prefix and quotes, or nothing if it is no plain string.
std::string_view docstring_text(std::string_view literal) {
  const std::size_t quote = literal.find_first_of("'\"");
  if (literal.substr(0, quote).find_first_of("fFbB") != std::string_view::npos) return {};
  literal.remove_prefix(quote);
  const std::string_view triple = literal.substr(0, 3);
  const std::size_t width = triple == "\"\"\"" || triple == "'''" ? 3 : 1;
  return literal.size() < 2 * width ? std::string_view()
                                    : literal.substr(width, literal.size() - 2 * width);
}

/// The docstring that ends a HumanEval prompt: what stands between its last pair of triple quotes.
std::string_view docstring_of_prompt(std::string_view prompt) {
  const std::string_view quotes =
      prompt.rfind("\"\"\"") != std::string_view::npos ? "\"\"\"" : "'''";
  const std::size_t end = prompt.rfind(quotes);
  if (end == std::string_view::npos || end == 0) return {};
  const std::size_t begin = prompt.rfind(quotes, end - 1);
  return begin == std::string_view::npos ? std::string_view()
                                         : prompt.substr(begin + 3, end - begin - 3);
}

std::string without_blank_ends(std::string_view text) {
  std::size_t begin = 0;  // Of the first line that is not blank.
  for (std::size_t i = 0; i < text.size() && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r');
       ++i)
    if (text[i] == '\n') begin = i + 1;
  text.remove_prefix(begin);
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? "" : std::string(text.substr(0, last + 1)) + "\n";
}

int count_lines(std::string_view text) {
  int lines = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (text.substr(start, end - start).find_first_not_of(" \t\r") != std::string_view::npos)
      ++lines;
    start = end + 1;
  }
  return lines;
}

bool is_docstring(const PythonLine& line) {
  return line.tokens.size() == 1 && line.tokens[0].kind == PythonLineTokenKind::string &&
         !docstring_text(line.tokens[0].text).empty();
}

/// Parameters stand between the brackets right after the name.
bool has_good_parameters(const PythonLine& def) {
  bool any = false;
  for (const PythonLineToken& token : def.tokens) {
    if (token.depth == 0) continue;
    any = true;
    if (token.text == "self" || token.text == "cls") return false;
  }
  return any;
}

bool returns_a_value(std::span<const PythonLine> lines) {
  return std::ranges::any_of(lines, [](const PythonLine& line) {
    for (std::size_t i = 0; i + 1 < line.tokens.size(); ++i)
      if (line.tokens[i].text == "return" && line.tokens[i + 1].text != "None" &&
          line.tokens[i + 1].text != ";")
        return true;
    return false;
  });
}

bool has_good_layout(std::span<const PythonLine> lines, std::string_view head,
                     std::string_view body) {
  const auto steps_by_four = [](const PythonLine& line) { return line.indent % kIndent == 0; };
  return lines[1].indent == kIndent && std::ranges::all_of(lines, steps_by_four) &&
         head.find_first_of("\t\r") == std::string_view::npos &&
         body.find_first_of("\t\r") == std::string_view::npos;
}

std::optional<FunctionRefusal> refusal_of_names(std::span<const PythonLine> lines) {
  const PythonNames names = names_of(lines);
  if (!names.forbidden.empty()) return FunctionRefusal::unsupported;
  if (!names.unresolved().empty()) return FunctionRefusal::not_standalone;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(FunctionRefusal refusal) {
  constexpr std::array<std::string_view, kFunctionRefusals> kNames = {
      "decorated",   "signature",      "length",    "layout",      "no_result",
      "unsupported", "not_standalone", "duplicate", "contaminated"};
  return kNames[static_cast<std::size_t>(refusal)];
}

void FunctionCollector::protect(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    protected_names_.insert(problem.entry_point);
    const std::string prose = normalized(docstring_of_prompt(problem.prompt));
    for (const std::string& text :
         {prose.substr(0, kDocstringWindow), normalized(problem.canonical_solution)})
      if (text.size() >= kProtectedCharactersMin) protected_texts_.push_back(text);
  }
}

bool FunctionCollector::is_contaminated(const Candidate& candidate) const {
  if (protected_names_.contains(std::string(candidate.name))) return true;
  const std::string text = normalized(std::string(candidate.head) + candidate.body);
  return std::ranges::any_of(protected_texts_, [&](const std::string& part) {
    return text.find(part) != std::string::npos;
  });
}

void FunctionCollector::consider(const Candidate& candidate) {
  const auto refuse = [this](FunctionRefusal why) {
    ++counts_.refused[static_cast<std::size_t>(why)];
  };
  ++counts_.documented;
  const int lines = count_lines(candidate.body);
  const auto docstring = normalized(docstring_text(candidate.docstring));
  if (candidate.is_decorated) return refuse(FunctionRefusal::decorated);
  if (!has_good_parameters(candidate.lines[0])) return refuse(FunctionRefusal::signature);
  if (lines < options_.body_lines_min || lines > options_.body_lines_max ||
      static_cast<int>(docstring.size()) < options_.docstring_characters_min ||
      static_cast<int>(candidate.head.size() + candidate.body.size()) > options_.function_bytes_max)
    return refuse(FunctionRefusal::length);
  if (!has_good_layout(candidate.lines, candidate.head, candidate.body))
    return refuse(FunctionRefusal::layout);
  if (!returns_a_value(candidate.lines)) return refuse(FunctionRefusal::no_result);
  if (const auto why = refusal_of_names(candidate.lines)) return refuse(*why);
  if (is_contaminated(candidate)) return refuse(FunctionRefusal::contaminated);
  if (!bodies_seen_.insert(hash64(normalized(candidate.body))).second)
    return refuse(FunctionRefusal::duplicate);
  ++counts_.taken;
  std::string prompt(candidate.head);
  if (!prompt.ends_with('\n')) prompt += '\n';
  problems_.push_back({.task_id = "function/" + hash128_hex(prompt + candidate.body).substr(0, 16),
                       .prompt = prompt,
                       .entry_point = std::string(candidate.name),
                       .canonical_solution = candidate.body,
                       .test = ""});
}

void FunctionCollector::add_document(std::string_view text) {
  ++counts_.documents;
  const auto lines = python_lines(text);
  if (!lines) {
    ++counts_.not_python;
    return;
  }
  const std::span<const PythonLine> all(*lines);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].indent != 0 || all[i].tokens[0].text != "def" || all[i].tokens.size() < 4) continue;
    std::size_t end = i + 1;
    while (end < all.size() && all[end].indent > 0) ++end;
    if (end - i < 3 || !is_docstring(all[i + 1])) continue;
    const std::size_t head_end = all[i + 1].end;
    consider({.name = all[i].tokens[1].text,
              .head = text.substr(all[i].begin, head_end - all[i].begin),
              .docstring = all[i + 1].tokens[0].text,
              .body = without_blank_ends(text.substr(head_end, all[end - 1].end - head_end)),
              .lines = all.subspan(i, end - i),
              .is_decorated = i > 0 && all[i - 1].tokens[0].text == "@"});
  }
}

Status add_functions_of_file(Env& env, const std::string& path, FunctionCollector& collector) {
  if (path.ends_with(".py")) {
    SCRIBE_TRY_ASSIGN(const std::string text, read_text_file(env, path));
    collector.add_document(text);
    return {};
  }
  if (path.find(".jsonl") == std::string::npos)
    return error(
        ErrorCode::invalid_argument,
        "'{}': expected a .jsonl, .jsonl.gz or .jsonl.zst file of documents, or a .py file", path);
  return for_each_json_line(env, path, [&](const Json& value, const std::string& where) -> Status {
    SCRIBE_TRY_ASSIGN(const std::string text, json_field<std::string>(value, "text", where));
    collector.add_document(text);
    return {};
  });
}

}  // namespace scribe
