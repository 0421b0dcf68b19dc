#include <io/base/units.hpp>
#include <mesh/quality.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::mesh {

namespace {

QualityRow spread(const std::string &name, const std::string &unit, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&values](double fraction) {
    return values.empty() ? 0.0 : values[static_cast<std::size_t>(std::lround(fraction * double(values.size() - 1)))];
  };
  return {name, unit, at(0), at(0.01), at(0.05), at(0.5), at(0.95), at(0.99), at(1)};
}

} // namespace

std::array<Vector3, 4> corners(const HeartMesh &mesh, std::size_t cell) {
  const auto &c = mesh.tetrahedra[cell];
  return {mesh.nodes[c[0]], mesh.nodes[c[1]], mesh.nodes[c[2]], mesh.nodes[c[3]]};
}

std::array<double, 2> dihedral_angles(const std::array<Vector3, 4> &p) {
  // outward normals of the faces opposite 0, 1, 2, 3 of a positively oriented cell; the angle between faces is pi - that of the normals
  const std::array<Vector3, 4> normal{normalized(cross(p[2] - p[1], p[3] - p[1])), normalized(cross(p[3] - p[0], p[2] - p[0])),
                                      normalized(cross(p[1] - p[0], p[3] - p[0])), normalized(cross(p[2] - p[0], p[1] - p[0]))};
  double least = 1, most = -1; // cosines
  for (int i = 0; i < 4; ++i)
    for (int j = i + 1; j < 4; ++j) {
      const double cosine = std::clamp(-dot(normal[i], normal[j]), -1.0, 1.0);
      least = std::min(least, cosine);
      most = std::max(most, cosine);
    }
  return {std::acos(most) * 180 / M_PI, std::acos(least) * 180 / M_PI};
}

double radius_ratio(const std::array<Vector3, 4> &p) {
  const Vector3 a = p[1] - p[0], b = p[2] - p[0], c = p[3] - p[0];
  const double six_volumes = dot(a, cross(b, c));
  const double area = 0.5 * (norm(cross(a, b)) + norm(cross(b, c)) + norm(cross(c, a)) + norm(cross(b - a, c - a)));
  const Vector3 to_centre = dot(a, a) * cross(b, c) + dot(b, b) * cross(c, a) + dot(c, c) * cross(a, b); // 12 V times the circumradius
  const double length = norm(to_centre);
  return area > 0 && length > 0 ? 3 * (0.5 * six_volumes / area) * 2 * six_volumes / length : 0;
}

double aspect_ratio(const std::array<Vector3, 4> &p) {
  double longest = 0, widest = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = i + 1; j < 4; ++j)
      longest = std::max(longest, norm(p[j] - p[i]));
    const Vector3 &a = p[(i + 1) % 4], &b = p[(i + 2) % 4], &c = p[(i + 3) % 4];
    widest = std::max(widest, 0.5 * norm(cross(b - a, c - a)));
  }
  const double six_volumes = std::abs(dot(p[1] - p[0], cross(p[2] - p[0], p[3] - p[0])));
  return six_volumes > 0 ? std::sqrt(2.0 / 3) * longest * 2 * widest / six_volumes : std::numeric_limits<double>::infinity();
}

std::vector<QualityRow> quality_table(const HeartMesh &mesh) {
  std::vector<double> least, most, ratio, aspect, volume, length, area;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
    const auto p = corners(mesh, c);
    const auto angles = dihedral_angles(p);
    least.push_back(angles[0]);
    most.push_back(angles[1]);
    ratio.push_back(radius_ratio(p));
    aspect.push_back(aspect_ratio(p));
    volume.push_back(cell_volume(mesh, c));
  }
  for (const auto &edge : edges(mesh))
    length.push_back(norm(mesh.nodes[edge[1]] - mesh.nodes[edge[0]]));
  for (const auto &[a, b, c] : mesh.triangles)
    area.push_back(0.5 * norm(cross(mesh.nodes[b] - mesh.nodes[a], mesh.nodes[c] - mesh.nodes[a])));
  return {spread("smallest dihedral angle", "deg", std::move(least)),
          spread("largest dihedral angle", "deg", std::move(most)),
          spread("radius ratio", "1", std::move(ratio)),
          spread("cell volume", "mm^3", std::move(volume)),
          spread("edge length", "mm", std::move(length)),
          spread("aspect ratio", "1", std::move(aspect)),
          spread("boundary triangle area", "mm^2", std::move(area))};
}

std::size_t edges_across_left_wall(const HeartMesh &mesh) {
  std::vector<char> inner(mesh.nodes.size(), 0), outer(mesh.nodes.size(), 0);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    const std::string &name = mesh.surface_names[static_cast<std::size_t>(mesh.surface[t])];
    for (const std::size_t n : mesh.triangles[t]) {
      inner[n] |= name == "endocardium_lv";
      outer[n] |= name == "epicardium" || name == "endocardium_rv";
    }
  }
  std::size_t across = 0;
  for (const auto &[a, b] : edges(mesh))
    across += (inner[a] && outer[b]) || (inner[b] && outer[a]);
  return across;
}

std::string to_csv(const std::vector<QualityRow> &table) {
  std::string text = "measure,unit,smallest,percentile_1,percentile_5,median,percentile_95,percentile_99,largest\n";
  for (const QualityRow &row : table) {
    text += row.name + "," + row.unit;
    for (const double value :
         {row.smallest, row.percentile_1, row.percentile_5, row.median, row.percentile_95, row.percentile_99, row.largest})
      text += "," + io::print_number(value);
    text += "\n";
  }
  return text;
}

void add_mesh_quantities(const HeartMesh &mesh, io::Quantities &quantities) {
  double smallest = 180;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    smallest = std::min(smallest, dihedral_angles(corners(mesh, c))[0]);
  quantities.set("mesh_cells", double(mesh.tetrahedra.size()), "1");
  quantities.set("mesh_nodes", double(mesh.nodes.size()), "1");
  if (mesh.has_surface("endocardium_lv"))
    quantities.set("mesh_lv_cavity_volume", cavity_volume(mesh, "endocardium_lv") / io::mm3_per_mL, "mL");
  quantities.set("mesh_wall_volume", wall_volume(mesh) / io::mm3_per_mL, "mL");
  quantities.set("mesh_min_dihedral_angle", smallest, "deg");
  if (!mesh.has_surface("endocardium_rv"))
    return;
  quantities.set("mesh_rv_cavity_volume", cavity_volume(mesh, "endocardium_rv") / io::mm3_per_mL, "mL");
  for (const std::string name : {"lv_wall", "rv_wall"}) {
    double volume = 0;
    for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
      if (mesh.region_names[static_cast<std::size_t>(mesh.region[c])] == name)
        volume += cell_volume(mesh, c);
    quantities.set("mesh_" + name + "_volume", volume / io::mm3_per_mL, "mL");
  }
}

} // namespace corvivo::mesh
