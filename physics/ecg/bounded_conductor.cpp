#include <physics/ecg/bounded_conductor.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/ecg/solid_angle.hpp>

#include <deal.II/lac/precondition.h>
#include <deal.II/lac/solver_gmres.h>
#include <deal.II/lac/vector.h>

#include <cmath>

namespace corvivo::physics {

using namespace io;

namespace {

using DenseVector = dealii::Vector<double>;

/// A + 1 w^T with w the shares of the area, or its transpose.
struct Deflated {
  const std::vector<double> &matrix, &share;
  bool transposed;

  void vmult(DenseVector &out, const DenseVector &in) const {
    const std::size_t n = share.size();
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      sum += transposed ? in[i] : share[i] * in[i];
    for (std::size_t i = 0; i < n; ++i)
      out[i] = transposed ? sum * share[i] : sum;
    for (std::size_t i = 0; i < n; ++i) {
      const double *row = matrix.data() + n * i;
      if (transposed) {
        const double factor = in[i];
        for (std::size_t j = 0; j < n; ++j)
          out[j] += factor * row[j];
      } else {
        double value = 0;
        for (std::size_t j = 0; j < n; ++j)
          value += row[j] * in[j];
        out[i] += value;
      }
    }
  }
};

std::vector<double> solve(const Deflated &system, const std::vector<double> &right) {
  DenseVector b(right.begin(), right.end()), x(b.size());
  dealii::SolverControl control(200, 1e-11 * b.l2_norm());
  dealii::SolverGMRES<DenseVector> gmres(control, dealii::SolverGMRES<DenseVector>::AdditionalData(100));
  try {
    gmres.solve(system, x, b, dealii::PreconditionIdentity());
  } catch (const dealii::SolverControl::NoConvergence &failure) {
    throw SolveError("electrophysiology.torso: the potential of the torso is not found within " + std::to_string(failure.last_step) +
                     " iterations (residual " + fixed(100 * failure.last_residual / b.l2_norm(), 6) +
                     " % of the right-hand side); does the surface fold onto itself, or has it needles of triangles?");
  }
  return {x.begin(), x.end()};
}

} // namespace

BoundedConductor::BoundedConductor(TorsoSurface surface) : surface_(std::move(surface)) {
  const std::size_t n = surface_.points.size();
  const double full = 4 * std::acos(-1.0);
  matrix_.assign(n * n, 0.0);
  share_.assign(n, 0.0);
  std::vector<LinearSolidAngles> elements;
  double area = 0;
  for (const auto &t : surface_.triangles) {
    elements.emplace_back(surface_.points[t[0]], surface_.points[t[1]], surface_.points[t[2]]);
    area += elements.back().area();
    for (const std::size_t node : t)
      share_[node] += elements.back().area() / 3;
  }
  for (double &share : share_)
    share /= area;
  for (std::size_t i = 0; i < n; ++i) {
    double *row = matrix_.data() + n * i;
    for (std::size_t e = 0; e < elements.size(); ++e) {
      const auto &t = surface_.triangles[e];
      if (t[0] == i || t[1] == i || t[2] == i) // seen from within its own plane
        continue;
      const std::array<double, 3> angle = elements[e].from(surface_.points[i]);
      for (std::size_t a = 0; a < 3; ++a)
        row[t[a]] -= angle[a] / full;
    }
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j)
      sum += row[j];
    row[i] -= sum;
  }
}

std::vector<double> BoundedConductor::charges(const SurfacePoint &place) const {
  std::vector<double> right(share_.size());
  for (std::size_t i = 0; i < right.size(); ++i)
    right[i] = -share_[i];
  for (std::size_t a = 0; a < 3; ++a)
    right[surface_.triangles[place.triangle][a]] += place.share[a];
  return solve({matrix_, share_, true}, right);
}

std::vector<double> BoundedConductor::potential(const std::vector<double> &unbounded) const {
  CORVIVO_ASSERT(unbounded.size() == share_.size(), "one value for each point of the surface");
  std::vector<double> phi = solve({matrix_, share_, false}, unbounded);
  double mean = 0;
  for (std::size_t i = 0; i < phi.size(); ++i)
    mean += share_[i] * phi[i];
  for (double &value : phi)
    value -= mean;
  return phi;
}

} // namespace corvivo::physics
