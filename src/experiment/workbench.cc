// Problems, samples and verdicts of an experiment, in files that later runs find again.
#include "experiment/workbench.h"

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "experiment/statistics.h"
#include "problems/chains.h"
#include "sample/sample_run.h"
#include "sample/stop_strings.h"

namespace scribe {
namespace {

constexpr ChainOptions kChains = {
    .seed = 1, .length_min = 1, .length_max = 3, .count = 12, .split = ChainSplit::evaluation};
constexpr std::int64_t kHeadlineKs[] = {1, 10, 100};

/// "HumanEval" of "data/HumanEval.jsonl.gz".
std::string name_of_file(const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  const std::string stem = name.substr(0, name.find('.'));
  return stem.empty() ? "problems" : stem;
}

Json to_json(const Problem& problem) {
  return {problem.task_id, problem.prompt,   problem.entry_point, problem.canonical_solution,
          problem.test,    problem.language, problem.suffix};
}

}  // namespace

Status validate(const ExperimentOptions& options) {
  if (options.out.empty())
    return error(ErrorCode::invalid_argument, "no folder is named for the report (--out FOLDER)");
  if (options.samples < 0 || options.samples > kExperimentSamplesMax)
    return error(ErrorCode::invalid_argument, "--samples {}: expected 1 to {}", options.samples,
                 kExperimentSamplesMax);
  if (options.problems_max < 0 || options.max_tokens < 0)
    return error(ErrorCode::invalid_argument,
                 "--problems-max {}, --max-tokens {}: expected more than 0", options.problems_max,
                 options.max_tokens);
  if (!(options.cpu_seconds > 0))
    return error(ErrorCode::invalid_argument, "--timeout {}: expected more than 0 seconds",
                 options.cpu_seconds);
  std::set<double> seen;
  for (const double temperature : options.temperatures) {
    SCRIBE_TRY(validate({.temperature = temperature, .top_p = options.top_p}));
    if (!seen.insert(temperature).second)
      return error(ErrorCode::invalid_argument, "temperature {} is given twice", temperature);
  }
  return {};
}

const PassAtK* pass_at(const ScoreSummary& summary, std::int64_t k) {
  const auto found = std::ranges::find(summary.pass_at, k, &PassAtK::k);
  return found == summary.pass_at.end() ? nullptr : &*found;
}

void Workbench::limit(ProblemSet& set) const {
  const auto most = static_cast<std::size_t>(options_.problems_max);
  if (most > 0 && set.problems.size() > most) set.problems.resize(most);
}

Result<ProblemSet> Workbench::problem_set() const {
  ProblemSet set{.name = "chains", .problems = {}};
  if (options_.problems.empty()) {
    SCRIBE_TRY_ASSIGN(set.problems, make_chain_problems(kChains));
  } else {
    set.name = name_of_file(options_.problems);
    SCRIBE_TRY_ASSIGN(set.problems, load_problems(env_, options_.problems));
  }
  if (std::ranges::any_of(set.problems,
                          [](const Problem& one) { return one.form == ProblemForm::stdio; }))
    return error(ErrorCode::invalid_argument,
                 "'{}' holds problems of whole programs, expected functions: give it as --programs "
                 "to the experiment apps",
                 options_.problems);
  limit(set);
  return set;
}

DrawOptions Workbench::draw_options(const Defaults& defaults) const {
  return {
      .temperatures = options_.temperatures.empty() ? defaults.temperatures : options_.temperatures,
      .top_p = options_.top_p,
      .samples = options_.samples > 0 ? options_.samples : defaults.samples,
      .max_tokens = options_.max_tokens > 0 ? options_.max_tokens : defaults.max_tokens,
      .stop = default_stop_strings(),
      .seed = options_.seed};
}

std::string Workbench::folder_of(const ProblemSet& set, const DrawOptions& draw) const {
  Json identity{draw.top_p, draw.samples, draw.max_tokens, draw.stop, draw.seed};
  for (const Problem& problem : set.problems) identity.push_back(to_json(problem));
  return fmt::format("{}/samples/{}-{}", options_.out, set.name,
                     hash128_hex(to_json_line(identity)).substr(0, 8));
}

Result<ScoreSummary> Workbench::score(const std::string& samples_path,
                                      const std::string& problems_path,
                                      const std::string& results_path) {
  ScoreOptions scoring;
  scoring.samples_path = samples_path;
  scoring.problems_path = problems_path;
  scoring.results_path = results_path;
  scoring.limits.cpu_seconds = options_.cpu_seconds;
  scoring.limits.wall_seconds = kWallSecondsPerCpuSecond * options_.cpu_seconds;
  scoring.workers = options_.threads;
  scoring.quiet = options_.quiet;
  scoring.bootstrap_seed = options_.seed;
  scoring.sandbox = options_.sandbox;
  scoring.cache_directory = options_.out + "/cache";
  SCRIBE_TRY_ASSIGN(ScoreSummary summary, score_samples(env_, stop_, scoring));
  std::vector<std::int64_t> ks = curve_ks(fewest_samples(summary));
  for (const std::int64_t k : kHeadlineKs)
    if (std::ranges::find(ks, k) == ks.end()) ks.push_back(k);
  summary.pass_at.clear();
  summary.omitted.clear();
  add_scores(ks, options_.seed, summary);
  std::ranges::sort(summary.pass_at, {}, &PassAtK::k);
  return summary;
}

Result<std::vector<JudgedFile>> Workbench::judge(CompletionSource& source, const ProblemSet& set,
                                                 const DrawOptions& draw) {
  const std::string folder = folder_of(set, draw);
  SCRIBE_TRY(env_.create_directories(folder));
  const std::string problems_path = folder + "/problems.jsonl";
  if (!env_.exists(problems_path)) SCRIBE_TRY(save_problems(env_, problems_path, set.problems));
  std::vector<Prompt> prompts;
  for (const Problem& problem : set.problems)
    prompts.push_back({problem.task_id, problem.prompt, problem.suffix});
  SCRIBE_TRY_ASSIGN(
      const DrawnSamples drawn,
      source.draw(prompts, draw, fmt::format("{}/{}.jsonl", folder, source.facts().name)));
  std::vector<JudgedFile> files;
  for (std::size_t i = 0; i < drawn.paths.size(); ++i) {
    JudgedFile file{.temperature = draw.temperatures[i],
                    .results_path = drawn.paths[i] + "_results.jsonl",
                    .problems_path = problems_path,
                    .summary = {},
                    .truncated_prompts = drawn.truncated_prompts};
    SCRIBE_TRY_ASSIGN(file.summary, score(drawn.paths[i], problems_path, file.results_path));
    files.push_back(std::move(file));
  }
  return files;
}

Result<JudgedFile> Workbench::judge_again(const JudgedFile& judged, const ProblemSet& set,
                                          std::string_view tests_name) {
  const std::string folder = judged.results_path.substr(0, judged.results_path.find_last_of('/'));
  const std::string problems_path = fmt::format("{}/problems.{}.jsonl", folder, tests_name);
  SCRIBE_TRY(save_problems(env_, problems_path, set.problems));
  JudgedFile again = judged;
  again.results_path = sample_path(judged.results_path, std::string(tests_name));
  // The results hold the samples whole.
  again.problems_path = problems_path;
  SCRIBE_TRY_ASSIGN(again.summary, score(judged.results_path, problems_path, again.results_path));
  return again;
}

Json Workbench::settings(const ProblemSet& set, const DrawOptions& draw) const {
  Json models = Json::array();
  for (const auto& one : sources_) {
    const ModelFacts& facts = one->facts();
    models.push_back({{"name", facts.name}, {"where", facts.where}});
    if (facts.parameters) models.back()["parameters"] = *facts.parameters;
  }
  return {{"models", std::move(models)},
          {"problems", set.name},
          {"problem_count", set.problems.size()},
          {"samples", draw.samples},
          {"temperatures", draw.temperatures},
          {"top_p", draw.top_p},
          {"max_tokens", draw.max_tokens},
          {"stop", draw.stop},
          {"seed", draw.seed},
          {"cpu_seconds", options_.cpu_seconds}};
}

std::string describe(const ProblemSet& set, const DrawOptions& draw) {
  return fmt::format(
      "{} problem{} of {}, {} samples each at temperature {}, top-p {}, at most {} tokens, seed {}",
      set.problems.size(), set.problems.size() == 1 ? "" : "s", set.name, draw.samples,
      fmt::join(draw.temperatures, ", "), draw.top_p, draw.max_tokens, draw.seed);
}

}  // namespace scribe
