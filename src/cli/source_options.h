// The options that say where documents come from: those of `scribe corpus build` and `scan`.
#pragma once

#include "cli/command.h"
#include "corpus/sources.h"

namespace scribe::cli {

/// --source, what is taken of it, and the fields of rows.
void add_source_options(CLI::App& command, SourceOptions& options);

}  // namespace scribe::cli
