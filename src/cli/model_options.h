// The options that describe a new model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "model/config.h"
#include "model/presets.h"

namespace scribe::cli {

struct ModelOptions {
  std::string family = "gpt2";
  std::string preset;
  ModelConfig sizes = {};
};

/// --family, --preset and sizes. Returns all of them, for what excludes them.
std::vector<CLI::Option*> add_model_options(CLI::App& command, ModelOptions& options);

/// Errors: invalid_argument.
Result<ModelConfig> resolve_model(const ModelOptions& options);
/// Nothing if none was chosen.
Result<std::optional<ModelPreset>> preset_of(const ModelOptions& options);

}  // namespace scribe::cli
