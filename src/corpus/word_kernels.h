// Where words lie in a text and MinHash over many shingles, once per instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

// This header is compiled with several instruction sets. It holds no function bodies: an inline
// function compiled for AVX2 could be the copy that the linker keeps for every caller.
namespace scribe {

/// Bytes that one ByteMasks describes.
inline constexpr std::size_t kMaskBytes = 64;
/// What WordKernels::places may write behind the last place.
inline constexpr std::size_t kPlacesRoom = 16;
/// The numbers of permutations that a kernel takes are multiples of this.
inline constexpr std::size_t kPermutationBlock = 128;

/// Bit i is about byte i of 64. Bits beyond the text are 0.
struct ByteMasks {
  std::uint64_t word;       ///< [A-Za-z0-9_]
  std::uint64_t high;       ///< 0x80 and above
  std::uint64_t space;      ///< ' ' and \t \n \v \f \r
  std::uint64_t structure;  ///< \n, \r and ASCII punctuation but _
};

/// Integers only, so that all give the same bits.
struct WordKernels {
  /// masks[(size + 63) / 64].
  void (*classify)(const char* text, std::size_t size, ByteMasks* masks);

  /// Writes where bits[count] has ones: bit b of bits[i] is place 64 i + b. Returns how many there
  /// are. Writes behind them as well: places[64 * count + kPlacesRoom].
  std::size_t (*places)(const std::uint64_t* bits, std::size_t count, std::uint32_t* places);

  /// minima[k] = min(minima[k], shingles[i] * multipliers[k] + addends[k]) over all i, modulo 2^32,
  /// for k < permutations, a multiple of kPermutationBlock.
  void (*take_minima)(const std::uint32_t* shingles, std::size_t count,
                      const std::uint32_t* multipliers, const std::uint32_t* addends,
                      std::size_t permutations, std::uint32_t* minima);
};

const WordKernels& baseline_word_kernels();
/// Requires AVX2 and BMI1, which all have that have AVX2.
const WordKernels& avx2_word_kernels();
/// Requires AVX-512 F, VL, DQ and BW.
const WordKernels& avx512_word_kernels();
/// The fastest that this processor has.
const WordKernels& best_word_kernels();

}  // namespace scribe
