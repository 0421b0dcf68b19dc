/// Cavity pressure and volume, springs and dashpots, the force on the valve plane.
#include <physics/mechanics/face_geometry.hpp>
#include <physics/mechanics/solid.hpp>
#include <physics/mechanics/solid_sums.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using Vector = std::array<double, 3>;

/// Place of a quadrature point that is displaced.
Vector place(const Domain::Face &face, const FacePoint &point, const std::vector<Vector> &reference, const std::vector<Vector> &u) {
  Vector at{};
  for (int a = 0; a < nodes_per_face; ++a)
    at = at + point.shape[a] * (reference[face.nodes[a]] + u[face.nodes[a]]);
  return at;
}

/// Solves a symmetric 3 x 3 system, rows in `A`.
Vector solve(const std::array<Vector, 3> &A, const Vector &b) {
  const double det = io::dot(A[0], io::cross(A[1], A[2]));
  return (1 / det) * (b[0] * io::cross(A[1], A[2]) + b[1] * io::cross(A[2], A[0]) + b[2] * io::cross(A[0], A[1]));
}

} // namespace

/// Which cavity a surface of the domain is the wall of; -1: none.
int Solid::cavity_of(int surface) const {
  const auto found = std::find(surfaces_.begin(), surfaces_.end(), surface);
  return found == surfaces_.end() ? -1 : static_cast<int>(found - surfaces_.begin());
}

void Solid::assemble_pressure(const double *u, const PerCavity &pressure, bool tangent, Sums &sums) {
  for (std::size_t k = 0; k < cavities(); ++k) {
    Vector rim{};
    for (const int node : rims_[k])
      for (int d = 0; d < 3; ++d)
        rim[d] += (reference_[node][d] + u[3 * node + d]) / rim_counts_[k];
    MPI_Allreduce(rim.data(), sums.cavities[k].rim_centre.data(), 3, MPI_DOUBLE, MPI_SUM, domain_.communicator());
  }
  const int base = domain_.surface(model_.base_surface);
  for (const Domain::Face &face : domain_.faces()) {
    if (const int cavity = cavity_of(face.surface); cavity >= 0)
      add_cavity_face(face, static_cast<std::size_t>(cavity), u, pressure[cavity], tangent, sums);
    else if (face.surface == base && model_.valve_plane_load)
      for (const FacePoint &point : face_points()) {
        const double area = point.weight * io::norm(tangents(face, point, imaged_, nullptr).normal());
        const Vector at = place(face, point, reference_, old_displacement_);
        for (std::size_t k = 0; k < cavities(); ++k) {
          if (!bears_valves(face, k))
            continue;
          const ValvePlane &valves = valve_planes_[k];
          const Vector traction = valves.traction + io::cross(valves.turning, at - valves.centre);
          for (int a = 0; a < nodes_per_face; ++a)
            for (int i = 0; i < 3; ++i)
              load_local_[k][3 * face.nodes[a] + i] -= area * point.shape[a] * traction[i];
        }
      }
  }
}

void Solid::add_cavity_face(const Domain::Face &face, std::size_t cavity, const double *u, double pressure, bool tangent, Sums &sums) {
  Sums::Cavity &sum = sums.cavities[cavity];
  std::vector<double> &load = load_local_[cavity], &volume_slope = slope_local_[cavity];
  double *matrix = tangent ? cell_matrix(face.cell) : nullptr;
  for (const FacePoint &point : face_points()) {
    const FaceTangents at = tangents(face, point, reference_, u);
    const Vector normal = at.normal(), arm = at.place - sum.rim_centre;
    sum.area = sum.area + point.weight * normal;
    sum.moment += point.weight * io::dot(at.place, normal);
    for (int b = 0; b < nodes_per_face; ++b) {
      const auto slope = normal_slope(at, point.d_xi[b], point.d_eta[b]);
      for (int j = 0; j < 3; ++j) {
        load[3 * face.nodes[b] + j] += point.weight * point.shape[b] * normal[j];
        const double turning = arm[0] * slope[0][j] + arm[1] * slope[1][j] + arm[2] * slope[2][j];
        volume_slope[3 * face.nodes[b] + j] -= point.weight * (point.shape[b] * normal[j] + turning) / 3;
        for (int a = 0; matrix && a < nodes_per_face; ++a)
          for (int i = 0; i < 3; ++i)
            matrix[30 * (3 * face.in_cell[a] + i) + 3 * face.in_cell[b] + j] += pressure * point.weight * point.shape[a] * slope[i][j];
      }
    }
  }
}

