#include <io/base/errors.hpp>
#include <io/formats/surfaces.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

namespace {

/// Mean normal of the triangles of a label, weighted by area.
Vector3 mean_normal(const Surface &surface, int label) {
  Vector3 sum{};
  for (std::size_t t = 0; t < surface.triangles.size(); ++t)
    if (surface.label[t] == label) {
      const auto &[a, b, c] = surface.triangles[t];
      sum = sum + cross(surface.points[b] - surface.points[a], surface.points[c] - surface.points[a]);
    }
  return normalized(sum);
}

Vector3 mean_point(const Surface &surface) {
  Vector3 sum{};
  for (const Vector3 &p : surface.points)
    sum = sum + (1.0 / static_cast<double>(surface.points.size())) * p;
  return sum;
}

/// A grid whose third axis is `up` and whose first runs towards `side`, around all points.
Image grid_around(const std::vector<Vector3> &points, const Vector3 &up, Vector3 side, double voxel) {
  side = side - dot(side, up) * up;
  if (!(norm(side) > 1e-9))
    side = cross(up, std::abs(up[0]) < 0.9 ? Vector3{1, 0, 0} : Vector3{0, 1, 0});
  const Vector3 axes[3] = {normalized(side), cross(up, normalized(side)), up};
  Image image;
  Vector3 corner{};
  double voxels = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    double low = dot(points.front(), axes[a]), high = low;
    for (const Vector3 &p : points) {
      low = std::min(low, dot(p, axes[a]));
      high = std::max(high, dot(p, axes[a]));
    }
    const double extent = std::ceil((high - low) / voxel) + 5;
    voxels *= extent;
    if (!(voxels <= 1e8))
      throw CaseError("the surfaces span " + std::to_string(high - low) + " mm; expected a heart in millimetres");
    image.size[a] = static_cast<std::size_t>(extent);
    corner = corner + (low - 2.4142 * voxel) * axes[a]; // no round number: rays through vertices are then rare
  }
  for (std::size_t r = 0; r < 3; ++r)
    image.affine[r] = {voxel * axes[0][r], voxel * axes[1][r], voxel * axes[2][r], corner[r]};
  image.voxels.assign(static_cast<std::size_t>(voxels), 0);
  image.oriented = false;
  return image;
}

/// Where the column (i, j) meets the triangle, as a voxel height; nothing when it passes by. Edges belong to one side only.
bool meets(const Vector3 *v, double i, double j, double &height) {
  double weight[3];
  const double twice = (v[1][0] - v[0][0]) * (v[2][1] - v[0][1]) - (v[1][1] - v[0][1]) * (v[2][0] - v[0][0]);
  if (twice == 0)
    return false;
  for (int n = 0; n < 3; ++n) {
    const Vector3 &a = v[(n + 1) % 3], &b = v[(n + 2) % 3];
    // evaluated from the same end whichever triangle asks, so that neighbours agree on which side of their edge the column passes
    const bool swapped = b < a;
    const Vector3 &from = swapped ? b : a, &to = swapped ? a : b;
    double side = (to[0] - from[0]) * (j - from[1]) - (to[1] - from[1]) * (i - from[0]);
    if (side == 0)
      side = 1e-300;
    weight[n] = (swapped ? -side : side) / twice;
    if (weight[n] < 0)
      return false;
  }
  height = (weight[0] * v[0][2] + weight[1] * v[1][2] + weight[2] * v[2][2]) / (weight[0] + weight[1] + weight[2]);
  return true;
}

/// Gives `label` to voxels whose centre is inside the closed surface: an odd number of crossings below.
void fill(Image &image, const Surface &closed, float label) {
  std::vector<Vector3> points;
  for (const Vector3 &p : closed.points)
    points.push_back(image.voxel(p));
  std::vector<std::vector<double>> crossings(image.size[0] * image.size[1]);
  for (const auto &t : closed.triangles) {
    const Vector3 v[3] = {points[t[0]], points[t[1]], points[t[2]]};
    const auto low = [&](std::size_t a) { return std::max(0.0, std::ceil(std::min({v[0][a], v[1][a], v[2][a]}))); };
    const auto high = [&](std::size_t a) { return std::floor(std::max({v[0][a], v[1][a], v[2][a]})); };
    for (double j = low(1); j <= high(1); ++j)
      for (double i = low(0); i <= high(0); ++i)
        if (double height = 0; meets(v, i, j, height))
          crossings[static_cast<std::size_t>(i) + image.size[0] * static_cast<std::size_t>(j)].push_back(height);
  }
  for (std::size_t column = 0; column < crossings.size(); ++column) {
    auto &heights = crossings[column];
    std::sort(heights.begin(), heights.end());
    for (std::size_t c = 0; c + 1 < heights.size(); c += 2)
      for (double k = std::ceil(heights[c]); k < heights[c + 1]; ++k)
        image.voxels[column + image.size[0] * image.size[1] * static_cast<std::size_t>(k)] = label;
  }
}

