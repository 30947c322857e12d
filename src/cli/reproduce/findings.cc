// Assembling the findings and the table.
#include "cli/reproduce/findings.h"

#include <algorithm>

namespace scribe::cli {
namespace {

// Chen et al. 2021: Figure 1 and the abstract; GPT-3 "near 0 %" in section 1.
constexpr double kPaperGpt = 0.0;
constexpr double kPaperCodex = 28.8;
constexpr double kPaperCodexS = 37.7;
constexpr double kPaperMeanLogprob = 44.5;
constexpr double kPaperOracle = 77.5;

std::string percent(double share) {
  return fmt::format("{:5.1f} %", share * 100);
}

std::string percent(const SetScore& score, std::int64_t k) {
  const PassAtK* pass = score.at(k);
  return pass == nullptr ? "      -" : percent(pass->value);
}

std::string interval_text(const std::optional<Interval>& interval) {
  if (!interval) return "";
  return fmt::format("{:.1f} to {:.1f}", interval->low * 100, interval->high * 100);
}

Json to_json(const SetScore& score) {
  Json pass_at = Json::object();
  for (const PassAtK& pass : score.pass_at) {
    Json entry{{"value", pass.value}};
    if (pass.interval) entry["interval_95"] = {pass.interval->low, pass.interval->high};
    pass_at[fmt::format("pass@{}", pass.k)] = std::move(entry);
  }
  return {{"problems", score.problems}, {"samples", score.samples}, {"scores", std::move(pass_at)}};
}

Json to_json(const ModelFindings& model) {
  Json by_length = Json::array();
  for (const LengthScore& length : model.by_length)
    by_length.push_back({{"blocks", length.blocks}, {"score", to_json(length.score)}});
  Json value{{"key", model.key},
             {"title", model.title},
             {"training", scribe::to_json(model.training)},
             {"chains", to_json(model.chains)},
             {"chains_by_length", std::move(by_length)}};
  if (model.human_eval) value["human_eval"] = to_json(*model.human_eval);
  return value;
}

void append_by_length(const Findings& findings, std::string& text) {
  text += "\nCodex-S, pass@1 by number of chained blocks (the paper: each divides it by 2 to 3)\n";
  double previous = 0;
  for (const LengthScore& length : findings.models.back().by_length) {
    const PassAtK* pass = length.score.at(1);
    if (pass == nullptr) continue;
    text += fmt::format("  {} block{}  {}  {:>14}", length.blocks, length.blocks == 1 ? " " : "s",
                        percent(pass->value), interval_text(pass->interval));
    if (previous > 0 && pass->value > 0)
      text += fmt::format("   divided by {:.1f}", previous / pass->value);
    text += "\n";
    previous = pass->value;
  }
}

void append_human_eval(const Findings& findings, std::string& text) {
  text += "\nHumanEval                            pass@1   pass@10\n";
  for (const ModelFindings& model : findings.models) {
    if (!model.human_eval) continue;
    text += fmt::format("  {:<34} {}   {}\n", model.title, percent(*model.human_eval, 1),
                        percent(*model.human_eval, 10));
  }
}

}  // namespace

const PassAtK* SetScore::at(std::int64_t k) const {
  const auto found = std::ranges::find(pass_at, k, &PassAtK::k);
  return found == pass_at.end() ? nullptr : &*found;
}

SetScore score_of(const ScoreSummary& summary, int blocks_min, int blocks_max) {
  ScoreSummary part;
  for (const TaskScore& task : summary.tasks)
    if (task.blocks >= blocks_min && task.blocks <= blocks_max) part.tasks.push_back(task);
  SetScore score{
      .problems = static_cast<std::int64_t>(part.tasks.size()), .samples = 0, .pass_at = {}};
  if (part.tasks.empty()) return score;
  score.samples = part.tasks.front().n;
  add_scores({1, 10, 100}, 1, part);
  score.pass_at = std::move(part.pass_at);
  return score;
}

std::vector<TableRow> headline_rows(const Findings& findings) {
  SCRIBE_CHECK(findings.models.size() == 3, "models {}", findings.models.size());
  SCRIBE_CHECK(!findings.ranking.rows.empty(), "no ranking");
  constexpr std::array kPapers{kPaperGpt, kPaperCodex, kPaperCodexS};
  std::vector<TableRow> rows;
  for (std::size_t index = 0; index < findings.models.size(); ++index) {
    const ModelFindings& model = findings.models[index];
    const PassAtK* pass = model.chains.at(1);
    SCRIBE_CHECK(pass != nullptr, "no pass@1 of {}", model.title);
    rows.push_back({model.title + ", pass@1", pass->value, pass->interval, kPapers[index]});
  }
  const RankRow& ranked = findings.ranking.rows.back();
  const std::string title = findings.models.back().title;
  for (const auto& [strategy, paper] : {std::pair(RankStrategy::mean_logprob, kPaperMeanLogprob),
                                        std::pair(RankStrategy::oracle, kPaperOracle)}) {
    const RankValue* value = findings.ranking.at(ranked, strategy);
    SCRIBE_CHECK(value != nullptr, "no ranking by {}", name_of(strategy));
    rows.push_back({fmt::format("{}, {} of {}", title, title_of(strategy), ranked.samples),
                    value->value, value->interval, paper});
  }
  return rows;
}

std::string findings_table(const Findings& findings) {
  const SetScore& chains = findings.models.back().chains;
  std::string text = fmt::format(
      "\n{} held-out chains, {} samples each    here    95 % interval    paper (12 B, HumanEval)\n",
      chains.problems, chains.samples);
  for (const TableRow& row : headline_rows(findings))
    text += fmt::format("  {:<34} {}  {:>14}   {:8.1f} %\n", row.label, percent(row.value),
                        interval_text(row.interval), row.paper);
  append_by_length(findings, text);
  if (findings.models.back().human_eval) append_human_eval(findings, text);
  return text;
}

Json to_json(const Findings& findings) {
  Json models = Json::array();
  for (const ModelFindings& model : findings.models) models.push_back(to_json(model));
  Json table = Json::array();
  for (const TableRow& row : headline_rows(findings)) {
    Json entry{{"label", row.label}, {"value", row.value}, {"paper_percent", row.paper}};
    if (row.interval) entry["interval_95"] = {row.interval->low, row.interval->high};
    table.push_back(std::move(entry));
  }
  return {{"table", std::move(table)},
          {"models", std::move(models)},
          {"ranking", scribe::to_json(findings.ranking)}};
}

}  // namespace scribe::cli
