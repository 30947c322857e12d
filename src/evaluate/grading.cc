// Items, the page, and the grades read back.
#include "evaluate/grading.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/hash.h"
#include "evaluate/grading_page.h"
#include "evaluate/report_style.h"
#include "evaluate/report_text.h"
#include "problems/back_translation.h"

namespace scribe {
namespace {

constexpr std::string_view kFormat = "scribe-grades";
constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kGradesBytesMax = std::int64_t{64} << 20;

constexpr std::string_view kInstructions =
    "A docstring is correct if it says uniquely and accurately what the code does. One that leaves "
    "out a detail, says something wrong, or only repeats the code is incorrect. Examples and tests "
    "inside it do not count, even if they are wrong.";

// A page of its own that asks for nothing; whatever a sample holds is escaped text.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

std::string item_html(const GradingItem& item, std::size_t number) {
  const std::string task = escape_html(item.task_id);
  const auto choice = [&](std::string_view value, std::string_view text) {
    return fmt::format("<label><input type=\"radio\" name=\"g{}\" value=\"{}\"> {}</label>", number,
                       value, text);
  };
  return fmt::format(
      "<fieldset class=\"item\" data-task=\"{}\" data-sample=\"{}\">"
      "<legend>sample {}</legend>"
      "<pre><code>{}</code></pre><div class=\"row\">{}{}"
      "<input type=\"text\" aria-label=\"note\" placeholder=\"note\"></div></fieldset>\n",
      task, item.sample_index, item.sample_index, highlight_python(item.docstring),
      choice("yes", "correct"), choice("no", "incorrect"));
}

std::string problem_html(const GradingItem& item) {
  return fmt::format(
      "<h2>{}</h2>\n<div class=\"program\"><pre><code>{}</code></pre></div>\n"
      "<details><summary>its own docstring</summary><pre><code>{}</code></pre></details>\n",
      escape_html(item.task_id), highlight_python(item.code), highlight_python(item.reference));
}

using GradeKey = std::pair<std::string, std::int64_t>;  ///< task_id, sample_index

/// Grades of one or more files.
class GradeReader {
 public:
  explicit GradeReader(GradeTable& table) : table_(table) {}

  Status add_file(Env& env, const std::string& path) {
    SCRIBE_TRY_ASSIGN(const std::string text, read_text_file(env, path, kGradesBytesMax));
    SCRIBE_TRY_ASSIGN(const Json file, parse_json(text, path));
    SCRIBE_TRY_ASSIGN(const std::string format, json_field<std::string>(file, "format", path));
    SCRIBE_TRY_ASSIGN(const std::int64_t version, json_field<std::int64_t>(file, "version", path));
    if (format != kFormat || version != kVersion)
      return error(ErrorCode::invalid_data,
                   "{}: format '{}' version {}, expected '{}' version {}: a file that a sheet of "
                   "`scribe grade sheet` saved",
                   path, format, version, kFormat, kVersion);
    SCRIBE_TRY_ASSIGN(const std::string sheet, json_field<std::string>(file, "sheet", path));
    if (!table_.sheet.empty() && sheet != table_.sheet)
      return error(ErrorCode::invalid_data,
                   "{}: grades of sheet '{}', those before are of '{}'; read one sheet at a time",
                   path, sheet, table_.sheet);
    table_.sheet = sheet;
    SCRIBE_TRY_ASSIGN(table_.items, json_field<std::int64_t>(file, "items", path));
    SCRIBE_TRY_ASSIGN(const Json grades, json_field<Json>(file, "grades", path));
    if (!grades.is_array())
      return error(ErrorCode::invalid_data, "{}: field 'grades' is no list", path);
    for (std::size_t i = 0; i < grades.size(); ++i)
      SCRIBE_TRY(add(grades[i], fmt::format("{}: grade {}", path, i + 1)));
    return {};
  }

  void count(const std::vector<std::int64_t>& ks, std::uint64_t seed) {
    std::map<std::string, TaskScore> tasks;
    for (const auto& [key, correct] : grades_) {
      TaskScore& task = tasks[key.first];
      task.task_id = key.first;
      ++task.n;
      task.c += correct ? 1 : 0;
      table_.correct += correct ? 1 : 0;
    }
    table_.graded = std::ssize(grades_);
    for (auto& [task_id, task] : tasks) table_.scores.tasks.push_back(std::move(task));
    add_scores(ks, seed, table_.scores);
  }

