#include <io/base/errors.hpp>
#include <mesh/generate_parts.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::mesh::detail {

namespace {

using Cell = std::array<std::size_t, 4>;

constexpr double difference_step = 0.05; // mm: well below a voxel, well above rounding
constexpr double on_surface = 1e-7;      // mm

Vector3 gradient(const ImplicitVentricle::Field &field, const Vector3 &p) {
  const double h = difference_step;
  Vector3 slope{};
  for (int d = 0; d < 3; ++d) {
    Vector3 forward = p, backward = p;
    forward[d] += h;
    backward[d] -= h;
    slope[d] = (field(forward) - field(backward)) / (2 * h);
  }
  return slope;
}

Vector3 to_plane(const ImplicitVentricle &shape, const Vector3 &p) {
  return p - shape.above_base(p) * shape.base_normal;
}

/// 1 - max |cos| of the dihedral angles: grows with the smallest of angle and 180 deg - angle; negative for a cell inside out.
double goodness(const Vector3 &a, const Vector3 &b, const Vector3 &c, const Vector3 &d) {
  const Vector3 ab = b - a, ac = c - a, ad = d - a, bc = c - b, bd = d - b;
  const std::array<Vector3, 4> normal{cross(bc, bd), cross(ad, ac), cross(ab, ad), cross(ac, ab)};
  if (!(dot(ad, normal[3]) < 0))
    return -1;
  std::array<double, 4> scale{};
  for (int i = 0; i < 4; ++i)
    scale[i] = 1 / dot(normal[i], normal[i]);
  double worst = 0; // of the squared cosines: one root instead of four
  for (int i = 0; i < 4; ++i)
    for (int j = i + 1; j < 4; ++j) {
      const double cosine = dot(normal[i], normal[j]);
      worst = std::max(worst, cosine * cosine * scale[i] * scale[j]);
    }
  return 1 - std::sqrt(worst);
}

enum class Aim { all_cells, worst };

constexpr double worthwhile = 1e-3; // smallest relative gain for which a node moves

/// Moves nodes one after the other. A node that could not be bettered sleeps until one of its neighbours has moved.
class Smoother {
public:
  Smoother(RawMesh &raw, const ImplicitVentricle &shape)
      : mesh_(raw.mesh), hold_(raw.hold), shape_(shape), cells_(mesh_.nodes.size()), awake_(mesh_.nodes.size(), 1) {
    for (std::size_t c = 0; c < mesh_.tetrahedra.size(); ++c)
      for (const std::size_t n : mesh_.tetrahedra[c])
        cells_[n].push_back(c);
  }

  /// One sweep over the nodes whose worst cell is below `wanted`; returns how many moved.
  std::size_t sweep(double wanted, Aim aim) {
    std::size_t moved = 0;
    for (std::size_t n = 0; n < mesh_.nodes.size(); ++n) {
      if (!awake_[n] || hold_[n] == Hold::fixed || worst_at(n, mesh_.nodes[n], -2) >= wanted)
        continue;
      if (move(n, aim)) {
        ++moved;
        for (const std::size_t c : cells_[n])
          for (const std::size_t other : mesh_.tetrahedra[c])
            awake_[other] = 1;
      } else
        awake_[n] = 0;
    }
    return moved;
  }

private:
  double goodness_at(std::size_t node, const Vector3 &place, std::size_t cell) const {
    const Cell &c = mesh_.tetrahedra[cell];
    const auto at = [&](int i) -> const Vector3 & { return c[i] == node ? place : mesh_.nodes[c[i]]; };
    return goodness(at(0), at(1), at(2), at(3));
  }
  /// Stops as soon as it falls to `enough`.
  double worst_at(std::size_t node, const Vector3 &place, double enough) const {
    double worst = 1;
    for (const std::size_t c : cells_[node])
      if (worst = std::min(worst, goodness_at(node, place, c)); worst <= enough)
        break;
    return worst;
  }
  /// Higher is better; whatever is not above `least` may be told wrongly. The sum of 1/g^2 raises the bad cells without spoiling the good
  /// ones; the bare minimum serves for the last few.
  double merit(std::size_t node, const Vector3 &place, Aim aim, double least) const {
    if (aim == Aim::worst)
      return worst_at(node, place, least);
    double cost = 0;
    for (const std::size_t c : cells_[node]) {
      const double g = goodness_at(node, place, c);
      cost += g > 0 ? 1 / (g * g) : 1e30;
      if (-cost <= least)
        break;
    }
    return -cost;
  }

  Vector3 on_rim(const ImplicitVentricle::Field &field, const Vector3 &place) const {
    return to_plane(shape_, project_in_plane(field, to_plane(shape_, place), shape_.base_normal));
  }
  Vector3 held(std::size_t node, const Vector3 &place) const {
    switch (hold_[node]) {
    case Hold::endocardium:
      return project(shape_.endocardium, place);
    case Hold::right:
      return project(shape_.right, place);
    case Hold::epicardium:
      return project(shape_.epicardium, place);
    case Hold::base:
      return to_plane(shape_, place);
    case Hold::endocardium_rim:
      return on_rim(shape_.endocardium, place);
    case Hold::epicardium_rim:
      return on_rim(shape_.epicardium, place);
    case Hold::right_rim:
      return on_rim(shape_.right, place);
    case Hold::fixed:
      return mesh_.nodes[node];
    case Hold::inside:
      break;
    }
    return place;
  }

