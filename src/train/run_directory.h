// The files of a run besides its checkpoint: run.toml and logs of steps.
#pragma once

#include <optional>
#include <string>

#include "base/env.h"
#include "base/json.h"

namespace scribe {

/// Writes `options` (a flat object) as DIRECTORY/run.toml for people and for fine-tuning.
Status write_run_options(Env& env, const std::string& directory, const Json& options);

/// A number of DIRECTORY/run.toml; nothing if there is no such file or key.
/// Errors: io, invalid_data (the file is not TOML, the value is no number).
Result<std::optional<double>> read_run_number(Env& env, const std::string& directory,
                                              const std::string& key);

/// Opens a log of lines with "step" for the steps after `step`: lines of later steps, which a
/// checkpoint was too old to keep, are cut off.
Result<JsonlJournal> open_step_log(Env& env, const std::string& path, std::int64_t step);

/// The options that differ: "learning_rate is 0.001 there, 0.002 here; ...", or "".
std::string describe_difference(const Json& there, const Json& here);

}  // namespace scribe
