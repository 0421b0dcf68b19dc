/// The wall's own stress: material, mean dilatation and contraction at the quadrature points of every cell.
#include <physics/mechanics/cell_work.hpp>

#include <physics/mechanics/material.hpp>
#include <physics/mechanics/solid_sums.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

constexpr int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};

double determinant(const double *F) {
  return F[0] * (F[4] * F[8] - F[5] * F[7]) - F[1] * (F[3] * F[8] - F[5] * F[6]) + F[2] * (F[3] * F[7] - F[4] * F[6]);
}

/// Stress, tangent and energy of the material, `stiffness` times as stiff, at `square` * C.
double respond(const Material &material, double stiffness, const FibreFrame &frame, const double *C, double square, double *S, double *D) {
  dealii::SymmetricTensor<2, 3> cauchy_green;
  for (int k = 0; k < 6; ++k)
    cauchy_green[row[k]][column[k]] = square * C[k];
  const PassiveResponse response = material.respond(cauchy_green, frame);
  for (int k = 0; k < 6; ++k) {
    S[k] = stiffness * response.stress[row[k]][column[k]];
    for (int l = 0; l < 6; ++l)
      D[6 * k + l] = stiffness * response.tangent[row[k]][column[k]][row[l]][column[l]];
  }
  return stiffness * response.energy;
}

} // namespace

bool Solid::deform(const CellValues &u, const Point *points, CellWork &work, double &smallest) const {
  work.theta = work.volume = 0;
  bool valid = true;
  for (int q = 0; q < points_per_cell; ++q) {
    CellWork::AtPoint &at = work.at[q];
    std::fill_n(at.F, 9, 0.0);
    at.F[0] = at.F[4] = at.F[8] = 1;
    for (int a = 0; a < nodes_per_cell; ++a)
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
          at.F[3 * i + j] += u[3 * a + i] * points[q].gradients[a][j];
    at.det = determinant(at.F);
    for (int k = 0; k < 6; ++k)
      at.C[k] = at.F[row[k]] * at.F[column[k]] + at.F[3 + row[k]] * at.F[3 + column[k]] + at.F[6 + row[k]] * at.F[6 + column[k]];
    work.theta += at.det * points[q].weight;
    work.volume += points[q].weight;
    smallest = std::min(smallest, at.det);
    valid = valid && at.det > 0;
  }
  work.theta /= work.volume;
  return valid;
}

double Solid::predicted_pressure(std::size_t cell, const CellValues &u, double actual) const {
  if (!predicts_)
    return actual;
  const CellPressure &base = base_pressures_[cell];
  const CellValues from = cell_values(cell, base_displacement_.data());
  double change = 0;
  for (std::size_t k = 0; k < u.size(); ++k)
    change += base.slope[k] * (u[k] - from[k]);
  return base.pressure + base.stiffness * change;
}

void Solid::set_base(Vec u) {
  petsc::LocalForm displacement(u);
  base_displacement_.assign(displacement.values(), displacement.values() + 3 * domain_.local_nodes());
}

void Solid::predict_from(Vec u) {
  base_pressures_ = pressures_;
  set_base(u);
  predicts_ = true;
}

void Solid::predict_constant(Vec u) {
  petsc::update_ghosts(u);
  set_base(u);
}

/// The material's stress and tangent at the points, with the volume's part taken out into `work.pressure` for mean dilatation.
void Solid::respond_cell(const Point *points, CellWork &work) const {
  work.pressure = work.energy = 0; // pressure: mean of pi / theta
  for (int q = 0; q < points_per_cell; ++q) {
    CellWork::AtPoint &at = work.at[q];
    FibreFrame frame;
    const auto &axes = points[q].frame;
    for (int d = 0; d < 3; ++d) {
      frame.fibre[d] = axes[0][d];
      frame.sheet[d] = axes[1][d];
      frame.normal[d] = axes[2][d];
    }
    const double factor = model_.mean_dilatation ? std::cbrt(work.theta / at.det) : 1.0;
    work.energy += points[q].weight * respond(*model_.material, points[q].stiffness, frame, at.C, factor * factor, at.S, at.D);
    if (!model_.mean_dilatation)
      continue;
    at.dilatation = split_dilatation(at.C, at.det, work.theta, factor, at.S, at.D);
    add_point_penalty(at.dilatation.inverse, at.det, model_.point_bulk_modulus, at.S, at.D);
    work.pressure += at.dilatation.pressure / work.theta * points[q].weight / work.volume;
  }
}

