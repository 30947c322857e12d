// A model's configuration as keys of a GGUF file, in and out.
#pragma once

#include <string>

#include "base/result.h"
#include "model/config.h"
#include "tensor/gguf.h"

namespace scribe {

/// Can llama.cpp compute this model? Errors: unsupported, naming what it cannot and the remedy.
Status check_gguf_family(const ModelConfig& config);

/// Positions that llama.cpp computes right: it has no window in StarCoder 2, so that only as many
/// as the window has are as in the model.
std::int32_t gguf_context(const ModelConfig& config);

/// Adds general.architecture and the keys of the architecture. Requires check_gguf_family().
void add_gguf_config(const ModelConfig& config, GgufHeader& header);

/// The configuration that a file describes, by its keys and by which tensors it has.
/// Errors: unsupported for another architecture or a variant that would be computed wrongly,
/// invalid_data for a missing or wrong key.
Result<ModelConfig> gguf_config(const GgufFile& file);

}  // namespace scribe
