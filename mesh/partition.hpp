#pragma once
/// Which rank owns which part of a mesh.
#include <mesh/heart_mesh.hpp>

#include <vector>

namespace corvivo::mesh {

/// Rank of each ancestor of `levels` refinements ago (cell c has the ancestor c / 8^levels), by METIS on the graph of common faces: pieces
/// that stay whole when the mesh is refined further. Each rank gets `pieces` pieces (fewer where the mesh is small) dealt out in turn, so
/// that work which moves through the mesh is shared at every instant. Serial. Throws CaseError when there are fewer ancestors than ranks.
std::vector<unsigned int> partition(const HeartMesh &mesh, unsigned int levels, int ranks, int pieces = 1);

} // namespace corvivo::mesh
