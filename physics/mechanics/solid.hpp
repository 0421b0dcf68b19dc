#pragma once
/// Quasi-static balance of a hyperelastic, actively contracting body with quadratic tetrahedra:
///   int (S_passive(C_mean) + S_active(lambda)) : dE dV + sum_i p_i (int_cavity_i du . n da - base share_i) + springs, dashpots = 0,
/// C_mean with one change of volume per cell (mean_dilatation.hpp), S_active = Ta / lambda H (nominal) or Ta H, H = f x f + k_s s x s + k_n
/// n x n, lambda^2 = H : C / tr H. Lengths in mm, stresses in kPa, times in ms.
#include <physics/mechanics/balance.hpp>
#include <physics/mechanics/options.hpp>
#include <physics/nodal_history.hpp>

#include <mesh/fibres.hpp>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace corvivo::io {
class ArchiveReader;
class ArchiveWriter;
} // namespace corvivo::io

namespace corvivo::physics {

/// What the body is made of and what holds it. Models are referred to, not owned.
struct SolidModel {
  const Material *material = nullptr;
  const ActiveTension *activation = nullptr; ///< null: passive
  bool nominal_tension = true;
  double tension_scale = 1, sheet_tension_fraction = 0, normal_tension_fraction = 0; ///< 1
  double right_tension_factor = 1, right_stiffness_factor = 1; ///< on those of the right free wall, the region "rv_wall"
  std::vector<std::pair<std::string, SurfaceSprings>> springs; ///< by name of the surface
  std::vector<std::string> clamped;                            ///< surfaces that do not move
  std::vector<std::string> cavities = {"endocardium_lv"};      ///< surfaces under pressure, at most two
  std::string base_surface = "base";
  bool valve_plane_load = false;
  /// kPa, with mean dilatation: a penalty on the change of volume at each quadrature point beside the material's own on the cell's mean.
  /// Without it three modes of every cell, those that grow one end and shrink the other, meet no stress.
  double point_bulk_modulus = 300;
  Annulus annulus;
  bool mean_dilatation = true; ///< one change of volume per cell (P2/P0); else one per quadrature point
  /// The heart's own choice of surfaces with the options' models; with two cavities that of a biventricle.
  static SolidModel heart(const MechanicsOptions &options, double tension_scale, std::size_t cavities = 1);
};

class Solid : public Balance {
public:
  /// The body as it was imaged is stress-free until `set_reference`. Collective; `mesh` and `fibres` are read on rank 0. Throws CaseError
  /// for the second of two cavities that the mesh does not have.
  Solid(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const SolidModel &model);
  const Domain &domain() const override { return domain_; }
  const SolidModel &model() const { return model_; }
  std::size_t cavities() const override { return model_.cavities.size(); }

  /// Another stress-free shape: places (mm) of the nodes of mesh::refine(mesh), so that its cells may be curved. The fibres of the imaged
  /// body are carried to it as lines of the tissue (F^-1 f), sheets as surfaces of it (F^T n). Collective; read on rank 0. Throws
  /// SolveError when a cell would be turned inside out.
  void set_reference(const mesh::HeartMesh &mesh, const std::vector<io::Vector3> &places);
  /// Displacement of the nodes of mesh::refine(mesh) (rank 0) at which the springs carry nothing. Collective.
  void set_rest(const std::vector<io::Vector3> &displacement);
  /// The part (0..1) of that displacement at which they rest now: it grows with the pressure of an inflation.
  void set_rest_share(double share) { rest_share_ = share; }

  /// Calcium (uM) at the quadrature points from the nodes of mesh::refine(mesh) (rank 0). Collective.
  void set_calcium(const mesh::HeartMesh &mesh, const NodalHistory &calcium);
  /// Contraction states at rest: steady for the calcium at `time` and the stretch of the displacement `u`. Collective.
  void rest_activation(Vec u, double time);

  State assemble(Vec u, const PerCavity &pressure, double time, double dt, bool tangent) override;
  void predict_from(Vec u) override;
  void predict_constant(Vec u) override;
  const Pressures &pressures() const override { return base_pressures_; }
  void set_pressures(const Pressures &pressures) override { base_pressures_ = pressures; }
  Vec residual() const override { return residual_; }
  Vec pressure_load(std::size_t cavity = 0) const override { return load_[cavity]; }
  Vec volume_slope(std::size_t cavity = 0) const override { return slope_[cavity]; }
  Mat tangent() const override { return tangent_; }

  /// Volumes (mm^3) of the cavities of the stress-free shape. Collective.
  PerCavity unloaded_volume();

  /// Makes the last assembled step the past: contraction states, dashpots, the force on the valve plane.
  void accept(Vec u, double dt);
  /// Energy that the body and its springs hold at the last accepted step, work of the fibres on the body and heat of the dashpots up to it;
  /// kPa mm^3 = uJ. Collective.
  struct Energies {
    double elastic = 0, springs = 0, fibres = 0, dashpots = 0;
  };
  Energies energies() const;

