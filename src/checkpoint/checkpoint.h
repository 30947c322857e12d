// A model as a Hugging Face directory: config.json, model.safetensors, tokenizer.json.
#pragma once

#include <map>
#include <string>

#include "backend/backend.h"
#include "base/env.h"
#include "checkpoint/weight_files.h"
#include "model/parameters.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// A model that is ready to run.
struct Checkpoint {
  ModelConfig config;
  Parameters parameters;  ///< in the memory of the backend it was loaded with
  Tokenizer tokenizer;
};

/// Reads a directory that Scribe or transformers wrote, of any family of ModelConfig, with its
/// weights in one file or several. Tensor names may lack the prefix of the base model
/// ("transformer."); the mask buffers of old files are ignored; F16 and BF16 are widened.
///
/// Errors: not_found (the directory or one of its files), unsupported (another architecture),
/// invalid_data (a missing, unexpected or misshapen tensor, a truncated file, a tokenizer with more
/// ids than the model).
Result<Checkpoint> load_checkpoint(Env& env, const std::string& directory, Backend& backend,
                                   WeightStorage storage = WeightStorage::f32);

/// Reads weights into `parameters`. Errors as load_checkpoint().
Status read_parameters(const WeightFiles& files, Backend& backend, Parameters& parameters);

/// Writes a model.safetensors atomically. `metadata` is added to {"format": "pt"}.
Status write_parameters(Env& env, const std::string& path, Backend& backend,
                        const Parameters& parameters,
                        std::map<std::string, std::string> metadata = {});

/// Writes what belongs to a model besides its weights, each file atomically: config.json,
/// tokenizer_config.json and tokenizer.json. A `tokenizer_path` that ends with ".json" is copied
/// byte for byte, because token files name the tokenizer by the hash of its file; another is
/// converted. Files that already hold the same bytes are left alone. `weights` is what the weights
/// beside it are written in.
Status write_model_description(Env& env, const std::string& directory, const ModelConfig& config,
                               const Tokenizer& tokenizer, const std::string& tokenizer_path,
                               NumberFormat weights = NumberFormat::f32);

}  // namespace scribe
