#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/coordinates.hpp>
#include <mesh/fibres_parts.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::mesh {

namespace {

constexpr double septum_middle = M_PI / 3; // of the rotational coordinate
constexpr double degree = M_PI / 180;

void check_surfaces(const HeartMesh &mesh) {
  for (const char *name : {"endocardium_lv", "epicardium", "base"})
    if (!mesh.has_surface(name))
      throw io::CaseError(std::string("coordinates: the mesh has no surface '") + name + "'");
  if (!(norm(mesh.long_axis) > 0))
    throw io::CaseError("coordinates: the mesh has no long axis from apex to base");
  detail::check_right_ventricle(mesh);
}

/// u of the class comment to s(u), on a fine table: each cell spreads |grad u| times its volume evenly over its own range of u.
std::vector<double> arc_lengths(const HeartMesh &mesh, const Harmonic &u) {
  constexpr int bins = 4000;
  std::vector<double> slope(bins + 1, 0); // changes of the density from bin to bin
  std::vector<double> table(bins + 1, 0);
  const auto place = [](double value) { return std::clamp(value, 0.0, 1.0) * bins; };
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
    double low = 1, high = 0;
    Vector3 gradient{};
    for (const std::size_t n : mesh.tetrahedra[c]) {
      low = std::min(low, u.value[n]);
      high = std::max(high, u.value[n]);
      gradient = gradient + 0.25 * u.gradient[n];
    }
    const int first = std::min(bins - 1, static_cast<int>(place(low)));
    const int last = std::max(first + 1, std::min(bins, static_cast<int>(std::ceil(place(high)))));
    const double density = norm(gradient) * cell_volume(mesh, c) / (last - first);
    slope[static_cast<std::size_t>(first)] += density;
    slope[static_cast<std::size_t>(last)] -= density;
  }
  double density = 0;
  for (int b = 0; b < bins; ++b) {
    density += slope[b];
    table[b + 1] = table[b] + density;
  }
  std::vector<double> lengths;
  for (const double value : u.value) {
    const double at = place(value);
    const int b = std::min(bins - 1, static_cast<int>(at));
    lengths.push_back((table[b] + (at - b) * (table[b + 1] - table[b])) / table[bins]);
  }
  return lengths;
}

double wrapped(double angle) {
  const double turned = std::fmod(angle, 2 * M_PI);
  return turned < 0 ? turned + 2 * M_PI : turned;
}

/// Angles about the long axis from a direction across it, (-pi, pi]: clockwise seen from the base.
class AxisAngle {
public:
  AxisAngle(const HeartMesh &mesh, const Vector3 &to_septum) : foot_(mesh.apex), axis_(normalized(mesh.long_axis)) {
    septum_ = normalized(to_septum - dot(to_septum, axis_) * axis_);
    inferior_ = cross(septum_, axis_); // anterior is axis x septum: seen from the apex the septum is left of an anterior on top
  }
  double operator()(const Vector3 &p) const { return std::atan2(dot(p - foot_, inferior_), dot(p - foot_, septum_)); }
  double height(const Vector3 &p) const { return dot(p - foot_, axis_); }

private:
  Vector3 foot_, axis_, septum_, inferior_;
};

struct Origin {
  Vector3 to_septum{};
  double anterior = 0, inferior = 0; ///< of the insertions, from `to_septum`
  std::string words;
  bool guessed = false;
};

Vector3 centroid(const HeartMesh &mesh, const std::array<std::size_t, 3> &t) {
  return (1.0 / 3) * (mesh.nodes[t[0]] + mesh.nodes[t[1]] + mesh.nodes[t[2]]);
}

/// Angles of the two insertions: means over the strip between the walls, by area, in its upper two thirds (below, the strip turns round the
/// apex of the right ventricle).
Origin insertions(const HeartMesh &mesh) {
  const auto strip = detail::insertion_faces(mesh);
  const std::vector<int> ventricle = detail::ventricle_of_cells(mesh);
  Vector3 right{};
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (ventricle[c] == 1)
      for (const std::size_t n : mesh.tetrahedra[c])
        right = right + cell_volume(mesh, c) * (mesh.nodes[n] - mesh.apex);
  const AxisAngle angle(mesh, right);
  double low = 1e300, high = -1e300;
  for (const auto &t : strip) {
    low = std::min(low, angle.height(centroid(mesh, t)));
    high = std::max(high, angle.height(centroid(mesh, t)));
  }
  std::array<double, 2> sum{}, area{};
  for (const auto &t : strip)
    if (angle.height(centroid(mesh, t)) > low + (high - low) / 3) {
      const double a = angle(centroid(mesh, t));
      const double weight = norm(cross(mesh.nodes[t[1]] - mesh.nodes[t[0]], mesh.nodes[t[2]] - mesh.nodes[t[0]]));
      sum[a > 0] += weight * a;
      area[a > 0] += weight;
    }
  if (!(area[0] > 0 && area[1] > 0))
    throw io::CaseError("coordinates: the right free wall meets the left wall on one side only; two insertions are needed");
  const double anterior = sum[0] / area[0], inferior = sum[1] / area[1], middle = 0.5 * (anterior + inferior);
  const Vector3 axis = normalized(mesh.long_axis), r = normalized(right - dot(right, axis) * axis);
  return {std::cos(middle) * r + std::sin(middle) * cross(r, axis), anterior - middle, inferior - middle,
          "the middle of the right-ventricular insertions", false};
}

