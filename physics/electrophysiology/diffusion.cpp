#include <io/base/errors.hpp>
#include <physics/electrophysiology/diffusion.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;

using mesh::Vector3;

Diffusion::Diffusion(const Tissue &tissue, const Diffusivity &diffusivity)
    : tissue_(tissue), mass_(tissue.owned, 0.0), rate_(tissue.owned) {
  build_pattern(tissue);
  assemble(tissue, diffusivity);
}

void Diffusion::build_pattern(const Tissue &tissue) {
  std::vector<std::vector<std::uint32_t>> rows(tissue.owned);
  for (const auto &cell : tissue.cells)
    for (const std::uint32_t i : cell)
      if (i < tissue.owned)
        rows[i].insert(rows[i].end(), cell.begin(), cell.end());
  row_start_.assign(1, 0);
  for (auto &row : rows) {
    std::sort(row.begin(), row.end(), [&](auto a, auto b) { return tissue.mesh_node[a] < tissue.mesh_node[b]; });
    row.erase(std::unique(row.begin(), row.end()), row.end());
    column_.insert(column_.end(), row.begin(), row.end());
    row_start_.push_back(column_.size());
  }
  value_.assign(column_.size(), 0.0);
}

void Diffusion::assemble(const Tissue &tissue, const Diffusivity &diffusivity) {
  const auto entry = [&](std::uint32_t i, std::uint32_t j) -> double & {
    const auto begin = column_.begin() + static_cast<std::ptrdiff_t>(row_start_[i]);
    const auto end = column_.begin() + static_cast<std::ptrdiff_t>(row_start_[i + 1]);
    return value_[static_cast<std::size_t>(std::find(begin, end, j) - column_.begin())];
  };
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
        entry(cell[a], cell[b]) += scale * (diffusivity.across * dot(t.gradient[a], t.gradient[b]) +
                                            (diffusivity.along - diffusivity.across) * along_a * dot(tissue.fibre[c], t.gradient[b]));
    }
  }
  double largest = 0;
  for (std::size_t i = 0; i < tissue.owned; ++i) {
    double row_sum = 0;
    for (std::size_t k = row_start_[i]; k < row_start_[i + 1]; ++k) {
      value_[k] /= -mass_[i];
      row_sum += std::abs(value_[k]);
    }
    largest = std::max(largest, row_sum);
  }
  MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, tissue.comm);
  stable_step_ = 2.0 / largest;
}

void Diffusion::multiply(const std::vector<double> &voltage) {
  const std::uint32_t *column = column_.data();
  const double *value = value_.data(), *v = voltage.data();
  for (std::size_t i = 0; i < rate_.size(); ++i) {
    double sum = 0;
    for (std::size_t k = row_start_[i]; k < row_start_[i + 1]; ++k)
      sum += value[k] * v[column[k]];
    rate_[i] = sum;
  }
}

void Diffusion::advance(std::vector<double> &voltage, double dt) {
  const int steps = std::max(1, static_cast<int>(std::ceil(dt / stable_step_ - 1e-9)));
  for (int step = 0; step < steps; ++step) {
    multiply(voltage);
    for (std::size_t i = 0; i < rate_.size(); ++i)
      voltage[i] += dt / steps * rate_[i];
    if (tissue_.halo)
      tissue_.halo->update(voltage);
  }
}

} // namespace corvivo::physics
