// BLEU of a text against references, with the numbers that sacrebleu gives.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scribe {

/// How a text becomes words (sacrebleu's `tokenize`).
enum class BleuTokens {
  mteval_13a,  ///< "13a": punctuation apart, as in mteval-v13a, the script of WMT
  none,        ///< "none": what stands between white space
};

/// The words of a text. White space is that of Unicode; bytes that are not UTF-8 are letters.
std::vector<std::string> bleu_words(std::string_view text, BleuTokens tokens);

inline constexpr std::size_t kBleuOrder = 4;

/// What BLEU is computed from: counts of n-grams, n = 1 ... kBleuOrder, and lengths in words.
struct BleuCounts {
  std::array<std::int64_t, kBleuOrder> matches{};  ///< clipped by the references
  std::array<std::int64_t, kBleuOrder> totals{};
  std::int64_t length = 0;
  std::int64_t reference_length = 0;  ///< of the closest reference, the shorter of equals

  BleuCounts& operator+=(const BleuCounts& other);
};

/// Counts of words against at least one reference.
BleuCounts bleu_counts(const std::vector<std::string>& words,
                       std::span<const std::vector<std::string>> references);

/// 0 ... 100: brevity penalty times the geometric mean of the n-gram precisions; an order without
/// matches counts 1 / (2^i total) for the i-th such order (Chen and Cherry 2014, method 3, "exp").
/// With `effective_order`, orders that are longer than the text are left out, as for sentences.
double bleu_score(const BleuCounts& counts, bool effective_order);

/// sacrebleu's sentence_bleu(): effective order, one reference.
double sentence_bleu(std::string_view text, std::string_view reference, BleuTokens tokens);

}  // namespace scribe
