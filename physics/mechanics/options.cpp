#include <physics/mechanics/options.hpp>

#include <physics/activation/active_tension.hpp>
#include <physics/mechanics/materials/holzapfel_ogden.hpp>

#include <algorithm>

namespace corvivo::physics {

/// Excised pig tissue, the catalogue's default, is too stiff along fibres for a living human heart.
MechanicsOptions::MechanicsOptions() : material(std::make_unique<HolzapfelOgden>(HolzapfelOgdenParameters::healthy_human())) {}
MechanicsOptions::~MechanicsOptions() = default;
MechanicsOptions::MechanicsOptions(MechanicsOptions &&) noexcept = default;
MechanicsOptions &MechanicsOptions::operator=(MechanicsOptions &&) noexcept = default;

void SurfaceSprings::describe(io::Schema &schema) {
  const std::string source = "pericardium: Pfaller 2019, Biomech Model Mechanobiol 18:503 and Regazzoni 2022, J Comput Phys 457:111083";
  schema.quantity("normal_stiffness", normal_stiffness, "kPa/mm", io::not_negative, "Spring along the normal of the surface.", source);
  schema.quantity("tangential_stiffness", tangential_stiffness, "kPa/mm", io::not_negative, "Spring in the surface's plane.", source);
  schema.quantity("normal_damping", normal_damping, "kPa*ms/mm", io::not_negative, "Dashpot along the normal.", source);
  schema.quantity("tangential_damping", tangential_damping, "kPa*ms/mm", io::not_negative, "Dashpot in the surface's plane.", source);
}

double Annulus::factor(double at_base, double distance) const {
  const double inside = std::max(0.0, 1.0 - std::max(distance, 0.0) / width);
  return 1 + (at_base - 1) * inside * inside;
}

void Annulus::describe(io::Schema &schema) {
  schema.quantity("stiffness", stiffness, "1", io::positive, "Passive stiffness at the base plane, of that of the wall.");
  schema.quantity("tension", tension, "1", io::between(0, 1), "Active tension at the base plane, of that of the wall; 0: fibrous tissue.");
  schema.quantity("width", width, "mm", io::positive, "Distance from the base plane at which the wall has its own stiffness.");
}

void NewtonOptions::describe(io::Schema &schema) {
  schema.quantity("tolerance", tolerance, "1", io::positive, "Largest residual, relative to the internal forces.");
  schema.quantity("distance", distance, "mm", io::positive, "Largest correction still to come, root mean square.");
  schema.integer("iterations", iterations, 2, 100, "Most Newton iterations of a step before it is halved.");
  schema.integer("krylov_iterations", krylov_iterations, 1, 500, "Factorise again when a linear solve needed more iterations than this.");
  schema.quantity("linear_tolerance", linear_tolerance, "1", io::Range{0, 0.5, true, false}, "Relative residual of each linear solve.");
}

void UnloadingOptions::describe(io::Schema &schema) {
  schema.flag("enabled", enabled, "Find the stress-free shape whose inflation to the end-diastolic pressure is the imaged one.");
  schema.choice("method", method, {"inverse_elastostatics", "fixed_point"},
                "One nonlinear problem for the stress-free places, or repeated loading, each time with what it misses taken off the guess: "
                "slower, and for soft walls it may not come to an end (Sellier, Inverse Probl Sci Eng 19:573, 2011).");
  schema.quantity("tolerance", tolerance, "mm", io::positive, "Largest distance of a node from its imaged place once loaded again.",
                  "inverse elastostatics: Govindjee & Mihalic 1996, Comput Methods Appl Mech Eng 136:47");
}

void MechanicsOptions::make_models() {
  if (!material)
    material = materials().make(material_name);
  if (!activation)
    activation = active_tensions().make(activation_name);
}

void MechanicsOptions::describe(io::Schema &schema) {
  schema.model("material", material_name, material, materials(), "Passive stress of the wall.");
  schema.model("activation", activation_name, activation, active_tensions(), "Active tension along the fibres.");
  schema.choice("stress_convention", stress_convention, {"nominal", "second_piola_kirchhoff"},
                "Active stress from tension Ta: S = Ta/lambda f x f (nominal) or S = Ta f x f.");
  schema.quantity("tension_scale", tension_scale, "1", io::not_negative, "Factor on the active tension; the secant search replaces it.");
  schema.optional_quantity("rv_tension_scale", rv_tension_scale, "1", io::positive,
                           "Further factor on the tension of the right free wall of a biventricle, 1 when not given; the secant search "
                           "replaces it.");
  schema.optional_quantity("rv_stiffness_scale", rv_stiffness_scale, "1", io::positive,
                           "Further factor on the passive stress of the right free wall of a biventricle, 1 when not given.");
  schema.quantity(
      "sheet_tension_fraction", sheet_tension_fraction, "1", io::between(0, 1),
      "Part k_s of the active stress that acts along the sheet: stress Ta H and stretch sqrt(H : C / tr H), H = f x f + k_s s x s + "
      "k_n n x n.",
      "structure tensors of dispersed fibres: Gasser et al., J R Soc Interface 3:15, 2006; in contraction: Eriksson et al., Int J "
      "Numer Meth Biomed Eng 29:1267, 2013");
  schema.quantity(
      "normal_tension_fraction", normal_tension_fraction, "1", io::between(0, 1),
      "Part k_n of the active stress that acts across the fibres within the wall's layers (the sheets' normal), where cells that lie askew "
      "pull.",
      "0.4 or more in tetanus of rabbit muscle: Lin & Yin, J Biomech Eng 120:504, 1998");
  schema.quantity("point_bulk_modulus", point_bulk_modulus, "kPa", io::not_negative,
                  "Penalty on the change of volume at each quadrature point, beside the material's bulk modulus on each cell's mean.");
  schema.optional_quantity("right_end_diastolic_pressure", right_end_diastolic_pressure, "mmHg", io::not_negative,
                           "RV pressure of the imaged shape of a biventricle; when not given that of the fitted circulation.",
                           "0 to 8 mmHg in healthy adults: usual range of catheter laboratories, from memory");
  schema.quantity("pericardial_pressure", pericardial_pressure, "mmHg", io::not_negative,
                  "Pressure around the heart, the same at all times: the walls bear that of the blood less this. What it changes as the "
                  "heart moves is left to the springs of `pericardium`.",
                  "Right ventricle less pericardium: 1.2 +/- 1.9 mmHg in patients at a venous pressure of 5 mmHg (Hamilton et al., "
                  "Circulation 90:2492, 1994)");
  schema.quantity("time_step", time_step, "ms", io::positive, "Shortest time step, taken where the heart moves fast.");
  schema.quantity("resting_time_step", resting_time_step, "ms", io::positive, "Longest time step, taken where it moves evenly.");
  schema.quantity("step_displacement", step_displacement, "mm", io::positive,
                  "Steps are as long as the last change continued misses the displacement by this, root mean square.");
  schema.quantity("step_pressure", step_pressure, "mmHg", io::positive, "Likewise, of the cavities' pressures.");
  schema.quantity("smallest_time_step", smallest_time_step, "ms", io::positive, "A step that fails is halved down to this.");
  schema.quantity("save_every", save_every, "ms", io::positive, "Time between the saved fields.");
  schema.quantity("duration", duration, "ms", io::not_negative, "Simulated time from end diastole; 0: one heart period.");
  schema.integer("beats", beats, 1, 100,
                 "Beats at most: the run ends when stroke volume and end-diastolic volume change by less than 1 % from one to the next.");
  schema.integer("checkpoint_steps", checkpoint_steps, 0, 1000000,
                 "Steps between checkpoints, from which a killed run goes on; each costs a factorisation. 0: none.");
  schema.section("pericardium", pericardium, "Springs and dashpots on the epicardium.");
  schema.section("base", base, "Springs and dashpots on the base.");
  schema.section("annulus", annulus, "Fibrous ring and muscle above the base plane, which keep the base in shape.");
  schema.flag("valve_plane_load", valve_plane_load,
              "The base carries the pressure force on the closed valves, so that the blood pushes the heart nowhere (Regazzoni 2022).");
  schema.section("emulator", emulator, "What brings further beats near their limit cycle.");
  schema.section("newton", newton, "Nonlinear solver.");
  schema.section("unloading", unloading, "Stress-free reference shape.");
}

} // namespace corvivo::physics
