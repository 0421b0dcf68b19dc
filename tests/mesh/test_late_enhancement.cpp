// Scar and border zone by thresholds of a late-gadolinium image: phantoms of known volume, a real image with an expert's outline, bad
// input.
#include <io/base/log.hpp>
#include <io/base/random_stream.hpp>
#include <io/base/schema.hpp>
#include <io/base/units.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/segmentation.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace corvivo::mesh {
namespace {

using test::shared;
using test::SyntheticHeart;
using test::TemporaryFolder;

constexpr int scar = 4, border = 6, known_healthy = 8;

/// A sector of the lateral wall's inner two thirds is scar, with border zone on both sides; a part of the septum is known to be healthy.
io::Image drawn_infarct() {
  const SyntheticHeart heart;
  io::Image image = heart.image();
  const double half = 0.5 * heart.pixel * double(heart.pixels - 1);
  for (std::size_t k = 3; k < 9; ++k)
    for (std::size_t j = 0; j < image.size[1]; ++j)
      for (std::size_t i = 0; i < image.size[0]; ++i) {
        float &voxel = image.voxels[image.index(i, j, k)];
        const double x = heart.pixel * double(i) - half, y = heart.pixel * double(j) - half, angle = std::abs(std::atan2(y, -x));
        const double inner = heart.inner_at(heart.depth(k)), depth = (std::hypot(x, y) - inner) / (heart.outer_at(heart.depth(k)) - inner);
        if (voxel == 2)
          voxel = angle > 2.6 ? float(known_healthy) : depth > 0.67 ? 2.0F : angle < 0.6 ? float(scar) : angle < 0.8 ? float(border) : 2.0F;
      }
  return image;
}

struct Phantom {
  double healthy = 100, border = 180, scar = 400, noise = 0;
  bool rician = false;
  std::uint64_t seed = 1;

