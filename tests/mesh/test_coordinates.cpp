#include <io/base/errors.hpp>
#include <mesh/coordinates.hpp>
#include <mesh/ellipsoid.hpp>
#include <mesh/slab.hpp>
#include <tests/mesh/biventricle.hpp>
#include <tests/support/petsc.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

namespace corvivo::mesh {
namespace {

const MPI_Comm world = MPI_COMM_WORLD;
constexpr double degree = M_PI / 180;
constexpr std::array<double, 4> centre{0.25, 0.25, 0.25, 0.25};

Vector3 centroid(const HeartMesh &mesh, std::size_t cell) {
  Vector3 p{};
  for (const std::size_t n : mesh.tetrahedra[cell])
    p = p + 0.25 * mesh.nodes[n];
  return p;
}

double turn(double a, double b) {
  return std::abs(std::remainder(a - b, 2 * M_PI));
}

/// Half a tube along z, 20 to 30 mm, 60 mm high: the box (r, angle, z) bent. On rank 0.
HeartMesh half_tube() {
  HeartMesh mesh;
  if (io::rank(world) != 0)
    return mesh;
  mesh = make_slab({10, 78, 60}, 5);
  for (Vector3 &p : mesh.nodes) {
    const double r = 20 + p[0], angle = p[1] / 78 * M_PI;
    p = {r * std::cos(angle), r * std::sin(angle), p[2]};
  }
  mesh.surface_names = {"endocardium_lv", "epicardium", "side 0", "side 1", "apex", "base"};
  mesh.long_axis = {0, 0, 1};
  mesh.base_centre = {0, 0, 60};
  return mesh;
}

TEST(Coordinates, OfATubeAreHeightRadiusAndAngle) {
  const HeartMesh mesh = half_tube();
  io::Quantities quantities;
  CoordinateOptions options;
  options.to_septum = {1, 0, 7}; // only its part across the axis counts
  const VentricularCoordinates c = compute_coordinates(world, mesh, options, quantities);
  EXPECT_EQ(c.origin, "a given direction");
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    const Vector3 &p = mesh.nodes[n];
    EXPECT_NEAR(c.apicobasal[n], p[2] / 60, 1e-3) << "harmonic and linear; the table of arc lengths has 4000 bins";
    EXPECT_NEAR(c.transmural_left[n], (std::hypot(p[0], p[1]) - 20) / 10, 0.01) << "sag of 5 mm chords 0.1 mm, corrected by normals";
    EXPECT_LT(turn(c.rotational[n], 60 * degree - std::atan2(p[1], p[0])), 1e-12)
        << "seen from the base (z towards the reader) the angle grows clockwise, and the septum's middle has 60 degrees";
  }
}

/// Length of the way from the apex along an ellipse (half axes a across, b along) up to z, by Simpson's rule.
double meridian(double a, double b, double z) {
  const double end = std::acos(-z / b);
  double sum = 0;
  constexpr int steps = 400;
  for (int i = 0; i <= steps; ++i) {
    const double u = end * i / steps;
    sum += (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2) * std::hypot(a * std::cos(u), b * std::sin(u));
  }
  return sum * end / steps / 3;
}

TEST(Coordinates, OfAnEllipsoidFollowItsMeridian) {
  io::Quantities quantities;
  EllipsoidOptions ellipsoid; // Land 2015
  ellipsoid.element_size = 1;
  const HeartMesh mesh = io::rank(world) == 0 ? make_ellipsoid(ellipsoid, quantities) : HeartMesh{};
  CoordinateOptions options;
  options.to_septum = {0, 1, 0};
  const VentricularCoordinates c = compute_coordinates(world, mesh, options, quantities);
  if (io::rank(world) != 0)
    return;
  double worst = 0, mean = 0, worst_depth = 0, steepest = 1e300;
  int counted = 0;
  for (std::size_t cell = 0; cell < mesh.tetrahedra.size(); ++cell) {
    const Vector3 p = centroid(mesh, cell);
    if (p[2] < -16)
      continue; // beside the apex the middle layer's meridian says little about the others
    const VentricularPlace place = c.at(mesh, cell, centre);
    const double r = std::hypot(p[0], p[1]);
    double low = -0.5, high = 1.5; // the layer rs = 7 + 3 t, rl = 17 + 3 t through p
    for (int i = 0; i < 50; ++i) {
      const double t = 0.5 * (low + high);
      (r * r / std::pow(7 + 3 * t, 2) + p[2] * p[2] / std::pow(17 + 3 * t, 2) > 1 ? low : high) = t;
    }
    // base and apex of all layers are at z = 5 and on the axis: the mean over the layers of the share of each one's meridian
    const double rs = 7 + 3 * low, rl = 17 + 3 * low;
    const double exact = meridian(rs, rl, p[2]) / meridian(rs, rl, 5);
    worst = std::max(worst, std::abs(place.apicobasal - exact));
    mean += std::abs(place.apicobasal - exact);
    ++counted;
    worst_depth = std::max(worst_depth, std::abs(place.transmural - low));
    EXPECT_LT(turn(place.rotational, 60 * degree - std::atan2(p[1], p[0]) + 90 * degree), 0.02) << "chords of 1 mm at a radius of 7";
    const auto &nodes = mesh.tetrahedra[cell];
    const auto [first, last] =
        std::minmax_element(nodes.begin(), nodes.end(), [&](std::size_t a, std::size_t b) { return mesh.nodes[a][2] < mesh.nodes[b][2]; });
    if (mesh.nodes[*last][2] - mesh.nodes[*first][2] > 0.7 && p[2] > -14)
      steepest = std::min(steepest, c.apicobasal[*last] - c.apicobasal[*first]);
  }
  RecordProperty("apicobasal_worst", std::to_string(worst));
  EXPECT_LT(worst, 0.05) << "one length for all layers, of which the inner ones are shorter";
  EXPECT_LT(mean / counted, 0.015);
  EXPECT_LT(worst_depth, 0.05) << "layers of ellipsoids are not quite those of equal distance ratio";
  EXPECT_GT(steepest, 0) << "it grows along the axis in every cell";
}

const HeartMesh &heart() {
  static const HeartMesh mesh = test_body::heart3d();
  return mesh;
}

TEST(Coordinates, OfABiventricleAreContinuousAndMonotone) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  io::Quantities quantities;
  const VentricularCoordinates c = compute_coordinates(world, heart(), {}, quantities);
  if (io::rank(world) != 0)
    return;
  ASSERT_NO_THROW(check(heart()));
  EXPECT_EQ(c.origin, "the middle of the right-ventricular insertions");
  EXPECT_GT(quantities.value("rv_insertion_angle"), 60);
  EXPECT_LT(quantities.value("rv_insertion_angle"), 180);
  EXPECT_NEAR(0.5 * (c.anterior_insertion + c.inferior_insertion), 60 * degree, 1e-12);
  EXPECT_NEAR(c.inferior_insertion - c.anterior_insertion, quantities.value("rv_insertion_angle") * degree, 1e-12);
  const CoordinateJumps septum = largest_jumps(heart(), c, false), insertions = largest_jumps(heart(), c, true);
  for (const auto &[name, jump] : {std::pair("septum", septum), std::pair("insertions", insertions)}) {
    RecordProperty(std::string(name) + "_apicobasal", std::to_string(jump.apicobasal));
    RecordProperty(std::string(name) + "_transmural", std::to_string(jump.transmural));
    RecordProperty(std::string(name) + "_arc_mm", std::to_string(jump.arc));
    EXPECT_LT(jump.apicobasal, 0.1) << name << ": neighbours' centres are at most 7 mm apart, of 90 mm";
    EXPECT_LT(jump.arc, 10) << name << " mm";
  }
  EXPECT_LT(septum.transmural, 0.7) << "one to two elements through a septum of 10 mm";
  for (std::size_t n = 0; n < heart().nodes.size(); ++n) {
    EXPECT_GE(c.apicobasal[n], 0);
    EXPECT_LE(c.apicobasal[n], 1);
  }
  double right_low = 10, right_high = -10, anterior_y = 0;
  for (std::size_t cell = 0; cell < heart().tetrahedra.size(); ++cell) {
    const VentricularPlace place = c.at(heart(), cell, centre);
    ASSERT_GE(place.transmural, 0);
    ASSERT_LE(place.transmural, 1);
    if (place.ventricle == 1) {
      const double a = std::remainder(place.rotational - 60 * degree, 2 * M_PI);
      right_low = std::min(right_low, a);
      right_high = std::max(right_high, a);
      if (a < -0.3)
        anterior_y = centroid(heart(), cell)[1];
    }
  }
  EXPECT_GT(right_low, -100 * degree) << "the free wall stays between the insertions of all heights";
  EXPECT_LT(right_high, 100 * degree);
  EXPECT_GT(anterior_y, 0) << "axis z, septum x: anterior is z cross x = y";
}

