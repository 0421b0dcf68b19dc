#include <mesh/layered_bodies.hpp>

#include <io/base/errors.hpp>
#include <mesh/slab.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace corvivo::mesh {
namespace {

struct Triangles {
  std::vector<std::array<double, 2>> points; ///< along (0 at the first corner or centre, 1 at the far edge) and around (0..1)
  std::vector<std::array<std::size_t, 3>> cells;
};

/// Rows of triangles: row k holds 1 + k * parts segments... `parts` 6 and `closed`: rings of a disc; `parts` 1 and open: a triangle.
Triangles rows_of_triangles(int rows, int parts, bool closed) {
  Triangles made;
  std::vector<std::size_t> start;
  for (int k = 0; k <= rows; ++k) {
    start.push_back(made.points.size());
    const int count = k == 0 ? 1 : k * parts + (closed ? 0 : 1);
    for (int i = 0; i < count; ++i)
      made.points.push_back({static_cast<double>(k) / rows, k == 0 ? 0.0 : static_cast<double>(i) / (k * parts)});
  }
  const auto node = [&](int k, int i) { return start[k] + static_cast<std::size_t>(k == 0 ? 0 : (closed ? i % (k * parts) : i)); };
  for (int k = 1; k <= rows; ++k)
    for (int part = 0; part < parts; ++part)
      for (int i = 0; i < k; ++i) {
        const int outer = part * k + i, inner = part * (k - 1) + i;
        made.cells.push_back({node(k - 1, inner), node(k, outer), node(k, outer + 1)});
        if (i + 1 < k)
          made.cells.push_back({node(k - 1, inner), node(k, outer + 1), node(k - 1, inner + 1)});
      }
  return made;
}

double volume(const HeartMesh &mesh, const std::array<std::size_t, 4> &t) {
  return io::dot(mesh.nodes[t[1]] - mesh.nodes[t[0]], io::cross(mesh.nodes[t[2]] - mesh.nodes[t[0]], mesh.nodes[t[3]] - mesh.nodes[t[0]])) /
         6;
}

/// Prisms between the layers, each cut into three tetrahedra by the order of its nodes' numbers, so that neighbours fit.
void extrude(const Triangles &triangles, int layers, HeartMesh &mesh) {
  const std::size_t per_layer = triangles.points.size();
  for (int layer = 0; layer < layers; ++layer)
    for (auto cell : triangles.cells) {
      std::sort(cell.begin(), cell.end());
      const auto low = [&](int i) { return cell[i] + layer * per_layer; };
      const auto high = [&](int i) { return cell[i] + (layer + 1) * per_layer; };
      for (std::array<std::size_t, 4> t : {std::array<std::size_t, 4>{low(0), low(1), low(2), high(2)},
                                           {low(0), low(1), high(1), high(2)},
                                           {low(0), high(0), high(1), high(2)}}) {
        if (volume(mesh, t) < 0)
          std::swap(t[2], t[3]);
        mesh.tetrahedra.push_back(t);
      }
    }
  mesh.region.assign(mesh.tetrahedra.size(), 0);
  mesh.region_names = {"lv_wall"};
}

/// Faces of one tetrahedron only, named by `surface_of` (the three nodes).
void add_surfaces(HeartMesh &mesh, const std::function<int(const std::array<std::size_t, 3> &)> &surface_of) {
  static constexpr int outward[4][3] = {{1, 2, 3}, {0, 3, 2}, {0, 1, 3}, {0, 2, 1}};
  struct Side {
    std::array<std::size_t, 3> key, face;
  };
  std::vector<Side> sides;
  for (const auto &t : mesh.tetrahedra)
    for (const auto &f : outward) {
      Side side{{t[f[0]], t[f[1]], t[f[2]]}, {t[f[0]], t[f[1]], t[f[2]]}};
      std::sort(side.key.begin(), side.key.end());
      sides.push_back(side);
    }
  std::sort(sides.begin(), sides.end(), [](const Side &a, const Side &b) { return a.key < b.key; });
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const bool twin = (i > 0 && sides[i - 1].key == sides[i].key) || (i + 1 < sides.size() && sides[i + 1].key == sides[i].key);
    if (twin)
      continue;
    mesh.triangles.push_back(sides[i].face);
    mesh.surface.push_back(surface_of(sides[i].face));
  }
}

/// The nodes, then `middle` of both ends of each edge.
CurvedMesh curved(HeartMesh mesh, const std::function<Vector3(const Vector3 &, const Vector3 &)> &middle) {
  CurvedMesh made{std::move(mesh), {}};
  made.places = made.mesh.nodes;
  for (const auto &[a, b] : edges(made.mesh))
    made.places.push_back(middle(made.mesh.nodes[a], made.mesh.nodes[b]));
  return made;
}

void check(const LayeredEllipsoid &s) {
  if (!(s.epicardium_short_radius > s.endocardium_short_radius && s.epicardium_long_radius > s.endocardium_long_radius &&
        s.endocardium_short_radius > 0 && s.endocardium_long_radius > 0))
    throw io::CaseError("ellipsoid: the radii of the epicardium must be larger than those of the endocardium, else there is no wall");
  if (!(std::abs(s.base_z) < s.endocardium_long_radius) || !(std::abs(s.base_height(1)) < s.epicardium_long_radius))
    throw io::CaseError("ellipsoid: base_z must cut the endocardium, epicardium_base_z the epicardium");
}

