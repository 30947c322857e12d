// A short description of the machine, for results.
#pragma once

#include <string>

namespace scribe::cli {

/// "AMD EPYC, 2 cores".
std::string describe_machine();

}  // namespace scribe::cli