TEST(Coordinates, GrowThroughTheWallAndTheSeptum) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  io::Quantities quantities;
  const VentricularCoordinates c = compute_coordinates(world, heart(), {}, quantities);
  if (io::rank(world) != 0)
    return;
  for (std::size_t t = 0; t < heart().triangles.size(); ++t) {
    const std::string &surface = heart().surface_names[static_cast<std::size_t>(heart().surface[t])];
    for (const std::size_t n : heart().triangles[t]) {
      if (surface == "endocardium_lv") {
        EXPECT_EQ(c.transmural_left[n], 0);
      } else if (surface == "endocardium_rv") {
        EXPECT_EQ(c.transmural_right[n], 0) << "the free wall begins";
        EXPECT_EQ(c.transmural_left[n], 1) << "the septum ends";
      } else if (surface == "epicardium") {
        EXPECT_EQ(c.transmural_right[n], 1);
        EXPECT_EQ(c.transmural_left[n], 1);
      }
    }
  }
}

TEST(Coordinates, AreTheSameOnOneRankAndOnAll) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  io::Quantities quantities;
  const VentricularCoordinates all = compute_coordinates(world, heart(), {}, quantities);
  if (io::rank(world) != 0) {
    EXPECT_TRUE(all.apicobasal.empty());
    return;
  }
  const VentricularCoordinates one = compute_coordinates(MPI_COMM_SELF, heart(), {}, quantities);
  EXPECT_EQ(all.transmural_left, one.transmural_left);
  for (std::size_t n = 0; n < heart().nodes.size(); ++n) {
    EXPECT_NEAR(all.apicobasal[n], one.apicobasal[n], 1e-6);
    EXPECT_LT(turn(all.rotational[n], one.rotational[n]), 1e-6);
  }
}

