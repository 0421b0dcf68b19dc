#pragma once
/// What Newton's method asks of a body: the forces that are out of balance for a vector of nodal unknowns, and their slope.
#include <physics/mechanics/domain.hpp>
#include <physics/per_cavity.hpp>

#include <array>
#include <vector>

namespace corvivo::physics {

class Balance {
public:
  /// What an assembly found; the same on every rank.
  struct State {
    bool valid = false; ///< det F > 0 at every quadrature point
    double min_det_f = 0;
    double force_scale = 0; ///< norm of the nodal forces of the wall's stress, kPa mm^2
    PerCavity volume;       ///< mm^3
  };
  /// A cell's pressure as last assembled, and what it becomes when the unknowns change.
  struct CellPressure {
    double pressure = 0, stiffness = 0; ///< kPa, and per change of `slope` . unknowns
    std::array<double, 30> slope{};
  };
  using Pressures = std::vector<CellPressure>;

  virtual ~Balance() = default;
  virtual const Domain &domain() const = 0;
  virtual std::size_t cavities() const = 0; ///< 1 or 2

  /// Residual (and tangent) for the unknowns `u` and the cavities' pressures (kPa) at the end of a step of `dt` ms that ends at `time`;
  /// dt = 0: no dashpots, active states as they are. Collective.
  virtual State assemble(Vec u, const PerCavity &pressure, double time, double dt, bool tangent) = 0;
  /// Makes the last assembled unknowns the ones that the next assemblies linearise cell pressures from: the tangent's initial stress
  /// then holds the pressure that the last step predicted, as in Newton's method for displacement and pressure together. The pressure that
  /// belongs to the change of volume itself is wild until it has settled, bulk modulus times the square of the step.
  virtual void predict_from(Vec u) = 0;
  /// Keeps the cells' pressures while the unknowns jump to `u` (a new load, a guess, a new reference): they are the better known of
  /// the two.
  virtual void predict_constant(Vec u) = 0;
  virtual const Pressures &pressures() const = 0;
  virtual void set_pressures(const Pressures &pressures) = 0;

  virtual Vec residual() const = 0;
  virtual Vec pressure_load(std::size_t cavity = 0) const = 0; ///< d residual / d p of the cavity
  virtual Vec volume_slope(std::size_t cavity = 0) const = 0;  ///< d volume / d u of the cavity
  virtual Mat tangent() const = 0;
};

} // namespace corvivo::physics
