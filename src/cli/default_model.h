// The model that comes with Scribe, for commands that were given none.
#pragma once

#include <string>

#include "base/env.h"
#include "base/result.h"

namespace scribe::cli {

/// What --model says where it may be left out.
inline constexpr const char* kModelOptionHelp =
    "Checkpoint directory [default: the small model that comes with Scribe]";

/// `given`, or if that is "" the folder of the model that comes with Scribe: models/default in the
/// source tree of this program's build, share/scribe/models/default of an installed one.
/// Errors: not_found.
Result<std::string> model_or_default(Env& env, const std::string& given);

/// As above, for a program at `program`.
Result<std::string> default_model_of(Env& env, const std::string& program);

}  // namespace scribe::cli
