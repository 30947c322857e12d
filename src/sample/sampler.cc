// Temperature, top-k and top-p by partial selection over exact fixed-point weights.
#include "sample/sampler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/philox.h"

namespace scribe {
namespace {

constexpr double kTemperatureMin = 0.001;
constexpr double kTemperatureMax = 100;
constexpr std::size_t kVocabularyMax = std::size_t{1}
                                       << 22;  // 2^22 weights of 2^40 fit in 64 bits.

/// exp(x) for x <= 0 to 1e-7 of its value; below -87 it is exp(-87). exp(0) is exactly 1; NaN
/// stays.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2; exp(r) by its Taylor series to r^7 (the rest is below
/// 6e-9), times 2^n. Written without branches or library calls so that compilers vectorise it; the
/// bits do not depend on whether they do.
inline float exp_nonpositive(float x) {
  constexpr float kRoundingShift = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  x = x < -87.0F ? -87.0F : x;
  const float shifted = x * 1.44269504F + kRoundingShift;
  const float n = shifted - kRoundingShift;
  // ln 2 in two parts; the first has few bits, so that n times it is exact.
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float sum = 1.0F / 5040.0F;
  sum = sum * r + 1.0F / 720.0F;
  sum = sum * r + 1.0F / 120.0F;
  sum = sum * r + 1.0F / 24.0F;
  sum = sum * r + 1.0F / 6.0F;
  sum = sum * r + 0.5F;
  sum = sum * r + 1.0F;
  sum = sum * r + 1.0F;
  // The low bits of `shifted` are n: moved to the exponent's place, they make 2^n.
  const std::uint32_t power = (std::bit_cast<std::uint32_t>(shifted) << 23) + 0x3F800000U;
  return sum * std::bit_cast<float>(power);
}

constexpr std::size_t kLanes = 8;

float max_of(std::span<const float> values) {
  std::array<float, kLanes> lanes;
  lanes.fill(values[0]);
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] = values[i + lane] > lanes[lane] ? values[i + lane] : lanes[lane];
  float max = lanes[0];
  for (const float lane : lanes) max = std::max(max, lane);
  for (; i < values.size(); ++i) max = std::max(max, values[i]);
  return max;
}

/// Sum of exp(logits - max) in kLanes partial sums, in a fixed order. Blocks keep the loop over
/// exponentials apart from the sums, so that it vectorises.
double sum_of_exp(std::span<const float> logits, float max) {
  constexpr std::size_t kBlock = 256;
  std::array<float, kBlock> block;
  std::array<double, kLanes> lanes{};
  for (std::size_t start = 0; start < logits.size(); start += kBlock) {
    const std::span<const float> part =
        logits.subspan(start, std::min(kBlock, logits.size() - start));
    block.fill(0);
    for (std::size_t i = 0; i < part.size(); ++i) block[i] = exp_nonpositive(part[i] - max);
    for (std::size_t i = 0; i < kBlock; i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] += static_cast<double>(block[i + lane]);
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

/// round(value * 2^40) for 0 <= value <= 1: adding 2^52 leaves the integer in the low bits.
inline std::uint64_t fixed_point(float value) {
  constexpr double kShift = 0x1.0p52;
  constexpr double kScale = static_cast<double>(std::uint64_t{1} << Sampler::kWeightBits);
  return std::bit_cast<std::uint64_t>(static_cast<double>(value) * kScale + kShift) -
         std::bit_cast<std::uint64_t>(kShift);
}

/// Fills weights and returns their sum.
std::uint64_t weigh(std::span<const float> logits, float max, float inverse_temperature,
                    std::vector<std::uint64_t>& weights) {
  weights.resize(logits.size());
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    weights[i] = fixed_point(exp_nonpositive((logits[i] - max) * inverse_temperature));
    total += weights[i];
  }
  return total;
}

/// A number in [0, total), in proportion to `bits` in [0, 2^64).
std::uint64_t scaled(std::uint64_t bits, std::uint64_t total) {
  return static_cast<std::uint64_t>((static_cast<Uint128>(bits) * total) >> 64);
}

}  // namespace

Status validate(const SamplerOptions& options) {
  const double t = options.temperature;
  if (!(t == 0 || (t >= kTemperatureMin && t <= kTemperatureMax)))
    return error(ErrorCode::invalid_argument,
                 "temperature is {}, expected 0 (the most likely token) or {} to {}", t,
                 kTemperatureMin, kTemperatureMax);
  if (!(options.top_p >= 0 && options.top_p <= 1))
    return error(ErrorCode::invalid_argument, "top-p is {}, expected 0 to 1", options.top_p);
  if (options.top_k < 0)
    return error(ErrorCode::invalid_argument, "top-k is {}, expected 0 (off) or more",
                 options.top_k);
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

bool Sampler::ranks_before(const Candidate& a, const Candidate& b) {
  if (a.weight != b.weight) return a.weight > b.weight;
  if (a.logit != b.logit) return a.logit > b.logit;
  return a.token < b.token;
}

std::optional<Draw> Sampler::draw(std::span<const float> logits, const SamplerOptions& options,
                                  std::uint64_t bits) {
  SCRIBE_CHECK(!logits.empty() && logits.size() <= kVocabularyMax, "{} logits", logits.size());
  const float max = max_of(logits);
  const double sum = sum_of_exp(logits, max);
  if (!std::isfinite(max) || !std::isfinite(sum)) return std::nullopt;
  const std::int32_t token = draw_token(logits, max, options, bits);
  const float logit = logits[static_cast<std::size_t>(token)];
  return Draw{.token = token,
              .logprob = static_cast<double>(logit) - static_cast<double>(max) - std::log(sum)};
}

std::int32_t Sampler::draw_token(std::span<const float> logits, float max,
                                 const SamplerOptions& options, std::uint64_t bits) {
  if (options.temperature == 0)
    return static_cast<std::int32_t>(std::ranges::find(logits, max) - logits.begin());
  std::uint64_t total = weigh(logits, max, static_cast<float>(1.0 / options.temperature), weights_);
  const bool all_p = options.top_p >= 1;
  const bool all_k = options.top_k == 0 || static_cast<std::size_t>(options.top_k) >= logits.size();

  // No token lighter than this is in the nucleus: all of them together weigh less than what the
  // nucleus leaves out. It drops most of a vocabulary in one pass, before anything is ordered.
  const auto left_out =
      static_cast<std::uint64_t>((1 - options.top_p) * static_cast<double>(total));
  const std::uint64_t lightest = all_p || !all_k ? 1 : left_out / logits.size();
  candidates_.clear();
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (weights_[i] >= lightest)
      candidates_.push_back({weights_[i], logits[i], static_cast<std::int32_t>(i)});

  if (!all_k) {
    keep_top_k(options.top_k);
    total = 0;
    for (const Candidate& candidate : candidates_) total += candidate.weight;
  }
  if (!all_p) total = keep_top_p(total, options.top_p);
  const std::uint64_t target = scaled(bits, total);
  std::uint64_t passed = 0;
  for (const Candidate& candidate : candidates_) {
    passed += candidate.weight;
    if (passed > target) return candidate.token;
  }
  SCRIBE_UNREACHABLE();
}

void Sampler::keep_top_k(std::int32_t top_k) {
  const auto k = static_cast<std::size_t>(top_k);
  if (candidates_.size() <= k) return;
  scratch_ = candidates_;
  const auto last = scratch_.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(scratch_.begin(), last, scratch_.end(), ranks_before);
  std::erase_if(candidates_, [&](const Candidate& c) { return ranks_before(*last, c); });
}

std::uint64_t Sampler::keep_top_p(std::uint64_t total, double top_p) {
  const double share = std::ceil(top_p * static_cast<double>(total));
  const std::uint64_t need = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(share), 1, total);
  scratch_ = candidates_;
  // Halves the part that holds the crossing token; `passed` is the weight of all that rank before
  // it.
  auto first = scratch_.begin();
  auto last = scratch_.end();
  std::uint64_t passed = 0;
  while (last - first > 1) {
    const auto middle = first + (last - first) / 2;
    std::nth_element(first, middle, last, ranks_before);
    std::uint64_t half = 0;
    for (auto it = first; it != middle; ++it) half += it->weight;
    if (passed + half >= need) {
      last = middle;
    } else {
      passed += half;
      first = middle;
    }
  }
  const Candidate crossing = *first;
  std::erase_if(candidates_, [&](const Candidate& c) { return ranks_before(crossing, c); });
  return passed + crossing.weight;
}

}  // namespace scribe
