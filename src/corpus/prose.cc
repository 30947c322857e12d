// Removes blocks first, then markup, then judges what is left line by line.
#include "corpus/prose.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/json.h"
#include "corpus/python_docstrings.h"
#include "corpus/text_statistics.h"

namespace scribe {
namespace {

constexpr int kWordsMin = 4;               // Of a docstring or comment block.
constexpr double kCodeShareMax = 0.10;     // Prose has brackets and quotes, code has more.
constexpr double kLetterShareMin = 0.60;   // Below, a line is a table or data.
constexpr std::size_t kTagBytesMax = 400;  // A '<' with no '>' so near is not a tag.

constexpr std::array<std::string_view, 16> kDocumentNames = {
    "readme",  "news",     "faq",     "todo",         "install",      "history",
    "authors", "thanks",   "hacking", "contributing", "introduction", "overview",
    "manual",  "tutorial", "guide",   "usage"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string plain_name(std::string_view path) {
  if (is_gzip_path(path)) path.remove_suffix(3);
  return lowered(path.substr(path.rfind('/') + 1));
}

bool is_named_document(std::string_view name) {
  return std::ranges::any_of(kDocumentNames, [&](std::string_view known) {
    return name.starts_with(known) &&
           (name.size() == known.size() || name[known.size()] == '.' || name[known.size()] == '-');
  });
}

bool is_changelog(std::string_view name) {
  return name.starts_with("changelog") || name.starts_with("changes");
}

// ---------------------------------------------------------------------------------------- lines

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

bool is_blank(std::string_view line) {
  return stripped(line).empty();
}

template <typename Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    visit(line);
    begin = end + 1;
  }
}

/// Drops doctests, fenced blocks and literal blocks; a filter that is fed one line after another.
class BlockFilter {
 public:
  /// Does the line belong to no block?
  bool keeps(std::string_view line) {
    const std::string_view content = stripped(line);
    if (content.starts_with("```") || content.starts_with("~~~")) {
      fenced_ = !fenced_;
      return false;
    }
    if (fenced_) return false;
    if (content.starts_with(">>>")) doctest_ = true;
    if (content.empty()) doctest_ = false;
    if (doctest_) return false;
    if (literal_ && !content.empty()) literal_ = indentation(line) > literal_indentation_;
    if (literal_ && !content.empty()) return false;
    if (content.ends_with("::") || content.starts_with(".. ")) {
      literal_ = true;
      literal_indentation_ = indentation(line);
      return !content.starts_with(".. ") && content != "::";
    }
    return true;
  }

 private:
  bool fenced_ = false;
  bool doctest_ = false;
  bool literal_ = false;
  std::size_t literal_indentation_ = 0;
};

// --------------------------------------------------------------------------------------- markup

struct Reference {
  std::string_view name;
  std::string_view value;
};
constexpr std::array<Reference, 9> kReferences = {{{"&amp;", "&"},
                                                   {"&lt;", "<"},
                                                   {"&gt;", ">"},
                                                   {"&quot;", "\""},
                                                   {"&apos;", "'"},
                                                   {"&#39;", "'"},
                                                   {"&nbsp;", " "},
                                                   {"&mdash;", "-"},
                                                   {"&ndash;", "-"}}};

/// Copies text without its tags. An object per text: it remembers which closing tags the rest of
/// the text lacks, so that many unclosed elements do not take quadratic time.
class TagStripper {
 public:
  explicit TagStripper(std::string_view text) : text_(text) {}

  std::string run() {
    out_.reserve(text_.size());
    while (position_ < text_.size()) {
      const std::size_t next = std::min(text_.find_first_of("<&", position_), text_.size());
      out_ += text_.substr(position_, next - position_);
      position_ = next;
      if (position_ == text_.size()) break;
      if (text_[position_] == '<')
        take_tag();
      else
        take_reference();
    }
    return std::move(out_);
  }

 private:
  std::string_view rest() const { return text_.substr(position_); }

  void take_tag() {
    std::size_t length = hidden_length();
    if (length == 0) length = tag_length();
    if (length == 0) out_ += '<';
    if (length > 0 && is_block_tag(rest())) out_ += '\n';
    position_ += std::max<std::size_t>(length, 1);
  }

  void take_reference() {
    const auto* const known = std::ranges::find_if(kReferences, [&](const Reference& reference) {
      return rest().starts_with(reference.name);
    });
    const bool found = known != kReferences.end();
    out_ += found ? known->value : "&";
    position_ += found ? known->name.size() : 1;
  }

  /// Length of a comment, or of an element whose content is no prose, with its closing tag; or 0.
  std::size_t hidden_length() {
    for (std::size_t index = 0; index < kHidden.size(); ++index) {
      const Hidden& hidden = kHidden[index];
      if (unclosed_[index] || !rest().starts_with(hidden.begin)) continue;
      const std::size_t end = rest().find(hidden.end);
      unclosed_[index] = end == std::string_view::npos;
      if (!unclosed_[index]) return end + hidden.end.size();
    }
    return 0;
  }

  std::size_t tag_length() const {
    const std::string_view text = rest();
    const bool begins =
        text.size() > 1 && (std::isalpha(static_cast<unsigned char>(text[1])) != 0 ||
                            text[1] == '/' || text[1] == '!' || text[1] == '?');
    if (!begins) return 0;
    const std::size_t end = text.substr(0, kTagBytesMax).find_first_of("<>", 1);
    return end == std::string_view::npos || text[end] == '<' ? 0 : end + 1;
  }

