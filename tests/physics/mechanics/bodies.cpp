#include <tests/physics/mechanics/bodies.hpp>

#include <mesh/layered_bodies.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::test {
namespace {

using io::Vector3;
using io::operator+;
using io::operator-;
using io::operator*;

} // namespace

Body ventricle(const VentricleSize &size, int rings, int layers) {
  mesh::LayeredEllipsoid shape;
  shape.endocardium_short_radius = size.radius;
  shape.endocardium_long_radius = size.length;
  shape.epicardium_short_radius = size.radius + size.thickness;
  shape.epicardium_long_radius = size.length + size.thickness;
  shape.base_z = size.base_height;
  shape.rings = rings;
  shape.layers = layers;
  Body body;
  body.mesh = mesh::make_layered_ellipsoid(shape).mesh;
  for (const Vector3 &x : body.mesh.nodes) {
    const double depth = std::clamp(shape.layer(x), 0.0, 1.0), a = shape.short_radius(depth), c = shape.long_radius(depth);
    const double rho = std::hypot(x[0], x[1]);
    body.fibres.depth.push_back(depth);
    body.fibres.transmural.push_back(io::normalized(Vector3{x[0] / (a * a), x[1] / (a * a), x[2] / (c * c)}));
    const Vector3 up{-x[2] * a / c * x[0] / std::max(rho, 1e-12), -x[2] * a / c * x[1] / std::max(rho, 1e-12), rho * c / a};
    body.fibres.longitudinal.push_back(rho == 0 ? Vector3{1, 0, 0} : io::normalized(up));
  }
  return body;
}

Body sphere_octant(double inner, double outer, int rings, int layers) {
  Body body;
  body.mesh = mesh::make_sphere_octant(inner, outer, rings, layers).mesh;
  body.fibres = mesh::uniform_fibres(body.mesh, {1, 0, 0}, {0, 1, 0});
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
