// The devices that tests of whole models run on.
#pragma once

#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/cuda/cuda_options.h"

namespace scribe {

/// Those that every machine has, and a GPU, or what this program was linked with in its place,
/// where there is one.
inline std::vector<Device> devices_here() {
  std::vector<Device> devices = {Device::reference, Device::cpu};
  if (cuda_device_count() > 0) devices.push_back(Device::cuda);
  return devices;
}

/// For names of tests.
inline std::string name_of_device(Device device) {
  switch (device) {
    case Device::reference:
      return "reference";
    case Device::cpu:
      return "cpu";
    case Device::cuda:
      return "cuda";
  }
  SCRIBE_UNREACHABLE();
}

}  // namespace scribe
