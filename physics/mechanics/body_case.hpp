#pragma once
/// What a case chooses about a body that is loaded by itself: no patient, no circulation.
#include <physics/mechanics/body_geometry.hpp>
#include <physics/mechanics/load_curves.hpp>
#include <physics/mechanics/quasi_newton.hpp>

#include <memory>
#include <optional>

namespace corvivo::physics {

struct HoldCase {
  std::string surface;
  std::vector<std::string> fixed; ///< of "x" "y" "z"
  std::string normals = "smooth";
  SurfaceSprings springs;
  void describe(io::Schema &schema);
};

struct ProbeCase {
  std::string name = "p0";
  io::Vector3 position{};
  void describe(io::Schema &schema);
};

/// Inertia and the generalised-alpha method (Chung & Hulbert, J Appl Mech 60:371, 1993).
struct DynamicsCase {
  double density = 1.0;         ///< mg/mm^3
  double spectral_radius = 0.5; ///< of the fastest modes
  void describe(io::Schema &schema);
};

struct BodyCase {
  BodyCase();
  ~BodyCase();
  BodyCase(BodyCase &&) noexcept;
  BodyCase &operator=(BodyCase &&) noexcept;
  std::string geometry_name = "slab", fibres_name = "uniform", material_name = "guccione", pressure_name = "none", tension_name = "none";
  std::unique_ptr<BodyGeometry> geometry;
  std::unique_ptr<BodyFibres> fibres;
  std::unique_ptr<Material> material;
  std::unique_ptr<LoadCurve> pressure, tension;
  std::string pressure_surface, stress_convention = "second_piola_kirchhoff", volume_change = "mixed";
  bool incompressible = false;
  double viscosity = 0;          ///< kPa ms
  double point_bulk_modulus = 0; ///< kPa
  int quadrature = 3;
  std::vector<HoldCase> holds;
  std::vector<ProbeCase> probes;
  std::optional<DynamicsCase> dynamics;
  double end_time = 1000, time_step = 100, smallest_time_step = 0.01, save_every = 1000; ///< ms
  int checkpoint_steps = 200;                                                            ///< 0: none
  QuasiNewtonOptions newton;

  void describe(io::Schema &schema);
  /// Throws CaseError with every complaint that no single key shows.
  void check() const;
  BodyModel model() const; ///< refers to the material here
};

} // namespace corvivo::physics
