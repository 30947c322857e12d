// The parts of `scribe problems` that have files of their own.
#pragma once

#include "cli/command.h"

namespace scribe::cli {

/// generate: exercises from families and a grammar.
void add_problems_generate_command(CLI::App& problems, Context& context);
/// trace: problems from the tests, doctests and functions of projects.
void add_problems_trace(CLI::App& problems, Context& context);
/// filter, import, docstrings, redocument.
void add_problem_data_commands(CLI::App& problems, Context& context);

}  // namespace scribe::cli
