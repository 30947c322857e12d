// The layout of EvalPlus.
#include "evaluate/evalplus_results.h"

#include <openssl/evp.h>

#include <array>
#include <optional>

#include "base/check.h"
#include "base/json.h"
#include "evaluate/score_summary.h"

namespace scribe {
namespace {

constexpr std::string_view kPass = "pass";
constexpr std::string_view kPlusPart = "plus";  // As EvalPlus's suites name it (evalplus.h).

std::string md5_hex(std::string_view bytes) {
  std::array<unsigned char, 16> digest{};
  SCRIBE_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_md5(), nullptr),
               "MD5 of {} bytes", bytes.size());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

std::string_view status_of(const Verdict& verdict) {
  switch (verdict.kind) {
    case VerdictKind::pass:
      return kPass;
    case VerdictKind::cpu:
    case VerdictKind::wall:
      return "timeout";
    default:
      return "fail";
  }
}

/// What a sample came to in the two parts of EvalPlus's suites: its base tests, then its further
/// ones. Where base fails the others are not run, which EvalPlus's readers count as failed.
struct PartStatuses {
  std::string_view base;
  std::optional<std::string_view> plus;  ///< none for problems without further tests
};

PartStatuses statuses_of(const Problem& problem, const Verdict& verdict) {
  if (!problem.expected_from_solution) return {status_of(verdict), std::nullopt};
  if (verdict.passed() || verdict.part == kPlusPart) return {kPass, status_of(verdict)};
  return {status_of(verdict), "fail"};
}

/// Passes by task, of the base tests or of all.
struct Tally {
  std::vector<TaskScore> tasks;

  explicit Tally(std::size_t problems) : tasks(problems) {}
  void add(std::size_t problem, bool passed) {
    ++tasks[problem].n;
    tasks[problem].c += passed ? 1 : 0;
  }
  Json pass_at_k(const std::vector<std::int64_t>& ks) const {
    constexpr std::uint64_t kNoSeed = 0;  // The intervals are not written.
    ScoreSummary summary;
    for (const TaskScore& task : tasks)
      if (task.n > 0) summary.tasks.push_back(task);
    add_scores(ks, kNoSeed, summary);
    Json scores = Json::object();
    for (const PassAtK& score : summary.pass_at)
      scores[fmt::format("pass@{}", score.k)] = score.value;
    return scores;
  }
};

}  // namespace

std::string evalplus_results_path(const std::string& samples_path, SampleFormat format) {
  if (format == SampleFormat::evalplus_folder) return samples_path + "/eval_results.json";
  std::string stem = samples_path;
  for (const std::string_view ending : {".gz", ".jsonl", ".json"})
    if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
  return stem + "_eval_results.json";
}

Status write_evalplus_results(Env& env, const std::string& path, const std::string& problems_path,
                              const SamplesToJudge& samples, const VerdictsByKey& verdicts,
                              const std::vector<std::int64_t>& ks) {
  SCRIBE_TRY_ASSIGN(const std::string problems_text, read_text_file(env, problems_path));
  std::vector<Json> entries(samples.problems.size(), Json::array());
  Tally base(samples.problems.size());
  Tally plus(samples.problems.size());
  for (const SampleToJudge& sample : samples.samples) {
    const Program& program = samples.programs[sample.program];
    const Problem& problem = samples.problems[sample.problem];
    const PartStatuses statuses = statuses_of(problem, verdicts.at(program.key).verdict);
    Json entry = {{"task_id", problem.task_id},
                  {"solution", program.decided ? sample.text : program.job.candidate},
                  {"base_status", statuses.base},
                  {"plus_status", nullptr},
                  {"base_fail_tests", Json::array()},
                  {"plus_fail_tests", Json::array()}};
    base.add(sample.problem, statuses.base == kPass);
    if (statuses.plus) {
      entry["plus_status"] = *statuses.plus;
      plus.add(sample.problem, statuses.base == kPass && statuses.plus == kPass);
    }
    entries[sample.problem].push_back(std::move(entry));
  }
  Json tasks = Json::object();
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (!entries[i].empty()) tasks[samples.problems[i].task_id] = std::move(entries[i]);
  Json scores = {{"base", base.pass_at_k(ks)}};
  if (Json of_plus = plus.pass_at_k(ks); !of_plus.empty()) scores["plus"] = std::move(of_plus);
  const Json result = {{"hash", md5_hex(problems_text)},
                       {"eval", std::move(tasks)},
                       {"pass_at_k", std::move(scores)}};
  return write_file_atomic(env, path, to_json_pretty(result));
}

}  // namespace scribe
