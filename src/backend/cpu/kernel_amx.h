// Products on AMX's tiles: pairs of bf16, and bytes; on top of kernel_bf16.h and kernel_int8.h.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "backend/cpu/kernels.h"

namespace scribe {
namespace {

// A tile has 16 rows of 64 bytes. Tiles 0 to 3 hold sums, [row tile][column tile]; 4 and 5 rows,
// 6 and 7 columns: each load is used twice, and four products are under way at once.
constexpr std::int64_t kTileEdge = 16;
constexpr std::int64_t kTileBytes = 64;
constexpr std::int64_t kAmxRows = 2 * kTileEdge;
static_assert(kTileCols == 2 * kTileEdge && kInt8TileCols == 2 * kTileEdge);
/// Bytes from one row of a panel's columns to the next, and of a block of sums.
constexpr std::int64_t kPanelRowBytes = kTileCols * 4;

/// What was written before is in memory after: GCC 12 does not know that the intrinsics read it.
inline void settle() {
  __asm__ volatile("" ::: "memory");
}

/// The shape of all tiles while it lives. Given back afterwards, or the system would have to save
/// eight kilobytes whenever it takes the processor away.
class Tiles {
 public:
  Tiles() {
    struct alignas(64) {
      std::uint8_t palette = 1;
      std::uint8_t start_row = 0;
      std::uint8_t reserved[14] = {};
      std::uint16_t row_bytes[16] = {};
      std::uint8_t rows[16] = {};
    } shape;
    for (int tile = 0; tile < 8; ++tile) {
      shape.row_bytes[tile] = kTileBytes;
      shape.rows[tile] = kTileEdge;
    }
    settle();
    _tile_loadconfig(&shape);
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
  ~Tiles() { _tile_release(); }
};

/// Of one or two row tiles.
template <std::int64_t kRowTiles>
void clear_sums() {
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (kRowTiles == 2) {
    _tile_zero(2);
    _tile_zero(3);
  }
}

/// Stores the sums of one or two row tiles as rows of 32.
template <std::int64_t kRowTiles>
void store_sums(void* sums) {
  auto* const to = static_cast<std::uint8_t*>(sums);
  _tile_stored(0, to, kPanelRowBytes);
  _tile_stored(1, to + kTileBytes, kPanelRowBytes);
  if constexpr (kRowTiles == 2) {
    _tile_stored(2, to + kTileEdge * kPanelRowBytes, kPanelRowBytes);
    _tile_stored(3, to + kTileEdge * kPanelRowBytes + kTileBytes, kPanelRowBytes);
  }
}

// --- Pairs of bf16. A block of 32 depths and 32 rows or columns is two tiles. Rows lie tile by
// tile, [row][pair of depths]; columns side by side, [pair of depths][column].

constexpr std::int64_t kPairsOfTile = 16;
constexpr std::int64_t kDepthOfTile = 2 * kPairsOfTile;
/// Packed numbers of a block.
constexpr std::int64_t kBlockSize = kAmxRows * kPairsOfTile;

/// Rows become columns.
inline void transpose(Vector (&rows)[kTileEdge]) {
  // In each quarter of 128 bits, four rows of four: then the quarters change places, twice.
  constexpr int kEven = 0x88, kOdd = 0xDD;
  Vector fours[kTileEdge];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kTileEdge; i += 4) {
    const __m512d low = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i], rows[i + 1]));
    const __m512d high = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i], rows[i + 1]));
    const __m512d low2 = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i + 2], rows[i + 3]));
    const __m512d high2 = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i + 2], rows[i + 3]));
    fours[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, low2));
    fours[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, low2));
    fours[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high, high2));
    fours[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high, high2));
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    const Vector even = _mm512_shuffle_f32x4(fours[i], fours[i + 4], kEven);
    const Vector odd = _mm512_shuffle_f32x4(fours[i], fours[i + 4], kOdd);
    const Vector even2 = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], kEven);
    const Vector odd2 = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], kOdd);
    rows[i] = _mm512_shuffle_f32x4(even, even2, kEven);
    rows[i + 4] = _mm512_shuffle_f32x4(odd, odd2, kEven);
    rows[i + 8] = _mm512_shuffle_f32x4(even, even2, kOdd);
    rows[i + 12] = _mm512_shuffle_f32x4(odd, odd2, kOdd);
  }
}

