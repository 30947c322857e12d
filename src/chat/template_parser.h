// From tokens to the syntax tree.
#pragma once

#include <string_view>

#include "base/result.h"
#include "chat/template_ast.h"

namespace scribe::chat {

/// Reads the part of Jinja that chat templates use: for, if, set, macro, filter, with, raw,
/// break, continue, and all expressions but calls with * and **. {% generation %} marks are passed
/// over. Errors: invalid_data, unsupported (call, include, import, block, extends), naming the
/// line; limit_exceeded (nested deeper than 200).
Result<Statements> parse_template(std::string_view source);

}  // namespace scribe::chat
