// The verdict state machine and the names of its states.
#include "sandbox/verdict.h"

#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstring>

namespace scribe {
namespace {

constexpr std::array<std::string_view, 15> kVerdictNames = {
    "pass",   "wrong",  "exception", "syntax",   "exit", "signal",  "cpu",     "wall",
    "memory", "output", "syscall",   "protocol", "hack", "no-code", "internal"};
static_assert(static_cast<std::size_t>(VerdictKind::internal) + 1 == kVerdictNames.size());

}  // namespace

std::string_view name_of(VerdictKind kind) {
  return kVerdictNames.at(static_cast<std::size_t>(kind));
}

std::optional<VerdictKind> verdict_kind_named(std::string_view name) {
  for (std::size_t i = 0; i < kVerdictNames.size(); ++i)
    if (kVerdictNames[i] == name) return static_cast<VerdictKind>(i);
  return std::nullopt;
}

namespace sandbox {
namespace {

struct Judgement {
  VerdictKind kind;
  std::string detail;
};

Judgement judge_death(const RunFacts& facts, const SandboxLimits& limits) {
  if (facts.cpu_exceeded)
    return {VerdictKind::cpu, fmt::format("used more than {} s of CPU time", limits.cpu_seconds)};
  if (WIFEXITED(facts.wait_status))
    return {VerdictKind::exit, fmt::format("exited with code {}", WEXITSTATUS(facts.wait_status))};
  const int number = WTERMSIG(facts.wait_status);
  const char* const name = ::sigabbrev_np(number);
  const std::string killed = name == nullptr ? fmt::format("killed by signal {}", number)
                                             : fmt::format("killed by SIG{}", name);
  switch (number) {
    case SIGXCPU:
      return {VerdictKind::cpu, fmt::format("used more than {} s of CPU time", limits.cpu_seconds)};
    case SIGSYS:
      return {VerdictKind::syscall, "made a forbidden system call"};
    case SIGXFSZ:
      return {VerdictKind::output, fmt::format("printed more than {} bytes", limits.output_bytes)};
    case SIGKILL:
      // Not by us: the kernel ran out of memory, or the program shot itself.
      if (facts.memory_bytes > limits.memory_bytes / 2)
        return {VerdictKind::memory, "killed for the memory that it used"};
      return {VerdictKind::signal, killed};
    default:
      return {VerdictKind::signal, killed};
  }
}

Judgement judge_unfinished(const RunFacts& facts, const SandboxLimits& limits) {
  if (facts.phase_at_end == TesterPhase::decoding)
    return {VerdictKind::protocol, "sent a reply that could not be read in time"};
  if (facts.tester_lost && !facts.wall_expired)
    return {VerdictKind::internal, "the tester died while it ran the tests"};
  if (facts.phase_at_end == TesterPhase::waiting)
    return {VerdictKind::wall, fmt::format("no answer after {} s", limits.wall_seconds)};
  // Tests that are quick with right answers: keys whose hashes are equal make sets slow.
  if (facts.tests_exhausted)
    return {VerdictKind::wall,
            fmt::format("the tests did not end with its answers within {} s", limits.wall_seconds)};
  return {VerdictKind::internal,
          fmt::format("the tests did not end within {} s", limits.wall_seconds)};
}

/// Every page was equal to the snapshot after the last comparison, or so it must be.
Judgement judge_contamination(const RunFacts& facts) {
  return {VerdictKind::internal,
          fmt::format("{} pages of memory were not reset", facts.differing_pages)};
}

Judgement judge_report(const RunFacts& facts, const SandboxLimits& limits) {
  switch (facts.outcome) {
    case TestsOutcome::passed:
      return {VerdictKind::pass, ""};
    case TestsOutcome::wrong:
      return {VerdictKind::wrong, facts.detail};
    case TestsOutcome::exception:
      return {VerdictKind::exception, facts.detail};
    case TestsOutcome::exited:
      return {VerdictKind::exit, facts.detail};
    case TestsOutcome::out_of_memory:
      return {VerdictKind::memory, facts.detail};
    case TestsOutcome::syntax:
      return {VerdictKind::syntax, facts.detail};
    case TestsOutcome::bad_reply:
      return {VerdictKind::protocol, facts.detail};
    case TestsOutcome::broken_tests:
      return {VerdictKind::internal, facts.detail};
    case TestsOutcome::candidate_died:
      if (facts.candidate_ended) return judge_death(facts, limits);
      break;
    case TestsOutcome::none:
    case TestsOutcome::ready:
      break;
  }
  return {VerdictKind::internal, "the tester gave no report"};
}

}  // namespace

Verdict judge(const RunFacts& facts, const SandboxLimits& limits) {
  Judgement judgement{VerdictKind::internal, "the jail of the candidate died"};
  if (facts.differing_pages != 0) {
    judgement = judge_contamination(facts);
  } else if (!facts.launcher_lost) {
    judgement = facts.wall_expired || facts.tester_lost ? judge_unfinished(facts, limits)
                                                        : judge_report(facts, limits);
  }
  return {.kind = judgement.kind,
          .detail = std::move(judgement.detail),
          .cpu_seconds = facts.cpu_seconds,
          .wall_seconds = facts.wall_seconds,
          .memory_bytes = facts.memory_bytes,
          .replaced = facts.candidate_replaced,
          .part = facts.part};
}

}  // namespace sandbox
}  // namespace scribe
