#include <io/base/errors.hpp>
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/diffusion_kernel.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

using mesh::Vector3;

namespace {

constexpr std::size_t lanes = 8;
static_assert(IonicModel::pack == lanes, "nodal arrays are padded to whole slices");

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

/// The stiffness matrix K in compressed rows of the owned nodes.
struct Diffusion::Rows {
  std::vector<std::size_t> start{0};
  std::vector<std::uint32_t> column;
  std::vector<double> value;

  explicit Rows(const Tissue &tissue) {
    std::vector<std::vector<std::uint32_t>> rows(tissue.owned);
    for (const auto &cell : tissue.cells)
      for (const std::uint32_t i : cell)
        if (i < tissue.owned)
          rows[i].insert(rows[i].end(), cell.begin(), cell.end());
    for (auto &row : rows) {
      std::sort(row.begin(), row.end(), [&](auto a, auto b) { return tissue.mesh_node[a] < tissue.mesh_node[b]; });
      row.erase(std::unique(row.begin(), row.end()), row.end());
      column.insert(column.end(), row.begin(), row.end());
      start.push_back(column.size());
    }
    value.assign(column.size(), 0.0);
  }
  double &entry(std::uint32_t i, std::uint32_t j) {
    const auto begin = column.begin() + static_cast<std::ptrdiff_t>(start[i]),
               end = column.begin() + static_cast<std::ptrdiff_t>(start[i + 1]);
    return value[static_cast<std::size_t>(std::find(begin, end, j) - column.begin())];
  }
};

Diffusion::Diffusion(const Tissue &tissue, const Diffusivity &diffusivity)
    : tissue_(tissue), mass_(tissue.owned, 0.0), inverse_mass_(padded(tissue.nodes.size()), 0.0), other_(inverse_mass_.size(), 0.0) {
  const Rows rows = assemble(tissue, diffusivity);
  for (std::size_t i = 0; i < tissue.owned; ++i)
    inverse_mass_[i] = 1.0 / mass_[i];
  bound_eigenvalue(rows);
  slice(rows);
}

Diffusion::Rows Diffusion::assemble(const Tissue &tissue, const Diffusivity &diffusivity) {
  Rows rows(tissue);
  for (std::size_t c = 0; c < tissue.cells.size(); ++c) {
    const auto &cell = tissue.cells[c];
    const auto &x = tissue.nodes;
    const LinearTetrahedron t = linear_tetrahedron(x[cell[0]], x[cell[1]], x[cell[2]], x[cell[3]]);
    if (!(t.volume > 0))
      throw io::CaseError("electrophysiology: the mesh has a tetrahedron of volume " + std::to_string(t.volume) + " mm^3 near (" +
                          std::to_string(x[cell[0]][0]) + ", " + std::to_string(x[cell[0]][1]) + ", " + std::to_string(x[cell[0]][2]) +
                          ") mm; repair the mesh");
    const double scale = tissue.diffusivity_factor[c] * t.volume;
    for (std::size_t a = 0; a < 4; ++a) {
      if (cell[a] >= tissue.owned)
        continue;
      mass_[cell[a]] += t.volume / 4.0;
      const double along_a = dot(tissue.fibre[c], t.gradient[a]);
      for (std::size_t b = 0; b < 4; ++b)
        rows.entry(cell[a], cell[b]) += scale * (diffusivity.across * dot(t.gradient[a], t.gradient[b]) +
                                                 (diffusivity.along - diffusivity.across) * along_a * dot(tissue.fibre[c], t.gradient[b]));
    }
  }
  return rows;
}

/// Gershgorin: no eigenvalue of M^-1 K exceeds the largest sum of absolute entries of a row.
void Diffusion::bound_eigenvalue(const Rows &rows) {
  double largest = 0;
  for (std::size_t i = 0; i < tissue_.owned; ++i)
    largest = std::max(largest, sum_of_absolutes(rows.value, rows.start[i], rows.start[i + 1]) * inverse_mass_[i]);
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, tissue_.comm);
  stable_step_ = 2.0 / largest;
}

void Diffusion::slice(const Rows &rows) {
  slice_start_.assign(1, 0);
  const std::size_t slices = (tissue_.owned + lanes - 1) / lanes;
  for (std::size_t s = 0; s < slices; ++s) {
    const std::size_t begin = lanes * s, end = std::min(begin + lanes, tissue_.owned);
    std::size_t longest = 0;
    for (std::size_t i = begin; i < end; ++i)
      longest = std::max(longest, rows.start[i + 1] - rows.start[i] - 1);
    const std::size_t first = column_.size();
    column_.resize(first + lanes * longest);
    coupling_.resize(column_.size(), 0.0f);
    for (std::size_t i = begin; i < begin + lanes; ++i) {
      std::size_t at = first + i - begin;
      for (std::size_t k = 0; k < longest; ++k)
        column_[at + lanes * k] = static_cast<std::int32_t>(std::min(i, tissue_.owned - 1));
      if (i >= end)
        continue;
      for (std::size_t k = rows.start[i]; k < rows.start[i + 1]; ++k)
        if (rows.column[k] != i) {
          column_[at] = static_cast<std::int32_t>(rows.column[k]);
          coupling_[at] = static_cast<float>(-rows.value[k]);
          at += lanes;
        }
    }
    slice_start_.push_back(column_.size() / lanes);
  }
}

void Diffusion::stage(std::vector<double> &voltage, std::vector<double> &out, double mu, double nu, double dt) const {
  static const DiffusionKernels &kernels = choose(portable::diffusion_kernels, avx2::diffusion_kernels, avx512::diffusion_kernels);
  const SlicedRows rows{slice_start_.data(), column_.data(), coupling_.data(), slice_start_.size() - 1};
  kernels.stage(rows, inverse_mass_.data(), mu, nu, dt, voltage.data(), out.data());
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
