#include <io/report/report_sections.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/report/surface_picture.hpp>
#include <io/report/svg_plot.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::io {

namespace {

constexpr std::size_t picture_size = 440; // pixels
constexpr std::array<Colour, 6> label_colours{
    {{206, 88, 76, 255}, {86, 133, 190, 255}, {236, 190, 92, 255}, {120, 170, 130, 255}, {150, 120, 180, 255}, {150, 150, 150, 255}}};

std::string css(const Colour &c) {
  return "rgb(" + std::to_string(c[0]) + "," + std::to_string(c[1]) + "," + std::to_string(c[2]) + ")";
}

/// Index of a voxel's label in the picture's names; -1 for background.
int name_index(const LabelPicture &picture, double voxel) {
  for (std::size_t n = 0; n < picture.names.size(); ++n)
    if (picture.names[n].first == static_cast<int>(std::lround(voxel)))
      return static_cast<int>(n);
  return -1;
}

/// First and one past the last index along each axis that holds a label, with a margin in the plane.
struct Box {
  std::array<std::size_t, 3> low, high;
  bool empty() const { return low[0] >= high[0]; }
};

Box labelled_box(const LabelPicture &picture) {
  const Image &image = picture.labels;
  Box box{image.size, {0, 0, 0}};
  for (std::size_t k = 0; k < image.size[2]; ++k)
    for (std::size_t j = 0; j < image.size[1]; ++j)
      for (std::size_t i = 0; i < image.size[0]; ++i)
        if (name_index(picture, image.voxels[image.index(i, j, k)]) >= 0) {
          const std::array<std::size_t, 3> at{i, j, k};
          for (std::size_t a = 0; a < 3; ++a)
            box.low[a] = std::min(box.low[a], at[a]), box.high[a] = std::max(box.high[a], at[a] + 1);
        }
  for (std::size_t a = 0; a < 2 && !box.empty(); ++a)
    box.low[a] -= std::min<std::size_t>(box.low[a], 4), box.high[a] = std::min(box.high[a] + 4, image.size[a]);
  return box;
}

/// One slice as a reader of images expects it: the patient's left on the right, the front on top. Borders are drawn darker.
Picture slice_picture(const LabelPicture &picture, const Box &box, std::size_t k) {
  constexpr std::size_t zoom = 4;
  const Image &image = picture.labels;
  const bool flip_i = image.affine[0][0] > 0, flip_j = image.affine[1][1] > 0; // RAS: right and front are positive
  const std::size_t width = (box.high[0] - box.low[0]) * zoom, height = (box.high[1] - box.low[1]) * zoom;
  std::vector<int> names(width * height);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t i = box.low[0] + (flip_i ? width - 1 - x : x) / zoom, j = box.low[1] + (flip_j ? height - 1 - y : y) / zoom;
      names[y * width + x] = name_index(picture, image.voxels[image.index(i, j, k)]);
    }
  Picture out(width, height, {28, 32, 38, 255});
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const int own = names[y * width + x];
      if (own < 0)
        continue;
      const bool border = (x + 1 < width && names[y * width + x + 1] != own) || (y + 1 < height && names[(y + 1) * width + x] != own) ||
                          (x > 0 && names[y * width + x - 1] != own) || (y > 0 && names[(y - 1) * width + x] != own);
      Colour colour = label_colours[static_cast<std::size_t>(own) % label_colours.size()];
      for (std::size_t c = 0; c < 3 && border; ++c)
        colour[c] = static_cast<std::uint8_t>(colour[c] * 0.7);
      out.at(x, y) = colour;
    }
  return out;
}

