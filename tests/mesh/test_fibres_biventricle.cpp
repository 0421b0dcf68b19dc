#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/distributed_mesh.hpp>
#include <mesh/fibres.hpp>
#include <tests/mesh/biventricle.hpp>
#include <tests/support/petsc.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {
namespace {

const MPI_Comm world = MPI_COMM_WORLD;
constexpr double degree = M_PI / 180;
constexpr std::array<double, 4> centre{0.25, 0.25, 0.25, 0.25};

const HeartMesh &heart() {
  static const HeartMesh mesh = test_body::heart3d();
  return mesh;
}

struct Made {
  Fibres fibres;
  io::Quantities quantities;
};

/// The rule with its default options; collective the first time.
const Made &made() {
  static const Made one = [] {
    Made result;
    result.fibres = compute_fibres(world, heart(), FibreOptions{}, result.quantities);
    return result;
  }();
  return one;
}

Vector3 centroid(std::size_t cell) {
  Vector3 p{};
  for (const std::size_t n : heart().tetrahedra[cell])
    p = p + 0.25 * heart().nodes[n];
  return p;
}

double between_lines(const Vector3 &a, const Vector3 &b) {
  return std::acos(std::min(1.0, std::abs(dot(a, b)))) / degree;
}

/// Fibre of an ellipsoidal wall: layers `across` + `thickness` t across and `along` + `thickness` t along, angle linear in t.
Vector3 layered_fibre(const Vector3 &p, double across, double along, double thickness, double endocardium, double outside) {
  const double r = std::hypot(p[0], p[1]);
  double low = -0.5, high = 1.5;
  for (int i = 0; i < 60; ++i) {
    const double t = 0.5 * (low + high);
    (r * r / std::pow(across + thickness * t, 2) + p[2] * p[2] / std::pow(along + thickness * t, 2) > 1 ? low : high) = t;
  }
  const double rs = across + thickness * low, rl = along + thickness * low;
  const Vector3 normal = normalized({p[0] / (rs * rs), p[1] / (rs * rs), p[2] / (rl * rl)});
  const Vector3 round = normalized(cross({0, 0, 1}, normal)), up = cross(normal, round);
  const double a = (endocardium + (outside - endocardium) * low) * degree;
  return std::cos(a) * round + std::sin(a) * up;
}

Vector3 ellipsoid_fibre(const Vector3 &p, double endocardium, double outside) {
  return layered_fibre(p, 25, 65, 10, endocardium, outside); // the left wall of heart3d
}

Vector3 land_fibre(const Vector3 &p) { // Land 2015
  return layered_fibre(p, 7, 17, 3, 60, -60);
}

TEST(BiventricularFibres, AreOrthonormalInEveryCell) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  const Fibres &fibres = made().fibres;
  double worst = 0;
  const double a = 0.5854101966249685, b = 0.1381966011250105;
  for (const auto &cell : heart().tetrahedra)
    for (const auto &weight : {std::array<double, 4>{a, b, b, b}, {b, a, b, b}, {b, b, a, b}, {b, b, b, a}}) {
      const Frame f = fibres.at(cell, weight);
      for (const double error : {dot(f.fibre, f.sheet), dot(f.fibre, f.normal), dot(f.sheet, f.normal), norm(f.fibre) - 1,
                                 norm(f.sheet) - 1, norm(f.normal) - 1, dot(cross(f.fibre, f.sheet), f.normal) - 1})
        worst = std::max(worst, std::isnan(error) ? 1 : std::abs(error));
    }
  EXPECT_LT(worst, 1e-12);
}

TEST(BiventricularFibres, TakeTheAnglesOfTheirWallOnEachSurface) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  const io::Quantities &q = made().quantities;
  EXPECT_NEAR(q.value("fibre_angle_endocardium"), 60, 1) << "flat facets against smooth ones";
  EXPECT_NEAR(q.value("fibre_angle_epicardium"), -60, 1);
  EXPECT_NEAR(std::abs(q.value("fibre_angle_rv_endocardium")), 90, 3) << "+90 and -90 are one line; facets of 6 mm on radii of 30 mm";
  EXPECT_NEAR(q.value("fibre_angle_rv_epicardium"), -25, 3);
  EXPECT_NEAR(q.value("wall_thickness_mean"), 10, 0.7) << "of the left wall";
}

