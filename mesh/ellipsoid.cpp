#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/units.hpp>
#include <mesh/ellipsoid.hpp>
#include <mesh/quality.hpp>

#include <cmath>

namespace corvivo::mesh {

namespace {

/// Zero on the ellipsoid, slope about 1 at its equator; mm.
ImplicitVentricle::Field ellipsoid(double rs, double rl) {
  return [rs, rl](const Vector3 &p) { return rs * (std::sqrt((p[0] * p[0] + p[1] * p[1]) / (rs * rs) + p[2] * p[2] / (rl * rl)) - 1); };
}

double volume_below(double rs, double rl, double z) {
  return M_PI * rs * rs * (z + rl - (z * z * z + rl * rl * rl) / (3 * rl * rl));
}

void check(const EllipsoidOptions &o) {
  if (!(o.endocardium_short_radius > 0 && o.endocardium_long_radius > 0))
    throw io::CaseError("ellipsoid: the radii must be positive");
  if (!(o.epicardium_short_radius > o.endocardium_short_radius && o.epicardium_long_radius > o.endocardium_long_radius))
    throw io::CaseError("ellipsoid: the radii of the epicardium must be larger than those of the endocardium, else there is no wall");
  if (!(std::abs(o.base_z) < o.endocardium_long_radius))
    throw io::CaseError("ellipsoid: base_z = " + io::print_number(o.base_z) + " mm must cut the endocardium, between -" +
                        io::print_number(o.endocardium_long_radius) + " and " + io::print_number(o.endocardium_long_radius) + " mm");
}

} // namespace

void EllipsoidOptions::describe(io::Schema &schema) {
  const std::string land = "Land 2015, Proc R Soc A 471:20150641";
  schema.quantity("endocardium_short_radius", endocardium_short_radius, "mm", io::positive, "Radius of the cavity across its axis.", land);
  schema.quantity("endocardium_long_radius", endocardium_long_radius, "mm", io::positive, "Radius of the cavity along its axis.", land);
  schema.quantity("epicardium_short_radius", epicardium_short_radius, "mm", io::positive, "Outer radius across the axis.", land);
  schema.quantity("epicardium_long_radius", epicardium_long_radius, "mm", io::positive, "Outer radius along the axis.", land);
  schema.quantity("base_z", base_z, "mm", io::any, "Height of the base plane above the ellipsoids' centre; the apex points to -z.", land);
  schema.quantity("element_size", element_size, "mm", io::positive, "Usual edge of a tetrahedron.");
  schema.quantity("facet_distance", facet_distance, "mm", io::positive,
                  "Largest distance between a boundary triangle and the ellipsoid that it stands for.");
}

double exact_cavity_volume(const EllipsoidOptions &o) {
  return volume_below(o.endocardium_short_radius, o.endocardium_long_radius, o.base_z);
}

double exact_wall_volume(const EllipsoidOptions &o) {
  return volume_below(o.epicardium_short_radius, o.epicardium_long_radius, o.base_z) - exact_cavity_volume(o);
}

HeartMesh make_ellipsoid(const EllipsoidOptions &o, io::Quantities &quantities) {
  check(o);
  ImplicitVentricle shape;
  shape.endocardium = ellipsoid(o.endocardium_short_radius, o.endocardium_long_radius);
  shape.epicardium = ellipsoid(o.epicardium_short_radius, o.epicardium_long_radius);
  shape.base_point = shape.base_centre = {0, 0, o.base_z};
  shape.centre = {0, 0, -0.5 * (o.endocardium_long_radius + o.epicardium_long_radius)};
  shape.radius = 1.1 * (2 * o.epicardium_long_radius + o.epicardium_short_radius);
  shape.apex = {0, 0, -o.epicardium_long_radius};
  shape.long_axis = {0, 0, 1};
  shape.corners = {{0, 0, -o.endocardium_long_radius}, shape.apex};
  MeshOptions options;
  options.element_size = o.element_size;
  options.facet_distance = o.facet_distance;
  options.wall_layers = 0; // the size is the caller's: convergence studies halve it
  HeartMesh mesh = make_ventricles(shape, options);
  add_mesh_quantities(mesh, quantities);
  const double exact = exact_cavity_volume(o) / io::mm3_per_mL;
  quantities.set("mesh_volume_error", 100 * std::abs(quantities.value("mesh_lv_cavity_volume") / exact - 1), "%");
  return mesh;
}

} // namespace corvivo::mesh
