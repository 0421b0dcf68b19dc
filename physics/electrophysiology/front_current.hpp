#pragma once
/// The ionic current where the wave front is steeper than the mesh.
#include <physics/electrophysiology/cells.hpp>
#include <physics/electrophysiology/tissue.hpp>

#include <memory>

namespace corvivo::physics {

/// With lumped mass and the current of the nodes, a front that is thinner than two elements slows down and stops (a wave across the fibres
/// fails at 0.5 mm). In the elements of the front, V and the states of the fast current I (IonicModel::fast_current) are therefore
/// interpolated to quadrature points and I is evaluated there (state-variable interpolation, Pathmanathan et al., Int J Numer Meth
/// Biomed Eng 28:890, 2012); the slower currents stay those of the nodes:
///   s_i = sum over front elements of  (volume sum_q weight_q N_i(q) I(V_q, s_q) - sum_j m_ij I_j),
/// m the mass matrix of the element. An element is of the front when V differs by more than 5 mV in it and not all its nodes were activated
/// more than `tail` ms ago: behind the upstroke the nodal current is smooth. (1 mV and 5 ms change activation of the slab by 0.002 ms and
/// take 1.4 times as long.)
class FrontCurrent {
public:
  virtual ~FrontCurrent() = default;
  /// Finds the front and the integrals of its current, from V and the states before the step. `upstroke`: when each node was last
  /// activated, +infinity for nodes at rest.
  virtual void evaluate(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke,
                        const std::vector<double> &states) = 0;
  /// Adds s_i / mass_i to the current of the owned nodes.
  virtual void correct(std::vector<double> &current, const std::vector<double> &mass) = 0;
  /// s of the owned nodes, mm^3 mV/ms.
  virtual std::vector<double> source() const = 0;
  /// The next evaluation looks at all elements.
  virtual void forget() = 0;
  /// Elements of the present front.
  virtual std::size_t size() const = 0;

  static constexpr double threshold = 5.0; ///< mV
  static constexpr double tail = 1.0;      ///< ms
};

/// Of linear elements: four points with `front_point` as their largest barycentric coordinate, in each of the 8^level parts of a cell.
std::unique_ptr<FrontCurrent> linear_front_current(const Tissue &tissue, const Cells &cells, double front_point, int level,
                                                   double consistent_mass);
/// Of quadratic elements (of a tissue with families) with consistent mass: V and the states are interpolated quadratically to fourteen
/// points.
std::unique_ptr<FrontCurrent> quadratic_front_current(const Tissue &tissue, const Cells &cells);

/// What elements of any number of nodes have in common.
template <std::size_t nodes> class FrontElements : public FrontCurrent {
public:
  using Element = std::array<std::uint32_t, nodes>;
  void evaluate(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke,
                const std::vector<double> &states) final;
  void correct(std::vector<double> &current, const std::vector<double> &mass) final;
  std::vector<double> source() const final;
  void forget() final { calls_ = 0; }
  std::size_t size() const final { return front_.size(); }

protected:
  static constexpr std::size_t batch_points = 256; ///< evaluated together

  /// `elements` and the cells of the tissue that stand for one stay the caller's; `points` in each.
  FrontElements(const Tissue &tissue, const Cells &cells, const std::vector<Element> &elements, std::size_t cells_of_element,
                std::size_t points);
  /// The integrals of `count` elements of the front of one kind, from `begin` on.
  virtual void integrate(const IonicModel &kind, std::size_t begin, std::size_t count, const std::vector<double> &voltage,
                         const std::vector<double> &states) = 0;
  /// Adds s of the owned nodes.
  virtual void accumulate(std::vector<double> &sum) const = 0;
  const Element &front_element(std::size_t e) const { return elements_[front_[e]]; }

  const Tissue &tissue_;
  const Cells &cells_;
  std::vector<std::size_t> states_;                                  ///< of the fast current
  std::size_t batch_;                                                ///< elements whose points are evaluated together
  std::vector<std::uint32_t> front_;                                 ///< elements
  std::vector<std::array<double, nodes>> integral_;                  ///< of each front element, over its volume: see integrate
  std::vector<double> point_voltage_, point_states_, point_current_; ///< of a batch; only the rows of the fast states are filled
  std::vector<double> nodal_;                                        ///< fast current of the local nodes

private:
  void find_candidates(double time, const std::vector<double> &voltage, const std::vector<double> &upstroke);

  const std::vector<Element> &elements_;
  std::size_t cells_of_element_;
  std::vector<std::uint8_t> kind_; ///< of each element: that of most of its nodes; empty when there is one
  std::vector<std::uint32_t> candidates_;
  std::vector<double> correction_;
  int calls_ = 0;
};

} // namespace corvivo::physics
