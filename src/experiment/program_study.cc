// Experiment: programs that read and print, as the paper measured APPS.
#include "experiment/program_study.h"

#include <algorithm>
#include <map>
#include <set>

#include "evaluate/report_results.h"
#include "experiment/experiments.h"
#include "experiment/program_problems_file.h"
#include "experiment/statistics.h"

namespace scribe {
namespace {

// A context of 512 leaves room for a statement.
const Defaults kDefaults = {.temperatures = {0.6}, .max_tokens = 384};
constexpr std::int64_t kKs[] = {1, 5, 100, 1000};  // The paper's Table 2.
/// A program may define functions and print: only what cannot be part of it ends it.
const std::vector<std::string> kStops = {"\n\"\"\"", "\n'''", "\n```"};

struct Level {
  std::string name;
  std::vector<ProgramCounts> counts;
};

bool is_time_out(const JudgedSample& sample) {
  return sample.verdict == name_of(VerdictKind::cpu) ||
         sample.verdict == name_of(VerdictKind::wall);
}

/// Counts by task. The two runs hold the same samples in the same order; tasks without public cases
/// are not in the second.
std::map<std::string, ProgramCounts> count(const JudgedRun& all, const JudgedRun& with_public,
                                           const std::set<std::string>& filtered_tasks) {
  std::map<std::string, ProgramCounts> counts;
  for (std::size_t i = 0; i < all.samples.size(); ++i) {
    const JudgedSample& sample = all.samples[i];
    ProgramCounts& task = counts[sample.task_id];
    const bool is_kept = !filtered_tasks.contains(sample.task_id) || with_public.samples[i].passed;
    ++task.samples;
    task.passed += sample.passed ? 1 : 0;
    task.timed_out += is_time_out(sample) ? 1 : 0;
    if (!is_kept) continue;
    ++task.kept;
    task.kept_passed += sample.passed ? 1 : 0;
    task.kept_timed_out += is_time_out(sample) ? 1 : 0;
  }
  return counts;
}

std::vector<Level> by_level(const std::vector<ProgramProblem>& programs,
                            const std::map<std::string, ProgramCounts>& counts) {
  std::vector<Level> levels = {{.name = "all", .counts = {}}};
  for (const ProgramProblem& program : programs) {
    const auto found = counts.find(program.problem.task_id);
    if (found == counts.end()) continue;
    levels.front().counts.push_back(found->second);
    if (program.level.empty()) continue;
    auto level = std::ranges::find(levels, program.level, &Level::name);
    if (level == levels.end())
      level = levels.insert(levels.end(), {.name = program.level, .counts = {}});
    level->counts.push_back(found->second);
  }
  return levels;
}

ReportTable paper_table() {
  return {
      .title = "The paper's Table 2: Codex-12B, APPS, one example in the prompt, T = 0.6",
      .columns = {{"", false}, {"introductory", true}, {"interview", true}, {"competition", true}},
      .rows = {{"raw pass@1", "4.14 % (4.33)", "0.14 % (0.30)", "0.02 % (0.03)"},
               {"raw pass@5", "9.65 % (10.05)", "0.51 % (1.02)", "0.09 % (0.16)"},
               {"raw pass@100", "20.20 % (21.57)", "2.04 % (3.99)", "1.05 % (1.73)"},
               {"raw pass@1000", "25.02 % (27.77)", "3.70 % (7.94)", "3.23 % (5.85)"},
               {"filtered pass@1", "22.78 % (25.10)", "2.64 % (5.78)", "3.04 % (5.25)"},
               {"filtered pass@5", "24.52 % (27.15)", "3.23 % (7.13)", "3.08 % (5.53)"}},
      .notes =
          "In brackets: also counting programs that fail no test but run out of time. The "
          "filter chose from 1000 samples."};
}

void add_figures(std::span<const Level> levels, std::int64_t samples, std::uint64_t seed,
                 Section& section) {
  ReportTable table{.title = "Raw and filtered pass@k, strict",
                    .columns = {{"level", false}, {"problems", true}},
                    .rows = {},
                    .notes =
                        "In brackets: also counting programs that fail no test before the time "
                        "runs out. Filtered: among the samples that pass the public examples; "
                        "fewer than k of them are all handed in, and none is no success."};
  section.figures["by_level"] = Json::array();
  for (const Level& level : levels) {
    table.rows.push_back({level.name, fmt::format("{}", level.counts.size())});
    Json scores = Json::array();
    for (const ProgramFilter filter : {ProgramFilter::raw, ProgramFilter::filtered})
      for (const std::int64_t k : kKs) {
        if (k > samples) continue;
        const char* const name = filter == ProgramFilter::raw ? "raw" : "filtered";
        if (&level == &levels.front())
          table.columns.push_back({fmt::format("{} pass@{}", name, k), true});
        const PassAtK strict = program_pass_at_k(level.counts, k, filter, TimeOuts::wrong, seed);
        const PassAtK generous = program_pass_at_k(level.counts, k, filter, TimeOuts::right, seed);
        table.rows.back().push_back(
            fmt::format("{} ({:.1f})", percent(strict.value), 100 * generous.value));
        Json one = score_json(&strict);
        one["samples"] = name;
        one["with_time_outs"] = generous.value;
        scores.push_back(std::move(one));
      }
    section.figures["by_level"].push_back(
        {{"level", level.name}, {"problems", level.counts.size()}, {"pass_at", std::move(scores)}});
  }
  const std::vector<ProgramCounts>& all = levels.front().counts;
  const auto pass_at_1 = [&](ProgramFilter filter) {
    return percent(program_pass_at_k(all, 1, filter, TimeOuts::wrong, seed).value);
  };
  section.add(fmt::format(
      "Seen: one sample is right with a chance of {}, one that passes the public examples with {}. "
      "In the paper the filter, over 1000 samples, makes of 4.14 % on introductory problems 22.78 "
      "%.",
      pass_at_1(ProgramFilter::raw), pass_at_1(ProgramFilter::filtered)));
  section.add(std::move(table));
}

}  // namespace

PassAtK program_pass_at_k(std::span<const ProgramCounts> counts, std::int64_t k,
                          ProgramFilter filter, TimeOuts time_outs, std::uint64_t seed) {
  PassAtK score{.k = k, .value = 0, .interval = {}};
  std::vector<double> values;
  for (const ProgramCounts& task : counts) {
    const bool is_generous = time_outs == TimeOuts::right;
    values.push_back(
        filter == ProgramFilter::raw
            ? pass_at_k(task.samples, task.passed + (is_generous ? task.timed_out : 0), k)
            : filtered_pass_at_k(task.kept,
                                 task.kept_passed + (is_generous ? task.kept_timed_out : 0), k));
    score.value += values.back() / static_cast<double>(counts.size());
  }
  if (values.size() > 1) score.interval = bootstrap_interval(values, seed);
  return score;
}

Result<Section> run_apps(Workbench& bench) {
  const std::string& path = bench.options().programs;
  if (path.empty())
    return error(ErrorCode::invalid_argument,
                 "no problems of whole programs are named (--programs FILE, in APPS' layout or "
                 "another of docs/formats/problems.md)");
  SCRIBE_TRY_ASSIGN(std::vector<ProgramProblem> programs, load_program_problems(bench.env(), path));
  if (bench.options().problems_max > 0 && std::ssize(programs) > bench.options().problems_max)
    programs.resize(static_cast<std::size_t>(bench.options().problems_max));
  ProblemSet set{.name = "programs", .problems = {}};
  ProblemSet public_set{.name = "programs", .problems = {}};
  std::set<std::string> filtered_tasks;
  for (const ProgramProblem& program : programs) {
    set.problems.push_back(program.problem);
    set.problems.back().prompt = one_shot_prompt(program);
    const std::optional<Problem> shown = with_public_tests(program);
    public_set.problems.push_back(shown.value_or(program.problem));
    if (shown) filtered_tasks.insert(program.problem.task_id);
  }
  DrawOptions draw = bench.draw_options(kDefaults);
  draw.temperatures = {draw.temperatures.front()};
  draw.stop = kStops;
  SCRIBE_TRY_ASSIGN(const std::vector<JudgedFile> files, bench.judge(bench.source(), set, draw));
  SCRIBE_TRY_ASSIGN(const JudgedFile public_file,
                    bench.judge_again(files.front(), public_set, "public"));
  SCRIBE_TRY_ASSIGN(const JudgedRun all, load_judged_run(bench.env(), files.front().results_path));
  SCRIBE_TRY_ASSIGN(const JudgedRun shown, load_judged_run(bench.env(), public_file.results_path));
  const std::map<std::string, ProgramCounts> counts = count(all, shown, filtered_tasks);
  const std::vector<Level> levels = by_level(programs, counts);

  Section section = begin_section("apps", bench.settings(set, draw));
  section.add(
      "Asked: how many whole programs are right, and how much is gained by handing in only "
      "those that pass the examples which the statement shows? (The paper's Table 2.)");
  section.add(fmt::format(
      "How: {} drew {}. The statement stands in a docstring with one example of input and output "
      "below it. A program is right if it passes every test within {} s of processor time.",
      bench.source().facts().name, describe(set, draw), bench.options().cpu_seconds));
  add_truncation(files, bench.source().facts(), section);
  add_figures(levels, draw.samples, bench.options().seed, section);
  section.add(paper_table());
  return section;
}

}  // namespace scribe
