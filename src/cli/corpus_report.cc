// Tables and charts of a corpus.
#include "cli/corpus_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/progress.h"
#include "evaluate/report_page.h"

namespace scribe::cli {
namespace {

std::string count(std::int64_t value) {
  return fmt::format("{}", value);
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string named(const std::string& license) {
  return license == "NOASSERTION" ? "unknown" : license;
}

void add_rules(const CollectionSummary& summary, ReportPage& page) {
  ReportTable table{.title = "From files to documents",
                    .columns = {{"what"}, {"files", true}, {"size", true}},
                    .rows = {{"found", count(summary.found.files), megabytes(summary.found.bytes)}},
                    .notes = "A file counts for the first rule that drops it."};
  for (std::size_t rule = 0; rule < kRuleCount; ++rule)
    if (const FileCount& dropped = summary.dropped[rule]; dropped.files > 0)
      table.rows.push_back({fmt::format("dropped: {}", name_of(static_cast<Rule>(rule))),
                            count(dropped.files), megabytes(dropped.bytes)});
  table.rows.push_back(
      {"train", count(summary.train.documents), megabytes(summary.train.text_bytes)});
  table.rows.push_back({"validation", count(summary.validation.documents),
                        megabytes(summary.validation.text_bytes)});
  page.add_table(table);
}

void add_licenses(const CollectionSummary& summary, ReportPage& page) {
  if (summary.licenses.empty()) return;
  std::vector<std::pair<std::string, FileCount>> licenses(summary.licenses.begin(),
                                                          summary.licenses.end());
  std::ranges::sort(licenses, std::greater(), [](const auto& entry) { return entry.second.bytes; });
  ReportTable table{.title = "Licences",
                    .columns = {{"SPDX"}, {"documents", true}, {"text", true}},
                    .rows = {},
                    .notes = "Of the documents that passed the rules for one file."};
  for (const auto& [license, documents] : licenses)
    table.rows.push_back({named(license), count(documents.files), megabytes(documents.bytes)});
  page.add_table(table);
}

void add_histogram(std::string title, std::string x_label, const SizeHistogram& histogram,
                   ReportPage& page) {
  const auto is_used = [](std::int64_t value) { return value > 0; };
  const auto first = std::ranges::find_if(histogram.counts, is_used);
  if (first == histogram.counts.end()) return;
  const auto last = std::find_if(histogram.counts.rbegin(), histogram.counts.rend(), is_used);
  const auto begin = static_cast<std::size_t>(first - histogram.counts.begin());
  const auto end =
      histogram.counts.size() - static_cast<std::size_t>(last - histogram.counts.rbegin());
  BarChart chart{.title = std::move(title),
                 .description = "Each bar holds the values from its number to twice that.",
                 .x_label = std::move(x_label),
                 .y_label = "documents",
                 .y_max = std::nullopt,
                 .categories = {},
                 .series = {{.name = "", .values = {}, .lows = {}, .highs = {}}}};
  for (std::size_t bucket = begin; bucket < end; ++bucket) {
    chart.categories.push_back(format_count(static_cast<double>(std::int64_t{1} << bucket)));
    chart.series[0].values.push_back(static_cast<double>(histogram.counts[bucket]));
  }
  page.add_bar_chart(chart);
}

void add_duplicates(const CollectionStatistics& statistics, ReportPage& page) {
  BarChart chart{.title = "Near-duplicates by their similarity to what stays",
                 .description = "Each bar holds the similarities from its number on.",
                 .x_label = "similarity",
                 .y_label = "documents",
                 .y_max = std::nullopt,
                 .categories = {},
                 .series = {{.name = "", .values = {}, .lows = {}, .highs = {}}}};
  for (std::size_t bucket = 0; bucket < statistics.similarities.size(); ++bucket) {
    if (statistics.similarities[bucket] == 0) continue;
    chart.categories.push_back(fmt::format("{:.2f}", static_cast<double>(bucket) / 20));
    chart.series[0].values.push_back(static_cast<double>(statistics.similarities[bucket]));
  }
  if (!chart.categories.empty()) page.add_bar_chart(chart);
  add_histogram("Documents that went for one that stays", "size of the cluster",
                statistics.cluster_sizes, page);
  if (statistics.largest.empty()) return;
  ReportTable table{.title = "The largest clusters",
                    .columns = {{"what stays"}, {"removed", true}},
                    .rows = {},
                    .notes = ""};
  for (const DuplicateCluster& cluster : statistics.largest)
    table.rows.push_back({cluster.kept_source, count(cluster.removed)});
  page.add_table(table);
}

void add_samples(const CollectionStatistics& statistics, ReportPage& page) {
  for (const SampledDocument& sample : statistics.samples)
    page.add_program({.title = sample.source,
                      .prompt = sample.text,
                      .completion = "",
                      .verdict = named(sample.license),
                      .passed = true,
                      .detail = ""});
}

void add_collection(std::string_view name, const CollectionSummary& summary,
                    const CollectionStatistics& statistics, ReportPage& page) {
  page.add_heading(name);
  std::vector<KeyFigure> figures = {
      {count(summary.train.documents + summary.validation.documents), "documents"},
      {megabytes(statistics.text_bytes), "text"}};
  if (statistics.token_count > 0) {
    figures.push_back({format_count(static_cast<double>(statistics.token_count)), "tokens"});
    figures.push_back({fmt::format("{:.3f}", static_cast<double>(statistics.text_bytes) /
                                                 static_cast<double>(statistics.token_count)),
                       "bytes per token"});
  }
  page.add_key_figures(figures);
  add_rules(summary, page);
  add_licenses(summary, page);
  add_histogram("Sizes of the documents", "bytes", statistics.bytes, page);
  add_histogram("Lines of the documents", "lines", statistics.lines, page);
  add_histogram("Tokens of the documents", "tokens", statistics.tokens, page);
  add_duplicates(statistics, page);
  for (const std::string& damage : summary.damages) page.add_text(damage);
  if (!statistics.samples.empty())
    page.add_text("Documents drawn at random, from their beginning:");
  add_samples(statistics, page);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string corpus_report_html(
    std::string_view folder, const CorpusSummary& summary,
    const std::vector<std::pair<std::string, CollectionStatistics>>& statistics) {
  ReportPage page("Corpus", std::string(folder));
  for (const auto& [name, collection] : statistics)
    add_collection(name, name == "code" ? summary.code : summary.prose, collection, page);
  return page.html();
}

/// Myers, "An O(ND) Difference Algorithm and Its Variations", 1986: the furthest reaching paths of
/// each number of edits, then back along them.
std::string line_difference(std::string_view before, std::string_view after) {
  constexpr std::size_t kLinesMax = 20'000;
  constexpr std::ptrdiff_t kEditsMax = 2'000;  // The paths take memory of its square.
  const std::vector<std::string_view> from = lines_of(before);
  const std::vector<std::string_view> to = lines_of(after);
  if (from.size() > kLinesMax || to.size() > kLinesMax) return "(too long to compare)\n";
  const auto from_size = static_cast<std::ptrdiff_t>(from.size());
  const auto to_size = static_cast<std::ptrdiff_t>(to.size());
  const std::ptrdiff_t edits_max = std::min(from_size + to_size, kEditsMax);
  // furthest[edits][diagonal + edits]: how far into `from` a path gets.
  std::vector<std::vector<std::ptrdiff_t>> furthest;
  const auto previous = [&](std::ptrdiff_t edits, std::ptrdiff_t diagonal) {
    return furthest[static_cast<std::size_t>(edits - 1)]
                   [static_cast<std::size_t>(diagonal + edits - 1)];
  };
  const auto is_insertion = [&](std::ptrdiff_t edits, std::ptrdiff_t diagonal) {
    return diagonal == -edits ||
           (diagonal != edits && previous(edits, diagonal - 1) < previous(edits, diagonal + 1));
  };
  bool found = false;
  for (std::ptrdiff_t edits = 0; edits <= edits_max && !found; ++edits) {
    furthest.emplace_back(static_cast<std::size_t>(2 * edits + 1));
    for (std::ptrdiff_t diagonal = -edits; diagonal <= edits; diagonal += 2) {
      std::ptrdiff_t x = 0;
      if (edits > 0)
        x = is_insertion(edits, diagonal) ? previous(edits, diagonal + 1)
                                          : previous(edits, diagonal - 1) + 1;
      while (x < from_size && x - diagonal < to_size &&
             from[static_cast<std::size_t>(x)] == to[static_cast<std::size_t>(x - diagonal)])
        ++x;
      furthest.back()[static_cast<std::size_t>(diagonal + edits)] = x;
      found = found || (x >= from_size && x - diagonal >= to_size);
    }
  }
  if (!found) return "(too different to compare)\n";
  std::vector<std::string> lines;
  std::ptrdiff_t x = from_size;
  std::ptrdiff_t y = to_size;
  const auto push = [&](char mark, std::string_view line) {
    lines.push_back(fmt::format("{}{}\n", mark, line));
  };
  for (auto edits = static_cast<std::ptrdiff_t>(furthest.size()) - 1; edits >= 0; --edits) {
    const std::ptrdiff_t diagonal = x - y;
    const bool insertion = edits > 0 && is_insertion(edits, diagonal);
    const std::ptrdiff_t begin = edits == 0 ? 0
                                            : (insertion ? previous(edits, diagonal + 1)
                                                         : previous(edits, diagonal - 1) + 1);
    for (; x > begin; --x, --y) push(' ', from[static_cast<std::size_t>(x - 1)]);
    if (edits == 0) break;
    if (insertion)
      push('+', to[static_cast<std::size_t>(--y)]);
    else
      push('-', from[static_cast<std::size_t>(--x)]);
  }
  std::ranges::reverse(lines);
  constexpr std::ptrdiff_t kContext = 3;
  std::string out;
  std::ptrdiff_t shown_to = 0;
  for (std::ptrdiff_t line = 0; line < std::ssize(lines); ++line) {
    if (lines[static_cast<std::size_t>(line)][0] == ' ') continue;
    const std::ptrdiff_t begin = std::max(shown_to, line - kContext);
    if (begin > shown_to) out += "...\n";
    shown_to = std::min(std::ssize(lines), line + kContext + 1);
    // Context behind a change is written with it; a change within the context starts from there.
    for (std::ptrdiff_t shown = begin; shown < shown_to; ++shown) {
      if (shown > line && lines[static_cast<std::size_t>(shown)][0] != ' ') {
        shown_to = shown;
        break;
      }
      out += lines[static_cast<std::size_t>(shown)];
    }
  }
  if (shown_to < std::ssize(lines)) out += "...\n";
  return out;
}

}  // namespace scribe::cli
