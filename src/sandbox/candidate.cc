// Restricts the process of a candidate for good; candidate_server.h is what it does then.
#include "sandbox/candidate.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>

#include "sandbox/arena_reserve.h"
#include "sandbox/candidate_server.h"
#include "sandbox/codec.h"
#include "sandbox/landlock.h"

namespace scribe::sandbox {
namespace {

constexpr rlim_t kStackBytes = rlim_t{16} << 20;
constexpr rlim_t kOpenFiles = 32;

bool set_limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  const rlimit limit{soft, hard};
  return ::setrlimit(resource, &limit) == 0;
}

/// The same for every program.
bool set_fixed_limits() {
  return set_limit(RLIMIT_STACK, kStackBytes, kStackBytes) &&
         set_limit(RLIMIT_NOFILE, kOpenFiles, kOpenFiles) && set_limit(RLIMIT_CORE, 0, 0) &&
         set_limit(RLIMIT_MEMLOCK, 0, 0) && set_limit(RLIMIT_MSGQUEUE, 0, 0) &&
         set_limit(RLIMIT_SIGPENDING, 64, 64);
}

bool set_limits(const CandidateLimits& limits) {
  // The launcher watches the exact CPU time; these whole seconds only back it up.
  const auto cpu = static_cast<rlim_t>(std::ceil(limits.cpu_seconds)) + 1;
  const auto address = static_cast<rlim_t>(limits.address_bytes);
  const auto output = static_cast<rlim_t>(limits.output_bytes);
  const auto threads = static_cast<rlim_t>(limits.threads);
  return set_limit(RLIMIT_CPU, cpu, cpu + 1) && set_limit(RLIMIT_AS, address, address) &&
         set_limit(RLIMIT_FSIZE, output, output) && set_limit(RLIMIT_NPROC, threads, threads) &&
         set_fixed_limits();
}

}  // namespace

CandidateTemplate::CandidateTemplate(CallArea& area, SeccompFilter filter)
    : area_(area),
      filter_(std::move(filter)),
      launcher_(::getpid()),
      seed_random_(PyObject_GetAttrString(PyImport_AddModule("random"), "seed")),
      memory_error_(kTextBytes) {
  const PyRef reply(Py_BuildValue("(sssss)", "raised", "call", "MemoryError", "MemoryError", ""));
  std::string problem;
  memory_error_.resize(encode_value(reply.get(), memory_error_, problem).value());
}

void CandidateTemplate::seed_random() {
  // The random module seeds itself anew in every fork; programs shall see the same numbers.
  const PyRef seeded(PyObject_CallFunction(seed_random_.get(), "i", 0));
}

void CandidateTemplate::become_candidate(const CandidateLimits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launcher_) ::_exit(kExitSetUpFailed);  // It died before the line above.
  ::close_range(3, ~0U, 0);
  if (!set_limits(limits) || !filter_.load(::getpid())) ::_exit(kExitSetUpFailed);
  seed_random();
  CandidateServer(area_, request_, arguments_, memory_error_).serve();
}

void CandidateTemplate::become_resettable(const ResettableCandidate& how) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launcher_) ::_exit(kExitSetUpFailed);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);  // The launcher blocks what it listens for.
  seed_random();
  refill_malloc_slack();
  const Result<PageRange> stack = map_stack();
  const Result<PageRange> old_stack = kernel_stack(how.snapshot.proc);
  const auto give_up = [&how](const Error& failure) {
    how.snapshot.report(failure);
    ::_exit(kExitSetUpFailed);
  };
  if (!stack.ok()) give_up(stack.error());
  if (!old_stack.ok()) give_up(old_stack.error());
  if (const Status traced = how.snapshot.wait_until_traced(); !traced.ok()) give_up(traced.error());
  if (const Status moved = how.snapshot.move_memory(stack.value()); !moved.ok())
    give_up(moved.error());
  struct Entry {
    CandidateTemplate* candidate;
    const ResettableCandidate* how;
  };
  static Entry entry;  // Not on the stack that goes away.
  entry = {this, &how};
  run_on_new_stack(
      stack.value(), old_stack.value(),
      +[](void* context) {
        const Entry& from = *static_cast<Entry*>(context);
        from.candidate->stop_and_serve(*from.how);
      },
      &entry);
}

void CandidateTemplate::stop_and_serve(const ResettableCandidate& how) {
  if (how.landlock && !restrict_with_landlock(how.readable).ok()) ::_exit(kExitSetUpFailed);
  ::close_range(3, ~0U, 0);
  if (!set_fixed_limits() || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || !filter_.load(::getpid()))
    ::_exit(kExitSetUpFailed);
  asm volatile("int3" ::: "memory");  // Every program starts here.
  CandidateServer(area_, request_, arguments_, memory_error_).serve();
}

}  // namespace scribe::sandbox
