#include <io/base/errors.hpp>
#include <io/base/units.hpp>
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

namespace {

constexpr int most_iterations = 500;

/// Owned nodes only, in eight sums that the compiler can keep side by side. Collective.
double scalar_product(const std::vector<double> &a, const std::vector<double> &b, std::size_t owned, MPI_Comm comm) {
  constexpr std::size_t lanes = 8;
  double sums[lanes] = {}, sum = 0;
  std::size_t i = 0;
  for (; i + lanes <= owned; i += lanes)
    for (std::size_t l = 0; l < lanes; ++l)
      sums[l] += a[i + l] * b[i + l];
  for (; i < owned; ++i)
    sum += a[i] * b[i];
  for (const double part : sums)
    sum += part;
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, comm);
  return sum;
}

} // namespace

QuadraticDiffusion::QuadraticDiffusion(const Tissue &tissue, const Diffusivity &diffusivity, double theta)
    : tissue_(tissue), rows_(quadratic_rows(tissue, diffusivity)), theta_(theta), ones_(padded(tissue.nodes.size()), 1.0) {
  CORVIVO_ASSERT(theta_ >= 0.5, "quadratic elements take an implicit step");
  stiffness_.build(rows_, [&](std::size_t k) { return -rows_.stiffness[k]; });
}

void QuadraticDiffusion::prepare(double dt) {
  if (dt == prepared_for_)
    return;
  prepared_for_ = dt;
  forget();
  // M + theta dt K = the sums of the mass's rows plus a part whose rows sum to zero.
  system_.build(rows_, [&](std::size_t k) { return -rows_.mass[k] - theta_ * dt * rows_.stiffness[k]; });
  inverse_diagonal_.assign(tissue_.owned, 1.0);
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    for (std::size_t k = rows_.start[i]; k < rows_.start[i + 1]; ++k)
      if (rows_.column[k] == i && tissue_.excitable[i])
        inverse_diagonal_[i] = 1 / (rows_.mass[k] + theta_ * dt * rows_.stiffness[k]);
}

void QuadraticDiffusion::apply(std::vector<double> &x, std::vector<double> &out) const {
  if (tissue_.halo)
    tissue_.halo->update(x);
  system_.stage(ones_, 0, 0, -1, x, out);
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    out[i] += rows_.lumped[i] * x[i];
}

/// Saad, Iterative Methods for Sparse Linear Systems, 2003, algorithm 9.1.
void QuadraticDiffusion::solve(std::vector<double> &change, std::vector<double> &residual, double dt) {
  const std::size_t owned = tissue_.owned, size = ones_.size();
  std::vector<double> direction(size, 0.0), scaled(size, 0.0), product(size, 0.0);
  double old_square = 0, largest = 0;
  for (int iteration = 0; iteration <= most_iterations; ++iteration) {
    largest = 0;
    for (std::size_t i = 0; i < owned; ++i) {
      scaled[i] = inverse_diagonal_[i] * residual[i];
      largest = std::max(largest, std::abs(scaled[i]));
    }
    MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, tissue_.comm);
    if (!(largest > tolerance)) // also of what is no number: Monodomain::check speaks of it
      return;
    ++all_iterations_;
    const double square = scalar_product(residual, scaled, owned, tissue_.comm), keep = old_square > 0 ? square / old_square : 0;
    old_square = square;
    for (std::size_t i = 0; i < owned; ++i)
      direction[i] = scaled[i] + keep * direction[i];
    apply(direction, product);
    const double length = square / scalar_product(direction, product, owned, tissue_.comm);
    for (std::size_t i = 0; i < owned; ++i) {
      change[i] += length * direction[i];
      residual[i] -= length * product[i];
    }
  }
  throw SolveError("electrophysiology: the diffusion step of quadratic elements with " + print_number(dt) + " ms did not converge in " +
                   std::to_string(most_iterations) + " iterations (residual " + print_number(largest) + " mV, expected " +
                   print_number(tolerance) + "); try a smaller time step, and look for flat tetrahedra in the mesh");
}

void QuadraticDiffusion::advance(std::vector<double> &voltage, double dt) {
  prepare(dt);
  const std::size_t size = ones_.size(), given = voltage.size();
  std::vector<double> residual(size, 0.0), product(size, 0.0), change(size, 0.0);
  voltage.resize(size, 0.0);
  stiffness_.stage(ones_, 0, 0, dt, voltage, residual);
  for (std::size_t i = 0; i < source_.size(); ++i)
    residual[i] -= dt * source_[i];
  source_.clear();
  if (changes_.size() == 2) {
    for (std::size_t i = 0; i < tissue_.owned; ++i)
      change[i] = 2 * changes_[0][i] - changes_[1][i];
    apply(change, product);
    for (std::size_t i = 0; i < tissue_.owned; ++i)
      residual[i] -= product[i];
  }
  solve(change, residual, dt);
  ++steps_;
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    voltage[i] += change[i];
  changes_.push_front(std::move(change));
  if (changes_.size() > 2)
    changes_.pop_back();
  voltage.resize(given);
  if (tissue_.halo)
    tissue_.halo->update(voltage);
}

} // namespace corvivo::physics
