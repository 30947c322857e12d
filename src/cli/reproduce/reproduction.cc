// The order of the stages, and what is written at the end.
#include "cli/reproduce/reproduction.h"

#include <algorithm>

#include "base/hash.h"
#include "cli/reproduce/machine.h"
#include "cli/reproduce/stages.h"
#include "problems/chains.h"
#include "problems/problem.h"

namespace scribe::cli {
namespace {

constexpr std::string_view kFormat = "scribe-reproduction-2";
constexpr std::size_t kProgramsShown = 10;

struct ModelStep {
  std::string key;
  std::string title;
};
const std::array<ModelStep, 3> kModels{
    {{"gpt", "GPT"}, {"codex", "Codex"}, {"codex-s", "Codex-S"}}};

std::string hash_of(const ReproductionPlan& plan) {
  return hash128_hex(to_json_line(to_json(plan)));
}

/// results.json if it is there and of this plan. Errors: invalid_argument if it is of another plan.
Result<std::optional<Json>> finished_results(Env& env, const ReproductionOptions& options) {
  const std::string path = options.out + "/results.json";
  if (!env.exists(path)) return std::optional<Json>();
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  SCRIBE_TRY_ASSIGN(Json results, parse_json(text, path));
  SCRIBE_TRY_ASSIGN(const std::string hash, json_field<std::string>(results, "plan_hash", path));
  if (hash != hash_of(options.plan))
    return error(ErrorCode::invalid_argument,
                 "'{}' holds the results of another plan; give another --out, or remove the folder",
                 options.out);
  return std::optional<Json>(std::move(results));
}

/// plan.json is written first, so that a folder is never continued with other numbers.
Status claim_folder(Env& env, const ReproductionOptions& options) {
  const std::string path = options.out + "/plan.json";
  const std::string plan = to_json_pretty(to_json(options.plan));
  SCRIBE_TRY(env.create_directories(options.out));
  if (!env.exists(path)) return write_file_atomic(env, path, plan);
  SCRIBE_TRY_ASSIGN(const std::string there, env.read_file(path));
  if (there != plan)
    return error(ErrorCode::invalid_argument,
                 "'{}' was begun with another plan (see plan.json there); give another --out, or "
                 "remove the folder",
                 options.out);
  return {};
}

Result<LineSeries> loss_curve(Env& env, const Stages& stages, const ModelStep& model) {
  LineSeries series{.name = model.title, .points = {}};
  SCRIBE_TRY(for_each_json_line(
      env, stages.path(model.key + "/train_log.jsonl"),
      [&](const Json& line, const std::string& where) -> Status {
        SCRIBE_TRY_ASSIGN(const double tokens, json_field<double>(line, "tokens", where));
        SCRIBE_TRY_ASSIGN(const double loss, json_field<double>(line, "loss", where));
        series.points.push_back({.x = tokens, .y = loss, .low = {}, .high = {}});
        return {};
      }));
  return series;
}

LineSeries pass_curve(const ModelFindings& model, const ScoreSummary& scores,
                      std::int64_t samples) {
  ScoreSummary part;
  part.tasks = scores.tasks;
  std::vector<std::int64_t> ks;
  for (const std::int64_t k : {1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200})
    if (k <= samples) ks.push_back(k);
  add_scores(ks, 1, part);
  LineSeries series{.name = model.title, .points = {}};
  for (const PassAtK& pass : part.pass_at) {
    const Interval interval = pass.interval.value_or(Interval{pass.value, pass.value});
    series.points.push_back({.x = static_cast<double>(pass.k),
                             .y = pass.value * 100,
                             .low = interval.low * 100,
                             .high = interval.high * 100});
  }
  return series;
}

/// Ten samples of Codex-S from all over the set, passed and failed as they come.
Result<std::vector<ReportProgram>> shown_programs(Env& env, const std::string& results_path,
                                                  const std::string& problems_path) {
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(env, problems_path));
  std::vector<ReportProgram> programs;
  SCRIBE_TRY(for_each_json_line(
      env, results_path, [&](const Json& line, const std::string& where) -> Status {
        ReportProgram program;
        SCRIBE_TRY_ASSIGN(program.title, json_field<std::string>(line, "task_id", where));
        SCRIBE_TRY_ASSIGN(program.completion, json_field<std::string>(line, "completion", where));
        SCRIBE_TRY_ASSIGN(program.verdict, json_field<std::string>(line, "verdict", where));
        SCRIBE_TRY_ASSIGN(program.passed, json_field<bool>(line, "passed", where));
        SCRIBE_TRY_ASSIGN(program.detail, json_field<std::string>(line, "detail", where));
        const auto problem = std::ranges::find(problems, program.title, &Problem::task_id);
        if (problem != problems.end()) program.prompt = problem->prompt;
        programs.push_back(std::move(program));
        return {};
      }));
  std::vector<ReportProgram> shown;
  const std::size_t wanted = std::min(kProgramsShown, programs.size());
  for (std::size_t index = 0; index < wanted; ++index)
    shown.push_back(programs[index * programs.size() / wanted]);
  return shown;
}

class Reproduction {
 public:
  Reproduction(Env& env, StopToken& stop, const ReproductionOptions& options, Backend& backend)
      : env_(env), options_(options), plan_(options.plan), stages_(env, stop, options, backend) {}

