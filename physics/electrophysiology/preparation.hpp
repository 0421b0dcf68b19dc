#pragma once
/// What rank 0 makes of mesh, fibres and options before the tissue is spread over the ranks.
#include <physics/electrophysiology/electrophysiology.hpp>

namespace corvivo::physics {

struct Preparation {
  int refinements = 0;
  std::size_t history_nodes = 0; ///< nodes of the once refined mesh
  double element_volume = 0;     ///< mean, fine mesh, mm^3
  std::vector<Stimulus> stimuli;
  Electrodes electrodes;
  mesh::HeartMesh fine;
  std::vector<double> fibre_and_factor; ///< four numbers for each cell of the fine mesh
  std::vector<std::uint8_t> kind;       ///< of each node of the fine mesh, see Heterogeneity; empty: one kind
  std::vector<PurkinjeTree> purkinje;   ///< whose junctions are among the stimuli; only on rank 0
};

/// Of each node of the fine mesh: whether it belongs to a cell that conducts.
std::vector<char> excitable_nodes(const Preparation &p);

/// On rank 0. Throws CaseError for a mesh without tetrahedra and for sites, surfaces or regions that the mesh does not have.
Preparation prepare(const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const ElectrophysiologyOptions &options);
/// Collective: the small parts of rank 0's preparation to all ranks.
void share(Preparation &p, MPI_Comm comm);

} // namespace corvivo::physics
