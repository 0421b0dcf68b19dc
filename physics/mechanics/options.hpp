#pragma once
/// What a user chooses about the mechanics of the ventricles.
#include <physics/circulation/ventricle_emulator.hpp>

#include <io/base/schema.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace corvivo::physics {

class Material;
class ActiveTension;

/// Springs and dashpots on a surface, t = -(k_n n n + k_t (1 - n n)) (u - u_rest) - (c_n n n + c_t (1 - n n)) du/dt, n and area those of
/// the reference. `u_rest` is the displacement of the imaged end-diastolic shape: at end diastole the springs carry nothing.
struct SurfaceSprings {
  double normal_stiffness = 0;     ///< kPa/mm
  double tangential_stiffness = 0; ///< kPa/mm
  double normal_damping = 0;       ///< kPa ms/mm
  double tangential_damping = 0;   ///< kPa ms/mm
  void describe(io::Schema &schema);
};

/// The fibrous ring of the valves and the muscle above the base plane, which the mesh does not hold, keep the base in shape: without them
/// the rim of an imaged ventricle, which is not quite round, folds flat as it is unloaded. The passive wall is stiffer by
/// 1 + (stiffness - 1) (1 - d / width)^2 at the distance d < width from the base plane, and pulls as much weaker as `tension` says.
struct Annulus {
  double stiffness = 1; ///< at the base plane, of that of the wall
  double tension = 1;   ///< likewise: a fibrous ring does not contract
  double width = 10;    ///< mm
  /// 1 in the wall, `at_base` at the base plane.
  double factor(double at_base, double distance) const;
  void describe(io::Schema &schema);
};

struct NewtonOptions {
  double tolerance = 1e-4;        ///< residual relative to the internal forces
  double distance = 1e-5;         ///< mm, root mean square of the correction still to come
  int iterations = 14;            ///< at most, before the step is halved
  int krylov_iterations = 10;     ///< when one linear solve needs more, the matrix is factorised again
  double linear_tolerance = 1e-3; ///< of each linear solve
  bool exact_factors = false;     ///< in double precision from the start; else once those in single precision do not do
  void describe(io::Schema &schema);
};

struct UnloadingOptions {
  bool enabled = true;
  std::string method = "inverse_elastostatics"; ///< or "fixed_point"
  double tolerance = 0.05; ///< mm, largest distance of a node from its imaged place once the stress-free shape is loaded again
  void describe(io::Schema &schema);
};

/// Convention of the active stress: S = Ta / |F f| f x f ("nominal": Ta is force per reference area, as Land 2017 defines it) or
/// S = Ta f x f ("second_piola_kirchhoff", as in the benchmark of Land 2015).
struct MechanicsOptions {
  MechanicsOptions();
  ~MechanicsOptions();
  MechanicsOptions(MechanicsOptions &&) noexcept;
  MechanicsOptions &operator=(MechanicsOptions &&) noexcept;

  std::string material_name = "holzapfel_ogden_human";
  std::unique_ptr<Material> material;
  std::string activation_name = "land_2017";
  std::unique_ptr<ActiveTension> activation;
  std::string stress_convention = "nominal";
  double tension_scale = 1.0;
  std::optional<double> rv_tension_scale, rv_stiffness_scale; ///< factors of the right free wall; none: as the left wall
  double sheet_tension_fraction = 0.0, normal_tension_fraction = 0.0;
  double point_bulk_modulus = 300.0;                  ///< kPa, see SolidModel
  double end_diastolic_pressure = 8.0;                ///< mmHg; the fitted circulation's, and no key of a case
  std::optional<double> right_end_diastolic_pressure; ///< mmHg; none: that of the circulation, or the usual one without a circulation
  /// mmHg: middle of the usual 0 to 8 of catheter laboratories, and what the default circulation has.
  static constexpr double usual_right_end_diastolic_pressure = 4.0;
  double pericardial_pressure = 0.0; ///< mmHg around the heart at all times: the walls bear the blood's pressure less this
  double time_step = 2.0;            ///< ms, the shortest
  double resting_time_step = 10.0;   ///< ms, the longest
  double smallest_time_step = 0.05;  ///< ms
  /// A step between the two above is as long as the last change continued misses the new displacement (mm, root mean square) and pressure
  /// (mmHg) by no more than these.
  double step_displacement = 0.05, step_pressure = 2.0;
  double save_every = 10.0;  ///< ms
  double duration = 0.0;     ///< ms from end diastole; 0: one heart period
  int beats = 1;             ///< at most, until two are alike
  EmulatorOptions emulator;  ///< between beats
  int checkpoint_steps = 25; ///< 0: none
  SurfaceSprings pericardium{0.2, 0.02, 20.0, 2.0};
  SurfaceSprings base{0.0, 0.02, 0.0, 2.0};
  Annulus annulus{10.0, 10.0};
  bool valve_plane_load = true;
  NewtonOptions newton;
  UnloadingOptions unloading;

  /// The chosen models with their published parameters where `describe` has not read any. Throws CaseError for an unknown name.
  void make_models();
  void describe(io::Schema &schema);
};

} // namespace corvivo::physics
