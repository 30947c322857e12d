// Draws the marks of line and bar charts.
#include "evaluate/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "evaluate/chart_axes.h"
#include "evaluate/report_text.h"

namespace scribe {
namespace {

using chart::PlotArea;
using chart::Scale;

constexpr std::size_t kMarkersMax = 40;      // Beyond this many points a line shows no markers.
constexpr std::size_t kValueLabelsMax = 18;  // Beyond this many bars their values are hover only.
constexpr double kTurnedHeight = 0.72;       // sin(46 degrees): height of a turned label.

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

std::vector<ChartPoint> drawn_points(const LineSeries& series) {
  std::vector<ChartPoint> finite;
  for (const ChartPoint& point : series.points)
    if (std::isfinite(point.x) && std::isfinite(point.y)) finite.push_back(point);
  if (finite.size() <= kChartPointsMax) return finite;
  std::vector<ChartPoint> thinned;
  for (std::size_t index = 0; index < kChartPointsMax; ++index)
    thinned.push_back(finite[index * (finite.size() - 1) / (kChartPointsMax - 1)]);
  return thinned;
}

std::string line_of(const std::vector<ChartPoint>& points, std::size_t index, const Scale& x,
                    const Scale& y) {
  std::string path;
  for (const ChartPoint& point : points)
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x(point.x), y(point.y));
  return fmt::format("<path class=\"line stroke{}\" d=\"{}\"/>\n", index % kChartColours, path);
}

std::string band_of(const std::vector<ChartPoint>& points, std::size_t index, const Scale& x,
                    const Scale& y) {
  std::string above;
  std::string below;
  for (const ChartPoint& point : points) {
    if (!point.low || !point.high) continue;
    above += fmt::format("{}{:.1f} {:.1f}", above.empty() ? "M" : "L", x(point.x), y(*point.high));
    below = fmt::format("L{:.1f} {:.1f}", x(point.x), y(*point.low)) + below;
  }
  if (above.empty()) return "";
  return fmt::format("<path class=\"band fill{}\" d=\"{}{}z\"/>\n", index % kChartColours, above,
                     below);
}

std::string markers_of(const LineChart& chart, const std::vector<ChartPoint>& points,
                       std::size_t index, const Scale& x, const Scale& y) {
  if (points.size() > kMarkersMax) return "";
  std::string out;
  for (const ChartPoint& point : points) {
    std::string hover =
        fmt::format("{}{}{} {:.6g}: {:.4g}", chart.series[index].name,
                    chart.series[index].name.empty() ? "" : ", ", chart.x_label, point.x, point.y);
    if (point.low && point.high)
      hover += fmt::format(" ({:.4g} to {:.4g})", *point.low, *point.high);
    out += chart::marker(index, x(point.x), y(point.y), hover);
  }
  return out + "\n";
}

std::string nothing_to_draw(const PlotArea& area) {
  return fmt::format("<text class=\"label middle\" x=\"{}\" y=\"{}\">no data</text></svg>\n",
                     chart::kWidth / 2, (area.top + area.bottom) / 2);
}

template <typename Series>
std::vector<std::string> names_of(const std::vector<Series>& series) {
  std::vector<std::string> names;
  for (const Series& one : series) names.push_back(one.name);
  return names;
}

Scale y_scale(const PlotArea& area, const std::vector<double>& ticks) {
  return {.data_low = ticks.front(),
          .data_high = ticks.back(),
          .pixel_low = area.bottom,
          .pixel_high = area.top};
}

/// How category labels fit: flat, turned, or only every n-th of them.
struct CategoryLabels {
  bool turned = false;
  std::size_t every = 1;
  double height = 0;  ///< pixels below the axis that turned labels need more than flat ones
};

CategoryLabels fit_labels(const std::vector<std::string>& categories, double slot) {
  std::size_t longest = 0;
  for (const std::string& name : categories) longest = std::max(longest, name.size());
  const double width =
      chart::kCharacterWidth * static_cast<double>(std::min<std::size_t>(longest, 18));
  CategoryLabels labels;
  labels.turned = width > slot;
  if (!labels.turned) return labels;
  labels.every = static_cast<std::size_t>(std::max(1.0, std::ceil(22 / slot)));
  labels.height = std::max(0.0, width * kTurnedHeight - 4);
  return labels;
}

std::string category_axis(const PlotArea& area, const BarChart& chart, const CategoryLabels& labels,
                          double slot) {
  std::string out = fmt::format("<line class=\"axis\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n",
                                area.left, area.bottom, area.right, area.bottom);
  for (std::size_t index = 0; index < chart.categories.size(); index += labels.every) {
    const double x = area.left + slot * (static_cast<double>(index) + 0.5);
    std::string name = chart.categories[index];
    if (name.size() > 18) name = name.substr(0, 17) + "\xE2\x80\xA6";
    if (labels.turned)
      out += fmt::format(
          "<text class=\"tick end\" x=\"{0:.1f}\" y=\"{1}\" transform=\"rotate(-46 {0:.1f} "
          "{1})\">{2}"
          "</text>\n",
          x + 4, area.bottom + 14, escape_html(name));
    else
      out += fmt::format("<text class=\"tick middle\" x=\"{:.1f}\" y=\"{}\">{}</text>\n", x,
                         area.bottom + 17, escape_html(name));
  }
  return out;
}

std::string bar(const BarChart& chart, std::size_t series_index, std::size_t category, double x,
                double width, const Scale& y, bool with_label) {
  const BarSeries& series = chart.series[series_index];
  const double value = series.values[category];
  if (!std::isfinite(value)) return "";
  const bool has_error = !series.lows.empty();
  std::string hover = fmt::format("{}{}{}: {:.4g}", chart.categories[category],
                                  series.name.empty() ? "" : ", ", series.name, value);
  if (has_error)
    hover += fmt::format(" ({:.4g} to {:.4g})", series.lows[category], series.highs[category]);
  const double top = y(value);
  std::string out = fmt::format(
      "<rect class=\"bar fill{}\" x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\" "
      "rx=\"{}\"><title>{}</title></rect>",
      series_index % kChartColours, x, top, width, std::max(0.0, y(y.data_low) - top),
      width > 8 ? 2 : 0, escape_html(hover));
  const double middle = x + width / 2;
  double label_y = top;
  if (has_error) {
    const double high = y(series.highs[category]);
    const double cap = std::min(4.0, width / 3);
    label_y = high;
    out += fmt::format(
        "<path class=\"error\" d=\"M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}H{4:.1f}M{3:.1f} "
        "{2:.1f}H{4:.1f}\"/>",
        middle, y(series.lows[category]), high, middle - cap, middle + cap);
  }
  if (with_label)
    out += fmt::format("<text class=\"value middle\" x=\"{:.1f}\" y=\"{:.1f}\">{:.3g}</text>",
                       middle, label_y - 5, value);
  return out + "\n";
}

void check_bars(const BarChart& chart) {
  for (const BarSeries& series : chart.series) {
    SCRIBE_CHECK(series.values.size() == chart.categories.size(),
                 "chart '{}': series '{}' has {} values for {} categories", chart.title,
                 series.name, series.values.size(), chart.categories.size());
    SCRIBE_CHECK(series.lows.size() == series.highs.size() &&
                     (series.lows.empty() || series.lows.size() == series.values.size()),
                 "chart '{}': series '{}' has {} lows and {} highs for {} values", chart.title,
                 series.name, series.lows.size(), series.highs.size(), series.values.size());
  }
}

/// The x axis spans the data when logarithmic, and whole ticks otherwise.
Scale x_scale(const PlotArea& area, const LineChart& chart, const Range& xs) {
  Scale scale{.data_low = xs.low,
              .data_high = xs.high,
              .pixel_low = area.left + 6,
              .pixel_high = area.right - 8,
              .logarithmic = chart.log_x};
  if (!chart.log_x && xs.low > 0 && xs.low < 0.15 * xs.high) scale.data_low = 0;
  return scale;
}

std::vector<double> x_ticks(const Scale& scale) {
  if (scale.logarithmic) return log_ticks(scale.data_low, scale.data_high);
  std::vector<double> ticks = nice_ticks(scale.data_low, scale.data_high, 7);
  const double slack = 1e-9 * (scale.data_high - scale.data_low);
  std::erase_if(ticks, [&](double tick) {
    return tick < scale.data_low - slack || tick > scale.data_high + slack;
  });
  return ticks;
}

}  // namespace

