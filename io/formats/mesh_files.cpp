#include <io/formats/mesh_files.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/vtu.hpp>

#include <filesystem>

namespace corvivo::io {

namespace {

std::string checked_content(const std::string &path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (!error && bytes > 4000000000U)
    throw CaseError(path + ": is larger than 4 GB; expected a heart's mesh");
  return read_file(path);
}

bool is_opencarp(const std::string &ending) {
  return ending == ".pts" || ending == ".elem" || ending == ".lon";
}

const char *const endings = ".vtu, .vtp, .vtk, .ply, .stl, .msh, .xdmf or .pts";

} // namespace

Grid read_mesh(const std::string &path, MeshNames *names) {
  const std::filesystem::path file(path);
  const std::string ending = file.extension().string();
  if (is_opencarp(ending)) {
    const std::string stem = (file.parent_path() / file.stem()).string();
    const bool fibres = std::filesystem::exists(stem + ".lon");
    return read_opencarp(checked_content(stem + ".pts"), checked_content(stem + ".elem"), fibres ? checked_content(stem + ".lon") : "",
                         stem);
  }
  const std::string content = checked_content(path);
  if (ending == ".vtu" || ending == ".vtp")
    return read_vtk_xml(content, path);
  if (ending == ".vtk")
    return read_vtk_legacy(content, path);
  if (ending == ".ply")
    return read_ply(content, path);
  if (ending == ".stl")
    return read_stl(content, path);
  if (ending == ".msh")
    return read_gmsh(content, path, names);
  if (ending == ".xdmf" || ending == ".xmf")
    return read_xdmf(content, path);
  throw CaseError(path + ": not a kind of mesh that can be read; expected " + endings);
}

void write_mesh(const Grid &grid, const MeshNames &names, const std::string &path) {
  const std::filesystem::path file(path);
  const std::string ending = file.extension().string();
  if (ending == ".vtu")
    write_vtu(grid, path);
  else if (ending == ".msh")
    write_gmsh(grid, names, path);
  else if (is_opencarp(ending))
    write_opencarp(grid, (file.parent_path() / file.stem()).string());
  else
    throw CaseError(path + ": not a kind of mesh that can be written; expected .vtu, .msh or .pts");
}

} // namespace corvivo::io
