#include <mesh/fibres_parts.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::mesh::detail {

namespace {

constexpr double degree = M_PI / 180;

/// 0 below `low`, 1 above `high`, with continuous slope between.
double smooth_step(double value, double low, double high) {
  const double x = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

/// Which walls' cells a node has.
struct Sides {
  std::vector<char> left, right;
};

Sides sides(const HeartMesh &mesh) {
  const std::vector<int> ventricle = ventricle_of_cells(mesh);
  Sides result{std::vector<char>(mesh.nodes.size(), 0), std::vector<char>(mesh.nodes.size(), 0)};
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (const std::size_t n : mesh.tetrahedra[c])
      (ventricle[c] == 1 ? result.right : result.left)[n] = 1;
  return result;
}

std::vector<std::array<std::size_t, 3>> triangles_of(const HeartMesh &mesh, const std::string &surface) {
  std::vector<std::array<std::size_t, 3>> chosen;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == mesh.surface_index(surface))
      chosen.push_back(mesh.triangles[t]);
  return chosen;
}

std::vector<RightBlend> blends(const HeartMesh &mesh, const Sides &side, const WallDistances &walls, double insertion_width) {
  const Nearest strip = nearest(mesh, insertion_faces(mesh));
  std::vector<RightBlend> result;
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    const double outside = walls.epicardium[n] + walls.right[n];
    const double away = smooth_step(strip.distance[n], 0, insertion_width); // 0 at the nodes of both walls
    result.push_back({walls.left_depth(n), walls.right_depth(n), outside > 0 ? smooth_step(walls.epicardium[n] / outside, 0.35, 0.65) : 0.5,
                      side.left[n] ? 0 : away, side.left[n] ? away : 0});
  }
  return result;
}

/// From the left cavity outwards in the left wall (as it is), from right endocardium to epicardium in the right free wall; these directions
/// nearly agree at the insertions, where both point away from the septum's left side.
void turn_transmural(const HeartMesh &mesh, const Sides &side, const Harmonic &across_right, Fibres &fibres) {
  const Nearest from_left = nearest(mesh, triangles_of(mesh, "endocardium_lv"));
  const auto right_triangles = triangles_of(mesh, "endocardium_rv");
  const std::vector<Vector3> normals = node_normals(mesh, right_triangles);
  std::vector<char> on_epicardium(mesh.nodes.size(), 0), on_base(mesh.nodes.size(), 0);
  for (const auto &t : triangles_of(mesh, "epicardium"))
    for (const std::size_t n : t)
      on_epicardium[n] = 1;
  if (mesh.has_surface("base"))
    for (const auto &t : triangles_of(mesh, "base"))
      for (const std::size_t n : t)
        on_base[n] = 1;
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    const bool on_right = norm(normals[n]) > 0.5, inside_surface = on_right && !on_base[n];
    if (side.left[n]) {
      if (inside_surface && !side.right[n])
        fibres.transmural[n] = normals[n];
      else if (!(norm(fibres.transmural[n]) > 0.5))
        fibres.transmural[n] = from_left.direction[n];
      continue;
    }
    if (on_epicardium[n] && !on_base[n])
      continue; // the normal of the epicardium already
    const Vector3 own = inside_surface ? -1.0 * normals[n] : normalized(across_right.gradient[n]);
    const double weight = fibres.right[n].weight;
    fibres.transmural[n] = normalized((1 - weight) * from_left.direction[n] + weight * own);
  }
}

