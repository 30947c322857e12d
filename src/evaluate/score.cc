// A scoring run: known verdicts, missing verdicts, results file, scores.
#include "evaluate/score.h"

#include <algorithm>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "base/progress.h"
#include "evaluate/expected_outputs.h"
#include "evaluate/samples_to_judge.h"
#include "evaluate/verdict_record.h"

namespace scribe {
namespace {

using VerdictsByKey = std::unordered_map<std::string, Verdict>;

Status check_options(const ScoreOptions& options) {
  if (options.k.empty() || std::ranges::any_of(options.k, [](std::int64_t k) { return k < 1; }))
    return error(ErrorCode::invalid_argument, "k must be one or more whole numbers from 1 on");
  if (!(options.limits.cpu_seconds > 0) || !(options.limits.wall_seconds > 0))
    return error(ErrorCode::invalid_argument,
                 "time limits of {} s CPU and {} s wall: expected more than 0",
                 options.limits.cpu_seconds, options.limits.wall_seconds);
  if (options.limits.memory_bytes < 1)
    return error(ErrorCode::invalid_argument, "a memory limit of {} bytes: expected more than 0",
                 options.limits.memory_bytes);
  if (options.workers < 0 || options.workers > kWorkersMax)
    return error(ErrorCode::invalid_argument,
                 "{} workers: expected 1 ... {}, or 0 for one per core", options.workers,
                 kWorkersMax);
  return {};
}

/// Only these are final: the others are run again, alone.
bool is_final(const Verdict& verdict) {
  const bool may_be_starved =
      verdict.kind == VerdictKind::wall && verdict.cpu_seconds >= kStarvedCpuSeconds;
  return verdict.kind != VerdictKind::internal && !may_be_starved;
}

/// One run over one samples file.
class ScoringRun {
 public:
  ScoringRun(Env& env, StopToken& stop, const ScoreOptions& options)
      : env_(env),
        stop_(stop),
        options_(options),
        results_path_(options.results_path.empty() ? options.samples_path + "_results.jsonl"
                                                   : options.results_path),
        partial_path_(results_path_ + ".partial") {}

  Result<ScoreSummary> run() {
    SCRIBE_TRY(check_options(options_));
    SCRIBE_TRY_ASSIGN(samples_,
                      read_samples_to_judge(env_, options_.samples_path, options_.problems_path,
                                            options_.limits, options_.allow_partial));
    SCRIBE_TRY(read_known_verdicts());
    ScoreSummary summary = counted_summary();
    if (options_.dry_run) return summary;
    SCRIBE_TRY(judge_missing());
    SCRIBE_TRY(write_results());
    add_verdicts(summary);
    add_scores(options_.k, options_.bootstrap_seed, summary);
    return summary;
  }

 private:
  /// Takes over the verdicts of programs that are asked for now; others are of no use.
  Status read_known_verdicts() {
    if (!options_.reuse) return {};
    std::unordered_set<std::string> wanted;
    for (const Program& program : samples_.programs) wanted.insert(program.key);
    const auto read = [&](const Json& line, const std::string& where) -> Status {
      if (!line.is_object() || !line.contains("key") || !line["key"].is_string()) return {};
      const auto key = line["key"].get<std::string>();
      if (!wanted.contains(key)) return {};
      SCRIBE_TRY_ASSIGN(verdicts_[key], verdict_from_json(line, where));
      return {};
    };
    if (env_.exists(results_path_)) SCRIBE_TRY(for_each_json_line(env_, results_path_, read));
    if (!env_.exists(partial_path_)) return {};
    SCRIBE_TRY(JsonlJournal::open(env_, partial_path_, read));  // Cuts off a torn last line.
    return {};
  }

  /// Both files go, so that an interrupted re-run can be continued without old verdicts coming
  /// back.
  Status remove_known_verdicts() {
    for (const std::string& path : {results_path_, partial_path_})
      if (env_.exists(path)) SCRIBE_TRY(env_.remove(path));
    return {};
  }

