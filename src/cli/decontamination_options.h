// The options that name the problems of which nothing may be in a corpus.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "corpus/decontaminate.h"

namespace scribe::cli {

void add_decontamination_options(CLI::App& command, std::vector<std::string>& problem_files,
                                 DecontaminationOptions& options);

}  // namespace scribe::cli
