// Chooses a backend by name.
#include "backend/backend.h"

#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "backend/reference/reference_backend.h"

namespace scribe {

double AttentionShape::score_scale() const {
  return scale != 0 ? static_cast<double>(scale) : 1 / std::sqrt(static_cast<double>(head_size));
}

Result<WeightFormat> weight_format_named(std::string_view name) {
  for (const auto format : {WeightFormat::f32, WeightFormat::f16, WeightFormat::int8})
    if (name == name_of(format)) return format;
  return error(ErrorCode::invalid_argument,
               "weight format '{}' is unknown, expected 'f32', 'f16' or 'int8'", name);
}

std::string_view name_of(WeightFormat format) {
  switch (format) {
    case WeightFormat::f32:
      return "f32";
    case WeightFormat::f16:
      return "f16";
    case WeightFormat::int8:
      return "int8";
  }
  SCRIBE_UNREACHABLE();
}

Result<Device> device_named(std::string_view name) {
  if (name == "cpu") return Device::cpu;
  if (name == "reference") return Device::reference;
  return error(ErrorCode::invalid_argument, "device '{}' is unknown, expected 'cpu' or 'reference'",
               name);
}

Result<std::unique_ptr<Backend>> make_backend(Device device, int threads) {
  if (threads < 0)
    return error(ErrorCode::invalid_argument, "threads {}, expected 0 (one per core) or more",
                 threads);
  if (device == Device::reference)
    return std::unique_ptr<Backend>(std::make_unique<ReferenceBackend>());
  return make_cpu_backend(best_instruction_set(), threads);
}

}  // namespace scribe
