// The parts of `scribe problems` that have files of their own.
#pragma once

#include "cli/command.h"

namespace scribe::cli {

/// generate: exercises from families and a grammar.
void add_problems_generate_command(CLI::App& problems, Context& context);
/// trace: problems from the tests, doctests and functions of projects.
void add_problems_trace_command(CLI::App& problems, Context& context);
/// filter: what samples solve, and what is judged alike every time.
void add_problems_filter_command(CLI::App& problems, Context& context);
/// docstrings and redocument: for models that write docstrings.
void add_problems_docstrings_command(CLI::App& problems, Context& context);
/// import: APPS and CodeContests, with their solutions checked.
void add_problems_import_command(CLI::App& problems, Context& context);

}  // namespace scribe::cli
