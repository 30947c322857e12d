// The chart and the table.
#include "evaluate/rank_page.h"

#include <fmt/format.h>

#include "evaluate/report_page.h"

namespace scribe {
namespace {

ReportTable intervals_of(const RankTable& table) {
  ReportTable shown{.title = fmt::format("With {} samples", table.rows.back().samples),
                    .columns = {{.header = "picked by"},
                                {.header = "pass@1", .numeric = true},
                                {.header = "95 % interval", .numeric = true}},
                    .rows = {},
                    .notes = "Intervals are by bootstrap over problems."};
  for (const RankStrategy strategy : table.strategies) {
    const RankValue& value = *table.at(table.rows.back(), strategy);
    shown.rows.push_back(
        {std::string(title_of(strategy)), fmt::format("{:.4f}", value.value),
         value.interval ? fmt::format("{:.4f} to {:.4f}", value.interval->low, value.interval->high)
                        : ""});
  }
  return shown;
}

}  // namespace

LineChart rank_chart(const RankTable& table, std::string title) {
  LineChart chart{.title = std::move(title),
                  .description =
                      "Each line is one way to pick; further right it has more samples "
                      "to pick from.",
                  .x_label = "samples to pick from",
                  .y_label = "pass@1",
                  .log_x = true,
                  .y_min = 0,
                  .y_max = std::nullopt,
                  .series = {}};
  for (const RankStrategy strategy : table.strategies) {
    LineSeries& line = chart.series.emplace_back();
    line.name = title_of(strategy);
    for (const RankRow& row : table.rows) {
      const RankValue& value = *table.at(row, strategy);
      ChartPoint point{
          .x = static_cast<double>(row.samples), .y = value.value, .low = {}, .high = {}};
      if (value.interval) {
        point.low = value.interval->low;
        point.high = value.interval->high;
      }
      line.points.push_back(point);
    }
  }
  return chart;
}

std::string rank_page_html(const RankTable& table, const std::string& title) {
  ReportPage page(title,
                  fmt::format("One of n samples is picked, for each of {} problems.", table.tasks));
  if (table.rows.size() > 1)
    page.add_line_chart(rank_chart(table, "pass@1 of the sample that is picked"));
  page.add_table(intervals_of(table));
  return page.html();
}

}  // namespace scribe
