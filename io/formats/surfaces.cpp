#include <io/formats/surfaces.hpp>

#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace corvivo::io {

namespace {

using Triangle = std::array<std::size_t, 3>;
using Edge = std::array<std::size_t, 2>;

Edge undirected(std::size_t a, std::size_t b) {
  return {std::min(a, b), std::max(a, b)};
}

/// Triangles at each edge.
std::map<Edge, std::vector<std::size_t>> triangles_at_edges(const Surface &surface) {
  std::map<Edge, std::vector<std::size_t>> at;
  for (std::size_t t = 0; t < surface.triangles.size(); ++t)
    for (std::size_t i = 0; i < 3; ++i)
      at[undirected(surface.triangles[t][i], surface.triangles[t][(i + 1) % 3])].push_back(t);
  return at;
}

bool runs(const Triangle &t, std::size_t from, std::size_t to) {
  for (std::size_t i = 0; i < 3; ++i)
    if (t[i] == from && t[(i + 1) % 3] == to)
      return true;
  return false;
}

/// Index of the point that each point becomes: the first one nearer than `tolerance`.
std::vector<std::size_t> welded_index(const std::vector<Vector3> &points, double tolerance, std::vector<Vector3> &kept) {
  using Box = std::array<long long, 3>;
  const auto box_of = [&](const Vector3 &p) {
    Box box{};
    for (std::size_t a = 0; a < 3; ++a)
      box[a] = static_cast<long long>(std::floor(p[a] / tolerance));
    return box;
  };
  std::map<Box, std::vector<std::size_t>> boxes;
  std::vector<std::size_t> index;
  for (const Vector3 &p : points) {
    const Box box = box_of(p);
    std::size_t found = kept.size();
    for (int shift = 0; shift < 27; ++shift)
      if (const auto near = boxes.find({box[0] + shift % 3 - 1, box[1] + shift / 3 % 3 - 1, box[2] + shift / 9 - 1}); near != boxes.end())
        for (const std::size_t other : near->second)
          if (norm(kept[other] - p) <= tolerance)
            found = std::min(found, other);
    if (found == kept.size()) {
      boxes[box].push_back(found);
      kept.push_back(p);
    }
    index.push_back(found);
  }
  return index;
}

void weld(Surface &surface, double tolerance, SurfaceRepair &done) {
  std::vector<Vector3> kept;
  const auto index = welded_index(surface.points, tolerance, kept);
  done.points_welded = surface.points.size() - kept.size();
  surface.points = std::move(kept);
  std::set<Triangle> seen;
  Surface clean;
  for (std::size_t t = 0; t < surface.triangles.size(); ++t) {
    Triangle triangle{};
    for (std::size_t i = 0; i < 3; ++i)
      triangle[i] = index[surface.triangles[t][i]];
    Triangle key = triangle;
    std::sort(key.begin(), key.end());
    if (key[0] == key[1] || key[1] == key[2] || !seen.insert(key).second) {
      ++done.triangles_dropped;
      continue;
    }
    clean.triangles.push_back(triangle);
    clean.label.push_back(surface.label[t]);
  }
  surface.triangles = std::move(clean.triangles);
  surface.label = std::move(clean.label);
}

/// Six times the volume of the cone from `centre` over the triangle.
double cone(const Surface &surface, const Triangle &t, const Vector3 &centre) {
  return dot(surface.points[t[0]] - centre, cross(surface.points[t[1]] - centre, surface.points[t[2]] - centre));
}

/// Turns triangles so that neighbours run through their edge in opposite ways. Returns the piece of each triangle.
std::vector<std::size_t> orient(Surface &surface, std::size_t &pieces) {
  const auto at = triangles_at_edges(surface);
  for (const auto &[edge, triangles] : at)
    if (triangles.size() > 2) {
      const Vector3 &p = surface.points[edge[0]];
      throw CaseError("the surface is not a manifold: " + std::to_string(triangles.size()) + " triangles meet in one edge near (" +
                      std::to_string(p[0]) + ", " + std::to_string(p[1]) + ", " + std::to_string(p[2]) + ") mm; repair it or weld less");
    }
  const std::size_t none = surface.triangles.size();
  std::vector<std::size_t> piece(none, none), front;
  pieces = 0;
  for (std::size_t seed = 0; seed < none; ++seed) {
    if (piece[seed] != none)
      continue;
    piece[seed] = pieces;
    front.assign(1, seed);
    while (!front.empty()) {
      const std::size_t t = front.back();
      front.pop_back();
      const Triangle triangle = surface.triangles[t];
      for (std::size_t i = 0; i < 3; ++i) {
        const std::size_t a = triangle[i], b = triangle[(i + 1) % 3];
        for (const std::size_t other : at.at(undirected(a, b))) {
          const bool agrees = other == t || runs(surface.triangles[other], b, a);
          if (other != t && piece[other] != none && !agrees)
            throw CaseError("the surface has no two sides: its triangles cannot all be turned the same way");
          if (other == t || piece[other] != none)
            continue;
          piece[other] = pieces;
          if (!agrees)
            std::swap(surface.triangles[other][1], surface.triangles[other][2]);
          front.push_back(other);
        }
      }
    }
    ++pieces;
  }
  return piece;
}

/// The volume of each piece must be positive, its rims closed.
void turn_pieces(Surface &surface, const std::vector<std::size_t> &piece, std::size_t pieces) {
  for (std::size_t p = 0; p < pieces; ++p) {
    Surface one;
    one.points = surface.points;
    for (std::size_t t = 0; t < surface.triangles.size(); ++t)
      if (piece[t] == p)
        one.triangles.push_back(surface.triangles[t]);
    one.label.assign(one.triangles.size(), 0);
    if (enclosed_volume(one) >= 0)
      continue;
    for (std::size_t t = 0; t < surface.triangles.size(); ++t)
      if (piece[t] == p)
        std::swap(surface.triangles[t][1], surface.triangles[t][2]);
  }
}

using Ring = std::vector<std::size_t>;

double distance(const Surface &surface, std::size_t a, std::size_t b) {
  return norm(surface.points[a] - surface.points[b]);
}

/// Mean over `a` of the distance to the nearest point of `b`.
double mean_gap(const Surface &surface, const Ring &a, const Ring &b) {
  double sum = 0;
  for (const std::size_t p : a) {
    double nearest = distance(surface, p, b.front());
    for (const std::size_t q : b)
      nearest = std::min(nearest, distance(surface, p, q));
    sum += nearest;
  }
  return sum / static_cast<double>(a.size());
}

/// A strip between two rings that both run the same way round, from a pair of near points, always along the shorter new edge.
std::vector<Triangle> strip(const Surface &surface, const Ring &a, const Ring &b, double &length) {
  std::size_t start = 0;
  for (std::size_t j = 0; j < b.size(); ++j)
    if (distance(surface, a[0], b[j]) < distance(surface, a[0], b[start]))
      start = j;
  std::vector<Triangle> triangles;
  std::size_t i = 0, j = 0;
  const auto at_a = [&](std::size_t n) { return a[n % a.size()]; };
  const auto at_b = [&](std::size_t n) { return b[(start + n) % b.size()]; };
  length = 0;
  while (i < a.size() || j < b.size()) {
    const double along_a = distance(surface, at_a(i + 1), at_b(j)), along_b = distance(surface, at_a(i), at_b(j + 1));
    if (j == b.size() || (i < a.size() && along_a <= along_b)) {
      triangles.push_back({at_a(i + 1), at_a(i), at_b(j)});
      length += along_a;
      ++i;
    } else {
      triangles.push_back({at_b(j), at_b(j + 1), at_a(i)});
      length += along_b;
      ++j;
    }
  }
  return triangles;
}

int label_at(const Surface &surface, const Ring &ring) {
  for (std::size_t t = 0; t < surface.triangles.size(); ++t)
    if (runs(surface.triangles[t], ring[0], ring[1]))
      return surface.label[t];
  return 0;
}

/// Joins rings that are each other's nearest and near enough. The new triangles are not yet turned.
std::size_t bridge_gaps(Surface &surface, double widest_gap) {
  const auto rings = rims(surface);
  std::vector<std::size_t> nearest(rings.size());
  std::vector<double> gap(rings.size(), widest_gap);
  for (std::size_t a = 0; a < rings.size(); ++a) {
    nearest[a] = a;
    for (std::size_t b = 0; b < rings.size(); ++b)
      if (const double apart = a == b ? widest_gap : mean_gap(surface, rings[a], rings[b]); apart < gap[a]) {
        gap[a] = apart;
        nearest[a] = b;
      }
  }
  std::size_t bridged = 0;
  for (std::size_t a = 0; a < rings.size(); ++a) {
    const std::size_t b = nearest[a];
    if (b <= a || nearest[b] != a)
      continue;
    double same = 0, opposite = 0;
    const Ring other(rings[b].rbegin(), rings[b].rend());
    auto triangles = strip(surface, rings[a], rings[b], same);
    const auto reversed = strip(surface, rings[a], other, opposite);
    if (opposite < same)
      triangles = reversed;
    surface.label.insert(surface.label.end(), triangles.size(), label_at(surface, rings[a]));
    surface.triangles.insert(surface.triangles.end(), triangles.begin(), triangles.end());
    ++bridged;
  }
  return bridged;
}

} // namespace

