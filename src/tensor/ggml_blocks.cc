// One function per layout makes the values of a block; bits are taken out value by value.
#include "tensor/ggml_blocks.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "tensor/f16.h"
#include "tensor/number_format.h"

namespace scribe {
namespace {

constexpr std::size_t kSmall = 32;   ///< values of a block of the older types
constexpr std::size_t kLarge = 256;  ///< of the K types and IQ4_XS

/// IQ4_NL's levels, in 127ths of the largest.
constexpr std::array<float, 16> kLevels{-127, -104, -83, -65, -49, -35, -22, -10,
                                        1,    13,   25,  38,  53,  69,  89,  113};

/// The bytes of one block.
class Block {
 public:
  explicit Block(const std::byte* bytes) : bytes_(bytes) {}

  unsigned byte(std::size_t at) const { return std::to_integer<unsigned>(bytes_[at]); }
  float signed_byte(std::size_t at) const { return static_cast<std::int8_t>(bytes_[at]); }
  float half(std::size_t at) const {
    return from_f16(static_cast<std::uint16_t>(byte(at) | byte(at + 1) << 8U));
  }
  /// `count` bits of the byte `at`, from bit `first` on.
  unsigned bits(std::size_t at, std::size_t first, unsigned count) const {
    return byte(at) >> first & ((1U << count) - 1U);
  }
  /// Nibble i of groups of `group` values that start at the byte `at`: its first half lies in the
  /// lower 4 bits of group / 2 bytes, its second in the upper ones.
  unsigned nibble(std::size_t at, std::size_t i, std::size_t group) const {
    const std::size_t half = group / 2;
    return bits(at + i / group * half + i % half, i % group / half * 4, 4);
  }
  /// Value i of 2 bits: 128 values take turns in the four pairs of bits of 32 bytes.
  unsigned pair(std::size_t at, std::size_t i) const {
    return bits(at + i / 128 * 32 + i % 32, i % 128 / 32 * 2, 2);
  }
  /// Bit i / 32 of byte i % 32: the fifth or third bit of the K types.
  unsigned high_bit(std::size_t at, std::size_t i) const { return bits(at + i % 32, i / 32, 1); }

