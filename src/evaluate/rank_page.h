// A page that shows what ways to pick one sample score, against the number of samples.
#pragma once

#include <string>

#include "evaluate/rank.h"

namespace scribe {

/// A chart of pass@1 against n with one line per strategy, and the table with its intervals.
std::string rank_page_html(const RankTable& table, const std::string& title);

}  // namespace scribe
