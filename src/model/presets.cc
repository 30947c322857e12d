// The table of shapes.
#include "model/presets.h"

#include <array>
#include <string>

namespace scribe {
namespace {

constexpr auto kPresets = std::to_array<ModelPreset>({
    {"nano", 4, 128, 4, 1e-3},
    {"12M", 4, 512, 8, 6e-4},
    {"25M", 8, 512, 8, 6e-4},
    {"42M", 6, 768, 12, 6e-4},
    {"85M", 12, 768, 12, 6e-4},
    {"300M", 24, 1024, 16, 3e-4},
    {"679M", 24, 1536, 16, 2.5e-4},
    {"2.5B", 32, 2560, 32, 1.6e-4},
    {"12B", 40, 5120, 40, 1e-4},
});

}  // namespace

std::span<const ModelPreset> model_presets() {
  return kPresets;
}

Result<ModelPreset> preset_named(std::string_view name) {
  std::string known;
  for (const ModelPreset& preset : kPresets) {
    if (preset.name == name) return preset;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", preset.name);
  }
  return error(ErrorCode::invalid_argument, "there is no preset '{}', expected one of {}", name,
               known);
}

}  // namespace scribe
