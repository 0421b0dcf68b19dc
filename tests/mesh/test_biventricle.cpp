#include <io/base/errors.hpp>
#include <io/base/units.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/generate.hpp>
#include <mesh/quality.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace corvivo::mesh {
namespace {

using test::SyntheticHeart;
using test::TemporaryFolder;

Segmentation segmented(const std::filesystem::path &path) {
  SegmentationOptions options;
  options.ed = path;
  options.labels = {3, 2, {}, 1};
  io::Quantities quantities;
  return segment(options, quantities);
}

HeartShape both_of(const io::Image &image, ShapeOptions options = {}) {
  TemporaryFolder folder;
  io::write_nifti(image, folder.file("ed.nii"));
  const Segmentation s = segmented(folder.file("ed.nii"));
  options.ventricles = "both";
  return interpolate_shape(s.ed, s.base_ed, options);
}

/// The synthetic heart without its right ventricle in the slices for which `hidden` holds (numbered from base to apex).
template <class Hidden> io::Image without_right(const Hidden &hidden) {
  io::Image image = SyntheticHeart().image();
  for (std::size_t v = 0; v < image.voxels.size(); ++v)
    if (image.voxels[v] == 1 && hidden(v / (image.size[0] * image.size[1])))
      image.voxels[v] = 0;
  return image;
}

std::set<std::size_t> nodes_of(const HeartMesh &mesh, const std::string &surface) {
  std::set<std::size_t> nodes;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == mesh.surface_index(surface))
      nodes.insert(mesh.triangles[t].begin(), mesh.triangles[t].end());
  return nodes;
}

std::string complaint(const io::Image &image) {
  try {
    both_of(image);
  } catch (const io::CaseError &error) {
    return error.what();
  }
  return "";
}

struct Made {
  HeartShape shape;
  HeartMesh mesh;
  io::Quantities quantities;
};

/// The synthetic heart with both ventricles, made once.
const Made &synthetic() {
  static const Made made = [] {
    Made one;
    one.shape = both_of(SyntheticHeart().image());
    one.mesh = make_ventricles(one.shape, MeshOptions{}, one.quantities);
    return one;
  }();
  return made;
}

TEST(Biventricle, NamesItsRegionsAndSurfaces) {
  const HeartMesh &mesh = synthetic().mesh;
  EXPECT_EQ(mesh.region_names, (std::vector<std::string>{"lv_wall", "rv_wall"}));
  for (const std::string name : {"endocardium_lv", "endocardium_rv", "epicardium", "base"})
    EXPECT_GT(nodes_of(mesh, name).size(), 50u) << name;
  for (const int region : {0, 1})
    EXPECT_GT(std::count(mesh.region.begin(), mesh.region.end(), region), 1000);
  EXPECT_NO_THROW(check(mesh));
}

TEST(Biventricle, KeepsTheVolumesOfItsLabels) {
  const auto &[shape, mesh, quantities] = synthetic();
  EXPECT_NEAR(shape.right_volume / shape.label_right_volume, 1, 0.001) << "moved until it fits";
  EXPECT_NEAR(quantities.value("mesh_lv_cavity_volume") / shape.label_cavity_volume, 1, 0.01) << "the issue's 1 %";
  EXPECT_NEAR(quantities.value("mesh_rv_cavity_volume") / shape.label_right_volume, 1, 0.01);
  EXPECT_NEAR(quantities.value("mesh_lv_wall_volume") / shape.label_wall_volume, 1, 0.02)
      << "cells count to the wall that holds their centre, so its border is ragged where the walls meet";
  EXPECT_NEAR(quantities.value("mesh_lv_wall_volume") + quantities.value("mesh_rv_wall_volume"), quantities.value("mesh_wall_volume"),
              1e-9);
}

TEST(Biventricle, HasARightWallOfTheStatedThicknessOutsideTheLeftVentricle) {
  const auto &[shape, mesh, quantities] = synthetic();
  std::size_t seen = 0;
  for (const std::size_t n : nodes_of(mesh, "epicardium"))
    if (shape.epicardium(mesh.nodes[n]) > 6 && shape.above_base(mesh.nodes[n]) < -1) { // away from the groove that is filled
      EXPECT_NEAR(shape.right(mesh.nodes[n]), ShapeOptions{}.right_wall, 0.15) << "mm; an eighth of a lattice step";
      ++seen;
    }
  EXPECT_GT(seen, 50u);
  for (const std::size_t n : nodes_of(mesh, "endocardium_rv"))
    EXPECT_GT(shape.epicardium(mesh.nodes[n]), -0.05) << "mm; the right cavity must not eat into the left wall";
  const std::set<std::size_t> inner = nodes_of(mesh, "endocardium_rv");
  std::size_t septal = 0;
  for (const std::size_t n : inner)
    septal += shape.epicardium(mesh.nodes[n]) < 0.3;
  EXPECT_GT(double(septal) / double(inner.size()), 0.2) << "the septum is the left ventricle's own surface";
}

