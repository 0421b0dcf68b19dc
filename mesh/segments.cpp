#include <io/base/errors.hpp>
#include <io/base/units.hpp>
#include <mesh/fibres_parts.hpp>
#include <mesh/segments.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::mesh {

namespace {

constexpr std::array<double, 4> centre{0.25, 0.25, 0.25, 0.25};

Vector3 centroid(const HeartMesh &mesh, std::size_t cell) {
  Vector3 p{};
  for (const std::size_t n : mesh.tetrahedra[cell])
    p = p + 0.25 * mesh.nodes[n];
  return p;
}

/// Lowest height (mm along the axis from mesh.apex) of the nodes of a surface.
double lowest(const HeartMesh &mesh, const std::string &surface) {
  double low = 1e300;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == mesh.surface_index(surface))
      for (const std::size_t n : mesh.triangles[t])
        low = std::min(low, dot(mesh.nodes[n] - mesh.apex, normalized(mesh.long_axis)));
  return low;
}

int sector(double angle, int count, double first) {
  const double turned = std::fmod(angle - first + 4 * M_PI, 2 * M_PI);
  return std::min(count - 1, static_cast<int>(turned / (2 * M_PI) * count));
}

/// Heights above mesh.apex along the axis of the left cavity's two ends, mm.
struct CavityEnds {
  double bottom, top;
  double along(double height) const { return (height - bottom) / (top - bottom); }
};

CavityEnds left_cavity(const HeartMesh &mesh) {
  const CavityEnds ends{lowest(mesh, "endocardium_lv"), dot(mesh.base_centre - mesh.apex, normalized(mesh.long_axis))};
  if (!(ends.top > ends.bottom))
    throw io::CaseError("segments: the base of the mesh lies below the apex of its left cavity");
  return ends;
}

} // namespace

int aha_segment(double height, double angle) {
  if (height < 0)
    return 17;
  constexpr double sixth = M_PI / 3, quarter = M_PI / 2;
  if (height < 1.0 / 3)
    return 13 + sector(angle, 4, sixth - 1.5 * quarter); // the septal one about the middle of the septum, which is at pi/3
  return (height < 2.0 / 3 ? 7 : 1) + sector(angle, 6, -sixth);
}

Segments heart_segments(const HeartMesh &mesh, const VentricularCoordinates &coordinates) {
  CORVIVO_ASSERT(coordinates.ventricle.size() == mesh.tetrahedra.size(), "coordinates and mesh have different cells");
  const Vector3 axis = normalized(mesh.long_axis);
  const CavityEnds left = left_cavity(mesh);
  const double right_bottom = coordinates.biventricular() ? lowest(mesh, "endocardium_rv") : 0;
  Segments segments;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
    const VentricularPlace place = coordinates.at(mesh, c, centre);
    const double height = dot(centroid(mesh, c) - mesh.apex, axis);
    int aha = 0, right = 0;
    if (place.ventricle == 0) {
      aha = aha_segment(left.along(height), place.rotational);
    } else {
      const double along = std::clamp((height - right_bottom) / (left.top - right_bottom), 0.0, 1.0 - 1e-12);
      const double width = coordinates.inferior_insertion - coordinates.anterior_insertion;
      const double from = std::remainder(place.rotational - M_PI / 3, 2 * M_PI) / width + 0.5;
      right = 1 + 3 * (2 - static_cast<int>(3 * along)) + std::clamp(static_cast<int>(std::floor(3 * from)), 0, 2);
    }
    segments.aha.push_back(aha);
    segments.right.push_back(right);
  }
  return segments;
}

std::vector<int> left_segments(const HeartMesh &mesh, const Vector3 &to_septum) {
  if (!mesh.has_surface("endocardium_lv"))
    throw io::CaseError("the mesh has no surface 'endocardium_lv'");
  const std::vector<double> rotational = left_rotational(mesh, to_septum);
  const CavityEnds cavity = left_cavity(mesh);
  const std::vector<int> ventricle = detail::ventricle_of_cells(mesh);
  std::vector<int> segments(mesh.tetrahedra.size(), 0);
  for (std::size_t c = 0; c < segments.size(); ++c) {
    if (ventricle[c] != 0)
      continue;
    double sine = 0, cosine = 0; // the mean of directions, as VentricularCoordinates::at takes it
    for (const std::size_t n : mesh.tetrahedra[c]) {
      sine += 0.25 * std::sin(rotational[n]);
      cosine += 0.25 * std::cos(rotational[n]);
    }
    const double height = dot(centroid(mesh, c) - mesh.apex, normalized(mesh.long_axis));
    segments[c] = aha_segment(cavity.along(height), std::atan2(sine, cosine));
  }
  return segments;
}