std::string line_chart_svg(const LineChart& chart, std::string_view id) {
  PlotArea area;
  std::string out = chart::open_svg(id, chart.title, chart.description);
  std::vector<std::vector<ChartPoint>> lines;
  Range xs;
  Range ys;
  for (const LineSeries& series : chart.series) {
    lines.push_back(drawn_points(series));
    for (const ChartPoint& point : lines.back()) {
      SCRIBE_CHECK(!chart.log_x || point.x > 0, "chart '{}': x = {} on a logarithmic axis",
                   chart.title, point.x);
      xs.include(point.x);
      for (const double y : {point.y, point.low.value_or(point.y), point.high.value_or(point.y)})
        ys.include(y);
    }
  }
  if (xs.empty()) return out + nothing_to_draw(area);
  if (chart.y_min) ys.include(*chart.y_min);
  if (chart.y_max) ys.include(*chart.y_max);
  out += chart::legend(area, names_of(chart.series));
  const std::vector<double> y_ticks = nice_ticks(ys.low, ys.high, 6);
  const Scale y = y_scale(area, y_ticks);
  const Scale x = x_scale(area, chart, xs);
  out += chart::y_axis(area, y, y_ticks, chart.y_label);
  out += chart::x_axis(area, x, x_ticks(x)) + chart::x_axis_label(area, chart.x_label);
  for (std::size_t index = 0; index < lines.size(); ++index)
    out += band_of(lines[index], index, x, y);
  for (std::size_t index = 0; index < lines.size(); ++index)
    if (!lines[index].empty())
      out += line_of(lines[index], index, x, y) + markers_of(chart, lines[index], index, x, y);
  return out + "</svg>\n";
}

