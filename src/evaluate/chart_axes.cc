// Scales, ticks, axes and legends of the SVG charts.
#include "evaluate/chart_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "evaluate/report_text.h"
#include "evaluate/svg_chart.h"

namespace scribe {

std::vector<double> nice_ticks(double low, double high, int count) {
  SCRIBE_CHECK(std::isfinite(low) && std::isfinite(high) && low <= high && count >= 2,
               "low {} high {} count {}", low, high, count);
  if (low == high) {
    const double half = low == 0 ? 1 : std::abs(low) / 2;
    low -= half;
    high += half;
  }
  const double raw = (high - low) / (count - 1);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double fraction = raw / power;
  const double factor = fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10;
  const double step = factor * power;
  // The small slack keeps 0.3 / 0.1 = 2.9999999999999996 from adding a tick.
  const auto first = static_cast<std::int64_t>(std::floor(low / step + 1e-9));
  const auto last = static_cast<std::int64_t>(std::ceil(high / step - 1e-9));
  std::vector<double> ticks;
  for (std::int64_t index = first; index <= last; ++index)
    ticks.push_back(static_cast<double>(index) * step);
  return ticks;
}

std::vector<double> log_ticks(double low, double high) {
  SCRIBE_CHECK(low > 0 && low <= high && std::isfinite(high), "low {} high {}", low, high);
  const bool dense = std::log10(high / low) < 3;
  std::vector<double> ticks;
  for (int decade = static_cast<int>(std::floor(std::log10(low)));; ++decade) {
    const double power = std::pow(10.0, decade);
    if (power > high * (1 + 1e-9)) break;
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * power;
      if (factor > 1 && !dense) continue;
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push_back(tick);
    }
  }
  return ticks;
}

std::string format_tick(double value) {
  const double size = std::abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return fmt::format("{:.3g}", value);
  if (size >= 1e9) return fmt::format("{:.4g}G", value / 1e9);
  if (size >= 1e6) return fmt::format("{:.4g}M", value / 1e6);
  if (size >= 1e4) return fmt::format("{:.4g}k", value / 1e3);
  return fmt::format("{:.6g}", size < 1e-12 ? 0.0 : value);
}

namespace chart {

double Scale::operator()(double value) const {
  const double span = logarithmic ? std::log(data_high / data_low) : data_high - data_low;
  const double part = logarithmic ? std::log(value / data_low) : value - data_low;
  if (span == 0) return (pixel_low + pixel_high) / 2;
  return pixel_low + part / span * (pixel_high - pixel_low);
}

std::string open_svg(std::string_view id, std::string_view title, std::string_view description) {
  return fmt::format(
      "<svg viewBox=\"0 0 {0} {1}\" role=\"img\" aria-labelledby=\"{2}-title {2}-desc\" "
      "xmlns=\"http://www.w3.org/2000/svg\"><title id=\"{2}-title\">{3}</title>"
      "<desc id=\"{2}-desc\">{4}</desc>\n",
      kWidth, kHeight, escape_html(id), escape_html(title), escape_html(description));
}

std::string y_axis(const PlotArea& area, const Scale& scale, const std::vector<double>& ticks,
                   std::string_view label) {
  std::string out;
  for (const double tick : ticks) {
    const double y = scale(tick);
    out += fmt::format(
        "<line class=\"grid\" x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\"/>"
        "<text class=\"tick end\" x=\"{}\" y=\"{:.1f}\">{}</text>\n",
        area.left, y, area.right, y, area.left - 8, y + 4, format_tick(tick));
  }
  const double middle = (area.top + area.bottom) / 2;
  if (!label.empty())
    out += fmt::format(
        "<text class=\"label middle\" x=\"14\" y=\"{0:.1f}\" transform=\"rotate(-90 14 {0:.1f})\">"
        "{1}</text>\n",
        middle, escape_html(label));
  return out;
}

std::string x_axis(const PlotArea& area, const Scale& scale, const std::vector<double>& ticks) {
  std::string out = fmt::format("<line class=\"axis\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n",
                                area.left, area.bottom, area.right, area.bottom);
  for (const double tick : ticks) {
    const double x = scale(tick);
    out += fmt::format(
        "<line class=\"axis\" x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\"/>"
        "<text class=\"tick middle\" x=\"{0:.1f}\" y=\"{3}\">{4}</text>\n",
        x, area.bottom, area.bottom + 4, area.bottom + 17, format_tick(tick));
  }
  return out;
}

std::string x_axis_label(const PlotArea& area, std::string_view label) {
  if (label.empty()) return "";
  return fmt::format("<text class=\"label middle\" x=\"{:.1f}\" y=\"{}\">{}</text>\n",
                     (area.left + area.right) / 2, kHeight - 8, escape_html(label));
}

std::string marker(std::size_t index, double x, double y, std::string_view hover) {
  const std::size_t colour = index % kChartColours;
  std::string shape;
  switch (index % 4) {
    case 0:
      shape = fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"", x, y);
      break;
    case 1:
      shape = fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"6.4\" height=\"6.4\"", x - 3.2,
                          y - 3.2);
      break;
    case 2:
      shape = fmt::format("<path d=\"M{0:.1f} {1:.1f}l4.4 4.4l-4.4 4.4l-4.4 -4.4z\"", x, y - 4.4);
      break;
    default:
      shape = fmt::format("<path d=\"M{0:.1f} {1:.1f}l4.4 7.4h-8.8z\"", x, y - 4.6);
  }
  const std::string title =
      hover.empty() ? "" : fmt::format("<title>{}</title>", escape_html(hover));
  return fmt::format("{} class=\"fill{}\">{}</{}>", shape, colour, title,
                     index % 4 == 0   ? "circle"
                     : index % 4 == 1 ? "rect"
                                      : "path");
}

std::string legend(PlotArea& area, const std::vector<std::string>& names) {
  const bool nameless = std::ranges::all_of(names, [](const auto& name) { return name.empty(); });
  if (nameless) return "";
  std::string out;
  double x = area.left;
  double y = area.top;
  for (std::size_t index = 0; index < names.size(); ++index) {
    const double width = 34 + kCharacterWidth * static_cast<double>(names[index].size());
    if (x > area.left && x + width > area.right) {
      x = area.left;
      y += kLegendRow;
    }
    out += marker(index, x + 6, y, "");
    out += fmt::format("<text class=\"legend\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + 16,
                       y + 4, escape_html(names[index]));
    x += width;
  }
  area.top = y + kLegendRow;
  return out;
}

}  // namespace chart
}  // namespace scribe
