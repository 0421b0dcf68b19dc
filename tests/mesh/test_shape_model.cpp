// The shape model of a cohort of left ventricles.
#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/cohort_shapes.hpp>
#include <mesh/generate.hpp>
#include <mesh/quality.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <mesh/shape_model.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/complaint.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {
namespace {

using test::complaint;
using test::TemporaryFolder;

/// Half ellipsoids of revolution with their base at z = 0, in the heart's own frame.
SampledShape ellipsoids(double inner_radius, double inner_length, double outer_radius, double outer_length) {
  SampledShape shape;
  for (std::size_t surface = 0; surface < 2; ++surface) {
    const double radius = surface == 0 ? inner_radius : outer_radius, length = surface == 0 ? inner_length : outer_length;
    for (std::size_t a = 0; a < shape.along; ++a)
      for (std::size_t r = 0; r < shape.around; ++r) {
        const double turn = 0.5 * M_PI * double(a) / double(shape.along - 1), angle = 2 * M_PI * double(r) / double(shape.around);
        shape.points.push_back(
            {radius * std::sin(turn) * std::cos(angle), -radius * std::sin(turn) * std::sin(angle), -length * std::cos(turn)});
      }
  }
  return shape;
}

/// A made-up cohort with two independent ways to differ: size of everything, thickness.
std::vector<SampledShape> two_way_cohort() {
  std::vector<SampledShape> hearts;
  for (const double size : {0.8, 0.9, 1.0, 1.1, 1.2})
    for (const double thickness : {6.0, 8.0, 10.0})
      hearts.push_back(ellipsoids(25 * size, 75 * size, 25 * size + thickness, 75 * size + thickness));
  return hearts;
}

TEST(ShapeModels, OfHeartsThatDifferInTwoWaysHaveTwoModes) {
  const std::vector<SampledShape> hearts = two_way_cohort();
  const ShapeModel model = fit_shape_model(hearts);
  ASSERT_GE(model.variances.size(), 2u);
  EXPECT_NEAR((model.variances[0] + model.variances[1]) / model.total_variance, 1, 1e-12) << "shapes are linear in both";
  for (const SampledShape &heart : hearts)
    EXPECT_LT(mean_distance(heart, model.shape_of(model.scores_of(heart, 2)), model.shares), 1e-9);
  for (const double error : leave_one_out_errors(hearts, 0.9999))
    EXPECT_LT(error, 1e-9) << "mm: the others span the same two directions";
}

TEST(ShapeModels, HaveModesOfLengthOneAtRightAnglesAndUncorrelatedScores) {
  std::vector<SampledShape> hearts = two_way_cohort();
  for (std::size_t h = 0; h < hearts.size(); ++h) // and each one bulge of its own
    for (std::size_t p = 0; p < hearts[h].points.size(); ++p)
      hearts[h].points[p][h % 3] += std::sin(0.01 * double((h + 1) * p));
  const ShapeModel model = fit_shape_model(hearts);
  for (std::size_t i = 0; i < model.modes.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double product = 0, covariance = 0;
      for (std::size_t p = 0; p < model.shares.size(); ++p)
        product += model.shares[p] * io::dot(model.modes[i][p], model.modes[j][p]);
      for (const auto &scores : model.scores)
        covariance += scores[i] * scores[j] / double(hearts.size() - 1);
      EXPECT_NEAR(product, i == j, 1e-8);
      EXPECT_NEAR(covariance, i == j ? model.variances[i] : 0, 1e-9 * model.variances[0]);
    }
  double sum = 0;
  for (const double variance : model.variances)
    sum += variance;
  EXPECT_NEAR(sum / model.total_variance, 1, 1e-10);
  TemporaryFolder folder;
  save(model, folder.file("model.bin"));
  const ShapeModel again = load_shape_model(folder.file("model.bin"));
  EXPECT_EQ(again.modes, model.modes);
  EXPECT_EQ(again.scores, model.scores);
}

TEST(ShapeModels, DrawHeartsWithinTheStatedDistanceWithTheModelsSpread) {
  const ShapeModel model = fit_shape_model(two_way_cohort());
  const auto near = draw_scores(model, 2, 0.5, 2000, 1), free = draw_scores(model, 2, 10, 20000, 1);
  for (const auto &scores : near)
    ASSERT_LE(model.mahalanobis(scores), 0.5 + 1e-12);
  double variance = 0, correlation = 0;
  for (const auto &scores : free) {
    variance += scores[0] * scores[0] / double(free.size());
    correlation += scores[0] * scores[1] / std::sqrt(model.variances[0] * model.variances[1]) / double(free.size());
  }
  EXPECT_NEAR(variance / model.variances[0], 1, 0.05) << "four standard errors of 20000 draws are 0.04";
  EXPECT_NEAR(correlation, 0, 0.04);
  EXPECT_EQ(draw_scores(model, 2, 0.5, 3, 1), std::vector(near.begin(), near.begin() + 3)) << "the same seed, the same hearts";
}

TEST(ShapeModels, SampleASyntheticHeartOnItsOwnSurfaces) {
  const test::SyntheticHeart heart;
  TemporaryFolder folder;
  io::write_nifti(heart.image(), folder.file("heart.nii"));
  const CohortHeart sampled = sample_heart({"a", "", folder.path() / "heart.nii", 0, ""}, label_convention("acdc"));
  ASSERT_EQ(sampled.refusal, "");
  const double top = 8; // the base plane lies above the last closed slice, one below the open one
  for (std::size_t surface = 0; surface < 2; ++surface)
    for (std::size_t a = 6; a < sampled.shape.along; ++a) // below, slices of 8 mm do not show the surface
      for (std::size_t r = 0; r < sampled.shape.around; ++r) {
        const Vector3 &p = sampled.shape.points[sampled.shape.at(surface, a, r)];
        const double depth = top - p[2], radius = surface == 0 ? heart.inner_at(depth) : heart.outer_at(depth);
        ASSERT_NEAR(std::hypot(p[0], p[1]), radius, 2) << "mm: pixels of 1.5 mm and slices of 8 mm";
      }
  EXPECT_NEAR(measure(sampled.shape).length, heart.inner_length - top, 6) << "mm";
  // septum first, then clockwise seen from the base: the right ventricle lies at x > 0 of the map's own directions
  const Vector3 &septum = sampled.shape.points[sampled.shape.at(0, sampled.shape.along - 1, 0)];
  EXPECT_NEAR(septum[1], 0, 1e-9);
  EXPECT_GT(septum[0], 20);
}

TEST(ShapeModels, WriteWallsThatComeInAsLabelMaps) {
  TemporaryFolder folder;
  const SampledShape shape = ellipsoids(25, 70, 34, 80);
  io::write_vtp(closed_wall(shape), folder.file("heart.vtp"));
  const io::Image map = io::read_label_image(folder.file("heart.vtp"));
  const SampledMeasures m = measure(shape);
  const auto volume = [&](float label) {
    return double(std::count(map.voxels.begin(), map.voxels.end(), label)) * map.voxel_volume() / 1000;
  };
  EXPECT_NEAR(m.cavity, 2.0 / 3 * M_PI * 25 * 25 * 70 / 1000, 0.01 * m.cavity) << "mL; flat facets lie inside the ellipsoid";
  EXPECT_NEAR(volume(3), m.cavity, 0.01 * m.cavity);
  EXPECT_NEAR(volume(2), m.wall, 0.02 * m.wall);
}

TEST(ShapeModels, OfBadListsAreRefusedWithASentence) {
  TemporaryFolder folder;
  const auto says = [&](const std::string &text) {
    io::write_file(folder.file("list.csv"), text);
    return complaint([&] { read_heart_list(folder.file("list.csv")); });
  };
  EXPECT_SAYS(says("name,file\na,b\n"), "list.csv:1: found no column 'id'");
  EXPECT_SAYS(says("id,ed\n"), "found no heart");
  EXPECT_SAYS(says("id,ed\na,x.nii\na,y.nii\n"), "list.csv:3: the id 'a' is there twice");
  EXPECT_SAYS(says("id,ed,frame\na,x.nii,first\n"), "list.csv:2: found the frame 'first'");
  EXPECT_SAYS(says("id,ed\na,\n"), "list.csv:2: found no file in column ed");
  EXPECT_SAYS(sample_heart({"a", "", folder.path() / "nowhere.nii", 0, ""}, label_convention("acdc")).refusal, "nowhere.nii");
  EXPECT_SAYS(complaint([] { fit_shape_model({ellipsoids(25, 75, 33, 83), ellipsoids(26, 75, 33, 83)}); }), "expected at least three");
}

/// Real hearts: a small model, and new hearts from it through the pipeline of every heart.
TEST(ShapeModels, OfRealHeartsDrawHeartsThatMeshWell) {
  const auto folder = test::shared("data/acdc_masks");
  SKIP_WITHOUT(folder);
  std::vector<SampledShape> hearts;
  for (const char *name : {"001", "003", "021", "024", "041", "044", "061", "063", "065", "081", "083", "086"}) {
    const CohortHeart heart =
        sample_heart({name, "", folder / ("patient" + std::string(name) + "_frame01_gt.nii.gz"), 0, ""}, label_convention("acdc"));
    EXPECT_EQ(heart.refusal, "") << name;
    if (heart.refusal.empty())
      hearts.push_back(heart.shape);
  }
  const ShapeModel model = fit_shape_model(hearts);
  const std::size_t modes = model.modes_for(0.95);
  EXPECT_LT(modes, 10u);
  TemporaryFolder made;
  int drawn = 0;
  for (const auto &scores : draw_scores(model, modes, 3, 3, 2026)) {
    const std::string file = made.file("heart_" + std::to_string(++drawn) + ".vtp");
    io::write_vtp(closed_wall(model.shape_of(scores)), file);
    SegmentationOptions options;
    options.ed = file;
    options.labels = label_convention("acdc");
    options.labels.right = 0;
    io::Quantities quantities;
    const Segmentation s = segment(options, quantities);
    const HeartShape shape = interpolate_shape(s.ed, s.base_ed);
    const HeartMesh mesh = make_ventricles(shape, MeshOptions{}, quantities);
    EXPECT_NEAR(quantities.value("mesh_lv_cavity_volume") / shape.label_cavity_volume, 1, 0.03) << "the bounds of every heart";
    EXPECT_NEAR(quantities.value("mesh_wall_volume") / shape.label_wall_volume, 1, 0.03);
    EXPECT_GE(quantities.value("mesh_min_dihedral_angle"), 8) << "degrees";
    EXPECT_EQ(edges_across_left_wall(mesh), 0u);
    EXPECT_NEAR(quantities.value("mesh_lv_cavity_volume"), measure(model.shape_of(scores)).cavity,
                0.06 * quantities.value("mesh_lv_cavity_volume"))
        << "what was drawn is what is meshed, less up to a voxel of 1.25 mm at the base";
  }
}

} // namespace
} // namespace corvivo::mesh