 private:
  const std::byte* bytes_;
};

float as_float(unsigned value) {
  return static_cast<float>(value);
}

/// q - offset.
float centred(unsigned q, int offset) {
  return static_cast<float>(static_cast<int>(q) - offset);
}

void q4_0(Block block, std::span<float, kSmall> out) {
  const float scale = block.half(0);
  for (std::size_t i = 0; i < kSmall; ++i) out[i] = scale * centred(block.nibble(2, i, kSmall), 8);
}

void q4_1(Block block, std::span<float, kSmall> out) {
  const float scale = block.half(0);
  const float minimum = block.half(2);
  for (std::size_t i = 0; i < kSmall; ++i)
    out[i] = scale * as_float(block.nibble(4, i, kSmall)) + minimum;
}

void q5_0(Block block, std::span<float, kSmall> out) {
  const float scale = block.half(0);
  for (std::size_t i = 0; i < kSmall; ++i) {
    const unsigned q = block.nibble(6, i, kSmall) | block.bits(2 + i / 8, i % 8, 1) << 4U;
    out[i] = scale * centred(q, 16);
  }
}

void q5_1(Block block, std::span<float, kSmall> out) {
  const float scale = block.half(0);
  const float minimum = block.half(2);
  for (std::size_t i = 0; i < kSmall; ++i) {
    const unsigned q = block.nibble(8, i, kSmall) | block.bits(4 + i / 8, i % 8, 1) << 4U;
    out[i] = scale * as_float(q) + minimum;
  }
}

void iq4_nl(Block block, std::span<float, kSmall> out) {
  const float scale = block.half(0);
  for (std::size_t i = 0; i < kSmall; ++i) out[i] = scale * kLevels[block.nibble(2, i, kSmall)];
}

void q2_k(Block block, std::span<float, kLarge> out) {
  for (std::size_t group = 0; group < 16; ++group) {
    const float scale = block.half(80) * as_float(block.bits(group, 0, 4));
    const float minimum = block.half(82) * as_float(block.bits(group, 4, 4));
    for (std::size_t i = group * 16; i < group * 16 + 16; ++i)
      out[i] = scale * as_float(block.pair(16, i)) - minimum;
  }
}

void q3_k(Block block, std::span<float, kLarge> out) {
  constexpr std::size_t kScales = 96;  // 8 bytes of nibbles, 4 bytes of their bits 4 and 5.
  for (std::size_t group = 0; group < 16; ++group) {
    const unsigned bits = block.nibble(kScales, group, 16) |
                          block.bits(kScales + 8 + group % 4, group / 4 * 2, 2) << 4U;
    const float scale = block.half(108) * centred(bits, 32);
    for (std::size_t i = group * 16; i < group * 16 + 16; ++i)
      out[i] = scale * centred(block.pair(32, i) | block.high_bit(0, i) << 2U, 4);
  }
}

struct ScaleAndMinimum {
  float scale, minimum;
};

/// Q4_K's and Q5_K's. Of the 12 bytes, the first 4 have the scales of groups 0 to 3 in their lower
/// 6 bits, the next 4 the minima; the last 4 have the lower 4 bits of those of groups 4 to 7 as
/// nibbles, whose upper 2 bits are those left over in the first 8.
ScaleAndMinimum scale_and_minimum(Block block, std::size_t group) {
  constexpr std::size_t kScales = 4;
  constexpr std::size_t kMinima = kScales + 4;
  constexpr std::size_t kRest = kScales + 8;
  const std::size_t at = group % 4;
  unsigned scale = block.bits(kScales + at, 0, 6);
  unsigned minimum = block.bits(kMinima + at, 0, 6);
  if (group >= 4) {
    scale = block.bits(kRest + at, 0, 4) | block.bits(kScales + at, 6, 2) << 4U;
    minimum = block.bits(kRest + at, 4, 4) | block.bits(kMinima + at, 6, 2) << 4U;
  }
  return {block.half(0) * as_float(scale), block.half(2) * as_float(minimum)};
}

void q4_k(Block block, std::span<float, kLarge> out) {
  for (std::size_t group = 0; group < 8; ++group) {
    const auto [scale, minimum] = scale_and_minimum(block, group);
    for (std::size_t i = group * 32; i < group * 32 + 32; ++i)
      out[i] = scale * as_float(block.nibble(16, i, 64)) - minimum;
  }
}

void q5_k(Block block, std::span<float, kLarge> out) {
  for (std::size_t group = 0; group < 8; ++group) {
    const auto [scale, minimum] = scale_and_minimum(block, group);
    for (std::size_t i = group * 32; i < group * 32 + 32; ++i) {
      const unsigned q = block.nibble(48, i, 64) | block.high_bit(16, i) << 4U;
      out[i] = scale * as_float(q) - minimum;
    }
  }
}

void q6_k(Block block, std::span<float, kLarge> out) {
  for (std::size_t group = 0; group < 16; ++group) {
    const float scale = block.half(208) * block.signed_byte(192 + group);
    for (std::size_t i = group * 16; i < group * 16 + 16; ++i)
      out[i] = scale * centred(block.nibble(0, i, 128) | block.pair(128, i) << 4U, 32);
  }
}

void iq4_xs(Block block, std::span<float, kLarge> out) {
  for (std::size_t group = 0; group < 8; ++group) {
    const unsigned bits = block.bits(4 + group / 2, group % 2 * 4, 4) |
                          block.bits(2 + group / 4, group % 4 * 2, 2) << 4U;
    const float scale = block.half(0) * centred(bits, 32);
    for (std::size_t i = group * 32; i < group * 32 + 32; ++i)
      out[i] = scale * kLevels[block.nibble(8, i, kSmall)];
  }
}

template <std::size_t Values, std::size_t Bytes, void (*Unpack)(Block, std::span<float, Values>)>
void decode_blocks(std::span<const std::byte> bytes, std::span<float> out) {
  std::array<float, Values> values{};  // Not `out`, which might overlap `bytes` for all g++ knows.
  for (std::size_t block = 0; block < out.size() / Values; ++block) {
    Unpack(Block(bytes.data() + block * Bytes), values);
    std::ranges::copy(values, out.begin() + static_cast<std::ptrdiff_t>(block * Values));
  }
}

template <NumberFormat Format>
void decode_numbers(std::span<const std::byte> bytes, std::span<float> out) {
  decode(bytes, Format, out);
}

template <std::size_t Values, std::size_t Bytes, void (*Unpack)(Block, std::span<float, Values>)>
constexpr GgmlType blocks(std::uint32_t number, std::string_view name) {
  return {number, name, Values, Bytes, decode_blocks<Values, Bytes, Unpack>};
}

constexpr std::array kTypes{
    GgmlType{0, "F32", 1, 4, decode_numbers<NumberFormat::f32>},
    GgmlType{1, "F16", 1, 2, decode_numbers<NumberFormat::f16>},
    GgmlType{30, "BF16", 1, 2, decode_numbers<NumberFormat::bf16>},
    blocks<kSmall, 18, q4_0>(2, "Q4_0"),
    blocks<kSmall, 20, q4_1>(3, "Q4_1"),
    blocks<kSmall, 22, q5_0>(6, "Q5_0"),
    blocks<kSmall, 24, q5_1>(7, "Q5_1"),
    GgmlType{8, "Q8_0", kSmall, 34, decode_numbers<NumberFormat::q8_0>},
    blocks<kLarge, 84, q2_k>(10, "Q2_K"),
    blocks<kLarge, 110, q3_k>(11, "Q3_K"),
    blocks<kLarge, 144, q4_k>(12, "Q4_K"),
    blocks<kLarge, 176, q5_k>(13, "Q5_K"),
    blocks<kLarge, 210, q6_k>(14, "Q6_K"),
    blocks<kSmall, 18, iq4_nl>(20, "IQ4_NL"),
    blocks<kLarge, 136, iq4_xs>(23, "IQ4_XS"),
};

/// By number, as ggml counts them, what is not read; removed types have no name.
constexpr std::array<std::string_view, 43> kOtherNames = [] {
  std::array<std::string_view, 43> names{};
  names[9] = "Q8_1", names[15] = "Q8_K", names[16] = "IQ2_XXS", names[17] = "IQ2_XS";
  names[18] = "IQ3_XXS", names[19] = "IQ1_S", names[21] = "IQ3_S", names[22] = "IQ2_S";
  names[24] = "I8", names[25] = "I16", names[26] = "I32", names[27] = "I64", names[28] = "F64";
  names[29] = "IQ1_M", names[34] = "TQ1_0", names[35] = "TQ2_0", names[39] = "MXFP4";
  names[40] = "NVFP4", names[41] = "Q1_0", names[42] = "Q2_0";
  return names;
}();

}  // namespace

Result<GgmlType> ggml_type(std::uint32_t number) {
  const auto* const found = std::ranges::find(kTypes, number, &GgmlType::number);
  if (found != kTypes.end()) return *found;
  std::string read;
  for (const GgmlType& type : kTypes) read += fmt::format(" {}", type.name);
  const std::string_view name = number < kOtherNames.size() ? kOtherNames[number] : "";
  return error(ErrorCode::unsupported,
               "type {} ({}), only{} are read; convert the model to one of them, for example with "
               "llama-quantize --allow-requantize FILE OUT F16",
               number, name.empty() ? "unknown" : name, read);
}

void decode(std::span<const std::byte> bytes, const GgmlType& type, std::span<float> out) {
  const auto size = static_cast<std::size_t>(type.block_size);
  SCRIBE_CHECK(out.size() % size == 0 &&
                   out.size() / size * static_cast<std::size_t>(type.block_bytes) == bytes.size(),
               "{} values of {} in {} bytes", out.size(), type.name, bytes.size());
  type.decode(bytes, out);
}

}  // namespace scribe
