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

constexpr int kLabelWidth = 36;
constexpr int kCellWidth = 13;

std::string percent(double share) {
  return fmt::format("{:5.1f} %", share * 100);
}

std::string interval_text(const std::optional<Interval>& interval) {
  if (!interval) return "";
  return fmt::format("{:.1f} to {:.1f}", interval->low * 100, interval->high * 100);
}

/// "67.4 ±11": the interval's larger half, because there is no room for two ends.
std::string cell_text(const std::optional<TableCell>& cell) {
  if (!cell) return "-";
  std::string text = fmt::format("{:.1f}", cell->value * 100);
  if (cell->interval)
    text += fmt::format(" ±{:.0f}", 100 * std::max(cell->value - cell->interval->low,
                                                   cell->interval->high - cell->value));
  return text;
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
  Json scores = Json::object();
  for (const auto& [key, score] : model.scores) scores[key] = to_json(score);
  Json by_length = Json::array();
  for (const LengthScore& length : model.by_length)
    by_length.push_back({{"blocks", length.blocks}, {"score", to_json(length.score)}});
  return {{"key", model.key},
          {"title", model.title},
          {"training", scribe::to_json(model.training)},
          {"scores", std::move(scores)},
          {"chains_by_length", std::move(by_length)}};
}

Json to_json(const TableRow& row, const std::vector<SetFindings>& sets) {
  Json cells = Json::object();
  for (std::size_t index = 0; index < sets.size(); ++index) {
    if (!row.cells[index]) continue;
    Json cell{{"value", row.cells[index]->value}};
    if (const auto& interval = row.cells[index]->interval)
      cell["interval_95"] = {interval->low, interval->high};
    cells[sets[index].key] = std::move(cell);
  }
  Json value{{"label", row.label}, {"sets", std::move(cells)}};
  if (row.paper) value["paper_percent"] = *row.paper;
  return value;
}

/// The most problems and samples that a set has, for the line above the table.
std::string size_text(const ModelFindings& model, const std::string& key) {
  const SetScore& score = model.scores.at(key);
  return fmt::format("{} x {}", score.problems, score.samples);
}

/// Text of `width` columns on the right; "±" is two bytes and one column.
std::string right(const std::string& text, int width) {
  const auto columns = static_cast<int>(text.size() - (text.find("±") == text.npos ? 0 : 1));
  return std::string(static_cast<std::size_t>(std::max(0, width - columns)), ' ') + text;
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

/// What each way to pick one of n samples of the last model scores.
void append_ranked(const Findings& findings, std::vector<TableRow>& rows) {
  const std::string& title = findings.models.back().title;
  for (const RankStrategy strategy : kRankStrategies) {
    if (strategy == RankStrategy::random) continue;  // It is pass@1.
    TableRow row{
        .label = fmt::format("{}, {}", title, title_of(strategy)), .cells = {}, .paper = {}};
    if (strategy == RankStrategy::mean_logprob) row.paper = kPaperMeanLogprob;
    if (strategy == RankStrategy::oracle) row.paper = kPaperOracle;
    bool any = false;
    for (const SetFindings& set : findings.sets) {
      const RankValue* const value =
          set.ranking ? set.ranking->at(set.ranking->rows.back(), strategy) : nullptr;
      any = any || value != nullptr;
      row.cells.push_back(value == nullptr
                              ? std::nullopt
                              : std::optional(TableCell{value->value, value->interval}));
    }
    if (any) rows.push_back(std::move(row));
  }
}

/// pass@10 and pass@100, where they were estimated for any set.
void append_higher_k(const Findings& findings, std::int64_t k, std::vector<TableRow>& rows) {
  for (const ModelFindings& model : findings.models) {
    TableRow row{.label = fmt::format("{}, pass@{}", model.title, k), .cells = {}, .paper = {}};
    bool any = false;
    for (const SetFindings& set : findings.sets) {
      const PassAtK* const pass = model.scores.at(set.key).at(k);
      any = any || pass != nullptr;
      row.cells.push_back(pass == nullptr ? std::nullopt
                                          : std::optional(TableCell{pass->value, pass->interval}));
    }
    if (any) rows.push_back(std::move(row));
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
  return score_of(part);
}

SetScore score_of(const ScoreSummary& summary) {
  ScoreSummary part;
  part.tasks = summary.tasks;
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
  SCRIBE_CHECK(!findings.sets.empty(), "no sets");
  constexpr std::array kPapers{kPaperGpt, kPaperCodex, kPaperCodexS};
  std::vector<TableRow> rows;
  for (std::size_t index = 0; index < findings.models.size(); ++index) {
    const ModelFindings& model = findings.models[index];
    TableRow row{.label = model.title + ", pass@1", .cells = {}, .paper = kPapers[index]};
    for (const SetFindings& set : findings.sets) {
      const PassAtK* const pass = model.scores.at(set.key).at(1);
      SCRIBE_CHECK(pass != nullptr, "no pass@1 of {} on {}", model.title, set.key);
      row.cells.push_back(TableCell{pass->value, pass->interval});
    }
    rows.push_back(std::move(row));
  }
  append_ranked(findings, rows);
  append_higher_k(findings, 10, rows);
  append_higher_k(findings, 100, rows);
  return rows;
}

std::string findings_table(const Findings& findings) {
  std::string text = fmt::format("\n  {:<{}}", "", kLabelWidth);
  for (const SetFindings& set : findings.sets) text += right(set.title, kCellWidth);
  text += fmt::format("   paper (12 B)\n  {:<{}}", "problems x samples", kLabelWidth);
  for (const SetFindings& set : findings.sets)
    text += right(size_text(findings.models.back(), set.key), kCellWidth);
  text += "      HumanEval\n";
  for (const TableRow& row : headline_rows(findings)) {
    text += fmt::format("  {:<{}}", row.label, kLabelWidth);
    for (const std::optional<TableCell>& cell : row.cells)
      text += right(cell_text(cell), kCellWidth);
    text += row.paper ? fmt::format("   {:8.1f}\n", *row.paper) : "\n";
  }
  text += "  in percent, ± with 95 % intervals over problems\n";
  append_by_length(findings, text);
  return text;
}

Json to_json(const Findings& findings) {
  Json sets = Json::array();
  for (const SetFindings& set : findings.sets) {
    Json value{{"key", set.key}, {"title", set.title}};
    if (set.ranking) value["ranking"] = scribe::to_json(*set.ranking);
    sets.push_back(std::move(value));
  }
  Json models = Json::array();
  for (const ModelFindings& model : findings.models) models.push_back(to_json(model));
  Json table = Json::array();
  for (const TableRow& row : headline_rows(findings)) table.push_back(to_json(row, findings.sets));
  Json value{{"table", std::move(table)}, {"sets", std::move(sets)}, {"models", std::move(models)}};
  if (findings.docstring_training)
    value["docstring_training"] = scribe::to_json(*findings.docstring_training);
  return value;
}

}  // namespace scribe::cli
