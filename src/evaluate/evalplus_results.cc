// The layout of EvalPlus.
#include "evaluate/evalplus_results.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/check.h"
#include "base/json.h"
#include "evaluate/score_summary.h"

namespace scribe {
namespace {

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
      return "pass";
    case VerdictKind::cpu:
    case VerdictKind::wall:
      return "timeout";
    default:
      return "fail";
  }
}

Json pass_at_k(const std::vector<TaskScore>& tasks, const std::vector<std::int64_t>& ks) {
  constexpr std::uint64_t kNoSeed = 0;  // The intervals are not written.
  ScoreSummary summary;
  summary.tasks = tasks;
  add_scores(ks, kNoSeed, summary);
  Json scores = Json::object();
  for (const PassAtK& score : summary.pass_at)
    scores[fmt::format("pass@{}", score.k)] = score.value;
  return scores;
}

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
  std::vector<TaskScore> base(samples.problems.size());
  for (const SampleToJudge& sample : samples.samples) {
    const Program& program = samples.programs[sample.program];
    const Verdict& verdict = verdicts.at(program.key).verdict;
    const std::string& task_id = samples.problems[sample.problem].task_id;
    entries[sample.problem].push_back(
        {{"task_id", task_id},
         {"solution", program.decided ? sample.text : program.job.candidate},
         {"base_status", status_of(verdict)},
         {"plus_status", nullptr},
         {"base_fail_tests", Json::array()},
         {"plus_fail_tests", Json::array()}});
    ++base[sample.problem].n;
    if (verdict.passed()) ++base[sample.problem].c;
  }
  Json tasks = Json::object();
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (!entries[i].empty()) tasks[samples.problems[i].task_id] = std::move(entries[i]);
  std::erase_if(base, [](const TaskScore& task) { return task.n == 0; });
  const Json result = {{"hash", md5_hex(problems_text)},
                       {"eval", std::move(tasks)},
                       {"pass_at_k", {{"base", pass_at_k(base, ks)}}}};
  return write_file_atomic(env, path, to_json_pretty(result));
}

}  // namespace scribe
