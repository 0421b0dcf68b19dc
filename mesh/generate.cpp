#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <mesh/generate_parts.hpp>
#include <mesh/quality.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

namespace {

void check_options(const MeshOptions &options, double cavity_radius) {
  if (!(options.element_size > 0) || !(options.facet_distance > 0))
    throw io::CaseError("mesh: element_size and facet_distance must be positive");
  if (options.element_size > cavity_radius)
    throw io::CaseError("mesh: the element_size " + io::print_number(options.element_size) +
                        " mm is larger than the radius of the cavity at the base (" + io::fixed(cavity_radius, 1) +
                        " mm), so the elements cannot follow it; choose a smaller one, 4 mm is usual");
}

} // namespace

void MeshOptions::describe(io::Schema &schema) {
  schema.quantity("element_size", element_size, "mm", io::between(0.05, 20), "Usual edge of a tetrahedron.");
  schema.quantity("facet_distance", facet_distance, "mm", io::Range{0.001, 5},
                  "Largest distance between a boundary triangle and the smooth surface that it stands for.");
  schema.integer("wall_layers", wall_layers, 0, 4,
                 "Elements through the left-ventricular wall at least: thin places get smaller ones. 0: only element_size counts.");
  schema.integer("smoothing_passes", smoothing_passes, 0, 1000, "Sweeps over all nodes that raise the smallest dihedral angles.");
}

namespace {

/// Closed curves around the base: of the left cavity, of the outside and of the right cavity.
struct Rims {
  std::vector<std::vector<Vector3>> left, outside, right;
  std::vector<std::vector<Vector3>> all() const {
    std::vector<std::vector<Vector3>> curves = left;
    curves.insert(curves.end(), outside.begin(), outside.end());
    curves.insert(curves.end(), right.begin(), right.end());
    return curves;
  }
};

Rims trace_rims(const ImplicitVentricle &shape, double step) {
  Rims rims;
  rims.left = {trace_rim(shape, shape.endocardium, step, "endocardium")};
  if (!shape.right) {
    rims.outside = {trace_rim(shape, shape.epicardium, step, "epicardium")};
    return rims;
  }
  rims.outside = trace_contours(shape, shape.epicardium, step); // two where the ventricles part at the base
  rims.right = trace_contours(shape, shape.right, step);        // one for each opening
  if (rims.right.empty())
    throw io::CaseError("mesh: the base plane does not cut the right ventricle, so it has no opening; label it in the most basal slice");
  return rims;
}

} // namespace

HeartMesh make_ventricles(const ImplicitVentricle &shape, const MeshOptions &options) {
  CORVIVO_ASSERT(shape.endocardium && shape.epicardium && shape.radius > 0 && std::abs(norm(shape.base_normal) - 1) < 1e-9,
                 "an implicit ventricle needs two surfaces, a ball around it and a unit base normal");
  CORVIVO_ASSERT(shape.epicardium(shape.centre) < 0 && shape.endocardium(shape.centre) > 0 && shape.above_base(shape.centre) < 0,
                 "the centre of the ball must lie in the wall");
  CORVIVO_ASSERT(bool(shape.right) == bool(shape.left_epicardium), "a right ventricle comes with the outside of the left one");
  const auto rims = trace_rims(shape, options.element_size > 0 ? options.element_size / 16 : 1);
  double cavity_radius = 2 * shape.radius;
  for (const Vector3 &p : rims.left[0])
    cavity_radius = std::min(cavity_radius, norm(p - shape.base_centre));
  check_options(options, cavity_radius);

  detail::RawMesh raw = detail::tetrahedralise(shape, options, rims.all());
  detail::improve(raw, shape, options);
  HeartMesh mesh = std::move(raw.mesh);
  mesh.apex = shape.apex;
  mesh.base_centre = shape.base_centre;
  mesh.long_axis = shape.long_axis;
  mesh.to_right_ventricle = shape.to_right_ventricle;
  if (shape.left_epicardium)
    for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
      const auto p = corners(mesh, c);
      mesh.region[c] = shape.left_epicardium(0.25 * (p[0] + p[1] + p[2] + p[3])) < 0 ? 0 : 1;
    }
  detail::check_topology(mesh, shape, rims.outside.size() + std::max<std::size_t>(rims.right.size(), 1) - 2);
  return mesh;
}

