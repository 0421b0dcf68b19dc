#include <physics/ecg/torso_surface.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/mesh_files.hpp>
#include <io/formats/surfaces.hpp>
#include <physics/ecg/solid_angle.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;
using mesh::Vector3;

namespace {

const std::string key = "electrophysiology.torso.surface: ";
constexpr std::size_t most_points = 8000;
constexpr double weld = 1e-3; ///< mm

std::string at(const Vector3 &x) {
  return "(" + fixed(x[0], 1) + ", " + fixed(x[1], 1) + ", " + fixed(x[2], 1) + ") mm";
}

/// Barycentric shares of the point of the triangle nearest to `place`: the foot on its plane where that is inside, else on an edge.
std::array<double, 3> nearest_shares(const std::array<Vector3, 3> &corner, const Vector3 &place) {
  const Vector3 normal = cross(corner[1] - corner[0], corner[2] - corner[0]);
  const double square = dot(normal, normal);
  std::array<double, 3> share{};
  for (std::size_t i = 0; i < 3; ++i)
    share[i] = dot(normal, cross(corner[(i + 1) % 3] - place, corner[(i + 2) % 3] - place)) / square;
  if (share[0] >= 0 && share[1] >= 0 && share[2] >= 0)
    return share;
  double least = INFINITY;
  for (std::size_t i = 0; i < 3; ++i) {
    const Vector3 &from = corner[i], edge = corner[(i + 1) % 3] - from;
    const double along = std::clamp(dot(place - from, edge) / dot(edge, edge), 0.0, 1.0), distance = norm(place - (from + along * edge));
    if (distance < least) {
      least = distance;
      share = {};
      share[i] = 1 - along;
      share[(i + 1) % 3] = along;
    }
  }
  return share;
}

std::vector<std::size_t> boundary_nodes(const mesh::HeartMesh &heart) {
  std::vector<char> on(heart.nodes.size(), heart.triangles.empty() ? 1 : 0);
  for (const auto &triangle : heart.triangles)
    for (const std::size_t node : triangle)
      on[node] = 1;
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < on.size(); ++i)
    if (on[i])
      nodes.push_back(i);
  return nodes;
}

void require_closed(const Surface &surface, const SurfaceRepair &done) {
  if (done.rims > 0) {
    const auto open = rims(surface);
    const auto largest = std::max_element(open.begin(), open.end(), [](const auto &a, const auto &b) { return a.size() < b.size(); });
    throw CaseError("the surface is open: it has " + std::to_string(done.rims) + " rims, the largest of " +
                    std::to_string(largest->size()) + " edges at " + at(surface.points[largest->front()]) +
                    "; expected a closed one: cap neck and arms");
  }
  if (done.pieces != 1)
    throw CaseError("the surface has " + std::to_string(done.pieces) +
                    " pieces; expected one, the skin: lungs and blood are not told from the rest of the torso");
  if (!(enclosed_volume(surface) > 0))
    throw CaseError("the surface encloses no volume, so that it has no inside; is it flat?");
  if (surface.points.size() > most_points)
    throw CaseError("the surface has " + std::to_string(surface.points.size()) + " points; expected at most " +
                    std::to_string(most_points) + " (500 to 2000 are enough); coarsen it");
}

} // namespace

double TorsoSurface::mean_edge() const {
  double sum = 0;
  for (const auto &t : triangles)
    for (std::size_t i = 0; i < 3; ++i)
      sum += norm(points[t[i]] - points[t[(i + 1) % 3]]);
  return sum / static_cast<double>(3 * triangles.size());
}

bool TorsoSurface::contains(const Vector3 &place) const {
  double sum = 0;
  for (const auto &t : triangles)
    sum += solid_angle(place, points[t[0]], points[t[1]], points[t[2]]);
  return sum > 2 * std::acos(-1.0); // 4 pi inside, 0 outside
}

SurfacePoint TorsoSurface::nearest(const Vector3 &place) const {
  SurfacePoint best;
  best.distance = INFINITY;
  for (std::size_t t = 0; t < triangles.size(); ++t) {
    const std::array<Vector3, 3> corner{points[triangles[t][0]], points[triangles[t][1]], points[triangles[t][2]]};
    const std::array<double, 3> share = nearest_shares(corner, place);
    const Vector3 position = share[0] * corner[0] + share[1] * corner[1] + share[2] * corner[2];
    if (const double distance = norm(position - place); distance < best.distance)
      best = {t, share, position, distance};
  }
  return best;
}

double TorsoSurface::require_inside(const mesh::HeartMesh &heart, double exact_below) const {
  // All of a ball that the surface does not reach is on the side of its centre, so few nodes need to be looked at themselves.
  struct Ball {
    Vector3 centre;
    double radius;
  };
  std::vector<Ball> known;
  double closest = INFINITY;
  for (const std::size_t node : boundary_nodes(heart)) {
    const Vector3 &place = heart.nodes[node];
    const auto covers = [&](const Ball &ball) { return ball.radius - norm(place - ball.centre) > exact_below; };
    if (std::any_of(known.begin(), known.end(), covers))
      continue;
    const double distance = nearest(place).distance;
    if (!contains(place))
      throw CaseError(key + "the heart is not inside the torso: node " + std::to_string(node) + " at " + at(place) + " lies " +
                      fixed(distance, 1) + " mm outside; expected the torso in mm and in the space of the mesh");
    closest = std::min(closest, distance);
    if (distance > 1.5 * exact_below)
      known.push_back({place, distance});
  }
  return closest;
}

TorsoSurface read_torso(const std::filesystem::path &file) {
  try {
    Surface surface = joined_surface({{"torso", read_mesh(file.string())}});
    if (surface.triangles.empty())
      throw CaseError("the file has no triangles; expected a surface");
    const SurfaceRepair done = repair(surface, weld);
    require_closed(surface, done);
    const Surface used = part(surface, {1});
    return {used.points, used.triangles};
  } catch (const CaseError &error) {
    const std::string text = error.what();
    throw CaseError(key + (text.rfind(file.string(), 0) == 0 ? text : file.string() + ": " + text));
  }
}

} // namespace corvivo::physics
