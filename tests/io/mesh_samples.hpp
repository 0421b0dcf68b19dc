#pragma once
/// Small files of every format of meshes.
#include <io/base/grid.hpp>

#include <string>
#include <vector>

namespace corvivo::test {

/// Two tetrahedra of regions 0 and 1 with fibres, and a triangle.
io::Grid sample_mesh();
/// The same two tetrahedra (group 1, "lv_wall") and triangle (group 7, "endocardium_lv"): 2.2 and 4.1, each as text and binary.
std::vector<std::string> gmsh_samples();
std::string xdmf_sample();
std::string legacy_sample();
std::string ply_sample();

} // namespace corvivo::test
