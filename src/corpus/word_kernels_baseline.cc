// The word kernels for every processor that Scribe runs on, and which of them this one gets.
#include <array>

#include "corpus/word_loops.h"

namespace scribe {
namespace {

constexpr std::uint8_t kWord = 1;
constexpr std::uint8_t kSpace = 2;
constexpr std::uint8_t kStructure = 4;

constexpr std::array<std::uint8_t, 128> class_table() {
  std::array<std::uint8_t, 128> table{};
  for (std::size_t c = '0'; c <= '9'; ++c) table[c] = kWord;
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = kWord;
  table['_'] = kWord;
  for (std::size_t c = '\t'; c <= '\r'; ++c) table[c] = kSpace;
  table[' '] = kSpace;
  for (std::size_t c = '!'; c <= '~'; ++c)
    if (table[c] != kWord) table[c] = kStructure;
  table['\n'] |= kStructure;
  table['\r'] |= kStructure;
  return table;
}

constexpr std::array<std::uint8_t, 128> kClasses = class_table();

ByteMasks block_masks(const char* block) {
  ByteMasks masks{};
  for (std::size_t i = 0; i < kMaskBytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(block[i]);
    const std::uint64_t high = byte >> 7;
    const std::uint64_t kind = high != 0 ? 0 : kClasses[byte];
    masks.word |= (kind & kWord) << i;
    masks.high |= high << i;
    masks.space |= ((kind & kSpace) / kSpace) << i;
    masks.structure |= (kind / kStructure) << i;
  }
  return masks;
}

std::size_t places_one_by_one(const std::uint64_t* bits, std::size_t count, std::uint32_t* places) {
  std::uint32_t* out = places;
  for (std::size_t i = 0; i < count; ++i)
    for (std::uint64_t left = bits[i]; left != 0; left &= left - 1)
      *out++ = static_cast<std::uint32_t>(64 * i + static_cast<std::size_t>(__builtin_ctzll(left)));
  return static_cast<std::size_t>(out - places);
}

constexpr WordKernels kKernels = {
    .classify = classify<block_masks>, .places = places_one_by_one, .take_minima = take_minima<16>};

}  // namespace

const WordKernels& baseline_word_kernels() {
  return kKernels;
}

const WordKernels& best_word_kernels() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    return avx512_word_kernels();
  return __builtin_cpu_supports("avx2") ? avx2_word_kernels() : baseline_word_kernels();
}

}  // namespace scribe