/// Puts a pressure of the cell back into stresses and tangents.
void Solid::add_pressure(double predicted, CellWork &work) const {
  for (CellWork::AtPoint &at : work.at)
    add_cell_pressure(at.dilatation.inverse, at.det, predicted, at.S, at.D);
}

/// K += a t^T + t a^T + c t t^T with t = d theta / du, a = sum w B^T d^2W/dE dtheta, c = sum w d^2W/dtheta^2.
void Solid::add_dilatation(const Point *points, CellWork &work, CellPressure &found) const {
  double t[32] = {}, a[32] = {}, c = 0;
  for (int q = 0; q < points_per_cell; ++q) {
    const CellWork::AtPoint &at = work.at[q];
    CellWork::add_projection(points[q].gradients, at.F, at.dilatation.inverse.data(), at.det * points[q].weight / work.volume, t);
    CellWork::add_projection(points[q].gradients, at.F, at.dilatation.mixed.data(), points[q].weight, a);
    c += points[q].weight * at.dilatation.curvature;
  }
  found.pressure = work.pressure;
  found.stiffness = c / work.volume;
  std::copy_n(t, 30, found.slope.begin());
  for (int r = 0; r < 30; ++r)
    for (int k = 0; k < 32; ++k)
      work.matrix[32 * r + k] += (a[r] + c * t[r]) * t[k] + t[r] * a[k];
}

void Solid::assemble_cells(const double *u, double time, double dt, bool tangent, Sums &sums) {
  CellWork work;
  pressures_.resize(domain_.cells().size());
  for (std::size_t c = 0; c < domain_.cells().size(); ++c) {
    const Domain::Cell &cell = domain_.cells()[c];
    const Point *points = &points_[points_per_cell * c];
    const CellValues mine = cell_values(c, u);
    if (!deform(mine, points, work, sums.min_det_f))
      continue;
    respond_cell(points, work);
    sums.energy += work.energy;
    for (int q = 0; q < points_per_cell && model_.mean_dilatation; ++q)
      sums.energy += points[q].weight * point_penalty_energy(work.at[q].det, model_.point_bulk_modulus);
    const double predicted = model_.mean_dilatation ? predicted_pressure(c, mine, work.pressure) : 0;
    if (model_.mean_dilatation)
      add_pressure(predicted, work);
    for (int q = 0; q < points_per_cell; ++q) {
      CellWork::AtPoint &at = work.at[q];
      add_activity(points_per_cell * c + q, at.C, time, dt, at.S, at.D);
      std::copy_n(at.S, 6, at.initial);
      for (int k = 0; k < 6 && model_.mean_dilatation; ++k)
        at.S[k] += (work.pressure - predicted) * at.det * at.dilatation.inverse[k];
    }
    std::fill_n(work.residual, 32, 0.0);
    if (tangent)
      std::fill_n(work.matrix, 30 * 32, 0.0);
    for (int q = 0; q < points_per_cell; ++q) {
      const CellWork::AtPoint &at = work.at[q];
      add_point(points[q].gradients, at.F, at.S, nullptr, points[q].weight, work.residual, nullptr);
      double unused[32] = {};
      if (tangent)
        add_point(points[q].gradients, at.F, at.initial, at.D, points[q].weight, unused, work.matrix);
    }
    for (int a = 0; a < nodes_per_cell; ++a)
      for (int i = 0; i < 3; ++i)
        internal_local_[3 * cell.nodes[a] + i] += work.residual[3 * a + i];
    if (!tangent)
      continue;
    if (model_.mean_dilatation)
      add_dilatation(points, work, pressures_[c]);
    for (int r = 0; r < 30; ++r)
      std::copy_n(work.matrix + 32 * r, 30, cell_matrix(static_cast<int>(c)) + 30 * r);
  }
}

} // namespace corvivo::physics
