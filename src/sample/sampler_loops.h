// Loops over a vocabulary that compilers vectorise, included once per instruction set.
#pragma once

#include <bit>
#include <limits>

#include "backend/token_weights.h"
#include "sample/sampler_kernels.h"

// The anonymous namespace keeps this instruction set's code out of every other file's sight.
namespace scribe {
namespace {

void group_maxima(const float* logits, std::size_t count, float* maxima) {
  for (std::size_t group = 0; group < kSamplerGroups; ++group)
    maxima[group] = -std::numeric_limits<float>::infinity();
  std::size_t start = 0;
  for (; start + kSamplerGroups <= count; start += kSamplerGroups)
    for (std::size_t group = 0; group < kSamplerGroups; ++group) {
      const float logit = logits[start + group];
      maxima[group] = logit > maxima[group] ? logit : maxima[group];
    }
  for (std::size_t group = 0; start + group < count; ++group)
    maxima[group] = logits[start + group] > maxima[group] ? logits[start + group] : maxima[group];
}

/// Eight partial sums. Blocks keep the loop over exponentials apart from the sums, so that it
/// vectorises.
double sum_of_exp(const float* logits, std::size_t count, float max) {
  constexpr std::size_t kBlock = 256;
  constexpr std::size_t kLanes = kExponentialSumLanes;
  float block[kBlock];
  double lanes[kLanes] = {};
  for (std::size_t start = 0; start < count; start += kBlock) {
    const std::size_t part = count - start < kBlock ? count - start : kBlock;
    for (std::size_t i = 0; i < part; ++i)
      block[i] = exp2_nonpositive((logits[start + i] - max) * kLog2E);
    for (std::size_t i = part; i < kBlock; ++i) block[i] = 0;
    for (std::size_t i = 0; i < kBlock; i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        lanes[lane] += static_cast<double>(block[i + lane]);
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

void weigh(const float* logits, std::size_t count, float max, float inverse_temperature,
           float* exponentials, std::uint64_t* block_totals) {
  const float factor = inverse_temperature * kLog2E;
  for (std::size_t start = 0; start < count; start += kSamplerBlock) {
    const std::size_t part = count - start < kSamplerBlock ? count - start : kSamplerBlock;
    const float* const from = logits + start;
    float* const to = exponentials + start;
    for (std::size_t i = 0; i < part; ++i) to[i] = exp2_nonpositive((from[i] - max) * factor);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < part; ++i) total += shifted_weight(to[i]);
    *block_totals++ = total - part * kWeightShiftBits;
  }
}

/// Most blocks of a peaked distribution hold none: they are passed over with one test.
std::size_t at_least(const float* logits, std::size_t count, float bound, std::int32_t* ids) {
  constexpr std::size_t kBlock = 16;
  std::size_t found = 0;
  std::size_t start = 0;
  for (; start + kBlock <= count; start += kBlock) {
    std::int32_t any = 0;
    for (std::size_t i = 0; i < kBlock; ++i) any |= logits[start + i] >= bound ? 1 : 0;
    if (any == 0) continue;
    for (std::size_t i = 0; i < kBlock; ++i) {
      ids[found] = static_cast<std::int32_t>(start + i);
      found += logits[start + i] >= bound ? 1 : 0;
    }
  }
  for (; start < count; ++start) {
    ids[found] = static_cast<std::int32_t>(start);
    found += logits[start] >= bound ? 1 : 0;
  }
  return found;
}

constexpr SamplerKernels kKernels{
    .group_maxima = group_maxima, .sum_of_exp = sum_of_exp, .weigh = weigh, .at_least = at_least};

}  // namespace
}  // namespace scribe