void place_nodes(const LayeredEllipsoid &s, const Triangles &disc, HeartMesh &mesh) {
  for (int layer = 0; layer <= s.layers; ++layer) {
    const double depth = static_cast<double>(layer) / s.layers, rs = s.short_radius(depth), rl = s.long_radius(depth);
    const double base = s.base_height(depth), end = std::acos(base / rl); // polar angle: pi at the apex
    for (const auto &[along, around] : disc.points) {
      const double polar = M_PI + std::pow(along, s.apex_grading) * (end - M_PI), turn = 2 * M_PI * around, rho = rs * std::sin(polar);
      if (along == 0)
        mesh.nodes.push_back({0, 0, -rl});
      else
        mesh.nodes.push_back({rho * std::cos(turn), rho * std::sin(turn), along == 1 ? base : rl * std::cos(polar)});
    }
  }
}

/// Onto layer `t` along the ray from the centre or, in the base, from the axis.
Vector3 onto_layer(const LayeredEllipsoid &s, const Vector3 &x, double t, bool in_base) {
  const double rs = s.short_radius(t), rl = s.long_radius(t), rho = std::hypot(x[0], x[1]);
  if (in_base) {
    const double factor = rs * std::sqrt(1 - x[2] * x[2] / (rl * rl)) / rho;
    return {factor * x[0], factor * x[1], x[2]};
  }
  return (1 / std::hypot(rho / rs, x[2] / rl)) * x;
}

} // namespace

double LayeredEllipsoid::layer(const Vector3 &x) const {
  const double rho = std::hypot(x[0], x[1]);
  double low = -1, high = 2;
  for (int i = 0; i < 60; ++i) {
    const double t = 0.5 * (low + high), s = rho / short_radius(t), l = x[2] / long_radius(t);
    (s * s + l * l > 1 ? low : high) = t;
  }
  return 0.5 * (low + high);
}

CurvedMesh straight(HeartMesh mesh) {
  return curved(std::move(mesh), [](const Vector3 &a, const Vector3 &b) { return 0.5 * (a + b); });
}

CurvedMesh make_layered_ellipsoid(const LayeredEllipsoid &shape) {
  check(shape);
  const Triangles disc = rows_of_triangles(shape.rings, 6, true);
  HeartMesh mesh;
  place_nodes(shape, disc, mesh);
  extrude(disc, shape.layers, mesh);
  mesh.surface_names = {"endocardium_lv", "epicardium", "base"};
  const std::size_t per_layer = disc.points.size();
  add_surfaces(mesh, [&](const std::array<std::size_t, 3> &face) {
    const bool inner = std::all_of(face.begin(), face.end(), [&](std::size_t n) { return n < per_layer; });
    const bool outer = std::all_of(face.begin(), face.end(), [&](std::size_t n) { return n >= shape.layers * per_layer; });
    return inner ? 0 : outer ? 1 : 2;
  });
  mesh.long_axis = {0, 0, 1};
  mesh.apex = {0, 0, -shape.epicardium_long_radius};
  mesh.base_centre = {0, 0, shape.base_z};
  const auto in_base = [&](const Vector3 &x) {
    return std::abs(x[2] - shape.base_height(shape.layer(x))) < 1e-9 * shape.epicardium_long_radius;
  };
  return curved(std::move(mesh), [&](const Vector3 &a, const Vector3 &b) {
    return onto_layer(shape, 0.5 * (a + b), 0.5 * (shape.layer(a) + shape.layer(b)), in_base(a) && in_base(b));
  });
}

CurvedMesh make_sphere_octant(double inner, double outer, int rings, int layers) {
  const Triangles triangle = rows_of_triangles(rings, 1, false);
  HeartMesh mesh;
  for (int layer = 0; layer <= layers; ++layer)
    for (const auto &[along, around] : triangle.points) // from the corner x to the edge y-z, straight, then onto the sphere
      mesh.nodes.push_back((inner + (outer - inner) * layer / layers) *
                           normalized(Vector3{1 - along, along * (1 - around), along * around}));
  for (Vector3 &node : mesh.nodes)
    for (double &x : node)
      x = std::abs(x) < 1e-12 * outer ? 0 : x;
  extrude(triangle, layers, mesh);
  mesh.surface_names = {"endocardium_lv", "epicardium", "x", "y", "z"};
  const std::size_t per_layer = triangle.points.size();
  add_surfaces(mesh, [&](const std::array<std::size_t, 3> &face) {
    if (std::all_of(face.begin(), face.end(), [&](std::size_t n) { return n < per_layer; }))
      return 0;
    if (std::all_of(face.begin(), face.end(), [&](std::size_t n) { return n >= layers * per_layer; }))
      return 1;
    for (int d = 0; d < 3; ++d)
      if (std::all_of(face.begin(), face.end(), [&](std::size_t n) { return mesh.nodes[n][d] == 0; }))
        return 2 + d;
    return 1;
  });
  return curved(std::move(mesh), [](const Vector3 &a, const Vector3 &b) { return 0.5 * (norm(a) + norm(b)) * normalized(a + b); });
}

CurvedMesh make_cylinder_quarter(double inner, double outer, double height, double element_size) {
  const double middle = 0.5 * (inner + outer);
  HeartMesh flat =
      make_slab({outer - inner, M_PI / 2 * middle, height}, Vector3{element_size, element_size, std::min(element_size, height)});
  const auto bend = [&](const Vector3 &x) {
    const double angle = x[1] / middle, radius = inner + x[0];
    return Vector3{std::abs(angle - M_PI / 2) < 1e-12 ? 0 : radius * std::cos(angle), radius * std::sin(angle), x[2]};
  };
  CurvedMesh made = straight(std::move(flat));
  for (Vector3 &place : made.places)
    place = bend(place);
  for (Vector3 &node : made.mesh.nodes)
    node = bend(node);
  made.mesh.surface_names = {"endocardium_lv", "epicardium", "y", "x", "z0", "z1"}; // x0 x1 y0 y1 of the flat one
  return made;
}

} // namespace corvivo::mesh
