#include <io/report/shape_page.hpp>

#include <io/base/text.hpp>
#include <io/report/report_sections.hpp>
#include <io/report/svg_plot.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

namespace {

constexpr double pane = 150; // of the view box, for each plane

/// Largest distance from the origin along an axis that any outline of the page reaches, mm.
double reach(const ShapePage &page) {
  double most = 1;
  const auto look = [&](const ShapeSections &sections) {
    for (const auto &plane : sections.planes)
      for (const Outline &line : plane)
        for (std::size_t i = 0; i < line.x.size(); ++i)
          most = std::max({most, std::abs(line.x[i]), std::abs(line.y[i])});
  };
  look(page.mean);
  for (const ModeLine &mode : page.modes) {
    look(mode.low);
    look(mode.high);
  }
  return most;
}

/// The outlines of one shape in plane `p`, in a pane whose origin is at `left`, half a pane down.
std::string lines(const ShapeSections &sections, std::size_t p, double left, double scale, const std::string &colour, double width) {
  std::string text;
  for (const Outline &line : sections.planes[p]) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      x.push_back(left + pane / 2 + scale * line.x[i]);
      y.push_back(pane / 2 - scale * line.y[i]);
    }
    text += "<polyline fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"" + fixed(width, 1) + "\" points=\"" + polyline_points(x, y) +
            "\"/>";
  }
  return text;
}

std::string mode_picture(const ShapePage &page, std::size_t m, double scale) {
  const ModeLine &mode = page.modes[m];
  const std::size_t planes = page.plane_names.size();
  std::string svg = "<svg viewBox=\"0 0 " + fixed(pane * double(planes), 0) + " " + fixed(pane + 16, 0) +
                    "\" role=\"img\" aria-label=\"Mode " + std::to_string(m + 1) +
                    ": the mean shape and two standard deviations either way\">";
  for (std::size_t p = 0; p < planes; ++p) {
    const double left = pane * double(p);
    svg += lines(page.mean, p, left, scale, "#8a96a3", 1) + lines(mode.low, p, left, scale, "#0b5394", 1.6) +
           lines(mode.high, p, left, scale, "#a61b1b", 1.6);
    svg += "<text x=\"" + fixed(left + pane / 2, 0) + "\" y=\"" + fixed(pane + 11, 0) +
           "\" text-anchor=\"middle\" font-size=\"9\" fill=\"#51606f\">" + escape_html(page.plane_names[p]) + "</text>";
  }
  return svg + "</svg>";
}

std::string pictures(const ShapePage &page) {
  const double scale = 0.47 * pane / reach(page);
  std::string html = "<p class=\"small\">Grey: mean; blue: two standard deviations less; red: two more.</p>";
  for (std::size_t m = 0; m < page.modes.size(); ++m)
    if (!page.modes[m].low.planes.empty())
      html += "<div class=\"card\"><h3>Mode " + std::to_string(m + 1) + ": " + fixed(page.modes[m].share, 1) + " % of the variance</h3>" +
              mode_picture(page, m, scale) + "</div>";
  return html;
}

std::string variance_table(const ShapePage &page) {
  std::string html = "<table><thead><tr><th>mode</th><th>variance, mm²</th><th>share, %</th><th>together, %</th></tr></thead><tbody>";
  for (std::size_t m = 0; m < page.modes.size(); ++m)
    html += "<tr>" + cell("mode", std::to_string(m + 1)) + cell("variance, mm²", fixed(page.modes[m].variance, 3)) +
            cell("share, %", fixed(page.modes[m].share, 2)) + cell("together, %", fixed(page.modes[m].cumulated, 2)) + "</tr>";
  return html + "</tbody></table>";
}

/// Scores of the first two modes, a colour for each group.
std::string score_plot(const ShapePage &page) {
  static const std::vector<std::string> colours{"#0b5394", "#a61b1b", "#0a6b4f", "#c98a12", "#6a3d9a", "#51606f"};
  std::vector<std::string> groups = page.groups;
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  constexpr double size = 360, middle = size / 2, step = size / 8;
  std::string svg =
      "<svg viewBox=\"0 0 460 380\" role=\"img\" aria-label=\"Scores of the hearts in the first two modes\" font-size=\"10\">";
  svg += "<path d=\"M0 180H360M180 0V360\" stroke=\"#dde3e9\"/><text x=\"300\" y=\"374\">mode 1, SD</text><text x=\"184\" y=\"10\">mode 2, "
         "SD</text>";
  for (std::size_t h = 0; h < page.scores.size(); ++h) {
    const auto group = static_cast<std::size_t>(std::find(groups.begin(), groups.end(), page.groups[h]) - groups.begin());
    svg += "<circle r=\"3.5\" fill=\"" + colours[group % colours.size()] + "\" cx=\"" +
           fixed(std::clamp(middle + step * page.scores[h][0], 2.0, size - 2), 1) + "\" cy=\"" +
           fixed(std::clamp(middle - step * page.scores[h][1], 2.0, size - 2), 1) + "\"><title>" + escape_html(page.ids[h]) +
           "</title></circle>";
  }
  for (std::size_t g = 0; g < groups.size() && !(groups.size() == 1 && groups[0].empty()); ++g)
    svg += "<circle r=\"4\" cx=\"374\" cy=\"" + std::to_string(14 + 16 * g) + "\" fill=\"" + colours[g % colours.size()] +
           "\"/><text x=\"384\" y=\"" + std::to_string(18 + 16 * g) + "\">" + escape_html(groups[g].empty() ? "no group" : groups[g]) +
           "</text>";
  return "<div class=\"card\">" + svg + "</svg></div>";
}

} // namespace

std::string shape_page(const ShapePage &page) {
  std::string facts = "<dl class=\"facts\">";
  for (const auto &[name, value] : page.facts)
    facts += "<div><dt>" + prose(name) + "</dt><dd>" + prose(value) + "</dd></div>";
  std::string refused;
  for (const std::string &sentence : page.refused)
    refused += "<li>" + escape_html(sentence) + "</li>";
  std::string body = section("facts", "What the model holds", facts + "</dl>") + section("modes", "Modes", pictures(page));
  if (!page.scores.empty() && page.scores.front().size() >= 2)
    body += section("scores", "Scores", score_plot(page));
  body += section("variance", "Variance", variance_table(page));
  if (!refused.empty())
    body += section("refused", "Hearts left out", "<ul class=\"plain\">" + refused + "</ul>");
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width,initial-scale=1\">"
         "<title>" +
         escape_html(page.title) + "</title><style>\n" + report_style() +
         "</style></head><body><main><header><p class=\"brand\">Corvivo <span>shapes</span></p><h1>" + escape_html(page.title) +
         "</h1></header>" + body + "</main></body></html>\n";
}

} // namespace corvivo::io