void Solid::assemble_springs(const double *u, double dt, bool tangent) {
  for (std::size_t k = 0; k < model_.springs.size(); ++k) {
    const int surface = domain_.surface(model_.springs[k].first);
    for (const Domain::Face &face : domain_.faces())
      if (face.surface == surface)
        add_spring_face(face, model_.springs[k].second, normals_[k], u, dt, tangent);
  }
}

Solid::Held Solid::held(const Domain::Face &face, const FacePoint &point, const std::vector<Vector> &normals, const double *u,
                        double rate) const {
  Held at{point.weight * io::norm(tangents(face, point, reference_, nullptr).normal()), {}, {}, {}};
  for (int a = 0; a < nodes_per_face; ++a)
    for (int d = 0; d < 3; ++d) {
      const int node = face.nodes[a];
      at.normal[d] += point.shape[a] * normals[node][d];
      at.stretch[d] += point.shape[a] * (u[3 * node + d] - rest_share_ * rest_[node][d]);
      at.speed[d] += point.shape[a] * rate * (u[3 * node + d] - old_displacement_[node][d]);
    }
  at.normal = io::normalized(at.normal);
  return at;
}

void Solid::add_spring_face(const Domain::Face &face, const SurfaceSprings &springs, const std::vector<Vector> &normals, const double *u,
                            double dt, bool tangent) {
  const double rate = dt > 0 ? 1 / dt : 0;
  const double along = springs.normal_stiffness + rate * springs.normal_damping;
  const double across = springs.tangential_stiffness + rate * springs.tangential_damping;
  double *matrix = tangent ? cell_matrix(face.cell) : nullptr;
  for (const FacePoint &point : face_points()) {
    const auto [area, normal, stretch, speed] = held(face, point, normals, u, rate);
    const double stretch_n = io::dot(stretch, normal), speed_n = io::dot(speed, normal);
    for (int i = 0; i < 3; ++i) {
      const double traction = springs.tangential_stiffness * stretch[i] + springs.tangential_damping * speed[i] +
                              ((springs.normal_stiffness - springs.tangential_stiffness) * stretch_n +
                               (springs.normal_damping - springs.tangential_damping) * speed_n) *
                                  normal[i];
      for (int a = 0; a < nodes_per_face; ++a) {
        external_local_[3 * face.nodes[a] + i] += area * point.shape[a] * traction;
        for (int b = 0; matrix && b < nodes_per_face; ++b)
          for (int j = 0; j < 3; ++j)
            matrix[30 * (3 * face.in_cell[a] + i) + 3 * face.in_cell[b] + j] +=
                area * point.shape[a] * point.shape[b] * ((along - across) * normal[i] * normal[j] + (i == j ? across : 0.0));
      }
    }
  }
}

void Solid::accept(Vec u, double dt) {
  petsc::update_ghosts(u);
  petsc::LocalForm displacement(u);
  sum_energies(displacement.values(), dt);
  if (dt > 0) {
    old_states_.swap(new_states_);
    old_stretch_ = stretch_;
  }
  for (int node = 0; node < domain_.local_nodes(); ++node)
    for (int d = 0; d < 3; ++d) {
      old_velocity_[node][d] = dt > 0 ? (displacement[3 * node + d] - old_displacement_[node][d]) / dt : 0;
      old_displacement_[node][d] = displacement[3 * node + d];
    }
  measure_valve_plane(displacement.values());
}

