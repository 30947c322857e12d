// Walks tokens with a stack of brackets and one of indentations.
#include "corpus/python_judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "corpus/python_docstrings.h"
#include "corpus/text_lines.h"

namespace scribe {
namespace {

std::int64_t characters_of(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

/// Columns as CPython's tokenizer counts them, once with tabs to the next eighth and once with tabs
/// as one: lines that compare differently in the two are inconsistent.
struct Indentation {
  std::int32_t columns = 0;
  std::int32_t characters = 0;
};

Indentation indentation_of(std::string_view white) {
  constexpr std::int32_t kTabColumns = 8;
  Indentation indentation;
  for (const char c : white) {
    if (c == '\f') {
      indentation = {};
      continue;
    }
    indentation.columns =
        c == '\t' ? (indentation.columns / kTabColumns + 1) * kTabColumns : indentation.columns + 1;
    ++indentation.characters;
  }
  return indentation;
}

/// An f-string that Python 3.11 accepts opens and closes as many fields. Another one may be of
/// 3.12, where a string within a field may have the quotes of the whole.
bool is_whole_f_string(std::string_view body) {
  std::int32_t depth = 0;
  for (const char c : body) depth += c == '{' ? 1 : c == '}' ? -1 : 0;
  return depth == 0;
}

class FaultFinder {
 public:
  FaultFinder(std::string_view source, const std::vector<PythonToken>& tokens)
      : source_(source), tokens_(tokens) {}

  std::optional<std::string> run() {
    for (std::size_t index = 0; index < tokens_.size() && !done(); ++index) take(index);
    if (!done() && !brackets_.empty())
      fail(brackets_.back().line, fmt::format("'{}' is not closed", brackets_.back().kind));
    if (!done() && expects_block_) fail(last_line_, "a block is missing");
    return unsure_ ? std::nullopt : fault_;
  }

 private:
  struct Bracket {
    char kind;
    std::int32_t line;
  };

  bool done() const { return unsure_ || fault_.has_value(); }
  void fail(std::int32_t line, std::string_view what) {
    fault_ = fmt::format("line {}: {}", line, what);
  }

  void take(std::size_t index) {
    const PythonToken& token = tokens_[index];
    if (token.kind == PythonTokenKind::comment) return;
    if (token.kind == PythonTokenKind::newline) {
      at_line_start_ = true;
      return;
    }
    if (at_line_start_) take_line_start(token);
    at_line_start_ = false;
    last_line_ = token.line;
    expects_block_ = false;
    if (token.kind == PythonTokenKind::string)
      take_string(index);
    else if (token.kind == PythonTokenKind::punctuation)
      take_punctuation(token);
  }

  void take_line_start(const PythonToken& token) {
    const std::size_t begin = token.begin - static_cast<std::size_t>(token.column);
    // After a backslash the white space is not that of the logical line.
    if (begin >= 2 && source_.substr(0, begin).find_last_not_of("\r\n") != std::string_view::npos &&
        source_[source_.substr(0, begin).find_last_not_of("\r\n")] == '\\') {
      unsure_ = true;
      return;
    }
    compare(token.line, indentation_of(source_.substr(begin, token.begin - begin)));
  }

  void compare(std::int32_t line, Indentation found) {
    const Indentation now = indents_.back();
    const bool deeper = found.columns > now.columns;
    if (deeper != (found.characters > now.characters) ||
        (found.columns == now.columns) != (found.characters == now.characters)) {
      // A shallower line compares with the line it returns to, below.
      if (found.columns >= now.columns) return fail(line, "tabs and spaces are inconsistent");
    }
    if (deeper != expects_block_)
      return fail(line, deeper ? "unexpected indentation" : "an indented block is missing");
    if (deeper) {
      indents_.push_back(found);
      return;
    }
    while (found.columns < indents_.back().columns) indents_.pop_back();
    if (found.columns != indents_.back().columns)
      return fail(line, "the indentation fits no line before");
    if (found.characters != indents_.back().characters)
      fail(line, "tabs and spaces are inconsistent");
  }

  void take_string(std::size_t index) {
    const PythonToken& token = tokens_[index];
    const PythonStringParts parts = python_string_parts(token.text(source_));
    // t"..." of Python 3.14 is a name and a string to the lexer.
    const bool follows_name = index > 0 && tokens_[index - 1].kind == PythonTokenKind::name &&
                              tokens_[index - 1].end == token.begin;
    if ((parts.formatted || follows_name) && !(parts.terminated && is_whole_f_string(parts.body)))
      unsure_ = true;
    else if (!parts.terminated)
      fail(token.line, "the string is not closed");
  }

  void take_punctuation(const PythonToken& token) {
    const char c = source_[token.begin];
    constexpr std::string_view kOpening = "([{";
    constexpr std::string_view kClosing = ")]}";
    if (kOpening.find(c) != std::string_view::npos) brackets_.push_back({c, token.line});
    expects_block_ = c == ':' && brackets_.empty();
    const std::size_t kind = kClosing.find(c);
    if (kind == std::string_view::npos) return;
    if (brackets_.empty()) return fail(token.line, fmt::format("'{}' closes nothing", c));
    if (brackets_.back().kind != kOpening[kind])
      return fail(token.line, fmt::format("'{}' closes '{}'", c, brackets_.back().kind));
    brackets_.pop_back();
  }

  std::string_view source_;
  const std::vector<PythonToken>& tokens_;
  std::vector<Bracket> brackets_;
  std::vector<Indentation> indents_ = {{}};
  std::optional<std::string> fault_;
  std::int32_t last_line_ = 1;
  bool at_line_start_ = true;
  bool expects_block_ = false;
  bool unsure_ = false;
};

/// Stops counting behind `limit`.
std::int64_t count_word(std::string_view text, std::string_view word, std::int64_t limit) {
  std::int64_t count = 0;
  while (count <= limit) {
    const void* const found = memmem(text.data(), text.size(), word.data(), word.size());
    if (found == nullptr) break;
    ++count;
    const auto* const at = static_cast<const char*>(found);
    text.remove_prefix(static_cast<std::size_t>(at - text.data()) + word.size());
  }
  return count;
}

}  // namespace

std::int64_t note_characters(std::string_view source, const std::vector<PythonToken>& tokens) {
  std::int64_t count = 0;
  for (const PythonToken& token : tokens)
    if (token.kind == PythonTokenKind::comment) count += characters_of(token.text(source));
  for (const PythonToken& token : docstring_tokens(source, tokens))
    count += characters_of(token.text(source));
  return count;
}

std::optional<std::string> python_fault(std::string_view source,
                                        const std::vector<PythonToken>& tokens) {
  return FaultFinder(source, tokens).run();
}

std::string config_or_test_mark(std::string_view source) {
  constexpr int kHeadLines = 5;
  constexpr double kShareOfLines = 0.05;
  const std::string head = lower_ascii(first_lines(source, kHeadLines));
  for (const std::string_view mark : {"unit tests", "test file", "configuration file"})
    if (head.find(mark) != std::string::npos)
      return fmt::format("'{}' in the first {} lines", mark, kHeadLines);
  const std::string lower = lower_ascii(source);
  const auto lines = static_cast<double>(std::ranges::count(source, '\n'));
  const auto limit = static_cast<std::int64_t>(kShareOfLines * lines);
  for (const std::string_view word : {"config", "test"})
    if (count_word(lower, word, limit) > limit)
      return fmt::format("'{}' more than {} times in {} lines", word, limit, lines);
  return {};
}

bool has_python_keyword(std::string_view source) {
  const std::string lower = lower_ascii(source);
  for (const std::string_view word : {"def ", "class ", "for ", "while "})
    if (count_word(lower, word, 0) > 0) return true;
  return false;
}

std::int64_t count_equals_signs(std::string_view source, std::int64_t limit) {
  std::int64_t count = 0;
  for (std::size_t at = 0; count < limit; ++count, ++at)
    if ((at = source.find('=', at)) == std::string_view::npos) break;
  return count;
}

}  // namespace scribe
