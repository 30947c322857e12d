// Random inputs, backend variants and comparisons for the tests of operations.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/cpu_backend.h"
#include "backend/cuda/cuda_options.h"
#include "backend/testing/mirrored_backend.h"
#include "base/philox.h"

namespace scribe::testing {

using Floats = std::vector<float>;
using Ids = std::vector<std::int32_t>;

inline std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// Normal values, the same for the same stream.
inline Floats random_floats(std::int64_t count, std::uint64_t stream, double scale = 1) {
  PhiloxStream random(17, stream);
  Floats values(index(count));
  for (float& value : values) value = static_cast<float>(scale * random.next_normal());
  return values;
}

/// Ids in [lowest, bound).
inline Ids random_ids(std::int64_t count, std::int32_t lowest, std::int32_t bound,
                      std::uint64_t stream) {
  PhiloxStream random(18, stream);
  Ids ids(index(count));
  for (std::int32_t& id : ids)
    id = lowest +
         static_cast<std::int32_t>(random.next_below(static_cast<std::uint64_t>(bound - lowest)));
  return ids;
}

/// A random matrix that owns its memory; columns past `cols` belong to nobody and must stay as they
/// are.
class OwnedMatrix {
 public:
  OwnedMatrix(std::int64_t rows, std::int64_t cols, std::uint64_t stream, double scale = 1,
              std::int64_t padding = 0)
      : rows_(rows),
        cols_(cols),
        stride_(cols + padding),
        values_(random_floats(rows * (cols + padding) + 1, stream, scale)) {}

  Matrix view() { return {values_.data(), rows_, cols_, stride_}; }
  Floats& values() { return values_; }

 private:
  std::int64_t rows_, cols_, stride_;
  Floats values_;
};

/// Cosines and sines of random angles.
class RotaryTables {
 public:
  RotaryTables(std::int64_t positions, std::int64_t pairs)
      : positions_(positions), pairs_(pairs), cosines_(random_floats(positions * pairs, 91, 3)) {
    sines_ = cosines_;
    for (float& angle : cosines_) angle = std::cos(angle);
    for (float& angle : sines_) angle = std::sin(angle);
  }
  Rotation rotation(RotaryPairs pairs, std::int64_t heads, std::int64_t head_size) const {
    return {{cosines_.data(), positions_, pairs_},
            {sines_.data(), positions_, pairs_},
            pairs,
            heads,
            head_size};
  }

 private:
  std::int64_t positions_, pairs_;
  Floats cosines_, sines_;
};

/// Largest |a - b| / (1 + |b|).
inline double largest_difference(const Floats& a, const Floats& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double expected = static_cast<double>(b[i]);
    const double difference =
        std::abs(static_cast<double>(a[i]) - expected) / (1 + std::abs(expected));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

inline bool same_bits(const Floats& a, const Floats& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
           return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
         });
}

/// Keys and values of `count` decoding rows in their backend's layout: a third of the rows have no
/// prefix, the others one of two; each has a suffix of its own.
class DecodeMemory {
 public:
  DecodeMemory(Backend& backend, const AttentionShape& shape, std::int64_t count, bool half = false)
      : backend_(backend), shape_(shape), qkv_(count, shape.qkv_width(), 31, 1, 2) {
    const std::int64_t prefix_floats = backend.prefix_floats(shape, kPrefixMax);
    const std::int64_t suffix_floats = backend.suffix_floats(shape, kSuffixMax, half);
    prefixes_ = backend.allocate(2 * prefix_floats);
    suffixes_ = backend.allocate(count * suffix_floats);
    for (const std::int64_t which : {0, 1})
      fill({prefixes_->data() + which * prefix_floats, kPrefixMax}, kLengths[which], {}, 0,
           40 + static_cast<std::uint64_t>(which));
    for (std::int64_t r = 0; r < count; ++r) {
      const std::int64_t which = r % 3 - 1;
      DecodeRow row;
      row.suffix = {suffixes_->data() + r * suffix_floats, kSuffixMax, half};
      row.suffix_length = 1 + (r * 7) % kSuffixMax;
      fill({}, 0, row.suffix, row.suffix_length - 1, 50 + static_cast<std::uint64_t>(r));
      if (which >= 0) {
        row.prefix = {prefixes_->data() + which * prefix_floats, kPrefixMax};
        row.prefix_length = kLengths[which];
      }
      rows_.push_back(row);
    }
  }

  /// Decodes `count` rows from `begin` on.
  void decode(std::int64_t begin, std::int64_t count, Matrix out) {
    const Matrix qkv = qkv_.view();
    backend_.attention_decode(shape_, {qkv.row(begin), count, qkv.cols, qkv.stride},
                              std::span(rows_).subspan(index(begin), index(count)), out);
  }

