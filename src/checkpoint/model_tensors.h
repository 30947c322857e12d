// The tensors of a Hugging Face checkpoint, by name and shape, and which of them a file has.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "checkpoint/weight_files.h"
#include "model/config.h"
#include "tensor/number_format.h"

namespace scribe {

struct ModelTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t size() const;  ///< values
};

/// Every tensor that a checkpoint of this configuration has, each once.
std::vector<ModelTensor> model_tensors(const ModelConfig& config);

/// Fills `out` with the values of a tensor, which has as many.
using ReadTensor = std::function<Status(const ModelTensor& tensor, std::span<float> out)>;

/// The name that the files use for tensor `name`: with the prefix of the base model or without.
std::string stored_name(const WeightFiles& files, Family family, const std::string& name);

/// Errors: invalid_data for a tensor that the configuration does not have (buffers that are
/// computed are passed over); unsupported for a head of its own where the configuration ties it.
/// What is missing or misshapen is found when it is read.
Status check_weights(const WeightFiles& files, const ModelConfig& config);

struct WeightOptions {
  NumberFormat format = NumberFormat::f32;              ///< f32, f16 or bf16
  std::int64_t file_bytes_max = std::int64_t{5} << 30;  ///< a larger model becomes several files
};

/// Writes model.safetensors into `directory`, each file atomically, one tensor in memory at a time.
/// Above `file_bytes_max` it is model-00001-of-0000N.safetensors ... and, written last,
/// model.safetensors.index.json, as transformers names them; a tensor is never split. Returns the
/// bytes of all tensors.
Result<std::int64_t> write_weights(Env& env, const std::string& directory,
                                   std::span<const ModelTensor> tensors, const ReadTensor& read,
                                   const WeightOptions& options);

}  // namespace scribe
