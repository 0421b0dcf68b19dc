#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <physics/electrophysiology/stimulus.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

using namespace io;

using mesh::Vector3;

void StimulusSite::describe(io::Schema &schema) {
  schema.text("name", name, "Name of the site, for messages.");
  schema.quantity("height", height, "1", io::between(0, 1), "Where along the long axis: 0 apex, 1 base.");
  schema.quantity("angle", angle, "deg", io::between(-360, 360),
                  "Around the long axis from the side of the right ventricle; positive towards anterior. On the right endocardium around "
                  "its own middle, from the septum.");
  schema.quantity("radius", radius, "mm", io::positive, "Radius of the stimulated ball.");
  schema.quantity("start", start, "ms", io::not_negative, "Time of the stimulus.");
  schema.choice("surface", surface, {"endocardium_lv", "endocardium_rv"}, "Endocardium that it lies on.");
}

void StimulusBox::describe(io::Schema &schema) {
  schema.vector("minimum", minimum, "mm", "Corner of least coordinates.");
  schema.vector("maximum", maximum, "mm", "Corner of greatest coordinates.");
  schema.quantity("start", start, "ms", io::not_negative, "Time of the stimulus.");
}

void StimulusBall::describe(io::Schema &schema) {
  schema.vector("centre", centre, "mm", "Middle of the ball.");
  schema.quantity("radius", radius, "mm", io::positive, "Radius of the ball.");
  schema.quantity("start", start, "ms", io::not_negative, "Time of the stimulus.");
}

void StimulusSurface::describe(io::Schema &schema) {
  schema.required_text("surface", surface, "Name of a surface of the mesh.");
  schema.quantity("start", start, "ms", io::not_negative, "Time of the stimulus.");
}

void StimulusRegion::describe(io::Schema &schema) {
  schema.required_text("region", region, "Name of a region of the mesh.");
  schema.quantity("start", start, "ms", io::not_negative, "Time of the stimulus.");
}

bool Stimulus::covers(const Vector3 &point, std::size_t mesh_node) const {
  if (shape == Shape::nodes)
    return std::binary_search(nodes.begin(), nodes.end(), mesh_node);
  if (shape == Shape::ball)
    return norm(point - centre) <= radius;
  constexpr double rounding = 1e-9; // mm: a face of the box that coincides with nodes takes them
  for (std::size_t d = 0; d < 3; ++d)
    if (point[d] < minimum[d] - rounding || point[d] > maximum[d] + rounding)
      return false;
  return true;
}

std::vector<StimulusSite> default_stimulus_sites() {
  return {{"central_septal", 0.45, 0, 3, 0},
          {"high_anterior_paraseptal", 0.65, 60, 3, 0},
          {"posterior_paraseptal", 0.35, -60, 3, 0},
          {"anterolateral", 0.45, 140, 3, 10},
          {"inferolateral", 0.45, -140, 3, 10}};
}

std::vector<StimulusSite> default_right_stimulus_sites() {
  return {{"right_anterior_papillary", 0.4, 150, 3, 5, "endocardium_rv"}};
}

namespace {

/// Mean of the corners of a surface's triangles, weighted by area.
Vector3 middle_of(const mesh::HeartMesh &mesh, int surface) {
  Vector3 sum{};
  double area = 0;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    if (mesh.surface[t] != surface)
      continue;
    const Vector3 &a = mesh.nodes[mesh.triangles[t][0]], &b = mesh.nodes[mesh.triangles[t][1]], &c = mesh.nodes[mesh.triangles[t][2]];
    const double weight = norm(cross(b - a, c - a));
    sum = sum + (weight / 3) * (a + b + c);
    area += weight;
  }
  return area > 0 ? (1 / area) * sum : sum;
}

} // namespace

EndocardialPlace endocardial_place(const mesh::HeartMesh &mesh, const StimulusSite &site, const std::string &surface) {
  if (!mesh.has_surface(surface) || norm(mesh.long_axis) == 0)
    throw io::CaseError("electrophysiology: '" + site.name + "' is placed on " + surface +
                        " by the left ventricle's axes, which this mesh does not have; use stimulus boxes instead");
  const double pi = std::acos(-1.0);
  Vector3 to_right = mesh.to_right_ventricle;
  if (norm(to_right) == 0) // no right ventricle known: any direction across the axis, always the same one
    to_right = std::abs(mesh.long_axis[0]) < 0.9 ? Vector3{1, 0, 0} : Vector3{0, 1, 0};
  to_right = normalized(to_right - dot(to_right, mesh.long_axis) * mesh.long_axis);
  const Vector3 anterior = cross(mesh.long_axis, to_right);
  const double length = dot(mesh.base_centre - mesh.apex, mesh.long_axis);
  const int endocardium = mesh.surface_index(surface);
  const bool right = surface == "endocardium_rv";
  const Vector3 centre = right ? middle_of(mesh, endocardium) : mesh.apex, to_septum = right ? -1.0 * to_right : to_right;

  EndocardialPlace found{{}, std::numeric_limits<double>::infinity()};
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    if (mesh.surface[t] != endocardium)
      continue;
    for (const std::size_t node : mesh.triangles[t]) {
      const double height = dot(mesh.nodes[node] - mesh.apex, mesh.long_axis) / length;
      const Vector3 from_axis = mesh.nodes[node] - centre;
      const double angle = std::atan2(dot(from_axis, anterior), dot(from_axis, to_septum));
      const double turn = std::remainder(angle - site.angle * pi / 180, 2 * pi);
      const double across = norm(from_axis - dot(from_axis, mesh.long_axis) * mesh.long_axis) * turn;
      const double along = (height - site.height) * length, distance = along * along + across * across;
      if (distance < found.distance)
        found = {mesh.nodes[node], distance};
    }
  }
  found.distance = std::sqrt(found.distance);
  return found;
}

Vector3 endocardial_point(const mesh::HeartMesh &mesh, const StimulusSite &site) {
  return endocardial_place(mesh, site, site.surface).point;
}

} // namespace corvivo::physics