namespace {

/// A point in the wall to start from: along the line through both apices, else the lattice node deepest inside the wall.
Vector3 point_in_wall(const HeartShape &shape) {
  Vector3 best = 0.5 * (shape.apex + shape.cavity_apex);
  const auto depth = [&shape](const Vector3 &p) { return std::min({-shape.epicardium(p), shape.endocardium(p), -shape.above_base(p)}); };
  double deepest = depth(best);
  if (deepest < shape.spacing)
    for (std::size_t k = 0; k < shape.size[2]; ++k)
      for (std::size_t j = 0; j < shape.size[1]; ++j)
        for (std::size_t i = 0; i < shape.size[0]; ++i)
          if (const double d = depth(shape.node(i, j, k)); d > deepest) {
            deepest = d;
            best = shape.node(i, j, k);
          }
  if (!(deepest > 0))
    throw io::CaseError("mesh: the shape has no wall below its base plane");
  return best;
}

ImplicitVentricle implicit(const HeartShape &shape, bool with_right) {
  ImplicitVentricle ventricle;
  ventricle.endocardium = [&shape](const Vector3 &p) { return shape.endocardium(p); };
  ventricle.epicardium = [&shape](const Vector3 &p) { return shape.epicardium(p); };
  if (with_right) {
    ventricle.left_epicardium = ventricle.epicardium;
    ventricle.epicardium = [&shape](const Vector3 &p) { return shape.outer(p); };
    ventricle.right = [&shape](const Vector3 &p) { return shape.right(p); };
  }
  ventricle.base_point = shape.base_point;
  ventricle.base_normal = normalized(shape.base_normal);
  ventricle.base_centre = shape.base_centre - ventricle.above_base(shape.base_centre) * ventricle.base_normal;
  ventricle.centre = point_in_wall(shape);
  for (const std::size_t i : {std::size_t(0), shape.size[0] - 1})
    for (const std::size_t j : {std::size_t(0), shape.size[1] - 1})
      for (const std::size_t k : {std::size_t(0), shape.size[2] - 1})
        ventricle.radius = std::max(ventricle.radius, norm(shape.node(i, j, k) - ventricle.centre));
  ventricle.apex = shape.apex;
  ventricle.long_axis = shape.long_axis;
  ventricle.to_right_ventricle = shape.to_right_ventricle;
  ventricle.name_place = [&shape](const Vector3 &p) { return shape.name_slice(p); };
  return ventricle;
}

void check_lattice(const HeartShape &shape) {
  const std::size_t nodes = shape.size[0] * shape.size[1] * shape.size[2];
  CORVIVO_ASSERT(std::min({shape.size[0], shape.size[1], shape.size[2]}) >= 2 && shape.spacing > 0 &&
                     shape.endocardium_field.size() == nodes && shape.epicardium_field.size() == nodes && norm(shape.base_normal) > 0,
                 "the heart shape is incomplete");
}

HeartMesh make(const HeartShape &shape, const MeshOptions &options, bool with_right, io::Quantities &quantities) {
  check_lattice(shape);
  const double cells = 8 * shape.wall_volume * io::mm3_per_mL / std::pow(options.element_size, 3); // a regular one fills 0.118 h^3
  if (cells > 3e7)
    throw io::CaseError("mesh: an element_size of " + io::print_number(options.element_size) + " mm would need about " +
                        io::fixed(cells / 1e6, 0) + " million tetrahedra; choose a larger one, 4 mm is usual");
  HeartMesh mesh = make_ventricles(implicit(shape, with_right), options);
  add_mesh_quantities(mesh, quantities);
  const double expected = shape.label_cavity_volume > 0 ? shape.label_cavity_volume : shape.cavity_volume;
  if (expected > 0) {
    const double error = 100 * std::abs(quantities.value("mesh_lv_cavity_volume") / expected - 1);
    io::Quantity &entry = quantities.set("mesh_volume_error", error, "%");
    if (error > 3) {
      entry.warning = "the mesh's cavity differs from the label map's below the base plane by more than 3 %";
      io::warn("mesh: " + entry.warning + " (" + io::fixed(error, 1) + " %)");
    }
  }
  if (shape.label_wall_volume > 0) {
    const std::string wall = with_right ? "mesh_lv_wall_volume" : "mesh_wall_volume";
    quantities.set("mesh_wall_volume_error", 100 * std::abs(quantities.value(wall) / shape.label_wall_volume - 1), "%");
  }
  if (with_right && shape.label_right_volume > 0)
    quantities.set("mesh_rv_volume_error", 100 * std::abs(quantities.value("mesh_rv_cavity_volume") / shape.label_right_volume - 1), "%");
  quantities.set("mesh_edges_across_wall", double(edges_across_left_wall(mesh)), "1");
  return mesh;
}

} // namespace

HeartMesh make_ventricles(const HeartShape &shape, const MeshOptions &options, io::Quantities &quantities) {
  return make(shape, options, shape.has_right(), quantities);
}

HeartMesh make_left_ventricle(const HeartShape &shape, const MeshOptions &options, io::Quantities &quantities) {
  return make(shape, options, false, quantities);
}

} // namespace corvivo::mesh