/// Up to 16 values; none if count <= 0.
inline Vector load_values(const float* from, std::int64_t count) {
  return count >= Simd::kWidth ? Simd::load(from)
         : count > 0           ? Simd::load_some(from, count)
                               : Simd::zero();
}
inline Vector load_values(const std::uint16_t* from, std::int64_t count) {
  if (count >= Simd::kWidth) return Simd::load_bf16(from);
  if (count <= 0) return Simd::zero();
  const __m256i bits = _mm256_maskz_loadu_epi16(Simd::mask(count), from);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

/// Up to 16 lanes (none if lanes <= 0) and 32 depths, as a tile of rows or of columns.
template <bool kOfRows, typename Source>
void pack_tile(const Source* source, std::int64_t lane_stride, std::int64_t depth_stride,
               std::int64_t lanes, std::int64_t depth, float* tile) {
  Vector rows[kTileEdge];  // a pair of depths of all lanes, or all depths of a lane
  const bool is_across = lane_stride == 1;
  for (std::int64_t i = 0; i < kTileEdge; ++i) {
    if (is_across) {
      const Source* const from = source + 2 * i * depth_stride;
      rows[i] = pairs_of(rounded(load_values(from, 2 * i < depth ? lanes : 0),
                                 load_values(from + depth_stride, 2 * i + 1 < depth ? lanes : 0)));
    } else {
      const Source* const from = source + i * lane_stride;
      const std::int64_t here = i < lanes ? depth : 0;
      rows[i] = _mm512_castsi512_ps(
          rounded(load_values(from, here), load_values(from + kTileEdge, here - kTileEdge)));
    }
  }
  if (is_across == kOfRows) transpose(rows);
  constexpr std::int64_t kStep = kOfRows ? kPairsOfTile : kTileCols;
  for (std::int64_t i = 0; i < kTileEdge; ++i) Simd::store(tile + i * kStep, rows[i]);
}

/// ProductKernels::pack_a, pack_b and pack_b_bf16. The source is read along what is contiguous.
template <bool kOfRows, typename Source>
void pack_tiles(const Source* source, std::int64_t lane_stride, std::int64_t depth_stride,
                std::int64_t lanes, std::int64_t depth, float* panels, std::int64_t panel_stride) {
  const auto pack_one = [&](std::int64_t lane, std::int64_t k) {
    const std::int64_t second = lane % kAmxRows;  // of the two tiles, if it is not 0
    float* const tile = panels + lane / kAmxRows * panel_stride + k / kDepthOfTile * kBlockSize +
                        (kOfRows ? second * kPairsOfTile : second);
    pack_tile<kOfRows>(source + lane * lane_stride + k * depth_stride, lane_stride, depth_stride,
                       lanes - lane, depth - k, tile);
  };
  const std::int64_t padded = (lanes + kAmxRows - 1) / kAmxRows * kAmxRows;
  if (lane_stride == 1) {
    for (std::int64_t k = 0; k < depth; k += kDepthOfTile)
      for (std::int64_t lane = 0; lane < padded; lane += kTileEdge) pack_one(lane, k);
  } else {
    for (std::int64_t lane = 0; lane < padded; lane += kTileEdge)
      for (std::int64_t k = 0; k < depth; k += kDepthOfTile) pack_one(lane, k);
  }
}

/// One or two row tiles by a panel of columns.
template <std::int64_t kRowTiles>
void multiply_tiles(const ProductBlock& block, const float* a, const float* b, std::int64_t row,
                    std::int64_t col) {
  prefetch_initial<static_cast<std::size_t>(kTileEdge * kRowTiles)>(block, row, col);
  clear_sums<kRowTiles>();
  for (std::int64_t p = 0; p < block.depth; p += kPairsOfTile, a += kBlockSize, b += kBlockSize) {
    _tile_loadd(6, b, kPanelRowBytes);
    _tile_loadd(4, a, kTileBytes);
    _tile_loadd(7, b + kTileEdge, kPanelRowBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (kRowTiles == 2) {
      _tile_loadd(5, a + kTileEdge * kPairsOfTile, kTileBytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  alignas(64) float sums[static_cast<std::size_t>(kTileEdge * kRowTiles * kTileCols)];
  store_sums<kRowTiles>(sums);
  const std::int64_t last = block.rows - row;
  const std::int64_t rows = last < kTileEdge * kRowTiles ? last : kTileEdge * kRowTiles;
  const std::int64_t cols = block.cols - col < kTileCols ? block.cols - col : kTileCols;
  for (std::int64_t r = 0; r < rows; ++r) {
    const Vector both[] = {Simd::load(sums + r * kTileCols),
                           Simd::load(sums + r * kTileCols + Simd::kWidth)};
    finish_row(block, both, row + r, col, cols);
  }
}

inline void multiply_bf16_tiles(const ProductBlock& block) {
  const Tiles tiles;
  const float* b = block.b;
  for (std::int64_t col = 0; col < block.cols; col += kTileCols, b += block.b_panel_stride) {
    const float* a = block.a;
    std::int64_t row = 0;
    for (; row + kTileEdge < block.rows; row += kAmxRows, a += kAmxRows * block.depth)
      multiply_tiles<2>(block, a, b, row, col);
    if (row < block.rows) multiply_tiles<1>(block, a, b, row, col);
  }
}

inline double multiply_in_tiles(std::int64_t rounds, float* sink) {
  const Tiles tiles;
  constexpr std::int64_t kRoundsOfOne = 8;  // a product takes about as long as 16 multiply-adds
  alignas(64) float sums[static_cast<std::size_t>(kAmxRows * kTileCols)] = {};
  settle();
  _tile_loadd(4, sums, kTileBytes);
  _tile_loadd(5, sums, kTileBytes);
  _tile_loadd(6, sums, kTileBytes);
  _tile_loadd(7, sums, kTileBytes);
  clear_sums<2>();
  for (std::int64_t round = 0; round < rounds; round += kRoundsOfOne) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  store_sums<2>(sums);
  *sink = sums[0];
  return 2.0 * kAmxRows * kTileCols * kDepthOfTile * static_cast<double>(rounds / kRoundsOfOne);
}

constexpr ProductKernels kAmxKernels = {
    .tile_rows = kAmxRows,
    .tile_cols = kTileCols,
    .depth_block = kDepthOfTile,
    .packed_block = kPairsOfTile,
    .pack_a = pack_tiles<true, float>,
    .pack_b = pack_tiles<false, float>,
    .pack_b_bf16 = pack_tiles<false, std::uint16_t>,
    .multiply = multiply_bf16_tiles,
    .multiply_in_registers = multiply_in_tiles,
};

// --- Bytes. Rows and panels are those of VNNI.

/// Adds the products of 64 depths to the sums.
template <std::int64_t kRowTiles>
void add_bytes(const std::uint8_t* x, std::int64_t x_stride, const std::int8_t* weights) {
  _tile_loadd(6, weights, kPanelRowBytes);
  _tile_loadd(4, x, x_stride);
  _tile_loadd(7, weights + kTileBytes, kPanelRowBytes);
  _tile_dpbusd(0, 4, 6);
  _tile_dpbusd(1, 4, 7);
  if constexpr (kRowTiles == 2) {
    _tile_loadd(5, x + kTileEdge * x_stride, x_stride);
    _tile_dpbusd(2, 5, 6);
    _tile_dpbusd(3, 5, 7);
  }
}

/// add_run() of one or two row tiles. `tail` are the last weights of a run that ends within a
/// tile, zeros behind them.
template <std::int64_t kRowTiles>
void add_run_in_tiles(const Int8Run& run, const std::int8_t* tail, std::int64_t rows,
                      float* totals) {
  _tile_loadd(0, run.corrections, 0);  // each row starts from them
  _tile_loadd(1, run.corrections + kTileEdge, 0);
  if constexpr (kRowTiles == 2) {
    _tile_loadd(2, run.corrections, 0);
    _tile_loadd(3, run.corrections + kTileEdge, 0);
  }
  const std::uint8_t* x = run.x;
  const std::int8_t* weights = run.weights;
  const std::int8_t* next = run.next;
  std::int64_t left = run.depths;
  for (; left >= kTileEdge; left -= kTileEdge) {
    for (std::int64_t line = 0; line < kTileEdge * run.lines; ++line, next += kInt8LineBytes)
      _mm_prefetch(reinterpret_cast<const char*>(next), _MM_HINT_T1);
    add_bytes<kRowTiles>(x, run.x_stride, weights);
    x += kTileBytes;
    weights += kTileEdge * kPanelRowBytes;
  }
  if (left > 0) add_bytes<kRowTiles>(x, run.x_stride, tail);
  alignas(64) std::int32_t sums[static_cast<std::size_t>(kTileEdge * kRowTiles * kInt8TileCols)];
  store_sums<kRowTiles>(sums);
  for (std::int64_t r = 0; r < rows; ++r) {
    const Vector scale = Simd::set(run.scales[r * run.scales_stride]);
    for (std::int64_t v = 0; v < kInt8TileCols; v += Simd::kWidth, totals += Simd::kWidth)
      Simd::store(totals,
                  Simd::fma(scale, Int8::to_floats(Int8::load(sums + r * kInt8TileCols + v)),
                            Simd::load(totals)));
  }
}

// So few rows are sooner multiplied one by one.
constexpr std::int64_t kRowsWithoutTiles = 2;

/// multiply_int8_panel() in tiles.
inline void multiply_int8_tiles(const Int8Block& block, const std::int8_t* weights,
                                const std::int32_t* corrections, std::int64_t first,
                                std::int64_t rows, std::int64_t col) {
  alignas(64) float totals[kInt8RowsMax * kInt8TileCols];
  for (std::int64_t i = 0; i < rows * kInt8TileCols; i += Simd::kWidth)
    Simd::store(totals + i, Simd::zero());
  const std::int64_t fours = (block.depth + 3) / 4;
  const std::int64_t whole = fours / kTileEdge * kTileEdge;
  alignas(64) std::int8_t tail[kTileEdge * kPanelRowBytes] = {};
  __builtin_memcpy(tail, weights + whole * kPanelRowBytes,
                   static_cast<std::size_t>((fours - whole) * kPanelRowBytes));
  settle();
  const std::int64_t runs = (block.depth + kInt8Group - 1) / kInt8Group;
  for (std::int64_t r = 0; r < runs; ++r) {
    Int8Run run = run_of(block, weights, corrections, first, r, kPanelRowBytes / kInt8LineBytes);
    std::int64_t row = 0;
    for (; row + kTileEdge < rows; row += kAmxRows) {
      const std::int64_t here = rows - row < kAmxRows ? rows - row : kAmxRows;
      add_run_in_tiles<2>(run, tail, here, totals + row * kInt8TileCols);
      run.x += kAmxRows * block.x_stride;
      run.scales += kAmxRows * runs;
      run.lines = 0;
    }
    if (row < rows) add_run_in_tiles<1>(run, tail, rows - row, totals + row * kInt8TileCols);
  }
  for (std::int64_t row = 0; row < rows; ++row)
    finish_int8_row(block, totals + row * kInt8TileCols, first + row, col);
}

inline void multiply_int8_amx(const Int8Block& block) {
  if (block.rows <= kRowsWithoutTiles) return multiply_int8<multiply_int8_panel>(block);
  const Tiles tiles;
  multiply_int8<multiply_int8_tiles>(block);
}

constexpr Int8Kernels kAmxInt8Kernels = {
    .tile_rows = kTileEdge,
    .tile_cols = kInt8TileCols,
    .offset = Int8::kOffset,
    .quantize = quantize,
    .multiply = multiply_int8_amx,
};

}  // namespace
}  // namespace scribe
