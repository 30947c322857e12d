// The options that describe a new model.
#include "cli/model_options.h"

#include <fmt/ranges.h>

namespace scribe::cli {
namespace {

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const ModelPreset& preset : model_presets()) names.emplace_back(preset.name);
  return names;
}

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const Family family : kFamilies) names.emplace_back(name_of(family));
  return names;
}

}  // namespace

std::vector<CLI::Option*> add_model_options(CLI::App& command, ModelOptions& options) {
  ModelConfig& model = options.sizes;
  CLI::Option* const preset =
      command
          .add_option("--preset", options.preset,
                      fmt::format("Layers, width, heads and learning rate of a known size: {}",
                                  fmt::join(preset_names(), ", ")))
          ->check(CLI::IsMember(preset_names()));
  std::vector<CLI::Option*> added = {
      command.add_option("--layers", model.layers, "Decoder blocks")->capture_default_str(),
      command.add_option("--width", model.width, "Size of the residual stream")
          ->capture_default_str(),
      command.add_option("--heads", model.heads, "Attention heads")->capture_default_str()};
  for (CLI::Option* const shape : added) shape->excludes(preset);
  added.insert(
      added.end(),
      {preset,
       command
           .add_option("--family", options.family,
                       fmt::format("What kind of decoder: {}", fmt::join(family_names(), ", ")))
           ->check(CLI::IsMember(family_names()))
           ->capture_default_str(),
       command.add_option("--kv-heads", model.kv_heads,
                          "Heads of keys and values, shared by those of queries; 0: as the family "
                          "has it"),
       command.add_option("--inner-width", model.inner_width,
                          "Width of each block's network; 0: 4 times the width, or 8/3 if gated"),
       command.add_option("--context", model.context, "Tokens that the model can see")
           ->capture_default_str()});
  return added;
}

Result<ModelConfig> resolve_model(const ModelOptions& options) {
  const ModelConfig& sizes = options.sizes;
  SCRIBE_TRY_ASSIGN(const Family family, family_named(options.family));
  SCRIBE_TRY_ASSIGN(const std::optional<ModelPreset> preset, preset_of(options));
  ModelConfig model = family_defaults(family);
  model.layers = preset ? preset->layers : sizes.layers;
  model.width = preset ? preset->width : sizes.width;
  model.heads = preset ? preset->heads : sizes.heads;
  model.context = sizes.context;
  model.inner_width = sizes.inner_width;
  if (sizes.kv_heads != 0) model.kv_heads = sizes.kv_heads;
  if (model.width > 0 && model.heads > 0) fit_to_sizes(model);
  return model;
}

Result<std::optional<ModelPreset>> preset_of(const ModelOptions& options) {
  if (options.preset.empty()) return std::optional<ModelPreset>();
  SCRIBE_TRY_ASSIGN(const ModelPreset preset, preset_named(options.preset));
  return std::optional(preset);
}

}  // namespace scribe::cli
