#include <io/formats/label_image.hpp>
#include <mesh/fibres.hpp>
#include <mesh/generate.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/segments.hpp>
#include <mesh/shape_interpolation.hpp>
#include <tests/support/petsc.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace corvivo::mesh {
namespace {

/// Label map to coordinates, segments and fibres, as the pipeline does.
void expect_sound(const std::filesystem::path &map, const LabelNumbers &numbers) {
  SCOPED_TRACE(map.filename().string());
  SegmentationOptions options;
  options.ed = map;
  options.labels = numbers;
  ShapeOptions shape_options;
  shape_options.ventricles = "both";
  io::Quantities q;
  const Segmentation segmentation = segment(options, q);
  const HeartMesh mesh = make_ventricles(interpolate_shape(segmentation.ed, segmentation.base_ed, shape_options), MeshOptions{}, q);
  const Fibres fibres = compute_fibres(MPI_COMM_SELF, mesh, FibreOptions{}, q);
  const VentricularCoordinates c = compute_coordinates(MPI_COMM_SELF, mesh, {}, q);
  const Segments segments = heart_segments(mesh, c);
  add_segment_quantities(mesh, c, segments, wall_thickness(mesh), q);

  const auto volumes = segment_volumes(mesh, segments.aha, aha_count);
  const double all = std::accumulate(volumes.begin(), volumes.end(), 0.0);
  const double basal = std::accumulate(volumes.begin(), volumes.begin() + 6, 0.0) / all;
  const double middle = std::accumulate(volumes.begin() + 6, volumes.begin() + 12, 0.0) / all;
  // Cerqueira 2002: of the mass of 102 hearts at autopsy 42, 36 and 21 % lay in the basal, middle and apical third. Six hearts that were
  // looked at had 41 to 46, 35 to 38 and 19 to 21 %.
  EXPECT_NEAR(basal, 0.42, 0.06);
  EXPECT_NEAR(middle, 0.36, 0.05);
  EXPECT_NEAR(1 - basal - middle, 0.21, 0.05);
  for (int s = 1; s <= 16; ++s) {
    EXPECT_GT(volumes[static_cast<std::size_t>(s) - 1] / all, 0.02) << aha_name(s);
    EXPECT_LT(volumes[static_cast<std::size_t>(s) - 1] / all, 0.12) << aha_name(s);
    EXPECT_GT(q.value("aha_thickness_" + std::to_string(s)), 3) << "mm";
    EXPECT_LT(q.value("aha_thickness_" + std::to_string(s)), 25) << "mm";
  }
  EXPECT_GT(q.value("rv_insertion_angle"), 60);
  EXPECT_LT(q.value("rv_insertion_angle"), 200);
  const LabelInsertions labels = find_insertions(segmentation.ed, segmentation.base_ed.first, segmentation.base_ed.slice);
  EXPECT_GT(dot(labels.to_septum, mesh.to_right_ventricle), std::cos(40 * M_PI / 180)) << "near the direction of the right cavity's centre";

  const CoordinateJumps septum = largest_jumps(mesh, c, false), insertions = largest_jumps(mesh, c, true);
  EXPECT_LT(septum.apicobasal, 0.2);
  EXPECT_LT(septum.transmural, 0.8);
  EXPECT_LT(insertions.apicobasal, 0.2);
  EXPECT_LT(insertions.arc, 20) << "mm";
  EXPECT_LT(q.value("fibre_jump_insertion_median"), 35);
  EXPECT_NEAR(q.value("fibre_angle_endocardium"), 60, 3);
  EXPECT_NEAR(q.value("fibre_angle_epicardium"), -60, 3);
  for (std::size_t cell = 0; cell < mesh.tetrahedra.size(); ++cell) {
    const VentricularPlace place = c.at(mesh, cell, {0.25, 0.25, 0.25, 0.25});
    ASSERT_TRUE(place.apicobasal >= 0 && place.apicobasal <= 1 && place.transmural >= 0 && place.transmural <= 1);
    const Frame f = fibres.at(mesh.tetrahedra[cell], {0.25, 0.25, 0.25, 0.25});
    ASSERT_NEAR(dot(cross(f.fibre, f.sheet), f.normal), 1, 1e-12);
  }
  for (const io::Quantity &quantity : q.all())
    if (quantity.name.find("fibre") == 0 || quantity.name == "rv_insertion_angle" || quantity.name == "mesh_cells")
      ::testing::Test::RecordProperty(map.filename().string().substr(0, 10) + "_" + quantity.name, std::to_string(quantity.value));
  ::testing::Test::RecordProperty(map.filename().string().substr(0, 10) + "_jumps",
                                  std::to_string(septum.apicobasal) + " " + std::to_string(septum.transmural) + " " +
                                      std::to_string(septum.arc) + " " + std::to_string(insertions.apicobasal) + " " +
                                      std::to_string(insertions.arc) + " thirds " + std::to_string(basal) + " " + std::to_string(middle));
}

TEST(BiventricularHearts, HaveSoundCoordinatesSegmentsAndFibres) {
  expect_sound(std::filesystem::path(CORVIVO_SOURCE_DIR) / "cases/01_patient_heartbeat/data/patient1_sax_ed.nii.gz", {3, 2, {}, 1});
}

TEST(BiventricularHearts, OfOtherDiseasesToo) {
  const auto folder = test::shared("data/acdc_masks");
  SKIP_WITHOUT(folder);
  // a dilated left ventricle, an abnormal right one, and one in whose free wall a harmonic function is constant to the last bit
  for (const char *patient : {"patient010", "patient090", "patient014"})
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
      if (const std::string name = entry.path().filename().string(); name.find(std::string(patient) + "_frame0") == 0)
        expect_sound(entry.path(), {3, 2, {}, 1});
}

} // namespace
} // namespace corvivo::mesh
