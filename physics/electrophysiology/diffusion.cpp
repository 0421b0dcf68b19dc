#include <io/base/errors.hpp>
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

namespace {

/// Stages of a first-order Runge-Kutta-Chebyshev step (Verwer 1996): Y_1 = Y_0 + first dt F(Y_0),
/// Y_j = mu_j Y_(j-1) + nu_j Y_(j-2) + weight_j dt F(Y_(j-1)).
struct Chebyshev {
  explicit Chebyshev(int stages) {
    w0 = stages == 1 ? 1.0 : 1.0 + damping / (stages * stages);
    t = {1.0, w0};
    std::vector<double> slope{0.0, 1.0};
    for (int j = 2; j <= stages; ++j) {
      t.push_back(2 * w0 * t[j - 1] - t[j - 2]);
      slope.push_back(2 * t[j - 1] + 2 * w0 * slope[j - 1] - slope[j - 2]);
    }
    w1 = t[stages] / slope[stages];
    first = w1 / w0;
    limit = (w0 + 1) / w1;
  }
  double mu(int j) const { return 2 * w0 * t[j - 1] / t[j]; }
  double nu(int j) const { return -t[j - 2] / t[j]; }
  double weight(int j) const { return 2 * w1 * t[j - 1] / t[j]; }

  static constexpr double damping = 0.05;
  std::vector<double> t; ///< Chebyshev polynomials at w0
  double w0 = 1, w1 = 1, first = 1;
  double limit = 2; ///< largest stable dt |eigenvalue|
};

double sum_of_absolutes(const std::vector<double> &values, std::size_t begin, std::size_t end) {
  double sum = 0;
  for (std::size_t k = begin; k < end; ++k)
    sum += std::abs(values[k]);
  return sum;
}

} // namespace

Diffusion::Diffusion(const Tissue &tissue, const Diffusivity &diffusivity)
    : tissue_(tissue), inverse_mass_(padded(tissue.nodes.size()), 0.0), other_(inverse_mass_.size(), 0.0) {
  const DiffusionRows rows = diffusion_rows(tissue, diffusivity);
  mass_ = rows.lumped;
  for (std::size_t i = 0; i < tissue.owned; ++i)
    inverse_mass_[i] = 1.0 / mass_[i];
  bound_eigenvalue(rows);
  coupling_.build(rows, [&](std::size_t k) { return -rows.stiffness[k]; });
}

/// Gershgorin: no eigenvalue of M^-1 K exceeds the largest sum of absolute entries of a row.
void Diffusion::bound_eigenvalue(const DiffusionRows &rows) {
  double largest = 0;
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    largest = std::max(largest, sum_of_absolutes(rows.stiffness, rows.start[i], rows.start[i + 1]) * inverse_mass_[i]);
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, tissue_.comm);
  stable_step_ = 2.0 / largest;
}

void Diffusion::stage(std::vector<double> &voltage, std::vector<double> &out, double mu, double nu, double dt) const {
  coupling_.stage(inverse_mass_, mu, nu, dt, voltage, out);
  std::copy(voltage.begin() + static_cast<std::ptrdiff_t>(tissue_.nodes.size()), voltage.end(),
            out.begin() + static_cast<std::ptrdiff_t>(tissue_.nodes.size())); // padding
  if (tissue_.halo)
    tissue_.halo->update(out);
}

int Diffusion::stages(double dt) const {
  int stages = 1;
  while (2.0 * dt / stable_step_ > Chebyshev(stages).limit * (1 + 1e-9))
    ++stages;
  return stages;
}

void Diffusion::advance(std::vector<double> &voltage, double dt) {
  const int last = stages(dt);
  const Chebyshev scheme(last);
  const std::size_t size = voltage.size();
  CORVIVO_ASSERT(size >= tissue_.nodes.size() && size <= inverse_mass_.size(), "the potential has a value for each node");
  voltage.resize(inverse_mass_.size(), 0.0);
  other_.resize(inverse_mass_.size(), 0.0);
  stage(voltage, other_, 1, 0, scheme.first * dt);
  voltage.swap(other_);
  for (int j = 2; j <= last; ++j) {
    stage(voltage, other_, scheme.mu(j), scheme.nu(j), scheme.weight(j) * dt);
    voltage.swap(other_);
  }
  voltage.resize(size);
}

} // namespace corvivo::physics
