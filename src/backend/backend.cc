// Chooses a backend by name.
#include "backend/backend.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "backend/cuda/cuda_options.h"
#include "backend/reference/reference_backend.h"
#include "base/hash.h"

namespace scribe {

double AttentionShape::score_scale() const {
  return scale != 0 ? static_cast<double>(scale) : 1 / std::sqrt(static_cast<double>(head_size));
}

std::uint32_t RandomRounding::key(const AdamWStep& step) const {
  return static_cast<std::uint32_t>(hash64(std::to_string(step.step), seed));
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

namespace {

constexpr int kGpusMax = 1024;

Error unknown_device(std::string_view name) {
  return error(ErrorCode::invalid_argument,
               "device '{}' is unknown, expected 'auto', 'cpu', 'cpu,bf16', 'reference' or "
               "'cuda:N', which may end in ',tf32' or ',bf16'",
               name);
}

/// What follows "cuda": ":N" and ",PRECISION", either or both.
Result<DeviceChoice> gpu_named(std::string_view name, std::string_view rest) {
  DeviceChoice choice(Device::cuda);
  const std::size_t comma = std::min(rest.find(','), rest.size());
  const std::string_view number = rest.substr(0, comma);
  const std::string_view precision = rest.substr(comma);
  if (precision == ",tf32")
    choice.precision = Precision::tf32;
  else if (precision == ",bf16")
    choice.precision = Precision::bf16;
  else if (!precision.empty() && precision != ",f32")
    return unknown_device(name);
  if (number.empty()) return choice;
  const char* const end = number.data() + number.size();
  const auto [stop, failure] = std::from_chars(number.data() + 1, end, choice.number);
  if (number[0] != ':' || failure != std::errc() || stop != end || choice.number < 0 ||
      choice.number >= kGpusMax)
    return unknown_device(name);
  return choice;
}

}  // namespace

Result<DeviceChoice> device_named(std::string_view name) {
  if (name == "cpu") return DeviceChoice(Device::cpu);
  if (name == "cpu,bf16") return DeviceChoice(Device::cpu, Precision::bf16);
  if (name == "reference") return DeviceChoice(Device::reference);
  if (name == "auto") return DeviceChoice(cuda_device_count() > 0 ? Device::cuda : Device::cpu);
  if (name.starts_with("cuda")) return gpu_named(name, name.substr(4));
  return unknown_device(name);
}

Result<std::unique_ptr<Backend>> make_backend(const DeviceChoice& choice, int threads) {
  if (threads < 0)
    return error(ErrorCode::invalid_argument, "threads {}, expected 0 (one per core) or more",
                 threads);
  switch (choice.device) {
    case Device::reference:
      return std::unique_ptr<Backend>(std::make_unique<ReferenceBackend>());
    case Device::cpu:
      return make_cpu_backend(best_instruction_set(), threads, choice.precision);
    case Device::cuda:
      return make_cuda_backend({.device = choice.number, .precision = choice.precision});
  }
  SCRIBE_UNREACHABLE();
}

}  // namespace scribe
