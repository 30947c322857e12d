// Tests signatures: against plain definitions, across instruction sets, and as estimates.
#include "corpus/minhash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include "base/philox.h"
#include "corpus/words.h"

namespace scribe {
namespace {

/// Words of letters, and between them what real files have, ends of blocks at any place.
std::string random_text(PhiloxStream& random, std::size_t size) {
  constexpr std::string_view kBytes = "abcXYZ_019 \t\n(.[@`{/:~\x7f\x80\xc3\xa9\xff";
  std::string text;
  while (text.size() < size)
    text.append(1 + random.next_below(12), kBytes[random.next_below(kBytes.size())]);
  text.resize(size);
  return text;
}

std::vector<const WordKernels*> fast_kernels() {
  std::vector<const WordKernels*> sets;
  if (__builtin_cpu_supports("avx2")) sets.push_back(&avx2_word_kernels());
  if (&best_word_kernels() == &avx512_word_kernels()) sets.push_back(&avx512_word_kernels());
  return sets;
}

std::vector<std::string> words_of(std::string_view text, const WordKernels& kernels) {
  std::vector<std::string> words;
  for_each_run(
      kernels, text, [](const ByteMasks& masks) { return masks.word; },
      [&](std::size_t begin, std::size_t end) {
        words.emplace_back(text.substr(begin, end - begin));
      });
  return words;
}

std::vector<std::string> slow_words(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (c == '_' ||
        (static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) != 0))
      words.back().push_back(c);
    else if (!words.back().empty())
      words.emplace_back();
  if (words.back().empty()) words.pop_back();
  return words;
}

std::vector<std::uint32_t> signature(const MinHasher& hasher, std::string_view text) {
  std::vector<std::uint32_t> values(static_cast<std::size_t>(hasher.options().permutations));
  hasher.sign(text, values);
  return values;
}

std::string numbered_words(int first, int last) {
  std::string text;
  for (int word = first; word < last; ++word) text += "w" + std::to_string(word) + " ";
  return text;
}

TEST(MinHashTest, WordsAreTheRunsOfLettersDigitsAndUnderscores) {
  PhiloxStream random(1, 0);
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string text = random_text(random, size);
    ASSERT_EQ(words_of(text, baseline_word_kernels()), slow_words(text)) << text;
  }
  const std::string text = random_text(random, 10000);  // Several chunks of masks.
  EXPECT_EQ(words_of(text, baseline_word_kernels()), slow_words(text));
}

// Words are looked for in chunks of 2048 bytes.
TEST(MinHashTest, WordsMayBeginAndEndAnywhereInAChunkAndSpanSeveral) {
  std::vector<const WordKernels*> sets = fast_kernels();
  sets.push_back(&baseline_word_kernels());
  PhiloxStream random(5, 0);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const std::size_t size =
        2048 * (1 + random.next_below(3)) + random.next_below(3) * 64 - 64 + random.next_below(3);
    while (text.size() < size) {
      const std::size_t longest = random.next_below(4) == 0 ? 5000 : 3;
      text.append(1 + random.next_below(longest), random.next_below(2) == 0 ? 'x' : '.');
    }
    text.resize(size);
    const std::vector<std::string> expected = slow_words(text);
    for (const WordKernels* kernels : sets) ASSERT_EQ(words_of(text, *kernels), expected) << text;
  }
}

TEST(MinHashTest, EveryInstructionSetFindsTheSamePlaces) {
  PhiloxStream random(6, 0);
  const auto places = [](const WordKernels& kernels, const std::vector<std::uint64_t>& bits) {
    std::vector<std::uint32_t> found(64 * bits.size() + kPlacesRoom);
    found.resize(kernels.places(bits.data(), bits.size(), found.data()));
    return found;
  };
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::uint64_t> bits(random.next_below(5));
    for (std::uint64_t& some : bits) {
      const std::uint64_t half = random.next_u64();
      const std::uint64_t few = half & random.next_u64() & random.next_u64();
      some = std::array{std::uint64_t{0}, few, half, ~std::uint64_t{0}}[random.next_below(4)];
    }
    std::vector<std::uint32_t> expected;
    for (std::uint32_t place = 0; place < 64 * bits.size(); ++place)
      if (((bits[place / 64] >> (place % 64)) & 1) != 0) expected.push_back(place);
    ASSERT_EQ(places(baseline_word_kernels(), bits), expected);
    for (const WordKernels* kernels : fast_kernels()) ASSERT_EQ(places(*kernels, bits), expected);
  }
}

TEST(MinHashTest, EveryInstructionSetGivesTheSameMasksAndSignatures) {
  const std::vector<const WordKernels*> sets = fast_kernels();
  if (sets.empty()) GTEST_SKIP() << "this processor has only the baseline";
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  PhiloxStream random(2, 0);
  for (const WordKernels* kernels : sets) {
    for (std::size_t size = 0; size <= every_byte.size(); ++size) {
      std::vector<ByteMasks> expected((size + 63) / 64);
      std::vector<ByteMasks> found(expected.size());
      baseline_word_kernels().classify(every_byte.data(), size, expected.data());
      kernels->classify(every_byte.data(), size, found.data());
      for (std::size_t block = 0; block < found.size(); ++block) {
        ASSERT_EQ(found[block].word, expected[block].word) << size;
        ASSERT_EQ(found[block].high, expected[block].high) << size;
        ASSERT_EQ(found[block].space, expected[block].space) << size;
        ASSERT_EQ(found[block].structure, expected[block].structure) << size;
      }
    }
    for (const std::int32_t permutations : {1, 100, 128, 256, 1024}) {
      const MinHashOptions options{.permutations = permutations, .bands = 1, .rows = 1};
      for (const std::size_t size : {0U, 7U, 900U, 60000U}) {
        const std::string text = random_text(random, size);
        ASSERT_EQ(signature(MinHasher(options, *kernels), text),
                  signature(MinHasher(options, baseline_word_kernels()), text));
      }
    }
  }
}