  io::Image of(const io::Image &labels) const {
    io::RandomStream random(seed);
    io::Image image = labels;
    for (float &voxel : image.voxels) {
      const int label = static_cast<int>(voxel);
      const double signal = label == mesh::scar                          ? scar
                            : label == mesh::border                      ? border
                            : label == 2 || label == mesh::known_healthy ? healthy
                            : label == 0                                 ? 40
                                                                         : 350; // blood is bright
      const double real = signal + noise * random.normal(), imaginary = rician ? noise * random.normal() : 0;
      voxel = static_cast<float>(rician ? std::hypot(real, imaginary) : real);
    }
    return image;
  }
};

struct Result {
  Segmentation segmentation;
  io::Quantities quantities;
  double value(const std::string &name) const { return quantities.value(name); }
  double voxels(Tissue tissue) const {
    return static_cast<double>(std::count(segmentation.tissue_ed->voxels.begin(), segmentation.tissue_ed->voxels.end(), float(tissue)));
  }
};

Result segmented(const SegmentationOptions &options) {
  Result result;
  result.segmentation = segment(options, result.quantities);
  return result;
}

/// mL of a label of the drawn map.
double drawn_volume(int label) {
  const io::Image labels = drawn_infarct();
  return static_cast<double>(std::count(labels.voxels.begin(), labels.voxels.end(), float(label))) * labels.voxel_volume() / io::mm3_per_mL;
}

using Change = std::function<void(LateEnhancementOptions &)>;

Result by_image(const io::Image &labels, const io::Image &image, const Change &change) {
  TemporaryFolder folder;
  io::write_nifti(labels, folder.file("labels.nii"));
  io::write_nifti(image, folder.file("late.nii"));
  SegmentationOptions options;
  options.ed = folder.file("labels.nii");
  options.labels = {3, 2, {scar, border, known_healthy}, 1};
  options.late_enhancement.emplace();
  options.late_enhancement->image = folder.file("late.nii");
  options.late_enhancement->rule = "deviations";
  options.late_enhancement->scar = 6;
  change(*options.late_enhancement);
  return segmented(options);
}

std::string complaint_of(const io::Image &image, const Change &change) {
  return test::complaint([&] { by_image(drawn_infarct(), image, change); });
}

void exactly(LateEnhancementOptions &options) {
  options.rule = "maximum";
  options.scar = 0.7;
  options.border = 0.3;
  options.smallest_island = 0;
}

bool says(const std::vector<std::string> &notes, const std::string &part) {
  return std::any_of(notes.begin(), notes.end(), [&](const std::string &note) { return note.find(part) != std::string::npos; });
}

TEST(LateEnhancementMaps, AreThoseOfLabelsWhereThresholdsAreExactOnAnyGrid) {
  TemporaryFolder folder;
  const io::Image labels = drawn_infarct(), image = Phantom().of(labels);
  io::write_nifti(labels, folder.file("labels.nii"));
  SegmentationOptions options;
  options.ed = folder.file("labels.nii");
  options.labels = {3, 2, {known_healthy}, 1};
  options.labels.scar = scar;
  options.labels.border_zone = border;
  const Result expected = segmented(options);
  ASSERT_GT(expected.voxels(scarred_wall), 400);
  ASSERT_GT(expected.voxels(border_zone_wall), 100);

  io::Image turned = image; // the same voxels in another order of axes, and a margin of two
  turned.size = {image.size[2], image.size[0] + 2, image.size[1]};
  for (std::size_t r = 0; r < 3; ++r)
    turned.affine[r] = {image.affine[r][2], image.affine[r][0], image.affine[r][1], image.affine[r][3] - 2 * image.affine[r][0]};
  turned.voxels.assign(turned.size[0] * turned.size[1] * turned.size[2], 40.0F);
  for (std::size_t k = 0; k < image.size[2]; ++k)
    for (std::size_t j = 0; j < image.size[1]; ++j)
      for (std::size_t i = 0; i < image.size[0]; ++i)
        turned.voxels[turned.index(k, i + 2, j)] = image.voxels[image.index(i, j, k)];
  for (const io::Image &grid : {image, turned}) {
    const Result found = by_image(labels, grid, exactly);
    EXPECT_EQ(found.segmentation.tissue_ed->voxels, expected.segmentation.tissue_ed->voxels);
    for (const char *name : {"scar_volume", "scar_mass", "scar_share", "border_zone_volume", "border_zone_share", "lv_mass"})
      EXPECT_EQ(found.value(name), expected.value(name)) << name;
    EXPECT_EQ(found.value("late_enhancement_maximum"), 400);
    EXPECT_EQ(found.value("late_enhancement_scar_threshold"), 0.7 * 400);
    EXPECT_EQ(found.value("late_enhancement_border_threshold"), 0.3 * 400);
  }
  EXPECT_NEAR(expected.value("scar_volume"), drawn_volume(scar), 1e-9);
  EXPECT_NEAR(expected.value("scar_share"), 100 * drawn_volume(scar) / (expected.value("lv_mass") / 1.05), 1e-9);
  EXPECT_NEAR(expected.value("scar_mass"), 1.05 * drawn_volume(scar), 1e-9);
}

TEST(LateEnhancementMaps, OfNoisyPhantomsHaveTheDrawnVolumesByBothRules) {
  for (const bool rician : {false, true})
    for (const std::uint64_t seed : {1, 2, 3}) {
      // Deviations: border zone 4 SD above healthy wall, thresholds 2 SD below and above it, so 2 % of it cross either.
      const Result deviations = by_image(drawn_infarct(), Phantom{100, 180, 400, 20, rician, seed}.of(drawn_infarct()),
                                         [](auto &options) { options.border = 2; });
      EXPECT_NEAR(deviations.value("scar_volume") / drawn_volume(scar), 1, 0.02) << "seed " << seed << " rician " << rician;
      EXPECT_NEAR(deviations.value("border_zone_volume") / drawn_volume(border), 1, 0.15)
          << "and 2 % of the healthy wall pass the lower threshold, of which those beside the scar are no islands";
      // Maximum: the largest of a few hundred voxels of scar lies some 3 SD above its mean.
      const Result maximum = by_image(drawn_infarct(), Phantom{100, 230, 500, 15, rician, seed}.of(drawn_infarct()), [](auto &options) {
        options.rule = "maximum";
        options.scar = 0.5;
        options.border = 0.35;
      });
      EXPECT_NEAR(maximum.value("scar_volume") / drawn_volume(scar), 1, 0.02) << "seed " << seed << " rician " << rician;
      EXPECT_NEAR(maximum.value("border_zone_volume") / drawn_volume(border), 1, 0.05);
      EXPECT_NEAR(maximum.value("late_enhancement_maximum"), 500 + 3 * 15, 1.5 * 15);
    }
}

TEST(LateEnhancementMaps, TakeRemoteMuscleFromHistogramLabelOrSegmentsAlike) {
  const io::Image image = Phantom{100, 180, 400, 20, false, 5}.of(drawn_infarct());
  const auto with = [&](const Change &change) { return by_image(drawn_infarct(), image, change); };
  const Result histogram = with([](auto &) {}), label = with([](auto &options) { options.remote.label = known_healthy; }),
               septum = with([](auto &options) {
                 options.remote.segments = {2, 3, 8, 9};
               });
  for (const Result *one : {&histogram, &label, &septum}) {
    EXPECT_NEAR(one->value("late_enhancement_remote_mean"), 100, 2) << "a hundredth of the muscle's intensity is two standard errors";
    EXPECT_NEAR(one->value("late_enhancement_remote_sd"), 20, 1);
    EXPECT_GT(one->value("late_enhancement_remote_volume"), 5) << "mL";
    EXPECT_NEAR(one->value("scar_volume") / drawn_volume(scar), 1, 0.02);
  }
  const Result lateral = with([](auto &options) { // where the scar lies: the rule then finds little, as it should
    options.remote.segments = {5, 6, 11, 12};
    options.scar = 1;
  });
  EXPECT_GT(lateral.value("late_enhancement_remote_mean"), 150);
  EXPECT_GT(lateral.value("late_enhancement_remote_sd"), 80);
  // Muscle that the inversion has nulled shows noise alone, whose Rayleigh distribution has mean 1.2533 and SD 0.6551 of each channel's.
  const Result nulled = by_image(drawn_infarct(), Phantom{0, 180, 400, 20, true, 6}.of(drawn_infarct()), [](auto &) {});
  EXPECT_NEAR(nulled.value("late_enhancement_remote_mean"), 1.2533 * 20, 0.1 * 1.2533 * 20)
      << "the cut at 2 SD takes more above than below";
  EXPECT_NEAR(nulled.value("late_enhancement_remote_sd"), 0.6551 * 20, 0.1 * 0.6551 * 20);
}

TEST(LateEnhancementMaps, LoseIslandsBelowTheStatedSize) {
  io::Image labels = drawn_infarct();
  io::Image image = Phantom().of(labels);
  std::vector<std::size_t> septal; // three neighbours in a row
  for (std::size_t i = 0; i < image.size[0] && septal.size() < 3; ++i)
    if (const std::size_t v = image.index(i, 48, 5); labels.voxels[v] == known_healthy)
      septal.push_back(v);
  ASSERT_EQ(septal.size(), 3u);
  for (const std::size_t v : septal)
    image.voxels[v] = 400;
  const double island = 3 * labels.voxel_volume() / io::mm3_per_mL; // 0.054 mL
  const auto volume = [&](double smallest) {
    return by_image(labels, image,
                    [&](auto &options) {
                      exactly(options);
                      options.smallest_island = smallest;
                    })
        .value("scar_volume");
  };
  EXPECT_NEAR(volume(0), drawn_volume(scar) + island, 1e-9);
  EXPECT_NEAR(volume(island), drawn_volume(scar) + island, 1e-9) << "those of just that size stay";
  EXPECT_NEAR(volume(1.01 * island), drawn_volume(scar), 1e-9);
  const Result lost = by_image(labels, image, [&](auto &options) {
    exactly(options);
    options.smallest_island = 0.1;
  });
  EXPECT_TRUE(says(lost.segmentation.notes, "0.1 mL in islands smaller than 0.1 mL were left out"));
}

/// The expert's outline of a real acute infarct (EMIDEC): 19.5 mL of infarct and 0.7 mL without reperfusion within 138.7 mL of wall.
TEST(LateEnhancementMaps, OfARealImageAreNearTheExpertsOutline) {
  const auto folder = shared("data/emidec_scar");
  SKIP_WITHOUT(folder);
  const io::Image outline = io::read_label_image((folder / "samplePositive_gt.nii.gz").string());
  SegmentationOptions options;
  options.ed = folder / "samplePositive_gt.nii.gz";
  options.labels = {1, 2, {3, 4}, 0};
  options.late_enhancement.emplace();
  options.late_enhancement->image = folder / "samplePositive_lge.nii.gz";
  options.late_enhancement->rule = "deviations";
  options.late_enhancement->scar = 2;
  const Result found = segmented(options);
  // The image's 4606 voxels that the expert calls healthy: 2159.5 +- 108.7.
  EXPECT_NEAR(found.value("late_enhancement_remote_mean"), 2159.5, 0.1 * 108.7);
  EXPECT_NEAR(found.value("late_enhancement_remote_sd"), 108.7, 0.15 * 108.7);
  EXPECT_NEAR(found.value("scar_volume"), 20.3, 0.15 * 20.3) << "2 SD, as Kim 1999; contrast is three times the noise";
  SegmentationOptions by_labels = options;
  by_labels.late_enhancement.reset();
  by_labels.labels = {1, 2, {}, 0};
  by_labels.labels.scar = 3;
  by_labels.labels.no_reflow = 4;
  const Result expert = segmented(by_labels);
  double both = 0, either = 0;
  for (std::size_t v = 0; v < expert.segmentation.tissue_ed->voxels.size(); ++v) {
    const bool a = found.segmentation.tissue_ed->voxels[v] > 0, b = expert.segmentation.tissue_ed->voxels[v] > 0;
    both += a && b;
    either += double(a) + double(b);
  }
  EXPECT_GT(2 * both / either, 0.68) << "Dice; thresholds alone reach 0.70 +- 0.13 (2 SD) and 0.50 +- 0.33 (5 SD) on 49 patients "
                                        "(J Cardiovasc Magn Reson, PMC4855857, table 1)";
  // Its intensities have an offset of about 2000: half of the maximum is darker than all muscle.
  options.late_enhancement->rule = "maximum";
  options.late_enhancement->scar = 0.5;
  EXPECT_SAYS(test::complaint([&] { segmented(options); }), "the image has an offset; try above: remote");
  options.late_enhancement->above = "remote";
  EXPECT_LT(segmented(options).value("scar_volume"), found.value("scar_volume")) << "half way to the maximum is 3.3 SD";
}

TEST(LateEnhancementOptionsOfACase, AreReadAndHaveNoDefaultRule) {
  TemporaryFolder folder;
  SegmentationOptions options;
  const auto read = [&](const std::string &section) {
    options = {};
    io::write_file(folder.file("a.yaml"),
                   "corvivo: 1\nsegmentation:\n  ed: ed.nii\n  labels: {lv_cavity: 3, lv_wall: 2}\n  late_enhancement: " + section + "\n");
    return test::complaint([&] {
      io::read_case(folder.file("a.yaml"), {}, [&](io::Schema &schema) { schema.section("segmentation", options, "Label maps."); });
    });
  };
  EXPECT_EQ(read("{image: late.nii.gz, rule: maximum, scar: 50 %, border: 35 %, remote: {segments: [3, 4]}}"), "");
  EXPECT_EQ(options.late_enhancement->image, folder.path() / "late.nii.gz");
  EXPECT_EQ(options.late_enhancement->scar, 0.5);
  EXPECT_DOUBLE_EQ(*options.late_enhancement->border, 0.35);
  EXPECT_EQ(options.late_enhancement->remote.segments, (std::vector<int>{3, 4}));
  const std::string missing = read("{frame: 1}");
  for (const char *key : {"late_enhancement.image: missing", "late_enhancement.rule: missing", "late_enhancement.scar: missing"})
    EXPECT_SAYS(missing, key);
  EXPECT_SAYS(read("{image: late.nii.gz, rule: deviations, scar: 5, remote: {segments: [18]}}"), "18");
}

TEST(BadLateEnhancement, ThresholdsThatContradictThemselvesAreRefused) {
  const io::Image image = Phantom{100, 180, 400, 20}.of(drawn_infarct());
  EXPECT_SAYS(complaint_of(image, [](auto &o) { o.border = 6; }), "border: found 6, expected less than that of the scar, 6");
  EXPECT_SAYS(complaint_of(image, [](auto &o) { o.border = 8; }), "are the two swapped?");
  EXPECT_SAYS(complaint_of(image, [](auto &o) { o.rule = "maximum"; }), "found 6 under rule: maximum, expected a share below 1");
  EXPECT_SAYS(complaint_of(image, [](auto &o) { o.scar = 0.5; }), "found 0.5 under rule: deviations");
  EXPECT_SAYS(complaint_of(image, [](auto &o) { o.above = "remote"; }), "above: found beside rule: deviations");
  EXPECT_SAYS(complaint_of(image,
                           [](auto &o) {
                             o.remote.label = 2;
                             o.remote.segments = {3};
                           }),
              "found both label and segments");
  LateEnhancementOptions options;
  options.rule = "deviations";
  options.scar = 5;
  EXPECT_SAYS(test::complaint([&] { options.check(label_convention("emidec")); }), "the labels of 'emidec' that name scar");
}

TEST(BadLateEnhancement, ImagesThatAreNotOfThisWallAreRefused) {
  const io::Image labels = drawn_infarct(), image = Phantom{100, 180, 400, 20}.of(labels);
  const Change none = [](auto &) {};
  EXPECT_SAYS(complaint_of(image, [](auto &o) { o.image = "nowhere/late.nii"; }), "nowhere/late.nii: cannot be read");
  io::Image elsewhere = image;
  for (std::size_t r = 0; r < 3; ++r)
    elsewhere.affine[r][3] += 150;
  EXPECT_SAYS(complaint_of(elsewhere, none), "does not show 100.0 % of the wall below the base plane: it reaches over [");
  io::Image cut = image; // without the apical slices: they run from base to apex
  cut.size[2] = 8;
  cut.voxels.resize(cut.size[0] * cut.size[1] * cut.size[2]);
  EXPECT_SAYS(complaint_of(cut, none), "expected all of it; try an image of the whole ventricle");
  const Result rest = by_image(labels, cut, [](auto &o) { o.uncovered = "healthy"; });
  EXPECT_TRUE(says(rest.segmentation.notes, "of the wall below the base plane: taken for healthy"));
  EXPECT_GT(rest.value("scar_volume"), 0.5 * drawn_volume(scar));
  EXPECT_LT(rest.value("scar_volume"), 0.95 * drawn_volume(scar));
  io::Image constant = image;
  std::fill(constant.voxels.begin(), constant.voxels.end(), 7.0F);
  EXPECT_SAYS(complaint_of(constant, none), "every voxel of the wall has the intensity 7");
  io::Image holes = image;
  for (std::size_t v = 0, done = 0; done < 3; ++v)
    if (labels.voxels[v] == scar || labels.voxels[v] == 0) {
      holes.voxels[v] = std::nanf("");
      done += labels.voxels[v] == scar;
    }
  EXPECT_SAYS(complaint_of(holes, none), ": 3 voxels of the wall have no intensity (NaN or infinite)");
  TemporaryFolder folder;
  io::write_nifti({image, image}, 30, folder.file("cine.nii"));
  const auto cine = [&](int frame) {
    return complaint_of(image, [&](auto &o) {
      o.image = folder.file("cine.nii");
      o.frame = frame;
    });
  };
  EXPECT_SAYS(cine(0), "holds 2 phases; say which one is meant");
  EXPECT_EQ(cine(2), "");
  EXPECT_SAYS(cine(3), "has no phase 3");
}

TEST(BadLateEnhancement, RemoteMuscleThatCannotServeIsRefused) {
  const io::Image labels = drawn_infarct(), image = Phantom{100, 180, 400, 20}.of(labels);
  EXPECT_SAYS(complaint_of(image, [](auto &o) { o.remote.label = 5; }), "remote.label: found 5, which holds 0 voxels of the healthy wall");
  EXPECT_SAYS(complaint_of(image, [](auto &o) { o.remote.label = 3; }), "which holds 0 voxels") << "the cavity is no wall";
  EXPECT_SAYS(complaint_of(Phantom().of(labels), [](auto &) {}), "so that no standard deviation can be counted in");
  io::Image left = labels;
  std::replace(left.voxels.begin(), left.voxels.end(), 1.0F, 0.0F);
  TemporaryFolder folder;
  io::write_nifti(left, folder.file("labels.nii"));
  io::write_nifti(image, folder.file("late.nii"));
  SegmentationOptions options;
  options.ed = folder.file("labels.nii");
  options.labels = {3, 2, {scar, border, known_healthy}, 0};
  options.late_enhancement.emplace();
  options.late_enhancement->image = folder.file("late.nii");
  options.late_enhancement->rule = "deviations";
  options.late_enhancement->scar = 6;
  options.late_enhancement->remote.segments = {8};
  EXPECT_SAYS(test::complaint([&] { segmented(options); }), "which this label map does not show; give remote a label");
  io::RandomStream random(3);
  std::vector<double> mostly_scar;
  for (int n = 0; n < 4000; ++n)
    mostly_scar.push_back((n % 10 < 3 ? 100 : 400) + 20 * random.normal());
  EXPECT_SAYS(test::complaint([&] { remote_intensity(mostly_scar, "late.nii"); }), "30 % of the wall is much darker than most of it");
}

TEST(BadLateEnhancement, HeartsWithoutEnhancementHaveNoHalfMaximum) {
  const io::Image labels = drawn_infarct(), healthy = Phantom{100, 100, 100, 20}.of(labels);
  const Change half = [](auto &o) {
    o.rule = "maximum";
    o.scar = 0.5;
  };
  EXPECT_SAYS(complaint_of(healthy, half), "lies within the range of healthy muscle");
  EXPECT_SAYS(complaint_of(healthy,
                           [&](auto &o) {
                             half(o);
                             o.above = "remote";
                           }),
              "lies within the range of healthy muscle");
  EXPECT_EQ(by_image(labels, healthy, [](auto &) {}).value("scar_volume"), 0) << "6 SD";
  io::Image signed_image = Phantom{0, 180, 400, 20}.of(labels); // phase-sensitive: nulled muscle is zero on the mean
  EXPECT_SAYS(complaint_of(signed_image, half), "negative intensities");
  EXPECT_NEAR(by_image(labels, signed_image,
                       [&](auto &o) {
                         half(o);
                         o.above = "remote";
                       })
                  .value("scar_volume"),
              drawn_volume(scar) + 0.1 * drawn_volume(border), 0.1 * drawn_volume(border) + 0.02 * drawn_volume(scar))
      << "half of 455 is 2.4 SD above the border zone";
}

} // namespace
} // namespace corvivo::mesh