  Result<Json> run() {
    SCRIBE_TRY(stages_.open_log());
    SCRIBE_TRY(stages_.build_corpus());
    SCRIBE_TRY(stages_.train_tokenizer());
    SCRIBE_TRY(stages_.tokenize());
    SCRIBE_TRY(stages_.write_problems());
    SCRIBE_TRY(train_models());
    for (ModelFindings& model : findings_.models) SCRIBE_TRY(evaluate(model));
    SCRIBE_TRY(rank());
    const EvaluationSet shown = evaluation_sets(plan_).front();
    SCRIBE_TRY_ASSIGN(material_.programs,
                      shown_programs(env_, stages_.results_path(kModels.back().key, shown),
                                     stages_.problems_path(shown)));
    return write_results();
  }

 private:
  Status train_models() {
    SCRIBE_TRY_ASSIGN(const TrainSummary gpt,
                      stages_.pretrain("gpt", "prose", "", plan_.gpt_steps));
    SCRIBE_TRY_ASSIGN(const TrainSummary codex,
                      stages_.pretrain("codex", "code", stages_.path("gpt"), plan_.codex_steps));
    SCRIBE_TRY_ASSIGN(const TrainSummary codex_s,
                      stages_.finetune("codex-s", "finetune.jsonl", "codex", plan_.finetune_steps));
    if (plan_.docstring_steps > 0) {
      SCRIBE_TRY_ASSIGN(
          findings_.docstring_training,
          stages_.finetune("codex-d", "docstrings.jsonl", "codex", plan_.docstring_steps));
    }
    const std::array summaries{gpt, codex, codex_s};
    for (std::size_t index = 0; index < kModels.size(); ++index) {
      const ModelStep& model = kModels[index];
      ModelFindings findings;
      findings.key = model.key;
      findings.title = model.title;
      findings.training = summaries[index];
      findings_.models.push_back(std::move(findings));
      SCRIBE_TRY_ASSIGN(LineSeries losses, loss_curve(env_, stages_, model));
      material_.losses.push_back(std::move(losses));
    }
    return {};
  }

  Status evaluate(ModelFindings& model) {
    for (const EvaluationSet& set : evaluation_sets(plan_)) {
      if (!set.is_headline && model.key != kModels.back().key) continue;
      SCRIBE_TRY_ASSIGN(const ScoreSummary scores, stages_.evaluate(model.key, set));
      if (set.key.ends_with("chains")) add_lengths(scores, model);
      if (!set.is_headline) continue;
      model.scores.emplace(set.key, score_of(scores));
      material_.pass_curves[set.key].push_back(pass_curve(model, scores, set.plan.samples));
    }
    return {};
  }

  /// Per number of blocks.
  static void add_lengths(const ScoreSummary& scores, ModelFindings& model) {
    for (int blocks = 1; blocks <= kChainLengthMax; ++blocks) {
      const SetScore score = score_of(scores, blocks, blocks);
      if (score.problems > 0) model.by_length.push_back({blocks, score});
    }
  }

  Status rank() {
    for (const EvaluationSet& set : evaluation_sets(plan_)) {
      if (!set.is_headline) continue;
      SetFindings found{.key = set.key, .title = set.title, .ranking = {}};
      SCRIBE_TRY_ASSIGN(found.ranking, stages_.rank(kModels.back().key, set));
      findings_.sets.push_back(std::move(found));
    }
    return {};
  }

  Result<Json> write_results() {
    SCRIBE_TRY_ASSIGN(const SandboxCapabilities sandbox, probe_sandbox());
    material_.machine = describe_machine();
    material_.sandbox = sandbox.summary;
    material_.seconds = stages_.seconds();
    Json results{{"format", kFormat},
                 {"plan_hash", hash_of(plan_)},
                 {"plan", to_json(plan_)},
                 {"machine", material_.machine},
                 {"sandbox", material_.sandbox},
                 {"seconds", material_.seconds},
                 {"findings", to_json(findings_)},
                 {"table_text", findings_table(findings_)}};
    SCRIBE_TRY(write_file_atomic(env_, stages_.path("report.html"),
                                 findings_page(plan_, findings_, material_)));
    SCRIBE_TRY(write_file_atomic(env_, stages_.path("results.json"), to_json_pretty(results)));
    return results;
  }

  Env& env_;
  const ReproductionOptions& options_;
  const ReproductionPlan& plan_;
  Stages stages_;
  Findings findings_;
  PageMaterial material_;
};

}  // namespace

Result<Json> reproduce(Env& env, StopToken& stop, const ReproductionOptions& options) {
  SCRIBE_TRY_ASSIGN(std::optional<Json> finished, finished_results(env, options));
  if (finished) return *std::move(finished);
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(options.plan.device));
  // Better now than after ten minutes of training.
  SCRIBE_TRY(probe_sandbox());
  SCRIBE_TRY(claim_folder(env, options));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend, make_backend(device, options.threads));
  return Reproduction(env, stop, options, *backend).run();
}

}  // namespace scribe::cli