TEST(MinHashTest, ATextOfFewWordsHasOneShingleAndOneOfNoneHasNone) {
  EXPECT_EQ(shingle_set("", 5).size(), 0U);
  EXPECT_EQ(shingle_set(" -- \xc3\xa9 ()", 5).size(), 0U);
  EXPECT_EQ(shingle_set("a", 5).size(), 1U);
  EXPECT_EQ(shingle_set("a b c d", 5).size(), 1U);
  EXPECT_EQ(shingle_set("a b c d e", 5).size(), 1U);
  EXPECT_EQ(shingle_set("a b c d e f", 5).size(), 2U);
  EXPECT_EQ(shingle_set("a a a a a a a a", 5).size(), 1U);  // A set.
  EXPECT_EQ(exact_similarity("a b(c)", "a, b; c", 5), 1);   // What stands between does not count.
  EXPECT_EQ(exact_similarity("a b c", "A b c", 5), 0);
  EXPECT_EQ(exact_similarity("", "", 5), 0);
  const MinHasher hasher({});
  std::vector<std::uint32_t> values(256);
  EXPECT_FALSE(hasher.sign("(+)", values));
  EXPECT_EQ(values, std::vector<std::uint32_t>(256, ~std::uint32_t{0}));
  EXPECT_TRUE(hasher.sign("one", values));
}

TEST(MinHashTest, ShinglesOfEveryWidthAreRunsOfWords) {
  PhiloxStream random(3, 0);
  for (const std::int32_t width : {1, 2, 5, 64}) {
    const std::string text = random_text(random, 3000);
    const std::vector<std::string> words = slow_words(text);
    std::set<std::vector<std::string>> expected;
    for (std::size_t first = 0; first + static_cast<std::size_t>(width) <= words.size(); ++first)
      expected.emplace(words.begin() + static_cast<std::ptrdiff_t>(first),
                       words.begin() + static_cast<std::ptrdiff_t>(first) + width);
    EXPECT_EQ(shingle_set(text, width).size(), expected.size()) << width;
  }
}

// |A| = |B| = n, shared s: J = s / (2n - s).
TEST(MinHashTest, ExactSimilarityCountsSharedShingles) {
  EXPECT_DOUBLE_EQ(exact_similarity(numbered_words(0, 104), numbered_words(50, 154), 5),
                   50.0 / 150.0);
  EXPECT_DOUBLE_EQ(exact_similarity(numbered_words(0, 20), numbered_words(0, 10), 1), 0.5);
}

// 2000 pairs of every similarity and of sizes from 1 to 1500 shingles. Each estimate is the mean of
// 256 draws; the sum of its squared errors in units of its variance has mean 1 and, for 2000 pairs,
// a standard deviation near 0.03.
TEST(MinHashTest, EstimatesAreUnbiasedAndAsNarrowAsIndependentDraws) {
  PhiloxStream random(4, 0);
  double bias = 0;
  double spread = 0;
  int pairs = 0;
  for (int pair = 0; pair < 2000; ++pair) {
    const int size = 1 + static_cast<int>(random.next_below(1500));
    const int shift = static_cast<int>(random.next_below(static_cast<std::uint64_t>(size)));
    const int start = static_cast<int>(random.next_below(1000000));
    const std::string a = numbered_words(start, start + size + 4);
    const std::string b = numbered_words(start + shift, start + shift + size + 4);
    const double J = exact_similarity(a, b, 5);
    if (J == 1) continue;
    const MinHasher hasher({.seed = static_cast<std::uint64_t>(pair)});
    const double error = signature_similarity(signature(hasher, a), signature(hasher, b)) - J;
    const double deviation = std::sqrt(J * (1 - J) / 256);
    bias += error / deviation;
    spread += error * error / (deviation * deviation);
    ASSERT_LT(std::abs(error), 6 * deviation + 3.0 / 256) << J;  // Discrete, skewed for small J.
    ++pairs;
  }
  ASSERT_GT(pairs, 1900);
  EXPECT_LT(std::abs(bias) / std::sqrt(pairs), 4);
  EXPECT_NEAR(spread / pairs, 1, 0.15);
}

TEST(MinHashTest, OptionsOutOfRangeAreRefused) {
  const auto refuses = [](const MinHashOptions& options) {
    const Status status = check_minhash_options(options);
    return !status.ok() && status.error().code() == ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(check_minhash_options({}).ok());
  EXPECT_TRUE(check_minhash_options({.bands = 32, .rows = 8}).ok());
  EXPECT_TRUE(refuses({.permutations = 0}));
  EXPECT_TRUE(refuses({.permutations = 1025}));
  EXPECT_TRUE(refuses({.bands = 26}));  // 26 * 10 > 256.
  EXPECT_TRUE(refuses({.bands = 0}));
  EXPECT_TRUE(refuses({.bands = 1 << 30, .rows = 1 << 30}));
  EXPECT_TRUE(refuses({.rows = 0}));
  EXPECT_TRUE(refuses({.shingle_words = 0}));
  EXPECT_TRUE(refuses({.shingle_words = 65}));
  EXPECT_TRUE(refuses({.threshold = 0}));
  EXPECT_TRUE(refuses({.threshold = 1.01}));
  EXPECT_TRUE(refuses({.threshold = std::nan("")}));
}

}  // namespace
}  // namespace scribe
