#include <io/base/errors.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/measures.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/segmentation_repair.hpp>
#include <mesh/shape_interpolation.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace corvivo;
using test::shared;
using test::SyntheticHeart;
using test::TemporaryFolder;

namespace {

mesh::Segmentation segmented(const std::filesystem::path &path, const std::string &shifts = "corrected") {
  mesh::SegmentationOptions options;
  options.ed = path;
  options.labels = {3, 2, {}, 1};
  options.slice_shifts = shifts;
  io::Quantities quantities;
  return mesh::segment(options, quantities);
}

mesh::Segmentation segmented(const io::Image &image, const std::string &shifts = "corrected") {
  TemporaryFolder folder;
  io::write_nifti(image, folder.file("ed.nii"));
  return segmented(folder.file("ed.nii"), shifts);
}

/// One slice moved within its plane, by whole pixels.
io::Image moved(io::Image image, std::size_t slice, std::array<int, 2> pixels) {
  mesh::apply_shifts(image, {{slice, pixels, {}}});
  return image;
}

std::string notes_of(const mesh::Segmentation &s) {
  std::string all;
  for (const std::string &note : s.notes)
    all += note + "\n";
  return all;
}

} // namespace

TEST(SliceShifts, AreFoundAndTakenBack) {
  const io::Image image = SyntheticHeart().image();
  const mesh::Segmentation straight = segmented(image);
  EXPECT_EQ(notes_of(straight).find("off the long axis"), std::string::npos);
  for (const std::array<int, 2> pixels : {std::array<int, 2>{3, -2}, {-4, 0}, {2, 2}})
    for (const std::size_t slice : {3u, 5u, 6u}) { // of those that show a closed ring, from base to apex
      const io::Image off = moved(image, slice, pixels);
      const mesh::Segmentation s = segmented(off);
      EXPECT_SAYS(notes_of(s), "slice " + std::to_string(image.size[2] - slice) + " (counted from the apex) lies");
      EXPECT_EQ(s.ed.voxels, straight.ed.voxels) << "whole pixels of 1.5 mm: exactly where they were";
      EXPECT_NE(segmented(off, "reported").ed.voxels, straight.ed.voxels);
      EXPECT_SAYS(notes_of(segmented(off, "reported")), "left there");
      EXPECT_EQ(notes_of(segmented(off, "ignored")).find("off the long axis"), std::string::npos);
    }
}

TEST(SliceShifts, OfTheSameBreathHoldAreFoundInBothPhases) {
  // The slices of one breath-hold lie off the axis in every phase: end-diastole and end-systole were drawn separately, so that the same
  // slice found in both is found in the images, not in the drawing.
  for (const char *patient : {"020", "040", "096"}) {
    std::vector<std::size_t> found;
    std::vector<std::array<double, 2>> off;
    const auto folder = shared("data/acdc_masks");
    SKIP_WITHOUT(folder);
    std::size_t phases = 0;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
      if (entry.path().filename().string().find(std::string("patient") + patient + "_frame") == 0) {
        const mesh::Segmentation s = segmented(entry.path(), "reported");
        const auto shifts = mesh::estimate_shifts(s.ed, s.base_ed);
        ASSERT_FALSE(shifts.empty()) << entry.path();
        found.push_back(shifts[0].slice);
        off.push_back(shifts[0].off);
        ++phases;
      }
    ASSERT_EQ(phases, 2u);
    EXPECT_EQ(found[0], found[1]) << patient;
    EXPECT_LT(std::hypot(off[0][0] - off[1][0], off[0][1] - off[1][1]), 3) << "mm, " << patient << ": two pixels of drawing";
  }
}

TEST(SliceShifts, ThatWouldLeaveTheImageAreRefused) {
  io::Image image = SyntheticHeart().image();
  EXPECT_THROW(mesh::apply_shifts(image, {{5, {80, 0}, {}}}), io::CaseError);
}

TEST(Repairs, CloseThinGapsBetweenClosedSlicesAndCountThem) {
  io::Image open = SyntheticHeart().image();
  for (std::size_t j = 48; j < open.size[1]; ++j)
    for (const std::size_t i : {47u, 48u})
      if (float &v = open.voxels[open.index(i, j, 5)]; v == 2)
        v = 0;
  const mesh::Segmentation s = segmented(open);
  EXPECT_SAYS(notes_of(s), "pixels of wall were added to close a gap");
  EXPECT_SAYS(notes_of(s), "slice 8 (counted from the apex)");
  EXPECT_EQ(s.base_ed.closed_slices, 8u);
}

