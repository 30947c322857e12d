// The commands of `scribe tokenizer` that report on tokenizers.
#pragma once

#include "cli/command.h"

namespace scribe::cli {

void add_tokenizer_stats_command(CLI::App& parent, Context& context);
void add_tokenizer_diff_command(CLI::App& parent, Context& context);

}  // namespace scribe::cli