std::string bar_chart_svg(const BarChart& chart, std::string_view id) {
  check_bars(chart);
  PlotArea area;
  std::string out = chart::open_svg(id, chart.title, chart.description);
  Range ys;
  for (const BarSeries& series : chart.series) {
    for (const double value : series.values) ys.include(value);
    for (const double value : series.highs) ys.include(value);
  }
  if (ys.empty()) return out + nothing_to_draw(area);
  if (chart.y_max) ys.include(*chart.y_max);
  out += chart::legend(area, names_of(chart.series));
  const double slot = (area.right - area.left) / static_cast<double>(chart.categories.size());
  const CategoryLabels labels = fit_labels(chart.categories, slot);
  area.bottom -= labels.height - (chart.x_label.empty() ? 16 : 0);
  const std::vector<double> ticks = nice_ticks(0, std::max(ys.high, 1e-9), 6);
  const Scale y = y_scale(area, ticks);
  out += chart::y_axis(area, y, ticks, chart.y_label);
  const double gap = slot > 4 ? slot * (chart.series.size() > 1 ? 0.2 : 0.3) : 0.1 * slot;
  const double width = std::min(56.0, (slot - gap) / static_cast<double>(chart.series.size()));
  const bool with_labels = chart.series.size() * chart.categories.size() <= kValueLabelsMax;
  for (std::size_t category = 0; category < chart.categories.size(); ++category) {
    const double middle = area.left + slot * (static_cast<double>(category) + 0.5);
    const double begin = middle - width * static_cast<double>(chart.series.size()) / 2;
    for (std::size_t index = 0; index < chart.series.size(); ++index)
      out += bar(chart, index, category, begin + width * static_cast<double>(index), width * 0.94,
                 y, with_labels);
  }
  out += category_axis(area, chart, labels, slot) + chart::x_axis_label(area, chart.x_label);
  return out + "</svg>\n";
}

}  // namespace scribe
