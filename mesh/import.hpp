#pragma once
/// Ready meshes of others become a HeartMesh, and a HeartMesh leaves in their formats.
#include <io/base/quantity.hpp>
#include <io/formats/mesh_files.hpp>
#include <mesh/heart_mesh.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

struct Fibres;

/// What a number in the file is called here.
struct NumberName {
  int number = 0;
  std::string name;
  void describe(io::Schema &schema);
};

struct ImportOptions {
  std::filesystem::path file;     ///< tetrahedra: .vtu .vtk .msh .xdmf or openCARP's .pts/.elem/.lon
  std::filesystem::path boundary; ///< triangles, where they are in a file of their own
  double unit = 1;                ///< mm that one unit of the file's coordinates stands for (openCARP's are known to be micrometres)
  std::vector<NumberName> regions, surfaces; ///< may be empty where the file has names (Gmsh)
  void describe(io::Schema &schema);
};

struct ImportedMesh {
  HeartMesh mesh;
  std::vector<Vector3> fibre, sheet; ///< unit vectors per tetrahedron; empty where the file has none
  std::vector<std::string> notes;    ///< what was repaired: cells turned, points dropped
};

/// Tetrahedra (of quadratic ones the corners) with regions, and every boundary face with the surface that a triangle of the file gives it.
/// Inside-out cells are turned and unused points dropped, with a count. Surface "endocardium_lv" and "base" give the long axis. Throws
/// CaseError for flat cells, faces without a surface (how many, and which numbers the file has), and for what `check` refuses.
ImportedMesh import_mesh(const ImportOptions &options);
/// The same from what was read: `boundary` may be empty, `names` are those of the file.
ImportedMesh import_mesh(const io::Grid &grid, const io::Grid &boundary, const io::MeshNames &names, const ImportOptions &options);

/// The mesh for writers: "region [1]" counts regions (of tetrahedra) and surfaces (of triangles) from 1; with `fibres` also "fibre [1]",
/// "sheet [1]" at the centroids (0 on triangles). `names` becomes their names.
io::Grid export_grid(const HeartMesh &mesh, const Fibres *fibres, io::MeshNames &names);

} // namespace corvivo::mesh
