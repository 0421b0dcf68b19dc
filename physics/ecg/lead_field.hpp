#pragma once
/// Potential of the tissue's currents in a homogeneous conductor, unbounded or bounded by a torso.
#include <physics/ecg/electrodes.hpp>
#include <physics/electrophysiology/diffusion.hpp>

namespace corvivo::physics {

/// phi(x) = -1 / (4 pi sigma_b)  integral of (sigma grad V) . grad(1/|x - y|) dy     [mV]
/// (Gima & Rudy, Circ Res 90:889, 2002), with sigma = D chi C_m, one value of 1/r's gradient a cell (electrodes are many elements away).
/// In a torso 1/|x - y| becomes  Z(y) = sum over its surface's points s of charge_s / |x_s - y|  (reciprocity), linear on each cell.
/// The weights of all nodes are computed once; each potential is then a scalar product with V.
class LeadField {
public:
  /// `positions` mm in an unbounded conductor; `conductance` = chi C_m / sigma_b (ms / mm^2), so that conductance times D is the ratio of
  /// the two conductivities.
  LeadField(const Tissue &tissue, const Diffusivity &diffusivity, const std::vector<mesh::Vector3> &positions, double conductance);
  /// First the electrodes, then the electrograms. Those are of the unbounded conductor, with |x - y| softened to
  /// sqrt(|x - y|^2 + softening^2), which keeps them finite in the tissue.
  LeadField(const Tissue &tissue, const Diffusivity &diffusivity, const Electrodes &electrodes, double conductance);
  /// Collective. Potentials at the positions, mV, the same on every rank.
  std::vector<double> potentials(const std::vector<double> &voltage) const;

  /// Of each position, of each owned node.
  const std::vector<std::vector<double>> &weights() const { return weights_; }

private:
  void add_unbounded(const Tissue &tissue, const Diffusivity &diffusivity, const std::vector<mesh::Vector3> &positions,
                     const std::vector<double> &softening, double conductance);
  void add_bounded(const Tissue &tissue, const Diffusivity &diffusivity, const Electrodes &electrodes, double conductance);

  std::size_t owned_;
  MPI_Comm comm_;
  std::vector<std::vector<double>> weights_; ///< of each position, of each owned node
};

} // namespace corvivo::physics
