// Twenty real hearts of ACDC (Bernard 2018, IEEE Trans Med Imaging 37:2514), chosen to be hard. The whole cohort is bench_cohort_geometry.
#include <io/base/hash.hpp>
#include <mesh/generate.hpp>
#include <mesh/quality.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {
namespace {

struct Heart {
  const char *name, *why;
};

std::filesystem::path file_of(const std::string &name) {
  return test::shared("data/acdc_masks/patient" + name + "_gt.nii.gz");
}

HeartShape shape_of(const std::string &name, const std::string &ventricles) {
  SegmentationOptions options;
  options.ed = file_of(name);
  options.labels = {3, 2, {}, 1};
  io::Quantities quantities;
  const Segmentation s = segment(options, quantities);
  ShapeOptions shape;
  shape.ventricles = ventricles;
  return interpolate_shape(s.ed, s.base_ed, shape);
}

std::string hash_of(const HeartMesh &mesh) {
  const auto bytes = [](const auto &values) {
    return std::string(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(values[0]));
  };
  return io::content_hash(bytes(mesh.nodes) + bytes(mesh.tetrahedra) + bytes(mesh.region) + bytes(mesh.triangles) + bytes(mesh.surface));
}

/// The bounds of the issue for every heart.
void expect_good(const HeartShape &shape, const HeartMesh &mesh, const io::Quantities &quantities) {
  EXPECT_NEAR(quantities.value("mesh_lv_cavity_volume") / shape.label_cavity_volume, 1, 0.03);
  EXPECT_NEAR(quantities.value(shape.has_right() ? "mesh_lv_wall_volume" : "mesh_wall_volume") / shape.label_wall_volume, 1, 0.03);
  EXPECT_GE(quantities.value("mesh_min_dihedral_angle"), 8) << "degrees";
  EXPECT_EQ(edges_across_left_wall(mesh), 0u) << "two elements through the left wall";
  if (shape.has_right()) {
    EXPECT_NEAR(quantities.value("mesh_rv_cavity_volume") / shape.label_right_volume, 1, 0.03);
    EXPECT_GT(quantities.value("mesh_rv_wall_volume"), 5) << "mL";
  }
  const HeartMesh fine = refine(mesh); // children of a positive cell have one eighth of its volume each, at every level
  for (std::size_t c = 0; c < fine.tetrahedra.size(); ++c)
    ASSERT_GT(cell_volume(fine, c), 0);
}

class RealHearts : public testing::TestWithParam<Heart> {};

TEST_P(RealHearts, BecomeGoodMeshesOfTheLeftVentricle) {
  SKIP_WITHOUT(file_of(GetParam().name));
  const HeartShape shape = shape_of(GetParam().name, "left");
  io::Quantities quantities;
  const HeartMesh mesh = make_ventricles(shape, MeshOptions{}, quantities);
  expect_good(shape, mesh, quantities);
}

const Heart hard[] = {{"011_frame01", "a slice whose wall is open"},
                      {"029_frame01", "a slice whose wall is open"},
                      {"045_frame13", "a slice whose wall is open"},
                      {"068_frame12", "a slice whose wall is open; six closed slices"},
                      {"069_frame12", "a slice whose wall is open; six closed slices"},
                      {"084_frame10", "a slice whose wall is open"},
                      {"096_frame08", "a slice whose wall is open; two slices 13 mm off the axis"},
                      {"047_frame09", "its base lies at the other end of the file"},
                      {"040_frame13", "a slice 12 mm off the axis"},
                      {"063_frame16", "six closed slices, end-systole"},
                      {"037_frame12", "six closed slices, hypertrophic at end-systole"},
                      {"021_frame13", "the thickest wall"},
                      {"014_frame13", "dilated, the thinnest wall"},
                      {"061_frame01", "a normal heart"}};
std::string name_of(const testing::TestParamInfo<Heart> &info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Acdc, RealHearts, testing::ValuesIn(hard), name_of);

class RealBiventricles : public testing::TestWithParam<Heart> {};

TEST_P(RealBiventricles, BecomeGoodMeshes) {
  SKIP_WITHOUT(file_of(GetParam().name));
  const HeartShape shape = shape_of(GetParam().name, "both");
  io::Quantities quantities;
  const HeartMesh mesh = make_ventricles(shape, MeshOptions{}, quantities);
  expect_good(shape, mesh, quantities);
}

const Heart both[] = {{"002_frame12", "the left ventricle cuts a tip off the right one, whose base lies two slices lower"},
                      {"041_frame01", "the right ventricle ends a slice lower: tilted base"},
                      {"001_frame12", "the steepest base; a pocket between the ventricles"},
                      {"068_frame12", "six closed slices"},
                      {"081_frame01", "a large right ventricle"},
                      {"061_frame01", "a normal heart"}};
INSTANTIATE_TEST_SUITE_P(Acdc, RealBiventricles, testing::ValuesIn(both), name_of);

TEST(RealMeshes, AreTheSameBitsInThreeRuns) {
  SKIP_WITHOUT(file_of("041_frame11"));
  for (const std::string ventricles : {"left", "both"}) {
    std::vector<std::string> hashes;
    for (int run = 0; run < 3; ++run) {
      const std::vector<char> elsewhere(1000003 * static_cast<std::size_t>(run + 1)); // other addresses must not matter
      io::Quantities quantities;
      MeshOptions options;
      options.element_size = 5;
      hashes.push_back(hash_of(make_ventricles(shape_of("041_frame11", ventricles), options, quantities)));
    }
    EXPECT_EQ(hashes[1], hashes[0]);
    EXPECT_EQ(hashes[2], hashes[0]);
  }
}

} // namespace
} // namespace corvivo::mesh
