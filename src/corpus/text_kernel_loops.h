// The loops over blocks of 64 bytes, included once per instruction set after its `Block`.
#pragma once

#include <bit>

#include "corpus/text_kernels.h"

// The anonymous namespace keeps this instruction set's code out of every other file's sight. A
// Block is 64 bytes in registers; its masks have a bit for each byte, the first one lowest.
namespace scribe {
namespace {

constexpr std::size_t kBlockBytes = 64;

bool is_anchor(const char* text, std::size_t position, const AnchorTables& tables) {
  unsigned kinds = 0xFF;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto byte = static_cast<unsigned char>(text[position + i - 1]);
    kinds &= static_cast<unsigned>(tables.low[i][byte & 15U] & tables.high[i][byte >> 4U]);
  }
  return kinds != 0;
}

[[maybe_unused]] std::size_t count_ascii(const char* text, std::size_t count, LineCounts& counts) {
  LineCounts sum = counts;
  // Where the line in hand begins; before `text` if it was begun earlier.
  std::int64_t line_begin = -sum.line_length;
  std::size_t position = 0;
  for (; position + kBlockBytes <= count; position += kBlockBytes) {
    const Block block(text + position);
    if (block.any_beyond_ascii()) break;
    sum.letters += std::popcount(block.letters());
    sum.numbers += std::popcount(block.digits());
    std::uint64_t ends = block.line_ends();
    if (ends == 0) {
      sum.after_return = false;
      continue;
    }
    const std::uint64_t returns = block.equal('\r');
    const std::uint64_t second_halves =
        ((returns << 1U) | (sum.after_return ? 1U : 0U)) & block.equal('\n');
    sum.after_return = (returns >> 63U) != 0;
    sum.line_ends += std::popcount(ends) - std::popcount(second_halves);
    sum.line_end_characters += std::popcount(ends);
    // A second half ends an empty line of its own here, which changes no maximum.
    for (; ends != 0; ends &= ends - 1) {
      const auto end = static_cast<std::int64_t>(position) + std::countr_zero(ends);
      const std::int64_t length = end - line_begin;
      sum.line_length_max = length > sum.line_length_max ? length : sum.line_length_max;
      line_begin = end + 1;
    }
  }
  sum.characters += static_cast<std::int64_t>(position);
  sum.line_length = static_cast<std::int64_t>(position) - line_begin;
  counts = sum;
  return position;
}

[[maybe_unused]] std::size_t next_anchor(const char* text, std::size_t begin, std::size_t end,
                                         const AnchorTables& tables) {
  const BlockTables block_tables(tables);
  for (; begin + kBlockBytes <= end; begin += kBlockBytes) {
    const std::uint64_t found = block_tables.anchors(text + begin);
    if (found != 0) return begin + static_cast<std::size_t>(std::countr_zero(found));
  }
  while (begin < end && !is_anchor(text, begin, tables)) ++begin;
  return begin;
}

}  // namespace
}  // namespace scribe
