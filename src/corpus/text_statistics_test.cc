// Tests the counts of a text against Python's, and every instruction set against the plain path.
#include "corpus/text_statistics.h"

#include <gtest/gtest.h>

#include "base/philox.h"

namespace scribe {
namespace {

std::vector<const TextKernels*> fast_kernels() {
  std::vector<const TextKernels*> kernels;
  if (__builtin_cpu_supports("avx2")) kernels.push_back(&avx2_text_kernels());
  if (&best_text_kernels() == &avx512_text_kernels()) kernels.push_back(&avx512_text_kernels());
  return kernels;
}

void expect_equal_on_all_kernels(std::string_view text) {
  const TextStatistics plain = measure_text(text, plain_text_kernels());
  for (const TextKernels* kernels : fast_kernels())
    EXPECT_EQ(measure_text(text, *kernels), plain) << text.substr(0, 200);
}

// Expected values are those of Python: [len(l) for l in s.splitlines()], sum(map(str.isalnum, s)).
TEST(TextStatisticsTest, LinesAreThoseOfSplitlines) {
  const TextStatistics s = measure_text("a\nbb\r\nccc\rd\v\f\x1c\x1d\x1e");
  EXPECT_EQ(s.lines, 8);
  EXPECT_EQ(s.line_characters, 7);
  EXPECT_EQ(s.line_length_max, 3);
  EXPECT_EQ(measure_text("a\u0085b\u2028c\u2029d").lines, 4);
  EXPECT_EQ(measure_text("a\x1f"
                         "b\u00a0c")
                .lines,
            1);
  EXPECT_EQ(measure_text("").lines, 0);
  EXPECT_EQ(measure_text("\n").lines, 1);
  EXPECT_EQ(measure_text("\n\r\n").characters, 3);
  EXPECT_EQ(measure_text("\r\n\n").lines, 2);
  EXPECT_EQ(measure_text("\r\r\n").lines, 2);
}

TEST(TextStatisticsTest, LengthsAreInCharactersAndLettersOfEveryScriptCount) {
  const TextStatistics s = measure_text("\u00e9\u4e2d\u0663 \u2264\U0001F600");
  EXPECT_EQ(s.characters, 6);
  EXPECT_EQ(s.alphanumeric, 3);
  EXPECT_EQ(s.alphabetic, 2);
  EXPECT_EQ(s.line_length_max, 6);
}

TEST(TextStatisticsTest, BlocksOfAsciiAreCountedAsOneLine) {
  const TextStatistics s = measure_text(std::string(1000, 'x') + "\n" + std::string(500, '7'));
  EXPECT_EQ(s.characters, 1501);
  EXPECT_EQ(s.alphabetic, 1000);
  EXPECT_EQ(s.alphanumeric, 1500);
  EXPECT_EQ(s.lines, 2);
  EXPECT_EQ(s.line_characters, 1500);
  EXPECT_EQ(s.line_length_max, 1000);
}

TEST(TextStatisticsTest, EveryInstructionSetCountsAsThePlainPath) {
  if (fast_kernels().empty()) GTEST_SKIP() << "this processor has only the plain path";
  // Bytes that matter, at every distance from the edges of blocks.
  for (const char* piece : {"\n", "\r", "\r\n", "\n\r", "\v", "\x1c", "\x1f", "\u00e9", "\u2028",
                            "\u0085", "\U0001F600", "\xff", "\xc3", "@", "[", "`", "{", "/", ":"})
    for (std::size_t before = 0; before < 140; ++before)
      for (const std::size_t after : {0U, 1U, 63U, 64U, 65U})
        expect_equal_on_all_kernels(std::string(before, 'a') + piece + std::string(after, '1'));
}

TEST(TextStatisticsTest, EveryInstructionSetCountsAsThePlainPathOnRandomText) {
  if (fast_kernels().empty()) GTEST_SKIP() << "this processor has only the plain path";
  constexpr std::array<std::string_view, 14> kPieces = {
      "a", "Z", "0", " ", "\n", "\r", "\r\n", "\t", "_", "\x1d", "\u00e9", "\u4e2d", "\u2029", "~"};
  PhiloxStream random(7, 0);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    // Ascii alone in most rounds, and long runs, so that whole blocks are met.
    const std::uint64_t kinds = round % 3 == 0 ? kPieces.size() : 10;
    for (std::uint64_t pieces = random.next_below(60); pieces > 0; --pieces) {
      const std::string_view piece = kPieces[random.next_below(kinds)];
      for (std::uint64_t count = 1 + random.next_below(12); count > 0; --count) text += piece;
    }
    expect_equal_on_all_kernels(text);
  }
}

}  // namespace
}  // namespace scribe