std::string aha_name(int segment) {
  static const std::array<std::string, 6> six{"anterior", "anteroseptal", "inferoseptal", "inferior", "inferolateral", "anterolateral"};
  static const std::array<std::string, 4> four{"anterior", "septal", "inferior", "lateral"};
  CORVIVO_ASSERT(segment >= 1 && segment <= 17, "AHA segments are numbered 1 to 17");
  if (segment == 17)
    return "apex";
  if (segment > 12)
    return "apical " + four[static_cast<std::size_t>(segment - 13)];
  return (segment > 6 ? "mid " : "basal ") + six[static_cast<std::size_t>((segment - 1) % 6)];
}

std::string right_name(int segment) {
  static const std::array<std::string, 3> level{"basal", "mid", "apical"}, wall{"anterior", "lateral", "inferior"};
  CORVIVO_ASSERT(segment >= 1 && segment <= 9, "segments of the right free wall are numbered 1 to 9");
  return "right " + level[static_cast<std::size_t>((segment - 1) / 3)] + " " + wall[static_cast<std::size_t>((segment - 1) % 3)];
}

std::vector<double> segment_volumes(const HeartMesh &mesh, const std::vector<int> &segment, std::size_t count) {
  std::vector<double> volumes(count, 0);
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (segment[c] > 0)
      volumes[static_cast<std::size_t>(segment[c] - 1)] += cell_volume(mesh, c);
  return volumes;
}

std::vector<double> segment_means(const HeartMesh &mesh, const std::vector<int> &segment, std::size_t count,
                                  const std::vector<double> &per_node) {
  std::vector<double> sums(count, 0);
  const std::vector<double> volumes = segment_volumes(mesh, segment, count);
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (segment[c] > 0)
      for (const std::size_t n : mesh.tetrahedra[c])
        sums[static_cast<std::size_t>(segment[c] - 1)] += 0.25 * cell_volume(mesh, c) * per_node[n];
  for (std::size_t s = 0; s < count; ++s)
    sums[s] = volumes[s] > 0 ? sums[s] / volumes[s] : std::numeric_limits<double>::quiet_NaN();
  return sums;
}

std::vector<double> wall_thickness(const HeartMesh &mesh) {
  const detail::WallDistances walls = detail::wall_distances(mesh);
  const std::vector<int> ventricle = detail::ventricle_of_cells(mesh);
  std::vector<char> left(mesh.nodes.size(), walls.right.empty());
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (ventricle[c] == 0)
      for (const std::size_t n : mesh.tetrahedra[c])
        left[n] = 1;
  std::vector<double> thickness;
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n)
    thickness.push_back(left[n] ? walls.left_thickness(n) : walls.right_thickness(n));
  return thickness;
}

void add_segment_quantities(const HeartMesh &mesh, const VentricularCoordinates &coordinates, const Segments &segments,
                            const std::vector<double> &thickness, io::Quantities &quantities) {
  const auto add = [&](const std::vector<int> &segment, std::size_t count, const std::string &volume, const std::string &thick) {
    const std::vector<double> volumes = segment_volumes(mesh, segment, count), means = segment_means(mesh, segment, count, thickness);
    for (std::size_t s = 0; s < count; ++s) {
      const std::string number = std::to_string(s + 1);
      const std::string warning = !coordinates.anatomical ? "nothing says where the right ventricle lies: the walls' names mean nothing"
                                  : volumes[s] > 0        ? ""
                                                          : "no cell of the mesh lies in this segment";
      quantities.set(volume + number, volumes[s] / io::mm3_per_mL, "mL").warning = warning;
      if (volumes[s] > 0)
        quantities.set(thick + number, means[s], "mm");
    }
  };
  add(segments.aha, aha_count, "aha_volume_", "aha_thickness_");
  if (std::any_of(segments.right.begin(), segments.right.end(), [](int s) { return s > 0; }))
    add(segments.right, right_count, "rv_segment_volume_", "rv_segment_thickness_");
}

io::Grid to_grid(const HeartMesh &mesh, const Segments &segments, const std::vector<double> &thickness) {
  io::Grid grid = to_grid(mesh);
  for (const auto &[name, numbers] : {std::pair("aha_segment [1]", segments.aha), std::pair("rv_segment [1]", segments.right)}) {
    io::Grid::Array array{name, 1, std::vector<double>(numbers.begin(), numbers.end())};
    array.values.resize(grid.cells(), -1);
    grid.cell_data.push_back(array);
  }
  grid.point_data.push_back({"thickness [mm]", 1, thickness});
  return grid;
}

} // namespace corvivo::mesh
