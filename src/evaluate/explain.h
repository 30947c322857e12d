// How one sample became a program, and what became of it.
#pragma once

#include <optional>
#include <string>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/score.h"

namespace scribe {

struct Explanation {
  std::string task_id;
  std::size_t index = 0;  ///< among the samples of the task, in file order
  std::string raw;        ///< the answer
  std::optional<std::string> extracted;
  std::string program;  ///< what was judged; "" without code
  JudgedVerdict judged;
  bool was_known = false;  ///< the verdict is of an earlier run
};

/// Explains the sample that `which` names: "TASK_ID" for its first or "TASK_ID/INDEX". Takes the
/// verdict that is known for its program, or runs it (nothing is written).
///
/// Errors: as score_samples(); not_found if there is no such sample.
Result<Explanation> explain_sample(Env& env, StopToken& stop, const ScoreOptions& options,
                                   const std::string& which);

}  // namespace scribe
