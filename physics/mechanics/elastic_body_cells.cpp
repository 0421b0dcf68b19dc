/// Stress, viscosity, inertia and change of volume in the cells of an elastic body; pressure and springs on its faces.
#include <physics/mechanics/elastic_body.hpp>
#include <physics/mechanics/face_geometry.hpp>
#include <physics/mechanics/material.hpp>
#include <physics/mechanics/mean_dilatation.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

constexpr int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};

double determinant(const double *F) {
  return F[0] * (F[4] * F[8] - F[5] * F[7]) - F[1] * (F[3] * F[8] - F[5] * F[6]) + F[2] * (F[3] * F[7] - F[4] * F[6]);
}

/// values_a = B^T s for a symmetric s, as `add_point` does for a residual.
void project(const Gradients &gradients, const double *F, const double *s, double *values) {
  std::fill_n(values, 32, 0.0);
  add_point(gradients, F, s, nullptr, 1.0, values, nullptr);
}

} // namespace

struct ElasticBody::CellWork {
  double F[9], rate[9], C[6], S[6], D[36] = {}, inverse[6], det = 0;
  alignas(64) double residual[32], matrix[30 * 32];           ///< displacements
  double balance[4], column[30][4], row[4][30], corner[4][4]; ///< pressures
};

bool ElasticBody::deform(const Point &point, const Domain::Cell &cell, CellWork &work) const {
  std::fill_n(work.F, 9, 0.0);
  std::fill_n(work.rate, 9, 0.0);
  work.F[0] = work.F[4] = work.F[8] = 1;
  for (int a = 0; a < nodes_per_cell; ++a)
    for (int i = 0; i < 3; ++i) {
      const double u = u_[3 * cell.nodes[a] + i], v = v_[3 * cell.nodes[a] + i];
      for (int j = 0; j < 3; ++j) {
        work.F[3 * i + j] += u * point.gradients[a][j];
        work.rate[3 * i + j] += v * point.gradients[a][j];
      }
    }
  work.det = determinant(work.F);
  const double *F = work.F;
  for (int k = 0; k < 6; ++k)
    work.C[k] = F[row[k]] * F[column[k]] + F[3 + row[k]] * F[3 + column[k]] + F[6 + row[k]] * F[6 + column[k]];
  return work.det > 0;
}

/// Material (with the pressure field's share instead of its own where there is one) and contraction.
void ElasticBody::respond(const Point &point, const Loads &loads, double pressure, bool tangent, CellWork &work) const {
  dealii::SymmetricTensor<2, 3> C;
  FibreFrame frame;
  for (int k = 0; k < 6; ++k)
    C[row[k]][column[k]] = work.C[k];
  for (int d = 0; d < 3; ++d) {
    frame.fibre[d] = point.frame[0][d];
    frame.sheet[d] = point.frame[1][d];
    frame.normal[d] = point.frame[2][d];
  }
  const PassiveResponse response = model_.material->respond(C, frame);
  for (int k = 0; k < 6; ++k) {
    work.S[k] = response.stress[row[k]][column[k]];
    for (int l = 0; tangent && l < 6; ++l)
      work.D[6 * k + l] = response.tangent[row[k]][column[k]][row[l]][column[l]];
  }
  const auto inverse = inverse_symmetric(work.C, work.det * work.det);
  std::copy(inverse.begin(), inverse.end(), work.inverse);
  if (model_.mixed) {
    add_point_penalty(inverse, work.det, model_.point_bulk_modulus - model_.material->bulk_modulus(), work.S, work.D);
    add_cell_pressure(inverse, work.det, pressure, work.S, work.D);
  }
  if (loads.tension == 0)
    return;
  const auto &f = point.frame[0];
  const double along[6] = {f[0] * f[0], f[1] * f[1], f[2] * f[2], f[0] * f[1], f[0] * f[2], f[1] * f[2]};
  double square = 0;
  for (int k = 0; k < 6; ++k)
    square += (k < 3 ? 1 : 2) * along[k] * work.C[k];
  const double stretch = std::sqrt(square), stress = model_.nominal_tension ? loads.tension / stretch : loads.tension;
  const double slope = model_.nominal_tension ? -loads.tension / (stretch * square) : 0.0;
  for (int k = 0; k < 6; ++k) {
    work.S[k] += stress * along[k];
    for (int l = 0; tangent && l < 6; ++l)
      work.D[6 * k + l] += slope * along[k] * along[l];
  }
}

