#include <io/base/errors.hpp>
#include <mesh/triangulated_surface.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace corvivo::mesh {

namespace {

constexpr double most_boxes = 64; // along the longest side

/// The least and the greatest coordinates of the points.
template <class Points> std::array<Vector3, 2> bounds_of(const Points &points) {
  std::array<Vector3, 2> bounds{points[0], points[0]};
  for (const Vector3 &point : points)
    for (std::size_t d = 0; d < 3; ++d) {
      bounds[0][d] = std::min(bounds[0][d], point[d]);
      bounds[1][d] = std::max(bounds[1][d], point[d]);
    }
  return bounds;
}

} // namespace

TriangulatedSurface::TriangulatedSurface(const HeartMesh &mesh, const std::string &name) {
  const int surface = mesh.surface_index(name);
  std::vector<std::array<std::size_t, 3>> kept;
  std::vector<Vector3> points;
  double edges = 0;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    const auto &nodes = mesh.triangles[t];
    const std::array<Vector3, 3> corners{mesh.nodes[nodes[0]], mesh.nodes[nodes[1]], mesh.nodes[nodes[2]]};
    const Vector3 area = cross(corners[1] - corners[0], corners[2] - corners[0]);
    if (mesh.surface[t] != surface || norm(area) == 0)
      continue;
    kept.push_back(nodes);
    corners_.push_back(corners);
    normal_.push_back(normalized(area));
    points.insert(points.end(), corners.begin(), corners.end());
    for (std::size_t e = 0; e < 3; ++e)
      edges += norm(corners[(e + 1) % 3] - corners[e]);
  }
  CORVIVO_ASSERT(!kept.empty(), "a surface has triangles");

  std::set<std::array<std::size_t, 2>> rim;
  std::set<std::size_t> rim_nodes;
  for (const auto &edge : rim_edges(kept)) {
    rim.insert(edge);
    rim_nodes.insert(edge.begin(), edge.end());
  }
  for (const auto &nodes : kept) {
    rim_edge_.push_back({rim.count({nodes[0], nodes[1]}) > 0, rim.count({nodes[1], nodes[2]}) > 0, rim.count({nodes[2], nodes[0]}) > 0});
    rim_corner_.push_back({rim_nodes.count(nodes[0]) > 0, rim_nodes.count(nodes[1]) > 0, rim_nodes.count(nodes[2]) > 0});
  }

  const auto [low, high] = bounds_of(points);
  low_ = low;
  const Vector3 extent = high - low;
  size_ = std::max(edges / static_cast<double>(points.size()), *std::max_element(extent.begin(), extent.end()) / most_boxes);
  for (std::size_t d = 0; d < 3; ++d)
    boxes_[d] = static_cast<std::size_t>(extent[d] / size_) + 1;
  in_box_.resize(boxes_[0] * boxes_[1] * boxes_[2]);
  for (std::size_t t = 0; t < corners_.size(); ++t) {
    const auto [least, greatest] = bounds_of(corners_[t]);
    const auto from = box_of(least), to = box_of(greatest);
    for (std::size_t k = from[2]; k <= to[2]; ++k)
      for (std::size_t j = from[1]; j <= to[1]; ++j)
        for (std::size_t i = from[0]; i <= to[0]; ++i)
          in_box_[index(i, j, k)].push_back(t);
  }
}

std::array<std::size_t, 3> TriangulatedSurface::box_of(const Vector3 &point) const {
  std::array<std::size_t, 3> box{};
  for (std::size_t d = 0; d < 3; ++d)
    box[d] = std::min(static_cast<std::size_t>(std::max(0.0, (point[d] - low_[d]) / size_)), boxes_[d] - 1);
  return box;
}

SurfacePlace TriangulatedSurface::on_triangle(std::size_t triangle, const Vector3 &point) const {
  const auto &corners = corners_[triangle];
  const Vector3 &normal = normal_[triangle];
  bool inside = true;
  for (std::size_t e = 0; e < 3; ++e)
    inside = inside && dot(cross(corners[(e + 1) % 3] - corners[e], point - corners[e]), normal) >= 0;
  if (inside)
    return {point - dot(point - corners[0], normal) * normal, triangle, false};
  SurfacePlace found;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t e = 0; e < 3; ++e) {
    const Vector3 edge = corners[(e + 1) % 3] - corners[e];
    const double share = std::clamp(dot(point - corners[e], edge) / dot(edge, edge), 0.0, 1.0);
    const Vector3 place = corners[e] + share * edge;
    if (const double distance = norm(point - place); distance < best) {
      best = distance;
      const bool corner = (share == 0 && rim_corner_[triangle][e]) || (share == 1 && rim_corner_[triangle][(e + 1) % 3]);
      found = {place, triangle, rim_edge_[triangle][e] || corner};
    }
  }
  return found;
}

SurfacePlace TriangulatedSurface::nearest(const Vector3 &point, double reach) const {
  const Vector3 margin{reach, reach, reach};
  const auto from = box_of(point - margin), to = box_of(point + margin);
  SurfacePlace found;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t k = from[2]; k <= to[2]; ++k)
    for (std::size_t j = from[1]; j <= to[1]; ++j)
      for (std::size_t i = from[0]; i <= to[0]; ++i)
        for (const std::size_t t : in_box_[index(i, j, k)]) {
          const SurfacePlace here = on_triangle(t, point);
          const double distance = norm(point - here.point);
          if (distance < best || (distance == best && t < found.triangle)) {
            best = distance;
            found = here;
          }
        }
  CORVIVO_ASSERT(best <= reach * (1 + 1e-9) + 1e-9, "the surface is within reach");
  return found;
}

} // namespace corvivo::mesh
