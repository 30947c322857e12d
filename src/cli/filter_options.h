// The options of the rules that decide which files become documents.
#pragma once

#include "cli/command.h"
#include "corpus/filter_options.h"

namespace scribe::cli {

/// --preset, and one option for every limit, which overrides the preset's wherever it stands.
/// Requires: `filter` lives as long as the command.
void add_filter_options(CLI::App& command, FilterOptions& filter);

}  // namespace scribe::cli
