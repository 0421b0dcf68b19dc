#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/formats/surfaces.hpp>

#include <algorithm>

namespace corvivo::io {

void write_vtp(const Surface &surface, const std::string &path) {
  CORVIVO_ASSERT(surface.label.size() == surface.triangles.size(), "one label for each triangle");
  std::string points, corners, ends, labels;
  for (const Vector3 &p : surface.points)
    points += print_number(p[0]) + " " + print_number(p[1]) + " " + print_number(p[2]) + "\n";
  for (std::size_t t = 0; t < surface.triangles.size(); ++t) {
    const auto &[a, b, c] = surface.triangles[t];
    corners += std::to_string(a) + " " + std::to_string(b) + " " + std::to_string(c) + "\n";
    ends += std::to_string(3 * (t + 1)) + "\n";
    labels += std::to_string(surface.label[t]) + "\n";
  }
  const auto array = [](const std::string &type, const std::string &name, const std::string &more, const std::string &values) {
    return "<DataArray type=\"" + type + "\" Name=\"" + name + "\"" + more + " format=\"ascii\">\n" + values + "</DataArray>\n";
  };
  write_file(path, "<?xml version=\"1.0\"?>\n<VTKFile type=\"PolyData\" version=\"1.0\" byte_order=\"LittleEndian\">\n<PolyData>\n"
                   "<Piece NumberOfPoints=\"" +
                       std::to_string(surface.points.size()) + "\" NumberOfPolys=\"" + std::to_string(surface.triangles.size()) +
                       "\">\n<CellData>\n" + array("Int32", "class", "", labels) + "</CellData>\n<Points>\n" +
                       array("Float64", "points", " NumberOfComponents=\"3\"", points) + "</Points>\n<Polys>\n" +
                       array("Int64", "connectivity", "", corners) + array("Int64", "offsets", "", ends) +
                       "</Polys>\n</Piece>\n</PolyData>\n</VTKFile>\n");
}

} // namespace corvivo::io
