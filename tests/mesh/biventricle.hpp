#pragma once
/// A generic biventricle that others made, as a HeartMesh: ../shared/data/heart3d_mesh (MIT licence), 9046 tetrahedra.
#include <io/base/parallel.hpp>
#include <mesh/generate.hpp>
#include <tests/support/temporary_folder.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace corvivo::mesh::test_body {

/// The numbers of the n-th DataItem of an XDMF file with inline data.
inline std::vector<double> data_item(const std::string &path, int which) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::size_t at = 0;
  for (int i = 0; i <= which; ++i)
    at = text.find("<DataItem", at) + 1;
  const std::size_t begin = text.find('>', at) + 1;
  std::istringstream numbers(text.substr(begin, text.find('<', begin) - begin));
  std::vector<double> all;
  for (double value = 0; numbers >> value;)
    all.push_back(value);
  return all;
}

inline bool outside_left(const Vector3 &p) {
  return (p[0] * p[0] + p[1] * p[1]) / (35.0 * 35.0) + p[2] * p[2] / (75.0 * 75.0) > 1; // the left epicardium of this body
}

/// On rank 0, else empty. The right ventricle lies towards +x of the left one, whose apex is at (0, 0, -75).
inline HeartMesh heart3d() {
  HeartMesh mesh;
  if (io::rank() != 0)
    return mesh;
  const std::string folder = test::shared("data/heart3d_mesh").string();
  const auto points = data_item(folder + "/heart3D_domain.xdmf", 0), cells = data_item(folder + "/heart3D_domain.xdmf", 1);
  const auto faces = data_item(folder + "/heart3D_boundary.xdmf", 1), tags = data_item(folder + "/heart3D_boundary.xdmf", 2);
  for (std::size_t i = 0; i + 2 < points.size(); i += 3)
    mesh.nodes.push_back({points[i], points[i + 1], points[i + 2]});
  mesh.region_names = {"lv_wall", "rv_wall"};
  for (std::size_t i = 0; i + 3 < cells.size(); i += 4) {
    mesh.tetrahedra.push_back({std::size_t(cells[i]), std::size_t(cells[i + 1]), std::size_t(cells[i + 2]), std::size_t(cells[i + 3])});
    auto &cell = mesh.tetrahedra.back();
    if (cell_volume(mesh, mesh.tetrahedra.size() - 1) < 0)
      std::swap(cell[2], cell[3]);
    Vector3 centre{};
    for (const std::size_t n : cell)
      centre = centre + 0.25 * mesh.nodes[n];
    mesh.region.push_back(outside_left(centre));
  }
  std::map<std::array<std::size_t, 3>, int> tag;
  for (std::size_t t = 0; t < tags.size(); ++t) {
    std::array<std::size_t, 3> nodes{std::size_t(faces[3 * t]), std::size_t(faces[3 * t + 1]), std::size_t(faces[3 * t + 2])};
    std::sort(nodes.begin(), nodes.end());
    tag[nodes] = int(tags[t]) - 1;
  }
  mesh.surface_names = {"endocardium_lv", "endocardium_rv", "epicardium", "base"};
  mesh.triangles = boundary_faces(mesh.tetrahedra);
  for (auto nodes : mesh.triangles) {
    std::sort(nodes.begin(), nodes.end());
    mesh.surface.push_back(tag.at(nodes));
  }
  mesh.long_axis = {0, 0, 1};
  mesh.apex = {0, 0, -75};
  mesh.base_centre = {0, 0, 17};
  mesh.to_right_ventricle = {1, 0, 0};
  return mesh;
}

/// Land's left ventricle (endocardium 7 and 17, epicardium 10 and 20 mm) with a right one towards +x, whose cavity is an ellipsoid less the
/// left ventricle and whose free wall is 2 mm thick; base at z = 5. On rank 0, else empty.
inline HeartMesh two_ellipsoids(double element_size, double facet_distance = 0.05) {
  if (io::rank() != 0)
    return {};
  const auto ellipsoid = [](double x0, double a, double b, double c) {
    return [=](const Vector3 &p) {
      const double x = (p[0] - x0) / a, y = p[1] / b, z = p[2] / c;
      return std::min({a, b, c}) * (std::sqrt(x * x + y * y + z * z) - 1);
    };
  };
  const auto rounded_most = [](double a, double b) {
    return 0.5 * (a + b + std::sqrt((a - b) * (a - b) + 0.05));
  }; // a maximum without edge
  ImplicitVentricle body;
  const auto left = ellipsoid(0, 10, 10, 20), right = ellipsoid(6, 12, 9, 16), outside = ellipsoid(6, 14, 11, 18);
  body.endocardium = ellipsoid(0, 7, 7, 17);
  body.left_epicardium = left;
  body.right = [=](const Vector3 &p) { return rounded_most(right(p), -left(p)); };
  body.epicardium = [=](const Vector3 &p) { return -rounded_most(-left(p), -outside(p)); };
  body.base_point = body.base_centre = {0, 0, 5};
  body.centre = {0, 0, -18.5};
  body.radius = 50;
  body.apex = {0, 0, -20};
  body.long_axis = {0, 0, 1};
  body.to_right_ventricle = {1, 0, 0};
  MeshOptions options;
  options.element_size = element_size;
  options.facet_distance = facet_distance;
  options.wall_layers = 0;
  return make_ventricles(body, options);
}

} // namespace corvivo::mesh::test_body
