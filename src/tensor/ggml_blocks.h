// The types of the tensors in a GGUF file that are read: numbers in blocks that share a scale.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace scribe {

/// A type of ggml. All of a tensor's rows are whole blocks, one after the other.
///
/// Facts of the layouts: ggml-common.h of llama.cpp and the package gguf. Below, d and m are f16,
/// "nibbles" are two numbers of 4 bits a byte, the first half of a group of values in the lower
/// ones; the parts stand in the order that they are named in. i is the index within the block.
///
/// Blocks of 32 values:
/// - Q4_0: d, 16 bytes of nibbles q; d (q - 8)
/// - Q4_1: d, m, 16 bytes of nibbles q; d q + m
/// - Q5_0: d, u32 whose bit i is bit 4 of q, 16 bytes of nibbles; d (q - 16)
/// - Q5_1: d, m, u32 and nibbles as in Q5_0; d q + m
/// - Q8_0: d, 32 signed bytes q; d q
/// - IQ4_NL: d, 16 bytes of nibbles q; d table[q], 16 levels that are dense near zero
///
/// Blocks of 256, in groups of 16 or 32 that have a scale s and maybe a minimum of their own:
/// - Q2_K: 16 bytes (s in the lower 4 bits, minimum u in the upper ones), 64 bytes of q in 2 bits,
///   d, m; groups of 16, d s q - m u
/// - Q3_K: 32 bytes of high bits, 64 bytes of q in 2 bits, 12 bytes of 16 scales in 6 bits, d;
///   groups of 16, d (s - 32) (q - 4 unless the high bit is set)
/// - Q4_K: d, m, 12 bytes of 8 pairs (s, u) in 6 bits, 128 bytes of nibbles; groups of 32,
///   d s q - m u
/// - Q5_K: d, m, the 12 bytes of Q4_K, 32 bytes of bit 4 of q, 128 bytes of nibbles; as Q4_K
/// - Q6_K: 128 bytes of nibbles, 64 bytes of bits 4 and 5 of q, 16 signed bytes s, d; groups of 16,
///   d s (q - 32)
/// - IQ4_XS: d, u16 of bits 4 and 5 of 8 scales, 4 bytes of nibbles of them, 128 bytes of nibbles;
///   groups of 32, d (s - 32) table[q] with IQ4_NL's table
///
/// F32, F16 and BF16 are blocks of one value.
struct GgmlType {
  std::uint32_t number = 0;      ///< in the file
  std::string_view name;         ///< ggml's: "Q4_K"
  std::int64_t block_size = 1;   ///< values
  std::int64_t block_bytes = 1;  ///< of a block
  void (*decode)(std::span<const std::byte> bytes, std::span<float> out) = nullptr;
};

/// Errors: unsupported, naming the type, what is read and how to convert the model.
Result<GgmlType> ggml_type(std::uint32_t number);

/// The values of `bytes`, bit for bit those of the formulas above in floats: a product has at most
/// 24 bits, so that only a sum rounds. A scale that is infinite or not a number makes such values.
/// Requires whole blocks, and sizes that fit.
void decode(std::span<const std::byte> bytes, const GgmlType& type, std::span<float> out);

}  // namespace scribe
