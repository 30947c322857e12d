// Affinity masks of threads.
#include "sandbox/placement.h"

namespace scribe::sandbox {

std::vector<int> usable_cores() {
  cpu_set_t mask;
  std::vector<int> cores;
  if (::sched_getaffinity(0, sizeof(mask), &mask) != 0) return cores;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &mask)) cores.push_back(static_cast<int>(core));
  return cores;
}

CoreScope::CoreScope(int core) {
  if (core < 0 || core >= CPU_SETSIZE || ::sched_getaffinity(0, sizeof(before_), &before_) != 0)
    return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(core), &one);
  changed_ = CPU_EQUAL(&one, &before_) == 0 && ::sched_setaffinity(0, sizeof(one), &one) == 0;
}

CoreScope::~CoreScope() {
  if (changed_) ::sched_setaffinity(0, sizeof(before_), &before_);
}

}  // namespace scribe::sandbox
