#pragma once
/// Meshes and surfaces that others made. Each reader takes the whole file as `content` (`path` is for messages and for the files beside it)
/// and throws CaseError with a sentence for anything that it cannot believe; none takes memory that the size of the file does not justify.
#include <io/base/grid.hpp>

#include <string>
#include <vector>

namespace corvivo::io {

/// .vtu and .vtp; polygons become triangles.
Grid read_vtk_xml(const std::string &content, const std::string &path);

} // namespace corvivo::io
