#include <mesh/fibres.hpp>
#include <mesh/generate.hpp>
#include <mesh/quality.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <tests/support/petsc.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::mesh {
namespace {

HeartShape shape_of(const std::filesystem::path &path) {
  SegmentationOptions options;
  options.ed = path;
  options.labels = {3, 2, {}, 1};
  io::Quantities quantities;
  const Segmentation segmentation = segment(options, quantities);
  return interpolate_shape(segmentation.ed, segmentation.base_ed);
}

/// What the mesh of every patient must keep.
void expect_sound(const HeartShape &shape, const HeartMesh &mesh, const io::Quantities &quantities) {
  EXPECT_NO_THROW(check(mesh));
  EXPECT_LT(quantities.value("mesh_volume_error"), 3) << "% of the label map's cavity below the same plane: the issue's bound";
  EXPECT_NEAR(quantities.value("mesh_wall_volume") / shape.label_wall_volume, 1, 0.03);
  EXPECT_GT(quantities.value("mesh_min_dihedral_angle"), 10) << "13.7 to 22.3 degrees in the eight hearts looked at";
  EXPECT_LT(quality_table(mesh)[4].median, MeshOptions{}.element_size + 0.5) << "less where the wall is thin";
  EXPECT_EQ(edges_across_left_wall(mesh), 0u);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    for (const std::size_t n : mesh.triangles[t]) {
      const Vector3 &p = mesh.nodes[n];
      const std::string &name = mesh.surface_names[mesh.surface[t]];
      if (name == "base") {
        ASSERT_NEAR(shape.above_base(p), 0, 0.01) << "mm; the issue's bound";
      } else
        ASSERT_NEAR(name == "epicardium" ? shape.epicardium(p) : shape.endocardium(p), 0, 0.01) << "mm";
    }
}

TEST(PatientMesh, KeepsTheVolumesAndTheFlatBaseOfTheCase) {
  const HeartShape shape = shape_of(std::filesystem::path(CORVIVO_SOURCE_DIR) / "cases/01_patient_heartbeat/data/patient1_sax_ed.nii.gz");
  io::Quantities quantities, again;
  const HeartMesh mesh = make_left_ventricle(shape, MeshOptions{}, quantities);
  expect_sound(shape, mesh, quantities);
  EXPECT_EQ(mesh.nodes, make_left_ventricle(shape, MeshOptions{}, again).nodes) << "the same bits";

  const Fibres fibres = compute_fibres(MPI_COMM_WORLD, mesh, FibreOptions{}, quantities);
  EXPECT_NEAR(quantities.value("fibre_angle_endocardium"), 60, 1) << "flat facets against smooth normals";
  EXPECT_NEAR(quantities.value("fibre_angle_epicardium"), -60, 1);
  EXPECT_GT(quantities.value("wall_thickness_mean"), 4) << "mm; a healthy left ventricle has 6 to 10";
  EXPECT_LT(quantities.value("wall_thickness_mean"), 12);
  for (const auto &cell : mesh.tetrahedra) {
    const Frame frame = fibres.at(cell, {0.25, 0.25, 0.25, 0.25});
    ASSERT_NEAR(norm(frame.fibre), 1, 1e-12);
    ASSERT_NEAR(dot(frame.fibre, frame.sheet), 0, 1e-12);
    ASSERT_NEAR(dot(cross(frame.fibre, frame.sheet), frame.normal), 1, 1e-12);
  }
}

TEST(PatientMesh, MeshesThickSystolicAndThinDilatedWalls) {
  // ACDC (Bernard 2018, IEEE Trans Med Imaging 37:2514): hypertrophic at end systole, right-ventricular disease
  for (const char *name : {"patient021/patient021_frame13_gt.nii", "patient035/patient035_frame01_gt.nii"}) {
    std::filesystem::path path = test::shared(std::string("data/acdc_open/") + name);
    if (!std::filesystem::exists(path))
      path += ".gz";
    SKIP_WITHOUT(path);
    const HeartShape shape = shape_of(path);
    io::Quantities quantities;
    const HeartMesh mesh = make_left_ventricle(shape, MeshOptions{}, quantities);
    expect_sound(shape, mesh, quantities);
  }
}

} // namespace
} // namespace corvivo::mesh
