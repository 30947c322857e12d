// The reproduction as one HTML page.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/reproduce/findings.h"
#include "cli/reproduce/plan.h"
#include "evaluate/report_page.h"

namespace scribe::cli {

/// What the page shows besides the findings.
struct PageMaterial {
  std::vector<LineSeries> losses;  ///< per model: tokens seen, validation or training loss
  /// By SetFindings::key, per model: k, pass@k with its interval.
  std::map<std::string, std::vector<LineSeries>> pass_curves;
  std::vector<ReportProgram> programs;  ///< samples with their verdicts
  std::string machine;                  ///< "AMD EPYC, 2 cores"
  std::string sandbox;                  ///< SandboxCapabilities::summary
  double seconds = 0;                   ///< of all stages
};

/// The page's HTML.
std::string findings_page(const ReproductionPlan& plan, const Findings& findings,
                          const PageMaterial& material);

}  // namespace scribe::cli
