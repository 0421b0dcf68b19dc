#include <io/base/errors.hpp>
#include <mesh/heart_mesh.hpp>

#include <algorithm>

namespace corvivo::mesh {

namespace {

/// Node index of the midpoint of each edge.
class Midpoints {
public:
  Midpoints(std::vector<std::array<std::size_t, 2>> sorted_edges, std::size_t first_new_node)
      : edges_(std::move(sorted_edges)), first_(first_new_node) {}
  std::size_t operator()(std::size_t a, std::size_t b) const {
    const std::array<std::size_t, 2> edge{std::min(a, b), std::max(a, b)};
    const auto found = std::lower_bound(edges_.begin(), edges_.end(), edge);
    CORVIVO_ASSERT(found != edges_.end() && *found == edge, "an edge of a triangle belongs to no tetrahedron");
    return first_ + static_cast<std::size_t>(found - edges_.begin());
  }
  const std::vector<std::array<std::size_t, 2>> &edges() const { return edges_; }

private:
  std::vector<std::array<std::size_t, 2>> edges_;
  std::size_t first_;
};

using Cell = std::array<std::size_t, 4>;

double squared_length(const std::vector<Vector3> &nodes, std::size_t a, std::size_t b) {
  const Vector3 d = nodes[b] - nodes[a];
  return dot(d, d);
}

/// Four corner cells, then four around the shortest diagonal of the inner octahedron.
std::array<Cell, 8> children(const Cell &c, const Midpoints &mid, const std::vector<Vector3> &nodes) {
  const std::size_t m01 = mid(c[0], c[1]), m02 = mid(c[0], c[2]), m03 = mid(c[0], c[3]), m12 = mid(c[1], c[2]), m13 = mid(c[1], c[3]),
                    m23 = mid(c[2], c[3]);
  struct Split {
    std::size_t from, to;
    std::array<std::size_t, 4> ring; ///< neighbours share an edge of the octahedron
  };
  const std::array<Split, 3> splits{{{m01, m23, {m02, m03, m13, m12}}, {m02, m13, {m01, m12, m23, m03}}, {m03, m12, {m01, m02, m23, m13}}}};
  const Split &best = *std::min_element(splits.begin(), splits.end(), [&](const Split &a, const Split &b) {
    return squared_length(nodes, a.from, a.to) < squared_length(nodes, b.from, b.to);
  });
  std::array<Cell, 8> all{{{c[0], m01, m02, m03}, {m01, c[1], m12, m13}, {m02, m12, c[2], m23}, {m03, m13, m23, c[3]}}};
  for (int i = 0; i < 4; ++i)
    all[4 + i] = {best.from, best.to, best.ring[i], best.ring[(i + 1) % 4]};
  for (Cell &child : all)
    if (dot(nodes[child[1]] - nodes[child[0]], cross(nodes[child[2]] - nodes[child[0]], nodes[child[3]] - nodes[child[0]])) < 0)
      std::swap(child[2], child[3]);
  return all;
}

} // namespace

HeartMesh refine(const HeartMesh &mesh) {
  HeartMesh fine;
  fine.region_names = mesh.region_names;
  fine.surface_names = mesh.surface_names;
  fine.long_axis = mesh.long_axis;
  fine.apex = mesh.apex;
  fine.base_centre = mesh.base_centre;
  fine.to_right_ventricle = mesh.to_right_ventricle;
  fine.level_nodes = mesh.level_nodes;
  fine.level_nodes.push_back(mesh.nodes.size());

  const Midpoints mid(edges(mesh), mesh.nodes.size());
  fine.nodes = mesh.nodes;
  fine.nodes.reserve(mesh.nodes.size() + mid.edges().size());
  for (const auto &edge : mid.edges())
    fine.nodes.push_back(0.5 * (mesh.nodes[edge[0]] + mesh.nodes[edge[1]]));

  fine.tetrahedra.reserve(8 * mesh.tetrahedra.size());
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
    const auto eight = children(mesh.tetrahedra[c], mid, fine.nodes);
    fine.tetrahedra.insert(fine.tetrahedra.end(), eight.begin(), eight.end());
    fine.region.insert(fine.region.end(), 8, mesh.region[c]);
  }
  fine.triangles.reserve(4 * mesh.triangles.size());
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    const auto &[a, b, c] = mesh.triangles[t];
    const std::size_t ab = mid(a, b), bc = mid(b, c), ca = mid(c, a);
    for (const std::array<std::size_t, 3> &child : {std::array<std::size_t, 3>{a, ab, ca}, {ab, b, bc}, {ca, bc, c}, {ab, bc, ca}})
      fine.triangles.push_back(child);
    fine.surface.insert(fine.surface.end(), 4, mesh.surface[t]);
  }
  return fine;
}

} // namespace corvivo::mesh
