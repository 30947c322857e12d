// The plain passes over text, and the choice of the fastest.
#include "corpus/text_kernels.h"

namespace scribe {
namespace {

std::size_t count_nothing(const char*, std::size_t, LineCounts&) {
  return 0;
}

std::size_t next_anchor(const char* text, std::size_t begin, std::size_t end,
                        const AnchorTables& tables) {
  const auto kinds_of = [&](std::size_t position, std::size_t i) {
    const auto byte = static_cast<unsigned char>(text[position]);
    return static_cast<unsigned>(tables.low[i][byte & 15U] & tables.high[i][byte >> 4U]);
  };
  for (; begin < end; ++begin)
    if ((kinds_of(begin - 1, 0) & kinds_of(begin, 1) & kinds_of(begin + 1, 2)) != 0) break;
  return begin;
}

}  // namespace

const TextKernels& plain_text_kernels() {
  static constexpr TextKernels kKernels{.count_ascii = count_nothing, .next_anchor = next_anchor};
  return kKernels;
}

const TextKernels& best_text_kernels() {
  const bool avx2 = __builtin_cpu_supports("avx2");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw"))
    return avx512_text_kernels();
  return avx2 ? avx2_text_kernels() : plain_text_kernels();
}

}  // namespace scribe
