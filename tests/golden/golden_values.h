// What the golden tests share: values of a file, and how far off they are.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "backend/testing/devices.h"
#include "tensor/safetensors.h"

namespace scribe {

/// All values of a golden tensor, which must be there.
inline std::vector<float> golden_values(const SafetensorsFile& file, const std::string& name) {
  const auto found = file.tensors().find(name);
  SCRIBE_CHECK(found != file.tensors().end(), "no golden '{}'", name);
  std::int64_t size = 1;
  for (const std::int64_t dimension : found->second.shape) size *= dimension;
  std::vector<float> values(static_cast<std::size_t>(size));
  const Status status = file.read(name, found->second.shape, values);
  SCRIBE_CHECK(status.ok(), "{}", status.error().message());
  return values;
}

/// Tokens and targets, which goldens hold as floats.
inline std::vector<std::int32_t> golden_ids(const SafetensorsFile& file, const std::string& name) {
  const std::vector<float> values = golden_values(file, name);
  return {values.begin(), values.end()};
}

/// Largest difference relative to the largest expected magnitude.
inline double relative_error(std::span<const float> found, std::span<const float> expected) {
  SCRIBE_CHECK(found.size() == expected.size(), "{} values, expected {}", found.size(),
               expected.size());
  double error = 0;
  double scale = 1e-30;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error = std::max(error, std::abs(static_cast<double>(found[i]) - expected[i]));
    scale = std::max(scale, std::abs(static_cast<double>(expected[i])));
  }
  return error / scale;
}

}  // namespace scribe
