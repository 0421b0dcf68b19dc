#pragma once
/// Inverse elastostatics: the stress-free places X of a body whose loaded places x are known (Govindjee & Mihalic, CMAME 136:47, 1996).
#include <physics/mechanics/solid.hpp>

namespace corvivo::physics {

/// The balance of `Solid` at the imaged places, as an equation for v = X - x at the nodes: the deformation from X to x is u = -v, its
/// weak form is summed over the stress-free body, and fibres go with the tissue. Passive, quasi-static; springs rest in the imaged shape
/// and carry nothing. As forces of a balanced stress have neither resultant nor moment about the loaded shape, X is found up to a rigid
/// motion; a soft spring in the tangent alone (not in the residual) picks the one next to the start.
class InverseSolid final : public Solid {
public:
  using Solid::Solid;
  /// `v`: X - x. The tangent is d residual / d v, by differences within each cell.
  State assemble(Vec v, const PerCavity &pressure, double time, double dt, bool tangent) override;

private:
  struct CellAnswer;
  bool answer(std::size_t cell, const CellValues &v, double predicted, CellAnswer &found, double &smallest) const;
  void assemble_cells(const double *v, bool tangent, Sums &sums);
  bool differentiate(std::size_t cell, const CellValues &v, double predicted, const CellAnswer &at);
  void hold_rigid_motion();
};

} // namespace corvivo::physics