  ScoreSummary counted_summary() const {
    ScoreSummary summary;
    summary.results_path = results_path_;
    summary.problems = static_cast<std::int64_t>(samples_.problems.size());
    summary.samples = static_cast<std::int64_t>(samples_.samples.size());
    summary.programs = static_cast<std::int64_t>(samples_.programs.size());
    summary.reused = static_cast<std::int64_t>(verdicts_.size());
    return summary;
  }

  Status judge_missing() {
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < samples_.programs.size(); ++i)
      if (!verdicts_.contains(samples_.programs[i].key)) missing.push_back(i);
    if (missing.empty()) return {};
    if (!options_.reuse) SCRIBE_TRY(remove_known_verdicts());
    SandboxWorkerFactory start_worker = options_.start_worker;
    if (!start_worker) {
      SCRIBE_TRY_ASSIGN(start_worker, real_sandbox_workers());
    }
    SCRIBE_TRY_ASSIGN(
        JsonlJournal journal,
        JsonlJournal::open(env_, partial_path_, [](Json, const std::string&) { return Status(); }));
    Progress progress(env_, {.label = "eval",
                             .unit = "programs",
                             .total = static_cast<std::int64_t>(samples_.programs.size()),
                             .quiet = options_.quiet});
    progress.skip(static_cast<std::int64_t>(verdicts_.size()));
    const int workers = options_.workers > 0
                            ? options_.workers
                            : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    SCRIBE_TRY(judge_these(missing, start_worker, workers, false, journal, progress));
    std::erase_if(missing,
                  [&](std::size_t i) { return verdicts_.contains(samples_.programs[i].key); });
    SCRIBE_TRY(judge_these(missing, start_worker, 1, true, journal, progress));
    SCRIBE_TRY(journal.sync());
    return check_all_judged();
  }

  /// Runs the programs and records the verdicts that count; `last_time` makes a wall verdict count.
  Status judge_these(const std::vector<std::size_t>& indices,
                     const SandboxWorkerFactory& start_worker, int workers, bool last_time,
                     JsonlJournal& journal, Progress& progress) {
    std::vector<SandboxJob> jobs;
    for (const std::size_t i : indices) {
      jobs.push_back(samples_.programs[i].job);
      if (last_time) jobs.back().limits.wall_seconds *= kAloneWallFactor;
    }
    SCRIBE_TRY(add_expected_outputs(env_, stop_, samples_.problems, jobs,
                                    {.cache_directory = options_.cache_directory,
                                     .start_worker = start_worker,
                                     .workers = workers}));
    const auto record = [&](std::size_t index, const Verdict& verdict) -> Status {
      const Program& program = samples_.programs[indices[index]];
      if (verdict.kind == VerdictKind::internal) last_failure_ = verdict.detail;
      if (!is_final(verdict) && (!last_time || verdict.kind == VerdictKind::internal)) return {};
      Json line;
      set_verdict(verdict, program.key, line);
      SCRIBE_TRY(journal.append(line));
      verdicts_.emplace(program.key, verdict);
      progress.update(static_cast<std::int64_t>(verdicts_.size()));
      return {};
    };
    Status status = judge(jobs, start_worker, workers, stop_, record);
    if (status.ok() || status.error().code() != ErrorCode::interrupted) return status;
    return error(
        ErrorCode::interrupted,
        "stopped: {} of {} programs have verdicts, kept in '{}'; the same command{} continues",
        verdicts_.size(), samples_.programs.size(), partial_path_,
        options_.reuse ? "" : " without --rerun");
  }

  Status check_all_judged() const {
    const std::size_t left = samples_.programs.size() - verdicts_.size();
    if (left == 0) return {};
    return error(ErrorCode::internal,
                 "the sandbox failed twice on {} of {} programs ('{}'); no score is given without "
                 "them. The other verdicts are kept: run the same command to try these again",
                 left, samples_.programs.size(), last_failure_);
  }

