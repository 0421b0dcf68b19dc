#include <io/report/bulls_eye.hpp>

#include <io/base/text.hpp>
#include <io/report/report_sections.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

namespace {

constexpr double middle_x = 200, middle_y = 190, radius = 160;
constexpr std::array<double, 4> rings{160, 116, 72, 30}; ///< outer radius of base, middle, apical part and apex

struct Shade {
  double low, high;
  /// From pale to middle blue: reads in grey and for colour-blind readers, and dark text keeps a contrast of 4.5 on all of it.
  std::array<int, 3> colour(double value) const {
    constexpr std::array<double, 3> pale{226, 238, 248}, deep{90, 150, 200};
    double f = high > low ? (value - low) / (high - low) : 0.5;
    if (high < 0) // shortening: the more, the deeper
      f = 1 - f;
    std::array<int, 3> mixed{};
    for (std::size_t i = 0; i < 3; ++i)
      mixed[i] = static_cast<int>(std::lround(pale[i] + f * (deep[i] - pale[i])));
    return mixed;
  }
};

std::string css(const std::array<int, 3> &c) {
  return "rgb(" + std::to_string(c[0]) + "," + std::to_string(c[1]) + "," + std::to_string(c[2]) + ")";
}

std::string point(double r, double degrees) {
  const double a = degrees * M_PI / 180;
  return fixed(middle_x + r * std::cos(a), 1) + " " + fixed(middle_y - r * std::sin(a), 1);
}

/// Part of a ring between two radii, counter-clockwise from one angle to another (degrees, 0 at the right).
std::string sector(double outer, double inner, double from, double to) {
  const std::string r = fixed(outer, 1), s = fixed(inner, 1);
  return "<path d=\"M" + point(outer, from) + "A" + r + " " + r + " 0 0 0 " + point(outer, to) + "L" + point(inner, to) + "A" + s + " " +
         s + " 0 0 1 " + point(inner, from) + "Z\"";
}

struct Place {
  std::string shape;
  double x, y;
};

Place place_of(std::size_t segment) { // from 1
  if (segment == 17)
    return {"<circle cx=\"" + fixed(middle_x, 0) + "\" cy=\"" + fixed(middle_y, 0) + "\" r=\"" + fixed(rings[3], 0) + "\"", middle_x,
            middle_y};
  const std::size_t ring = segment > 12 ? 2 : segment > 6 ? 1 : 0;
  const double width = ring == 2 ? 90 : 60, number = static_cast<double>(ring == 2 ? segment - 13 : (segment - 1) % 6);
  const double centre = 90 + number * width, r = 0.5 * (rings[ring] + rings[ring + 1]), a = centre * M_PI / 180;
  return {sector(rings[ring], rings[ring + 1], centre - 0.5 * width, centre + 0.5 * width), middle_x + r * std::cos(a),
          middle_y - r * std::sin(a)};
}

std::string label(double x, double y, const std::string &text, const std::string &more) {
  return "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" text-anchor=\"middle\" " + more + ">" + escape_html(text) + "</text>";
}

std::string walls() {
  const std::string style = "class=\"label\"";
  return label(middle_x, middle_y - radius - 10, "anterior", style) + label(middle_x, middle_y + radius + 20, "inferior", style) +
         label(18, middle_y, "septum", style + " transform=\"rotate(-90 18 " + fixed(middle_y, 0) + ")\"") +
         label(2 * middle_x - 18, middle_y, "lateral",
               style + " transform=\"rotate(90 " + fixed(2 * middle_x - 18, 0) + " " + fixed(middle_y, 0) + ")\"");
}

std::string scale(const Shade &shade, const std::string &unit) {
  if (!(shade.low <= shade.high))
    return "";
  std::string bar;
  constexpr int pieces = 24;
  for (int i = 0; i < pieces; ++i)
    bar += "<rect x=\"" + fixed(100 + 200.0 * i / pieces, 1) + "\" y=\"392\" width=\"" + fixed(200.0 / pieces + 0.6, 1) +
           "\" height=\"10\" fill=\"" + css(shade.colour(shade.low + (i + 0.5) / pieces * (shade.high - shade.low))) + "\"/>";
  return bar + label(100, 418, fixed(shade.low, 1), "class=\"tick\"") + label(300, 418, fixed(shade.high, 1), "class=\"tick\"") +
         label(200, 418, unit, "class=\"tick\"");
}

} // namespace

std::string bulls_eye(const std::array<double, 17> &values, const std::string &unit, const std::string &what) {
  Shade shade{1e300, -1e300};
  for (const double value : values)
    if (std::isfinite(value))
      shade = {std::min(shade.low, value), std::max(shade.high, value)};
  std::string shapes, numbers;
  for (std::size_t s = 1; s <= values.size(); ++s) {
    const double value = values[s - 1];
    const Place place = place_of(s);
    const auto colour = std::isfinite(value) ? shade.colour(value) : std::array<int, 3>{225, 225, 225};
    const std::string shown = std::isfinite(value) ? fixed(value, 1) : "–";
    shapes += place.shape + " fill=\"" + css(colour) + "\" stroke=\"#fff\" stroke-width=\"2\"><title>segment " + std::to_string(s) + ": " +
              escape_html(std::isfinite(value) ? shown + " " + unit : "no value") + "</title></" + (s == 17 ? "circle" : "path") + ">";
    numbers += label(place.x, place.y + 5, shown, "font-size=\"14\" style=\"pointer-events:none\"");
  }
  return "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 400 424\" aria-label=\"" + escape_html(what) + "\">" + shapes + numbers + walls() +
         scale(shade, unit) + "</svg>";
}

std::string wall_section(const ReportData &data) {
  std::array<double, 17> thickness{};
  bool known = false;
  for (std::size_t s = 0; s < thickness.size(); ++s) {
    const Quantity *quantity = data.quantities.find("aha_thickness_" + std::to_string(s + 1));
    thickness[s] = quantity ? quantity->value : std::nan("");
    known = known || quantity;
  }
  if (!known)
    return "";
  const Quantity *first = data.quantities.find("aha_volume_1");
  const std::string warning = first && !first->warning.empty() ? "<p class=\"small\">" + escape_html(first->warning) + "</p>" : "";
  return section("wall", "Wall of the left ventricle",
                 "<figure class=\"card bullseye\"><figcaption>Thickness by AHA segment, end of diastole</figcaption>" +
                     bulls_eye(thickness, "mm", "Wall thickness of the 17 segments of the left ventricle, in mm") + warning + "</figure>");
}

} // namespace corvivo::io
