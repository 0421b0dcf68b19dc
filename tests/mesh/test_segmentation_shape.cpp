#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <mesh/signed_distance.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>
#include <vtkNew.h>
#include <vtkPolyData.h>
#include <vtkPolyDataReader.h>

#include <algorithm>
#include <cmath>

using namespace corvivo;
using test::shared;
using test::SyntheticHeart;
using test::TemporaryFolder;
using test::operator+;
using test::operator-;
using test::operator*;

namespace {

mesh::Segmentation segmented(const std::filesystem::path &path) {
  mesh::SegmentationOptions options;
  options.ed = path;
  options.labels = {3, 2, {}, 1};
  io::Quantities quantities;
  return mesh::segment(options, quantities);
}

mesh::HeartShape shape_of(const std::filesystem::path &path) {
  const mesh::Segmentation s = segmented(path);
  return mesh::interpolate_shape(s.ed, s.base_ed);
}

mesh::HeartShape shape_of(const io::Image &image) {
  TemporaryFolder folder;
  io::write_nifti(image, folder.file("ed.nii"));
  return shape_of(folder.file("ed.nii"));
}

std::filesystem::path case_file(const std::string &name) {
  return std::filesystem::path(CORVIVO_SOURCE_DIR) / "cases/01_patient_heartbeat/data" / name;
}

/// What every shape must keep, whoever it came from.
void expect_sound(const mesh::HeartShape &shape) {
  EXPECT_NEAR(shape.cavity_volume / shape.label_cavity_volume, 1, 0.01) << "the issue's 1 % below the same base plane";
  EXPECT_NEAR(shape.wall_volume / shape.label_wall_volume, 1, 0.02);
  double thinnest = 1e9;
  for (std::size_t v = 0; v < shape.endocardium_field.size(); ++v)
    thinnest = std::min(thinnest, double(shape.endocardium_field[v]) - double(shape.epicardium_field[v]));
  EXPECT_GT(thinnest, 2 - 1e-4) << "the minimum thickness, with single precision";
  EXPECT_GT(io::dot(shape.cavity_apex - shape.apex, shape.base_normal), 2.9) << "3 mm at the apex";
  EXPECT_NEAR(io::norm(shape.long_axis), 1, 1e-12);
  EXPECT_NEAR(io::dot(shape.long_axis, shape.to_right_ventricle), 0, 1e-12);
  EXPECT_GT(io::dot(shape.long_axis, shape.base_normal), 0.85);
  EXPECT_LT(std::abs(shape.above_base(shape.base_centre)), 1e-6);
  EXPECT_LT(std::abs(shape.epicardium(shape.apex)), 0.3) << "mean of the columns that end within 0.5 mm of the lowest";
  for (const double up : {0.0, 4.0}) // continues above the plane
    EXPECT_LT(shape.endocardium(shape.base_centre + up * shape.base_normal), -5);
}

/// Mean and largest |distance| of the points of a VTK surface (LPS) that lie below the base plane and at least `above_apex` above the apex.
struct Distances {
  double mean = 0, largest = 0;
  std::size_t points = 0;
};
Distances distances(const std::string &file, const mesh::HeartShape &shape, bool endocardium) {
  vtkNew<vtkPolyDataReader> reader;
  reader->SetFileName(file.c_str());
  reader->Update();
  Distances d;
  for (vtkIdType p = 0; p < reader->GetOutput()->GetNumberOfPoints(); ++p) {
    double x[3];
    reader->GetOutput()->GetPoint(p, x);
    const io::Vector3 point{-x[0], -x[1], x[2]};
    if (shape.above_base(point) > -2)
      continue;
    const double value = std::abs(endocardium ? shape.endocardium(point) : shape.epicardium(point));
    d.mean += value;
    d.largest = std::max(d.largest, value);
    ++d.points;
  }
  d.mean /= static_cast<double>(std::max<std::size_t>(d.points, 1));
  return d;
}

} // namespace

TEST(SignedDistances, OfADiscAndASphereAreAnalytic) {
  const std::array<std::size_t, 2> size{60, 50};
  const std::array<double, 2> spacing{1.4, 1.7};
  std::vector<char> inside(60 * 50);
  const auto exact = [&](std::size_t i, std::size_t j) { return std::hypot(1.4 * (double(i) - 30.3), 1.7 * (double(j) - 24.6)) - 20; };
  for (std::size_t j = 0; j < 50; ++j)
    for (std::size_t i = 0; i < 60; ++i)
      inside[i + 60 * j] = exact(i, j) < 0;
  const mesh::PlaneField field = mesh::plane_distance(inside, size, spacing, 1.5);
  double largest = 0, mean = 0, count = 0;
  for (std::size_t j = 0; j < 50; ++j)
    for (std::size_t i = 0; i < 60; ++i)
      if (std::abs(exact(i, j)) < 3) {
        const double error = std::abs(field.values[field.index(i, j)] - exact(i, j));
        largest = std::max(largest, error);
        mean += error;
        ++count;
      }
  EXPECT_LT(largest, 0.85) << "a mask knows its border to half a pixel of 1.7 mm";
  EXPECT_LT(mean / count, 0.43) << "a quarter of a pixel, the mean of half of it";

  mesh::LatticeField sphere{{41, 41, 41}, 1.25, {}};
  for (int k = 0; k < 41; ++k)
    for (int j = 0; j < 41; ++j)
      for (int i = 0; i < 41; ++i) {
        const double r = 1.25 * std::sqrt((i - 20) * (i - 20) + (j - 20) * (j - 20) + (k - 20) * (k - 20));
        sphere.values.push_back(static_cast<float>(r * r - 225)); // the right surface, but no distance
      }
  EXPECT_NEAR(mesh::volume_below(sphere, 0, 40) / (4.0 / 3 * M_PI * 3375), 1, 0.01) << "trilinear, 64 points a cell";
  mesh::redistance(sphere);
  for (const double r : {10.0, 12.5, 15.0, 17.5, 20.0})
    EXPECT_NEAR(double(sphere.values[sphere.index(20 + std::size_t(r / 1.25), 20, 20)]), r - 15, 0.3)
        << "first order: below a quarter of a step";
}

