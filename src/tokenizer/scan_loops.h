// The algebra of GPT-2's pattern on 64 characters at once; each instruction set has its own copy.
#pragma once

#include "tokenizer/scan_kernels.h"

namespace scribe {
namespace {

/// One bit per character of a block, the first one lowest.
using Bits = std::uint64_t;

/// The classes of the characters of a block.
struct BlockClasses {
  Bits letter, number, space, blank, apostrophe, not_ascii;
};

/// The last bit, which the next block takes for its bit -1.
constexpr Bits last(Bits bits) {
  return bits >> (kScanBlock - 1);
}

/// Bit i: what `bits` says of character i - 1.
constexpr Bits previous(Bits bits, Bits carry) {
  return (bits << 1) | carry;
}

constexpr bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Takes out the starts that contractions swallow and puts in those behind them. `starts` are
/// right for a text without any. An apostrophe that begins a piece stands there in any case:
/// before it is no character of class `other`, and what follows a contraction is found by `forced`.
template <typename Instructions>
Bits with_contractions(const char* block, Bits apostrophe, Bits starts, ScanCarry& carry) {
  const auto is = [&](char c) { return Instructions::equal(block, c); };
  const auto behind = [&](Bits bits, char c) {  // Bit i: of character i + 1.
    return (bits >> 1) | (Bits{block[kScanBlock] == c} << (kScanBlock - 1));
  };
  const Bits quoted = previous(apostrophe & starts, carry.apostrophe);
  const Bits e = is('e');
  const Bits l = is('l');
  const Bits two = quoted & (is('s') | is('t') | is('m') | is('d'));
  const Bits three = quoted & (((is('r') | is('v')) & behind(e, 'e')) | (l & behind(l, 'l')));
  const Bits forced = (two << 1) | (three << 2) | carry.forced;
  carry.apostrophe = last(apostrophe & starts);
  carry.forced = last(two) | (three >> (kScanBlock - 2));
  return (starts & ~(two | three)) | forced;
}

/// Which characters of the block begin a piece.
template <typename Instructions>
Bits starts_of_block(const char* block, const BlockClasses& is, ScanCarry& carry) {
  const Bits other = ~(is.letter | is.number | is.space);
  const Bits after_blank = previous(is.blank, carry.blank);
  const Bits run_begins = (is.letter & ~previous(is.letter, carry.letter)) |
                          (is.number & ~previous(is.number, carry.number)) |
                          (other & ~previous(other, carry.other));
  // A space alone goes with what follows it; of a run the last character stands for itself.
  const Bits space_follows =
      (is.space >> 1) | (Bits{is_ascii_space(block[kScanBlock])} << (kScanBlock - 1));
  const Bits spaces = is.space & (~previous(is.space, carry.space) | ~space_follows);
  Bits starts = (run_begins & ~after_blank) | spaces;
  if (((is.apostrophe & starts) | carry.apostrophe | carry.forced) != 0)
    starts = with_contractions<Instructions>(block, is.apostrophe, starts, carry);
  carry.letter = last(is.letter);
  carry.number = last(is.number);
  carry.space = last(is.space);
  carry.other = last(other);
  carry.blank = last(is.blank);
  return starts;
}

template <typename Instructions>
std::size_t scan_gpt2(Scan& scan, std::uint32_t* begins, std::size_t capacity) {
  ScanCarry carry = scan.carry;
  const char* block = scan.next;
  std::size_t count = 0;
  while (count + kScanBlock <= capacity && scan.end - block > std::ptrdiff_t{kScanBlock} &&
         block - scan.base < std::ptrdiff_t{kScanOffsetMax}) {
    const BlockClasses classes = Instructions::classify(block);
    if (classes.not_ascii != 0 || block[kScanBlock] < 0) break;
    const Bits starts = starts_of_block<Instructions>(block, classes, carry);
    count += Instructions::write_positions(starts, static_cast<std::uint32_t>(block - scan.base),
                                           begins + count);
    block += kScanBlock;
  }
  scan.next = block;
  scan.carry = carry;
  return count;
}

}  // namespace
}  // namespace scribe
