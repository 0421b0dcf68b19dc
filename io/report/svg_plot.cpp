#include <io/report/svg_plot.hpp>

#include <io/base/text.hpp>
#include <io/report/html.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace corvivo::io {

namespace {

// Distinguishable for colour-blind readers (Okabe and Ito), dark enough on white.
constexpr std::array<const char *, 6> palette{"#0b5394", "#c2410c", "#00735c", "#8a4fa3", "#6b5900", "#444b54"};

struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    if (std::isfinite(value))
      low = std::min(low, value), high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

/// From data to the picture, y upwards.
struct Axes {
  double x0, x1, y0, y1;           // data
  double left, right, top, bottom; // picture
  double x(double v) const { return left + (v - x0) / (x1 - x0) * (right - left); }
  double y(double v) const { return bottom - (v - y0) / (y1 - y0) * (bottom - top); }
};

std::string at(const char *name, double value) {
  return std::string(" ") + name + "=\"" + fixed(value, 1) + "\"";
}

std::string text_at(double x, double y, const std::string &text, const std::string &attributes) {
  return "<text" + at("x", x) + at("y", y) + " " + attributes + ">" + escape_html(text) + "</text>";
}

std::string line(double x1, double y1, double x2, double y2, const char *style) {
  return "<line" + at("x1", x1) + at("y1", y1) + at("x2", x2) + at("y2", y2) + " class=\"" + style + "\"/>";
}

std::string frame_and_grid(const Axes &a, const std::vector<double> &x_ticks, const std::vector<double> &y_ticks,
                           const PlotOptions &options) {
  std::string out;
  for (const double tick : y_ticks)
    out += line(a.left, a.y(tick), a.right, a.y(tick), "grid") +
           text_at(a.left - 6, a.y(tick) + 4, display_short(tick), "class=\"tick\" text-anchor=\"end\"");
  for (const double tick : x_ticks)
    out += line(a.x(tick), a.bottom, a.x(tick), a.bottom + 4, "axis") +
           text_at(a.x(tick), a.bottom + 17, display_short(tick), "class=\"tick\" text-anchor=\"middle\"");
  out += line(a.left, a.bottom, a.right, a.bottom, "axis");
  out += text_at((a.left + a.right) / 2, a.bottom + 35, options.x_label, "class=\"label\" text-anchor=\"middle\"");
  const double middle = (a.top + a.bottom) / 2;
  out +=
      text_at(14, middle, options.y_label, "class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 14 " + fixed(middle, 1) + ")\"");
  return out;
}

/// Labels stand half way up, towards the middle: inside a pressure-volume loop, where there is room.
std::string marks_of(const Axes &a, const std::vector<PlotMark> &marks) {
  std::string out, labels;
  double y = a.top + 0.4 * (a.bottom - a.top);
  for (const PlotMark &mark : marks) {
    const double x = a.x(mark.x);
    const bool at_right = x > (a.left + a.right) / 2;
    out += line(x, a.top, x, a.bottom, "mark");
    labels += text_at(x + (at_right ? -5 : 5), y, mark.label,
                      std::string("class=\"tick marked\" text-anchor=\"") + (at_right ? "end" : "start") + "\"");
    y += 17;
  }
  return out + labels;
}

std::string colour_of(const PlotSeries &series, std::size_t index) {
  return series.colour.empty() ? palette[index % palette.size()] : series.colour;
}

/// One polyline for each stretch of finite points.
std::string curve(const Axes &a, const PlotSeries &series, const std::string &colour) {
  std::string out;
  std::vector<double> x, y;
  const auto flush = [&] {
    if (x.size() > 1)
      out += "<polyline class=\"curve\" stroke=\"" + escape_html(colour) + "\"" + (series.dashed ? " stroke-dasharray=\"6 4\"" : "") +
             " points=\"" + polyline_points(x, y) + "\"/>";
    x.clear(), y.clear();
  };
  for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
    if (std::isfinite(series.x[i]) && std::isfinite(series.y[i])) {
      x.push_back(a.x(series.x[i]));
      y.push_back(a.y(series.y[i]));
    } else
      flush();
  }
  flush();
  return out;
}

