#include <io/base/errors.hpp>
#include <io/base/units.hpp>
#include <mesh/ellipsoid.hpp>
#include <mesh/segments.hpp>
#include <tests/mesh/biventricle.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/petsc.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace corvivo::mesh {
namespace {

/// A ventricle of a healthy size: cavity 90 mL, wall 10 mm at the side and 7 mm at the apex.
const HeartMesh &ventricle() {
  static const HeartMesh mesh = [] {
    EllipsoidOptions o;
    o.endocardium_short_radius = 23;
    o.endocardium_long_radius = 65;
    o.epicardium_short_radius = 33;
    o.epicardium_long_radius = 72;
    o.base_z = 20;
    o.element_size = 4;
    o.facet_distance = 0.2;
    io::Quantities quantities;
    return make_ellipsoid(o, quantities);
  }();
  return mesh;
}

VentricularCoordinates coordinates(const HeartMesh &mesh, const Vector3 &to_septum) {
  io::Quantities quantities;
  CoordinateOptions options;
  options.to_septum = to_septum;
  return compute_coordinates(MPI_COMM_SELF, mesh, options, quantities);
}

double sum(const std::vector<double> &values, std::size_t first, std::size_t last) {
  return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(first) - 1, values.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
}

TEST(Segments, FillTheWallInThePublishedProportions) {
  const Segments segments = heart_segments(ventricle(), coordinates(ventricle(), {1, 0, 0}));
  const std::vector<double> volumes = segment_volumes(ventricle(), segments.aha, aha_count);
  const double all = sum(volumes, 1, 17);
  EXPECT_NEAR(all, wall_volume(ventricle()), 1e-9 * all);
  // Cerqueira 2002: basal 35, middle 35, apical with the apex 30 % by number of segments; at autopsy 42, 36 and 21 % of the mass.
  EXPECT_NEAR(sum(volumes, 1, 6) / all, 0.35, 0.08);
  EXPECT_NEAR(sum(volumes, 7, 12) / all, 0.35, 0.05);
  EXPECT_NEAR(sum(volumes, 13, 17) / all, 0.30, 0.08);
  for (std::size_t s = 0; s + 1 < aha_count; ++s) { // the seventeenth, the cap below the cavity, depends on the wall there
    EXPECT_GT(volumes[s] / all, 0.03) << aha_name(int(s) + 1);
    EXPECT_LT(volumes[s] / all, 0.10) << aha_name(int(s) + 1);
  }
  for (std::size_t s = 1; s < 6; ++s) {
    EXPECT_NEAR(volumes[s], volumes[0], 0.1 * volumes[0]) << "a body of revolution; cells of 4 mm against arcs of 30 mm";
    EXPECT_NEAR(volumes[6 + s], volumes[6], 0.1 * volumes[6]);
  }
}

TEST(Segments, AgreeWithTheVolumesOfTheExactBody) {
  const Segments segments = heart_segments(ventricle(), coordinates(ventricle(), {1, 0, 0}));
  const std::vector<double> volumes = segment_volumes(ventricle(), segments.aha, aha_count);
  const auto below = [](double z) { // wall of the two ellipsoids below z
    EllipsoidOptions o;
    o.endocardium_short_radius = 23;
    o.endocardium_long_radius = 65;
    o.epicardium_short_radius = 33;
    o.epicardium_long_radius = 72;
    const double outer = M_PI * 33 * 33 * (z + 72 - (z * z * z + 72. * 72 * 72) / (3 * 72. * 72));
    return z <= -65 ? outer : outer - M_PI * 23 * 23 * (z + 65 - (z * z * z + 65. * 65 * 65) / (3 * 65. * 65));
  };
  const double third = 85. / 3;
  EXPECT_NEAR(volumes[16], below(-65), 0.25 * below(-65)) << "a cap of 7 mm in elements of 4 mm";
  EXPECT_NEAR(sum(volumes, 13, 16), below(-65 + third) - below(-65), 0.04 * (below(-65 + third) - below(-65)));
  EXPECT_NEAR(sum(volumes, 7, 12), below(-65 + 2 * third) - below(-65 + third), 0.04 * below(-65 + third));
  EXPECT_NEAR(sum(volumes, 1, 6), below(20) - below(-65 + 2 * third), 0.04 * below(-65 + 2 * third));
}

TEST(Segments, LieWhereTheirNamesSay) {
  const VentricularCoordinates c = coordinates(ventricle(), {1, 0, 0}); // axis z, septum x, so anterior is +y
  const Segments segments = heart_segments(ventricle(), c);
  const auto at = [&](const Vector3 &p) {
    std::size_t nearest = 0;
    double best = 1e300;
    for (std::size_t cell = 0; cell < ventricle().tetrahedra.size(); ++cell) {
      Vector3 q{};
      for (const std::size_t n : ventricle().tetrahedra[cell])
        q = q + 0.25 * ventricle().nodes[n];
      if (norm(q - p) < best) {
        best = norm(q - p);
        nearest = cell;
      }
    }
    return aha_name(segments.aha[nearest]);
  };
  EXPECT_EQ(at({0, 28, 5}), "basal anterior");
  EXPECT_EQ(at({24, 14, 5}), "basal anteroseptal");
  EXPECT_EQ(at({24, -14, 5}), "basal inferoseptal");
  EXPECT_EQ(at({0, -28, 5}), "basal inferior");
  EXPECT_EQ(at({-24, -14, -20}), "mid inferolateral");
  EXPECT_EQ(at({-24, 14, -20}), "mid anterolateral");
  EXPECT_EQ(at({20, 0, -50}), "apical septal");
  EXPECT_EQ(at({-20, 0, -50}), "apical lateral");
  EXPECT_EQ(at({0, 20, -50}), "apical anterior");
  EXPECT_EQ(at({0, -20, -50}), "apical inferior");
  EXPECT_EQ(at({0, 0, -69}), "apex");
}

TEST(Segments, GiveTheThicknessOfTheWall) {
  const Segments segments = heart_segments(ventricle(), coordinates(ventricle(), {1, 0, 0}));
  const std::vector<double> field = wall_thickness(ventricle());
  const std::vector<double> means = segment_means(ventricle(), segments.aha, aha_count, field);
  for (std::size_t s = 0; s < 12; ++s)
    EXPECT_NEAR(means[s], 10, 0.4) << "the ellipsoids are 10 mm apart at the equator, a little less below; " << aha_name(int(s) + 1);
  EXPECT_NEAR(means[16], 7, 0.5) << "7 mm on the axis";
  std::vector<double> height;
  for (const Vector3 &p : ventricle().nodes)
    height.push_back(p[2]);
  EXPECT_GT(segment_means(ventricle(), segments.aha, aha_count, height)[0], 0) << "any field: basal above the middle";
  io::Quantities quantities;
  add_segment_quantities(ventricle(), coordinates(ventricle(), {1, 0, 0}), segments, field, quantities);
  EXPECT_NEAR(quantities.value("aha_volume_3"), segment_volumes(ventricle(), segments.aha, aha_count)[2] / 1000, 1e-12);
  EXPECT_EQ(quantities.value("aha_thickness_17"), means[16]);
  EXPECT_FALSE(quantities.has("rv_segment_volume_1"));
  const io::Grid grid = to_grid(ventricle(), segments, field);
  EXPECT_EQ(grid.find_cell_data("aha_segment [1]")->values.size(), grid.cells());
}

TEST(Segments, OfABiventricleAreThoseOfBothWalls) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  const HeartMesh mesh = test_body::heart3d();
  const Segments segments = heart_segments(mesh, coordinates(mesh, {}));
  const auto left = segment_volumes(mesh, segments.aha, aha_count), right = segment_volumes(mesh, segments.right, right_count);
  const double lv = sum(left, 1, 17), rv = sum(right, 1, 9);
  EXPECT_NEAR(lv + rv, wall_volume(mesh), 1e-6 * lv);
  EXPECT_NEAR(sum(left, 1, 6) / lv, 0.35, 0.1);
  EXPECT_NEAR(sum(left, 7, 12) / lv, 0.35, 0.08);
  EXPECT_NEAR(sum(left, 13, 17) / lv, 0.30, 0.1);
  for (std::size_t s = 0; s < right_count; ++s)
    EXPECT_GT(right[s] / rv, 0.01) << right_name(int(s) + 1);
  EXPECT_NEAR(right[0], right[2], 0.15 * right[0]) << "this body is symmetric about y = 0: anterior and inferior alike";
  io::Quantities quantities;
  add_segment_quantities(mesh, coordinates(mesh, {}), segments, wall_thickness(mesh), quantities);
  for (int s = 1; s <= 12; ++s)
    EXPECT_NEAR(quantities.value("aha_thickness_" + std::to_string(s)), 10, 1.5) << "ellipsoids 10 mm apart, septum included";
  EXPECT_GT(quantities.value("rv_segment_thickness_2"), 2);
  EXPECT_LT(quantities.value("rv_segment_thickness_2"), 8);
}

