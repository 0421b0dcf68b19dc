#include <io/base/errors.hpp>
#include <mesh/fibres_parts.hpp>

#include <CGAL/AABB_traits.h>
#include <CGAL/AABB_tree.h>
#include <CGAL/AABB_triangle_primitive.h>
#include <CGAL/Simple_cartesian.h>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh::detail {

namespace {

using Kernel = CGAL::Simple_cartesian<double>;
using Triangles = std::vector<Kernel::Triangle_3>;
using Primitive = CGAL::AABB_triangle_primitive<Kernel, Triangles::const_iterator>;
using Tree = CGAL::AABB_tree<CGAL::AABB_traits<Kernel, Primitive>>;

Kernel::Point_3 point(const Vector3 &p) {
  return {p[0], p[1], p[2]};
}

std::array<double, 3> barycentric(const Vector3 &p, const Vector3 &a, const Vector3 &b, const Vector3 &c) {
  const Vector3 normal = cross(b - a, c - a);
  const double square = dot(normal, normal), u = dot(cross(c - b, p - b), normal) / square, v = dot(cross(a - c, p - c), normal) / square;
  return {u, v, 1 - u - v};
}

/// How far the smooth surface stands out (along its normal) from the flat triangle at these coordinates: the quadratic that the normals at
/// the corners ask for. On a sphere of radius R it is the sag L^2 / (8 R) of an edge of length L at its middle.
double bulge(const HeartMesh &mesh, const std::vector<Vector3> &normals, const std::array<std::size_t, 3> &t,
             const std::array<double, 3> &weight) {
  double sum = 0;
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3;
    sum += 0.5 * weight[i] * weight[j] * dot(mesh.nodes[t[j]] - mesh.nodes[t[i]], normals[t[j]] - normals[t[i]]);
  }
  return sum;
}

} // namespace

std::vector<Vector3> node_normals(const HeartMesh &mesh, const std::vector<std::array<std::size_t, 3>> &triangles) {
  std::vector<Vector3> normals(mesh.nodes.size(), Vector3{});
  for (const auto &t : triangles)
    for (int i = 0; i < 3; ++i) {
      const Vector3 a = mesh.nodes[t[(i + 1) % 3]] - mesh.nodes[t[i]], b = mesh.nodes[t[(i + 2) % 3]] - mesh.nodes[t[i]];
      normals[t[i]] = normals[t[i]] + (1 / (dot(a, a) * dot(b, b))) * cross(a, b);
    }
  for (Vector3 &n : normals)
    n = normalized(n);
  return normals;
}

std::vector<double> distance_to_surface(const HeartMesh &mesh, const std::string &surface_name) {
  const int surface = mesh.surface_index(surface_name);
  std::vector<std::array<std::size_t, 3>> corners;
  Triangles triangles;
  std::vector<char> on_it(mesh.nodes.size(), 0);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == surface) {
      const auto &[a, b, c] = mesh.triangles[t];
      corners.push_back(mesh.triangles[t]);
      triangles.emplace_back(point(mesh.nodes[a]), point(mesh.nodes[b]), point(mesh.nodes[c]));
      on_it[a] = on_it[b] = on_it[c] = 1;
    }
  if (triangles.empty())
    throw io::CaseError("fibres: surface '" + surface_name + "' has no triangles");
  const std::vector<Vector3> normals = node_normals(mesh, corners);
  Tree tree(triangles.cbegin(), triangles.cend());
  tree.accelerate_distance_queries();
  std::vector<double> distance(mesh.nodes.size(), 0);
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n)
    if (!on_it[n]) {
      const auto [foot, triangle] = tree.closest_point_and_primitive(point(mesh.nodes[n]));
      const auto &t = corners[static_cast<std::size_t>(triangle - triangles.cbegin())];
      const Vector3 p{foot.x(), foot.y(), foot.z()};
      const double flat = norm(mesh.nodes[n] - p);
      const auto weight = barycentric(p, mesh.nodes[t[0]], mesh.nodes[t[1]], mesh.nodes[t[2]]);
      distance[n] = std::max(0.0, flat + bulge(mesh, normals, t, weight));
    }
  return distance;
}

Nearest nearest(const HeartMesh &mesh, const std::vector<std::array<std::size_t, 3>> &corners) {
  Triangles triangles;
  for (const auto &[a, b, c] : corners)
    triangles.emplace_back(point(mesh.nodes[a]), point(mesh.nodes[b]), point(mesh.nodes[c]));
  Tree tree(triangles.cbegin(), triangles.cend());
  tree.accelerate_distance_queries();
  Nearest result;
  for (const Vector3 &node : mesh.nodes) {
    const auto foot = tree.closest_point(point(node));
    const Vector3 away = node - Vector3{foot.x(), foot.y(), foot.z()};
    result.distance.push_back(norm(away));
    result.direction.push_back(normalized(away));
  }
  return result;
}

} // namespace corvivo::mesh::detail