std::string label_figure(const LabelPicture &picture) {
  const Box box = labelled_box(picture);
  if (box.empty())
    return "";
  constexpr std::size_t most = 6;
  const std::size_t available = box.high[2] - box.low[2], count = std::min(most, available);
  std::string slices;
  for (std::size_t s = 0; s < count; ++s) {
    const std::size_t k = box.low[2] + (count > 1 ? s * (available - 1) / (count - 1) : 0);
    slices += "<img alt=\"" + escape_html(picture.title) + ", slice " + std::to_string(k) + "\" src=\"" +
              data_uri(slice_picture(picture, box, k)) + "\">";
  }
  return "<figure class=\"card\"><figcaption>" + escape_html(picture.title) + "</figcaption><div class=\"slices\">" + slices +
         "</div></figure>";
}

std::string label_legend(const LabelPicture &picture) {
  std::string out = "<p class=\"small\">";
  for (std::size_t n = 0; n < picture.names.size(); ++n)
    out += "<span class=\"swatch\" style=\"background:" + css(label_colours[n % label_colours.size()]) + "\"></span>" +
           escape_html(picture.names[n].second) + " ";
  return out + "</p><p class=\"small\">Slices from the first to the last that holds a label; the patient's left is on the right.</p>";
}

} // namespace

std::string colour_bar(const std::array<double, 2> &range, const std::string &what, double step) {
  std::string out =
      "<svg class=\"colourbar\" role=\"img\" viewBox=\"0 0 420 52\" aria-label=\"Colour scale of " + escape_html(what) + "\">";
  constexpr int pieces = 60;
  for (int i = 0; i < pieces; ++i)
    out += "<rect x=\"" + fixed(10 + 400.0 * i / pieces, 1) + "\" y=\"4\" width=\"" + fixed(400.0 / pieces + 0.6, 1) +
           "\" height=\"12\" fill=\"" + css(scale_colour((i + 0.5) / pieces)) + "\"/>";
  for (const double tick : nice_ticks(range[0], range[1], 6))
    if (tick >= range[0] - 1e-9 && tick <= range[1] + 1e-9) {
      const std::string x = fixed(10 + 400 * (tick - range[0]) / (range[1] - range[0]), 1);
      out += "<line x1=\"" + x + "\" x2=\"" + x + "\" y1=\"16\" y2=\"20\" class=\"axis\"/><text x=\"" + x +
             "\" y=\"32\" text-anchor=\"middle\" class=\"tick\">" + display_short(tick) + "</text>";
    }
  return out + "<text x=\"210\" y=\"48\" text-anchor=\"middle\" class=\"label\">" + escape_html(what) +
         (step > 0 ? ", a line every " + display_short(step) : "") + "</text></svg>";
}

std::string segmentation_section(const ReportData &data) {
  std::string figures;
  for (const LabelPicture &picture : data.segmentation)
    figures += label_figure(picture);
  return figures.empty() ? ""
                         : section("segmentation", "Segmentation",
                                   "<div class=\"halves\">" + figures + "</div>" + label_legend(data.segmentation.front()));
}

std::string activation_section(const ReportData &data) {
  if (!data.activation)
    return "";
  if (!data.activation->grid.find_point_data(data.activation->array))
    return section("activation", "Electrical activation",
                   "<p>The surface carries no array “" + escape_html(data.activation->array) + "”.</p>");
  const ColouredSurface surface = outer_surface(data.activation->grid, data.activation->array);
  if (surface.triangles.empty())
    return "";
  const auto range = value_range(surface);
  const std::vector<double> ticks = nice_ticks(range[0], range[1], 12);
  const double step = ticks[1] - ticks[0];
  std::string views;
  for (const NamedCamera &view : cameras(*data.activation))
    views += "<figure><img alt=\"Activation seen: " + view.title + "\" src=\"" +
             data_uri(draw(surface, view.camera, range, step, picture_size)) + "\"><figcaption>" + view.title + "</figcaption></figure>";
  std::string what = data.activation->array;
  std::replace(what.begin(), what.end(), '_', ' ');
  return section("activation", "Electrical activation",
                 "<div class=\"card\"><div class=\"views\">" + views + "</div>" + colour_bar(range, what, step) + "</div>");
}

} // namespace corvivo::io
