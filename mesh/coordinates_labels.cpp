// Where the right ventricle is attached, from a label map.
#include <mesh/base_plane.hpp>
#include <mesh/coordinates.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

namespace {

/// Points (mm) of the wall's voxels in slice k that have a voxel of the right cavity among their eight neighbours in the slice.
std::vector<Vector3> contacts(const io::Image &labels, std::size_t k) {
  const auto is = [&](std::size_t i, std::size_t j, int label) { return std::lround(labels.voxels[labels.index(i, j, k)]) == label; };
  std::vector<Vector3> points;
  for (std::size_t j = 1; j + 1 < labels.size[1]; ++j)
    for (std::size_t i = 1; i + 1 < labels.size[0]; ++i) {
      bool touches = false;
      for (std::size_t b = j - 1; b <= j + 1 && is(i, j, lv_wall); ++b)
        for (std::size_t a = i - 1; a <= i + 1; ++a)
          touches = touches || is(a, b, rv_cavity);
      if (touches)
        points.push_back(labels.point(double(i), double(j), double(k)));
    }
  return points;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

} // namespace

LabelInsertions find_insertions(const io::Image &labels, std::size_t first, std::size_t last) {
  const Vector3 up = slice_normal(labels);
  std::vector<double> anterior, inferior;
  Vector3 across{}, round{}; // of the first slice used: angles of all slices are measured from one direction
  for (std::size_t k = first + (last - first) / 3; k <= last && k < labels.size[2]; ++k) {
    const SliceCount count = count_slices(labels)[k];
    const std::vector<Vector3> points = count.cavity > 0 && count.right > 0 ? contacts(labels, k) : std::vector<Vector3>{};
    if (points.size() < 3)
      continue;
    const Vector3 centre = centroid(labels, lv_cavity, k, k);
    Vector3 sum{};
    for (const Vector3 &p : points)
      sum = sum + normalized(p - centre);
    if (norm(across) == 0) {
      across = normalized(sum - dot(sum, up) * up);
      round = cross(across, up); // as the rotational coordinate turns
    }
    const double mean = std::atan2(dot(sum, round), dot(sum, across));
    double low = 0, high = 0;
    for (const Vector3 &p : points) {
      const double angle = std::remainder(std::atan2(dot(p - centre, round), dot(p - centre, across)) - mean, 2 * M_PI);
      low = std::min(low, angle);
      high = std::max(high, angle);
    }
    anterior.push_back(mean + low);
    inferior.push_back(mean + high);
  }
  if (anterior.empty())
    return {};
  const double middle = 0.5 * (median(anterior) + median(inferior));
  return {std::cos(middle) * across + std::sin(middle) * round, median(inferior) - median(anterior), anterior.size()};
}

} // namespace corvivo::mesh
