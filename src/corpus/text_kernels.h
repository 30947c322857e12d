// Passes over the bytes of a text, once per instruction set and with the same results.
#pragma once

#include <cstddef>
#include <cstdint>

// This header is compiled with several instruction sets. It holds no function bodies: an inline
// function compiled for AVX2 could be the copy that the linker keeps for every caller.
namespace scribe {

/// What was counted up to some place of a text, and the line that was left open there.
struct LineCounts {
  std::int64_t characters = 0;
  std::int64_t letters = 0;
  std::int64_t numbers = 0;
  std::int64_t line_ends = 0;            ///< \r\n is one
  std::int64_t line_end_characters = 0;  ///< and two of these
  std::int64_t line_length_max = 0;      ///< of the lines that ended
  std::int64_t line_length = 0;          ///< of the line in hand
  bool after_return = false;             ///< the last character was \r
};

/// Nibble tables of three neighbouring bytes: bit b of low[i][x & 15] & high[i][x >> 4] says that
/// byte i may be x in a match of kind b. A place is an anchor if all three bytes share a kind.
struct AnchorTables {
  std::uint8_t low[3][16];
  std::uint8_t high[3][16];
};

struct TextKernels {
  /// Adds whole blocks of 64 ASCII bytes to `counts`; stops before the first block that holds
  /// another byte, or that is not whole. Returns how many bytes it took.
  std::size_t (*count_ascii)(const char* text, std::size_t count, LineCounts& counts);

  /// The first anchor in [begin, end), where the bytes before and after it count too; `end` if
  /// there is none. Requires: 1 <= begin, and end < the text's bytes.
  std::size_t (*next_anchor)(const char* text, std::size_t begin, std::size_t end,
                             const AnchorTables& tables);
};

/// Takes no bytes in count_ascii: the plain path, which is the reference, does everything.
const TextKernels& plain_text_kernels();
/// Requires AVX2.
const TextKernels& avx2_text_kernels();
/// Requires AVX-512 F, VL and BW, and AVX2.
const TextKernels& avx512_text_kernels();

/// The fastest that this processor runs.
const TextKernels& best_text_kernels();

}  // namespace scribe