TEST(Biventricle, HasTwoElementsThroughTheLeftWallAndGoodAngles) {
  const auto &[shape, mesh, quantities] = synthetic();
  EXPECT_EQ(edges_across_left_wall(mesh), 0u);
  EXPECT_GT(quantities.value("mesh_min_dihedral_angle"), 8) << "degrees; the issue's bound";
  const HeartMesh fine = refine(mesh);
  for (std::size_t c = 0; c < fine.tetrahedra.size(); ++c)
    ASSERT_GT(cell_volume(fine, c), 0);
}

TEST(Biventricle, IsTheSameEveryTimeAndComesBackFromItsFile) {
  TemporaryFolder folder;
  const HeartShape again = both_of(SyntheticHeart().image());
  save(again, folder.file("shape"));
  const HeartShape back = load_heart_shape(folder.file("shape"));
  EXPECT_EQ(back.right_field, synthetic().shape.right_field);
  EXPECT_EQ(back.outer_field, synthetic().shape.outer_field);
  EXPECT_EQ(back.label_right_volume, synthetic().shape.label_right_volume);
  io::Quantities quantities;
  const HeartMesh mesh = make_ventricles(back, MeshOptions{}, quantities);
  EXPECT_EQ(mesh.nodes, synthetic().mesh.nodes);
  EXPECT_EQ(mesh.tetrahedra, synthetic().mesh.tetrahedra);
  EXPECT_EQ(mesh.region, synthetic().mesh.region);
}

TEST(Biventricle, LeavesTheLeftVentricleAlone) {
  ShapeOptions options;
  TemporaryFolder folder;
  io::write_nifti(SyntheticHeart().image(), folder.file("ed.nii"));
  const Segmentation s = segmented(folder.file("ed.nii"));
  const HeartShape left = interpolate_shape(s.ed, s.base_ed, options);
  EXPECT_FALSE(left.has_right());
  EXPECT_NEAR(left.cavity_volume, synthetic().shape.cavity_volume, 1e-3 * left.cavity_volume);
  io::Quantities quantities;
  const HeartMesh mesh = make_left_ventricle(synthetic().shape, MeshOptions{}, quantities);
  EXPECT_EQ(mesh.surface_names, (std::vector<std::string>{"endocardium_lv", "epicardium", "base"}));
}

TEST(Biventricle, TiltsItsBaseWhereTheRightVentricleEndsLower) {
  const io::Image image = without_right([](std::size_t k) { return k < 3; }); // the left one has its last closed slice at 2
  const HeartShape shape = both_of(image);
  const io::Vector3 straight = shape.axes[2];
  const double angle = std::acos(io::dot(shape.base_normal, straight)) * 180 / M_PI;
  EXPECT_GT(angle, 5) << "8 mm lower at about 40 mm from the axis: 11 degrees";
  EXPECT_LT(angle, 15.1);
  io::Quantities quantities;
  const HeartMesh mesh = make_ventricles(shape, MeshOptions{}, quantities);
  EXPECT_NEAR(quantities.value("mesh_lv_cavity_volume") / shape.label_cavity_volume, 1, 0.02) << "to first order in the tilt";
  EXPECT_NEAR(quantities.value("mesh_rv_cavity_volume") / shape.label_right_volume, 1, 0.01);
  for (const std::size_t n : nodes_of(mesh, "base"))
    ASSERT_NEAR(shape.above_base(mesh.nodes[n]), 0, 0.01);
}

TEST(Biventricle, IsRefusedWithoutARightVentricle) {
  EXPECT_NE(complaint(without_right([](std::size_t k) { return k != 6 && k != 7; })).find("is seen in 2 slices"), std::string::npos);
}

TEST(Contours, OfACircleAreItsCircumference) {
  ImplicitVentricle shape;
  shape.radius = 40;
  shape.base_normal = normalized({0.2, -0.4, 0.9});
  shape.centre = {3, 4, 5};
  shape.base_point = shape.centre;
  for (const double r : {4.0, 15.0, 27.0}) {
    const auto contours = trace_contours(
        shape, [&](const Vector3 &p) { return norm(p - shape.centre) - r; }, 0.25);
    ASSERT_EQ(contours.size(), 1u);
    double length = 0;
    for (std::size_t i = 0; i < contours[0].size(); ++i) {
      length += norm(contours[0][(i + 1) % contours[0].size()] - contours[0][i]);
      EXPECT_NEAR(shape.above_base(contours[0][i]), 0, 1e-9);
      EXPECT_NEAR(norm(contours[0][i] - shape.centre), r, 1e-6);
    }
    EXPECT_NEAR(length / (2 * M_PI * r), 1, 1e-3) << "chords of a quarter of a millimetre";
  }
  const auto ring = trace_contours(
      shape, [&](const Vector3 &p) { return std::abs(norm(p - shape.centre) - 12) - 3; }, 0.25);
  EXPECT_EQ(ring.size(), 2u) << "inner and outer circle of a ring";
}

} // namespace
} // namespace corvivo::mesh
