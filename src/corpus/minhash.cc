// Words are found by masks, shingles by a rolling hash, minima by the kernels.
#include "corpus/minhash.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/philox.h"
#include "corpus/words.h"

namespace scribe {
namespace {

/// A shingle is the polynomial of its words' hashes. Its last step is not linear: otherwise the
/// differences between shingles that share words would be alike and permutations would keep them
/// so.
std::uint64_t finished(std::uint64_t polynomial) {
  polynomial = (polynomial ^ (polynomial >> 32)) * kWordFactor;
  return polynomial ^ (polynomial >> 32);
}

/// Calls visit(hash) for each shingle, in order.
template <typename Visit>
void for_each_shingle(const WordKernels& kernels, std::string_view text, std::int32_t shingle_words,
                      Visit&& visit) {
  const auto width = static_cast<std::size_t>(shingle_words);
  std::uint64_t leaving_factor = 1;
  for (std::size_t count = 0; count < width; ++count) leaving_factor *= kWordFactor;
  std::array<std::uint64_t, kShingleWordsMax> window{};  // The last words, times leaving_factor.
  std::size_t slot = 0;
  std::size_t words = 0;
  std::uint64_t hash = 0;
  for_each_run(
      kernels, text, [](const ByteMasks& masks) { return masks.word; },
      [&](std::size_t begin, std::size_t end) {
        const std::uint64_t word = word_hash(text, begin, end);
        hash = hash * kWordFactor + word - window[slot];
        window[slot] = word * leaving_factor;
        if (++slot == width) slot = 0;
        if (++words >= width) visit(finished(hash));
      });
  if (words > 0 && words < width) visit(finished(hash));
}

/// Collects shingles for the kernels, which take many at once.
class Minima {
 public:
  Minima(const WordKernels& kernels, const std::vector<std::uint32_t>& multipliers,
         const std::vector<std::uint32_t>& addends)
      : kernels_(kernels), multipliers_(multipliers), addends_(addends) {
    values_.fill(~std::uint32_t{0});
  }

  void add(std::uint32_t shingle) {
    shingles_[count_++] = shingle;
    if (count_ == shingles_.size()) flush();
  }
  bool any() const { return any_ || count_ > 0; }
  const std::uint32_t* finish() {
    flush();
    return values_.data();
  }

 private:
  void flush() {
    any_ |= count_ > 0;
    kernels_.take_minima(shingles_.data(), count_, multipliers_.data(), addends_.data(),
                         multipliers_.size(), values_.data());
    count_ = 0;
  }

  const WordKernels& kernels_;
  const std::vector<std::uint32_t>& multipliers_;
  const std::vector<std::uint32_t>& addends_;
  bool any_ = false;
  std::size_t count_ = 0;
  std::array<std::uint32_t, 2048> shingles_;
  alignas(64) std::array<std::uint32_t, kPermutationsMax> values_;
};

}  // namespace

Status check_minhash_options(const MinHashOptions& options) {
  if (options.permutations < 1 || options.permutations > kPermutationsMax)
    return error(ErrorCode::invalid_argument, "MinHash: {} permutations, expected 1 to {}",
                 options.permutations, kPermutationsMax);
  if (options.bands < 1 || options.rows < 1 ||
      std::int64_t{options.bands} * options.rows > options.permutations)
    return error(
        ErrorCode::invalid_argument,
        "MinHash: {} bands of {} rows, expected at least 1 of each and together at most {} "
        "permutations",
        options.bands, options.rows, options.permutations);
  if (options.shingle_words < 1 || options.shingle_words > kShingleWordsMax)
    return error(ErrorCode::invalid_argument, "MinHash: shingles of {} words, expected 1 to {}",
                 options.shingle_words, kShingleWordsMax);
  if (!(options.threshold > 0 && options.threshold <= 1))
    return error(ErrorCode::invalid_argument,
                 "MinHash: a threshold of {}, expected above 0 and at most 1", options.threshold);
  return {};
}

MinHasher::MinHasher(const MinHashOptions& options, const WordKernels& kernels)
    : options_(options), kernels_(&kernels) {
  SCRIBE_CHECK(check_minhash_options(options).ok(), "check_minhash_options() refuses");
  const auto permutations = static_cast<std::size_t>(options.permutations);
  padded_ = (permutations + kPermutationBlock - 1) / kPermutationBlock * kPermutationBlock;
  multipliers_.resize(padded_);
  addends_.resize(padded_);
  PhiloxStream random(options.seed, 0);
  for (std::size_t k = 0; k < permutations; ++k) {
    multipliers_[k] = random.next_u32() | 1;  // Odd, so that no two shingles become one.
    addends_[k] = random.next_u32();
  }
}

bool MinHasher::sign(std::string_view text, std::span<std::uint32_t> signature) const {
  SCRIBE_CHECK(signature.size() == static_cast<std::size_t>(options_.permutations), "{} values",
               signature.size());
  Minima minima(*kernels_, multipliers_, addends_);
  for_each_shingle(*kernels_, text, options_.shingle_words,
                   [&](std::uint64_t hash) { minima.add(static_cast<std::uint32_t>(hash >> 32)); });
  const bool any = minima.any();
  std::copy_n(minima.finish(), signature.size(), signature.begin());
  return any;
}

double signature_similarity(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
  SCRIBE_CHECK(a.size() == b.size() && !a.empty(), "{} and {} values", a.size(), b.size());
  std::uint32_t equal = 0;
  for (std::size_t k = 0; k < a.size(); ++k) equal += a[k] == b[k] ? 1U : 0U;
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

std::vector<std::uint64_t> shingle_set(std::string_view text, std::int32_t shingle_words) {
  std::vector<std::uint64_t> shingles;
  for_each_shingle(best_word_kernels(), text, shingle_words,
                   [&](std::uint64_t hash) { shingles.push_back(hash); });
  std::ranges::sort(shingles);
  shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
  return shingles;
}

double jaccard(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
  std::size_t shared = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    shared += *x == *y ? 1U : 0U;
    const bool x_moves = *x <= *y;
    if (*y <= *x) ++y;
    if (x_moves) ++x;
  }
  const std::size_t all = a.size() + b.size() - shared;
  return all == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(all);
}

double exact_similarity(std::string_view a, std::string_view b, std::int32_t shingle_words) {
  return jaccard(shingle_set(a, shingle_words), shingle_set(b, shingle_words));
}

}  // namespace scribe
