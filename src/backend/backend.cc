// Chooses a backend by name.
#include "backend/backend.h"

#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "backend/reference/reference_backend.h"

namespace scribe {

double AttentionShape::score_scale() const {
  return scale != 0 ? static_cast<double>(scale) : 1 / std::sqrt(static_cast<double>(head_size));
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
