// Packing and the register tile of the matrix product; included once per instruction set.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "backend/cpu/kernels.h"

namespace scribe {
namespace {

constexpr std::int64_t kLineBytes = 64;
constexpr std::int64_t kTileCols = static_cast<std::int64_t>(Simd::kTileVectors) * Simd::kWidth;

// What is packed: floats, or bf16 (as uint16) that become floats.
inline __m128 load_four(const float* from) {
  return _mm_loadu_ps(from);
}
inline __m128 load_four(const std::uint16_t* from) {
  const __m128i bits = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  return _mm_castsi128_ps(_mm_slli_epi32(_mm_cvtepu16_epi32(bits), 16));
}
inline float load_one(const float* from) {
  return *from;
}
inline float load_one(const std::uint16_t* from) {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(*from) << 16);
}

/// panel[k * kTile + i] = source[i * stride + k] for i < lanes <= 4 and four k at a time.
template <std::int64_t kTile, typename Source>
inline void transpose_four(const Source* source, std::int64_t stride, std::int64_t lanes,
                           std::int64_t depth, float* panel) {
  std::int64_t k = 0;
  const Source* rows[4];
  for (std::int64_t i = 0; i < 4; ++i) rows[i] = source + (i < lanes ? i : 0) * stride;
  if (lanes == 4) {
    for (; k + 4 <= depth; k += 4) {
      __m128 a = load_four(rows[0] + k);
      __m128 b = load_four(rows[1] + k);
      __m128 c = load_four(rows[2] + k);
      __m128 d = load_four(rows[3] + k);
      _MM_TRANSPOSE4_PS(a, b, c, d);
      _mm_storeu_ps(panel + (k + 0) * kTile, a);
      _mm_storeu_ps(panel + (k + 1) * kTile, b);
      _mm_storeu_ps(panel + (k + 2) * kTile, c);
      _mm_storeu_ps(panel + (k + 3) * kTile, d);
    }
  }
  for (; k < depth; ++k)
    for (std::int64_t i = 0; i < lanes; ++i) panel[k * kTile + i] = load_one(rows[i] + k);
}

/// Copies `lanes` of kTile values of one depth.
template <std::int64_t kTile>
inline void copy_lanes(const float* from, std::int64_t lanes, float* to) {
  if (lanes >= kTile)
    __builtin_memcpy(to, from, kTile * sizeof(float));
  else
    for (std::int64_t i = 0; i < lanes; ++i) to[i] = from[i];
}
template <std::int64_t kTile>
inline void copy_lanes(const std::uint16_t* from, std::int64_t lanes, float* to) {
  const std::int64_t count = lanes < kTile ? lanes : kTile;
  std::int64_t i = 0;
  for (; i + Simd::kWidth <= count; i += Simd::kWidth)
    Simd::store(to + i, Simd::load_bf16(from + i));
  for (; i < count; ++i) to[i] = load_one(from + i);
}

// A piece of a panel so deep stays in the first-level cache while its lanes are filled in.
constexpr std::int64_t kTransposeDepth = 64;

/// Fills one panel whose lanes are contiguous along the depth.
template <std::int64_t kTile, typename Source>
void pack_transposed(const Source* source, std::int64_t lane_stride, std::int64_t lanes,
                     std::int64_t depth, float* panel) {
  for (std::int64_t k = 0; k < depth; k += kTransposeDepth) {
    const std::int64_t piece = depth - k < kTransposeDepth ? depth - k : kTransposeDepth;
    for (std::int64_t i = 0; i < lanes; i += 4)
      transpose_four<kTile>(source + i * lane_stride + k, lane_stride,
                            lanes - i < 4 ? lanes - i : 4, piece, panel + k * kTile + i);
  }
}

template <std::int64_t kTile, typename Source>
void pack(const Source* source, std::int64_t lane_stride, std::int64_t depth_stride,
          std::int64_t lanes, std::int64_t depth, float* panels, std::int64_t panel_stride) {
  const std::int64_t full = lanes / kTile * kTile;
  if (full < lanes) {  // the lanes that the last panel lacks are zero
    float* last = panels + full / kTile * panel_stride;
    for (std::int64_t i = 0; i < depth * kTile; ++i) last[i] = 0;
  }
  if (lane_stride != 1) {
    for (std::int64_t i = 0; i < lanes; i += kTile)
      pack_transposed<kTile>(source + i * lane_stride, lane_stride,
                             lanes - i < kTile ? lanes - i : kTile, depth,
                             panels + i / kTile * panel_stride);
    return;
  }
  // All panels at each depth: the source is read in long runs, which the prefetcher follows.
  for (std::int64_t k = 0; k < depth; ++k) {
    float* to = panels + k * kTile;
    for (std::int64_t i = 0; i < lanes; i += kTile, to += panel_stride)
      copy_lanes<kTile>(source + k * depth_stride + i, lanes - i, to);
  }
}

/// Adds bias and initial to one row of a tile and stores its first `cols` columns.
template <typename Block>
inline void finish_row(const Block& block, const Vector* sums, std::int64_t row, std::int64_t col,
                       std::int64_t cols) {
  float* out = block.out + row * block.out_stride + col;
  const float* initial = block.initial + row * block.initial_stride + col;
  const auto finish = [&](std::int64_t v, auto lanes) {
    const std::int64_t offset = v * Simd::kWidth;
    Vector x = sums[v];
    if (block.bias != nullptr) x = Simd::add(x, load(block.bias + col + offset, lanes));
    if (block.initial != nullptr) x = Simd::add(x, load(initial + offset, lanes));
    if (block.gelu) x = gelu_of(x);
    store(out + offset, x, lanes);
  };
  for (std::int64_t v = 0; v < static_cast<std::int64_t>(Simd::kTileVectors); ++v) {
    const std::int64_t left = cols - v * Simd::kWidth;
    if (left >= Simd::kWidth)
      finish(v, AllLanes{});
    else if (left > 0)
      finish(v, SomeLanes{left});
  }
}

/// Where a product adds to what stands in memory, it is on its way while the sums are computed.
template <std::size_t kRows, typename Block>
inline void prefetch_initial(const Block& block, std::int64_t row, std::int64_t col) {
  if (block.initial == nullptr) return;
  const float* initial = block.initial + row * block.initial_stride + col;
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; ++r, initial += block.initial_stride)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < Simd::kTileVectors; ++v)
      _mm_prefetch(reinterpret_cast<const char*>(initial + v * Simd::kWidth), _MM_HINT_T0);
}