/// Angles (degrees, ascending) between the fibres of cells that share a face and of which one has a node between the two rules. Not where
/// the way through the wall is within 30 degrees of the way to the base: over an apex no direction is circumferential, as at the left
/// ventricle's, and the rule has a singular line.
std::vector<double> jumps(const HeartMesh &mesh, const Fibres &fibres) {
  std::map<std::array<std::size_t, 3>, std::size_t> first;
  std::vector<double> angles;
  const auto over_apex = [&](std::size_t c) {
    Vector3 t{}, l{};
    for (const std::size_t n : mesh.tetrahedra[c]) {
      t = t + fibres.transmural[n];
      l = l + fibres.longitudinal[n];
    }
    return norm(cross(t, l)) < 0.5 * norm(t) * norm(l);
  };
  const auto mixed = [&](std::size_t c) {
    return std::any_of(mesh.tetrahedra[c].begin(), mesh.tetrahedra[c].end(), [&](std::size_t n) {
      return fibres.right[n].weight < 1 && fibres.right[n].beyond < 1; // within the insertion's width, in either wall
    });
  };
  constexpr std::array<double, 4> centre{0.25, 0.25, 0.25, 0.25};
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (int skip = 0; skip < 4 && mixed(c) && !over_apex(c); ++skip) {
      std::array<std::size_t, 3> face{};
      for (int i = 0, k = 0; i < 4; ++i)
        if (i != skip)
          face[k++] = mesh.tetrahedra[c][i];
      std::sort(face.begin(), face.end());
      const auto [other, added] = first.emplace(face, c);
      if (!added)
        angles.push_back(std::acos(std::min(1.0, std::abs(dot(fibres.at(mesh.tetrahedra[c], centre).fibre,
                                                              fibres.at(mesh.tetrahedra[other->second], centre).fibre)))) /
                         degree);
    }
  std::sort(angles.begin(), angles.end());
  return angles;
}

} // namespace

double mean_angle(const HeartMesh &mesh, const Fibres &fibres, const std::string &surface, double right_weight) {
  double sine = 0, cosine = 0;
  for (const auto &[a, b, c] : triangles_of(mesh, surface)) {
    const auto other = [&](std::size_t n) { return !fibres.right.empty() && fibres.right[n].weight != right_weight; };
    if (other(a) || other(b) || other(c))
      continue;
    const Vector3 normal = 0.5 * cross(mesh.nodes[b] - mesh.nodes[a], mesh.nodes[c] - mesh.nodes[a]);
    const Vector3 out = surface == "epicardium" ? normalized(normal) : -1.0 * normalized(normal);
    const Vector3 longitudinal = fibres.longitudinal[a] + fibres.longitudinal[b] + fibres.longitudinal[c];
    const Vector3 round = normalized(cross(longitudinal, out)), up = cross(out, round);
    const Vector3 f = fibres.at({a, b, c, c}, {1. / 3, 1. / 3, 1. / 3, 0}).fibre;
    const double angle = std::atan2(dot(f, up), dot(f, round));
    sine += norm(normal) * std::sin(2 * angle);
    cosine += norm(normal) * std::cos(2 * angle);
  }
  return 0.5 * std::atan2(sine, cosine) / degree;
}

void add_right_ventricle(const HeartMesh &mesh, const Harmonic &across_right, Fibres &fibres, io::Quantities &quantities) {
  const Sides side = sides(mesh);
  const WallDistances walls = wall_distances(mesh);
  fibres.right = blends(mesh, side, walls, fibres.options.insertion_width);
  turn_transmural(mesh, side, across_right, fibres);
  double thickness = 0, left_nodes = 0;
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    const RightBlend &place = fibres.right[n];
    fibres.depth.push_back(place.left_depth + place.weight * (place.right_depth - place.left_depth));
    thickness += side.left[n] ? walls.left_thickness(n) : 0;
    left_nodes += side.left[n];
  }
  const std::vector<double> angles = jumps(mesh, fibres);
  quantities.set("wall_thickness_mean", thickness / left_nodes, "mm");
  quantities.set("fibre_angle_endocardium", mean_angle(mesh, fibres, "endocardium_lv"), "deg");
  quantities.set("fibre_angle_epicardium", mean_angle(mesh, fibres, "epicardium"), "deg");
  quantities.set("fibre_angle_rv_endocardium", mean_angle(mesh, fibres, "endocardium_rv", 1), "deg");
  quantities.set("fibre_angle_rv_epicardium", mean_angle(mesh, fibres, "epicardium", 1), "deg");
  quantities.set("fibre_jump_insertion", angles.back(), "deg");
  quantities.set("fibre_jump_insertion_median", angles[angles.size() / 2], "deg");
}

} // namespace corvivo::mesh::detail
