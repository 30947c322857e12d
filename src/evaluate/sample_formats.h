// Reads samples in the forms that other harnesses write, recognised by their shape.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

/// How samples are laid out (docs/formats/samples.md).
enum class SampleFormat {
  human_eval,       ///< JSON Lines with task_id and completion
  evalplus,         ///< JSON Lines where some have `solution`, a whole program
  evalplus_folder,  ///< a folder per task, its '/' written '_', with one .py file per sample
  bigcode,          ///< one JSON list of lists of programs, in the order of the problems
};

/// "human-eval samples", "bigcode generations" ...
std::string_view description_of(SampleFormat format);

struct RawSample {
  std::string task_id;
  std::string text;         ///< the completion, or the whole program
  bool is_program = false;  ///< the text stands alone; the prompt is not put before it
  Json line;                ///< all keys of the sample, to be repeated in the results
};

struct SampleFile {
  SampleFormat format = SampleFormat::human_eval;
  std::vector<RawSample> samples;  ///< in file order
};

/// Reads the samples at `path`: a file, plain or packed, or a folder. Where a line has both
/// `solution` and `completion` the solution wins, as in EvalPlus. Lists without ids belong to
/// `problems` in their order; there may be fewer lists than problems.
///
/// Errors: not_found, io; invalid_data for a bad line, a list of another shape, more lists than
/// problems, a folder without samples.
Result<SampleFile> read_sample_file(Env& env, const std::string& path,
                                    std::span<const Problem> problems);

}  // namespace scribe
