// The part of a results page on which every sample can be looked at.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "evaluate/report_page.h"
#include "evaluate/report_results.h"

namespace scribe {

struct ExplorerOptions {
  /// Packed data of a page, at most. With the rest of the page and base64 it is below 3 MB.
  std::size_t bytes_max = 2'000'000;
  bool runs_programs = false;  ///< the page's server has /problem and /v1/execute: offer them
};

/// A grid of problems and samples, the programs of a problem, two runs beside each other with what
/// changed between them. Verdicts of all samples are there; if the programs of all would take more
/// than `bytes_max` packed, those of the first few samples of each problem are, and the page says
/// so. Requires a run.
InteractivePart samples_explorer(std::span<const JudgedRun> runs,
                                 const std::map<std::string, std::string>& prompts,
                                 const ExplorerOptions& options = {});

}  // namespace scribe