  /// Towards the mean of the neighbours, then a pattern search with a shrinking step; takes what raises the worst cell.
  bool move(std::size_t node, Aim aim) {
    const Vector3 start = mesh_.nodes[node];
    Vector3 mean{};
    double count = 0, shortest = 1e300;
    for (const std::size_t c : cells_[node])
      for (const std::size_t other : mesh_.tetrahedra[c])
        if (other != node && (hold_[node] == Hold::inside || hold_[other] == hold_[node] || hold_[other] == Hold::fixed)) {
          mean = mean + mesh_.nodes[other];
          shortest = std::min(shortest, norm(mesh_.nodes[other] - start));
          count += 1;
        }
    if (count == 0)
      return false;
    Vector3 best = start;
    double merit_now = merit(node, start, aim, -1e300);
    const auto attempt = [&](const Vector3 &place) {
      const Vector3 candidate = held(node, place);
      const double least = merit_now + worthwhile * std::max(1e-3, std::abs(merit_now));
      if (const double value = merit(node, candidate, aim, least); value > least) {
        merit_now = value;
        best = candidate;
        return true;
      }
      return false;
    };
    for (const double fraction : {1.0, 0.5, 0.25})
      if (attempt(start + fraction * ((1 / count) * mean - start)))
        break;
    for (double step = 0.3 * shortest; step > 0.03 * shortest; step *= 0.5) {
      const Vector3 from = best;
      for (int d = 0; d < 3; ++d)
        for (const double sign : {1.0, -1.0}) {
          Vector3 place = from;
          place[d] += sign * step;
          attempt(place);
        }
    }
    mesh_.nodes[node] = best;
    return best != start;
  }

  HeartMesh &mesh_;
  const std::vector<Hold> &hold_;
  const ImplicitVentricle &shape_;
  std::vector<std::vector<std::size_t>> cells_;
  std::vector<char> awake_;
};

/// Bit s is set when the node belongs to a triangle of surface s.
std::vector<unsigned> surfaces_of_nodes(const HeartMesh &mesh) {
  std::vector<unsigned> surfaces(mesh.nodes.size(), 0);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    for (const std::size_t n : mesh.triangles[t])
      surfaces[n] |= 1u << mesh.surface[t];
  return surfaces;
}

void put_on_surfaces(RawMesh &raw, const ImplicitVentricle &shape) {
  HeartMesh &mesh = raw.mesh;
  const auto surfaces = surfaces_of_nodes(mesh);
  const auto has = [&surfaces](std::size_t node, Surface surface) { return (surfaces[node] & 1u << surface) != 0; };
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    Vector3 &p = mesh.nodes[n];
    const auto &field = has(n, endocardium_lv) ? shape.endocardium : has(n, endocardium_rv) ? shape.right : shape.epicardium;
    if (has(n, base)) {
      p = to_plane(shape, p);
      if (has(n, endocardium_lv) || has(n, endocardium_rv) || has(n, epicardium))
        p = to_plane(shape, project_in_plane(field, p, shape.base_normal));
    } else if (surfaces[n])
      p = project(field, p);
  }
}

/// Cells with two faces on one surface and almost no height: without them the surface runs through their other two faces.
bool remove_flat_boundary_cells(HeartMesh &mesh, double flat) {
  std::map<std::array<std::size_t, 3>, int> surface_of; // sorted nodes
  std::map<std::array<std::size_t, 2>, int> boundary_edges;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    auto nodes = mesh.triangles[t];
    std::sort(nodes.begin(), nodes.end());
    surface_of[nodes] = mesh.surface[t];
    for (int i = 0; i < 3; ++i)
      ++boundary_edges[{nodes[i == 2 ? 0 : i], nodes[i == 2 ? 2 : i + 1]}];
  }
  std::vector<Cell> kept;
  for (const Cell &cell : mesh.tetrahedra) {
    std::vector<int> outer; // the nodes opposite the boundary faces
    std::vector<int> label;
    for (int i = 0; i < 4; ++i) {
      std::array<std::size_t, 3> face{cell[(i + 1) % 4], cell[(i + 2) % 4], cell[(i + 3) % 4]};
      std::sort(face.begin(), face.end());
      if (const auto found = surface_of.find(face); found != surface_of.end()) {
        outer.push_back(i);
        label.push_back(found->second);
      }
    }
    const bool candidate = outer.size() == 2 && label[0] == label[1] &&
                           goodness(mesh.nodes[cell[0]], mesh.nodes[cell[1]], mesh.nodes[cell[2]], mesh.nodes[cell[3]]) < flat;
    // the boundary faces share the edge of the two nodes that are not opposite them; the new ones share the edge of those that are
    const std::array<std::size_t, 2> fresh =
        candidate ? std::array<std::size_t, 2>{std::min(cell[outer[0]], cell[outer[1]]), std::max(cell[outer[0]], cell[outer[1]])}
                  : std::array<std::size_t, 2>{};
    if (!candidate || boundary_edges.count(fresh)) {
      kept.push_back(cell);
      continue;
    }
    boundary_edges[fresh] = 2;
    for (int j = 0; j < 4; ++j)
      if (j != outer[0] && j != outer[1]) {
        std::array<std::size_t, 3> inner{cell[outer[0]], cell[outer[1]], cell[j]};
        std::sort(inner.begin(), inner.end());
        surface_of[inner] = label[0];
      }
  }
  const bool removed = kept.size() < mesh.tetrahedra.size();
  if (removed) {
    mesh.tetrahedra = kept;
    mesh.region.resize(kept.size());
    mesh.triangles = boundary_faces(mesh.tetrahedra);
    mesh.surface.clear();
    for (auto nodes : mesh.triangles) {
      std::sort(nodes.begin(), nodes.end());
      mesh.surface.push_back(surface_of.at(nodes));
    }
  }
  return removed;
}

