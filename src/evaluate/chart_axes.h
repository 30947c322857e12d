// The frame of a chart: scales from data to pixels, ticks, labels, legend.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scribe::chart {

constexpr double kWidth = 640;
constexpr double kHeight = 340;
constexpr double kLeft = 58;
constexpr double kRight = 14;
constexpr double kLegendRow = 20;
/// Of sans-serif at 15 pixels, to which narrow screens enlarge the text (12 elsewhere).
constexpr double kCharacterWidth = 8.2;

/// Maps data to pixels along one axis.
struct Scale {
  double data_low = 0;
  double data_high = 1;
  double pixel_low = 0;
  double pixel_high = 1;
  bool logarithmic = false;
  double operator()(double value) const;
};

/// The rectangle in which marks are drawn.
struct PlotArea {
  double left = kLeft;
  double right = kWidth - kRight;
  double top = 12;
  double bottom = kHeight - 46;
};

/// Opens the <svg> with its accessible title and description.
std::string open_svg(std::string_view id, std::string_view title, std::string_view description);
/// Grid lines with their labels, left of the plot, and the axis label, turned.
std::string y_axis(const PlotArea& area, const Scale& scale, const std::vector<double>& ticks,
                   std::string_view label);
std::string x_axis(const PlotArea& area, const Scale& scale, const std::vector<double>& ticks);
/// The text below the x axis.
std::string x_axis_label(const PlotArea& area, std::string_view label);
/// The mark of series `index` at a pixel: circle, square, diamond or triangle, so that colour is
/// never the only difference.
std::string marker(std::size_t index, double x, double y, std::string_view hover);
/// One swatch and name per series, in rows above the plot. Moves area.top down by its height; draws
/// nothing for a single series without a name.
std::string legend(PlotArea& area, const std::vector<std::string>& names);

}  // namespace scribe::chart
