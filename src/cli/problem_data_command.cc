// What stands below `scribe problems` and makes problem sets out of others.
#include "cli/problems_commands.h"

namespace scribe::cli {

void add_problem_data_commands(CLI::App& problems, Context& context) {
  add_problems_filter_command(problems, context);
  add_problems_docstrings_command(problems, context);
  add_problems_import_command(problems, context);
}

}  // namespace scribe::cli