  static bool is_block_tag(std::string_view tag) {
    constexpr std::array<std::string_view, 8> kBlocks = {"<p", "</p", "<br", "<li",
                                                         "<h", "</h", "<tr", "<d"};
    const std::string name = lowered(tag.substr(0, 3));
    return std::ranges::any_of(kBlocks,
                               [&](std::string_view block) { return name.starts_with(block); });
  }

  struct Hidden {
    std::string_view begin;
    std::string_view end;
  };
  static constexpr std::array<Hidden, 4> kHidden = {
      {{"<!--", "-->"}, {"<script", "</script>"}, {"<style", "</style>"}, {"<pre", "</pre>"}}};

  std::string_view text_;
  std::string out_;
  std::size_t position_ = 0;
  std::array<bool, kHidden.size()> unclosed_{};
};

/// Takes emphasis (*word*, **word**), literal marks (`x`, ``x``), roles (:func:`x`) and the marks
/// of headings (#) away, keeps the words.
std::string without_marks(std::string_view line) {
  std::string out;
  const std::size_t begin = line.starts_with('#') ? line.find_first_not_of("# ") : 0;
  if (begin == std::string_view::npos) return out;
  for (std::size_t position = begin; position < line.size(); ++position) {
    const char c = line[position];
    if (c == ':') {
      const std::size_t end = line.find_first_of(": \t", position + 1);
      if (end != std::string_view::npos && line.substr(end).starts_with(":`"))
        position = end;
      else
        out += c;
    } else if (c != '`' && c != '*') {
      out += c;
    }
  }
  while (out.ends_with("::")) out.pop_back();
  return out;
}

// ------------------------------------------------------------------------------------ judgement

bool begins_like_code(std::string_view content) {
  constexpr std::array<std::string_view, 9> kStarts = {"def ", "class ", "import ", "$ ", "# ",
                                                       "@",    "#!",     "%",       "-*-"};
  const bool starts = std::ranges::any_of(
      kStarts, [&](std::string_view start) { return content.starts_with(start); });
  const bool imports = content.starts_with("from ") && content.find(" import ") != content.npos;
  return (starts || imports) && !content.ends_with('.');  // "class of 1992." is a sentence.
}

bool looks_like_prose(std::string_view line) {
  const std::string_view content = stripped(line);
  if (content.empty()) return true;
  if (begins_like_code(content)) return false;
  constexpr std::string_view kCodeCharacters = "{}[]()=<>;_\\|@#$%^&*/+~";
  int visible = 0;
  int code = 0;
  int letters = 0;
  for (const char c : content) {
    if (c == ' ' || c == '\t') continue;
    ++visible;
    if (kCodeCharacters.find(c) != std::string_view::npos) ++code;
    if (static_cast<unsigned char>(c) >= 0x80 || std::isalpha(static_cast<unsigned char>(c)) != 0)
      ++letters;
    if (static_cast<unsigned char>(c) < 0x20) return false;
  }
  return code <= kCodeShareMax * visible && letters >= kLetterShareMin * visible;
}

int count_words(std::string_view text) {
  int words = 0;
  bool within = false;
  for (const char c : text) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (letter && !within) ++words;
    within = letter;
  }
  return words;
}

std::string without_blocks(std::string_view text) {
  std::string out;
  BlockFilter filter;
  for_each_line(text, [&](std::string_view line) {
    if (!filter.keeps(line)) return;
    out += line;
    out += '\n';
  });
  return out;
}

}  // namespace

bool is_document_path(std::string_view path) {
  const std::string name = plain_name(path);
  if (is_changelog(name)) return false;
  if (path.find("/common-licenses/") != std::string_view::npos) return true;
  return is_named_document(name) || name.ends_with(".txt") || name.ends_with(".rst") ||
         name.ends_with(".md") || name.ends_with(".html");
}

bool is_document_path_among_sources(std::string_view path) {
  const std::string name = plain_name(path);
  if (is_changelog(name) || name.ends_with(".py") || name.ends_with(".pyc")) return false;
  return name.starts_with("readme") || name.ends_with(".rst") || name.ends_with(".md");
}

std::string prose_from_document(std::string_view text) {
  std::string out;
  bool blank_due = false;
  const std::string unblocked = without_blocks(text);
  const std::string untagged = TagStripper(unblocked).run();
  for_each_line(untagged, [&](std::string_view line) {
    const std::string plain = without_marks(line);
    if (is_blank(plain)) blank_due = !out.empty();
    if (is_blank(plain) || !looks_like_prose(plain)) return;
    if (blank_due) out += '\n';
    blank_due = false;
    out += plain.substr(0, plain.find_last_not_of(" \t") + 1);
    out += '\n';
  });
  return out;
}

std::string prose_from_python(std::string_view source) {
  std::string out;
  for (const PythonNote& note : find_notes(source, lex_python(source))) {
    const std::string prose = prose_from_document(note.text);
    if (count_words(prose) < kWordsMin) continue;
    if (!out.empty()) out += '\n';
    out += prose;
  }
  return out;
}

}  // namespace scribe