TEST(BiventricularFibres, AreThoseOfTheEllipsoidInTheLeftFreeWallAndInTheSeptum) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  if (io::rank(world) != 0)
    return;
  std::vector<double> free_wall, septum;
  for (std::size_t c = 0; c < heart().tetrahedra.size(); ++c) {
    const Vector3 p = centroid(c);
    if (p[2] > 0 || p[2] < -50)
      continue; // ten millimetres, a wall's thickness, from the base and the apex
    const Vector3 f = made().fibres.at(heart().tetrahedra[c], centre).fibre;
    const double from_septum = std::abs(std::atan2(p[1], p[0])) / degree;
    if (from_septum > 100)
      free_wall.push_back(between_lines(f, ellipsoid_fibre(p, 60, -60)));
    else if (from_septum < 30 && p[2] > -25 && heart().region[c] == 0)
      septum.push_back(between_lines(f, ellipsoid_fibre(p, 60, -90))); // -90: the right endocardium's 90 seen from the left
  }
  ASSERT_GT(free_wall.size(), 500u);
  ASSERT_GT(septum.size(), 100u);
  std::sort(free_wall.begin(), free_wall.end());
  std::sort(septum.begin(), septum.end());
  RecordProperty("free_wall_95", std::to_string(free_wall[free_wall.size() * 95 / 100]));
  RecordProperty("septum_95", std::to_string(septum[septum.size() * 95 / 100]));
  EXPECT_LT(free_wall[free_wall.size() / 2], 1.5);
  EXPECT_LT(free_wall[free_wall.size() * 95 / 100], 4) << "two elements of 5 mm through the wall, where Land's has three";
  EXPECT_LT(septum[septum.size() / 2], 3);
  EXPECT_LT(septum[septum.size() * 95 / 100], 12);
}

TEST(BiventricularFibres, LieWithinOneDegreeOfTheAnalyticEllipsoidBesideARightVentricle) {
  const HeartMesh mesh = test_body::two_ellipsoids(1);
  io::Quantities quantities;
  const Fibres fibres = compute_fibres(world, mesh, FibreOptions{}, quantities);
  if (io::rank(world) != 0)
    return;
  RecordProperty("largest", std::to_string(quantities.value("fibre_jump_insertion")));
  RecordProperty("median", std::to_string(quantities.value("fibre_jump_insertion_median")));
  std::vector<double> errors;
  for (const auto &cell : mesh.tetrahedra) {
    Vector3 p{};
    for (const std::size_t n : cell)
      p = p + 0.25 * mesh.nodes[n];
    if (p[0] < -4 && p[2] < 2 && p[2] > -17) // the free wall where nothing is rounded, one thickness from base and apex
      errors.push_back(between_lines(fibres.at(cell, centre).fibre, land_fibre(p)));
  }
  ASSERT_GT(errors.size(), 1500u);
  std::sort(errors.begin(), errors.end());
  RecordProperty("error_95", std::to_string(errors[errors.size() * 95 / 100]));
  EXPECT_LT(errors[errors.size() * 95 / 100], 1) << "the issue's bound";
  EXPECT_LT(quantities.value("fibre_jump_insertion_median"), 20);
}

TEST(BiventricularFibres, PassFromWallToWallAtTheInsertions) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  const io::Quantities &q = made().quantities;
  RecordProperty("largest", std::to_string(q.value("fibre_jump_insertion")));
  RecordProperty("median", std::to_string(q.value("fibre_jump_insertion_median")));
  EXPECT_LE(q.value("fibre_jump_insertion"), 90) << "of lines; near it at the line on which the direction is not defined";
  EXPECT_LT(q.value("fibre_jump_insertion_median"), 30) << "cells of 5 mm; through the free wall the angle turns by 115 degrees";
  if (io::rank(world) != 0)
    return;
  const Fibres &fibres = made().fibres; // across a shared face, at the same point, there is no jump at all
  for (std::size_t c = 1; c < heart().tetrahedra.size(); ++c) {
    const auto &cell = heart().tetrahedra[c];
    const Frame inside = fibres.at(cell, {0, 1. / 3, 1. / 3, 1. / 3}),
                outside = fibres.at({cell[3], cell[1], cell[2], cell[0]}, {1. / 3, 1. / 3, 1. / 3, 0});
    EXPECT_LT(between_lines(inside.fibre, outside.fibre), 1e-5);
  }
}

