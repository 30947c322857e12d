// Sheets on which people grade sampled docstrings, and the tables that their grades become.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "evaluate/sample_formats.h"
#include "evaluate/score_summary.h"
#include "problems/problem.h"

namespace scribe {

constexpr std::int64_t kGradedPerProblem = 10;  ///< as in Chen et al. 2021, section 5

/// One sampled docstring with what a grader needs to see.
struct GradingItem {
  std::string task_id;
  std::int64_t sample_index = 0;
  std::string code;       ///< what the docstring has to describe
  std::string reference;  ///< the problem's own docstring
  std::string docstring;  ///< the sampled one, cut behind its quotes where it has some
};

/// The first `per_problem` samples of every problem, in the order of the problems; `problems` are
/// those of docstring_problem(), which were sampled. Errors: invalid_data for a sample of another
/// task, or no samples; invalid_argument if per_problem < 1.
Result<std::vector<GradingItem>> grading_items(const std::vector<Problem>& problems,
                                               const std::vector<RawSample>& samples,
                                               std::int64_t per_problem);

/// Names a sheet by its content: equal items, equal names.
std::string grading_sheet_id(const std::vector<GradingItem>& items);

/// A page that works from disk: each item is graded correct or incorrect, with a note, by mouse or
/// keys. The browser keeps what is graded; a button saves it as the file that read_grades() reads.
/// Same items, same bytes.
std::string grading_sheet_html(const std::vector<GradingItem>& items, const std::string& title);

struct GradeTable {
  std::string sheet;
  std::int64_t items = 0;  ///< on the sheet
  std::int64_t graded = 0;
  std::int64_t correct = 0;
  std::int64_t notes = 0;
  ScoreSummary scores;  ///< tasks, pass_at and omitted: a docstring that is correct passes
};

/// Reads grades of one sheet, from one file or from several people who shared it.
/// Errors: not_found, io; invalid_data for another format or version, files of different sheets, an
/// item that is graded twice and not alike, no grades at all.
Result<GradeTable> read_grades(Env& env, const std::vector<std::string>& paths,
                               const std::vector<std::int64_t>& ks, std::uint64_t seed);

Json to_json(const GradeTable& table);

}  // namespace scribe