 private:
  Status add(const Json& grade, const std::string& where) {
    GradeKey key;
    SCRIBE_TRY_ASSIGN(key.first, json_field<std::string>(grade, "task_id", where));
    SCRIBE_TRY_ASSIGN(key.second, json_field<std::int64_t>(grade, "sample_index", where));
    SCRIBE_TRY_ASSIGN(const bool correct, json_field<bool>(grade, "correct", where));
    if (grade.contains("note")) {
      SCRIBE_TRY_ASSIGN(const std::string note, json_field<std::string>(grade, "note", where));
      table_.notes += note.empty() ? 0 : 1;
    }
    const auto [known, is_new] = grades_.emplace(std::move(key), correct);
    if (is_new || known->second == correct) return {};
    return error(ErrorCode::invalid_data,
                 "{}: sample {} of task '{}' was graded both ways; settle it and correct one file",
                 where, known->first.second, known->first.first);
  }

  GradeTable& table_;
  std::map<GradeKey, bool> grades_;
};

}  // namespace

Result<std::vector<GradingItem>> grading_items(const std::vector<Problem>& problems,
                                               const std::vector<RawSample>& samples,
                                               std::int64_t per_problem) {
  if (per_problem < 1)
    return error(ErrorCode::invalid_argument, "{} samples per problem: expected 1 or more",
                 per_problem);
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < problems.size(); ++i) places.emplace(problems[i].task_id, i);
  std::vector<std::vector<GradingItem>> by_problem(problems.size());
  for (const RawSample& sample : samples) {
    const auto place = places.find(sample.task_id);
    if (place == places.end())
      return error(ErrorCode::invalid_data,
                   "task '{}' of the samples is not among the problems: give the file that was "
                   "sampled, which `scribe problems docstrings` wrote",
                   sample.task_id);
    std::vector<GradingItem>& items = by_problem[place->second];
    if (std::ssize(items) >= per_problem) continue;
    const Problem& problem = problems[place->second];
    items.push_back({.task_id = sample.task_id,
                     .sample_index = std::ssize(items),
                     .code = problem.prompt,
                     .reference = problem.canonical_solution,
                     .docstring = leading_docstring(sample.text).value_or(sample.text)});
  }
  std::vector<GradingItem> all;
  for (std::vector<GradingItem>& items : by_problem)
    std::ranges::move(items, std::back_inserter(all));
  if (all.empty()) return error(ErrorCode::invalid_data, "there are no samples to grade");
  return all;
}

std::string grading_sheet_id(const std::vector<GradingItem>& items) {
  std::string content;
  for (const GradingItem& item : items)
    content += to_json_line({item.task_id, item.sample_index, item.code, item.docstring});
  return hash128_hex(content).substr(0, 16);
}

std::string grading_sheet_html(const std::vector<GradingItem>& items, const std::string& title) {
  std::string body;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i == 0 || items[i].task_id != items[i - 1].task_id) body += problem_html(items[i]);
    body += item_html(items[i], i);
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}{}</style></head>\n<body data-sheet=\"{}\"><main>\n"
      "<header><h1>{}</h1><p>{}</p><p>Keys: <kbd>y</kbd> correct, <kbd>n</kbd> incorrect, "
      "<kbd>j</kbd> next, <kbd>k</kbd> previous, <kbd>u</kbd> undo, <kbd>e</kbd> note.</p>"
      "</header>\n<div class=\"bar\"><button id=\"save\" type=\"button\">Save grades</button>"
      "<span id=\"count\" aria-live=\"polite\"></span><span id=\"warning\"></span></div>\n"
      "{}</main>\n<script>{}</script></body></html>\n",
      kContentPolicy, escape_html(title), report_style(), kGradingStyle, grading_sheet_id(items),
      escape_html(title), kInstructions, body, kGradingScript);
}

Result<GradeTable> read_grades(Env& env, const std::vector<std::string>& paths,
                               const std::vector<std::int64_t>& ks, std::uint64_t seed) {
  GradeTable table;
  GradeReader reader(table);
  for (const std::string& path : paths) SCRIBE_TRY(reader.add_file(env, path));
  reader.count(ks, seed);
  if (table.graded == 0)
    return error(ErrorCode::invalid_data, "'{}' holds no grades yet",
                 paths.empty() ? "" : paths.front());
  return table;
}

Json to_json(const GradeTable& table) {
  Json scores = Json::array();
  for (const PassAtK& pass : table.scores.pass_at) {
    Json score{{"k", pass.k}, {"pass_at_k", pass.value}};
    if (pass.interval) score["interval_95"] = {pass.interval->low, pass.interval->high};
    scores.push_back(std::move(score));
  }
  Json omitted = Json::array();
  for (const OmittedK& each : table.scores.omitted)
    omitted.push_back({{"k", each.k}, {"reason", each.reason}});
  return {{"sheet", table.sheet},        {"items", table.items},
          {"graded", table.graded},      {"correct", table.correct},
          {"notes", table.notes},        {"problems", table.scores.tasks.size()},
          {"scores", std::move(scores)}, {"omitted", std::move(omitted)}};
}

}  // namespace scribe
