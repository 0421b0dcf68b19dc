#include <tests/physics/mechanics/bodies.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace corvivo::test {
namespace {

using io::Vector3;
using io::operator+;
using io::operator-;
using io::operator*;

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

double volume(const mesh::HeartMesh &mesh, const std::array<std::size_t, 4> &t) {
  return io::dot(mesh.nodes[t[1]] - mesh.nodes[t[0]], io::cross(mesh.nodes[t[2]] - mesh.nodes[t[0]], mesh.nodes[t[3]] - mesh.nodes[t[0]])) /
         6;
}

/// Prisms between the layers, each cut into three tetrahedra by the order of its nodes' numbers, so that neighbours fit.
void extrude(const Triangles &triangles, int layers, mesh::HeartMesh &mesh) {
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
void add_surfaces(mesh::HeartMesh &mesh, const std::function<int(const std::array<std::size_t, 3> &)> &surface_of) {
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

} // namespace

Body ventricle(const VentricleSize &size, int rings, int layers) {
  const Triangles disc = rows_of_triangles(rings, 6, true);
  Body body;
  mesh::HeartMesh &mesh = body.mesh;
  for (int layer = 0; layer <= layers; ++layer) {
    const double depth = static_cast<double>(layer) / layers;
    const double a = size.radius + depth * size.thickness, c = size.length + depth * size.thickness;
    for (const auto &[along, around] : disc.points) {
      const double lowest = std::acos(-1.0), end = std::acos(size.base_height / c); // polar angle from the apex (pi) to the base
      const double polar = lowest + along * (end - lowest), turn = 2 * lowest * around;
      const Vector3 outward{std::sin(polar) * std::cos(turn) / a, std::sin(polar) * std::sin(turn) / a, std::cos(polar) / c};
      const Vector3 up{-std::cos(polar) * a * std::cos(turn), -std::cos(polar) * a * std::sin(turn), std::sin(polar) * c};
      mesh.nodes.push_back({a * std::sin(polar) * std::cos(turn), a * std::sin(polar) * std::sin(turn),
                            along == 1 ? size.base_height : c * std::cos(polar)});
      body.fibres.depth.push_back(depth);
      body.fibres.transmural.push_back(io::normalized(outward));
      body.fibres.longitudinal.push_back(along == 0 ? Vector3{1, 0, 0} : io::normalized(up));
    }
  }
  extrude(disc, layers, mesh);
  mesh.surface_names = {"endocardium_lv", "epicardium", "base"};
  const std::size_t per_layer = disc.points.size();
  add_surfaces(mesh, [&](const std::array<std::size_t, 3> &face) {
    const bool inner = std::all_of(face.begin(), face.end(), [&](std::size_t n) { return n < per_layer; });
    const bool outer = std::all_of(face.begin(), face.end(), [&](std::size_t n) { return n >= layers * per_layer; });
    return inner ? 0 : outer ? 1 : 2;
  });
  mesh.long_axis = {0, 0, 1};
  mesh.apex = {0, 0, -size.length - size.thickness};
  mesh.base_centre = {0, 0, size.base_height};
  return body;
}

Body sphere_octant(double inner, double outer, int rings, int layers) {
  const Triangles triangle = rows_of_triangles(rings, 1, false);
  Body body;
  mesh::HeartMesh &mesh = body.mesh;
  for (int layer = 0; layer <= layers; ++layer) {
    const double radius = inner + (outer - inner) * layer / layers;
    for (const auto &[along, around] : triangle.points) {
      // From the corner x to the edge y-z, straight, then onto the sphere.
      const Vector3 direction = io::normalized(Vector3{1 - along, along * (1 - around), along * around});
      mesh.nodes.push_back(radius * direction);
    }
  }
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
  body.fibres = mesh::uniform_fibres(mesh, {1, 0, 0}, {0, 1, 0});
  return body;
}

physics::NodalHistory calcium_wave(const mesh::HeartMesh &mesh, double delay, double duration) {
  std::vector<Vector3> places = mesh.nodes;
  for (const auto &[a, b] : mesh::edges(mesh))
    places.push_back(0.5 * (mesh.nodes[a] + mesh.nodes[b]));
  const double length = io::dot(mesh.base_centre - mesh.apex, mesh.long_axis);
  physics::NodalHistory history;
  history.nodes = places.size();
  for (double time = 0; time <= duration; time += 2) {
    history.times.push_back(time);
    for (const Vector3 &place : places) {
      // Shape of a ventricular transient (ten Tusscher 2006: rest 0.1 uM, peak 0.8 uM after some 30 ms, decay over 150 ms).
      const double since = time - delay * io::dot(place - mesh.apex, mesh.long_axis) / length;
      const double rise = 12.0, fall = 110.0, peak = 1.325;
      const double pulse = since > 0 ? peak * (std::exp(-since / fall) - std::exp(-since / rise)) : 0.0;
      history.values.push_back(static_cast<float>(0.1 + 0.75 * pulse));
    }
  }
  return history;
}

} // namespace corvivo::test
