#pragma once
/// An elastic, viscous, contracting body on quadratic tetrahedra that may be curved, with or without a pressure field of its own:
///   rho a + div-form of P(F) = 0,  P = F S,  S = S_material + eta dE/dt + Ta f x f + p J C^-1,
///   mixed (Taylor-Hood, linear continuous p):  int q ((J - 1/J)/2 - p/kappa) dV = 0 (without p/kappa when incompressible),
///   penalty: p = kappa/2 (J - 1/J) at each quadrature point, as the material has it.
/// On named surfaces: fixed components, follower pressure, springs and dashpots of the reference normal. mm, ms, kPa.
#include <physics/mechanics/domain.hpp>
#include <physics/mechanics/options.hpp>

#include <mesh/fibres.hpp>

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace corvivo::physics {

/// Where the body is when nothing pulls at it; on rank 0.
struct BodyShape {
  mesh::HeartMesh mesh;
  std::vector<io::Vector3> places; ///< mm, of the nodes of mesh::refine(mesh): midpoints may lie off the straight edges
  /// Fibre frame at barycentric coordinates of a cell; the third argument is the place of that point.
  std::function<mesh::Frame(std::size_t, const Barycentric &, const io::Vector3 &)> frame;
};

/// What holds a surface.
struct SurfaceHold {
  std::string surface;
  std::array<bool, 3> fixed{}; ///< components of the displacement that are zero
  SurfaceSprings springs;
  bool smooth_normals = true; ///< area-weighted means at the nodes; else each element's own
};

struct BodyModel {
  const Material *material = nullptr; ///< not owned
  bool mixed = true, incompressible = false;
  /// kPa: part of the bulk modulus that acts at each quadrature point; the mixed pressure has the rest, or all that it takes when
  /// incompressible (augmented Lagrangian). Fine meshes do not feel it; it keeps the points of coarse ones from collapsing.
  double point_bulk_modulus = 0;
  double density = 0, viscosity = 0; ///< mg/mm^3 (0: quasi-static), kPa ms
  bool nominal_tension = false;      ///< S = Ta/lambda f x f instead of Ta f x f
  std::string pressure_surface;
  std::vector<SurfaceHold> holds;
  int quadrature = 3; ///< of deal.II's Witherden-Vincent rules: 2 (8 points, degree 3), 3 (14, degree 5); 1 is four points of degree 2
};

/// Kinematics of a step: at the instant of the balance u = from_u[0] x + past_u, and so for velocity and acceleration; x are the unknown
/// displacements at the end of the step.
struct StepKinematics {
  double u = 1, v = 0, a = 0;
  std::vector<double> past_u, past_v, past_a; ///< three numbers a local node
};

class ElasticBody {
public:
  struct Loads {
    double pressure = 0, tension = 0; ///< kPa
  };
  struct State {
    bool valid = false;                            ///< det F > 0 at every quadrature point
    double min_det_f = 0, volume = 0, seconds = 0; ///< volume of the cavity behind the pressure's surface, mm^3
  };

  /// Collective; `shape` is read on rank 0. Throws CaseError for surfaces that the mesh does not have.
  ElasticBody(MPI_Comm comm, const BodyShape &shape, const BodyModel &model);
  const Domain &domain() const { return domain_; }
  const BodyModel &model() const { return model_; }
  /// Unknowns: four numbers a node, displacement and pressure (which midpoints, and bodies without a pressure field, keep at 0).
  petsc::Vector make_vector() const;
  /// Of the displacement and the pressure field.
  std::size_t unknowns() const { return unknowns_; }
  StepKinematics &kinematics() { return kinematics_; }
  /// Balance for the unknowns `x`. Collective.
  State assemble(Vec x, const Loads &loads, bool tangent);
  Vec residual() const { return residual_; }
  Mat tangent() const { return tangent_; }
  /// The displacement alone, as `Domain` gathers it. Collective.
  std::vector<io::Vector3> displacement(Vec x) const;

private:
  static constexpr int width = 34; ///< unknowns of a cell: 30 displacements, 4 pressures
  struct Point {
    Gradients gradients;
    double weight;
    std::array<std::array<double, 3>, 3> frame;
  };
  struct CellWork;
  void check_surfaces() const;
  void make_points(const BodyShape &shape);
  void make_mass();
  void make_matrix();
  void find_fixed();
  void find_rim();
  void find_normals(const BodyShape &shape);
  void find_kinematics(Vec x);
  bool deform(const Point &point, const Domain::Cell &cell, CellWork &work) const;
  void respond(const Point &point, const Loads &loads, double pressure, bool tangent, CellWork &work) const;
  void add_viscosity(const Point &point, CellWork &work, bool tangent) const;
  void add_volume(const Point &point, std::size_t q, double pressure, CellWork &work, bool tangent) const;
  void add_inertia(std::size_t cell, CellWork &work, bool tangent) const;
  void assemble_cell(std::size_t cell, const Loads &loads, bool tangent, State &state);
  void store(const CellWork &work, std::size_t cell, bool tangent);
  void assemble_pressure(double pressure, bool tangent, State &state);
  void assemble_hold(std::size_t hold, bool tangent);
  void finish(bool tangent);
  double *cell_matrix(std::size_t cell) { return matrix_values_.data() + size_ * size_ * cell; }

  Domain domain_;
  BodyModel model_;
  int size_; ///< unknowns of a cell that are there: 34 or 30
  std::size_t unknowns_ = 0;
  std::vector<Barycentric> rule_;
  std::vector<io::Vector3> reference_;
  std::vector<Point> points_;
  std::vector<double> mass_; ///< 10 x 10 of each cell
  std::vector<char> fixed_;  ///< three of each local node
  std::vector<int> rim_;     ///< owned nodes of the edge of the pressure's surface
  double rim_count_ = 0;
  std::vector<char> vertex_;                      ///< per local node
  std::vector<std::vector<io::Vector3>> normals_; ///< per hold
  StepKinematics kinematics_;
  std::vector<double> u_, v_, a_, p_; ///< at the instant of the balance, local nodes
  std::vector<double> residual_local_, matrix_values_;
  petsc::Matrix tangent_;
  petsc::Vector residual_;
};

} // namespace corvivo::physics
