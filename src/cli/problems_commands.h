// Subcommands of `scribe problems` with a file of their own.
#pragma once

#include "cli/command.h"

namespace scribe::cli {

void add_problems_trace(CLI::App& app, Context& context);

}  // namespace scribe::cli
