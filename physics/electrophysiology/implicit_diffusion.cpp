#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

ImplicitDiffusion::ImplicitDiffusion(const Tissue &tissue, const Diffusivity &diffusivity, double consistent_share, double theta)
    : tissue_(tissue), rows_(diffusion_rows(tissue, diffusivity)), share_(consistent_share), theta_(theta),
      ones_(padded(tissue.nodes.size()), 1.0) {
  stiffness_.build(rows_, [&](std::size_t k) { return -rows_.stiffness[k]; });
}

void ImplicitDiffusion::prepare(double dt) {
  if (dt == prepared_for_)
    return;
  prepared_for_ = dt;
  // M + theta dt K = lumped mass plus a part whose rows sum to zero.
  const auto coupling = [&](std::size_t k) { return -share_ * rows_.mass[k] - theta_ * dt * rows_.stiffness[k]; };
  system_.build(rows_, coupling);
  diagonal_.assign(tissue_.owned, 0.0);
  double bounds[2] = {0, 0}; // greatest eigenvalue, minus the least ratio of the diagonals of mass and system
  bounds[1] = -1;
  for (std::uint32_t i = 0; i < tissue_.owned; ++i) {
    double off = 0, mass = (1 - share_) * rows_.lumped[i];
    diagonal_[i] = rows_.lumped[i];
    for (std::size_t k = rows_.start[i]; k < rows_.start[i + 1]; ++k)
      if (rows_.column[k] == i) {
        mass += share_ * rows_.mass[k];
      } else {
        diagonal_[i] += coupling(k);
        off += std::abs(coupling(k));
      }
    bounds[0] = std::max(bounds[0], 1 + off / diagonal_[i]);
    bounds[1] = std::max(bounds[1], -mass / diagonal_[i]);
  }
  MPI_Allreduce(MPI_IN_PLACE, bounds, 2, MPI_DOUBLE, MPI_MAX, tissue_.comm);
  // The mass of one tetrahedron with its diagonal divided out has no eigenvalue below this (Wathen, IMA J Numer Anal 7:449, 1987, for
  // share 1: 1/2), hence neither has the sum over tetrahedra.
  const double least = ((1 - share_) / 4 + share_ / 20) / ((1 - share_) / 4 + share_ / 10);
  high_ = bounds[0];
  low_ = least * -bounds[1];
  constexpr double reduction = 1e-7;
  const double root = std::sqrt(high_ / low_), rate = (root - 1) / (root + 1);
  sweeps_ = std::max(2, static_cast<int>(std::ceil(std::log(reduction / 2) / std::log(std::max(rate, 1e-3)))));
}

void ImplicitDiffusion::apply(std::vector<double> &x, std::vector<double> &out) const {
  system_.stage(ones_, 0, 0, -1, x, out);
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    out[i] += rows_.lumped[i] * x[i];
}

void ImplicitDiffusion::advance(std::vector<double> &voltage, double dt) {
  prepare(dt);
  const std::size_t size = ones_.size();
  std::vector<double> residual(size, 0.0), product(size, 0.0), change(size, 0.0), direction(size, 0.0);
  const std::size_t given = voltage.size();
  voltage.resize(size, 0.0);
  stiffness_.stage(ones_, 0, 0, dt, voltage, residual);
  for (std::size_t i = 0; i < source_.size(); ++i)
    residual[i] -= dt * source_[i];
  source_.clear();
  // Chebyshev iteration (Saad, Iterative Methods for Sparse Linear Systems, 2003, algorithm 12.1).
  const double middle = 0.5 * (high_ + low_), half = 0.5 * (high_ - low_), ratio = middle / half;
  double rho = 1 / ratio;
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    direction[i] = residual[i] / diagonal_[i] / middle;
  for (int sweep = 0; sweep < sweeps_; ++sweep) {
    if (tissue_.halo)
      tissue_.halo->update(direction);
    apply(direction, product);
    const double next = 1 / (2 * ratio - rho), keep = next * rho, add = 2 * next / half;
    for (std::size_t i = 0; i < tissue_.owned; ++i) {
      change[i] += direction[i];
      residual[i] -= product[i];
      direction[i] = keep * direction[i] + add * residual[i] / diagonal_[i];
    }
    rho = next;
  }
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    voltage[i] += change[i];
  voltage.resize(given);
  if (tissue_.halo)
    tissue_.halo->update(voltage);
}

} // namespace corvivo::physics
