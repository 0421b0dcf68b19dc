#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/distributed_mesh.hpp>
#include <mesh/ellipsoid.hpp>
#include <mesh/fibres.hpp>
#include <mesh/slab.hpp>
#include <tests/support/petsc.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace corvivo::mesh {
namespace {

const MPI_Comm world = MPI_COMM_WORLD;
constexpr double degree = M_PI / 180;

/// Barycentric coordinates of the four-point rule (degree 2) on a tetrahedron: where materials ask for fibres.
std::array<std::array<double, 4>, 4> quadrature() {
  const double a = 0.5854101966249685, b = 0.1381966011250105;
  return {{{a, b, b, b}, {b, a, b, b}, {b, b, a, b}, {b, b, b, a}}};
}

Vector3 place(const HeartMesh &mesh, std::size_t cell, const std::array<double, 4> &weight) {
  Vector3 p{};
  for (int i = 0; i < 4; ++i)
    p = p + weight[i] * mesh.nodes[mesh.tetrahedra[cell][i]];
  return p;
}

double angle_between_lines(const Vector3 &a, const Vector3 &b) {
  return std::acos(std::min(1.0, std::abs(dot(a, b)))) / degree;
}

/// Land 2015, problem 3: f = sin(alpha) e_u + cos(alpha) e_v on the layer rs = 7 + 3 t, rl = 17 + 3 t through the point; alpha linear in t.
Vector3 land_fibre(const Vector3 &p, double endocardium, double epicardium) {
  const double r = std::hypot(p[0], p[1]), z = p[2];
  double low = -0.5, high = 1.5;
  for (int i = 0; i < 60; ++i) {
    const double t = 0.5 * (low + high), rs = 7 + 3 * t, rl = 17 + 3 * t;
    (r * r / (rs * rs) + z * z / (rl * rl) > 1 ? low : high) = t;
  }
  const double t = 0.5 * (low + high), rs = 7 + 3 * t, rl = 17 + 3 * t;
  const double sin_u = -r / rs, cos_u = z / rl; // u in (-pi, 0)
  // x = (rs sin u cos v, rs sin u sin v, rl cos u); the point's direction in the plane is (-cos v, -sin v)
  const Vector3 outward{p[0] / r, p[1] / r, 0};
  const Vector3 e_u = normalized(-rs * cos_u * outward + Vector3{0, 0, -rl * sin_u}), e_v{-outward[1], outward[0], 0};
  const double alpha = (endocardium + (epicardium - endocardium) * t) * degree;
  return std::sin(alpha) * e_u + std::cos(alpha) * e_v;
}

/// Errors (degrees, sorted) at quadrature points one wall thickness (3 mm) away from apex and base.
std::vector<double> land_errors(const HeartMesh &mesh, const Fibres &fibres) {
  std::vector<double> errors;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (const auto &weight : quadrature()) {
      const Vector3 p = place(mesh, c, weight);
      const double to_apex = norm(p - Vector3{0, 0, std::clamp(p[2], -20.0, -17.0)});
      if (to_apex < 3 || p[2] > 5 - 3)
        continue;
      errors.push_back(angle_between_lines(fibres.at(mesh.tetrahedra[c], weight).fibre,
                                           land_fibre(p, fibres.options.endocardium_angle, fibres.options.epicardium_angle)));
    }
  std::sort(errors.begin(), errors.end());
  return errors;
}

/// Land's ventricle with three elements across the wall; on rank 0.
const HeartMesh &land() {
  static const HeartMesh mesh = [] {
    EllipsoidOptions options;
    options.element_size = 1;
    io::Quantities quantities;
    return io::rank(world) == 0 ? make_ellipsoid(options, quantities) : HeartMesh{};
  }();
  return mesh;
}

/// A quarter of a tube along z, 7 to 10 mm, 4 mm high: the box (r, angle, z) bent. On rank 0.
HeartMesh quarter_tube(double element_size) {
  HeartMesh mesh;
  if (io::rank(world) != 0)
    return mesh;
  mesh = make_slab({3, 12, 4}, element_size);
  for (Vector3 &p : mesh.nodes) {
    const double r = 7 + p[0], angle = p[1] / 12 * M_PI / 2;
    p = {r * std::cos(angle), r * std::sin(angle), p[2]};
  }
  mesh.surface_names = {"endocardium_lv", "epicardium", "side 0", "side 1", "bottom", "base"};
  mesh.long_axis = {0, 0, 1};
  return mesh;
}

/// Helix angle about z at a point off the axis, degrees.
double helix_angle(const Vector3 &fibre, const Vector3 &p) {
  const Vector3 round = normalized({-p[1], p[0], 0});
  return std::atan(fibre[2] / dot(fibre, round)) / degree;
}

/// The rule with its default options on `land()`; collective the first time.
struct Made {
  Fibres fibres;
  io::Quantities quantities;
};
const Made &land_fibres() {
  static const Made made = [] {
    Made one;
    one.fibres = compute_fibres(world, land(), FibreOptions{}, one.quantities);
    return one;
  }();
  return made;
}

double at_95_percent(const std::vector<double> &sorted) {
  return sorted[sorted.size() * 95 / 100];
}

TEST(Fibres, LieWithinOneDegreeOfTheAnalyticEllipsoid) {
  Fibres fibres = land_fibres().fibres;
  EXPECT_NEAR(land_fibres().quantities.value("fibre_angle_endocardium"), 60, 0.5) << "flat facets against smooth ones";
  EXPECT_NEAR(land_fibres().quantities.value("fibre_angle_epicardium"), -60, 0.5);
  EXPECT_NEAR(land_fibres().quantities.value("wall_thickness_mean"), 3, 0.1) << "3 mm at equator and apex, a little less between";
  if (io::rank(world) != 0)
    return;
  const auto errors = land_errors(land(), fibres);
  ASSERT_GT(errors.size(), 10000u);
  EXPECT_LT(at_95_percent(errors), 1) << "the issue's bound; 0.78 when this was written";
  fibres.options.endocardium_angle = 90; // Land 2015 problem 3; directions and depth do not depend on the angles
  fibres.options.epicardium_angle = -90;
  EXPECT_LT(at_95_percent(land_errors(land(), fibres)), 1.5) << "the same depth error turns the fibre by 180/120 of the angle";
}

TEST(Fibres, WouldBeFiveDegreesOffAtMidWallWithTheHarmonicDepth) {
  FibreOptions options;
  options.depth = "harmonic";
  io::Quantities quantities;
  const Fibres fibres = compute_fibres(world, land(), options, quantities);
  if (io::rank(world) == 0) {
    const auto errors = land_errors(land(), fibres);
    EXPECT_GT(errors[errors.size() / 2], 3) << "why the geometric depth is the default";
  }
}

TEST(Fibres, NeedNoAxisWhereTheLaplaceSolutionFromApexToBaseGivesIt) {
  HeartMesh mesh = land();
  mesh.long_axis = {};
  FibreOptions options;
  options.longitudinal = "laplace";
  io::Quantities quantities;
  const Fibres fibres = compute_fibres(world, mesh, options, quantities);
  if (io::rank(world) == 0) {
    const auto errors = land_errors(mesh, fibres);
    EXPECT_LT(at_95_percent(errors), 1) << "the apex is on the axis here, so both choices agree";
  }
}

TEST(Fibres, FollowTheLogarithmOnATubeWithTheHarmonicDepthAndTheRadiusWithTheGeometricOne) {
  const HeartMesh mesh = quarter_tube(0.5);
  for (const std::string depth : {"harmonic", "geometric"}) {
    FibreOptions options;
    options.depth = depth;
    io::Quantities quantities;
    const Fibres fibres = compute_fibres(world, mesh, options, quantities);
    double worst = 0, worst_radial = 0;
    for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
      for (const auto &weight : quadrature()) {
        const Vector3 p = place(mesh, c, weight), f = fibres.at(mesh.tetrahedra[c], weight).fibre;
        const double r = std::hypot(p[0], p[1]);
        const double phi = depth == "harmonic" ? std::log(r / 7) / std::log(10.0 / 7) : (r - 7) / 3;
        worst = std::max(worst, std::abs(helix_angle(f, p) - (60 - 120 * phi)));
        if (std::min({p[0], p[1], p[2], 4 - p[2]}) > 1) // two elements away from the cuts, where the surface is known on one side
          worst_radial = std::max(worst_radial, std::abs(f[0] * p[0] + f[1] * p[1]) / r);
      }
    EXPECT_LT(worst, 0.5) << "chords of 0.5 mm: sag 0.0045 mm of 3 mm, 0.18 degrees, and linear interpolation of the logarithm; " << depth;
    EXPECT_LT(worst_radial, 0.005) << "0.3 degrees out of the layer";
  }
}

TEST(Fibres, TurnLinearlyWithDepthAsTheReferenceTableDoes) {
  const auto path = test::shared("reference/fibres/ldrb_cylinder_profile_60_-60.csv");
  SKIP_WITHOUT(path);
  std::ifstream table(path);
  std::string line;
  std::getline(table, line);
  int rows = 0;
  double phi = 0, angle = 0;
  for (char comma = 0; std::getline(table, line); ++rows) {
    std::istringstream(line) >> phi >> comma >> angle;
    const Vector3 radial{1, 0, 0}, up{0, 0, 1};
    EXPECT_NEAR(helix_angle(frame(FibreOptions{}, phi, radial, up).fibre, radial), angle, 6e-4) << "the table gives three decimals";
  }
  EXPECT_EQ(rows, 101);
}

TEST(Fibres, AreARightHandedHelixAtTheEndocardium) {
  // Walking along the fibre at positive angle goes counter-clockwise seen from the base and up towards it: r' x r'' points along +z.
  const Frame endocardium = frame(FibreOptions{}, 0, {1, 0, 0}, {0, 0, 1});
  EXPECT_NEAR(endocardium.fibre[1], std::cos(60 * degree), 1e-12);
  EXPECT_NEAR(endocardium.fibre[2], std::sin(60 * degree), 1e-12);
  FibreOptions sheets;
  sheets.endocardium_sheet_angle = 90; // Bayer 2012, orient(): at 90 degrees the sheet lies in the layer, across the fibre
  EXPECT_NEAR(std::abs(frame(sheets, 0, {1, 0, 0}, {0, 0, 1}).sheet[0]), 0, 1e-12);
}

TEST(Fibres, AreOrthonormalEverywhereAlsoAtTheApex) {
  const Fibres &fibres = land_fibres().fibres;
  double worst = 0;
  for (std::size_t c = 0; c < land().tetrahedra.size(); ++c)
    for (const auto &weight : quadrature()) {
      const Frame a = fibres.at(land().tetrahedra[c], weight);
      for (const double error : {dot(a.fibre, a.sheet), dot(a.fibre, a.normal), dot(a.sheet, a.normal), norm(a.fibre) - 1,
                                 norm(a.sheet) - 1, norm(a.normal) - 1, dot(cross(a.fibre, a.sheet), a.normal) - 1})
        worst = std::max(worst, std::isnan(error) ? 1 : std::abs(error));
    }
  EXPECT_LT(worst, 1e-12);
  const Frame on_axis = frame(FibreOptions{}, 0.3, {0, 0, -1}, {0, 0, 1}), nothing = frame(FibreOptions{}, 0.3, {0, 0, 0}, {0, 0, 0});
  EXPECT_NEAR(norm(on_axis.fibre), 1, 1e-12);
  EXPECT_NEAR(norm(nothing.fibre), 1, 1e-12) << "never NaN";
}

TEST(Fibres, AreTheSameOnOneRankAndOnAll) {
  io::Quantities all, one;
  HeartMesh mesh;
  if (io::rank(world) == 0)
    mesh = make_ellipsoid(EllipsoidOptions{}, one);
  FibreOptions options;
  options.longitudinal = "laplace";
  const Fibres together = compute_fibres(world, mesh, options, all);
  if (io::rank(world) != 0) {
    EXPECT_TRUE(together.depth.empty());
    return;
  }
  const Fibres alone = compute_fibres(MPI_COMM_SELF, mesh, options, one);
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    EXPECT_LT(norm(together.transmural[n] - alone.transmural[n]), 1e-6);
    EXPECT_LT(norm(together.longitudinal[n] - alone.longitudinal[n]), 1e-6);
    EXPECT_EQ(together.depth[n], alone.depth[n]);
  }
}

