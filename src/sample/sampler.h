// Picks the next token from logits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "sample/sampler_kernels.h"

namespace scribe {

/// Applied in this order: temperature, top_k, top_p.
struct SamplerOptions {
  double temperature = 0.8;  ///< divides the logits; 0 takes the most likely token
  double top_p = 0.95;       ///< nucleus (Holtzman et al. 2020): see Sampler::draw; 1 keeps all
  std::int32_t top_k = 0;    ///< keeps this many tokens; 0 keeps all
};

/// Errors: invalid_argument naming the option: temperature 0 or 0.001 ... 100, 0 <= top_p <= 1,
/// top_k >= 0.
Status validate(const SamplerOptions& options);

struct Draw {
  std::int32_t token = 0;
  double logprob = 0;  ///< of the token at temperature 1 with nothing filtered out, in nats
};

/// The 64 random bits behind one token: a pure function of its arguments (Philox), whatever else is
/// sampled at the same time, before or later. `stream` tells tasks apart.
std::uint64_t draw_bits(std::uint64_t seed, std::uint64_t stream, std::int64_t sample_index,
                        std::int64_t position);

/// The fastest that this processor has.
const SamplerKernels& best_sampler_kernels();

/// Draws tokens; holds scratch memory only, so the result is a function of the arguments.
/// One thread at a time.
///
/// Weights are exp((logit - max) / temperature) in fixed point with kSamplerWeightBits fractional
/// bits: sums of integers are exact in any order, which makes a partial selection agree with a full
/// sort to the bit, and a draw the same on every machine and with every instruction set.
class Sampler {
 public:
  explicit Sampler(const SamplerKernels& kernels = best_sampler_kernels()) : kernels_(&kernels) {}

  /// Tokens rank by logit, then lower id. top_k keeps the first k; of those, top_p keeps the
  /// shortest run from the top whose weight is at least top_p of the total: the token that crosses
  /// the line is kept. `bits` then picks one in proportion to weight.
  ///
  /// Shapes: logits (V), 1 <= V <= 2^22. Greedy ties go to the lower id.
  /// Nothing is returned if the logits have no distribution: a NaN, +inf, or all -inf.
  std::optional<Draw> draw(std::span<const float> logits, const SamplerOptions& options,
                           std::uint64_t bits);

 private:
  std::int32_t draw_token(std::span<const float> logits, float max, const SamplerOptions& options,
                          std::uint64_t bits);
  std::uint64_t weight(std::int32_t token) const;
  std::int32_t pick_of_all(std::uint64_t target) const;

  std::span<const std::int32_t> kept() const { return std::span(kept_).first(kept_count_); }
  std::uint64_t kept_weight() const;
  std::int32_t pick_of_kept(std::uint64_t target) const;
  void keep_at_least(std::span<const float> logits, float bound);
  void keep_down_to(std::span<const float> logits, std::int32_t last);
  void keep_top_k(std::span<const float> logits, std::size_t k);
  void keep_heaviest(std::span<const float> logits, float max, double temperature,
                     std::uint64_t total, std::uint64_t need);
  void keep_top_p(std::span<const float> logits, float max, std::uint64_t need);

  const SamplerKernels* kernels_;
  std::vector<float> maxima_;                // by group
  std::vector<float> exponentials_;          // by token
  std::vector<std::uint64_t> block_totals_;  // weights of kSamplerBlock tokens each
  std::vector<std::int32_t> kept_;           // room for all tokens
  std::size_t kept_count_ = 0;               // of kept_, in the order of ids
  std::vector<float> largest_;
  std::vector<std::uint64_t> bucket_totals_;
  std::vector<std::int32_t> scratch_;
};

}  // namespace scribe
