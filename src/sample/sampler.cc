// Temperature, top-k and top-p by partial selection over exact fixed-point weights.
#include "sample/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>

#include "backend/token_weights.h"
#include "base/philox.h"

namespace scribe {
namespace {

constexpr double kTemperatureMin = 0.001;
constexpr double kTemperatureMax = 100;
constexpr std::size_t kBuckets = 1024;
constexpr std::int32_t kOnlyInPrompt = -1;  // a count
/// Below every finite logit; -inf has no weight and is never kept.
constexpr float kEveryLogit = std::numeric_limits<float>::lowest();

/// NaN is outside every range.
Status check_range(std::string_view name, double value, double least, double most) {
  if (value >= least && value <= most) return {};
  return error(ErrorCode::invalid_argument, "{} is {}, expected {} to {}", name, value, least,
               most);
}

bool changes_logits(const SamplerOptions& options) {
  return options.repetition_penalty != 1 || options.presence_penalty != 0 ||
         options.frequency_penalty != 0 || !options.logit_bias.empty();
}

/// Sorts ids by logit, the largest first, then by id.
struct RanksBefore {
  const float* logits;
  float logit(std::int32_t token) const { return logits[static_cast<std::size_t>(token)]; }
  bool operator()(std::int32_t a, std::int32_t b) const {
    return logit(a) != logit(b) ? logit(a) > logit(b) : a < b;
  }
};

}  // namespace

Status validate(const SamplerOptions& options) {
  const double t = options.temperature;
  if (!(t == 0 || (t >= kTemperatureMin && t <= kTemperatureMax)))
    return error(ErrorCode::invalid_argument,
                 "temperature is {}, expected 0 (the most likely token) or {} to {}", t,
                 kTemperatureMin, kTemperatureMax);
  if (options.top_k < 0)
    return error(ErrorCode::invalid_argument, "top-k is {}, expected 0 (off) or more",
                 options.top_k);
  SCRIBE_TRY(check_range("top-p", options.top_p, 0, 1));
  SCRIBE_TRY(check_range("min-p", options.min_p, 0, 1));
  SCRIBE_TRY(check_range("repetition-penalty", options.repetition_penalty, 0.01, 100));
  SCRIBE_TRY(check_range("presence-penalty", options.presence_penalty, -2, 2));
  SCRIBE_TRY(check_range("frequency-penalty", options.frequency_penalty, -2, 2));
  SCRIBE_TRY(check_range("top-logprobs", options.top_logprobs, 0, kTopLogprobsMax));
  std::set<std::int32_t> biased;
  for (const auto& [token, bias] : options.logit_bias) {
    SCRIBE_TRY(check_range(fmt::format("logit-bias of token {}", token), bias, -100, 100));
    if (!biased.insert(token).second)
      return error(ErrorCode::invalid_argument, "logit-bias is given twice for token {}", token);
  }
  return {};
}

Status check_biased_tokens(const SamplerOptions& options, std::int64_t vocabulary_size) {
  for (const auto& [token, bias] : options.logit_bias)
    if (token < 0 || token >= vocabulary_size)
      return error(ErrorCode::invalid_argument,
                   "logit-bias names token {}, but the tokenizer has tokens 0 to {}", token,
                   vocabulary_size - 1);
  return {};
}

std::uint64_t draw_bits(std::uint64_t seed, std::uint64_t stream, std::int64_t sample_index,
                        std::int64_t position) {
  const auto block =
      philox4x32({static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(sample_index),
                  static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)},
                 {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  return (std::uint64_t{block[0]} << 32) | block[1];
}

const SamplerKernels& best_sampler_kernels() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    return avx512_sampler_kernels();
  return __builtin_cpu_supports("avx2") ? avx2_sampler_kernels() : baseline_sampler_kernels();
}

std::optional<Draw> Sampler::draw(std::span<const float> logits, const SamplerOptions& options,
                                  std::uint64_t bits, const TokenHistory& history) {
  SCRIBE_CHECK(!logits.empty() && logits.size() <= kDrawVocabularyMax, "{} logits", logits.size());
  float max = max_of(logits);
  if (!std::isfinite(max)) return std::nullopt;
  const double sum = kernels_->sum_of_exp(logits.data(), logits.size(), max);
  if (!std::isfinite(sum)) return std::nullopt;
  const Normalizer normalizer{.max = static_cast<double>(max), .log_sum = std::log(sum)};
  Draw draw;
  if (options.top_logprobs > 0) draw.top = most_likely(logits, normalizer, options.top_logprobs);
  std::span<const float> drawn_from = logits;
  if (changes_logits(options)) {
    adjust(logits, options, history);
    drawn_from = adjusted_;
    max = max_of(drawn_from);
    if (!std::isfinite(max)) return std::nullopt;
  }
  draw.token = draw_token(drawn_from, max, options, bits);
  draw.logprob = normalizer.logprob(logits[static_cast<std::size_t>(draw.token)]);
  return draw;
}

std::optional<DrawRow> Sampler::draw_row(const SamplerOptions& options, std::uint64_t bits,
                                         std::int64_t row) {
  if (changes_logits(options) || options.top_logprobs > 0) return std::nullopt;
  return DrawRow{.row = row,
                 .temperature = options.temperature,
                 .top_k = options.top_k,
                 .top_p = options.top_p,
                 .min_p = options.min_p,
                 .bits = bits};
}

std::optional<Draw> Sampler::draw_of(const DrawnToken& drawn) {
  if (drawn.token < 0) return std::nullopt;
  const Normalizer normalizer{.max = static_cast<double>(drawn.max),
                              .log_sum = std::log(drawn.sum_of_exp)};
  return Draw{.token = drawn.token, .logprob = normalizer.logprob(drawn.logit), .top = {}};
}

float Sampler::max_of(std::span<const float> logits) {
  maxima_.resize(kSamplerGroups);
  kernels_->group_maxima(logits.data(), logits.size(), maxima_.data());
  return std::ranges::max(maxima_);
}

void Sampler::adjust(std::span<const float> logits, const SamplerOptions& options,
                     const TokenHistory& history) {
  adjusted_.assign(logits.begin(), logits.end());
  counts_.resize(std::max(counts_.size(), logits.size()));
  scratch_.clear();  // Each token once, the completion's first.
  const auto count_of = [&](std::int32_t token) -> std::int32_t* {
    if (token < 0 || static_cast<std::size_t>(token) >= logits.size()) return nullptr;
    std::int32_t& count = counts_[static_cast<std::size_t>(token)];
    if (count == 0) scratch_.push_back(token);
    return &count;
  };
  for (const std::int32_t token : history.completion)
    if (std::int32_t* const count = count_of(token)) ++*count;
  for (const std::int32_t token : history.prompt)
    if (std::int32_t* const count = count_of(token); count != nullptr && *count == 0)
      *count = kOnlyInPrompt;
  const auto repetition = static_cast<float>(options.repetition_penalty);
  for (const std::int32_t token : scratch_) {
    std::int32_t& count = counts_[static_cast<std::size_t>(token)];
    float& logit = adjusted_[static_cast<std::size_t>(token)];
    logit = logit > 0 ? logit / repetition : logit * repetition;
    if (count != kOnlyInPrompt)
      logit -= static_cast<float>(options.presence_penalty + options.frequency_penalty * count);
    count = 0;
  }
  for (const auto& [token, bias] : options.logit_bias) {
    SCRIBE_CHECK(token >= 0 && static_cast<std::size_t>(token) < logits.size(),
                 "bias of token {} of {}", token, logits.size());
    adjusted_[static_cast<std::size_t>(token)] += static_cast<float>(bias);
  }
}

std::vector<TokenLogprob> Sampler::most_likely(std::span<const float> logits,
                                               const Normalizer& normalizer, std::int32_t count) {
  keep_top_k(logits, std::min(static_cast<std::size_t>(count), logits.size()));
  scratch_.assign(kept().begin(), kept().end());
  std::ranges::sort(scratch_, RanksBefore{logits.data()});
  std::vector<TokenLogprob> top;
  for (const std::int32_t token : scratch_)
    top.push_back({token, normalizer.logprob(logits[static_cast<std::size_t>(token)])});
  return top;
}

std::int32_t Sampler::draw_token(std::span<const float> logits, float max,
                                 const SamplerOptions& options, std::uint64_t bits) {
  if (options.temperature == 0) {
    keep_at_least(logits, max);
    return kept_[0];
  }
  exponentials_.resize(logits.size());
  block_totals_.resize((logits.size() + kSamplerBlock - 1) / kSamplerBlock);
  kernels_->weigh(logits.data(), logits.size(), max, static_cast<float>(1.0 / options.temperature),
                  exponentials_.data(), block_totals_.data());
  std::uint64_t total =
      std::accumulate(block_totals_.begin(), block_totals_.end(), std::uint64_t{0});
  const bool all_p = options.top_p >= 1;
  const bool all_k = options.top_k == 0 || static_cast<std::size_t>(options.top_k) >= logits.size();
  if (all_p && all_k && options.min_p == 0) return pick_of_all(scaled_bits(bits, total));

  if (!all_k) {
    keep_top_k(logits, static_cast<std::size_t>(options.top_k));
    total = kept_weight();
  }
  const std::uint64_t need = nucleus_weight(options.top_p, total);
  if (all_k) keep_heaviest(logits, max, options.temperature, total, need);
  if (!all_p) keep_top_p(logits, max, need);
  if (options.min_p > 0) keep_min_p(options.min_p);
  return pick_of_kept(scaled_bits(bits, kept_weight()));
}

std::uint64_t Sampler::weight(std::int32_t token) const {
  return token_weight(exponentials_[static_cast<std::size_t>(token)]);
}

std::uint64_t Sampler::kept_weight() const {
  std::uint64_t sum = 0;
  for (const std::int32_t token : kept()) sum += weight(token);
  return sum;
}

std::int32_t Sampler::pick_of_all(std::uint64_t target) const {
  std::uint64_t passed = 0;
  std::size_t block = 0;
  while (passed + block_totals_[block] <= target) passed += block_totals_[block++];
  auto token = static_cast<std::int32_t>(block * kSamplerBlock);
  while ((passed += weight(token)) <= target) ++token;
  return token;
}

std::int32_t Sampler::pick_of_kept(std::uint64_t target) const {
  std::uint64_t passed = 0;
  for (const std::int32_t token : kept()) {
    passed += weight(token);
    if (passed > target) return token;
  }
  SCRIBE_UNREACHABLE();
}

void Sampler::keep_at_least(std::span<const float> logits, float bound) {
  kept_.resize(logits.size());
  kept_count_ = kernels_->at_least(logits.data(), logits.size(), bound, kept_.data());
}

void Sampler::keep_down_to(std::span<const float> logits, std::int32_t last) {
  const RanksBefore ranks_before{logits.data()};
  std::size_t count = 0;
  for (const std::int32_t token : kept()) {
    kept_[count] = token;
    count += ranks_before(last, token) ? 0U : 1U;
  }
  kept_count_ = count;
}

void Sampler::keep_top_k(std::span<const float> logits, std::size_t k) {
  float bound = kEveryLogit;
  if (k <= kSamplerGroups) {
    // k groups have a maximum of at least the k-th largest maximum: so have k logits.
    largest_ = maxima_;
    const auto kth = largest_.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(largest_.begin(), kth, largest_.end(), std::greater());
    bound = std::max(*kth, kEveryLogit);
  }
  keep_at_least(logits, bound);
  if (kept_count_ <= k) return;
  scratch_.assign(kept().begin(), kept().end());
  const auto last = scratch_.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(scratch_.begin(), last, scratch_.end(), RanksBefore{logits.data()});
  keep_down_to(logits, *last);
}

/// Keeps the first in rank, enough of them to weigh `need`. How many decides only the speed.
void Sampler::keep_heaviest(std::span<const float> logits, float max, double temperature,
                            std::uint64_t total, std::uint64_t need) {
  // All tokens lighter than this weigh less together than what the nucleus leaves out.
  const double lightest =
      std::max(0.5, static_cast<double>(total - need) / static_cast<double>(logits.size()));
  const double distance =
      temperature * (kSamplerWeightBits * std::numbers::ln2 - std::log(lightest));
  keep_at_least(logits, static_cast<float>(static_cast<double>(max) - distance * 1.0001));
  if (kept_weight() < need) keep_at_least(logits, kEveryLogit);
}

/// Counts weights by logit in kBuckets, so that only the bucket that holds the crossing token is
/// ordered.
void Sampler::keep_top_p(std::span<const float> logits, float max, std::uint64_t need) {
  const RanksBefore ranks_before{logits.data()};
  float lowest = max;
  for (const std::int32_t token : kept()) lowest = std::min(lowest, ranks_before.logit(token));
  // In doubles, since differences of floats may be too large or too small for a float.
  constexpr auto kLast = static_cast<double>(kBuckets - 1);
  const auto below_max = [&](float logit) {
    return static_cast<double>(max) - static_cast<double>(logit);
  };
  const double scale = lowest < max ? kLast / below_max(lowest) : 0;
  // Larger logits never come into a later bucket: rounding keeps the order.
  const auto bucket_of = [&](std::int32_t token) {
    return static_cast<std::size_t>(std::min(below_max(ranks_before.logit(token)) * scale, kLast));
  };
  bucket_totals_.assign(kBuckets, 0);
  for (const std::int32_t token : kept()) bucket_totals_[bucket_of(token)] += weight(token);
  std::uint64_t passed = 0;
  std::size_t bucket = 0;
  while (passed + bucket_totals_[bucket] < need) passed += bucket_totals_[bucket++];
  scratch_.clear();
  for (const std::int32_t token : kept())
    if (bucket_of(token) == bucket) scratch_.push_back(token);

  // Halves the part that holds the crossing token; `passed` is the weight of all that rank before
  // it.
  auto first = scratch_.begin();
  auto last = scratch_.end();
  while (last - first > 1) {
    const auto middle = first + (last - first) / 2;
    std::nth_element(first, middle, last, ranks_before);
    std::uint64_t half = 0;
    for (auto it = first; it != middle; ++it) half += weight(*it);
    if (passed + half >= need) {
      last = middle;
    } else {
      passed += half;
      first = middle;
    }
  }
  keep_down_to(logits, *first);
}

/// The most likely token weighs 1, which is never less than the share.
void Sampler::keep_min_p(double min_p) {
  const std::uint64_t least = least_weight(min_p);
  std::size_t count = 0;
  for (const std::int32_t token : kept()) {
    kept_[count] = token;
    count += weight(token) < least ? 0U : 1U;
  }
  kept_count_ = count;
}

}  // namespace scribe