TEST(Fibres, DoNotChangeWhenTheMeshIsRefined) {
  const HeartMesh coarse = quarter_tube(1);
  io::Quantities quantities;
  const Fibres fibres = compute_fibres(world, coarse, FibreOptions{}, quantities);
  if (io::rank(world) != 0)
    return;
  const HeartMesh fine = refine(coarse);
  const Fibres refined = refine(fibres, coarse);
  ASSERT_EQ(refined.depth.size(), fine.nodes.size());
  for (std::size_t c = 0; c < fine.tetrahedra.size(); ++c) {
    const Vector3 p = place(fine, c, {0.25, 0.25, 0.25, 0.25});
    const auto &parent = coarse.tetrahedra[c / 8];
    std::array<double, 4> weight{}; // of p in the parent, as ratios of volumes
    for (int i = 0; i < 4; ++i) {
      HeartMesh part;
      part.nodes = {coarse.nodes[parent[0]], coarse.nodes[parent[1]], coarse.nodes[parent[2]], coarse.nodes[parent[3]]};
      part.nodes[i] = p;
      part.tetrahedra = {{0, 1, 2, 3}};
      weight[i] = cell_volume(part, 0) / cell_volume(coarse, c / 8);
    }
    EXPECT_LT(norm(refined.at(fine.tetrahedra[c], {0.25, 0.25, 0.25, 0.25}).fibre - fibres.at(parent, weight).fibre), 1e-12);
  }
}

