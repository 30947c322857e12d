// Recording runs of canonical solutions, and the files that keep what they returned.
#include "evaluate/expected_outputs.h"

#include <algorithm>
#include <unordered_map>

#include "base/hash.h"
#include "base/json.h"
#include "problems/evalplus.h"

namespace scribe {
namespace {

constexpr int kFormatVersion = 1;  // Raise it when what is recorded, or how, changes.
/// A canonical solution is slow at worst, not hostile.
constexpr SandboxLimits kRecordingLimits = {
    .cpu_seconds = 300, .wall_seconds = 1500, .memory_bytes = std::int64_t{4} << 30};

struct Recording {
  const Problem* problem = nullptr;
  std::string path;      ///< of its cache file; "" without a cache
  std::string recorded;  ///< bytes of scribe.report()
  double cpu_seconds = 0;
  std::int64_t memory_bytes = 0;
};

std::string to_hex(std::string_view bytes) {
  std::string digits;
  digits.reserve(2 * bytes.size());
  for (const char c : bytes) fmt::format_to(std::back_inserter(digits), "{:02x}", c & 0xff);
  return digits;
}

int value_of_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : 0;
}

std::string from_hex(std::string_view digits) {
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(value_of_digit(digits[i]) * 16 + value_of_digit(digits[i + 1]));
  return bytes;
}

/// The recordings that a set of jobs needs, by the key of their unfinished suite.
class Recordings {
 public:
  Recordings(Env& env, std::span<const Problem> problems, std::span<const SandboxJob> jobs,
             const std::string& cache_directory)
      : env_(env), cache_directory_(cache_directory) {
    std::unordered_map<std::string, const Problem*> problem_of;
    for (const Problem& problem : problems)
      if (problem.expected_from_solution) problem_of.emplace(hash128_hex(problem.test), &problem);
    for (const SandboxJob& job : jobs) {
      const auto found = problem_of.find(job.tests.key());
      if (found == problem_of.end() || recordings_.contains(found->first)) continue;
      recordings_[found->first] = {
          .problem = found->second, .path = path_of(*found->second), .recorded = {}};
      order_.push_back(found->first);
    }
  }

  /// Reads what is kept; the others stay empty.
  Status read() {
    if (cache_directory_.empty()) return {};
    for (const std::string& key : order_) {
      Recording& recording = recordings_[key];
      if (!env_.exists(recording.path)) continue;
      SCRIBE_TRY_ASSIGN(const std::string text, env_.read_file(recording.path));
      const auto kept = parse_json(text, recording.path);
      if (kept.ok()) take_over(kept.value(), recording);
    }
    return {};
  }

  Status record_missing(StopToken& stop, const ExpectedOutputOptions& options) {
    std::vector<Recording*> missing;
    std::vector<SandboxJob> jobs;
    for (const std::string& key : order_) {
      Recording& recording = recordings_[key];
      if (!recording.recorded.empty()) continue;
      const Problem& problem = *recording.problem;
      missing.push_back(&recording);
      jobs.push_back({.candidate = judged_program(problem, problem.canonical_solution),
                      .tests = recording_suite(problem),
                      .entry_point = problem.entry_point,
                      .limits = kRecordingLimits});
    }
    if (missing.empty()) return {};
    if (!cache_directory_.empty()) SCRIBE_TRY(env_.create_directories(folder()));
    return judge(
        jobs, options.start_worker, options.workers, stop,
        [&](std::size_t index, const Verdict& verdict) { return keep(*missing[index], verdict); });
  }

  /// Gives a job its finished suite; jobs of one problem share it.
  void complete(SandboxJob& job) {
    const auto found = recordings_.find(job.tests.key());
    if (found == recordings_.end()) return;
    const Recording& recording = found->second;
    auto [suite, is_new] = suites_.try_emplace(found->first);
    if (is_new) suite->second = judging_suite(*recording.problem, recording.recorded);
    job.tests = suite->second;
    const double cpu_seconds =
        std::max(job.limits.cpu_seconds, kReferenceTimeFactor * recording.cpu_seconds);
    job.limits.wall_seconds *= cpu_seconds / job.limits.cpu_seconds;
    job.limits.cpu_seconds = cpu_seconds;
    job.limits.memory_bytes =
        std::max(job.limits.memory_bytes, kReferenceMemoryFactor * recording.memory_bytes);
  }

 private:
  std::string folder() const { return cache_directory_ + "/expected"; }

  std::string path_of(const Problem& problem) const {
    if (cache_directory_.empty()) return "";
    const std::string program = judged_program(problem, problem.canonical_solution);
    return fmt::format("{}/{}.json", folder(),
                       hash128_hex(fmt::format("{}:{}:{}{}", kFormatVersion, program.size(),
                                               program, recording_suite(problem))));
  }

  /// What does not fit its own hash is as good as absent.
  static void take_over(const Json& kept, Recording& recording) {
    const auto recorded = json_field<std::string>(kept, "recorded", recording.path);
    const auto hash = json_field<std::string>(kept, "hash", recording.path);
    const auto cpu_seconds = json_field<double>(kept, "cpu_seconds", recording.path);
    const auto memory_bytes = json_field<std::int64_t>(kept, "memory_bytes", recording.path);
    if (!recorded.ok() || !hash.ok() || !cpu_seconds.ok() || !memory_bytes.ok()) return;
    if (hash128_hex(recorded.value()) != hash.value()) return;
    recording.recorded = from_hex(recorded.value());
    recording.cpu_seconds = cpu_seconds.value();
    recording.memory_bytes = memory_bytes.value();
  }

  Status keep(Recording& recording, const Verdict& verdict) {
    if (!verdict.passed() || verdict.report.empty())
      return error(ErrorCode::invalid_data,
                   "the canonical solution of '{}', which says what is right, does not run: {} {}",
                   recording.problem->task_id, name_of(verdict.kind), verdict.detail);
    recording.recorded = verdict.report;
    recording.cpu_seconds = verdict.cpu_seconds;
    recording.memory_bytes = verdict.memory_bytes;
    if (recording.path.empty()) return {};
    const std::string digits = to_hex(recording.recorded);
    const Json line = {{"task_id", recording.problem->task_id},
                       {"cpu_seconds", recording.cpu_seconds},
                       {"memory_bytes", recording.memory_bytes},
                       {"hash", hash128_hex(digits)},
                       {"recorded", digits}};
    const Status kept = write_file_atomic(env_, recording.path, to_json_line(line) + "\n");
    // Another process that records the same was faster: what it wrote is as good.
    return kept.ok() || !env_.exists(recording.path) ? kept : Status();
  }

  Env& env_;
  std::string cache_directory_;
  std::unordered_map<std::string, Recording> recordings_;
  std::vector<std::string> order_;  ///< their keys, as the jobs come
  std::unordered_map<std::string, SuiteText> suites_;
};

}  // namespace

Status add_expected_outputs(Env& env, StopToken& stop, std::span<const Problem> problems,
                            std::span<SandboxJob> jobs, const ExpectedOutputOptions& options) {
  Recordings recordings(env, problems, jobs, options.cache_directory);
  SCRIBE_TRY(recordings.read());
  SCRIBE_TRY(recordings.record_missing(stop, options));
  for (SandboxJob& job : jobs) recordings.complete(job);
  return {};
}

}  // namespace scribe
