#pragma once
/// VTK XML unstructured grids (.vtu), which ParaView opens, and collections of them over time (.pvd).
#include <io/base/grid.hpp>

#include <string>
#include <utility>
#include <vector>

namespace corvivo::io {

/// Writes points, cells and every array (zlib-compressed, doubles as they are). Replaces the file at once or not at all; throws CaseError.
void write_vtu(const Grid &grid, const std::string &path);

/// Reads lines, triangles, tetrahedra and quadratic tetrahedra with their arrays, in the file's order. What `write_vtu` wrote comes back to
/// the same bits. Throws CaseError for files that are missing, truncated or hold other cells.
Grid read_vtu(const std::string &path);

/// Writes `path` (.pvd) that names each time's file. Times in ms; file names relative to the folder of `path`.
void write_pvd(const std::vector<std::pair<double, std::string>> &files, const std::string &path);

/// What `write_pvd` wrote. Throws CaseError for a file that is missing or not such a list.
std::vector<std::pair<double, std::string>> read_pvd(const std::string &path);

} // namespace corvivo::io