TEST(Fibres, CanBeUniform) {
  const HeartMesh slab = make_slab({2, 1, 1}, 1);
  const Fibres fibres = uniform_fibres(slab, {2, 0, 0}, {0, 0, 1});
  const Frame a = fibres.at(slab.tetrahedra[3], {0.1, 0.2, 0.3, 0.4});
  EXPECT_LT(norm(a.fibre - Vector3{1, 0, 0}) + norm(a.sheet - Vector3{0, 0, 1}) + norm(a.normal - Vector3{0, -1, 0}), 1e-14);
  EXPECT_THROW(uniform_fibres(slab, {1, 0, 0}, {1, 1, 0}), io::CaseError);
  EXPECT_THROW(uniform_fibres(slab, {0, 0, 0}, {0, 1, 0}), io::CaseError);
}

TEST(Fibres, ReachEveryRankThatNeedsThem) {
  const HeartMesh slab = io::rank(world) == 0 ? make_slab({4, 1, 1}, 0.5) : HeartMesh{};
  const DistributedMesh mesh(world, slab);
  const Fibres fibres = scatter(io::rank(world) == 0 ? uniform_fibres(slab, {0, 1, 0}, {0, 0, 1}) : Fibres{}, mesh);
  EXPECT_EQ(fibres.options.endocardium_angle, 0) << "options travel too";
  for (const auto &cell : mesh.triangulation().active_cell_iterators())
    if (cell->is_locally_owned()) {
      EXPECT_LT(norm(fibres.at(mesh.nodes(cell), {0.25, 0.25, 0.25, 0.25}).fibre - Vector3{0, 1, 0}), 1e-14);
    }
}

