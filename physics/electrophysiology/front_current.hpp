#pragma once
/// The ionic current where the wave front is steeper than the mesh.
#include <physics/electrophysiology/cells.hpp>
#include <physics/electrophysiology/tissue.hpp>

namespace corvivo::physics {

/// With lumped mass and the current of the nodes, a front that is thinner than two elements slows down and stops (a wave across the fibres
/// fails at 0.5 mm). In the cells of the front, V and the states of the fast current I (IonicModel::fast_current) are therefore
/// interpolated linearly to quadrature points and I is evaluated there (state-variable interpolation, Pathmanathan et al., Int J Numer Meth
/// Biomed Eng 28:890, 2012); the slower currents stay those of the nodes:
///   s_i = sum over front cells of  (volume / n sum_q N_i(q) I(V_q, s_q) - sum_j m_ij I_j),
/// m the mass matrix of the cell. A cell is of the front when V differs by more than 5 mV in it and not all its nodes were activated more
/// than `tail` ms ago: behind the upstroke the nodal current is smooth. (1 mV and 5 ms
/// change activation of the slab by 0.002 ms and take 1.4 times as long.)
class FrontCurrent {
public:
  /// Four points with `front_point` as their largest barycentric coordinate, in each of the 8^level parts of a cell.
  FrontCurrent(const Tissue &tissue, const Cells &cells, double front_point, int level, double consistent_mass);

  /// Finds the front and the integrals of its current, from V and the states before the step. `upstroke`: when each node was last
  /// activated, +infinity for nodes at rest.
  void evaluate(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke, const std::vector<double> &states);
  /// Adds s_i / mass_i to the current of the owned nodes.
  void correct(std::vector<double> &current, const std::vector<double> &mass);
  /// s of the owned nodes, mm^3 mV/ms.
  std::vector<double> source() const;
  /// The next evaluation looks at all cells.
  void forget() { calls_ = 0; }
  /// Cells of the present front.
  std::size_t size() const { return front_.size(); }

  static constexpr double threshold = 5.0; ///< mV
  static constexpr double tail = 1.0;      ///< ms

private:
  void find_candidates(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke);
  void integrate(const IonicModel &kind, std::size_t begin, std::size_t count, const std::vector<double> &voltage,
                 const std::vector<double> &states);
  void accumulate(std::vector<double> &sum) const;

  const Tissue &tissue_;
  const Cells &cells_;
  std::vector<std::uint8_t> kind_;            ///< of each cell: that of most of its nodes; empty when there is one
  std::vector<std::size_t> states_;           ///< of the fast current
  std::vector<std::array<double, 4>> points_; ///< barycentric
  std::size_t batch_;                         ///< cells whose points are evaluated together
  double consistent_mass_;
  std::vector<double> quarter_volume_; ///< of each cell, mm^3
  std::vector<std::uint32_t> candidates_, front_;
  std::vector<std::array<double, 4>> integral_;                      ///< 4 / n sum_q N_a(q) I_q of each front cell
  std::vector<double> point_voltage_, point_states_, point_current_; ///< of a batch; only the rows of the fast states are filled
  std::vector<double> nodal_;                                        ///< fast current of the local nodes
  std::vector<double> correction_;
  int calls_ = 0;
};

} // namespace corvivo::physics
