// JSON Lines as Python's json module writes them, with numbers that JSON does not have.
#pragma once

#include <functional>
#include <string>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"

namespace scribe {

/// As for_each_json_line(), for files that people make with Python: NaN, Infinity and -Infinity,
/// which it writes and reads beyond the standard, are read as null.
Status for_each_python_json_line(
    Env& env, const std::string& path,
    const std::function<Status(Json value, const std::string& where)>& line);

}  // namespace scribe
