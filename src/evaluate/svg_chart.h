// Line and bar charts as inline SVG, coloured by the page's style sheet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribe {

/// One point of a line; `low` and `high` bound its confidence band, if it has one.
struct ChartPoint {
  double x = 0;
  double y = 0;
  std::optional<double> low;
  std::optional<double> high;
};

struct LineSeries {
  std::string name;
  std::vector<ChartPoint> points;  ///< in the order in which they are joined
};

/// Points with a coordinate that is not finite are left out; a series of more than
/// kChartPointsMax points is thinned evenly, its last point kept.
struct LineChart {
  std::string title;
  std::string description;  ///< one sentence that says what the chart shows, for screen readers
  std::string x_label;
  std::string y_label;
  bool log_x = false;  ///< then every x must be > 0
  std::optional<double> y_min;
  std::optional<double> y_max;
  std::vector<LineSeries> series;
};

struct BarSeries {
  std::string name;
  std::vector<double> values;  ///< one per category, >= 0; not finite: no bar
  std::vector<double> lows;    ///< ends of the error bars; empty: none
  std::vector<double> highs;
};

struct BarChart {
  std::string title;
  std::string description;
  std::string x_label;
  std::string y_label;
  std::optional<double> y_max;
  std::vector<std::string> categories;
  std::vector<BarSeries> series;
};

constexpr std::size_t kChartPointsMax = 800;
/// Colours (and marker shapes) repeat after this many series.
constexpr std::size_t kChartColours = 7;

/// An <svg> element with role=img and a title and description whose ids start with `id`, which must
/// be unique within the page. Every mark has a <title> with its numbers.
std::string line_chart_svg(const LineChart& chart, std::string_view id);
/// Every series has one value per category (checked).
std::string bar_chart_svg(const BarChart& chart, std::string_view id);

/// Multiples of 1, 2 or 5 times a power of ten that cover [low, high], about `count` of them:
/// the first is <= low, the last >= high. Requires finite low <= high and count >= 2.
std::vector<double> nice_ticks(double low, double high, int count);
/// Ticks of a logarithmic axis within [low, high], 0 < low <= high: powers of ten, with 2 and 5
/// times them where there are fewer than three decades.
std::vector<double> log_ticks(double low, double high);
/// A number as a tick shows it: "0.25", "1.5k", "20M".
std::string format_tick(double value);

}  // namespace scribe