/// Memory that later tiles read, fetched into the second-level cache while this one is computed:
/// `lines` cache lines at each depth.
struct Ahead {
  const char* next;
  std::int64_t lines;
};

/// What a tile multiplies: floats, or floats with halves.
template <typename Element_>
struct BasicFloatUnit {
  using Element = Element_;
  static constexpr std::int64_t kDepthStep = 1;
  static Vector multiply_add(Vector a, Vector b, Vector sum) { return Simd::fma(a, b, sum); }
};
using FloatUnit = BasicFloatUnit<float>;
using HalfUnit = BasicFloatUnit<std::uint16_t>;

template <typename Unit>
using BlockOf = BasicProductBlock<typename Unit::Element>;

/// kRows rows of one tile at (row, col); kRows is known so that the sums stay in registers.
template <std::size_t kRows, typename Unit>
void multiply_tile(const BlockOf<Unit>& block, const float* a, const typename Unit::Element* b,
                   Ahead ahead, std::int64_t row, std::int64_t col) {
  Vector sums[kRows][Simd::kTileVectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; ++r)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < Simd::kTileVectors; ++v) sums[r][v] = Simd::zero();
  prefetch_initial<kRows>(block, row, col);
  const std::int64_t a_step = block.a_is_one_row ? 1 : Simd::kTileRows;
  for (std::int64_t k = 0; k < block.depth; ++k) {
    for (std::int64_t line = 0; line < ahead.lines; ++line, ahead.next += kLineBytes)
      _mm_prefetch(ahead.next, _MM_HINT_T1);
    Vector columns[Simd::kTileVectors];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < Simd::kTileVectors; ++v)
      columns[v] = Simd::load(b + v * static_cast<std::size_t>(Simd::kWidth));
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
      const Vector factor = Simd::set(a[r]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < Simd::kTileVectors; ++v)
        sums[r][v] = Unit::multiply_add(factor, columns[v], sums[r][v]);
    }
    a += a_step;
    b += kTileCols;
  }
  const std::int64_t cols = block.cols - col < kTileCols ? block.cols - col : kTileCols;
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; ++r)
    finish_row(block, sums[r], row + static_cast<std::int64_t>(r), col, cols);
}