TEST(HeartShapes, OfThePatientFollowTheSurfacesTheirLabelsWereMadeFrom) {
  for (const bool es : {false, true}) {
    const mesh::HeartShape shape = shape_of(case_file(es ? "patient1_sax_es.nii.gz" : "patient1_sax_ed.nii.gz"));
    expect_sound(shape);
    const auto endocardium =
        shared(es ? "data/patient1/vtk/patient1_LV_ENDOCARDIAL_009.vtk" : "data/patient1/vtk/patient1_LV_ENDOCARDIAL_024.vtk");
    if (!std::filesystem::exists(endocardium))
      GTEST_SKIP() << "needs " << endocardium << ", which is not there";
    const Distances d = distances(endocardium.string(), shape, true);
    EXPECT_GT(d.points, 300U);
    EXPECT_LT(d.mean, 0.4) << "a quarter of a pixel of 1.4 mm; the stack shows nothing between its 8 mm slices";
    EXPECT_LT(d.largest, 4) << "half a slice step, at the apex";
  }
}

TEST(HeartShapes, OfAnEllipsoidAreTheEllipsoid) {
  SyntheticHeart heart;
  heart.open = 0;
  const mesh::HeartShape shape = shape_of(heart.image());
  expect_sound(shape);
  for (const double depth : {2.0, 10.0, 21.0, 33.0, 47.0, 55.0})
    for (int angle = 0; angle < 12; ++angle) {
      const double c = std::cos(M_PI / 6 * angle), s = std::sin(M_PI / 6 * angle), inner = heart.inner_at(depth),
                   outer = heart.outer_at(depth);
      EXPECT_LT(std::abs(shape.endocardium(heart.position(inner * c, inner * s, depth))), 0.8) << depth << " half a pixel is 0.75 mm";
      EXPECT_LT(std::abs(shape.epicardium(heart.position(outer * c, outer * s, depth))), 0.8) << depth;
    }
  EXPECT_LT(io::norm(shape.apex - heart.position(0, 0, heart.outer_length)), 4) << "half a slice step";
  EXPECT_LT(io::norm(shape.cavity_apex - heart.position(0, 0, heart.inner_length)), 4);
  EXPECT_LT(io::norm(shape.base_centre - heart.position(0, 0, 0)), 0.5);
  EXPECT_GT(io::dot(shape.to_right_ventricle, heart.position(1, 0, 0) - heart.position(0, 0, 0)), 0.99);
}

TEST(AcdcHeartShapes, OfEveryGroupAreSound) {
  int tried = 0;
  // normal, dilated, hypertrophic, infarcted, right-ventricular; then the mask with its base at the other end and the most dilated one
  for (const char *name : {"061_frame01", "011_frame08", "021_frame13", "041_frame01", "081_frame01", "047_frame09", "052_frame01"}) {
    const auto path = shared("data/acdc_masks/patient" + std::string(name) + "_gt.nii.gz");
    if (!std::filesystem::exists(path))
      continue;
    SCOPED_TRACE(name);
    expect_sound(shape_of(path));
    ++tried;
  }
  if (tried == 0)
    GTEST_SKIP() << "needs " << shared("data/acdc_masks") << ", which is not there";
  EXPECT_GE(tried, 5);
}

TEST(HeartShapes, ComeBackFromTheirFileToTheSameBits) {
  TemporaryFolder folder;
  const mesh::HeartShape shape = shape_of(SyntheticHeart().image());
  mesh::save(shape, folder.file("shape"));
  const mesh::HeartShape back = mesh::load_heart_shape(folder.file("shape"));
  EXPECT_EQ(back.size, shape.size);
  EXPECT_EQ(back.origin, shape.origin);
  EXPECT_EQ(back.axes, shape.axes);
  EXPECT_EQ(back.endocardium_field, shape.endocardium_field);
  EXPECT_EQ(back.epicardium_field, shape.epicardium_field);
  EXPECT_EQ(back.apex, shape.apex);
  EXPECT_EQ(back.wall_volume, shape.wall_volume);
  EXPECT_EQ(back.notes, shape.notes);
  const std::string whole = io::read_file(folder.file("shape"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    io::write_file(folder.file("cut"), whole.substr(0, size));
    EXPECT_THROW(mesh::load_heart_shape(folder.file("cut")), io::CaseError);
  }
}

TEST(HeartShapes, AreTheSameEveryTime) {
  const mesh::HeartShape a = shape_of(SyntheticHeart().image()), b = shape_of(SyntheticHeart().image());
  EXPECT_EQ(a.endocardium_field, b.endocardium_field);
  EXPECT_EQ(a.epicardium_field, b.epicardium_field);
}

TEST(HeartShapes, OfSlantedPixelsAreRefused) {
  const io::Image image = segmented(case_file("patient1_sax_ed.nii.gz")).ed;
  const mesh::BasePlane base = mesh::find_base_plane(image);
  io::Image slanted = image;
  for (auto &row : slanted.affine)
    row[1] += 0.2 * row[0];
  EXPECT_THROW(mesh::interpolate_shape(slanted, base), io::CaseError);
}
