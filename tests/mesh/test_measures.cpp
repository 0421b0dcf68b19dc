// What is measured of a patient beside volumes: the atrium, the annulus, segments, fat.
#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/atrium.hpp>
#include <mesh/measures.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::mesh {
namespace {

using test::complaint;
using test::SyntheticHeart;
using test::TemporaryFolder;

Segmentation segmented(const io::Image &image, io::Quantities &quantities, LabelNumbers labels = {3, 2, {}, 1}) {
  TemporaryFolder folder;
  io::write_nifti(image, folder.file("map.nii"));
  SegmentationOptions options;
  options.ed = folder.file("map.nii");
  options.labels = labels;
  return segment(options, quantities);
}

TEST(Atrium, OfPatient1HasTheValuesOfItsTable) {
  const auto file = test::shared("data/patient1/la_contours_patient1.json");
  SKIP_WITHOUT(file);
  const std::vector<AtrialContour> contours = read_atrial_contours(file);
  ASSERT_EQ(contours.size(), 4u);
  // patient1_volumes.csv: area in cm^2 and length in cm of each contour
  const std::array<std::array<double, 2>, 4> table{{{19.57, 3.80}, {10.28, 2.57}, {17.34, 2.68}, {8.69, 1.84}}};
  for (std::size_t c = 0; c < 4; ++c) {
    const AtrialMeasures m = measure(contours[c]);
    EXPECT_NEAR(m.area / 100, table[c][0], 0.006) << c << ": printed to 0.01";
    EXPECT_NEAR(m.length / 10, table[c][1], 0.006) << c;
  }
  io::Quantities q;
  add_atrial_measures(contours, q);
  EXPECT_NEAR(q.value("la_volume_lv_ed"), 41.2, 0.3) << "mL; of areas and lengths rounded to 0.01 cm";
  EXPECT_NEAR(q.value("la_volume_lv_ed_mean_length"), 34.4, 0.3);
  EXPECT_NEAR(q.value("la_volume_max"), 107.5, 0.5);
  EXPECT_NEAR(q.value("la_volume_max_mean_length"), 88.9, 0.5);
  EXPECT_EQ(q.value("la_volume_min"), q.value("la_volume_lv_ed"));
  EXPECT_NEAR(q.value("mitral_annulus_4ch_ed"), std::hypot(41.218, 5.604, 12.097), 0.01) << "mm between its two ends in the file";
}

TEST(Atrium, ThatIsABallHasABallsVolume) {
  AtrialContour circle;
  for (int i = 1; i < 720; ++i) // nearly closed: an annulus of 0.35 mm
    circle.points.push_back({20 * std::sin(i * M_PI / 360), 7, -20 * std::cos(i * M_PI / 360)});
  circle.annulus_from = circle.points.front();
  circle.annulus_to = circle.points.back();
  const AtrialMeasures m = measure(circle);
  EXPECT_NEAR(biplane_volume(m, m, m.length), 4.0 / 3 * M_PI * 8, 0.01);
}

TEST(Atrium, ThatCannotBeMeasuredIsRefusedWithASentence) {
  TemporaryFolder folder;
  const auto says = [&](const std::string &text) {
    io::write_file(folder.file("la.json"), text);
    return complaint([&] {
      io::Quantities q;
      add_atrial_measures(read_atrial_contours(folder.file("la.json")), q);
    });
  };
  const std::string points = "\"contour_lps_mm\": [[0,0,0],[0,10,0],[5,20,0],[10,10,0],[10,0,0]]}";
  EXPECT_SAYS(says("{"), "not a file of atrial contours");
  EXPECT_SAYS(says("{\"contours\": [{\"view\": \"3CH\", \"frame_index\": 0, " + points + "]}"),
              "found the view '3CH', expected 4CH or 2CH");
  EXPECT_SAYS(says("{\"contours\": [{\"view\": \"4CH\", \"frame_index\": 0, " + points + "]}"), "no frame with both views");
  EXPECT_SAYS(says("{\"contours\": [{\"view\": \"4CH\", \"frame_index\": 0, \"contour_lps_mm\": [[0,0,0]]}]}"), "found 1 points");
}

TEST(SegmentMeasures, FindTheThickWallWhereItIs) {
  SyntheticHeart heart;
  heart.open = 0;
  io::Image image = heart.image();
  const double half = 0.5 * heart.pixel * double(heart.pixels - 1);
  for (std::size_t k = heart.empty; k < heart.slices; ++k) // 5 mm more in front: minus y, where the axis from apex to base x septum points
    for (std::size_t j = 0; j < image.size[1]; ++j)
      for (std::size_t i = 0; i < image.size[0]; ++i) {
        const double x = heart.pixel * double(i) - half, y = heart.pixel * double(j) - half, r = std::hypot(x, y);
        const double outer = heart.outer_at(heart.depth(k));
        if (y < 0 && std::abs(std::atan2(x, -y)) < M_PI / 6 && r >= outer && outer > 0 && r < outer + 5)
          image.voxels[image.index(i, j, k)] = 2;
      }
  io::Quantities q;
  const Segmentation s = segmented(image, q);
  add_shape_measures(s, q);
  const auto at = [&](int segment) { return q.value("segment_thickness_ed_" + std::to_string(segment)); };
  for (const int middle : {8, 9, 10, 11, 12})
    EXPECT_NEAR(at(middle), 9.3, 1.3) << middle << ": the wall of 9 mm";
  // The thick part ends at the segment's own borders: of its 30 mm of wall the 5 mm beside each border see its edge, so a third of the
  // segment lacks between half and all of the 5 mm.
  EXPECT_GT(at(7), 14 - 5.0 / 2);
  EXPECT_LT(at(7), 14 - 5.0 / 6 + 0.5);
  for (const int basal : {2, 3, 4, 5, 6})
    EXPECT_LT(at(basal), at(1) - 2.5) << basal;
  EXPECT_TRUE(q.find("segment_thickness_ed_7")->reference_range.has_value());
}

TEST(SegmentMeasures, OfPatient1ThickenInSystole) {
  const std::filesystem::path data = std::filesystem::path(CORVIVO_SOURCE_DIR) / "cases/01_patient_heartbeat/data";
  SegmentationOptions options;
  options.ed = data / "patient1_sax_ed.nii.gz";
  options.es = data / "patient1_sax_es.nii.gz";
  options.labels = {3, 2, {}, 1};
  io::Quantities q;
  add_shape_measures(segment(options, q), q);
  double mean = 0;
  int thicker = 0;
  for (int s = 1; s <= 12; ++s) { // the apex comes and goes with the slices
    const std::string number = std::to_string(s);
    const double ed = q.value("segment_thickness_ed_" + number), es = q.value("segment_thickness_es_" + number);
    EXPECT_NEAR(q.value("segment_thickening_" + number), es - ed, 1e-12);
    EXPECT_NEAR(q.value("segment_thickening_percent_" + number), 100 * (es / ed - 1), 1e-9);
    thicker += es > ed;
    mean += (es - ed) / 12;
  }
  EXPECT_GE(thicker, 10) << "of twelve: the base comes down, so that a segment of the same number is other muscle";
  EXPECT_GT(mean, 1.5) << "mm: Ubachs 2009, healthy, mean less two standard deviations";
  EXPECT_LT(mean, 7.2);
  EXPECT_NEAR(q.value("rv_sv"), q.value("rv_edv") - q.value("rv_esv"), 1e-9);
}

TEST(SegmentMeasures, CountEpicardialFatWhereItIsLabelled) {
  io::Image image = SyntheticHeart().image();
  std::size_t fat = 0;
  for (std::size_t v = image.index(0, 0, 4); v < image.index(20, 0, 4); ++v, ++fat)
    image.voxels[v] = 9;
  LabelNumbers labels{3, 2, {}, 1};
  labels.fat = 9;
  io::Quantities q;
  segmented(image, q, labels);
  EXPECT_NEAR(q.value("epicardial_fat_volume"), double(fat) * image.voxel_volume() / 1000, 1e-9);
}

} // namespace
} // namespace corvivo::mesh
