// Tests counts of pieces against those of a map.
#include "tokenizer/piece_counter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "base/philox.h"

namespace scribe {
namespace {

using Counts = std::map<std::string, std::int64_t>;

Counts counts_of(const PieceCounter& counter) {
  Counts counts;
  counter.for_each([&](std::string_view piece, std::int64_t count) {
    EXPECT_TRUE(counts.emplace(piece, count).second) << piece;
  });
  EXPECT_EQ(counter.size(), counts.size());
  std::size_t bytes = 0;
  for (const auto& [piece, count] : counts) bytes += piece.size();
  EXPECT_EQ(counter.size_bytes(), bytes);
  return counts;
}

Counts counts_of_texts(const std::vector<std::string>& texts) {
  Counts counts;
  for (const std::string& text : texts)
    for_each_piece(text, [&](std::string_view piece) { ++counts[std::string(piece)]; });
  return counts;
}

/// Pieces of 1 to 40 bytes, zero bytes and bytes that only differ far behind among them.
std::vector<std::string> random_texts(std::uint64_t stream, int count) {
  PhiloxStream random(11, stream);
  std::vector<std::string> texts(static_cast<std::size_t>(count));
  for (std::string& text : texts)
    for (std::uint64_t words = random.next_below(60); words > 0; --words) {
      const std::uint64_t kind = random.next_below(3);
      text.append(random.next_below(40), kind == 0 ? 'a' : kind == 1 ? '\0' : '.');
      text += static_cast<char>('a' + random.next_below(20));
      text += ' ';
    }
  return texts;
}

TEST(PieceCounterTest, CountsAsAMapDoes) {
  const std::vector<std::string> texts = random_texts(0, 4000);
  PieceCounter counter;
  for (const std::string& text : texts) {
    // A copy of just this size: AddressSanitizer sees a read behind its end.
    const std::vector<char> exact(text.begin(), text.end());
    counter.add_pieces(Pattern::gpt2, {exact.data(), exact.size()});
  }
  EXPECT_EQ(counts_of(counter), counts_of_texts(texts));
}

TEST(PieceCounterTest, PiecesOfEveryLengthAreToldApart) {
  PieceCounter counter;
  Counts expected;
  for (std::size_t length = 1; length <= 70; ++length)
    for (const char last : {'\0', 'x', '\xFF'}) {
      std::string piece(length, '\0');
      piece.back() = last;
      counter.add(piece, static_cast<std::int64_t>(length));
      counter.add(piece, std::int64_t{1} << 40);
      expected[piece] = static_cast<std::int64_t>(length) + (std::int64_t{1} << 40);
    }
  EXPECT_EQ(counts_of(counter), expected);
}

TEST(PieceCounterTest, CountsOfSeveralAddUp) {
  const std::vector<std::string> texts = random_texts(1, 600);
  std::vector<PieceCounter> counters(3);
  for (std::size_t i = 0; i < texts.size(); ++i)
    counters[i % 3].add_pieces(Pattern::gpt2, texts[i]);
  counters[0].add(std::move(counters[1]));
  counters[0].add(std::move(counters[2]));
  EXPECT_EQ(counts_of(counters[0]), counts_of_texts(texts));
}

TEST(PieceCounterTest, ManyDifferentPiecesFindRoom) {
  PieceCounter counter;
  for (int i = 0; i < 100'000; ++i) {
    counter.add(fmt::format("s{}", i), 1);
    counter.add(fmt::format("a long piece, not a short one {}", i), 2);
  }
  EXPECT_EQ(counter.size(), 200'000U);
  std::int64_t total = 0;
  counter.for_each([&](std::string_view, std::int64_t count) { total += count; });
  EXPECT_EQ(total, 300'000);
  EXPECT_LT(counter.memory_bytes(), 40U << 20);
}

}  // namespace
}  // namespace scribe
