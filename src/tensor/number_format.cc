// Conversions bit by bit: what they give does not depend on the machine.
#include "tensor/number_format.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "tensor/bf16.h"
#include "tensor/f16.h"

namespace scribe {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied without swapping");

constexpr std::size_t kBlock = 32;  ///< values of a q8_0 block
constexpr std::size_t kScaleBytes = 2;
constexpr float kF16Max = 65504;

void widen(std::span<const std::byte> bytes, std::span<float> out,
           float (*convert)(std::uint16_t)) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes.data() + 2 * i, 2);
    out[i] = convert(bits);
  }
}

Status narrow(std::span<const float> values, NumberFormat format, std::span<std::byte> out) {
  const bool is_half = format == NumberFormat::f16;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t bits = is_half ? to_f16(values[i]) : to_bf16(values[i]);
    if (std::isfinite(values[i]) && std::isinf(is_half ? from_f16(bits) : from_bf16(bits)))
      return error(ErrorCode::limit_exceeded, "value {} is {}, too large for {}; f32 holds it", i,
                   values[i], name_of(format));
    std::memcpy(out.data() + 2 * i, &bits, 2);
  }
  return {};
}

Status quantize(std::span<const float> values, std::span<std::byte> out) {
  for (std::size_t block = 0; block < values.size() / kBlock; ++block) {
    const auto part = values.subspan(block * kBlock, kBlock);
    float largest = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      if (!std::isfinite(part[i]))
        return error(ErrorCode::invalid_data, "value {} is {}, which q8_0 cannot hold",
                     block * kBlock + i, part[i]);
      largest = std::max(largest, std::abs(part[i]));
    }
    const float scale = largest / 127;
    if (scale > kF16Max)
      return error(ErrorCode::limit_exceeded,
                   "values {} to {} are as large as {}, too large for q8_0; f32 holds them",
                   block * kBlock, block * kBlock + kBlock - 1, largest);
    const float inverse = scale == 0 ? 0 : 1 / scale;
    std::byte* const to = out.data() + block * (kScaleBytes + kBlock);
    const std::uint16_t bits = to_f16(scale);
    std::memcpy(to, &bits, kScaleBytes);
    for (std::size_t i = 0; i < kBlock; ++i)
      to[kScaleBytes + i] = static_cast<std::byte>(
          static_cast<std::int8_t>(std::clamp(std::round(part[i] * inverse), -127.0F, 127.0F)));
  }
  return {};
}

void dequantize(std::span<const std::byte> bytes, std::span<float> out) {
  for (std::size_t block = 0; block < out.size() / kBlock; ++block) {
    const std::byte* const from = bytes.data() + block * (kScaleBytes + kBlock);
    std::uint16_t bits = 0;
    std::memcpy(&bits, from, kScaleBytes);
    const float scale = from_f16(bits);
    for (std::size_t i = 0; i < kBlock; ++i)
      out[block * kBlock + i] =
          scale * static_cast<float>(static_cast<std::int8_t>(from[kScaleBytes + i]));
  }
}

void check_sizes(std::size_t values, NumberFormat format, std::size_t bytes) {
  const auto block = static_cast<std::size_t>(block_size(format));
  SCRIBE_CHECK(values % block == 0 &&
                   values / block * static_cast<std::size_t>(block_bytes(format)) == bytes,
               "{} values of {} in {} bytes", values, name_of(format), bytes);
}

}  // namespace

std::string_view name_of(NumberFormat format) {
  switch (format) {
    case NumberFormat::f32:
      return "f32";
    case NumberFormat::f16:
      return "f16";
    case NumberFormat::bf16:
      return "bf16";
    case NumberFormat::q8_0:
      return "q8_0";
  }
  SCRIBE_UNREACHABLE();
}

Result<NumberFormat> number_format_named(std::string_view name) {
  for (const NumberFormat format :
       {NumberFormat::f32, NumberFormat::f16, NumberFormat::bf16, NumberFormat::q8_0})
    if (name == name_of(format)) return format;
  return error(ErrorCode::invalid_argument,
               "there is no number format '{}', expected f32, f16, bf16 or q8_0", name);
}

std::int64_t block_size(NumberFormat format) {
  return format == NumberFormat::q8_0 ? std::int64_t{kBlock} : 1;
}

std::int64_t block_bytes(NumberFormat format) {
  switch (format) {
    case NumberFormat::f32:
      return 4;
    case NumberFormat::f16:
    case NumberFormat::bf16:
      return 2;
    case NumberFormat::q8_0:
      return kScaleBytes + kBlock;
  }
  SCRIBE_UNREACHABLE();
}

Status encode(std::span<const float> values, NumberFormat format, std::span<std::byte> out) {
  check_sizes(values.size(), format, out.size());
  if (format == NumberFormat::q8_0) return quantize(values, out);
  if (format != NumberFormat::f32) return narrow(values, format, out);
  if (!values.empty()) std::memcpy(out.data(), values.data(), out.size());
  return {};
}

void decode(std::span<const std::byte> bytes, NumberFormat format, std::span<float> out) {
  check_sizes(out.size(), format, bytes.size());
  switch (format) {
    case NumberFormat::f32:
      if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
      return;
    case NumberFormat::f16:
      return widen(bytes, out, from_f16);
    case NumberFormat::bf16:
      return widen(bytes, out, from_bf16);
    case NumberFormat::q8_0:
      return dequantize(bytes, out);
  }
  SCRIBE_UNREACHABLE();
}

}  // namespace scribe
