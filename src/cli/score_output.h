// What `scribe eval` prints about a scoring run.
#pragma once

#include <string>

#include "evaluate/explain.h"
#include "evaluate/score_summary.h"

namespace scribe::cli {

struct ScoreOutputOptions {
  bool per_problem = false;
};

void print_summary(const ScoreSummary& summary, const ScoreOutputOptions& options);
void print_plan(const ScoreSummary& summary);

/// Raw answer, extracted code, program and verdict, each under a heading.
void print_explanation(const Explanation& explanation, ExtractStrategy strategy);
Json explanation_json(const Explanation& explanation, ExtractStrategy strategy);

}  // namespace scribe::cli