/// Chamfer distance (3-4-5 weights over 3, in voxels; 8 % off at most) from the voxels for which `source` holds. Borgefors, CVGIP 34:344,
/// 1986.
template <class Source> std::vector<float> distances(const Image &image, const Source &source) {
  std::vector<float> d(image.voxels.size());
  for (std::size_t v = 0; v < d.size(); ++v)
    d[v] = source(image.voxels[v]) ? 0.0F : 1e6F;
  const long nx = static_cast<long>(image.size[0]), ny = static_cast<long>(image.size[1]), nz = static_cast<long>(image.size[2]);
  const auto relax = [&](long i, long j, long k, long sign) {
    float &best = d[image.index(static_cast<std::size_t>(i), static_cast<std::size_t>(j), static_cast<std::size_t>(k))];
    for (long n = 0; n < 13; ++n) { // the neighbours that came before in this sweep
      const long x = i + sign * (n % 3 - 1), y = j + sign * (n / 3 % 3 - 1), z = k + sign * (n / 9 - 1);
      if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz)
        continue;
      const long steps = (x != i) + (y != j) + (z != k);
      best = std::min(best, d[image.index(static_cast<std::size_t>(x), static_cast<std::size_t>(y), static_cast<std::size_t>(z))] +
                                static_cast<float>(2 + steps) / 3);
    }
  };
  for (long k = 0; k < nz; ++k)
    for (long j = 0; j < ny; ++j)
      for (long i = 0; i < nx; ++i)
        relax(i, j, k, 1);
  for (long k = nz - 1; k >= 0; --k)
    for (long j = ny - 1; j >= 0; --j)
      for (long i = nx - 1; i >= 0; --i)
        relax(i, j, k, -1);
  return d;
}

/// Wall that is nearer to the RV cavity and to the outside than to the LV cavity is the right ventricle's.
void split_wall(Image &image) {
  const auto left = distances(image, [](float label) { return label == 3; }),
             right = distances(image, [](float label) { return label == 1; }),
             outside = distances(image, [](float label) { return label == 0; });
  for (std::size_t v = 0; v < image.voxels.size(); ++v)
    if (image.voxels[v] == 2 && right[v] < left[v] && outside[v] < left[v])
      image.voxels[v] = 4;
}

Surface closed_part(const Surface &heart, const std::vector<int> &labels) {
  Surface closed = part(heart, labels);
  close_rims(closed, 0);
  return closed;
}

bool has(const Surface &surface, int label) {
  return std::find(surface.label.begin(), surface.label.end(), label) != surface.label.end();
}

} // namespace

Image label_map(const Surface &heart, double voxel) {
  for (const int label : {1, 2, 3})
    if (!has(heart, label))
      throw CaseError("the surface has no part " + std::to_string(label) +
                      "; expected 1 base, 2 epicardium, 3 LV endocardium and, where there is one, 4 RV endocardium");
  if (!rims(heart).empty())
    throw CaseError("the surface of the wall has " + std::to_string(rims(heart).size()) +
                    " open rims; expected a closed one of base, epicardium and endocardium");
  const bool right = has(heart, 4) || has(heart, 6);
  const Surface left_cavity = closed_part(heart, {3, 5}), right_cavity = right ? closed_part(heart, {4, 6}) : Surface();
  const Vector3 side = right ? mean_point(right_cavity) - mean_point(left_cavity) : Vector3{1, 0, 0};
  Image image = grid_around(heart.points, mean_normal(heart, 1), side, voxel);
  fill(image, heart, 2);
  fill(image, left_cavity, 3);
  if (right)
    fill(image, right_cavity, 1);
  if (right)
    split_wall(image);
  image.notes.push_back("made from surfaces, which give no patient directions");
  return image;
}

} // namespace corvivo::io
