// MinHash signatures: short sketches of texts whose agreement estimates how much the texts share.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "corpus/word_kernels.h"

namespace scribe {

/// Two texts share a band with probability 1 - (1 - J^rows)^bands (J their Jaccard similarity), one
/// half at J = 0.70 with the defaults, 0.996 at 0.85.
struct MinHashOptions {
  std::int32_t permutations = 256;  ///< values of a signature, 1 to 1024
  std::int32_t bands = 25;  ///< groups of rows that are looked up, bands * rows <= permutations
  std::int32_t rows = 10;   ///< values of a band
  std::int32_t shingle_words = 5;  ///< words in a row that are one element of a text's set, 1 to 64
  double threshold = 0.85;         ///< similarity from which a text is a near-duplicate, (0, 1]
  std::uint64_t seed = 0;          ///< of the permutations
};

inline constexpr std::int32_t kPermutationsMax = 1024;
inline constexpr std::int32_t kShingleWordsMax = 64;

/// Errors: invalid_argument.
Status check_minhash_options(const MinHashOptions& options);

/// Computes signatures; any number of threads may share one.
///
/// Words are runs of [A-Za-z0-9_], case matters. A text is the set of its shingles, shingle_words
/// words in a row each; one of fewer words has one shingle. Each shingle is hashed to 32 bits;
/// value k of a signature is the least of shingle * multiplier[k] + addend[k] modulo 2^32 over the
/// set, multipliers odd. Two signatures agree in a value with probability J, but for hash
/// collisions.
class MinHasher {
 public:
  /// Requires options that pass check_minhash_options().
  explicit MinHasher(const MinHashOptions& options,
                     const WordKernels& kernels = best_word_kernels());

  /// Fills signature[permutations]. False if the text has no word: such texts resemble nothing, and
  /// their signature is all ones.
  bool sign(std::string_view text, std::span<std::uint32_t> signature) const;

  const MinHashOptions& options() const { return options_; }

 private:
  MinHashOptions options_;
  const WordKernels* kernels_;
  std::size_t padded_;  // permutations, up to a multiple of kPermutationBlock
  std::vector<std::uint32_t> multipliers_;
  std::vector<std::uint32_t> addends_;
};

/// The share of values in which two signatures agree: an unbiased estimate of J with variance
/// J (1 - J) / permutations. Requires equal sizes above 0.
double signature_similarity(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b);

/// The 64-bit hashes of a text's shingles, ascending and without repeats; empty without words.
std::vector<std::uint64_t> shingle_set(std::string_view text, std::int32_t shingle_words);

/// |a and b| / |a or b| of two shingle sets, 0 if both are empty.
double jaccard(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);

/// J of two texts, exactly but for collisions of 64-bit hashes.
double exact_similarity(std::string_view a, std::string_view b, std::int32_t shingle_words);

}  // namespace scribe
