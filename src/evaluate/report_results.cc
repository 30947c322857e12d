// Reads results files and lays them out as a page.
#include "evaluate/report_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>

#include "base/check.h"
#include "base/json.h"
#include "base/philox.h"
#include "base/python_json.h"
#include "evaluate/pass_at_k.h"
#include "evaluate/report_page.h"
#include "evaluate/samples_explorer.h"

namespace scribe {
namespace {

constexpr std::string_view kInternal = "internal";
constexpr std::size_t kKeyFigureRunsMax = 3;

std::string run_name(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  for (const std::string_view ending : {".gz", ".jsonl", "_results"})
    if (name.size() > ending.size() && name.ends_with(ending))
      name.resize(name.size() - ending.size());
  return name;
}

std::string text_or_empty(const Json& line, const char* field) {
  const auto found = line.find(field);
  return found != line.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<JudgedSample> judged_sample(const Json& line, const std::string& where) {
  JudgedSample sample;
  SCRIBE_TRY_ASSIGN(sample.task_id, json_field<std::string>(line, "task_id", where));
  // EvalPlus and bigcode give whole programs.
  const char* const text = line.contains("solution") ? "solution" : "completion";
  SCRIBE_TRY_ASSIGN(sample.completion, json_field<std::string>(line, text, where));
  SCRIBE_TRY_ASSIGN(sample.passed, json_field<bool>(line, "passed", where));
  sample.verdict = sample.passed ? "pass" : "failed";
  sample.detail = text_or_empty(line, sample.passed ? "detail" : "result");
  if (line.contains("verdict")) {
    SCRIBE_TRY_ASSIGN(sample.verdict, json_field<std::string>(line, "verdict", where));
    if (!verdict_kind_named(sample.verdict))
      return error(ErrorCode::invalid_data, "{}: unknown verdict '{}'", where, sample.verdict);
    if ((sample.verdict == name_of(VerdictKind::pass)) != sample.passed)
      return error(ErrorCode::invalid_data, "{}: verdict '{}' contradicts \"passed\": {}", where,
                   sample.verdict, sample.passed);
    sample.detail = text_or_empty(line, "detail");
  }
  const auto logprob = line.find("mean_logprob");
  if (logprob != line.end() && logprob->is_number()) sample.mean_logprob = logprob->get<double>();
  return sample;
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string percent(const PassAtK& score) {
  if (!score.interval) return percent(score.value);
  return fmt::format("{} ({:.1f} to {:.1f})", percent(score.value), 100 * score.interval->low,
                     100 * score.interval->high);
}

const PassAtK* score_at(const ScoreSummary& summary, std::int64_t k) {
  const auto found = std::ranges::find(summary.pass_at, k, &PassAtK::k);
  return found == summary.pass_at.end() ? nullptr : &*found;
}

std::int64_t solved_tasks(const ScoreSummary& summary) {
  return std::ranges::count_if(summary.tasks, [](const TaskScore& task) { return task.c > 0; });
}

/// Shared by the parts of a page: runs and what they came to.
struct Pages {
  std::span<const JudgedRun> runs;
  std::vector<ScoreSummary> summaries;
};

void add_key_figures(ReportPage& page, const Pages& pages) {
  std::vector<KeyFigure> figures;
  std::size_t samples = 0;
  for (const JudgedRun& run : pages.runs) samples += run.samples.size();
  for (std::size_t index = 0; index < std::min(kKeyFigureRunsMax, pages.runs.size()); ++index)
    if (const PassAtK* first = score_at(pages.summaries[index], 1))
      figures.push_back({percent(first->value), "pass@1, " + pages.runs[index].name});
  if (pages.runs.size() == 1) {
    const ScoreSummary& only = pages.summaries.front();
    figures.push_back({fmt::format("{} of {}", solved_tasks(only), only.tasks.size()),
                       "problems solved at least once"});
  }
  figures.push_back({fmt::format("{}", samples), "programs judged"});
  page.add_key_figures(figures);
}

ReportTable score_table(const Pages& pages, std::vector<std::int64_t> ks) {
  std::erase_if(ks, [&](std::int64_t k) {  // The notes say why; an empty column says nothing.
    return std::ranges::none_of(pages.summaries, [k](const ScoreSummary& summary) {
      return score_at(summary, k) != nullptr;
    });
  });
  ReportTable table;
  table.columns = {{"run", false}, {"problems", true}, {"samples", true}, {"solved", true}};
  for (const std::int64_t k : ks) table.columns.push_back({fmt::format("pass@{}", k), true});
  table.notes = "In brackets: 95 % interval, by bootstrap over problems.";
  for (std::size_t index = 0; index < pages.runs.size(); ++index) {
    const ScoreSummary& summary = pages.summaries[index];
    std::vector<std::string> row = {pages.runs[index].name, fmt::format("{}", summary.tasks.size()),
                                    fmt::format("{}", summary.samples),
                                    fmt::format("{}", solved_tasks(summary))};
    for (const std::int64_t k : ks) {
      const PassAtK* score = score_at(summary, k);
      row.push_back(score == nullptr ? "-" : percent(*score));
    }
    for (const OmittedK& omitted : summary.omitted)
      table.notes +=
          fmt::format(" {}: no pass@{}, {}.", pages.runs[index].name, omitted.k, omitted.reason);
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// A field of a CSV file (RFC 4180, section 2).
std::string csv_field(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// A cell of a Markdown table: one line, in which '|' is no border.
std::string markdown_cell(const std::string& text) {
  std::string cell;
  for (const char c : text)
    cell += c == '|' ? std::string("\\|") : std::string(1, c == '\n' ? ' ' : c);
  return cell;
}

/// 1, 2, 5, 10 ... up to the fewest samples that a problem has, and that number itself.
std::vector<std::int64_t> curve_ks(const ScoreSummary& summary) {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const TaskScore& task : summary.tasks) fewest = std::min(fewest, task.n);
  std::vector<std::int64_t> ks;
  if (summary.tasks.empty()) return ks;
  for (std::int64_t power = 1; power < fewest; power *= 10)
    for (const std::int64_t factor : {1, 2, 5})
      if (factor * power < fewest) ks.push_back(factor * power);
  if (fewest > 0) ks.push_back(fewest);
  return ks;
}

void add_score_curve(ReportPage& page, const Pages& pages, std::uint64_t seed) {
  LineChart chart{.title = "pass@k",
                  .description =
                      "Share of problems that at least one of k samples solves, with "
                      "95 % intervals.",
                  .x_label = "k, samples per problem",
                  .y_label = "pass@k",
                  .log_x = true,
                  .y_min = 0,
                  .y_max = {},
                  .series = {}};
  std::size_t points = 0;
  for (std::size_t index = 0; index < pages.runs.size(); ++index) {
    const ScoreSummary curve = summarize(pages.runs[index], curve_ks(pages.summaries[index]), seed);
    LineSeries series{.name = pages.runs[index].name, .points = {}};
    for (const PassAtK& score : curve.pass_at) {
      ChartPoint point{.x = static_cast<double>(score.k), .y = score.value, .low = {}, .high = {}};
      if (score.interval) point.low = score.interval->low;
      if (score.interval) point.high = score.interval->high;
      series.points.push_back(point);
    }
    points = std::max(points, series.points.size());
    chart.series.push_back(std::move(series));
  }
  if (points > 1) page.add_line_chart(chart);
}

void add_verdict_chart(ReportPage& page, const Pages& pages) {
  std::map<std::string, std::vector<std::size_t>> counts;
  for (std::size_t index = 0; index < pages.runs.size(); ++index)
    for (const JudgedSample& sample : pages.runs[index].samples) {
      std::vector<std::size_t>& row = counts[sample.verdict];
      row.resize(pages.runs.size());
      ++row[index];
    }
  std::vector<std::pair<std::string, std::vector<std::size_t>>> rows(counts.begin(), counts.end());
  std::ranges::sort(rows, [](const auto& left, const auto& right) {
    const bool left_passes = left.first == "pass";
    const bool right_passes = right.first == "pass";
    if (left_passes != right_passes) return left_passes;
    return std::ranges::max(left.second) > std::ranges::max(right.second);
  });
  BarChart chart{.title = "Verdicts",
                 .description = "Share of the samples by what became of them.",
                 .x_label = "",
                 .y_label = "share of samples",
                 .y_max = {},
                 .categories = {},
                 .series = {}};
  for (const auto& row : rows) chart.categories.push_back(row.first);
  for (std::size_t index = 0; index < pages.runs.size(); ++index) {
    BarSeries series{.name = pages.runs[index].name, .values = {}, .lows = {}, .highs = {}};
    for (const auto& row : rows)
      series.values.push_back(static_cast<double>(row.second[index]) /
                              static_cast<double>(pages.runs[index].samples.size()));
    chart.series.push_back(std::move(series));
  }
  page.add_bar_chart(chart);
}

void add_task_chart(ReportPage& page, const Pages& pages) {
  std::map<std::string, std::vector<double>> rates;
  for (std::size_t index = 0; index < pages.runs.size(); ++index)
    for (const TaskScore& task : pages.summaries[index].tasks) {
      std::vector<double>& row = rates[task.task_id];
      row.resize(pages.runs.size(), std::numeric_limits<double>::quiet_NaN());
      row[index] = static_cast<double>(task.c) / static_cast<double>(task.n);
    }
  std::vector<std::pair<std::string, std::vector<double>>> rows(rates.begin(), rates.end());
  const auto best = [](const std::vector<double>& row) {
    double value = -1;
    for (const double rate : row) value = std::max(value, rate == rate ? rate : -1);
    return value;
  };
  std::ranges::stable_sort(
      rows, [&](const auto& a, const auto& b) { return best(a.second) > best(b.second); });
  BarChart chart{.title = "Pass rate by problem",
                 .description = "Share of each problem's samples that passed, best first.",
                 .x_label = "problem",
                 .y_label = "pass rate",
                 .y_max = 1,
                 .categories = {},
                 .series = {}};
  for (const auto& row : rows) chart.categories.push_back(row.first);
  for (std::size_t index = 0; index < pages.runs.size(); ++index) {
    BarSeries series{.name = pages.runs[index].name, .values = {}, .lows = {}, .highs = {}};
    for (const auto& row : rows) series.values.push_back(row.second[index]);
    chart.series.push_back(std::move(series));
  }
  page.add_bar_chart(chart);
}

struct ChosenSample {
  const JudgedRun* run;
  const JudgedSample* sample;
};

/// Half of `count` from those that passed and half from the others, more of one kind where the
/// other has too few; drawn without replacement.
std::vector<ChosenSample> choose_samples(std::span<const JudgedRun> runs, std::size_t count,
                                         std::uint64_t seed) {
  std::vector<ChosenSample> passed;
  std::vector<ChosenSample> failed;
  for (const JudgedRun& run : runs)
    for (const JudgedSample& sample : run.samples)
      (sample.passed ? passed : failed).push_back({&run, &sample});
  PhiloxStream random(seed, 0);
  shuffle(passed, random);
  shuffle(failed, random);
  const std::size_t from_failed =
      std::min(failed.size(), count - std::min(passed.size(), count / 2));
  passed.resize(std::min(passed.size(), count - from_failed));
  passed.insert(passed.end(), failed.begin(),
                failed.begin() + static_cast<std::ptrdiff_t>(from_failed));
  return passed;
}

void add_programs(ReportPage& page, std::span<const JudgedRun> runs,
                  const std::map<std::string, std::string>& prompts,
                  const ResultsReportOptions& options) {
  const std::vector<ChosenSample> chosen =
      choose_samples(runs, static_cast<std::size_t>(options.programs), options.seed);
  if (chosen.empty()) return;
  page.add_heading("Programs");
  page.add_text(
      fmt::format("Drawn at random with seed {}, half from those that passed as far as "
                  "there are any: not in proportion to success.",
                  options.seed));
  for (const ChosenSample& choice : chosen) {
    const JudgedSample& sample = *choice.sample;
    const auto prompt = prompts.find(sample.task_id);
    std::string detail = sample.detail;
    if (sample.mean_logprob)
      detail += fmt::format("{}mean log-probability {:.3f}", detail.empty() ? "" : "; ",
                            *sample.mean_logprob);
    page.add_program(
        {.title = runs.size() == 1 ? sample.task_id : sample.task_id + ", " + choice.run->name,
         .prompt = prompt == prompts.end() ? "" : prompt->second,
         .completion = sample.completion,
         .verdict = sample.verdict,
         .passed = sample.passed,
         .detail = detail});
  }
}

}  // namespace

Result<JudgedRun> load_judged_run(Env& env, const std::string& path) {
  JudgedRun run{.name = run_name(path), .samples = {}};
  SCRIBE_TRY(for_each_python_json_line(env, path, [&](const Json& line, const std::string& where) {
    auto sample = judged_sample(line, where);
    if (!sample.ok()) return Status(std::move(sample).error());
    run.samples.push_back(std::move(sample).value());
    return Status();
  }));
  if (run.samples.empty())
    return error(ErrorCode::invalid_data,
                 "'{}' holds no results, expected one JSON line per sample", path);
  return run;
}

ScoreSummary summarize(const JudgedRun& run, const std::vector<std::int64_t>& ks,
                       std::uint64_t seed) {
  ScoreSummary summary;
  summary.results_path = run.name;
  std::map<std::string, std::size_t> index_of;
  for (const JudgedSample& sample : run.samples) {
    ++summary.samples;
    if (const auto kind = verdict_kind_named(sample.verdict)) ++summary.verdicts[*kind];
    if (sample.verdict == kInternal) continue;
    const auto [found, is_new] = index_of.try_emplace(sample.task_id, summary.tasks.size());
    if (is_new) summary.tasks.push_back({.task_id = sample.task_id, .n = 0, .c = 0, .blocks = 0});
    TaskScore& task = summary.tasks[found->second];
    ++task.n;
    task.c += sample.passed ? 1 : 0;
  }
  summary.problems = static_cast<std::int64_t>(summary.tasks.size());
  add_scores(ks, seed, summary);
  return summary;
}

std::string results_csv(std::span<const JudgedRun> runs, const ResultsReportOptions& options) {
  std::string csv = "run,task_id,samples,passed";
  for (const std::int64_t k : options.k) csv += fmt::format(",pass@{}", k);
  csv += "\r\n";
  for (const JudgedRun& run : runs)
    for (const TaskScore& task : summarize(run, {}, options.seed).tasks) {
      csv +=
          fmt::format("{},{},{},{}", csv_field(run.name), csv_field(task.task_id), task.n, task.c);
      for (const std::int64_t k : options.k)
        csv += k > task.n ? std::string(",") : fmt::format(",{:.6g}", pass_at_k(task.n, task.c, k));
      csv += "\r\n";
    }
  return csv;
}

std::string results_markdown(std::span<const JudgedRun> runs, const ResultsReportOptions& options) {
  Pages pages{.runs = runs, .summaries = {}};
  for (const JudgedRun& run : runs)
    pages.summaries.push_back(summarize(run, options.k, options.seed));
  const ReportTable table = score_table(pages, options.k);
  std::string head = "|";
  std::string rule = "|";
  for (const ReportColumn& column : table.columns) {
    head += fmt::format(" {} |", markdown_cell(column.header));
    rule += column.numeric ? " ---: |" : " --- |";
  }
  std::string text = head + "\n" + rule + "\n";
  for (const std::vector<std::string>& row : table.rows) {
    text += "|";
    for (const std::string& cell : row) text += fmt::format(" {} |", markdown_cell(cell));
    text += "\n";
  }
  return text + "\n" + table.notes + "\n";
}

std::string results_report_html(std::span<const JudgedRun> runs,
                                const std::map<std::string, std::string>& prompts,
                                const ResultsReportOptions& options) {
  SCRIBE_CHECK(!runs.empty() && options.programs >= 0, "{} runs, {} programs", runs.size(),
               options.programs);
  Pages pages{.runs = runs, .summaries = {}};
  std::string names;
  for (const JudgedRun& run : runs) {
    pages.summaries.push_back(summarize(run, options.k, options.seed));
    names += (names.empty() ? "" : ", ") + run.name;
  }
  ReportPage page(options.title, names);
  add_key_figures(page, pages);
  page.add_table(score_table(pages, options.k));
  add_score_curve(page, pages, options.seed);
  add_verdict_chart(page, pages);
  add_task_chart(page, pages);
  add_programs(page, runs, prompts, options);
  page.add_interactive(samples_explorer(runs, prompts, {.runs_programs = options.runs_programs}));
  return page.html();
}

}  // namespace scribe