/// The thin right free wall has no part in what the left ventricle's pressure does to its valves.
bool Solid::bears_valves(const Domain::Face &face, std::size_t cavity) const {
  return cavity == 1 || !right_wall_[face.cell];
}

namespace {

/// Of the blood on a cavity's wall, per kPa, and of the part of the imaged base that bears it, at the accepted displacement.
struct PlaneSums {
  Vector force{}, moment{}, first{};
  std::array<double, 6> second{}; ///< int x_i x_j dA: xx yy zz xy xz yz
  double area = 0;
};

} // namespace

/// Force int n da and moment int x cross n da of the blood on each cavity's wall at `u`, and the linear field over its part of the imaged
/// base (area A, mean place c, J = int (|d|^2 - d d) dA with d = x - c at the accepted displacement) that bears the opposite force and
/// moment on its valves: Regazzoni et al., J Comput Phys 457:111083, 2022, and, of two ventricles, Piersanti et al., Comput Methods Appl
/// Mech Eng 391:114607, 2022, where the whole base bears both.
void Solid::measure_valve_plane(const double *u) {
  const int base = domain_.surface(model_.base_surface);
  std::array<PlaneSums, most_cavities> sums;
  for (const Domain::Face &face : domain_.faces()) {
    const int cavity = cavity_of(face.surface);
    for (const FacePoint &point : face_points()) {
      if (face.surface == base) {
        const double area = point.weight * io::norm(tangents(face, point, imaged_, nullptr).normal());
        const Vector at = place(face, point, reference_, old_displacement_);
        const double products[6] = {at[0] * at[0], at[1] * at[1], at[2] * at[2], at[0] * at[1], at[0] * at[2], at[1] * at[2]};
        for (std::size_t k = 0; k < cavities(); ++k) {
          if (!bears_valves(face, k))
            continue;
          sums[k].area += area;
          sums[k].first = sums[k].first + area * at;
          for (int i = 0; i < 6; ++i)
            sums[k].second[i] += area * products[i];
        }
      }
      if (cavity < 0)
        continue;
      const FaceTangents at = tangents(face, point, reference_, u);
      const Vector normal = at.normal();
      sums[cavity].force = sums[cavity].force + point.weight * normal;
      sums[cavity].moment = sums[cavity].moment + point.weight * io::cross(at.place, normal);
    }
  }
  static_assert(sizeof(sums) == 16 * most_cavities * sizeof(double), "summed as numbers");
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), 16 * most_cavities, MPI_DOUBLE, MPI_SUM, domain_.communicator());
  valve_plane_change_ = 0;
  for (std::size_t k = 0; k < cavities(); ++k) {
    const PlaneSums &sum = sums[k];
    ValvePlane &valves = valve_planes_[k];
    valve_plane_change_ = std::max(valve_plane_change_, io::norm(sum.force - valves.force) / std::max(io::norm(sum.force), 1e-30));
    valves.force = sum.force;
    if (sum.area <= 0)
      continue;
    valves.centre = (1 / sum.area) * sum.first;
    valves.traction = (1 / sum.area) * sum.force;
    const auto about_centre = [&](int product, int i, int j) {
      return sum.second[product] - sum.area * valves.centre[i] * valves.centre[j];
    };
    const double xx = about_centre(0, 0, 0), yy = about_centre(1, 1, 1), zz = about_centre(2, 2, 2);
    const double xy = about_centre(3, 0, 1), xz = about_centre(4, 0, 2), yz = about_centre(5, 1, 2);
    valves.turning =
        solve({{{yy + zz, -xy, -xz}, {-xy, xx + zz, -yz}, {-xz, -yz, xx + yy}}}, sum.moment - io::cross(valves.centre, sum.force));
  }
}

} // namespace corvivo::physics
