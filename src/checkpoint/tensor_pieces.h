// Which tensors of a Hugging Face file make up which of ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/parameters.h"

namespace scribe {

/// Rows of a tensor in a file and their place in one of our parameters: some columns of a matrix
/// (transposed: files hold most matrices as (out, in)), some values of a vector, or all of it.
struct TensorPiece {
  std::string name;                 ///< in the file
  std::vector<std::int64_t> shape;  ///< of the whole tensor there
  std::int64_t row = 0;             ///< the first of its rows
  std::int64_t rows = 0;
  std::size_t parameter = 0;  ///< index in the layout
  std::int64_t col = 0;       ///< the first column, or value, of the parameter
  bool transposed = false;

  /// The tensor is the parameter, value for value.
  bool is_whole(const ParameterInfo& info) const {
    return !transposed && rows == shape[0] && shape == info.shape;
  }
};

/// All pieces of a model, in the order of its layout: together they fill every parameter once.
std::vector<TensorPiece> tensor_pieces(const ModelConfig& config,
                                       const std::vector<ParameterInfo>& layout);

/// What files of the family's base model, without its head, leave out: "transformer.", "model.".
std::string_view name_prefix(Family family);

/// Buffers that transformers has saved along: masks and frequencies, which are computed.
bool is_computed_buffer(std::string_view name);

}  // namespace scribe
