// Counts of tokens by what they stand for, and the stretches in which two tokenizers differ.
#include "tokenizer/token_counts.h"

#include <algorithm>

namespace scribe {
namespace {

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (c & 0x80) != 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_white_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Where the string whose quotes begin at `begin` ends: behind its closing quotes, at the end of
/// the line if that comes before a single closing quote, or at the end of the text.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  const std::string_view one = text.substr(begin, 1);
  const std::string_view three = text.substr(begin, 3);
  const bool is_long = three.size() == 3 && three[1] == one[0] && three[2] == one[0];
  const std::string_view quotes = is_long ? three : one;
  std::size_t i = begin + quotes.size();
  while (i < text.size() && !text.substr(i).starts_with(quotes)) {
    if (!is_long && text[i] == '\n') return i;
    i += text[i] == '\\' ? 2U : 1U;
  }
  return std::min(i + quotes.size(), text.size());
}

std::size_t end_of_name(std::string_view text, std::size_t begin) {
  while (begin < text.size() && is_name_byte(text[begin])) ++begin;
  return begin;
}

/// 1, 0x1F, 1_000, 1.5e-3 as `1.5e`, `-`, `3`: a sign is a sign.
std::size_t end_of_number(std::string_view text, std::size_t begin) {
  while (begin < text.size() && (is_name_byte(text[begin]) || text[begin] == '.')) ++begin;
  return begin;
}

bool is_quote(std::string_view text, std::size_t i) {
  return i < text.size() && (text[i] == '"' || text[i] == '\'');
}

/// A name of at most two letters before quotes is their prefix: rb"...".
bool is_string_prefix(std::string_view text, std::size_t begin, std::size_t end) {
  return end - begin <= 2 && is_quote(text, end) &&
         text.substr(begin, end - begin).find_first_not_of("rRbBfFuU") == std::string_view::npos;
}

struct Lexeme {
  CodeKind kind;
  std::size_t end;
};

Lexeme lexeme_at(std::string_view text, std::size_t begin) {
  const char c = text[begin];
  if (is_white_space(c)) return {CodeKind::layout, begin + 1};
  if (c == '#') return {CodeKind::comment, std::min(text.find('\n', begin), text.size())};
  if (is_quote(text, begin)) return {CodeKind::string, end_of_string(text, begin)};
  if (is_digit(c)) return {CodeKind::number, end_of_number(text, begin)};
  if (!is_name_byte(c)) return {CodeKind::sign, begin + 1};
  const std::size_t end = end_of_name(text, begin);
  if (is_string_prefix(text, begin, end)) return {CodeKind::string, end_of_string(text, end)};
  return {CodeKind::name, end};
}

bool is_white_space_only(std::string_view bytes) {
  return std::ranges::all_of(bytes, is_white_space);
}

/// Ids of a document with the place that each one ends at: without a space that SentencePiece puts
/// before it.
class TokenWalk {
 public:
  TokenWalk(const Tokenizer& tokenizer, std::string_view document)
      : tokenizer_(tokenizer), ids_(tokenizer.encode(document, TextPlace::continues)) {}

  std::size_t size() const { return ids_.size(); }
  std::size_t index() const { return index_; }
  std::size_t end() const { return end_; }  ///< of the tokens before index()
  bool is_done() const { return index_ == ids_.size(); }
  void advance() { end_ += tokenizer_.bytes_of(ids_[index_++]).size(); }
  std::span<const TokenId> from(std::size_t first) const {
    return std::span(ids_).subspan(first, index_ - first);
  }

 private:
  const Tokenizer& tokenizer_;
  std::vector<TokenId> ids_;
  std::size_t index_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

std::string_view name_of(CodeKind kind) {
  constexpr std::array<std::string_view, kCodeKinds> kNames{"layout", "name",    "number",
                                                            "string", "comment", "sign"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<CodeKind> code_kinds(std::string_view text) {
  std::vector<CodeKind> kinds(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    const Lexeme lexeme = lexeme_at(text, begin);
    for (; begin < lexeme.end; ++begin) kinds[begin] = lexeme.kind;
  }
  return kinds;
}

void TokenCounter::add(std::string_view document) {
  ids_.clear();
  tokenizer_.encode_into(document, ids_, TextPlace::continues);
  const std::vector<CodeKind> kinds = code_kinds(document);
  std::size_t end = 0;
  for (const TokenId id : ids_) {
    const std::string_view bytes = tokenizer_.bytes_of(id);
    end += bytes.size();
    // Normalization may have made the text longer.
    const CodeKind kind = kinds[std::min(end, document.size()) - 1];
    TokenCounts::Count& count = counts_.kinds[static_cast<std::size_t>(kind)];
    count.bytes += static_cast<std::int64_t>(bytes.size());
    ++count.tokens;
    if (is_white_space_only(bytes)) ++counts_.white_space_tokens;
  }
  ++counts_.documents;
  counts_.all.bytes += static_cast<std::int64_t>(document.size());
  counts_.all.tokens += static_cast<std::int64_t>(ids_.size());
  counts_.tokens_without_runs += static_cast<std::int64_t>(without_runs_.count(document));
}

/// Both go on to the next place where both end a token. What lies between is the same if each has
/// one token there.
void TokenizerComparison::add(std::string_view document, const std::string& where) {
  TokenWalk a(a_, document);
  TokenWalk b(b_, document);
  ++documents_;
  bytes_ += static_cast<std::int64_t>(document.size());
  tokens_a_ += static_cast<std::int64_t>(a.size());
  tokens_b_ += static_cast<std::int64_t>(b.size());
  std::int64_t line = 1;
  while (!a.is_done() && !b.is_done()) {
    const std::size_t begin = a.end();
    const std::size_t first_a = a.index();
    const std::size_t first_b = b.index();
    do {
      a.end() <= b.end() ? a.advance() : b.advance();
    } while ((a.end() != b.end()) && !(a.end() < b.end() ? a : b).is_done());
    const std::string_view text =
        document.substr(std::min(begin, document.size()), std::max(a.end(), b.end()) - begin);
    if (a.index() - first_a != 1 || b.index() - first_b != 1)
      add_stretch(text, a.from(first_a), b.from(first_b), where + ":" + std::to_string(line));
    line += std::count(text.begin(), text.end(), '\n');
    if (a.end() != b.end()) return;  // Only normalization leads here.
  }
}

void TokenizerComparison::add_stretch(std::string_view text, std::span<const TokenId> a,
                                      std::span<const TokenId> b, const std::string& where) {
  ++stretches_;
  if (text.size() > kStretchBytesMax) return;
  auto found = by_text_.find(std::string(text));
  if (found == by_text_.end()) {
    if (differences_.size() == kTextsMax) return;
    found = by_text_.emplace(text, differences_.size()).first;
    differences_.push_back({{a.begin(), a.end()}, {b.begin(), b.end()}, 0, where});
  }
  ++differences_[found->second].count;
}

std::vector<TokenDifference> TokenizerComparison::first(std::size_t count) const {
  const std::size_t known = std::min(count, differences_.size());
  return {differences_.begin(), differences_.begin() + static_cast<std::ptrdiff_t>(known)};
}

std::vector<TokenDifference> TokenizerComparison::most_frequent(std::size_t count) const {
  std::vector<TokenDifference> sorted = differences_;
  std::ranges::stable_sort(sorted, std::greater(), &TokenDifference::count);
  sorted.resize(std::min(count, sorted.size()));
  return sorted;
}

}  // namespace scribe
