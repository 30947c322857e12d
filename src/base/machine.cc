// What this machine gives and takes: memory of the process, energy of its processors.
#include "base/machine.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <charconv>

namespace scribe {
namespace {

constexpr int kPackagesMax = 64;

Result<double> read_number(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc())
    return error(ErrorCode::invalid_data, "'{}' holds '{}', expected a number", path, text);
  return value;
}

}  // namespace

void give_back_freed_memory() {
#ifdef __GLIBC__  // Others do so of themselves.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
}

double resident_bytes_max() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

std::optional<EnergyMeter> EnergyMeter::open(Env& env) {
  EnergyMeter meter(env);
  for (int i = 0; i < kPackagesMax; ++i) {
    const std::string folder = fmt::format("/sys/class/powercap/intel-rapl:{}", i);
    const auto now = read_number(env, folder + "/energy_uj");
    const auto most = read_number(env, folder + "/max_energy_range_uj");
    if (!now.ok() || !most.ok()) break;
    meter.packages_.push_back(
        {.folder = folder, .microjoules = now.value(), .microjoules_max = most.value()});
  }
  if (meter.packages_.empty()) return std::nullopt;
  return meter;
}

Result<double> EnergyMeter::joules() {
  double sum = 0;
  for (Package& package : packages_) {
    SCRIBE_TRY_ASSIGN(const double now, read_number(*env_, package.folder + "/energy_uj"));
    sum += now - package.microjoules + (now < package.microjoules ? package.microjoules_max : 0);
    package.microjoules = now;
  }
  return sum * 1e-6;
}

}  // namespace scribe
