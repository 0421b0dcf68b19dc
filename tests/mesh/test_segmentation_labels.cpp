#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/segmentation.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>

using namespace corvivo;
using test::complaint;
using test::shared;
using test::TemporaryFolder;

namespace {

std::string convention_complaint(const io::Image &map, const std::string &name) {
  return complaint([&] { mesh::check_convention(map, mesh::label_convention(name)); });
}

/// The map of a heart in ACDC's numbers, in those of another convention.
io::Image from_acdc(io::Image map, const std::string &convention) {
  const mesh::LabelNumbers acdc = mesh::label_convention("acdc"), other = mesh::label_convention(convention);
  for (float &voxel : map.voxels) {
    const int number = static_cast<int>(voxel);
    voxel = static_cast<float>(number == acdc.cavity  ? other.cavity
                               : number == acdc.wall  ? other.wall
                               : number == acdc.right ? other.right
                                                      : 0);
  }
  return map;
}

double count(const io::Image &image, int number) {
  return static_cast<double>(std::count(image.voxels.begin(), image.voxels.end(), static_cast<float>(number)));
}

} // namespace

TEST(LabelConventions, AreNamedInACaseOrSpeltOut) {
  TemporaryFolder folder;
  mesh::SegmentationOptions options;
  const auto read = [&](const std::string &labels) {
    options = {};
    io::write_file(folder.file("a.yaml"), "corvivo: 1\nsegmentation:\n  ed: ed.nii\n  labels: " + labels + "\n");
    io::read_case(folder.file("a.yaml"), {}, [&](io::Schema &schema) { schema.section("segmentation", options, "Label maps."); });
    return options.labels;
  };
  EXPECT_EQ(read("acdc").cavity, 3);
  EXPECT_EQ(read("acdc").right, 1);
  EXPECT_EQ(read("mnms").cavity, 1);
  EXPECT_EQ(read("ukbb").right, 3);
  EXPECT_EQ(read("emidec").scar, 3);
  EXPECT_EQ(read("emidec").no_reflow, 4);
  EXPECT_EQ(read("{lv_cavity: 5, lv_wall: 6}").cavity, 5);
  EXPECT_SAYS(complaint([&] { read("acdcc"); }),
              "segmentation.labels: found 'acdcc', expected a name or a group of keys; did you mean 'acdc'?");
  EXPECT_SAYS(complaint([&] { read("{lv_cavity: 5}"); }), "segmentation.labels.lv_wall: missing");
}

// 200 real maps: each passes as ACDC, and in another convention's numbers is refused as ACDC. So a wrong name cannot give a wrong heart.
TEST(LabelConventions, AreNotConfusedOnAnyOfTheAcdcMaps) {
  const auto folder = shared("data/acdc_masks");
  SKIP_WITHOUT(folder);
  int maps = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".gz")
      continue;
    const io::Image map = io::read_label_image(entry.path().string());
    EXPECT_EQ(convention_complaint(map, "acdc"), "");
    EXPECT_SAYS(convention_complaint(map, "mnms"), "labels: 'acdc' would fit");
    EXPECT_SAYS(convention_complaint(map, "emidec"), "labels: 'acdc' would fit");
    const io::Image other = from_acdc(map, "mnms");
    EXPECT_EQ(convention_complaint(other, "ukbb"), "");
    EXPECT_SAYS(convention_complaint(other, "acdc"), "the map follows another convention; labels: 'emidec' or 'mnms' or 'ukbb' would fit");
    ++maps;
  }
  EXPECT_EQ(maps, 200);
}

TEST(LabelConventions, ThatCollideOnARealInfarctAreRefused) {
  const auto path = shared("data/emidec_scar/samplePositive_gt.nii.gz");
  SKIP_WITHOUT(path);
  const io::Image map = io::read_label_image(path.string());
  EXPECT_EQ(convention_complaint(map, "emidec"), "");
  for (const char *wrong : {"acdc", "mnms", "ukbb"})
    EXPECT_SAYS(convention_complaint(map, wrong), "holds label 4, which the convention");
  io::Image without_no_reflow = map; // then only the anatomy can tell
  std::replace(without_no_reflow.voxels.begin(), without_no_reflow.voxels.end(), 4.0F, 3.0F);
  EXPECT_SAYS(convention_complaint(without_no_reflow, "acdc"), "label 3 should be the left-ventricular cavity");
}

TEST(Infarcts, ThatTheCaseNamesAndTheMapLacksAreTold) {
  TemporaryFolder folder;
  io::write_nifti(test::SyntheticHeart().image(), folder.file("healthy.nii"));
  mesh::SegmentationOptions options;
  options.ed = folder.file("healthy.nii");
  options.labels = {3, 2, {}, 1};
  options.labels.scar = 4;
  io::Quantities quantities;
  testing::internal::CaptureStderr();
  io::set_quiet(false);
  mesh::segment(options, quantities);
  io::set_quiet(true);
  EXPECT_SAYS(testing::internal::GetCapturedStderr(), "no voxel has label 4 (scar); the map has 1 (");
  EXPECT_EQ(quantities.value("scar_volume"), 0);
  EXPECT_SAYS(quantities.find("scar_volume")->warning, "no voxel has label 4 (scar)");
  options.labels.scar = 0;
  options.labels.no_reflow = 9;
  mesh::segment(options, quantities);
  EXPECT_SAYS(quantities.find("no_reflow_volume")->warning, "no voxel has label 9 (no_reflow)");
}

TEST(Infarcts, AreKeptAsTissueOfTheirOwn) {
  const auto path = shared("data/emidec_scar/samplePositive_gt.nii.gz");
  SKIP_WITHOUT(path);
  mesh::SegmentationOptions options;
  options.ed = path;
  options.labels = mesh::label_convention("emidec");
  io::Quantities quantities;
  const mesh::Segmentation segmentation = mesh::segment(options, quantities);
  EXPECT_NEAR(quantities.value("scar_volume"), 19.5, 0.051) << "its README, to 0.1 mL";
  EXPECT_NEAR(quantities.value("no_reflow_volume"), 0.7, 0.051);
  ASSERT_TRUE(segmentation.tissue_ed);
  const io::Image raw = io::read_label_image(path.string());
  EXPECT_EQ(count(*segmentation.tissue_ed, mesh::scarred_wall), count(raw, 3));
  std::size_t outside = 0;
  for (std::size_t v = 0; v < segmentation.ed.voxels.size(); ++v)
    outside += segmentation.tissue_ed->voxels[v] > 0 && segmentation.ed.voxels[v] != mesh::lv_wall;
  EXPECT_EQ(outside, 0U) << "scar lies in the wall, in whatever order the slices were put";
  TemporaryFolder folder;
  save(segmentation, folder.path() / "saved");
  EXPECT_EQ(mesh::load_segmentation(folder.path() / "saved").tissue_ed->voxels, segmentation.tissue_ed->voxels);
}
