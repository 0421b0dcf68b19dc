#pragma once
/// Potential of the tissue's currents in an unbounded homogeneous conductor.
#include <physics/electrophysiology/diffusion.hpp>

namespace corvivo::physics {

/// phi(x) = -1 / (4 pi sigma_b)  integral of (sigma grad V) . grad(1/|x - y|) dy     [mV]
/// (Gima & Rudy, Circ Res 90:889, 2002), with sigma = D chi C_m, one value of 1/r's gradient a cell (electrodes are many elements away).
/// The weights of all nodes are computed once; each potential is then a scalar product with V.
class LeadField {
public:
  /// `positions` mm; `conductance` = chi C_m / sigma_b (ms / mm^2), so that conductance times D is the ratio of the two conductivities.
  LeadField(const Tissue &tissue, const Diffusivity &diffusivity, const std::vector<mesh::Vector3> &positions, double conductance);
  /// Collective. Potentials at the positions, mV, the same on every rank.
  std::vector<double> potentials(const std::vector<double> &voltage) const;

  /// Of each position, of each owned node.
  const std::vector<std::vector<double>> &weights() const { return weights_; }

private:
  std::size_t owned_;
  MPI_Comm comm_;
  std::vector<std::vector<double>> weights_; ///< of each position, of each owned node
};

} // namespace corvivo::physics
