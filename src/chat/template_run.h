// Runs the syntax tree of a chat template.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "chat/template_ast.h"

namespace scribe::chat {

/// What the statements print, with the names of `context`. Errors: as ChatTemplate::render().
Result<std::string> run_template(const Statements& statements, const Json& context);

}  // namespace scribe::chat
