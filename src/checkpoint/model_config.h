// The config.json of a Hugging Face decoder, in and out.
#pragma once

#include <string>

#include "base/env.h"
#include "base/json.h"
#include "model/config.h"
#include "tensor/number_format.h"

namespace scribe {

/// The model that a config.json describes.
///
/// Errors: unsupported for another architecture or a variant that the model does not compute
/// (another activation, another scaling of rotations, experts); invalid_data for a missing or wrong
/// field. `where` starts the message.
Result<ModelConfig> parse_model_config(const Json& json, const std::string& where);

/// Reads `directory`/config.json. Errors: also not_found and io.
Result<ModelConfig> load_model_config(Env& env, const std::string& directory);

/// What transformers' class for causal language models of the family reads; every document and
/// completion begins and ends with the token `end_of_text`; the weights are stored as `weights`.
Json model_config_json(const ModelConfig& config, std::int32_t end_of_text,
                       NumberFormat weights = NumberFormat::f32);

}  // namespace scribe
