#include <io/base/errors.hpp>
#include <io/report/bulls_eye.hpp>
#include <io/report/html.hpp>
#include <io/report/png.hpp>
#include <io/report/surface_picture.hpp>
#include <io/report/svg_plot.hpp>
#include <tests/io/html_checker.hpp>

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>

using namespace corvivo;
using namespace corvivo::io;

TEST(Plot, TicksAreRoundAndCoverTheData) {
  EXPECT_EQ(nice_ticks(0, 118, 5), (std::vector<double>{0, 25, 50, 75, 100, 125}));
  for (const auto &[low, high] : {std::pair{-14.2, 3.1}, {0.0, 1e-9}, {1e6, 1.00001e6}, {5.0, 5.0}, {0.0, 0.0}, {-3.0, -1.0}}) {
    const std::vector<double> ticks = nice_ticks(low, high, 5);
    EXPECT_LE(ticks.front(), low + 1e-9 * std::abs(low));
    EXPECT_GE(ticks.back(), high - 1e-9 * std::abs(high));
    EXPECT_GE(ticks.size(), 3u);
    EXPECT_LE(ticks.size(), 12u);
  }
}

TEST(Plot, BreaksTheLineAtMissingValues) {
  const double nan = std::nan("");
  const std::string svg = svg_plot({}, {{"a", {0, 1, 2, 3, 4}, {1, 2, nan, 3, 4}, "", false}});
  std::size_t lines = 0;
  const test::CheckedPage page = test::check_html("<!DOCTYPE html>" + svg);
  for (const test::Element *element : page.all("polyline"))
    lines += element->attributes.count("points");
  EXPECT_EQ(lines, 2u);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Plot, WithoutDataSaysSo) {
  for (const auto &series : {std::vector<PlotSeries>{}, std::vector<PlotSeries>{{"a", {}, {}, "", false}},
                             std::vector<PlotSeries>{{"a", {1}, {std::nan("")}, "", false}}})
    EXPECT_NE(svg_plot({}, series).find("no data"), std::string::npos);
}

TEST(Plot, PutsPointsWhereTheAxesSay) {
  PlotOptions options;
  options.from_zero = false;
  const std::string svg = svg_plot(options, {{"a", {0, 10}, {0, 100}, "", false}});
  // Axes from 0 to 10 and 0 to 100: the line runs from the lower left (52, 320 - 42) to the upper right corner (420 - 18, 8).
  EXPECT_NE(svg.find("points=\"52.0,278.0 402.0,8.0\""), std::string::npos) << svg;
}

TEST(Plot, EscapesItsWords) {
  PlotOptions options;
  options.x_label = options.y_label = options.description = "<b>\"&";
  options.marks = {{1, "<i>"}};
  const auto page =
      test::check_html("<!DOCTYPE html>" + svg_plot(options, {{"<u>", {0, 2}, {1, 2}, "\"red", false}, {"b", {0, 2}, {1, 1}, "", true}}));
  EXPECT_TRUE(page.errors.empty()) << page.errors.front();
}

// RFC 4648, section 10.
TEST(Png, Base64GivesThePublishedExamples) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Png, HoldsThePixels) {
  Picture picture(3, 2);
  for (std::size_t i = 0; i < 6; ++i)
    picture.pixels[i] = {std::uint8_t(40 * i), std::uint8_t(255 - i), 7, 255};
  const std::string bytes = png(picture);
  ASSERT_EQ(bytes.substr(1, 3), "PNG");
  const std::size_t data = bytes.find("IDAT") + 4;
  const auto length = (std::size_t(static_cast<unsigned char>(bytes[data - 6])) << 8) | static_cast<unsigned char>(bytes[data - 5]);
  std::vector<unsigned char> rows(2 * (1 + 12));
  uLongf size = rows.size();
  ASSERT_EQ(uncompress(rows.data(), &size, reinterpret_cast<const Bytef *>(bytes.data() + data), length), Z_OK);
  ASSERT_EQ(size, rows.size());
  for (std::size_t y = 0; y < 2; ++y) {
    ASSERT_EQ(rows[y * 13], 1) << "filter: difference to the left neighbour";
    Colour pixel{};
    for (std::size_t x = 0; x < 3; ++x)
      for (std::size_t c = 0; c < 4; ++c) {
        pixel[c] = static_cast<std::uint8_t>(pixel[c] + rows[y * 13 + 1 + 4 * x + c]);
        EXPECT_EQ(pixel[c], picture.at(x, y)[c]);
      }
  }
}

namespace {

/// Two tetrahedra that share a face.
Grid two_tetrahedra() {
  Grid grid;
  grid.points = {{0, 0, 0}, {10, 0, 0}, {0, 10, 0}, {0, 0, 10}, {10, 10, 10}};
  grid.add_cell(CellType::tetrahedron, std::array<std::size_t, 4>{0, 1, 2, 3});
  grid.add_cell(CellType::tetrahedron, std::array<std::size_t, 4>{1, 2, 3, 4});
  grid.point_data.push_back({"t [ms]", 1, {0, 10, 20, 30, 40}});
  return grid;
}

ColouredSurface square(double z, double value) {
  return {{{-1, -1, z}, {1, -1, z}, {1, 1, z}, {-1, 1, z}}, {{0, 1, 2}, {0, 2, 3}}, {value, value, value, value}};
}

} // namespace