/// Swatches and labels in rows above the plot; returns the height they take.
std::string legend(const std::vector<PlotSeries> &series, double left, double right, double &height) {
  std::string out;
  double x = left, y = 14;
  height = 8;
  if (series.size() < 2)
    return out;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double width = 30 + 6.6 * double(series[i].label.size());
    if (x > left && x + width > right)
      x = left, y += 17;
    out += "<line" + at("x1", x) + at("y1", y - 4) + at("x2", x + 20) + at("y2", y - 4) + " class=\"curve\" stroke=\"" +
           escape_html(colour_of(series[i], i)) + "\"" + (series[i].dashed ? " stroke-dasharray=\"6 4\"" : "") + "/>";
    out += text_at(x + 25, y, series[i].label, "class=\"tick\" text-anchor=\"start\"");
    x += width + 12;
  }
  height = y + 10;
  return out;
}

std::string opened(const PlotOptions &o) {
  return "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 " + std::to_string(o.width) + " " + std::to_string(o.height) + "\" aria-label=\"" +
         escape_html(o.description) + "\">";
}

} // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!(high > low)) {
    const double half = low == 0 ? 1 : 0.1 * std::abs(low);
    low -= half, high += half;
  }
  const double rough = (high - low) / std::max(1, count);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double nice : {5.0, 2.5, 2.0, 1.0})
    if (nice * power >= rough * 0.999)
      step = nice * power;
  std::vector<double> ticks;
  const long first = std::lround(std::floor(low / step + 1e-9)), last = std::lround(std::ceil(high / step - 1e-9));
  for (long i = first; i <= last; ++i)
    ticks.push_back(double(i) * step);
  return ticks;
}

std::string polyline_points(const std::vector<double> &x, const std::vector<double> &y, double resolution) {
  std::string out;
  double last_x = std::numeric_limits<double>::infinity(), last_y = last_x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool ends = i == 0 || i + 1 == x.size();
    if (!ends && std::hypot(x[i] - last_x, y[i] - last_y) < resolution)
      continue;
    out += (out.empty() ? "" : " ") + fixed(x[i], 1) + "," + fixed(y[i], 1);
    last_x = x[i], last_y = y[i];
  }
  return out;
}

std::string svg_plot(const PlotOptions &options, const std::vector<PlotSeries> &series) {
  Extent x, y;
  for (const PlotSeries &s : series)
    for (std::size_t i = 0; i < std::min(s.x.size(), s.y.size()); ++i)
      if (std::isfinite(s.x[i]) && std::isfinite(s.y[i]))
        x.add(s.x[i]), y.add(s.y[i]);
  std::string out = opened(options);
  if (x.empty())
    return out + text_at(options.width / 2.0, options.height / 2.0, "no data", "class=\"label\" text-anchor=\"middle\"") + "</svg>";
  for (const PlotMark &mark : options.marks)
    x.add(mark.x);
  if (options.from_zero)
    y.add(0);
  const std::vector<double> x_ticks = nice_ticks(x.low, x.high, 5), y_ticks = nice_ticks(y.low, y.high, 5);
  double top = 0;
  const double left = 52, right = options.width - 18.0; // half of a tick's number
  const std::string header = legend(series, left, right, top);
  const Axes axes{x_ticks.front(), x_ticks.back(), y_ticks.front(), y_ticks.back(), left, right, top, options.height - 42.0};
  out += header + frame_and_grid(axes, x_ticks, y_ticks, options);
  for (std::size_t i = 0; i < series.size(); ++i)
    out += curve(axes, series[i], colour_of(series[i], i));
  return out + marks_of(axes, options.marks) + "</svg>";
}

} // namespace corvivo::io
