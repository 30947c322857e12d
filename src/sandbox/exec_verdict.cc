// Limits first, then signals, then what the runtime said about the end.
#include "sandbox/exec_verdict.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "sandbox/stdio_tests.h"

namespace scribe::sandbox {
namespace {

constexpr std::size_t kDetailLength = 200;

struct Judgement {
  VerdictKind kind;
  std::string detail;
};

/// How runtimes report an end, in the order of precedence.
struct Sign {
  std::string_view text;
  VerdictKind kind;
};
constexpr auto kSigns = std::to_array<Sign>({
    {"std::bad_alloc", VerdictKind::memory},
    {"OutOfMemoryError", VerdictKind::memory},
    {"JavaScript heap out of memory", VerdictKind::memory},
    {"Array buffer allocation failed", VerdictKind::memory},
    {"memory allocation of", VerdictKind::memory},
    {"runtime: out of memory", VerdictKind::memory},
    {"MemoryError", VerdictKind::memory},
    {"cannot allocate memory", VerdictKind::memory},
    {"Assertion `", VerdictKind::wrong},
    {"AssertionError", VerdictKind::wrong},
    {"assertion failed", VerdictKind::wrong},
    {"assertion `left", VerdictKind::wrong},  // Rust since 1.73.
    {"--- FAIL", VerdictKind::wrong},
    {"panicked at", VerdictKind::exception},
    {"panic:", VerdictKind::exception},
    {"terminate called", VerdictKind::exception},
    {"Exception in thread", VerdictKind::exception},
    {"Traceback (most recent call last)", VerdictKind::exception},
    {"Error: ", VerdictKind::exception},
    {"ReferenceError", VerdictKind::exception},
});

/// The line of `text` around `at`.
std::string_view line_around(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

std::string detail_of(std::string_view line) {
  std::string text = excerpt(line, kDetailLength);
  return text.substr(1, text.rfind('\'') - 1);
}

std::optional<Judgement> judge_fault(const StepResult& result, std::string_view who) {
  const ExecRequest& limits = result.request;
  switch (result.reply.fault) {
    case ExecFault::none:
      return std::nullopt;
    case ExecFault::cpu:
      return Judgement{VerdictKind::cpu,
                       fmt::format("{} used more than {} s of CPU time", who, limits.cpu_seconds)};
    case ExecFault::wall:
      return Judgement{VerdictKind::wall,
                       fmt::format("{} did not end within {} s", who, limits.wall_seconds)};
    case ExecFault::memory:
      return Judgement{VerdictKind::memory,
                       fmt::format("{} used more than {} bytes", who, limits.memory_bytes)};
    case ExecFault::output:
      return Judgement{VerdictKind::output,
                       fmt::format("{} printed more than {} bytes", who, limits.output_bytes)};
    case ExecFault::files:
      return Judgement{VerdictKind::output, fmt::format("{} filled its scratch folder", who)};
    case ExecFault::processes:
      return Judgement{VerdictKind::syscall,
                       fmt::format("{} started more than {} processes", who, limits.processes)};
  }
  SCRIBE_UNREACHABLE();
}

std::optional<Judgement> judge_signal(const StepResult& result, std::string_view who) {
  if (!WIFSIGNALED(result.reply.wait_status)) return std::nullopt;
  const int number = WTERMSIG(result.reply.wait_status);
  const char* const name = ::sigabbrev_np(number);
  switch (number) {
    case SIGXCPU:
      return Judgement{VerdictKind::cpu, fmt::format("{} used more than {} s of CPU time", who,
                                                     result.request.cpu_seconds)};
    case SIGSYS:
      return Judgement{VerdictKind::syscall, fmt::format("{} made a forbidden system call", who)};
    case SIGXFSZ:
      return Judgement{VerdictKind::output,
                       fmt::format("{} wrote more than {} bytes", who, result.request.file_bytes)};
    default:
      return Judgement{VerdictKind::signal, name == nullptr
                                                ? fmt::format("killed by signal {}", number)
                                                : fmt::format("killed by SIG{}", name)};
  }
}

Verdict verdict_of(Judgement judgement, const StepResult& result) {
  return {.kind = judgement.kind,
          .detail = std::move(judgement.detail),
          .cpu_seconds = result.reply.cpu_seconds,
          .wall_seconds = result.reply.wall_seconds,
          .memory_bytes = result.reply.memory_bytes};
}

std::string_view first_line(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \n"), text.size()));
  return text.substr(0, text.find('\n'));
}

std::string_view last_line(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \n");
  return last == std::string_view::npos ? "" : line_around(text, last);
}

std::optional<Judgement> judge_messages(std::string_view text) {
  for (const Sign& sign : kSigns) {
    const std::size_t at = text.find(sign.text);
    if (at == std::string_view::npos) continue;
    // Python names the exception in its last line.
    const bool is_trace = sign.text.starts_with("Traceback");
    return Judgement{sign.kind, detail_of(is_trace ? last_line(text) : line_around(text, at))};
  }
  return std::nullopt;
}

}  // namespace

Verdict judge_build(const StepResult& result) {
  if (const auto fault = judge_fault(result, "the compiler")) return verdict_of(*fault, result);
  const std::string all = result.messages + result.output;  // tsc and go print to the latter.
  const auto messages = judge_messages(all);
  if (messages && messages->kind == VerdictKind::memory) return verdict_of(*messages, result);
  if (const auto signal = judge_signal(result, "the compiler")) return verdict_of(*signal, result);
  const std::size_t at = all.find("error");
  const std::string_view line = at == std::string::npos ? first_line(all) : line_around(all, at);
  return verdict_of({VerdictKind::syntax, detail_of(line)}, result);
}

Verdict judge_run(const StepResult& result) {
  if (const auto fault = judge_fault(result, "the program")) return verdict_of(*fault, result);
  const int status = result.reply.wait_status;
  const bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  if (!aborted)
    if (const auto signal = judge_signal(result, "the program")) return verdict_of(*signal, result);
  if (status != 0) {
    if (const auto messages = judge_messages(result.messages)) return verdict_of(*messages, result);
    if (const auto messages = judge_messages(result.output)) return verdict_of(*messages, result);
  }
  if (const auto signal = judge_signal(result, "the program")) return verdict_of(*signal, result);
  const std::string_view said = first_line(result.messages);
  return verdict_of({VerdictKind::exit, fmt::format("exited with code {}{}{}", WEXITSTATUS(status),
                                                    said.empty() ? "" : ": ", detail_of(said))},
                    result);
}

}  // namespace scribe::sandbox
