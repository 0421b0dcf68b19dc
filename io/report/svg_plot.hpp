#pragma once
/// Line plots as inline SVG: axes with round ticks, units, legend, several series. No fonts or scripts from elsewhere.
#include <string>
#include <vector>

namespace corvivo::io {

struct PlotSeries {
  std::string label;
  std::vector<double> x, y; ///< same length; a point that is not finite breaks the line
  std::string colour;       ///< CSS colour; empty: the next of the palette
  bool dashed = false;
};

/// A thin line across the plot at one x ("measured end-diastole").
struct PlotMark {
  double x = 0;
  std::string label;
};

struct PlotOptions {
  std::string x_label, y_label;  ///< with their units
  std::string description;       ///< what a reader who cannot see the picture is told
  int width = 420, height = 320; ///< of the view box
  bool from_zero = true;         ///< the y axis contains 0
  std::vector<PlotMark> marks;
};

/// Round numbers (1, 2, 2.5 or 5 times a power of ten) that cover [low, high] with about `count` steps.
std::vector<double> nice_ticks(double low, double high, int count);

/// The whole `<svg>` element; a plot without any finite point says so. All text is escaped.
std::string svg_plot(const PlotOptions &options, const std::vector<PlotSeries> &series);

/// A line, for callers that draw their own picture: points of an SVG polyline, those nearer than `resolution` to the last left out.
std::string polyline_points(const std::vector<double> &x, const std::vector<double> &y, double resolution = 0.3);

} // namespace corvivo::io
