// Tests that cutting many pieces at a time gives those that are found one by one.
#include "tokenizer/piece_batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/philox.h"

namespace scribe {
namespace {

/// What this processor can run; null is the way without kernels.
std::vector<const ScanKernels*> all_kernels() {
  std::vector<const ScanKernels*> kernels{nullptr};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
    kernels.push_back(&avx2_scan_kernels());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
    kernels.push_back(&avx512_scan_kernels());
  return kernels;
}

using Pieces = std::vector<std::string_view>;

void one_by_one(Pattern pattern, std::string_view text, Pieces& pieces) {
  pieces.clear();
  for_each_piece(pattern, text, [&](std::string_view piece) { pieces.push_back(piece); });
}

void in_batches(Pattern pattern, std::string_view text, const ScanKernels* kernels,
                Pieces& pieces) {
  pieces.clear();
  PieceBatches batches(pattern, text, kernels);
  for (PieceBatch batch = batches.next(); batch.size() > 0; batch = batches.next())
    for (std::size_t i = 0; i < batch.size(); ++i) pieces.push_back(batch.piece(i));
}

/// True if all kernels cut the text as the scanner of single pieces does, at the same places.
class SameCuts {
 public:
  explicit SameCuts(Pattern pattern = Pattern::gpt2) : pattern_(pattern) {}

  bool operator()(std::string_view text) {
    one_by_one(pattern_, text, expected_);
    for (const ScanKernels* kernels : kernels_) {
      in_batches(pattern_, text, kernels, found_);
      if (found_ != expected_) return false;
      for (std::size_t i = 0; i < found_.size(); ++i)
        if (found_[i].data() != expected_[i].data()) return false;
    }
    return true;
  }

 private:
  Pattern pattern_;
  std::vector<const ScanKernels*> kernels_ = all_kernels();
  Pieces expected_, found_;
};

void for_each_string(const std::vector<std::string>& parts, int length_max,
                     const std::function<void(const std::string&)>& visit,
                     const std::string& prefix = "") {
  visit(prefix);
  if (length_max == 0) return;
  for (const std::string& part : parts)
    for_each_string(parts, length_max - 1, visit, prefix + part);
}

/// Puts the string where a block ends, with blocks before and behind that kernels take.
void check_across_blocks(const std::vector<std::string>& parts, int length_max) {
  SameCuts same_cuts;
  const std::string filler(kScanBlock + 2, 'x');
  for_each_string(parts, length_max, [&](const std::string& middle) {
    const std::size_t before = kScanBlock - std::min(kScanBlock, (middle.size() + 1) / 2);
    const std::string text = filler.substr(0, before) + middle + filler;
    ASSERT_TRUE(same_cuts(text)) << middle;
    ASSERT_TRUE(same_cuts(std::string_view(text).substr(1))) << middle;
  });
}

TEST(PieceBatchesTest, EveryShortStringAcrossABlocksEndIsCutAsOneByOne) {
  check_across_blocks({"'", "s", "l", " ", "\n", "1", "é", "\xFF"}, 6);
}

TEST(PieceBatchesTest, EveryContractionAcrossABlocksEndIsCutAsOneByOne) {
  check_across_blocks({"'", "s", "t", "r", "v", "e", "l", " ", "."}, 5);
}

TEST(PieceBatchesTest, EveryShortStringIsCutAsOneByOneAtTheEndOfATextToo) {
  SameCuts same_cuts;
  for (const std::size_t before : {std::size_t{0}, kScanBlock - 3, 2 * kScanBlock - 2}) {
    const std::string filler(before, ' ');
    for_each_string({"'", "s", "l", " ", "\n", "1", "é", "\xFF"}, 5,
                    [&](const std::string& end) { ASSERT_TRUE(same_cuts(filler + end)) << end; });
  }
}

TEST(PieceBatchesTest, EveryPairOfBytesIsCutAsOneByOne) {
  SameCuts same_cuts;
  std::string text(2 * kScanBlock + 1, '.');
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      text[kScanBlock - 1] = text[20] = static_cast<char>(first);
      text[kScanBlock] = text[21] = static_cast<char>(second);
      ASSERT_TRUE(same_cuts(text)) << first << " " << second;
    }
}

/// Mostly ASCII: random bytes alone would leave nothing to the kernels.
std::string random_text(PhiloxStream& random, std::size_t size, std::string_view alphabet,
                        std::uint64_t one_in) {
  std::string text(size, '\0');
  for (char& byte : text)
    byte = random.next_below(one_in) == 0 ? static_cast<char>(random.next_below(256))
                                          : alphabet[random.next_below(alphabet.size())];
  return text;
}

TEST(PieceBatchesTest, RandomTextsOfAllLengthsAreCutAsOneByOne) {
  PhiloxStream random(11, 0);
  for (const Pattern pattern :
       {Pattern::gpt2, Pattern::starcoder, Pattern::qwen2, Pattern::llama3}) {
    SameCuts same_cuts(pattern);
    for (std::size_t size = 0; size < 5 * kScanBlock; ++size)
      for (const std::string_view alphabet : {"ab '  \n\t1.", "a'sdtmrevl ", " \n", "x"})
        for (const std::uint64_t one_in : {5U, 100U, 10000U})
          ASSERT_TRUE(same_cuts(random_text(random, size, alphabet, one_in))) << size;
  }
}

TEST(PieceBatchesTest, TextsOfManyBatchesAreCutAsOneByOne) {
  PhiloxStream random(12, 0);
  SameCuts same_cuts;
  for (const std::string_view alphabet : {"a ", "abcdefgh '", "1a", "a"})
    for (const std::uint64_t one_in : {20U, 1000U, 100000U})
      ASSERT_TRUE(same_cuts(random_text(random, 30'000, alphabet, one_in)));
}

TEST(PieceBatchesTest, ABatchIsNeverLargerThanItSays) {
  const std::string text(100'000, '.');
  std::string alternating;
  while (alternating.size() < 20'000) alternating += "a.";
  for (const ScanKernels* kernels : all_kernels())
    for (const std::string& cut : {text, alternating}) {
      PieceBatches batches(Pattern::gpt2, cut, kernels);
      for (PieceBatch batch = batches.next(); batch.size() > 0; batch = batches.next())
        ASSERT_LE(batch.size(), PieceBatches::kPiecesMax);
    }
}

}  // namespace
}  // namespace scribe
