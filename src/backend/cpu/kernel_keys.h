// Attention of one query over keys and values of its own; included once per instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/kernels.h"

namespace scribe {
namespace {

constexpr std::size_t kKeyVectors = kKeyBlock / Simd::kWidth;

/// kBlocks blocks of keys at once: their chains are independent, so that additions overlap.
template <std::size_t kBlocks, typename Element>
inline void score_blocks(const float* query, const Element* keys, std::int64_t size,
                         float* scores) {
  Vector sums[kBlocks][kKeyVectors];
#pragma GCC unroll 8
  for (std::size_t b = 0; b < kBlocks; ++b)
#pragma GCC unroll 2
    for (std::size_t v = 0; v < kKeyVectors; ++v) sums[b][v] = Simd::zero();
  for (std::int64_t i = 0; i < size; ++i) {
    const Vector factor = Simd::set(query[i]);
#pragma GCC unroll 8
    for (std::size_t b = 0; b < kBlocks; ++b)
#pragma GCC unroll 2
      for (std::size_t v = 0; v < kKeyVectors; ++v)
        sums[b][v] =
            Simd::fma(factor,
                      Simd::load(keys + (static_cast<std::int64_t>(b) * size + i) * kKeyBlock +
                                 static_cast<std::int64_t>(v) * Simd::kWidth),
                      sums[b][v]);
  }
#pragma GCC unroll 8
  for (std::size_t b = 0; b < kBlocks; ++b)
#pragma GCC unroll 2
    for (std::size_t v = 0; v < kKeyVectors; ++v)
      Simd::store(scores + static_cast<std::int64_t>(b) * kKeyBlock +
                      static_cast<std::int64_t>(v) * Simd::kWidth,
                  sums[b][v]);
}

template <typename Element>
void score_keys(const float* query, const Element* keys, std::int64_t size, std::int64_t count,
                float* scores) {
  constexpr std::int64_t kBlocks = 4;
  while (count > 0) {
    if (count > 3 * kKeyBlock)
      score_blocks<kBlocks>(query, keys, size, scores);
    else if (count > 2 * kKeyBlock)
      score_blocks<3>(query, keys, size, scores);
    else if (count > kKeyBlock)
      score_blocks<2>(query, keys, size, scores);
    else
      score_blocks<1>(query, keys, size, scores);
    keys += kBlocks * kKeyBlock * size;
    scores += kBlocks * kKeyBlock;
    count -= kBlocks * kKeyBlock;
  }
}

/// kVectors vectors of every value, from `values` on.
template <std::size_t kVectors, typename Element>
inline void weigh_columns(const float* weights, const Element* values, std::int64_t size,
                          std::int64_t count, float* sums) {
  // Even and odd tokens apart: twice as many chains, so that additions overlap.
  Vector even[kVectors];
  Vector odd[kVectors];
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v) {
    even[v] = Simd::load(sums + static_cast<std::int64_t>(v) * Simd::kWidth);
    odd[v] = Simd::zero();
  }
  const auto add = [&](std::int64_t t, Vector(&total)[kVectors]) {
    const Vector factor = Simd::set(weights[t]);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v)
      total[v] = Simd::fma(
          factor, Simd::load(values + t * size + static_cast<std::int64_t>(v) * Simd::kWidth),
          total[v]);
  };
  std::int64_t t = 0;
  for (; t + 2 <= count; t += 2) {
    add(t, even);
    add(t + 1, odd);
  }
  if (t < count) add(t, even);
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v)
    Simd::store(sums + static_cast<std::int64_t>(v) * Simd::kWidth, Simd::add(even[v], odd[v]));
}

template <typename Element>
void weigh_values(const float* weights, const Element* values, std::int64_t size,
                  std::int64_t count, float* sums) {
  std::int64_t i = 0;
  for (; i + 4 * Simd::kWidth <= size; i += 4 * Simd::kWidth)
    weigh_columns<4>(weights, values + i, size, count, sums + i);
  for (; i + Simd::kWidth <= size; i += Simd::kWidth)
    weigh_columns<1>(weights, values + i, size, count, sums + i);
  if (i == size) return;
  const std::int64_t left = size - i;
  Vector total = Simd::load_some(sums + i, left);
  for (std::int64_t t = 0; t < count; ++t)
    total = Simd::fma(Simd::set(weights[t]), Simd::load_some(values + t * size + i, left), total);
  Simd::store_some(sums + i, total, left);
}

}  // namespace
}  // namespace scribe
