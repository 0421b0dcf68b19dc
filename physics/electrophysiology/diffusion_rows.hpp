#pragma once
/// Stiffness and mass matrices of linear tetrahedra in rows, and their storage in slices for the kernels.
#include <physics/electrophysiology/diffusion_kernel.hpp>
#include <physics/electrophysiology/tissue.hpp>

#include <functional>

namespace corvivo::physics {

struct Diffusivity;

/// Compressed rows of the owned nodes:  K_ij = sum over cells of volume grad N_i . D grad N_j,  M_ij = sum of volume / 20 (1 + delta_ij),
/// lumped mass sum_j M_ij, over the cells that conduct; a node of none of them has lumped mass 1 and is alone. Within a row by HeartMesh
/// node, so that sums run in the same order on any number of ranks.
struct DiffusionRows {
  std::vector<std::size_t> start{0};
  std::vector<std::uint32_t> column;
  std::vector<double> stiffness, mass; ///< mm^3/ms, mm^3
  std::vector<double> lumped;          ///< mm^3, of the owned nodes
};

/// Throws CaseError for a tetrahedron without volume.
DiffusionRows diffusion_rows(const Tissue &tissue, const Diffusivity &diffusivity);

/// The same of quadratic tetrahedra, whose nodes are the vertices and the middles of the edges of a family of cells. The diffusivity of an
/// element is the mean of its cells'; the integrals are exact. The sum of a row of the mass, `lumped`, is negative for most vertices (-1/20
/// of the volume of each element, 1/5 for a middle), so that it cannot stand for the mass. Throws CaseError as the other does, and for an
/// element of which only a part conducts.
DiffusionRows quadratic_rows(const Tissue &tissue, const Diffusivity &diffusivity);

/// The off-diagonal entries C_ij of a matrix, in slices of eight rows and single precision, for  sum_j C_ij (v_j - v_i).
class SlicedMatrix {
public:
  /// `coupling(k)`: C of entry k of the rows.
  void build(const DiffusionRows &rows, const std::function<double(std::size_t)> &coupling);
  /// out_i <- mu v_i + nu out_i + scale_i dt sum_j C_ij (v_j - v_i) for the owned nodes (and the padding of the last slice).
  void stage(const std::vector<double> &scale, double mu, double nu, double dt, const std::vector<double> &v,
             std::vector<double> &out) const;

private:
  std::vector<std::size_t> slice_start_;
  std::vector<std::int32_t> column_;
  std::vector<float> coupling_;
};

} // namespace corvivo::physics