Surface labelled_surface(const Grid &grid, const std::string &array) {
  const Grid::Array *of_cells = grid.find_cell_data(array), *of_points = grid.find_point_data(array);
  if (!of_cells && !of_points)
    throw CaseError("the surface has no array '" + array + "' of its points or cells; expected the numbers of its parts there");
  Surface surface;
  surface.points = grid.points;
  for (std::size_t c = 0; c < grid.cells(); ++c) {
    if (grid.cell_types[c] != CellType::triangle)
      continue;
    const std::size_t *n = grid.cell_points.data() + grid.cell_offsets[c];
    const auto number = [&](std::size_t i) {
      const Grid::Array &from = of_cells ? *of_cells : *of_points;
      const double value = from.values[(of_cells ? c : n[i]) * from.components];
      if (!(std::abs(value) < 1e6) || value != std::floor(value))
        throw CaseError("array '" + array + "' holds " + std::to_string(value) + "; expected whole numbers of parts");
      return static_cast<int>(value);
    };
    const int a = number(0), b = number(1), d = number(2);
    surface.triangles.push_back({n[0], n[1], n[2]});
    surface.label.push_back(a == b || a == d ? a : b == d ? b : std::max({a, b, d}));
  }
  return surface;
}

Surface joined_surface(const std::vector<std::pair<std::string, Grid>> &pieces) {
  Surface surface;
  for (const auto &[name, grid] : pieces) {
    const std::size_t first = surface.points.size();
    const int label = static_cast<int>(surface.names.size()) + 1;
    surface.names.emplace_back(label, name);
    surface.points.insert(surface.points.end(), grid.points.begin(), grid.points.end());
    for (std::size_t c = 0; c < grid.cells(); ++c)
      if (grid.cell_types[c] == CellType::triangle) {
        const std::size_t *n = grid.cell_points.data() + grid.cell_offsets[c];
        surface.triangles.push_back({first + n[0], first + n[1], first + n[2]});
        surface.label.push_back(label);
      }
  }
  return surface;
}

