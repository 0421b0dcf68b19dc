#pragma once
/// Meshes and surfaces that others made. Each reader takes the whole file as `content` (`path` is for messages and for the files beside it)
/// and throws CaseError with a sentence for anything that it cannot believe; none takes memory that the size of the file does not justify.
/// Numbers of regions and boundaries come as the cell array "region [1]", fibres as "fibre [1]" and "sheet [1]".
#include <io/base/grid.hpp>

#include <string>
#include <vector>

namespace corvivo::io {

/// What a number of "region [1]" is called, for cells of a dimension (2: surfaces, 3: tissue).
struct MeshName {
  int dimension = 3, number = 0;
  std::string name;
};
using MeshNames = std::vector<MeshName>;

/// .vtu and .vtp; polygons become triangles.
Grid read_vtk_xml(const std::string &content, const std::string &path);
/// Legacy .vtk of polygons or of an unstructured grid, text or binary, versions 2 to 5.1.
Grid read_vtk_legacy(const std::string &content, const std::string &path);
/// .ply, text or binary; numbers of vertices and faces become arrays.
Grid read_ply(const std::string &content, const std::string &path);
/// .stl, text or binary; corners at the same place become one point.
Grid read_stl(const std::string &content, const std::string &path);
/// Gmsh 2.2 and 4.1, text or binary. Physical groups become "region [1]", their names `names`.
Grid read_gmsh(const std::string &content, const std::string &path, MeshNames *names = nullptr);
/// XDMF 2 and 3 with numbers inside the file; attributes become arrays, a single whole-numbered one per cell also "region [1]".
Grid read_xdmf(const std::string &content, const std::string &path);
/// openCARP: contents of .pts, .elem and (may be empty) .lon. openCARP counts in micrometres; `scale` turns them into mm.
Grid read_opencarp(const std::string &points, const std::string &elements, const std::string &fibres, const std::string &path,
                   double scale = 1e-3);

/// Any of them by the name's ending: .vtu .vtp .vtk .ply .stl .msh .xdmf, or .pts / .elem / .lon (each stands for the three). `names` is
/// filled where the format has any.
Grid read_mesh(const std::string &path, MeshNames *names = nullptr);

/// Gmsh 2.2 text, which every version reads. Arrays other than "region [1]" become node and element data.
void write_gmsh(const Grid &grid, const MeshNames &names, const std::string &path);
/// `stem`.pts, .elem and .lon (fibres, and sheets where there are any; 1 0 0 without) of the tetrahedra, and `stem`.surf of the triangles.
/// Coordinates in micrometres.
void write_opencarp(const Grid &grid, const std::string &stem);
/// By the name's ending: .vtu, .msh, or .pts / .elem for openCARP's files.
void write_mesh(const Grid &grid, const MeshNames &names, const std::string &path);

} // namespace corvivo::io
