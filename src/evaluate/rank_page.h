// A page that shows what ways to pick one sample score, against the number of samples.
#pragma once

#include <string>

#include "evaluate/rank.h"
#include "evaluate/svg_chart.h"

namespace scribe {

/// pass@1 against the number of samples, one line per strategy.
LineChart rank_chart(const RankTable& table, std::string title);

/// A chart of pass@1 against n with one line per strategy, and the table with its intervals.
std::string rank_page_html(const RankTable& table, const std::string& title);

}  // namespace scribe
