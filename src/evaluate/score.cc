// A scoring run: known verdicts, missing verdicts, results file, scores.
#include "evaluate/score.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/hash.h"
#include "base/progress.h"
#include "evaluate/evalplus_results.h"
#include "evaluate/expected_outputs.h"
#include "evaluate/samples_to_judge.h"
#include "evaluate/strategy_outcomes.h"
#include "evaluate/verify.h"

namespace scribe {
namespace {

constexpr std::chrono::milliseconds kPollInterval{50};  // Of other ranks' journals.

int worker_count(const ScoreOptions& options) {
  return options.workers > 0 ? options.workers
                             : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Whose program it is. A function of the key alone, so that ranks need not talk.
int rank_of_key(const std::string& key, int ranks) {
  return static_cast<int>(hash64(key) % static_cast<std::uint64_t>(ranks));
}

/// One run over one samples file.
class ScoringRun {
 public:
  ScoringRun(Env& env, StopToken& stop, const ScoreOptions& options)
      : env_(env),
        stop_(stop),
        options_(options),
        results_path_(results_path_of(options)),
        journal_(env, results_path_, options.rank) {}

  Result<ScoreSummary> run() {
    SCRIBE_TRY(check_options(options_));
    SCRIBE_TRY_ASSIGN(samples_,
                      read_samples_to_judge(env_, options_.samples_path, options_.problems_path,
                                            {.limits = options_.limits,
                                             .allow_partial = options_.allow_partial,
                                             .extract = options_.extract,
                                             .all_strategies = options_.compare_strategies,
                                             .skip_missing_toolchains = true}));
    SCRIBE_TRY(read_known_verdicts());
    ScoreSummary summary = counted_summary();
    if (options_.dry_run) return summary;
    SCRIBE_TRY(judge_missing());
    if (options_.rank.rank > 0) return summary;
    SCRIBE_TRY(wait_for_other_ranks());
    SCRIBE_TRY(verify(summary));
    SCRIBE_TRY(write_results());
    add_verdicts(summary);
    add_scores(options_.k, options_.bootstrap_seed, summary);
    if (options_.compare_strategies) summary.strategies = strategy_outcomes(samples_, verdicts_);
    if (options_.evalplus_results) {
      summary.evalplus_path = evalplus_results_path(options_.samples_path, samples_.format);
      SCRIBE_TRY(write_evalplus_results(env_, summary.evalplus_path, options_.problems_path,
                                        samples_, verdicts_, options_.k));
    }
    SCRIBE_TRY(journal_.remove_journals());
    return summary;
  }

 private:
  Status read_known_verdicts() {
    for (const Program& program : samples_.programs)
      if (program.decided)
        verdicts_[program.key].verdict = *program.decided;
      else
        wanted_.insert(program.key);
    undecided_ = static_cast<std::int64_t>(wanted_.size());
    if (!options_.reuse) return {};
    SCRIBE_TRY(journal_.read_all(wanted_, verdicts_));
    reused_ = known();
    return {};
  }

  /// Programs that needed a run and have a verdict.
  std::int64_t known() const {
    return undecided_ - static_cast<std::int64_t>(samples_.programs.size() - verdicts_.size());
  }

  ScoreSummary counted_summary() const {
    ScoreSummary summary;
    summary.results_path = results_path_;
    summary.format = samples_.format;
    summary.extract = options_.extract;
    summary.problems = static_cast<std::int64_t>(samples_.problems.size());
    summary.samples = static_cast<std::int64_t>(samples_.samples.size());
    summary.programs = undecided_;
    summary.skipped = samples_.skipped;
    summary.reused = reused_;
    return summary;
  }

  Status start_sandbox() {
    if (sandbox_.start) return {};
    sandbox_ = options_.sandbox;
    if (sandbox_.start) return {};
    SCRIBE_TRY_ASSIGN(sandbox_, real_sandbox_workers(options_.engine,
                                                     options_.rank.rank * worker_count(options_)));
    return {};
  }

  /// Runs this rank's share.
  Status judge_missing() {
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < samples_.programs.size(); ++i) {
      const std::string& key = samples_.programs[i].key;
      if (!verdicts_.contains(key) && rank_of_key(key, options_.rank.ranks) == options_.rank.rank)
        missing.push_back(i);
    }
    if (missing.empty()) return {};
    // Both go, so that an interrupted re-run can be continued without old verdicts coming back.
    if (!options_.reuse) SCRIBE_TRY(journal_.remove_journals());
    if (!options_.reuse) SCRIBE_TRY(journal_.remove_results());
    SCRIBE_TRY(start_sandbox());
    SCRIBE_TRY(journal_.open());
    Progress progress(env_, {.label = "eval",
                             .unit = "programs",
                             .total = static_cast<std::int64_t>(missing.size()) + reused_,
                             .quiet = options_.quiet || options_.rank.rank > 0});
    progress.skip(reused_);
    SCRIBE_TRY(judge_these(missing, progress));
    SCRIBE_TRY(journal_.sync());
    return check_all_judged(missing);
  }

  Status judge_these(const std::vector<std::size_t>& indices, Progress& progress) {
    std::vector<SandboxJob> jobs;
    for (const std::size_t i : indices) jobs.push_back(samples_.programs[i].job);
    SCRIBE_TRY(add_expected_outputs(env_, stop_, samples_.problems, jobs,
                                    {.cache_directory = options_.cache_directory,
                                     .start_worker = sandbox_.start,
                                     .workers = worker_count(options_)}));
    const auto record = [&](std::size_t index, const Verdict& verdict) -> Status {
      const Program& program = samples_.programs[indices[index]];
      if (verdict.kind == VerdictKind::internal) {
        last_failure_ = verdict.detail;
        return {};
      }
      const JudgedVerdict judged{
          .verdict = verdict, .engine = sandbox_.engine_of(program.job), .walls = sandbox_.walls};
      SCRIBE_TRY(journal_.append(program.key, judged));
      verdicts_.emplace(program.key, judged);
      progress.update(known());
      return {};
    };
    Status status = judge_fairly(jobs, sandbox_.start, worker_count(options_), stop_, record);
    if (status.ok() || status.error().code() != ErrorCode::interrupted) return status;
    return error(
        ErrorCode::interrupted,
        "stopped: {} of {} programs have verdicts, kept in '{}'; the same command{} continues",
        known(), undecided_, journal_.own_path(), options_.reuse ? "" : " without --rerun");
  }

  Status check_all_judged(const std::vector<std::size_t>& asked) const {
    const auto left = std::ranges::count_if(
        asked, [this](std::size_t i) { return !verdicts_.contains(samples_.programs[i].key); });
    if (left == 0) return {};
    return error(ErrorCode::internal,
                 "the sandbox failed twice on {} of {} programs ('{}'); no score is given without "
                 "them. The other verdicts are kept: run the same command to try these again",
                 left, undecided_, last_failure_);
  }

  /// Their journals are the only sign of them: news counts, silence does after a while.
  Status wait_for_other_ranks() {
    double last_news_seconds = env_.monotonic_seconds();
    while (known() < undecided_) {
      SCRIBE_TRY_ASSIGN(const bool news, journal_.read_news(wanted_, verdicts_));
      const double now_seconds = env_.monotonic_seconds();
      if (news) last_news_seconds = now_seconds;
      if (stop_.requested())
        return error(ErrorCode::interrupted,
                     "stopped: {} of {} programs have verdicts, which are kept; the same command "
                     "continues",
                     known(), undecided_);
      if (now_seconds - last_news_seconds > options_.rank_wait_seconds) return silent_ranks();
      if (!news) std::this_thread::sleep_for(kPollInterval);
    }
    return {};
  }

  Error silent_ranks() const {
    std::set<int> ranks;
    for (const Program& program : samples_.programs)
      if (!verdicts_.contains(program.key))
        ranks.insert(rank_of_key(program.key, options_.rank.ranks));
    return error(ErrorCode::internal,
                 "no verdict came for {} s and {} of {} programs have none: did rank {} end? "
                 "Finished verdicts are kept; the same command runs the rest (--rank-wait waits "
                 "longer)",
                 options_.rank_wait_seconds, undecided_ - known(), undecided_,
                 fmt::join(ranks, ", "));
  }

  Status verify(ScoreSummary& summary) {
    if (options_.verify == 0) return {};
    SCRIBE_TRY(start_sandbox());
    summary.verify = options_.verify;
    SCRIBE_TRY_ASSIGN(summary.flaky, verify_programs(env_, stop_, samples_, verdicts_,
                                                     {.times = options_.verify,
                                                      .workers = worker_count(options_),
                                                      .quiet = options_.quiet,
                                                      .cache_directory = options_.cache_directory},
                                                     sandbox_.start));
    return {};
  }

  Status write_results() {
    std::string text;
    for (const SampleToJudge& sample : samples_.samples) {
      const std::string& key = samples_.programs[sample.program].key;
      Json line = sample.line;
      set_verdict(verdicts_.at(key), key, line);
      line.erase("extract");  // A sample's own, or that of another scoring.
      if (options_.extract != ExtractStrategy::none) line["extract"] = name_of(options_.extract);
      text += to_json_line(line) + "\n";
    }
    return write_file_atomic(env_, results_path_, text);
  }

  void add_verdicts(ScoreSummary& summary) const {
    std::vector<TaskScore> scores(samples_.problems.size());
    for (const SampleToJudge& sample : samples_.samples) {
      const JudgedVerdict& judged = verdicts_.at(samples_.programs[sample.program].key);
      ++summary.verdicts[judged.verdict.kind];
      if (!judged.engine.empty())
        ++summary.sandboxes[fmt::format("{} engine; {}", judged.engine, judged.walls)];
      ++scores[sample.problem].n;
      if (judged.verdict.passed()) ++scores[sample.problem].c;
      if (judged.verdict.soft) ++summary.soft;
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
  VerdictJournal journal_;
  SandboxWorkers sandbox_;
  SamplesToJudge samples_;
  Keys wanted_;                 ///< programs that need a run
  std::int64_t undecided_ = 0;  ///< their number
  std::int64_t reused_ = 0;
  VerdictsByKey verdicts_;
  std::string last_failure_;
};

}  // namespace

std::string results_path_of(const ScoreOptions& options) {
  return options.results_path.empty() ? options.samples_path + "_results.jsonl"
                                      : options.results_path;
}

Status check_options(const ScoreOptions& options) {
  const auto wrong = [](const std::string& text) {
    return error(ErrorCode::invalid_argument, "{}", text);
  };
  const SandboxLimits& limits = options.limits;
  if (options.k.empty() || std::ranges::any_of(options.k, [](std::int64_t k) { return k < 1; }))
    return wrong("k must be one or more whole numbers from 1 on");
  if (!(limits.cpu_seconds > 0) || !(limits.wall_seconds > 0))
    return wrong(fmt::format("time limits of {} s CPU and {} s wall: expected more than 0",
                             limits.cpu_seconds, limits.wall_seconds));
  if (limits.memory_bytes < 1)
    return wrong(
        fmt::format("a memory limit of {} bytes: expected more than 0", limits.memory_bytes));
  if (options.workers < 0 || options.workers > kWorkersMax)
    return wrong(fmt::format("{} workers: expected 1 ... {}, or 0 for one per core",
                             options.workers, kWorkersMax));
  if (options.verify < 0 || options.verify > kVerifyMax)
    return wrong(fmt::format("--verify {}: expected 0 ... {}", options.verify, kVerifyMax));
  const RankOf& rank = options.rank;
  if (rank.ranks < 1 || rank.ranks > kRanksMax || rank.rank < 0 || rank.rank >= rank.ranks)
    return wrong(fmt::format("rank {} of {}: expected 0 ... ranks - 1 of 1 ... {}", rank.rank,
                             rank.ranks, kRanksMax));
  if (rank.ranks > 1 && !options.reuse)
    return wrong(
        "--rerun with several ranks: they cannot agree on what is old; remove the results "
        "file instead");
  return {};
}

Result<ScoreSummary> score_samples(Env& env, StopToken& stop, const ScoreOptions& options) {
  return ScoringRun(env, stop, options).run();
}

}  // namespace scribe