 private:
  static constexpr std::int64_t kPrefixMax = 75;
  static constexpr std::int64_t kSuffixMax = 40;
  static constexpr std::int64_t kLengths[] = {70, 33};

  /// Appends random tokens one after the other.
  void fill(KeyValues prefix, std::int64_t prefix_length, KeyValues suffix,
            std::int64_t suffix_length, std::uint64_t stream) {
    const std::int64_t count = prefix_length + suffix_length;
    if (count == 0) return;
    OwnedMatrix qkv(count, shape_.qkv_width(), stream);
    std::vector<DecodeRow> rows(index(count));
    for (std::int64_t t = 0; t < count; ++t)
      rows[index(t)] = {.prefix = prefix,
                        .prefix_length = prefix_length > 0 ? t + 1 : 0,
                        .suffix = suffix,
                        .suffix_length = prefix_length > 0 ? 0 : t + 1};
    Floats unused(index(count * shape_.width()));
    backend_.attention_decode(shape_, qkv.view(), rows, {unused.data(), count, shape_.width()});
  }

  Backend& backend_;
  AttentionShape shape_;
  OwnedMatrix qkv_;
  std::unique_ptr<Buffer> prefixes_;
  std::unique_ptr<Buffer> suffixes_;
  std::vector<DecodeRow> rows_;
};

inline std::unique_ptr<Backend> reference() {
  return make_backend(Device::reference).value();
}

/// A backend and, to compare bits with, one that must give the same: on one thread, or another
/// device of the kind.
struct Variant {
  std::string name;
  std::function<Result<std::unique_ptr<Backend>>()> make;
  std::function<Result<std::unique_ptr<Backend>>()> make_alone;
};

inline Variant cpu_variant(InstructionSet set, int threads) {
  const char* const name = set == InstructionSet::amx      ? "amx_"
                           : set == InstructionSet::avx512 ? "avx512_"
                                                           : "avx2_";
  return {name + std::to_string(threads), [=] { return make_cpu_backend(set, threads); },
          [=] { return make_cpu_backend(set, 1); }};
}

inline Variant cpu_bf16_variant(InstructionSet set, int threads) {
  const auto make = [=](int count) { return make_cpu_backend(set, count, Precision::bf16); };
  return {(set == InstructionSet::amx ? "amx_bf16_" : "bf16_") + std::to_string(threads),
          [=] { return make(threads); }, [=] { return make(1); }};
}

/// The GPU, or what this program was linked with in its place. Few logits at a time, so that chunks
/// are tested.
inline Result<std::unique_ptr<Backend>> make_mirrored_cuda(Precision precision) {
  SCRIBE_TRY_ASSIGN(
      std::unique_ptr<Backend> backend,
      make_cuda_backend({.precision = precision, .logits_floats_max = std::int64_t{2} << 20}));
  return std::unique_ptr<Backend>(std::make_unique<MirroredBackend>(std::move(backend)));
}

inline Variant cuda_variant(Precision precision = Precision::f32) {
  const auto make = [=] { return make_mirrored_cuda(precision); };
  return {precision == Precision::bf16 ? "cuda_bf16" : "cuda", make, make};
}

inline Variant reference_variant() {
  const auto make = [] { return make_backend(Device::reference); };
  return {"reference", make, make};
}

/// Tests of backends, one instance per variant; one that cannot run here skips and says why.
class VariantTest : public ::testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    auto made = GetParam().make();
    if (!made.ok()) GTEST_SKIP() << made.error().message();
    backend_ = std::move(made).value();
  }

  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Backend> reference_ = reference();
};

inline std::string variant_name(const ::testing::TestParamInfo<Variant>& info) {
  return info.param.name;
}

inline auto cpu_variants() {
  constexpr auto kAvx2 = InstructionSet::avx2;
  constexpr auto kAvx512 = InstructionSet::avx512;
  constexpr auto kAmx = InstructionSet::amx;
  return ::testing::Values(cpu_variant(kAvx2, 1), cpu_variant(kAvx2, 2), cpu_variant(kAvx2, 3),
                           cpu_variant(kAvx512, 1), cpu_variant(kAvx512, 2),
                           cpu_variant(kAvx512, 3), cpu_variant(kAmx, 1), cpu_variant(kAmx, 2));
}

inline auto cpu_bf16_variants() {
  constexpr auto kAvx512 = InstructionSet::avx512;
  constexpr auto kAmx = InstructionSet::amx;
  return ::testing::Values(cpu_bf16_variant(kAvx512, 1), cpu_bf16_variant(kAvx512, 2),
                           cpu_bf16_variant(kAmx, 1), cpu_bf16_variant(kAmx, 2));
}

}  // namespace scribe::testing