TEST(BiventricularFibres, TurnContinuouslyOnceRoundAnInsertion) {
  const FibreOptions o;
  const Vector3 t{1, 0, 0}, l{0, 0, 1};
  const auto angle = [&](const RightBlend &place) {
    const Vector3 f = frame(o, place, t, l).fibre;
    return std::atan2(f[2], f[1]) / degree;
  };
  const std::vector<std::pair<RightBlend, double>> way{{{0, 0, 0, 0, 1}, 60},  // left endocardium
                                                       {{1, 0, 0, 0, 1}, -60}, // left epicardium, far from the insertion
                                                       {{1, 1, 0, 0, 0}, -60}, // epicardium at the insertion
                                                       {{1, 1, 0, 1, 0}, -25}, // epicardium of the right free wall
                                                       {{1, 0, 1, 1, 0}, 90},  // its endocardium
                                                       {{1, 0, 1, 0, 0}, 0},   // the fold
                                                       {{1, 0, 1, 0, 1}, -90}, // right side of the septum
                                                       {{0, 0, 1, 0, 1}, 60}}; // left endocardium
  for (std::size_t i = 0; i < way.size(); ++i) {
    const auto &[from, expected] = way[i];
    EXPECT_NEAR(std::remainder(angle(from) - expected, 180), 0, 1e-9) << i;
    const RightBlend &to = way[(i + 1) % way.size()].first;
    double before = angle(from);
    for (int step = 1; step <= 200; ++step) {
      const auto between = [&](double a, double b) { return a + (b - a) * step / 200.0; };
      const double now = angle({between(from.left_depth, to.left_depth), between(from.right_depth, to.right_depth),
                                between(from.septum, to.septum), between(from.weight, to.weight), between(from.beyond, to.beyond)});
      EXPECT_LT(std::abs(std::remainder(now - before, 180)), 2) << "degrees, of at most 215 in 200 steps that may be uneven";
      before = now;
    }
  }
}

TEST(BiventricularFibres, LeaveTheLeftWallAsItIsAlone) {
  FibreOptions o;
  o.endocardium_sheet_angle = 20;
  for (const double depth : {0.0, 0.3, 1.0}) {
    const Frame alone = frame(o, depth, {1, 0.2, 0}, {0, 0.1, 1}),
                beside = frame(o, RightBlend{depth, 0.7, 0, 0}, {1, 0.2, 0}, {0, 0.1, 1});
    EXPECT_EQ(alone.fibre, beside.fibre) << "the same bits";
    EXPECT_EQ(alone.sheet, beside.sheet);
  }
}

TEST(BiventricularFibres, AreTheSameOnOneRankAndOnAllAndReachEveryRank) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  const DistributedMesh distributed(world, heart());
  const Fibres local = scatter(made().fibres, distributed);
  for (const auto &cell : distributed.triangulation().active_cell_iterators())
    if (cell->is_locally_owned()) {
      EXPECT_FALSE(std::isnan(local.at(distributed.nodes(cell), centre).fibre[0]));
    }
  if (io::rank(world) != 0)
    return;
  io::Quantities quantities;
  const Fibres alone = compute_fibres(MPI_COMM_SELF, heart(), FibreOptions{}, quantities);
  for (const auto &cell : heart().tetrahedra)
    EXPECT_LT(norm(alone.at(cell, centre).fibre - made().fibres.at(cell, centre).fibre), 1e-6);
  EXPECT_NEAR(quantities.value("fibre_jump_insertion"), made().quantities.value("fibre_jump_insertion"), 1e-4);
}

TEST(BiventricularFibres, ComeBackFromTheirFileAndDoNotChangeWhenRefined) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  if (made().fibres.depth.empty())
    return;
  const test::TemporaryFolder folder;
  save(made().fibres, folder.file("fibres.bin"));
  const Fibres back = load_fibres(folder.file("fibres.bin"));
  EXPECT_EQ(back.options.right_epicardium_angle, -25);
  const Fibres fine = refine(back, heart());
  const HeartMesh mesh = refine(heart());
  for (std::size_t c = 0; c < heart().tetrahedra.size(); c += 7) {
    EXPECT_EQ(back.at(heart().tetrahedra[c], centre).fibre, made().fibres.at(heart().tetrahedra[c], centre).fibre);
    const Vector3 corner = fine.at(mesh.tetrahedra[8 * c], centre).fibre; // the child at the first corner: its centre has these weights
    EXPECT_LT(norm(corner - back.at(heart().tetrahedra[c], {0.625, 0.125, 0.125, 0.125}).fibre), 1e-12);
  }
}

TEST(BiventricularFibres, RefuseAMeshWithoutAFreeWall) {
  SKIP_WITHOUT(test::shared("data/heart3d_mesh"));
  HeartMesh mesh = heart();
  mesh.region_names = {"lv_wall", "something"};
  io::Quantities quantities;
  try {
    compute_fibres(world, mesh, FibreOptions{}, quantities);
    FAIL() << "no error";
  } catch (const io::CaseError &error) {
    EXPECT_NE(std::string(error.what()).find("region 'rv_wall'"), std::string::npos);
  }
}

} // namespace
} // namespace corvivo::mesh