TEST(Segments, OfTheLeftWallNeedNoCoordinates) {
  EXPECT_EQ(left_segments(ventricle(), {1, 0, 0}), heart_segments(ventricle(), coordinates(ventricle(), {1, 0, 0})).aha);
  HeartMesh turned = ventricle();
  turned.to_right_ventricle = {0, -1, 0};
  EXPECT_EQ(left_segments(turned), heart_segments(turned, coordinates(turned, {})).aha);
  const HeartMesh both = test_body::two_ellipsoids(6, 0.4);
  EXPECT_EQ(left_segments(both), heart_segments(both, coordinates(both, {})).aha);
}

TEST(Segments, SayWhyAMeshHasNone) {
  HeartMesh mesh = ventricle();
  const auto complaint = [&] { return test::complaint([&] { left_segments(mesh); }); };
  EXPECT_SAYS(complaint(), "nothing says on which side");
  mesh.to_right_ventricle = {1, 0, 0};
  EXPECT_EQ(complaint(), "");
  mesh.long_axis = {};
  EXPECT_SAYS(complaint(), "no long axis");
  mesh = ventricle();
  mesh.surface_names = {"a", "b", "c"};
  EXPECT_SAYS(complaint(), "no surface 'endocardium_lv'");
}

TEST(Segments, SayWhenOneIsEmpty) {
  const Segments segments = heart_segments(ventricle(), coordinates(ventricle(), {1, 0, 0}));
  Segments without = segments;
  for (int &s : without.aha)
    s = s == 17 ? 16 : s;
  io::Quantities quantities;
  add_segment_quantities(ventricle(), coordinates(ventricle(), {1, 0, 0}), without, wall_thickness(ventricle()), quantities);
  EXPECT_EQ(quantities.value("aha_volume_17"), 0);
  EXPECT_NE(quantities.find("aha_volume_17")->warning.find("no cell"), std::string::npos);
  EXPECT_FALSE(quantities.has("aha_thickness_17"));
  add_segment_quantities(ventricle(), coordinates(ventricle(), {}), segments, wall_thickness(ventricle()), quantities);
  EXPECT_NE(quantities.find("aha_volume_2")->warning.find("mean nothing"), std::string::npos) << "no septum was told";
}

} // namespace
} // namespace corvivo::mesh