Surface part(const Surface &surface, const std::vector<int> &labels) {
  Surface out;
  std::vector<std::size_t> index(surface.points.size(), surface.points.size());
  for (std::size_t t = 0; t < surface.triangles.size(); ++t) {
    if (std::find(labels.begin(), labels.end(), surface.label[t]) == labels.end())
      continue;
    Triangle triangle = surface.triangles[t];
    for (std::size_t &node : triangle) {
      if (index[node] == surface.points.size()) {
        index[node] = out.points.size();
        out.points.push_back(surface.points[node]);
      }
      node = index[node];
    }
    out.triangles.push_back(triangle);
    out.label.push_back(surface.label[t]);
  }
  out.names = surface.names;
  return out;
}

std::string SurfaceRepair::text() const {
  return std::to_string(points_welded) + " points welded, " + std::to_string(triangles_dropped) + " triangles dropped, " +
         std::to_string(triangles_turned) + " turned, " + std::to_string(gaps_bridged) + " gaps bridged; " + std::to_string(pieces) +
         " pieces with " + std::to_string(rims) + " open rims";
}

SurfaceRepair repair(Surface &surface, double tolerance, double widest_gap) {
  if (surface.triangles.empty())
    throw CaseError("the surface has no triangles");
  SurfaceRepair done;
  weld(surface, tolerance, done);
  const std::vector<Triangle> before = surface.triangles;
  auto piece = orient(surface, done.pieces);
  if (widest_gap > 0 && (done.gaps_bridged = bridge_gaps(surface, widest_gap)) > 0)
    piece = orient(surface, done.pieces);
  turn_pieces(surface, piece, done.pieces);
  for (std::size_t t = 0; t < before.size(); ++t)
    done.triangles_turned += before[t] != surface.triangles[t] && !runs(before[t], surface.triangles[t][0], surface.triangles[t][1]);
  done.rims = rims(surface).size();
  return done;
}

std::vector<std::vector<std::size_t>> rims(const Surface &surface) {
  std::map<std::size_t, std::size_t> next;
  for (const auto &[edge, triangles] : triangles_at_edges(surface)) {
    if (triangles.size() != 1)
      continue;
    const bool forward = runs(surface.triangles[triangles[0]], edge[0], edge[1]);
    if (!next.emplace(edge[forward ? 0 : 1], edge[forward ? 1 : 0]).second)
      throw CaseError("two open rims of the surface touch in one point, or its sheets are turned against each other; repair it first");
  }
  std::vector<std::vector<std::size_t>> rings;
  while (!next.empty()) {
    std::vector<std::size_t> ring;
    std::size_t at = next.begin()->first;
    for (auto found = next.find(at); found != next.end(); found = next.find(at)) {
      ring.push_back(at);
      at = found->second;
      next.erase(found);
    }
    rings.push_back(std::move(ring));
  }
  return rings;
}

void close_rims(Surface &surface, int label) {
  for (const auto &ring : rims(surface)) {
    Vector3 centre{};
    for (const std::size_t node : ring)
      centre = centre + (1.0 / static_cast<double>(ring.size())) * surface.points[node];
    const std::size_t middle = surface.points.size();
    surface.points.push_back(centre);
    for (std::size_t i = 0; i < ring.size(); ++i) {
      surface.triangles.push_back({ring[(i + 1) % ring.size()], ring[i], middle});
      surface.label.push_back(label);
    }
  }
}

double enclosed_volume(Surface surface) {
  close_rims(surface, 0);
  if (surface.points.empty())
    return 0;
  double volume = 0;
  for (const Triangle &t : surface.triangles)
    volume += cone(surface, t, surface.points.front());
  return volume / 6;
}

} // namespace corvivo::io