template <typename Unit>
using TileFunction = void (*)(const BlockOf<Unit>&, const float*, const typename Unit::Element*,
                              Ahead, std::int64_t, std::int64_t);

/// The tile function for `rows` in [1, kRows].
template <std::size_t kRows, typename Unit>
TileFunction<Unit> tile_function(std::int64_t rows) {
  if constexpr (kRows > 1) {
    if (rows < static_cast<std::int64_t>(kRows)) return tile_function<kRows - 1, Unit>(rows);
  }
  return multiply_tile<kRows, Unit>;
}

template <typename Unit>
void multiply(const BlockOf<Unit>& block) {
  using Element = typename Unit::Element;
  const std::int64_t last_rows = (block.rows - 1) % Simd::kTileRows + 1;
  const TileFunction<Unit> last_tile = tile_function<Simd::kTileRows, Unit>(last_rows);
  const Element* b = block.b;
  for (std::int64_t col = 0; col < block.cols; col += kTileCols, b += block.b_panel_stride) {
    const float* a = block.a;
    // The first tile of a panel would wait for memory if it was not fetched before: what comes next
    // is another panel, or follows this one, where weights that were packed once have their next.
    const bool is_last = col + kTileCols >= block.cols;
    const Element* const next = b + (is_last ? kTileCols * block.depth : block.b_panel_stride);
    constexpr std::int64_t kLines =
        (kTileCols * std::int64_t{sizeof(Element)} + kLineBytes - 1) / kLineBytes;
    std::int64_t tiles_ahead = block.rows > Simd::kTileRows ? kLines : 1;
    Ahead ahead{reinterpret_cast<const char*>(next), kLines / tiles_ahead};
    std::int64_t row = 0;
    for (; row + Simd::kTileRows < block.rows; row += Simd::kTileRows) {
      multiply_tile<Simd::kTileRows, Unit>(block, a, b, ahead, row, col);
      a += Simd::kTileRows * block.depth;
      ahead.next += kLineBytes * block.depth;
      if (--tiles_ahead == 0) ahead.lines = 0;
    }
    last_tile(block, a, b, ahead, row, col);
  }
}

template <typename Unit>
double multiply_in_registers(std::int64_t rounds, float* sink) {
  constexpr int kChains = 12;  // More than units times latency, fewer than registers.
  const Vector factor = Simd::set(0.999F);
  Vector chains[kChains];
  for (Vector& chain : chains) chain = factor;
  for (std::int64_t round = 0; round < rounds; ++round)
    for (Vector& chain : chains) chain = Unit::multiply_add(factor, factor, chain);
  Vector sum = Simd::zero();
  for (const Vector& chain : chains) sum = Simd::add(sum, chain);
  *sink = Simd::sum(sum);
  return 2.0 * kChains * Simd::kWidth * Unit::kDepthStep * static_cast<double>(rounds);
}

inline void widen_bf16(const std::uint16_t* values, float* out, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + Simd::kWidth <= count; i += Simd::kWidth)
    Simd::store(out + i, Simd::load_bf16(values + i));
  for (; i < count; ++i) out[i] = load_one(values + i);
}

/// to_bf16_at_random() with bf16_noise(), written again for the compiler to make vectors of: code
/// of that header that is compiled here could be the copy that the linker keeps for everybody.
inline void round_bf16(const float* values, std::uint32_t key, std::uint32_t first,
                       std::uint16_t* out, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bits = __builtin_bit_cast(std::uint32_t, values[i]);
    std::uint32_t x = (first + static_cast<std::uint32_t>(i)) * 0x9E3779B9U + key;
    x = (x ^ (x >> 16)) * 0x7FEB352DU;
    x = (x ^ (x >> 15)) * 0x846CA68BU;
    x = (x ^ (x >> 16)) & 0xFFFFU;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    const std::uint32_t quiet = magnitude > 0x7F800000U ? 0x400000U : 0U;  // NaN stays one
    out[i] = static_cast<std::uint16_t>((magnitude >= 0x7F800000U ? bits | quiet : bits + x) >> 16);
  }
}

inline void to_half(const float* values, std::uint16_t* halves, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + Simd::kWidth <= count; i += Simd::kWidth)
    Simd::store_half(halves + i, Simd::load(values + i));
  for (; i < count; ++i) halves[i] = _cvtss_sh(values[i], _MM_FROUND_TO_NEAREST_INT);
}

}  // namespace
}  // namespace scribe
