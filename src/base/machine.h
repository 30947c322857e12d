// What this machine gives and takes: memory of the process, energy of its processors.
#pragma once

#include <optional>
#include <vector>

#include "base/env.h"

namespace scribe {

/// From now on freed memory goes back to the system instead of waiting for more of its size: blocks
/// of a megabyte at once, and smaller ones when some megabytes of them lie free. For work in which
/// large blocks come and go at many sizes.
void give_back_freed_memory();

/// The most main memory that this process has held so far, in bytes.
double resident_bytes_max();

/// Counts the joules of all processor packages, as Linux tells them (powercap, RAPL).
class EnergyMeter {
 public:
  /// Nothing if the machine has no such counters or does not let this user read them.
  static std::optional<EnergyMeter> open(Env& env);

  /// Since the meter was opened or last asked; call it at least once a minute, counters wrap.
  /// Errors: not_found, io, invalid_data.
  Result<double> joules();

 private:
  struct Package {
    std::string folder;
    double microjoules = 0;      ///< the counter when it was last read
    double microjoules_max = 0;  ///< where it starts again at 0
  };

  explicit EnergyMeter(Env& env) : env_(&env) {}

  Env* env_;
  std::vector<Package> packages_;
};

}  // namespace scribe