  /// All that a body of the same model, reference, rest and calcium needs to go on to the same bits from the last `accept`. Each rank
  /// has its own part. `restore_past` throws CaseError for the past of another body.
  void keep_past(io::ArchiveWriter &archive) const;
  void restore_past(io::ArchiveReader &archive);
  /// Largest change (relative) of the valve planes' area vectors in the last `accept`.
  double valve_plane_change() const { return valve_plane_change_; }
  /// Mean over each local cell of tension (kPa) and fibre stretch as last assembled, two components.
  std::vector<double> cell_activity() const;
  double mean_tension() const; ///< kPa, over the wall's volume. Collective.

protected:
  struct Point {
    Gradients gradients;
    double weight;
    std::array<std::array<double, 3>, 3> frame; ///< fibre, sheet, normal
    double stiffness, tension;                  ///< factors on passive stress and active tension
  };
  /// Active stress (kPa, along H) and half of H : C at a point: their product's integral is the work that the fibres take up.
  struct Active {
    double stress = 0, half_square = 0;
  };
  /// What springs and dashpots feel at a quadrature point of a face.
  struct Held {
    double area;
    std::array<double, 3> normal, stretch, speed;
  };
  struct Sums;
  struct CellWork;
  using CellValues = std::array<double, 3 * nodes_per_cell>;
  CellValues cell_values(std::size_t cell, const double *values) const;
  bool carry(std::size_t cell, const CellValues &moved, Point *points) const;
  bool deform(const CellValues &u, const Point *points, CellWork &work, double &smallest) const;
  void respond_cell(const Point *points, CellWork &work) const;
  void add_pressure(double predicted, CellWork &work) const;
  double predicted_pressure(std::size_t cell, const CellValues &u, double actual) const;
  void begin_assembly();
  void assemble_pressure(const double *u, const PerCavity &pressure, bool tangent, Sums &sums);
  void measure_valve_plane(const double *u);
  void finish(const PerCavity &pressure, bool tangent, Sums &sums);
  double *cell_matrix(int cell) { return matrix_values_.data() + 900 * static_cast<std::size_t>(cell); }

private:
  template <class Body, class Archive> static void each_past(Body &body, Archive &archive);
  void make_matrix();
  void find_clamped();
  void find_rims(const mesh::HeartMesh &mesh);
  int cavity_of(int surface) const;
  bool bears_valves(const Domain::Face &face, std::size_t cavity) const;
  void add_cavity_face(const Domain::Face &face, std::size_t cavity, const double *u, double pressure, bool tangent, Sums &sums);
  void find_normals(const mesh::HeartMesh &mesh, const std::vector<io::Vector3> &places);
  void image(const mesh::HeartMesh &mesh, const mesh::Fibres &fibres);
  void set_base(Vec u);
  void add_dilatation(const Point *points, CellWork &work, CellPressure &found) const;
  void add_activity(std::size_t point, const double *C, double time, double dt, double *S, double *D);
  void assemble_cells(const double *u, double time, double dt, bool tangent, Sums &sums);
  void assemble_springs(const double *u, double dt, bool tangent);
  void add_spring_face(const Domain::Face &face, const SurfaceSprings &springs, const std::vector<std::array<double, 3>> &normals,
                       const double *u, double dt, bool tangent);
  Held held(const Domain::Face &face, const FacePoint &point, const std::vector<std::array<double, 3>> &normals, const double *u,
            double rate) const;
  double calcium_at(std::size_t point, double time) const;
  void sum_energies(const double *u, double dt);

protected:
  Domain domain_;
  SolidModel model_;
  std::vector<std::array<double, 3>> imaged_, reference_, rest_, old_displacement_, old_velocity_;
  std::vector<Point> image_points_, points_;                ///< points_per_cell of each local cell, as imaged and stress-free
  std::vector<char> clamped_;                               ///< per local node
  std::vector<int> surfaces_;                               ///< of the domain, under each cavity's pressure
  std::vector<std::vector<int>> rims_;                      ///< owned nodes of each cavity's rim
  std::vector<double> rim_counts_;                          ///< over all ranks
  std::vector<std::vector<std::array<double, 3>>> normals_; ///< per entry of model_.springs, at local nodes
  double rest_share_ = 1;
  /// Force of the blood on a cavity's wall per kPa at the last accepted step; traction + turning x (place - centre) over its part of the
  /// base bears the opposite force and moment on its valves.
  struct ValvePlane {
    std::array<double, 3> force{}, centre{}, traction{}, turning{};
  };
  std::array<ValvePlane, most_cavities> valve_planes_;
  std::vector<char> right_wall_; ///< of the right free wall, per local cell
  double valve_plane_change_ = 0;

  std::vector<double> calcium_times_;
  std::vector<float> calcium_; ///< [time][point]
  std::vector<double> old_states_, new_states_, old_stretch_, stretch_, tension_;
  std::vector<Active> old_active_, active_;
  double elastic_energy_ = 0; ///< as last assembled, of this rank's cells
  Energies energies_;         ///< of this rank

  Pressures pressures_, base_pressures_;
  std::vector<double> base_displacement_;
  bool predicts_ = false;
  std::vector<double> matrix_values_, internal_local_, external_local_;
  std::vector<std::vector<double>> load_local_, slope_local_; ///< per cavity
  petsc::Matrix tangent_;
  petsc::Vector residual_, internal_;
  std::vector<petsc::Vector> load_, slope_; ///< per cavity
};

} // namespace corvivo::physics