TEST(SurfacePicture, TakesTheOutsideOfTetrahedra) {
  const ColouredSurface surface = outer_surface(two_tetrahedra(), "t [ms]");
  EXPECT_EQ(surface.triangles.size(), 6u) << "eight faces, one shared by both";
  EXPECT_EQ(value_range(surface), (std::array<double, 2>{0, 40}));
}

TEST(SurfacePicture, RefusesAnArrayThatIsNotThere) {
  EXPECT_THROW(outer_surface(two_tetrahedra(), "t"), CaseError);
  Grid vectors = two_tetrahedra();
  vectors.point_data.front().components = 3;
  EXPECT_THROW(outer_surface(vectors, "t [ms]"), CaseError);
}

TEST(SurfacePicture, ShowsWhatIsInFront) {
  ColouredSurface both = square(0, 0);
  const ColouredSurface front = square(1, 1);
  for (const auto &t : front.triangles)
    both.triangles.push_back({t[0] + 4, t[1] + 4, t[2] + 4});
  both.points.insert(both.points.end(), front.points.begin(), front.points.end());
  both.values.insert(both.values.end(), front.values.begin(), front.values.end());
  const auto centre = [&](double side) { return draw(both, {{0, 0, side}, {0, 1, 0}}, {0, 1}, 0, 40).at(20, 20); };
  const Colour above = centre(1), below = centre(-1);
  EXPECT_GT(above[2], above[0]) << "the front square has the late value: blue";
  EXPECT_GT(below[0], below[2]) << "from behind the early one: red";
  EXPECT_EQ(draw(both, {{0, 0, 1}, {0, 1, 0}}, {0, 1}, 0, 40).at(0, 20)[3], 0) << "transparent beside the body";
}

TEST(SurfacePicture, PutsUpOnTop) {
  ColouredSurface surface = square(0, 0);
  surface.values = {0, 0, 1, 1}; // late where y is large
  const Picture picture = draw(surface, {{0, 0, 1}, {0, 1, 0}}, {0, 1}, 0, 40);
  EXPECT_GT(picture.at(20, 4)[2], picture.at(20, 4)[0]);
  EXPECT_GT(picture.at(20, 35)[0], picture.at(20, 35)[2]);
}

TEST(SurfacePicture, DrawsALineWhereTheValueCrossesAStep) {
  ColouredSurface surface = square(0, 0);
  surface.values = {0, 0, 1, 1};
  const Camera camera{{0, 0, 1}, {0, 1, 0}};
  const Picture plain = draw(surface, camera, {0, 1}, 0, 40), lined = draw(surface, camera, {0, 1}, 0.5, 40);
  int changed_rows = 0;
  for (std::size_t y = 2; y < 38; ++y)
    changed_rows += plain.at(20, y) != lined.at(20, y);
  EXPECT_GE(changed_rows, 1);
  EXPECT_LE(changed_rows, 2) << "one crossing, one or two pixels thick";
}

TEST(SurfacePicture, ValuesThatAreNotThereAreGrey) {
  const ColouredSurface surface = square(0, std::nan(""));
  const Colour colour = draw(surface, {{0, 0, 1}, {0, 1, 0}}, value_range(surface), 0.1, 20).at(10, 10);
  EXPECT_NEAR(colour[0], colour[2], 12);
}

TEST(BullsEye, ShowsEverySegmentWhereCardiologistsLookForIt) {
  std::array<double, 17> values{};
  for (std::size_t s = 0; s < 17; ++s)
    values[s] = static_cast<double>(s) + 1.1;
  const std::string svg = bulls_eye(values, "mm", "<thickness>");
  const test::CheckedPage page = test::check_html("<!DOCTYPE html>" + svg);
  EXPECT_TRUE(page.errors.empty()) << page.errors.front();
  EXPECT_EQ(page.all("path").size(), 16u);
  EXPECT_EQ(page.all("circle").size(), 1u);
  const auto place = [&](const std::string &number) {
    for (const test::Element *text : page.all("text"))
      if (text->text == number)
        return std::array<double, 2>{std::stod(text->attributes.at("x")), std::stod(text->attributes.at("y"))};
    return std::array<double, 2>{0, 0};
  };
  const auto anterior = place("1.1"), anteroseptal = place("2.1"), inferior = place("4.1"), anterolateral = place("6.1");
  const auto septal = place("14.1"), lateral = place("16.1"), apex = place("17.1");
  EXPECT_LT(anterior[1], inferior[1]) << "anterior on top";
  EXPECT_EQ(anterior[0], inferior[0]);
  EXPECT_LT(anteroseptal[0], anterior[0]) << "the septum on the left";
  EXPECT_GT(anterolateral[0], anterior[0]);
  EXPECT_LT(septal[0], apex[0]);
  EXPECT_GT(lateral[0], apex[0]);
  EXPECT_GT(place("14.1")[0], place("8.1")[0]) << "the apical ring inside the middle one";
}

TEST(BullsEye, ShowsADashWhereThereIsNoValue) {
  std::array<double, 17> values{};
  values.fill(9);
  values[16] = std::nan("");
  const std::string svg = bulls_eye(values, "mm", "");
  EXPECT_NE(svg.find("no value"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  values.fill(std::nan(""));
  EXPECT_EQ(bulls_eye(values, "mm", "").find("nan"), std::string::npos);
  EXPECT_EQ(bulls_eye(values, "mm", "").find("inf\""), std::string::npos);
}
