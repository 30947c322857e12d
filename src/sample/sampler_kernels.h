// The sampler's passes over a whole vocabulary, once per instruction set and with the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

// This header is compiled with several instruction sets. It holds no function bodies: an inline
// function compiled for AVX2 could be the copy that the linker keeps for every caller.
namespace scribe {

/// Logit i belongs to group i mod kSamplerGroups.
inline constexpr std::size_t kSamplerGroups = 256;
/// Tokens whose weights are also summed up together.
inline constexpr std::size_t kSamplerBlock = 256;

/// No instruction set may fuse or reorder what is written, so that all give the same bits.
struct SamplerKernels {
  /// maxima[kSamplerGroups]: the largest logit of each group, NaN apart; -inf for an empty one.
  void (*group_maxima)(const float* logits, std::size_t count, float* maxima);

  /// Sum of exp(logits - max) in a fixed order; NaN if any is.
  double (*sum_of_exp)(const float* logits, std::size_t count, float max);

  /// exponentials[i] = exp((logits[i] - max) * inverse_temperature), and of each block of
  /// kSamplerBlock the sum of its weights. A weight is token_weight(exponential).
  void (*weigh)(const float* logits, std::size_t count, float max, float inverse_temperature,
                float* exponentials, std::uint64_t* block_totals);

  /// ids[count]: those of the logits that are at least `bound`, in order. Returns how many.
  std::size_t (*at_least)(const float* logits, std::size_t count, float bound, std::int32_t* ids);
};

const SamplerKernels& baseline_sampler_kernels();
/// Requires AVX2.
const SamplerKernels& avx2_sampler_kernels();
/// Requires AVX-512 F, VL, DQ and BW.
const SamplerKernels& avx512_sampler_kernels();

}  // namespace scribe
