// Words, clipped counts of n-grams, and the score of counts.
#include "experiment/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <utility>

namespace scribe {
namespace {

/// The length of a white-space character at the start of `text` as Python's str.split() knows it;
/// 0: there is none.
std::size_t white_space_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first == ' ' || (first >= 0x09 && first <= 0x0D) || (first >= 0x1C && first <= 0x1F))
    return text.empty() ? 0 : 1;
  if (first == 0xC2) return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;  // U+0085, U+00A0
  const unsigned rest = byte(1) << 8 | byte(2);
  if (first == 0xE1) return rest == 0x9A80 ? 3 : 0;  // U+1680
  if (first == 0xE3) return rest == 0x8080 ? 3 : 0;  // U+3000
  if (first != 0xE2) return 0;
  const bool is_space = (rest >= 0x8080 && rest <= 0x808A) || rest == 0x80A8 || rest == 0x80A9 ||
                        rest == 0x80AF ||
                        rest == 0x819F;  // U+2000 ... 200A, 2028, 2029, 202F, 205F
  return is_space ? 3 : 0;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size();) {
    const std::size_t space = i < text.size() ? white_space_length(text.substr(i)) : 0;
    if (space == 0 && i < text.size()) {
      ++i;
      continue;
    }
    if (i > begin) words.emplace_back(text.substr(begin, i - begin));
    i += std::max<std::size_t>(space, 1);
    begin = i;
  }
  return words;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.replace(at, what.size(), by), at += by.size();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_point(char c) {
  return c == '.' || c == ',';
}
/// ASCII punctuation but for ' , - .
bool stands_apart(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

/// Replaces pairs of neighbours that `is_pair` names, left to right without overlap.
template <typename IsPair>
std::string replace_pairs(std::string_view text, IsPair is_pair, const char* before,
                          const char* between, const char* after) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || !is_pair(text[i], text[i + 1])) {
      out += text[i];
      continue;
    }
    out.append(before) += text[i];
    out.append(between) += text[i + 1];
    out += after;
    ++i;
  }
  return out;
}

/// Cuts white space off the end: it decides whether a dash before it is the last character.
std::string_view without_end(std::string_view text) {
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t length = 1;
    while (length <= 3 && length <= end && white_space_length(text.substr(end - length)) != length)
      ++length;
    if (length > 3 || length > end) return text.substr(0, end);
    end -= length;
    text = text.substr(0, end);
  }
  return text;
}

std::string tokenize_13a(std::string_view given) {
  std::string text(without_end(given));
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  for (const auto& [entity, character] : {std::pair{"&quot;", "\""}, std::pair{"&amp;", "&"},
                                          std::pair{"&lt;", "<"}, std::pair{"&gt;", ">"}})
    replace_all(text, entity, character);
  std::string spaced = " ";
  for (const char c : text) {
    if (stands_apart(c))
      (spaced += ' ', spaced += c) += ' ';
    else
      spaced += c;
  }
  spaced += " ";
  spaced = replace_pairs(
      spaced, [](char a, char b) { return !is_digit(a) && is_point(b); }, "", " ", " ");
  spaced = replace_pairs(
      spaced, [](char a, char b) { return is_point(a) && !is_digit(b); }, " ", " ", "");
  return replace_pairs(
      spaced, [](char a, char b) { return is_digit(a) && b == '-'; }, "", " ", " ");
}

using NgramCounts =
    std::map<std::span<const std::string>, std::int64_t,
             decltype([](std::span<const std::string> a, std::span<const std::string> b) {
               return std::ranges::lexicographical_compare(a, b);
             })>;

NgramCounts count_ngrams(std::span<const std::string> words, std::size_t order) {
  NgramCounts counts;
  for (std::size_t i = 0; i + order <= words.size(); ++i) ++counts[words.subspan(i, order)];
  return counts;
}

std::int64_t closest_length(std::int64_t length,
                            std::span<const std::vector<std::string>> references) {
  std::int64_t closest = std::ssize(references.front());
  for (const auto& reference : references) {
    const std::int64_t other = std::ssize(reference);
    const std::int64_t gain = std::abs(closest - length) - std::abs(other - length);
    if (gain > 0 || (gain == 0 && other < closest)) closest = other;
  }
  return closest;
}

}  // namespace

std::vector<std::string> bleu_words(std::string_view text, BleuTokens tokens) {
  return tokens == BleuTokens::none ? split_words(text) : split_words(tokenize_13a(text));
}

BleuCounts& BleuCounts::operator+=(const BleuCounts& other) {
  for (std::size_t i = 0; i < kBleuOrder; ++i) {
    matches[i] += other.matches[i];
    totals[i] += other.totals[i];
  }
  length += other.length;
  reference_length += other.reference_length;
  return *this;
}

BleuCounts bleu_counts(const std::vector<std::string>& words,
                       std::span<const std::vector<std::string>> references) {
  BleuCounts counts{.length = std::ssize(words),
                    .reference_length = closest_length(std::ssize(words), references)};
  for (std::size_t order = 1; order <= kBleuOrder; ++order) {
    NgramCounts allowed;  // The most that any one reference has.
    for (const auto& reference : references)
      for (const auto& [ngram, count] : count_ngrams(reference, order))
        allowed[ngram] = std::max(allowed[ngram], count);
    for (const auto& [ngram, count] : count_ngrams(words, order)) {
      counts.totals[order - 1] += count;
      const auto found = allowed.find(ngram);
      if (found != allowed.end()) counts.matches[order - 1] += std::min(count, found->second);
    }
  }
  return counts;
}

double bleu_score(const BleuCounts& counts, bool effective_order) {
  if (std::ranges::all_of(counts.matches, [](std::int64_t count) { return count == 0; })) return 0;
  double log_sum = 0;
  double smoothing = 1;
  std::size_t orders = 0;
  for (std::size_t i = 0; i < kBleuOrder; ++i) {
    if (counts.totals[i] == 0) break;
    const auto total = static_cast<double>(counts.totals[i]);
    if (counts.matches[i] == 0) smoothing *= 2;
    log_sum +=
        std::log(counts.matches[i] == 0 ? 100.0 / (smoothing * total)
                                        : 100.0 * static_cast<double>(counts.matches[i]) / total);
    ++orders;
  }
  if (!effective_order && orders < kBleuOrder) return 0;
  const auto length = static_cast<double>(counts.length);
  const auto reference_length = static_cast<double>(counts.reference_length);
  const double brevity = length < reference_length ? std::exp(1 - reference_length / length) : 1;
  return brevity * std::exp(log_sum / static_cast<double>(orders));
}

double sentence_bleu(std::string_view text, std::string_view reference, BleuTokens tokens) {
  const std::vector<std::vector<std::string>> references = {bleu_words(reference, tokens)};
  return bleu_score(bleu_counts(bleu_words(text, tokens), references), true);
}

}  // namespace scribe