  Status write_results() {
    std::string text;
    for (const SampleToJudge& sample : samples_.samples) {
      const std::string& key = samples_.programs[sample.program].key;
      Json line = sample.line;
      set_verdict(verdicts_.at(key), key, line);
      text += to_json_line(line) + "\n";
    }
    SCRIBE_TRY(write_file_atomic(env_, results_path_, text));
    return env_.exists(partial_path_) ? env_.remove(partial_path_) : Status();
  }

  void add_verdicts(ScoreSummary& summary) const {
    std::vector<TaskScore> scores(samples_.problems.size());
    for (const SampleToJudge& sample : samples_.samples) {
      const Verdict& verdict = verdicts_.at(samples_.programs[sample.program].key);
      ++summary.verdicts[verdict.kind];
      ++scores[sample.problem].n;
      if (verdict.passed()) ++scores[sample.problem].c;
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (scores[i].n == 0) continue;
      scores[i].task_id = samples_.problems[i].task_id;
      scores[i].blocks = samples_.problems[i].blocks;
      summary.tasks.push_back(std::move(scores[i]));
    }
  }

  Env& env_;
  StopToken& stop_;
  const ScoreOptions& options_;
  const std::string results_path_;
  const std::string partial_path_;
  SamplesToJudge samples_;
  VerdictsByKey verdicts_;
  std::string last_failure_;
};

}  // namespace

void add_scores(const std::vector<std::int64_t>& ks, std::uint64_t bootstrap_seed,
                ScoreSummary& summary) {
  if (summary.tasks.empty()) return;
  const TaskScore& fewest = *std::ranges::min_element(summary.tasks, {}, &TaskScore::n);
  for (const std::int64_t k : ks) {
    if (fewest.n < k) {
      summary.omitted.push_back({k, fmt::format("it needs {} samples of every problem, '{}' has {}",
                                                k, fewest.task_id, fewest.n)});
      continue;
    }
    std::vector<double> values;
    double sum = 0;
    for (const TaskScore& task : summary.tasks) {
      values.push_back(pass_at_k(task.n, task.c, k));
      sum += values.back();
    }
    PassAtK score{.k = k, .value = sum / static_cast<double>(values.size()), .interval = {}};
    if (values.size() > 1) score.interval = bootstrap_interval(values, bootstrap_seed);
    summary.pass_at.push_back(score);
  }
}

Json to_json(const ScoreSummary& summary) {
  Json scores = Json::array();
  for (const PassAtK& score : summary.pass_at) {
    Json one = {{"k", score.k}, {"pass_at_k", score.value}, {"low", nullptr}, {"high", nullptr}};
    if (score.interval) one["low"] = score.interval->low;
    if (score.interval) one["high"] = score.interval->high;
    scores.push_back(std::move(one));
  }
  Json omitted = Json::array();
  for (const OmittedK& each : summary.omitted)
    omitted.push_back({{"k", each.k}, {"reason", each.reason}});
  Json verdicts = Json::object();
  for (const auto& [kind, count] : summary.verdicts) verdicts[std::string(name_of(kind))] = count;
  Json tasks = Json::array();
  for (const TaskScore& task : summary.tasks) {
    tasks.push_back({{"task_id", task.task_id}, {"n", task.n}, {"c", task.c}});
    if (task.blocks > 0) tasks.back()["blocks"] = task.blocks;
  }
  return {{"scores", scores},
          {"omitted", omitted},
          {"problems", summary.problems},
          {"problems_attempted", summary.tasks.size()},
          {"samples", summary.samples},
          {"programs", summary.programs},
          {"programs_reused", summary.reused},
          {"verdicts", verdicts},
          {"results", summary.results_path},
          {"tasks", tasks}};
}

Result<ScoreSummary> score_samples(Env& env, StopToken& stop, const ScoreOptions& options) {
  return ScoringRun(env, stop, options).run();
}

}  // namespace scribe