TEST(Coordinates, ComeBackFromTheirFileAndGoIntoParaViewArrays) {
  io::Quantities quantities;
  const HeartMesh mesh = half_tube();
  const VentricularCoordinates c = compute_coordinates(world, mesh, {}, quantities);
  EXPECT_NE(c.origin.find("no anatomy"), std::string::npos);
  if (io::rank(world) != 0)
    return;
  const test::TemporaryFolder folder;
  save(c, folder.file("coordinates.bin"));
  const VentricularCoordinates back = load_coordinates(folder.file("coordinates.bin"));
  EXPECT_EQ(back.apicobasal, c.apicobasal);
  EXPECT_EQ(back.transmural_left, c.transmural_left);
  EXPECT_EQ(back.rotational, c.rotational);
  EXPECT_EQ(back.ventricle, c.ventricle);
  EXPECT_EQ(back.origin, c.origin);
  EXPECT_FALSE(back.anatomical);
  std::filesystem::resize_file(folder.file("coordinates.bin"), 300);
  EXPECT_THROW(load_coordinates(folder.file("coordinates.bin")), io::CaseError);
  const io::Grid grid = to_grid(mesh, c);
  EXPECT_EQ(grid.find_cell_data("transmural [1]")->values.size(), grid.cells());
  EXPECT_EQ(grid.find_point_data("apicobasal [1]")->values, c.apicobasal);
}

/// Slices of 1.5 mm pixels: a ring of wall about (45, 45) pixels, and outside it a right cavity from angle `from` to `to` (degrees,
/// counter- clockwise in the picture, whose second axis points up).
io::Image ring_with_right_cavity(double from, double to) {
  io::Image image;
  image.size = {90, 90, 6};
  image.affine = {{{1.5, 0, 0, -10}, {0, 1.5, 0, 20}, {0, 0, 8, 0}}};
  image.voxels.assign(90 * 90 * 6, 0);
  for (std::size_t k = 0; k < 6; ++k)
    for (std::size_t j = 0; j < 90; ++j)
      for (std::size_t i = 0; i < 90; ++i) {
        const double x = double(i) - 45, y = double(j) - 45, r = std::hypot(x, y), angle = std::atan2(y, x) / degree;
        const bool right = r < 35 && std::abs(std::remainder(angle - 0.5 * (from + to), 360)) < 0.5 * (to - from);
        image.voxels[image.index(i, j, k)] = r < 15 ? 1.f : r < 21 ? 2.f : right ? 3.f : 0.f;
      }
  return image;
}

TEST(Coordinates, FindTheInsertionsInALabelMap) {
  const LabelInsertions found = find_insertions(ring_with_right_cavity(120, 230), 0, 5);
  EXPECT_EQ(found.slices, 5u);
  EXPECT_NEAR(found.angle / degree, 110, 8) << "a pixel is 2.7 degrees at the outside of the wall, and diagonals touch";
  EXPECT_NEAR(std::atan2(found.to_septum[1], found.to_septum[0]) / degree, 175, 2);
  EXPECT_NEAR(norm(found.to_septum), 1, 1e-12);
  const LabelInsertions none = find_insertions(ring_with_right_cavity(0, 0), 0, 5);
  EXPECT_EQ(none.slices, 0u);
  EXPECT_EQ(norm(none.to_septum), 0);
  io::Quantities quantities;
  const VentricularCoordinates c = compute_coordinates(world, half_tube(), {found.to_septum, found.angle}, quantities);
  EXPECT_NE(c.origin.find("insertions in the label map"), std::string::npos);
  EXPECT_NEAR(quantities.value("rv_insertion_angle"), found.angle / degree, 1e-9);
}

TEST(Coordinates, RefuseAMeshOnWhichTheyHaveNoMeaning) {
  io::Quantities quantities;
  const auto message = [&](const HeartMesh &mesh) {
    try {
      compute_coordinates(world, mesh, {}, quantities);
    } catch (const io::CaseError &error) {
      return std::string(error.what());
    }
    return std::string();
  };
  HeartMesh mesh = half_tube();
  mesh.surface_names = {"endocardium_lv", "epicardium", "a", "b", "apex", "c"};
  EXPECT_NE(message(mesh).find("no surface 'base'"), std::string::npos);
  mesh = half_tube();
  mesh.long_axis = {};
  EXPECT_NE(message(mesh).find("no long axis"), std::string::npos);
  mesh = half_tube();
  mesh.surface_names = {"endocardium_lv", "epicardium", "endocardium_rv", "side", "apex", "base"};
  EXPECT_NE(message(mesh).find("region 'rv_wall'"), std::string::npos);
}

} // namespace
} // namespace corvivo::mesh