TEST(Repairs, CutStrandsAndRejoinThePartedCavity) {
  io::Image image = SyntheticHeart().image();
  const mesh::Segmentation whole = segmented(image);
  for (std::size_t i = 30; i < 66; ++i) // a strand across the cavity
    if (float &v = image.voxels[image.index(i, 48, 5)]; v == 3)
      v = 2;
  for (std::size_t i = 4; i < 30; ++i) // one that sticks out, away from the right ventricle
    if (float &v = image.voxels[image.index(i, 48, 6)]; v == 0)
      v = 2;
  const mesh::Segmentation s = segmented(image);
  EXPECT_SAYS(notes_of(s), "parted the cavity were made cavity");
  EXPECT_SAYS(notes_of(s), "stuck out of the ventricle were removed");
  std::size_t different = 0;
  for (std::size_t v = 0; v < s.ed.voxels.size(); ++v)
    different += s.ed.voxels[v] != whole.ed.voxels[v];
  EXPECT_LE(different, 4u) << "the ends of a strand may look like wall";
}

TEST(Repairs, LeaveCleanMapsAsTheyAre) {
  const io::Image image = SyntheticHeart().image();
  const std::string notes = notes_of(segmented(image));
  for (const char *word : {"removed", "filled", "added", "parted", "off the long axis"})
    EXPECT_EQ(notes.find(word), std::string::npos) << notes;
}

TEST(Measures, OfAnEllipsoidAreAnalytic) {
  SyntheticHeart heart;
  heart.open = 0;
  const mesh::Segmentation s = segmented(heart.image());
  const mesh::LeftVentricleMeasures m = mesh::measure(mesh::interpolate_shape(s.ed, s.base_ed));
  EXPECT_NEAR(m.thickness_mean, 9, 0.6) << "9 mm at the base, 10 at the apex but seen along its slant; half a pixel is 0.75 mm";
  EXPECT_GT(m.thickness_thin, 7.5);
  EXPECT_LT(m.thickness_thick, 11.5);
  EXPECT_NEAR(m.length, heart.inner_length, 4) << "half a slice step";
  const double exact = 2.0 / 3 * M_PI * 24 * 24 * m.length / (M_PI / 6 * std::pow(m.length, 3));
  EXPECT_NEAR(m.sphericity / exact, 1, 0.06) << "half an ellipsoid over the ball; its slices know its end to half a step";
}

TEST(Measures, PerBodySurfaceAreMostellers) {
  EXPECT_NEAR(mesh::body_surface(180, 80), 2.0, 1e-12) << "sqrt(180 80 / 3600)";
  io::Quantities quantities;
  quantities.set("lv_edv", 150, "mL");
  quantities.set("lv_mass", 100, "g");
  mesh::add_indexed_measures(180, 80, quantities);
  EXPECT_NEAR(quantities.value("lv_edv_index"), 75, 1e-12);
  EXPECT_NEAR(quantities.value("lv_mass_index"), 50, 1e-12);
  EXPECT_TRUE(quantities.find("lv_mass_index")->reference_range.has_value());
  EXPECT_FALSE(quantities.has("rv_edv_index"));
}

TEST(Measures, TellTheGroupsApart) {
  // ACDC (Bernard 2018): dilated, hypertrophic and normal hearts at end-diastole
  const auto thickness = [](const char *name) {
    const mesh::Segmentation s = segmented(shared("data/acdc_masks/patient" + std::string(name) + "_frame01_gt.nii.gz"));
    return mesh::measure(mesh::interpolate_shape(s.ed, s.base_ed));
  };
  SKIP_WITHOUT(shared("data/acdc_masks/patient061_frame01_gt.nii.gz"));
  const auto normal = thickness("061"), thick = thickness("021"), wide = thickness("001");
  EXPECT_GT(thick.thickness_thick, 15) << "mm: what defines a hypertrophic cardiomyopathy (ESC 2014, Eur Heart J 35:2733)";
  EXPECT_LT(normal.thickness_thick, 13);
  EXPECT_GT(wide.sphericity, normal.sphericity);
}
