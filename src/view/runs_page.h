// The page of a folder of runs.
#pragma once

#include <string>

namespace scribe {

/// HTML that asks the viewer that serves it: curves of training runs beside each other as they
/// grow, what fixed prompts became by step, results to open or to compare, pages.
std::string runs_page();

}  // namespace scribe
