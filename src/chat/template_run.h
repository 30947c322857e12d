// Runs the syntax tree of a chat template.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "chat/template_ast.h"

namespace scribe::chat {

/// What the statements print, with the names of `context`; strftime_now() is there if the time is.
/// Errors: as ChatTemplate::render().
Result<std::string> run_template(const Statements& statements, const Json& context,
                                 std::optional<std::int64_t> unix_seconds);

}  // namespace scribe::chat
