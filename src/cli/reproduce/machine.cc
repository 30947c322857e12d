// Reading /proc/cpuinfo.
#include "cli/reproduce/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace scribe::cli {

std::string describe_machine() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string model = "unknown processor";
  for (std::string line; std::getline(cpuinfo, line);) {
    if (!line.starts_with("model name")) continue;
    model = line.substr(std::min(line.find(':') + 2, line.size()));
    break;
  }
  return fmt::format("{}, {} cores", model, std::thread::hardware_concurrency());
}

}  // namespace scribe::cli
