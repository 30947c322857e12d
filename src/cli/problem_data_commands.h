// Commands below `scribe problems` that make problem sets out of others.
#pragma once

#include "cli/command.h"

namespace scribe::cli {

void add_problems_filter_command(CLI::App& problems, Context& context);
void add_problems_docstrings_command(CLI::App& problems, Context& context);
void add_problems_import_command(CLI::App& problems, Context& context);

/// All of them.
void add_problem_data_commands(CLI::App& problems, Context& context);

}  // namespace scribe::cli