/// New node in the middle of an edge; the cells and base triangles around the edge are cut in two.
void split(RawMesh &raw, std::size_t a, std::size_t b) {
  HeartMesh &mesh = raw.mesh;
  const std::size_t middle = mesh.nodes.size();
  mesh.nodes.push_back(0.5 * (mesh.nodes[a] + mesh.nodes[b]));
  const auto cut = [&](auto &simplices, std::vector<int> &numbers) {
    bool any = false;
    const std::size_t count = simplices.size();
    for (std::size_t c = 0; c < count; ++c) {
      auto other = simplices[c];
      const auto in_a = std::find(other.begin(), other.end(), a), in_b = std::find(simplices[c].begin(), simplices[c].end(), b);
      if (in_a == other.end() || in_b == simplices[c].end())
        continue;
      *in_a = *in_b = middle;
      simplices.push_back(other);
      const int number = numbers[c];
      numbers.push_back(number);
      any = true;
    }
    return any;
  };
  cut(mesh.tetrahedra, mesh.region);
  raw.hold.push_back(cut(mesh.triangles, mesh.surface) ? Hold::base : Hold::inside);
}

/// Splits the edges that still reach through the left wall; returns how many.
std::size_t split_edges_across(RawMesh &raw) {
  const auto surfaces = surfaces_of_nodes(raw.mesh);
  const unsigned inner = 1u << endocardium_lv, outer = 1u << epicardium | 1u << endocardium_rv;
  std::size_t count = 0;
  for (const auto &[a, b] : edges(raw.mesh))
    if (((surfaces[a] & inner) && (surfaces[b] & outer)) || ((surfaces[b] & inner) && (surfaces[a] & outer))) {
      split(raw, a, b);
      ++count;
    }
  return count;
}

} // namespace

namespace {

/// Newton's method along the slope that `slope_at` gives, until the last slope says that the zero is `on_surface` near.
template <class Slope> Vector3 to_zero(const ImplicitVentricle::Field &field, Vector3 point, const Slope &slope_at) {
  double steep = 0;
  for (int i = 0; i < 30; ++i) {
    const double value = field(point);
    if (std::abs(value) < on_surface * std::sqrt(steep))
      break;
    const Vector3 slope = slope_at(point);
    steep = dot(slope, slope);
    if (!(steep > 0) || std::abs(value) < on_surface * std::sqrt(steep))
      break;
    point = point - (value / steep) * slope;
  }
  return point;
}

} // namespace

Vector3 project_in_plane(const ImplicitVentricle::Field &field, Vector3 point, const Vector3 &normal) {
  return to_zero(field, point, [&](const Vector3 &p) {
    const Vector3 slope = gradient(field, p);
    return slope - dot(slope, normal) * normal;
  });
}

Vector3 project(const ImplicitVentricle::Field &field, Vector3 point) {
  return to_zero(field, point, [&](const Vector3 &p) { return gradient(field, p); });
}

void improve(RawMesh &raw, const ImplicitVentricle &shape, const MeshOptions &options) {
  const auto at_angle = [](double degrees) { return 1 - std::cos(degrees * M_PI / 180); };
  const auto smooth_all = [&] {
    Smoother smoother(raw, shape);
    const std::size_t few = raw.mesh.nodes.size() / 200; // so few moves change no angle that counts
    for (int pass = 0; pass < options.smoothing_passes; ++pass)
      if (smoother.sweep(at_angle(32), Aim::all_cells) <= few)
        break;
  };
  put_on_surfaces(raw, shape);
  for (int round = 0; round < 3; ++round) {
    const bool removed = remove_flat_boundary_cells(raw.mesh, at_angle(16));
    if (!removed && round > 0)
      break;
    smooth_all();
  }
  if (options.wall_layers >= 2 && split_edges_across(raw) > 0)
    smooth_all();
  Smoother smoother(raw, shape);
  for (int pass = 0; pass < options.smoothing_passes; ++pass)
    if (smoother.sweep(at_angle(25), Aim::worst) == 0)
      break;
}

} // namespace corvivo::mesh::detail
