// A corpus as a page that people can send to each other.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/corpus.h"
#include "corpus/corpus_statistics.h"

namespace scribe::cli {

/// One HTML file: counts by rule, licences, distributions, clusters of near-duplicates, samples.
/// `statistics` are of the collections by name.
std::string corpus_report_html(
    std::string_view folder, const CorpusSummary& summary,
    const std::vector<std::pair<std::string, CollectionStatistics>>& statistics);

/// How the lines of two texts differ: " same", "-removed", "+added"; long stretches of equal lines
/// are left out. Texts of more than 20000 lines are not compared: one line says so.
std::string line_difference(std::string_view before, std::string_view after);

}  // namespace scribe::cli
