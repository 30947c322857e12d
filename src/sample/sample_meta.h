// The side file of a samples file: what decided its samples.
#pragma once

#include <string>

#include "base/env.h"
#include "base/json.h"

namespace scribe {

/// Checks "PATH.meta.json" against `wanted`, an object with the hashes of prompts by task id under
/// "prompts"; writes it for a new file and when prompts were added.
///
/// Errors: invalid_argument (the file was made otherwise, naming the first key that differs, or has
/// no side file), invalid_data, io.
Status agree_on_sample_meta(Env& env, const std::string& path, const Json& wanted);

}  // namespace scribe
