#include <physics/mechanics/body_case.hpp>

#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <physics/mechanics/material.hpp>

#include <algorithm>

namespace corvivo::physics {

BodyCase::BodyCase()
    : geometry(body_geometries().make(geometry_name)), fibres(body_fibres().make(fibres_name)), material(materials().make(material_name)),
      pressure(load_curves().make(pressure_name)), tension(load_curves().make(tension_name)) {}

BodyCase::~BodyCase() = default;
BodyCase::BodyCase(BodyCase &&) noexcept = default;
BodyCase &BodyCase::operator=(BodyCase &&) noexcept = default;

void HoldCase::describe(io::Schema &schema) {
  schema.required_text("surface", surface, "Which surface of the mesh this holds.");
  schema.texts("fixed", fixed, "Components of the displacement that are zero: x, y, z.");
  schema.choice("normals", normals, {"smooth", "faceted"},
                "Of springs and dashpots: means over a node's faces, or each element's own, which resist a turn about the axis.");
  springs.describe(schema);
}

void ProbeCase::describe(io::Schema &schema) {
  schema.text("name", name, "Columns <name>_ux, _uy, _uz of timeseries.csv.");
  schema.vector("position", position, "mm", "Place in the undeformed body, interpolated within its element.");
}

void DynamicsCase::describe(io::Schema &schema) {
  schema.quantity("density", density, "mg/mm^3", io::positive, "Mass per reference volume.");
  schema.quantity("spectral_radius", spectral_radius, "1", io::between(0, 1),
                  "What a step leaves of the fastest oscillations in the generalised-alpha method.",
                  "Chung & Hulbert, J Appl Mech 60:371, 1993");
}

void BodyCase::describe(io::Schema &schema) {
  schema.model("geometry", geometry_name, geometry, body_geometries(), "The body and its mesh.");
  schema.model("fibres", fibres_name, fibres, body_fibres(), "Directions of fibres and sheets.");
  schema.model("material", material_name, material, materials(), "Passive stress.");
  schema.choice(
      "volume_change", volume_change, {"mixed", "penalty"},
      "Quadratic displacements with a linear continuous pressure (Taylor-Hood), or with the material's penalty at each quadrature point.");
  schema.flag("incompressible", incompressible, "No change of volume at all instead of the material's bulk modulus; with mixed only.");
  schema.quantity(
      "point_bulk_modulus", point_bulk_modulus, "kPa", io::not_negative,
      "Part of the bulk modulus that acts at each quadrature point; the pressure field has the rest. Fine meshes do not feel it, "
      "cells at an apex do not collapse.");
  schema.quantity("viscosity", viscosity, "kPa*ms", io::not_negative, "Newtonian stress S = viscosity dE/dt.");
  schema.integer("quadrature", quadrature, 1, 3, "Points in a tetrahedron: 4 of degree 2 (1), 8 of degree 3 (2) or 14 of degree 5 (3).");
  schema.list("holds", holds, "What holds the surfaces.");
  schema.text("pressure_surface", pressure_surface, "Surface that the follower pressure acts on.");
  schema.model("pressure", pressure_name, pressure, load_curves(), "Pressure on that surface over time.");
  schema.model("tension", tension_name, tension, load_curves(), "Active tension over time, the same everywhere.");
  schema.choice("stress_convention", stress_convention, {"nominal", "second_piola_kirchhoff"},
                "Active stress from tension Ta: S = Ta/lambda f x f (nominal) or S = Ta f x f.");
  schema.optional_section("dynamics", dynamics, "Inertia; without it the body is in balance at each time.");
  schema.quantity("end_time", end_time, "ms", io::positive, "Length of the run.");
  schema.quantity("time_step", time_step, "ms", io::positive, "Step of time or, where nothing depends on time, of the load.");
  schema.quantity("smallest_time_step", smallest_time_step, "ms", io::positive, "A step that fails is halved down to this.");
  schema.quantity("save_every", save_every, "ms", io::positive, "Time between the saved fields.");
  schema.integer("checkpoint_steps", checkpoint_steps, 0, 1000000,
                 "Steps between checkpoints, from which a killed run goes on; each costs a factorisation. 0: none.");
  schema.list("probes", probes, "Points whose displacement is written.");
  schema.section("newton", newton, "Nonlinear solver.");
}

void BodyCase::check() const {
  std::vector<std::string> complaints;
  for (const HoldCase &hold : holds)
    for (const std::string &component : hold.fixed)
      if (component != "x" && component != "y" && component != "z")
        complaints.push_back("holds: found '" + component + "' in fixed of surface '" + hold.surface + "', expected x, y or z");
  if (pressure_name != "none" && pressure_surface.empty())
    complaints.push_back("pressure: acts on no surface; name one in pressure_surface");
  if (incompressible && volume_change != "mixed")
    complaints.push_back("incompressible: needs a pressure field; use volume_change: mixed");
  if (point_bulk_modulus > 0 && volume_change != "mixed")
    complaints.push_back("point_bulk_modulus: the whole bulk modulus acts at the points already; use volume_change: mixed");
  else if (!incompressible && point_bulk_modulus > 0 && point_bulk_modulus >= material->bulk_modulus())
    complaints.push_back("point_bulk_modulus: found " + io::print_number(point_bulk_modulus) + " kPa, expected less than the material's " +
                         io::print_number(material->bulk_modulus()) + " kPa, of which it is a part");
  constexpr double most_steps = 1e7;
  const double steps = end_time / time_step;
  if (!(steps > 1e-6 && steps < most_steps))
    complaints.push_back("time_step: found " + io::print_number(time_step) + " ms in a run to end_time " + io::print_number(end_time) +
                         " ms, expected at most ten million steps and at least one");
  for (const auto &probe : probes)
    if (!io::is_plain_name(probe.name))
      complaints.push_back("probes: found the name '" + probe.name +
                           "', which stands in tables; expected letters, digits and _ - . + alone");
  for (std::size_t i = 0; i < probes.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (probes[i].name == probes[j].name)
        complaints.push_back("probes: found the name '" + probes[i].name + "' twice");
  const bool held = std::any_of(holds.begin(), holds.end(), [](const HoldCase &hold) {
    const SurfaceSprings &s = hold.springs;
    return !hold.fixed.empty() || s.normal_stiffness > 0 || s.tangential_stiffness > 0;
  });
  if (!held && !dynamics)
    complaints.push_back("holds: nothing holds the body, so it has no place of rest; fix a surface or put springs on one");
  const bool sprung = std::any_of(holds.begin(), holds.end(), [](const HoldCase &hold) {
    return hold.springs.normal_stiffness > 0 || hold.springs.tangential_stiffness > 0;
  });
  for (const char *component : {"x", "y", "z"}) {
    const bool fixed = std::any_of(holds.begin(), holds.end(), [&](const HoldCase &hold) {
      return std::find(hold.fixed.begin(), hold.fixed.end(), component) != hold.fixed.end();
    });
    if (held && !sprung && !dynamics && !fixed)
      complaints.push_back(std::string("holds: nothing holds the body along ") + component +
                           ", so it has no place of rest; fix that component on a surface or put springs on one");
  }
  if (!complaints.empty())
    throw io::CaseError(io::join(complaints, "\n"));
}

BodyModel BodyCase::model() const {
  BodyModel model;
  model.material = material.get();
  model.mixed = volume_change == "mixed";
  model.incompressible = incompressible;
  model.point_bulk_modulus = point_bulk_modulus;
  model.density = dynamics ? dynamics->density : 0;
  model.viscosity = viscosity;
  model.nominal_tension = stress_convention == "nominal";
  model.pressure_surface = pressure_surface;
  model.quadrature = quadrature;
  for (const HoldCase &hold : holds) {
    SurfaceHold made{hold.surface, {}, hold.springs, hold.normals == "smooth"};
    for (const std::string &component : hold.fixed)
      made.fixed[component[0] - 'x'] = true;
    model.holds.push_back(made);
  }
  return model;
}

} // namespace corvivo::physics