/// S += eta dE/dt, dE/dt = sym(F^T dF/dt); its slope reaches through the rate and through F.
void ElasticBody::add_viscosity(const Point &point, CellWork &work, bool tangent) const {
  const double *F = work.F, *rate = work.rate;
  for (int k = 0; k < 6; ++k) {
    double twice = 0;
    for (int i = 0; i < 3; ++i)
      twice += F[3 * i + row[k]] * rate[3 * i + column[k]] + F[3 * i + column[k]] * rate[3 * i + row[k]];
    work.S[k] += 0.5 * model_.viscosity * twice;
  }
  if (!tangent)
    return;
  double of_F[6][32], of_rate[6][32]; // B of F and of dF/dt, for the six unit strains
  for (int k = 0; k < 6; ++k) {
    double unit[6] = {};
    unit[k] = 1;
    project(point.gradients, F, unit, of_F[k]);
    project(point.gradients, rate, unit, of_rate[k]);
  }
  for (int k = 0; k < 6; ++k) {
    const double eta = model_.viscosity * (k < 3 ? 1.0 : 0.5) * point.weight;
    for (int r = 0; r < 30; ++r) {
      const double left = eta * of_F[k][r];
      for (int c = 0; c < 30; ++c)
        work.matrix[32 * r + c] += left * (kinematics_.v * of_F[k][c] + kinematics_.u * of_rate[k][c]);
    }
  }
}

/// int q ((J - 1/J)/2 - p/kappa) and the slopes that couple it with the displacement.
void ElasticBody::add_volume(const Point &point, std::size_t q, double pressure, CellWork &work, bool tangent) const {
  const double J = work.det, kappa = model_.material->bulk_modulus() - model_.point_bulk_modulus,
               compliance = model_.incompressible ? 0 : 1 / kappa;
  const double error = 0.5 * (J - 1 / J) - compliance * pressure;
  for (int v = 0; v < 4; ++v)
    work.balance[v] += point.weight * rule_[q][v] * error;
  if (!tangent)
    return;
  double slope[6], gradient[32]; // J C^-1, d J / d u
  for (int k = 0; k < 6; ++k)
    slope[k] = J * work.inverse[k];
  project(point.gradients, work.F, slope, gradient);
  const double rate = 0.5 * (1 + 1 / (J * J)) * kinematics_.u;
  for (int v = 0; v < 4; ++v) {
    const double share = point.weight * rule_[q][v];
    for (int r = 0; r < 30; ++r) {
      work.column[r][v] += share * gradient[r];
      work.row[v][r] += share * rate * gradient[r];
    }
    for (int w = 0; w < 4; ++w)
      work.corner[v][w] -= share * rule_[q][w] * compliance;
  }
}

void ElasticBody::add_inertia(std::size_t cell, CellWork &work, bool tangent) const {
  const Domain::Cell &nodes = domain_.cells()[cell];
  for (int a = 0; a < nodes_per_cell; ++a)
    for (int b = 0; b < nodes_per_cell; ++b) {
      const double mass = model_.density * mass_[100 * cell + 10 * a + b];
      for (int i = 0; i < 3; ++i)
        work.residual[3 * a + i] += mass * a_[3 * nodes.nodes[b] + i];
      for (int i = 0; tangent && i < 3; ++i)
        work.matrix[32 * (3 * a + i) + 3 * b + i] += kinematics_.a * mass;
    }
}

void ElasticBody::assemble_cell(std::size_t cell, const Loads &loads, bool tangent, State &state) {
  CellWork work;
  const Domain::Cell &nodes = domain_.cells()[cell];
  std::fill_n(work.residual, 32, 0.0);
  if (tangent)
    std::fill_n(work.matrix, 30 * 32, 0.0);
  std::fill_n(work.balance, 4, 0.0);
  std::fill_n(&work.column[0][0], 120, 0.0);
  std::fill_n(&work.row[0][0], 120, 0.0);
  std::fill_n(&work.corner[0][0], 16, 0.0);
  for (std::size_t q = 0; q < rule_.size(); ++q) {
    const Point &point = points_[rule_.size() * cell + q];
    const bool valid = deform(point, nodes, work);
    state.min_det_f = std::min(state.min_det_f, work.det);
    if (!valid)
      return;
    double pressure = 0;
    for (int v = 0; model_.mixed && v < 4; ++v)
      pressure += rule_[q][v] * p_[nodes.nodes[v]];
    respond(point, loads, pressure, tangent, work);
    if (tangent)
      for (double &d : work.D)
        d *= kinematics_.u;
    if (model_.viscosity > 0)
      add_viscosity(point, work, tangent);
    if (tangent) { // the geometric part has the factor that the tangent of F has
      double unused[32] = {}, geometric[6];
      for (int k = 0; k < 6; ++k)
        geometric[k] = kinematics_.u * work.S[k];
      add_point(point.gradients, work.F, geometric, work.D, point.weight, unused, work.matrix);
    }
    add_point(point.gradients, work.F, work.S, nullptr, point.weight, work.residual, nullptr);
    if (model_.mixed)
      add_volume(point, q, pressure, work, tangent);
  }
  if (!mass_.empty())
    add_inertia(cell, work, tangent);
  store(work, cell, tangent);
}

