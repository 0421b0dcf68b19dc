#include <physics/mechanics/inverse_solid.hpp>

#include <physics/mechanics/cell_work.hpp>
#include <physics/mechanics/solid_sums.hpp>

#include <algorithm>

namespace corvivo::physics {

/// Forces of a cell with the pressure that was predicted for it, and what they miss.
struct InverseSolid::CellAnswer {
  CellWork work;
  Point points[points_per_cell];
  double forces[32];         ///< with the predicted pressure, kPa mm^2
  double pressure_slope[32]; ///< d forces / d pressure
};

bool InverseSolid::answer(std::size_t cell, const CellValues &v, double predicted, CellAnswer &found, double &smallest) const {
  CellWork &work = found.work;
  CellValues u;
  for (std::size_t k = 0; k < v.size(); ++k)
    u[k] = -v[k];
  const bool carried = carry(cell, v, found.points);
  if (!carried || !deform(u, found.points, work, smallest)) {
    smallest = std::min(smallest, 0.0);
    return false;
  }
  respond_cell(found.points, work);
  std::fill_n(found.forces, 32, 0.0);
  std::fill_n(found.pressure_slope, 32, 0.0);
  if (model_.mean_dilatation)
    add_pressure(predicted, work);
  for (int q = 0; q < points_per_cell; ++q) {
    const CellWork::AtPoint &at = work.at[q];
    const Point &point = found.points[q];
    CellWork::add_projection(point.gradients, at.F, at.S, point.weight, found.forces);
    if (model_.mean_dilatation)
      CellWork::add_projection(point.gradients, at.F, at.dilatation.inverse.data(), point.weight * at.det, found.pressure_slope);
  }
  return true;
}

/// Newton's method for X and the cells' pressures P(X) together, the pressures eliminated:
/// matrix = d forces / dv at the predicted pressure + (d forces / dP) (dP / dv).
bool InverseSolid::differentiate(std::size_t cell, const CellValues &v, double predicted, const CellAnswer &at) {
  const auto &nodes = domain_.cells()[cell].nodes;
  const auto edge = io::norm(imaged_[nodes[1]] - imaged_[nodes[0]]);
  const double step = 1e-7 * edge;
  CellPressure &pressure = pressures_[cell];
  double *matrix = cell_matrix(static_cast<int>(cell));
  CellAnswer moved;
  for (std::size_t k = 0; k < v.size(); ++k) {
    CellValues beside = v;
    beside[k] += step;
    double ignored = 1;
    if (!answer(cell, beside, predicted, moved, ignored))
      return false;
    pressure.slope[k] = (moved.work.pressure - at.work.pressure) / step;
    for (std::size_t r = 0; r < v.size(); ++r)
      matrix[30 * r + k] = (moved.forces[r] - at.forces[r]) / step + at.pressure_slope[r] * pressure.slope[k];
  }
  return true;
}

void InverseSolid::assemble_cells(const double *v, bool tangent, Sums &sums) {
  pressures_.resize(domain_.cells().size());
  CellAnswer found;
  for (std::size_t c = 0; c < domain_.cells().size(); ++c) {
    const CellValues mine = cell_values(c, v);
    double predicted = predicted_pressure(c, mine, 0);
    if (!answer(c, mine, predicted, found, sums.min_det_f))
      continue;
    if (!predicts_ && model_.mean_dilatation) {
      predicted = found.work.pressure;
      answer(c, mine, predicted, found, sums.min_det_f);
    }
    pressures_[c].pressure = found.work.pressure;
    pressures_[c].stiffness = 1;
    for (int a = 0; a < nodes_per_cell; ++a)
      for (int i = 0; i < 3; ++i) {
        const int k = 3 * a + i;
        internal_local_[3 * domain_.cells()[c].nodes[a] + i] +=
            found.forces[k] + (model_.mean_dilatation ? (found.work.pressure - predicted) * found.pressure_slope[k] : 0.0);
      }
    if (tangent && !differentiate(c, mine, predicted, found))
      sums.min_det_f = std::min(sums.min_det_f, 0.0);
  }
}

void InverseSolid::hold_rigid_motion() {
  constexpr double stiffness = 1e-4; // kPa/mm, a thousandth of a wall's under pressure
  for (const Domain::Face &face : domain_.faces()) {
    double *matrix = cell_matrix(face.cell);
    for (const FacePoint &point : face_points()) {
      io::Vector3 xi{}, eta{};
      for (int a = 0; a < nodes_per_face; ++a) {
        xi = xi + point.d_xi[a] * imaged_[face.nodes[a]];
        eta = eta + point.d_eta[a] * imaged_[face.nodes[a]];
      }
      const double area = point.weight * io::norm(io::cross(xi, eta));
      for (int a = 0; a < nodes_per_face; ++a)
        for (int b = 0; b < nodes_per_face; ++b)
          for (int i = 0; i < 3; ++i)
            matrix[30 * (3 * face.in_cell[a] + i) + 3 * face.in_cell[b] + i] -= stiffness * area * point.shape[a] * point.shape[b];
    }
  }
}

Balance::State InverseSolid::assemble(Vec v, const PerCavity &pressure, double, double, bool tangent) {
  petsc::update_ghosts(v);
  std::vector<double> displacement;
  {
    petsc::LocalForm values(v);
    for (int node = 0; node < domain_.local_nodes(); ++node)
      for (int d = 0; d < 3; ++d) {
        reference_[node][d] = imaged_[node][d] + values[3 * node + d];
        old_displacement_[node][d] = -values[3 * node + d];
        displacement.push_back(-values[3 * node + d]);
      }
  }
  measure_valve_plane(displacement.data());
  begin_assembly();
  Sums sums;
  petsc::LocalForm values(v);
  assemble_cells(values.values(), tangent, sums);
  assemble_pressure(displacement.data(), pressure, false, sums);
  if (tangent)
    hold_rigid_motion();
  finish(pressure, tangent, sums);
  return {sums.valid, sums.min_det_f, petsc::norm(internal_), sums.volume};
}

} // namespace corvivo::physics