Origin origin_of(const HeartMesh &mesh, const CoordinateOptions &options) {
  if (mesh.has_surface("endocardium_rv"))
    return insertions(mesh);
  const Vector3 axis = normalized(mesh.long_axis);
  const auto across = [&](const Vector3 &v) { return norm(v - dot(v, axis) * axis) > 1e-6 * norm(v) && norm(v) > 0; };
  if (across(options.to_septum)) {
    const double half = 0.5 * options.insertion_angle;
    return {options.to_septum, -half, half,
            half > 0 ? "the middle of the right-ventricular insertions in the label map" : "a given direction", false};
  }
  if (across(mesh.to_right_ventricle))
    return {mesh.to_right_ventricle, 0, 0, "the direction of the right ventricle in the label map", false};
  return {std::abs(axis[0]) < 0.9 ? Vector3{1, 0, 0} : Vector3{0, 1, 0}, 0, 0, "no anatomy: a fixed direction across the axis", true};
}

/// Angles from the septum's middle: geometric in the left wall; NaN at the nodes of the right free wall alone.
std::vector<double> left_angles(const HeartMesh &mesh, const Origin &origin) {
  const AxisAngle angle(mesh, origin.to_septum);
  const std::vector<int> ventricle = detail::ventricle_of_cells(mesh);
  std::vector<double> angles(mesh.nodes.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (ventricle[c] == 0)
      for (const std::size_t n : mesh.tetrahedra[c])
        angles[n] = angle(mesh.nodes[n]);
  return angles;
}

} // namespace

VentricularPlace VentricularCoordinates::at(const HeartMesh &mesh, std::size_t cell, const std::array<double, 4> &barycentric) const {
  VentricularPlace place;
  place.ventricle = ventricle[cell];
  const std::vector<double> &transmural = place.ventricle == 1 ? transmural_right : transmural_left;
  double sine = 0, cosine = 0;
  for (int i = 0; i < 4; ++i) {
    const std::size_t n = mesh.tetrahedra[cell][i];
    place.apicobasal += barycentric[i] * apicobasal[n];
    place.transmural += barycentric[i] * transmural[n];
    sine += barycentric[i] * std::sin(rotational[n]);
    cosine += barycentric[i] * std::cos(rotational[n]);
  }
  place.rotational = wrapped(std::atan2(sine, cosine));
  return place;
}

std::vector<double> left_rotational(const HeartMesh &mesh, const Vector3 &to_septum) {
  if (!(norm(mesh.long_axis) > 0))
    throw io::CaseError("the mesh has no long axis from apex to base");
  detail::check_right_ventricle(mesh);
  CoordinateOptions options;
  options.to_septum = to_septum;
  const Origin origin = origin_of(mesh, options);
  if (origin.guessed)
    throw io::CaseError("nothing says on which side of the left ventricle the right one lies");
  std::vector<double> angles = left_angles(mesh, origin);
  for (double &angle : angles)
    angle = wrapped(septum_middle + angle);
  return angles;
}

VentricularCoordinates compute_coordinates(MPI_Comm comm, const HeartMesh &mesh, const CoordinateOptions &options,
                                           io::Quantities &quantities) {
  return compute_coordinates(LaplaceSolver(comm, mesh), options, quantities);
}

VentricularCoordinates compute_coordinates(const LaplaceSolver &solver, const CoordinateOptions &options, io::Quantities &quantities) {
  const MPI_Comm comm = solver.communicator();
  const HeartMesh &mesh = solver.mesh();
  VentricularCoordinates coordinates;
  LaplaceProblem along, round;
  round.by_nodes = true;
  Origin origin;
  std::vector<double> numbers;
  io::on_rank_0(comm, [&] {
    check_surfaces(mesh);
    along = detail::apex_to_base(mesh);
    origin = origin_of(mesh, options);
    round.node_values = left_angles(mesh, origin);
    numbers = {mesh.has_surface("endocardium_rv") ? 1.0 : 0.0, (origin.inferior - origin.anterior) / degree};
  });
  numbers = io::broadcast(numbers, comm);
  const bool two = numbers[0] > 0;
  Harmonic apex_base, angle;
  apex_base = solver.solve(detail::broadcast(along, comm));
  if (two)
    angle = solver.solve(detail::broadcast(round, comm));
  io::on_rank_0(comm, [&] {
    coordinates.apicobasal = arc_lengths(mesh, apex_base);
    const detail::WallDistances walls = detail::wall_distances(mesh);
    for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
      coordinates.transmural_left.push_back(walls.left_depth(n));
      if (two)
        coordinates.transmural_right.push_back(walls.right_depth(n));
      const double own = round.node_values[n];
      coordinates.rotational.push_back(wrapped(septum_middle + (std::isnan(own) ? angle.value[n] : own)));
    }
    coordinates.ventricle = detail::ventricle_of_cells(mesh);
    coordinates.origin = origin.words;
    coordinates.anatomical = !origin.guessed;
    if (origin.inferior > origin.anterior) {
      coordinates.anterior_insertion = septum_middle + origin.anterior;
      coordinates.inferior_insertion = septum_middle + origin.inferior;
    }
  });
  coordinates.origin = io::broadcast(coordinates.origin, comm);
  if (numbers[1] > 0)
    quantities.set("rv_insertion_angle", numbers[1], "deg");
  return coordinates;
}

} // namespace corvivo::mesh
