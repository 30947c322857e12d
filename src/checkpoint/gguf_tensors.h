// Which tensor of a GGUF file is which of a Hugging Face checkpoint, and how its values lie there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/model_tensors.h"
#include "model/config.h"

namespace scribe {

/// A tensor in a GGUF file.
struct GgufPlace {
  enum class Order {
    same,
    transposed,  ///< GPT-2's matrices: (in, out) at Hugging Face, (out, in) in GGUF
    pairs,       ///< Llama's q and k: row i of a head's first half is before row i of its second
  };

  std::string name;
  std::vector<std::int64_t> shape;  ///< row-major
  Order order = Order::same;
  std::int64_t head_size = 0;  ///< rows of a head, for `pairs`
};

/// Requires a family that GGUF has (check_gguf_family) and a tensor of model_tensors().
GgufPlace gguf_place(const ModelConfig& config, const ModelTensor& tensor);

/// Copies the values of a tensor from Hugging Face's order to that of GGUF, and back. Requires
/// spans of the same size.
void to_gguf(const GgufPlace& place, std::span<const float> from, std::span<float> to);
void from_gguf(const GgufPlace& place, std::span<const float> from, std::span<float> to);

}  // namespace scribe