void ElasticBody::store(const CellWork &work, std::size_t cell, bool tangent) {
  const Domain::Cell &nodes = domain_.cells()[cell];
  for (int a = 0; a < nodes_per_cell; ++a)
    for (int i = 0; i < 3; ++i)
      residual_local_[4 * nodes.nodes[a] + i] += work.residual[3 * a + i];
  for (int v = 0; model_.mixed && v < 4; ++v)
    residual_local_[4 * nodes.nodes[v] + 3] += work.balance[v];
  if (!tangent)
    return;
  double *matrix = cell_matrix(cell);
  for (int r = 0; r < 30; ++r) {
    std::copy_n(work.matrix + 32 * r, 30, matrix + size_ * r);
    for (int v = 0; model_.mixed && v < 4; ++v)
      matrix[size_ * r + 30 + v] = work.column[r][v];
  }
  for (int v = 0; model_.mixed && v < 4; ++v) {
    std::copy_n(work.row[v], 30, matrix + size_ * (30 + v));
    std::copy_n(work.corner[v], 4, matrix + size_ * (30 + v) + 30);
  }
}

/// Force p n da of the blood on its wall, and the volume behind it with a flat lid through the middle of the rim.
void ElasticBody::assemble_pressure(double pressure, bool tangent, State &state) {
  if (model_.pressure_surface.empty())
    return;
  const int cavity = domain_.surface(model_.pressure_surface);
  io::Vector3 rim{};
  for (const int node : rim_)
    for (int d = 0; d < 3; ++d)
      rim[d] += (reference_[node][d] + u_[3 * node + d]) / std::max(rim_count_, 1.0);
  double sums[4] = {};
  MPI_Allreduce(MPI_IN_PLACE, rim.data(), 3, MPI_DOUBLE, MPI_SUM, domain_.communicator());
  for (const Domain::Face &face : domain_.faces()) {
    if (face.surface != cavity)
      continue;
    double *matrix = tangent ? cell_matrix(face.cell) : nullptr;
    for (const FacePoint &point : face_points()) {
      const FaceTangents at = tangents(face, point, reference_, u_.data());
      const io::Vector3 normal = at.normal();
      sums[3] -= point.weight * io::dot(at.place - rim, normal) / 3;
      for (int a = 0; a < nodes_per_face; ++a)
        for (int i = 0; i < 3; ++i)
          residual_local_[4 * face.nodes[a] + i] += pressure * point.weight * point.shape[a] * normal[i];
      for (int b = 0; matrix && b < nodes_per_face; ++b) {
        const auto slope = normal_slope(at, point.d_xi[b], point.d_eta[b]);
        for (int a = 0; a < nodes_per_face; ++a)
          for (int i = 0; i < 3; ++i)
            for (int j = 0; j < 3; ++j)
              matrix[size_ * (3 * face.in_cell[a] + i) + 3 * face.in_cell[b] + j] +=
                  kinematics_.u * pressure * point.weight * point.shape[a] * slope[i][j];
      }
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 4, MPI_DOUBLE, MPI_SUM, domain_.communicator());
  state.volume = sums[3];
}

void ElasticBody::assemble_hold(std::size_t hold, bool tangent) {
  const SurfaceHold &held = model_.holds[hold];
  const SurfaceSprings &springs = held.springs;
  const int surface = domain_.surface(held.surface);
  const double across = kinematics_.u * springs.tangential_stiffness + kinematics_.v * springs.tangential_damping;
  const double along = kinematics_.u * springs.normal_stiffness + kinematics_.v * springs.normal_damping;
  for (const Domain::Face &face : domain_.faces()) {
    if (face.surface != surface)
      continue;
    double *matrix = tangent ? cell_matrix(face.cell) : nullptr;
    for (const FacePoint &point : face_points()) {
      const io::Vector3 own = tangents(face, point, reference_, nullptr).normal();
      const double area = point.weight * io::norm(own);
      io::Vector3 smooth{}, u{}, v{};
      for (int a = 0; a < nodes_per_face; ++a)
        for (int d = 0; d < 3; ++d) {
          smooth[d] += point.shape[a] * normals_[hold][face.nodes[a]][d];
          u[d] += point.shape[a] * u_[3 * face.nodes[a] + d];
          v[d] += point.shape[a] * v_[3 * face.nodes[a] + d];
        }
      const io::Vector3 normal = io::normalized(held.smooth_normals ? smooth : own);
      const io::Vector3 planar = springs.tangential_stiffness * u + springs.tangential_damping * v;
      const double extra = (springs.normal_stiffness - springs.tangential_stiffness) * io::dot(u, normal) +
                           (springs.normal_damping - springs.tangential_damping) * io::dot(v, normal);
      for (int a = 0; a < nodes_per_face; ++a)
        for (int i = 0; i < 3; ++i) {
          residual_local_[4 * face.nodes[a] + i] += area * point.shape[a] * (planar[i] + extra * normal[i]);
          for (int b = 0; matrix && b < nodes_per_face; ++b)
            for (int j = 0; j < 3; ++j)
              matrix[size_ * (3 * face.in_cell[a] + i) + 3 * face.in_cell[b] + j] +=
                  area * point.shape[a] * point.shape[b] * ((along - across) * normal[i] * normal[j] + (i == j ? across : 0.0));
        }
    }
  }
}

} // namespace corvivo::physics
