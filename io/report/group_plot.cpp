#include <io/report/group_plot.hpp>

#include <io/base/text.hpp>
#include <io/report/html.hpp>
#include <io/report/svg_plot.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::io {

namespace {

std::string at(const char *name, double value) {
  return std::string(" ") + name + "=\"" + fixed(value, 1) + "\"";
}

std::vector<double> finite_values(const PlotGroup &group) {
  std::vector<double> values;
  for (const PlotPoint &point : group.points)
    if (std::isfinite(point.value))
      values.push_back(point.value);
  return values;
}

/// From data to the picture.
struct Frame {
  double low, high, left, right, top, bottom;
  std::size_t groups;
  double y(double v) const { return bottom - (v - low) / (high - low) * (bottom - top); }
  double column() const { return (right - left) / double(groups); }
  double x(std::size_t group) const { return left + (double(group) + 0.5) * column(); }
};

std::string box(const Frame &f, const PlotGroup &group, double x) {
  const std::vector<double> values = finite_values(group);
  if (values.empty())
    return "";
  const double half = std::min(34.0, 0.38 * f.column());
  const double top = f.y(quantile(values, 0.75)), bottom = f.y(quantile(values, 0.25)), middle = f.y(quantile(values, 0.5));
  return "<rect" + at("x", x - half) + at("y", top) + at("width", 2 * half) + at("height", std::max(0.5, bottom - top)) +
         " class=\"quartiles\"/><line" + at("x1", x - half) + at("x2", x + half) + at("y1", middle) + at("y2", middle) +
         " class=\"median\"/>";
}

/// Dots are spread sideways by the golden ratio, so that the same cohort gives the same picture.
std::string dots(const Frame &f, const PlotGroup &group, double x) {
  const double half = std::min(26.0, 0.3 * f.column());
  std::string out;
  for (std::size_t i = 0; i < group.points.size(); ++i) {
    const PlotPoint &point = group.points[i];
    if (!std::isfinite(point.value))
      continue;
    const double share = std::fmod(0.6180339887 * double(i + 1), 1.0);
    out += "<circle" + at("cx", x + (2 * share - 1) * half) + at("cy", f.y(point.value)) + " r=\"2.6\" class=\"dot\"><title>" +
           escape_html(point.label) + "</title></circle>";
  }
  return out;
}

std::string axis(const Frame &f, const std::vector<double> &ticks, const GroupPlotOptions &options) {
  std::string out;
  for (const double tick : ticks)
    out += "<line" + at("x1", f.left) + at("x2", f.right) + at("y1", f.y(tick)) + at("y2", f.y(tick)) + " class=\"grid\"/><text" +
           at("x", f.left - 6) + at("y", f.y(tick) + 4) + " class=\"tick\" text-anchor=\"end\">" + display_short(tick) + "</text>";
  const std::string middle = fixed(0.5 * (f.top + f.bottom), 1);
  return out + "<text x=\"14\" y=\"" + middle + "\" class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 14 " + middle + ")\">" +
         escape_html(options.y_label) + "</text>";
}

} // namespace

double quantile(std::vector<double> values, double at) {
  if (values.empty())
    return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double place = at * double(values.size() - 1);
  const std::size_t lower = static_cast<std::size_t>(place), upper = std::min(lower + 1, values.size() - 1);
  return values[lower] + (place - double(lower)) * (values[upper] - values[lower]);
}

std::string group_plot(const GroupPlotOptions &options, const std::vector<PlotGroup> &groups) {
  std::string out = "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 " + std::to_string(options.width) + " " +
                    std::to_string(options.height) + "\" aria-label=\"" + escape_html(options.description) + "\">";
  std::vector<double> all;
  for (const PlotGroup &group : groups)
    for (const double value : finite_values(group))
      all.push_back(value);
  if (all.empty())
    return out + "<text" + at("x", 0.5 * options.width) + at("y", 0.5 * options.height) +
           " class=\"label\" text-anchor=\"middle\">no data</text></svg>";
  const bool with_band = options.band_high > options.band_low;
  if (with_band)
    all.insert(all.end(), {options.band_low, options.band_high});
  const auto [low, high] = std::minmax_element(all.begin(), all.end());
  const std::vector<double> ticks = nice_ticks(*low >= 0 && *low < 0.5 * *high ? 0 : *low, *high, 5);
  const Frame f{ticks.front(), ticks.back(), 54, options.width - 8.0, 12, options.height - 30.0, groups.size()};
  if (with_band)
    out += "<rect" + at("x", f.left) + at("y", f.y(options.band_high)) + at("width", f.right - f.left) +
           at("height", f.y(options.band_low) - f.y(options.band_high)) + " class=\"healthy\"/>";
  out += axis(f, ticks, options);
  for (std::size_t g = 0; g < groups.size(); ++g)
    out += box(f, groups[g], f.x(g)) + dots(f, groups[g], f.x(g)) + "<text" + at("x", f.x(g)) + at("y", f.bottom + 18) +
           " class=\"tick\" text-anchor=\"middle\">" + escape_html(groups[g].name) + "</text>";
  return out + "</svg>";
}

} // namespace corvivo::io
