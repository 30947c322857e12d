// Restricts the process of a candidate for good; candidate_server.h is what it does then.
#include "sandbox/candidate.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>

#include "sandbox/candidate_server.h"
#include "sandbox/codec.h"

namespace scribe::sandbox {
namespace {

constexpr rlim_t kStackBytes = rlim_t{16} << 20;
constexpr rlim_t kOpenFiles = 32;

bool set_limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  const rlimit limit{soft, hard};
  return ::setrlimit(resource, &limit) == 0;
}

bool set_limits(const CandidateLimits& limits) {
  // The launcher watches the exact CPU time; these whole seconds only back it up.
  const auto cpu = static_cast<rlim_t>(std::ceil(limits.cpu_seconds)) + 1;
  const auto address = static_cast<rlim_t>(limits.address_bytes);
  const auto output = static_cast<rlim_t>(limits.output_bytes);
  const auto threads = static_cast<rlim_t>(limits.threads);
  return set_limit(RLIMIT_CPU, cpu, cpu + 1) && set_limit(RLIMIT_AS, address, address) &&
         set_limit(RLIMIT_FSIZE, output, output) && set_limit(RLIMIT_NPROC, threads, threads) &&
         set_limit(RLIMIT_STACK, kStackBytes, kStackBytes) &&
         set_limit(RLIMIT_NOFILE, kOpenFiles, kOpenFiles) && set_limit(RLIMIT_CORE, 0, 0) &&
         set_limit(RLIMIT_MEMLOCK, 0, 0) && set_limit(RLIMIT_MSGQUEUE, 0, 0) &&
         set_limit(RLIMIT_SIGPENDING, 64, 64);
}

}  // namespace

CandidateTemplate::CandidateTemplate(CallArea& area, SeccompFilter filter)
    : area_(area),
      filter_(std::move(filter)),
      launcher_(::getpid()),
      seed_random_(PyObject_GetAttrString(PyImport_AddModule("random"), "seed")),
      request_(kMessageBytesMax),
      arguments_(kMessageBytesMax),
      memory_error_(kMessageBytesMax) {
  const PyRef reply(Py_BuildValue("(sssss)", "raised", "call", "MemoryError", "MemoryError", ""));
  std::string problem;
  memory_error_.resize(encode_value(reply.get(), memory_error_, problem).value());
}

void CandidateTemplate::become_candidate(const CandidateLimits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launcher_) ::_exit(kExitSetUpFailed);  // It died before the line above.
  ::close_range(3, ~0U, 0);
  if (!set_limits(limits) || !filter_.load(::getpid())) ::_exit(kExitSetUpFailed);
  // The random module seeds itself anew in every fork; programs shall see the same numbers.
  const PyRef seeded(PyObject_CallFunction(seed_random_.get(), "i", 0));
  CandidateServer(area_, request_, arguments_, memory_error_).serve();
}

}  // namespace scribe::sandbox
