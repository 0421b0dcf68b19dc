#pragma once
/// Quasi-static balance of a hyperelastic, actively contracting body with quadratic tetrahedra:
///   int (S_passive(C_mean) + S_active(lambda)) : dE dV + p int_cavity du . n da + springs, dashpots - p base share = 0,
/// C_mean with one change of volume per cell (mean_dilatation.hpp), S_active = Ta / lambda f x f (nominal) or Ta f x f. Lengths in mm,
/// stresses in kPa, times in ms.
#include <physics/mechanics/domain.hpp>
#include <physics/mechanics/options.hpp>
#include <physics/nodal_history.hpp>

#include <mesh/fibres.hpp>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace corvivo::physics {

/// What the body is made of and what holds it. Models are referred to, not owned.
struct SolidModel {
  const Material *material = nullptr;
  const ActiveTension *activation = nullptr; ///< null: passive
  bool nominal_tension = true;
  double tension_scale = 1, sheet_tension_fraction = 0;
  std::vector<std::pair<std::string, SurfaceSprings>> springs; ///< by name of the surface
  std::vector<std::string> clamped;                            ///< surfaces that do not move
  std::string pressure_surface = "endocardium_lv", base_surface = "base";
  bool valve_plane_load = false;
  bool mean_dilatation = true; ///< one change of volume per cell (P2/P0); else one per quadrature point
  /// The heart's own choice of surfaces with the options' models.
  static SolidModel heart(const MechanicsOptions &options, double tension_scale);
};

class Solid {
public:
  /// What an assembly found; the same on every rank.
  struct State {
    bool valid = false; ///< det F > 0 at every quadrature point
    double min_det_f = 0;
    double force_scale = 0; ///< norm of the nodal forces of the wall's stress, kPa mm^2
    double volume = 0;      ///< cavity, mm^3
  };

  /// Collective; `mesh` and `fibres` are read on rank 0.
  Solid(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const SolidModel &model);
  const Domain &domain() const { return domain_; }
  const SolidModel &model() const { return model_; }

  /// Another stress-free shape of the same tetrahedra. Collective; read on rank 0.
  void set_reference(const mesh::HeartMesh &mesh, const mesh::Fibres &fibres);
  /// Displacement of the vertices (rank 0) at which the springs carry nothing. Collective.
  void set_rest(const std::vector<io::Vector3> &displacement);
  /// The part (0..1) of that displacement at which they rest now: it grows with the pressure of an inflation.
  void set_rest_share(double share) { rest_share_ = share; }

  /// Calcium (uM) at the quadrature points from the nodes of mesh::refine(mesh) (rank 0). Collective.
  void set_calcium(const mesh::HeartMesh &mesh, const NodalHistory &calcium);
  /// Contraction states at rest: steady for the calcium at `time` and the stretch of the displacement `u`. Collective.
  void rest_activation(Vec u, double time);

  /// Residual (and tangent) at displacement `u` and cavity pressure `p` (kPa) at the end of a step of `dt` ms that ends at `time`;
  /// dt = 0: no dashpots, active states as they are. Collective.
  State assemble(Vec u, double pressure, double time, double dt, bool tangent);
  /// Makes the last assembled displacement the one that the next assemblies linearise cell pressures from: the tangent's initial stress
  /// then holds the pressure that the last step predicted, as in Newton's method for displacement and pressure together. The pressure that
  /// belongs to the change of volume itself is wild until it has settled, bulk modulus times the square of the step.
  void predict_from(Vec u);
  /// Keeps the cells' pressures while the displacement jumps to `u` (a new load, a guess, a new reference): they are the better known of
  /// the two.
  void predict_constant(Vec u);
  struct CellPressure {
    double pressure = 0, stiffness = 0; ///< kPa, and per change of volume
    std::array<double, 30> slope{};     ///< d theta / du
  };
  using Pressures = std::vector<CellPressure>;
  const Pressures &pressures() const { return base_pressures_; }
  void set_pressures(const Pressures &pressures) { base_pressures_ = pressures; }
  Vec residual() const { return residual_; }
  Vec pressure_load() const { return load_; } ///< d residual / d p
  Vec volume_slope() const { return slope_; } ///< d volume / d u
  Mat tangent() const { return tangent_; }

  /// Makes the last assembled step the past: contraction states, dashpots, the force on the valve plane.
  void accept(Vec u, double dt);
  /// Largest change (relative) of the valve plane's area vector in the last `accept`.
  double valve_plane_change() const { return valve_plane_change_; }
  /// Mean over each local cell of tension (kPa) and fibre stretch as last assembled, two components.
  std::vector<double> cell_activity() const;
  double mean_tension() const; ///< kPa, over the wall's volume. Collective.

private:
  struct Point {
    Gradients gradients;
    double weight;
    std::array<std::array<double, 3>, 3> frame; ///< fibre, sheet, normal
  };
  struct Sums;
  void make_matrix();
  void find_clamped();
  void find_rim(const mesh::HeartMesh &mesh);
  void find_normals(const mesh::HeartMesh &mesh);
  struct CellWork;
  void set_base(Vec u);
  double predicted_pressure(std::size_t cell, const double *u, double actual) const;
  bool deform(const Domain::Cell &cell, const Point *points, const double *u, CellWork &work, double &smallest) const;
  void respond_cell(std::size_t cell, const double *u, double time, double dt, CellWork &work);
  void add_dilatation(const Point *points, CellWork &work, CellPressure &found) const;
  void add_activity(std::size_t point, const double *C, double time, double dt, double *S, double *D);
  void assemble_cells(const double *u, double time, double dt, bool tangent, Sums &sums);
  void assemble_pressure(const double *u, double pressure, bool tangent, Sums &sums);
  void assemble_springs(const double *u, double dt, bool tangent);
  void add_spring_face(const Domain::Face &face, const SurfaceSprings &springs, const std::vector<std::array<double, 3>> &normals,
                       const double *u, double dt, bool tangent);
  void finish(double pressure, bool tangent, Sums &sums);
  double calcium_at(std::size_t point, double time) const;
  double *cell_matrix(int cell) { return matrix_values_.data() + 900 * static_cast<std::size_t>(cell); }

  Domain domain_;
  SolidModel model_;
  std::vector<std::array<double, 3>> reference_, rest_, old_displacement_;
  std::vector<Point> points_; ///< points_per_cell of each local cell
  std::vector<char> clamped_; ///< per local node
  std::vector<int> rim_;      ///< owned nodes of the cavity's rim
  double rim_count_ = 0;
  std::vector<std::vector<std::array<double, 3>>> normals_; ///< per entry of model_.springs, at local nodes
  double base_area_ = 0, rest_share_ = 1;
  std::array<double, 3> valve_plane_{}; ///< integral of n da over the cavity's wall at the last accepted step
  double valve_plane_change_ = 0;

  std::vector<double> calcium_times_;
  std::vector<float> calcium_; ///< [time][point]
  std::vector<double> old_states_, new_states_, old_stretch_, stretch_, tension_;

  Pressures pressures_, base_pressures_;
  std::vector<double> base_displacement_;
  bool predicts_ = false;
  std::vector<double> matrix_values_, internal_local_, external_local_, load_local_, slope_local_;
  petsc::Matrix tangent_;
  petsc::Vector residual_, internal_, load_, slope_;
};

} // namespace corvivo::physics