TEST(Fibres, ComeBackFromTheirFileAndGoIntoParaViewArrays) {
  const HeartMesh slab = make_slab({2, 1, 1}, 1);
  Fibres fibres = uniform_fibres(slab, {1, 0, 0}, {0, 1.0 / 3, 0});
  fibres.depth[1] = 1.0 / 3;
  fibres.options.depth = "harmonic";
  const test::TemporaryFolder folder;
  save(fibres, folder.file("fibres.bin"));
  const Fibres back = load_fibres(folder.file("fibres.bin"));
  EXPECT_EQ(back.depth, fibres.depth);
  EXPECT_EQ(back.transmural, fibres.transmural);
  EXPECT_EQ(back.longitudinal, fibres.longitudinal);
  EXPECT_EQ(back.options.depth, "harmonic");
  EXPECT_EQ(back.options.endocardium_angle, 0);
  std::filesystem::resize_file(folder.file("fibres.bin"), 200);
  EXPECT_THROW(load_fibres(folder.file("fibres.bin")), io::CaseError);
  std::ofstream(folder.file("other.bin")) << "something else";
  EXPECT_THROW(load_fibres(folder.file("other.bin")), io::CaseError);

  const io::Grid grid = to_grid(slab, fibres);
  ASSERT_NE(grid.find_cell_data("fibre [1]"), nullptr);
  EXPECT_EQ(grid.find_cell_data("sheet [1]")->values.size(), 3 * grid.cells());
  EXPECT_NEAR(grid.find_cell_data("normal [1]")->values[2], 1, 1e-14);
  EXPECT_EQ(grid.find_point_data("depth [1]")->values, fibres.depth);
}

TEST(Fibres, RefuseAMeshOnWhichTheyHaveNoMeaning) {
  io::Quantities quantities;
  const auto message = [&](const HeartMesh &mesh, const FibreOptions &options) {
    try {
      compute_fibres(world, mesh, options, quantities);
    } catch (const io::CaseError &error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message(make_slab({1, 1, 1}, 1), {}).find("no surface 'endocardium_lv'"), std::string::npos);
  HeartMesh no_axis = quarter_tube(1);
  no_axis.long_axis = {};
  EXPECT_NE(message(no_axis, {}).find("no long axis"), std::string::npos);
  FibreOptions odd;
  odd.depth = "guessed";
  EXPECT_NE(message(quarter_tube(1), odd).find("'guessed' is not one of geometric, harmonic"), std::string::npos);
}

} // namespace
} // namespace corvivo::mesh
