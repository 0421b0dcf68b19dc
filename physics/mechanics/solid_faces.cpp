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
        const Vector arm = place(face, point, reference_, old_displacement_) - base_centre_;
        for (std::size_t k = 0; k < cavities(); ++k) {
          const Vector traction = valve_planes_[k].traction + io::cross(valve_planes_[k].turning, arm);
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

/// Force int n da and moment int x cross n da of the blood on each cavity's wall at `u`, and the linear field over the imaged base (area
/// A, mean place c, J = int (|d|^2 - d d) dA with d = x - c at the accepted displacement) that bears the opposite force and moment on its
/// valves. Of a biventricle the whole base bears those of both (as Piersanti et al., Comput Methods Appl Mech Eng 391:114607, 2022).
void Solid::measure_valve_plane(const double *u) {
  const int base = domain_.surface(model_.base_surface);
  constexpr int of_base = 6 * most_cavities;
  double sums[of_base + 10] = {}; // force and moment of each cavity; area, first and second moments of the base
  for (const Domain::Face &face : domain_.faces()) {
    const int cavity = cavity_of(face.surface);
    for (const FacePoint &point : face_points()) {
      if (face.surface == base) {
        const double area = point.weight * io::norm(tangents(face, point, imaged_, nullptr).normal());
        const Vector at = place(face, point, reference_, old_displacement_);
        sums[of_base] += area;
        for (int d = 0; d < 3; ++d)
          sums[of_base + 1 + d] += area * at[d];
        const double products[6] = {at[0] * at[0], at[1] * at[1], at[2] * at[2], at[0] * at[1], at[0] * at[2], at[1] * at[2]};
        for (int k = 0; k < 6; ++k)
          sums[of_base + 4 + k] += area * products[k];
      }
      if (cavity < 0)
        continue;
      const FaceTangents at = tangents(face, point, reference_, u);
      const Vector normal = at.normal(), moment = io::cross(at.place, normal);
      for (int d = 0; d < 3; ++d) {
        sums[6 * cavity + d] += point.weight * normal[d];
        sums[6 * cavity + 3 + d] += point.weight * moment[d];
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, of_base + 10, MPI_DOUBLE, MPI_SUM, domain_.communicator());
  const double area = sums[of_base];
  if (area > 0)
    base_centre_ = (1 / area) * Vector{sums[of_base + 1], sums[of_base + 2], sums[of_base + 3]};
  double second[6];
  for (int k = 0; k < 6; ++k) {
    constexpr int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};
    second[k] = sums[of_base + 4 + k] - area * base_centre_[row[k]] * base_centre_[column[k]];
  }
  valve_plane_change_ = 0;
  for (std::size_t k = 0; k < cavities(); ++k) {
    ValvePlane &valves = valve_planes_[k];
    const Vector force{sums[6 * k], sums[6 * k + 1], sums[6 * k + 2]};
    valve_plane_change_ = std::max(valve_plane_change_, io::norm(force - valves.force) / std::max(io::norm(force), 1e-30));
    valves.force = force;
    if (area <= 0)
      continue;
    valves.traction = (1 / area) * force;
    const Vector moment = Vector{sums[6 * k + 3], sums[6 * k + 4], sums[6 * k + 5]} - io::cross(base_centre_, force);
    valves.turning = solve({{{second[1] + second[2], -second[3], -second[4]},
                             {-second[3], second[0] + second[2], -second[5]},
                             {-second[4], -second[5], second[0] + second[1]}}},
                           moment);
  }
}

} // namespace corvivo::physics
