// Where pieces begin in blocks of ASCII, once per instruction set and with the same results.
#pragma once

#include <cstddef>
#include <cstdint>

// This header is compiled with several instruction sets. It holds no function bodies: an inline
// function compiled for AVX2 could be the copy that the linker keeps for every caller.
namespace scribe {

/// Bytes that are looked at together.
inline constexpr std::size_t kScanBlock = 64;
/// A kernel writes up to so many positions that do not count behind those that do.
inline constexpr std::size_t kScanSlack = 16;

/// Positions from here on are left to the next batch.
inline constexpr std::uint32_t kScanOffsetMax = std::uint32_t{1} << 31;

/// What the next block must know of what lies before it. All zero where a piece begins.
struct ScanCarry {
  // 1 if the last character is a letter, a number, white space, something else, the space itself.
  std::uint64_t letter = 0, number = 0, space = 0, other = 0, blank = 0;
  std::uint64_t apostrophe = 0;  ///< 1 if it is an apostrophe that begins a piece
  std::uint64_t forced = 0;      ///< characters that begin a piece since a contraction ends there
};

/// A scan of a text: from where on it has not been looked at, and what that depends on.
struct Scan {
  const char* next = nullptr;  ///< the first byte of the next block
  const char* end = nullptr;   ///< of the text
  const char* base = nullptr;  ///< positions are counted from here; base <= next
  ScanCarry carry;
};

struct ScanKernels {
  /// Where pieces begin by GPT-2's pattern: writes their positions to `begins`, in order, and
  /// returns how many. Stops before a block that is not ASCII together with the byte behind it,
  /// that is not followed by a byte, or that begins kScanOffsetMax bytes after `base`, and when
  /// fewer than kScanBlock of `capacity` positions are left. kScanSlack more may be written to.
  std::size_t (*gpt2)(Scan& scan, std::uint32_t* begins, std::size_t capacity);
};

/// Requires AVX2 and BMI.
const ScanKernels& avx2_scan_kernels();
/// Requires AVX-512 F and BW.
const ScanKernels& avx512_scan_kernels();
/// The best that this processor has, or null: then pieces are found one by one.
const ScanKernels* best_scan_kernels();

}  // namespace scribe
