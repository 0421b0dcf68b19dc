#include <mesh/reslice.hpp>

#include <io/base/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace corvivo::mesh {

using io::cross;
using io::dot;
using io::normalized;
using io::Vector3;
using io::operator+;
using io::operator-;
using io::operator*;

namespace {

template <class Visit> void each_voxel(const io::Image &image, const Visit &visit) {
  for (std::size_t k = 0; k < image.size[2]; ++k)
    for (std::size_t j = 0; j < image.size[1]; ++j)
      for (std::size_t i = 0; i < image.size[0]; ++i)
        visit(image.point(double(i), double(j), double(k)), static_cast<int>(image.voxels[image.index(i, j, k)]));
}

/// Direction of the largest variance of a label's voxels (power iteration on their covariance); zero when there are none.
Vector3 long_direction(const io::Image &labels, int number) {
  Vector3 mean{};
  double count = 0;
  each_voxel(labels, [&](const Vector3 &p, int label) {
    if (label == number) {
      mean = mean + p;
      ++count;
    }
  });
  if (count == 0)
    return {};
  mean = (1 / count) * mean;
  std::array<Vector3, 3> covariance{};
  each_voxel(labels, [&](const Vector3 &p, int label) {
    if (label == number)
      for (std::size_t a = 0; a < 3; ++a)
        covariance[a] = covariance[a] + (p - mean)[a] * (p - mean);
  });
  Vector3 direction{1, 0.9, 0.8};
  for (int i = 0; i < 200; ++i)
    direction = normalized({dot(covariance[0], direction), dot(covariance[1], direction), dot(covariance[2], direction)});
  return direction;
}

/// Cubic voxels along three axes around everything that is labelled.
io::Image grid_along(const io::Image &labels, const std::array<Vector3, 3> &axes, double voxel) {
  Vector3 low{1e300, 1e300, 1e300}, high{-1e300, -1e300, -1e300};
  each_voxel(labels, [&](const Vector3 &p, int label) {
    for (std::size_t a = 0; a < 3 && label != 0; ++a) {
      low[a] = std::min(low[a], dot(p, axes[a]));
      high[a] = std::max(high[a], dot(p, axes[a]));
    }
  });
  io::Image grid;
  grid.phase = labels.phase;
  grid.source = labels.source;
  grid.notes = labels.notes;
  grid.oriented = labels.oriented;
  Vector3 corner{};
  for (std::size_t a = 0; a < 3; ++a) {
    grid.size[a] = static_cast<std::size_t>(std::ceil((high[a] - low[a]) / voxel)) + 7;
    corner = corner + (low[a] - 3 * voxel) * axes[a];
  }
  for (std::size_t r = 0; r < 3; ++r)
    grid.affine[r] = {voxel * axes[0][r], voxel * axes[1][r], voxel * axes[2][r], corner[r]};
  return grid;
}

float nearest(const io::Image &labels, const Vector3 &voxel) {
  std::array<std::size_t, 3> at{};
  for (std::size_t a = 0; a < 3; ++a) {
    const double index = std::round(voxel[a]);
    if (!(index >= 0 && index < double(labels.size[a])))
      return 0;
    at[a] = static_cast<std::size_t>(index);
  }
  return labels.voxels[labels.index(at[0], at[1], at[2])];
}

} // namespace

io::Image across_long_axis(const io::Image &labels, const LabelNumbers &numbers) {
  const std::array<double, 3> spacing{labels.spacing(0), labels.spacing(1), labels.spacing(2)};
  if (*std::max_element(spacing.begin(), spacing.end()) >= 4)
    return labels;
  const Vector3 up = long_direction(labels, numbers.cavity);
  const auto column = [&](std::size_t a) { return normalized({labels.affine[0][a], labels.affine[1][a], labels.affine[2][a]}); };
  double nearest_axis = 0;
  for (std::size_t a = 0; a < 3; ++a)
    nearest_axis = std::max(nearest_axis, std::abs(dot(up, column(a))));
  const double degrees = std::acos(std::min(1.0, nearest_axis)) * 180 / M_PI;
  if (io::norm(up) == 0 || degrees < 20)
    return labels;
  const Vector3 x = normalized(column(0) - dot(column(0), up) * up);
  io::Image resliced = grid_along(labels, {x, cross(up, x), up}, *std::min_element(spacing.begin(), spacing.end()));
  for (std::size_t k = 0; k < resliced.size[2]; ++k)
    for (std::size_t j = 0; j < resliced.size[1]; ++j)
      for (std::size_t i = 0; i < resliced.size[0]; ++i)
        resliced.voxels.push_back(nearest(labels, labels.voxel(resliced.point(double(i), double(j), double(k)))));
  resliced.notes.push_back("the volume lies at " + io::fixed(degrees, 0) +
                           " degrees to the ventricle's long axis: cut anew across it, by nearest neighbours");
  return resliced;
}

} // namespace corvivo::mesh
