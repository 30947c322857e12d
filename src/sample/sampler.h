// Picks the next token from logits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "base/result.h"
#include "sample/sampler_kernels.h"

namespace scribe {

inline constexpr std::int32_t kTopLogprobsMax = 20;

struct LogitBias {
  std::int32_t token = 0;
  double bias = 0;  ///< added to its logit
};

/// What changes the logits comes first, in the order of Sampler::draw's formula; then temperature,
/// top_k, top_p and min_p, each on what the one before has kept.
struct SamplerOptions {
  double temperature = 0.8;  ///< divides the logits; 0 takes the most likely token
  double top_p = 0.95;       ///< nucleus (Holtzman et al. 2020): see Sampler::draw; 1 keeps all
  std::int32_t top_k = 0;    ///< keeps this many tokens; 0 keeps all
  double min_p = 0;          ///< drops tokens of less than this share of the heaviest's weight
  double repetition_penalty = 1;  ///< for tokens of prompt and completion (Keskar et al. 2019)
  double presence_penalty = 0;    ///< subtracted if the completion has the token
  double frequency_penalty = 0;   ///< subtracted as often as the completion has the token
  std::vector<LogitBias> logit_bias = {};  ///< a token at most once
  std::int32_t top_logprobs = 0;           ///< the most likely tokens to report with each draw
};

/// Errors: invalid_argument naming the option: temperature 0 or 0.001 ... 100, top_p and min_p
/// 0 ... 1, top_k >= 0, repetition_penalty 0.01 ... 100, the other penalties -2 ... 2, logit_bias
/// -100 ... 100 and no token twice, top_logprobs 0 ... kTopLogprobsMax.
Status validate(const SamplerOptions& options);
/// Errors: invalid_argument naming a token with a bias that is not among the `vocabulary_size`.
Status check_biased_tokens(const SamplerOptions& options, std::int64_t vocabulary_size);

/// What the penalties look at. Ids outside the vocabulary have no logit and count for nothing.
struct TokenHistory {
  std::span<const std::int32_t> prompt;
  std::span<const std::int32_t> completion;
};

/// A log-probability is at temperature 1 with nothing changed or filtered out, in nats.
struct TokenLogprob {
  std::int32_t token = 0;
  double logprob = 0;

  bool operator==(const TokenLogprob&) const = default;
};

struct Draw {
  std::int32_t token = 0;
  double logprob = 0;             ///< as in TokenLogprob
  std::vector<TokenLogprob> top;  ///< top_logprobs of them, most likely first, ties by lower id
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
/// sort to the bit, and a draw the same on every machine, with every instruction set and by
/// Backend::draw_tokens().
class Sampler {
 public:
  explicit Sampler(const SamplerKernels& kernels = best_sampler_kernels()) : kernels_(&kernels) {}

  /// Each logit z of a token that `history` has c times in the completion becomes
  ///   r(z) - presence_penalty [c > 0] - frequency_penalty c + logit_bias,
  /// with r(z) = z / repetition_penalty if z > 0, else z repetition_penalty, if prompt or
  /// completion have the token, and z if not. Log-probabilities are of the logits as they came.
  ///
  /// Tokens rank by logit, then lower id. top_k keeps the first k; of those, top_p keeps the
  /// shortest run from the top whose weight is at least top_p of the total: the token that crosses
  /// the line is kept. `bits` then picks one of those that min_p leaves, in proportion to weight.
  ///
  /// Shapes: logits (V), 1 <= V <= 2^22. Greedy ties go to the lower id.
  /// Nothing is returned if the logits have no distribution: a NaN, +inf, or all -inf.
  std::optional<Draw> draw(std::span<const float> logits, const SamplerOptions& options,
                           std::uint64_t bits, const TokenHistory& history = {});

  /// The same draw for Backend::draw_tokens(), from row `row` of its logits. Nothing if it needs
  /// draw(): penalties, biases, top_logprobs.
  static std::optional<DrawRow> draw_row(const SamplerOptions& options, std::uint64_t bits,
                                         std::int64_t row);
  /// What draw() gives for that row, from what the backend gave.
  static std::optional<Draw> draw_of(const DrawnToken& drawn);

 private:
  /// What makes logits log-probabilities.
  struct Normalizer {
    double max = 0;
    double log_sum = 0;  ///< of exp(logits - max)
    double logprob(float logit) const { return static_cast<double>(logit) - max - log_sum; }
  };

  void adjust(std::span<const float> logits, const SamplerOptions& options,
              const TokenHistory& history);
  float max_of(std::span<const float> logits);
  std::vector<TokenLogprob> most_likely(std::span<const float> logits, const Normalizer& normalizer,
                                        std::int32_t count);
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
  void keep_min_p(double min_p);

  const SamplerKernels* kernels_;
  std::vector<float> adjusted_;              // logits
  std::vector<std::int32_t> counts_;         // by token; zero between calls
  std::vector<float> maxima_;                // by group, of what max_of saw last
  std::vector<float> exponentials_;          // by token
  std::vector<std::uint64_t> block_totals_;  // weights of kSamplerBlock tokens each
  std::vector<std::int32_t> kept_;           // room for all tokens
  std::size_t kept_count_ = 0;               // of kept_, in the order of ids
  std::vector<float> largest_;
  std::vector<std::uint64_t> bucket_totals_;
  std::vector<std::int32_t> scratch_;
};

}  // namespace scribe
