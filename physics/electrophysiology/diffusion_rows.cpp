#include <io/base/errors.hpp>
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/diffusion_rows.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>

#include <algorithm>

namespace corvivo::physics {

using namespace io;

namespace {

constexpr std::size_t lanes = 8;
static_assert(IonicModel::pack == lanes, "nodal arrays are padded to whole slices");

DiffusionRows empty_rows(const Tissue &tissue) {
  std::vector<std::vector<std::uint32_t>> neighbours(tissue.owned);
  for (const auto &cell : tissue.cells)
    for (const std::uint32_t i : cell)
      if (i < tissue.owned)
        neighbours[i].insert(neighbours[i].end(), cell.begin(), cell.end());
  DiffusionRows rows;
  for (auto &row : neighbours) {
    std::sort(row.begin(), row.end(), [&](auto a, auto b) { return tissue.mesh_node[a] < tissue.mesh_node[b]; });
    row.erase(std::unique(row.begin(), row.end()), row.end());
    rows.column.insert(rows.column.end(), row.begin(), row.end());
    rows.start.push_back(rows.column.size());
  }
  rows.stiffness.assign(rows.column.size(), 0.0);
  rows.mass.assign(rows.column.size(), 0.0);
  rows.lumped.assign(tissue.owned, 0.0);
  return rows;
}

std::size_t entry(const DiffusionRows &rows, std::uint32_t i, std::uint32_t j) {
  const auto begin = rows.column.begin() + static_cast<std::ptrdiff_t>(rows.start[i]),
             end = rows.column.begin() + static_cast<std::ptrdiff_t>(rows.start[i + 1]);
  return static_cast<std::size_t>(std::find(begin, end, j) - rows.column.begin());
}

} // namespace

DiffusionRows diffusion_rows(const Tissue &tissue, const Diffusivity &diffusivity) {
  DiffusionRows rows = empty_rows(tissue);
  for (std::size_t c = 0; c < tissue.cells.size(); ++c) {
    const auto &cell = tissue.cells[c];
    const auto &x = tissue.nodes;
    const LinearTetrahedron t = linear_tetrahedron(x[cell[0]], x[cell[1]], x[cell[2]], x[cell[3]]);
    if (!(t.volume > 0))
      throw CaseError("electrophysiology: the mesh has a tetrahedron of volume " + std::to_string(t.volume) + " mm^3 near (" +
                      std::to_string(x[cell[0]][0]) + ", " + std::to_string(x[cell[0]][1]) + ", " + std::to_string(x[cell[0]][2]) +
                      ") mm; repair the mesh");
    if (tissue.diffusivity_factor[c] == 0) // no charge moves there
      continue;
    const double scale = tissue.diffusivity_factor[c] * t.volume;
    for (std::size_t a = 0; a < 4; ++a) {
      if (cell[a] >= tissue.owned)
        continue;
      rows.lumped[cell[a]] += t.volume / 4.0;
      const double along_a = dot(tissue.fibre[c], t.gradient[a]);
      for (std::size_t b = 0; b < 4; ++b) {
        const std::size_t k = entry(rows, cell[a], cell[b]);
        rows.stiffness[k] += scale * (diffusivity.across * dot(t.gradient[a], t.gradient[b]) +
                                      (diffusivity.along - diffusivity.across) * along_a * dot(tissue.fibre[c], t.gradient[b]));
        rows.mass[k] += t.volume / (a == b ? 10.0 : 20.0);
      }
    }
  }
  for (std::size_t i = 0; i < tissue.owned; ++i)
    if (!tissue.excitable[i])
      rows.lumped[i] = 1;
  return rows;
}

void SlicedMatrix::build(const DiffusionRows &rows, const std::function<double(std::size_t)> &coupling) {
  const std::size_t owned = rows.lumped.size(), slices = (owned + lanes - 1) / lanes;
  slice_start_.assign(1, 0);
  column_.clear();
  coupling_.clear();
  for (std::size_t s = 0; s < slices; ++s) {
    const std::size_t begin = lanes * s, end = std::min(begin + lanes, owned);
    std::size_t longest = 0;
    for (std::size_t i = begin; i < end; ++i)
      longest = std::max(longest, std::max<std::size_t>(1, rows.start[i + 1] - rows.start[i]) - 1); // a node without cells has no row
    const std::size_t first = column_.size();
    column_.resize(first + lanes * longest);
    coupling_.resize(column_.size(), 0.0f);
    for (std::size_t i = begin; i < begin + lanes; ++i) {
      std::size_t at = first + i - begin;
      for (std::size_t k = 0; k < longest; ++k)
        column_[at + lanes * k] = static_cast<std::int32_t>(std::min(i, owned - 1));
      if (i >= end)
        continue;
      for (std::size_t k = rows.start[i]; k < rows.start[i + 1]; ++k)
        if (rows.column[k] != i) {
          column_[at] = static_cast<std::int32_t>(rows.column[k]);
          coupling_[at] = static_cast<float>(coupling(k));
          at += lanes;
        }
    }
    slice_start_.push_back(column_.size() / lanes);
  }
}

void SlicedMatrix::stage(const std::vector<double> &scale, double mu, double nu, double dt, const std::vector<double> &v,
                         std::vector<double> &out) const {
  static const DiffusionKernels &kernels = choose(portable::diffusion_kernels, avx2::diffusion_kernels, avx512::diffusion_kernels);
  const SlicedRows rows{slice_start_.data(), column_.data(), coupling_.data(), slice_start_.size() - 1};
  kernels.stage(rows, scale.data(), mu, nu, dt, v.data(), out.data());
}

} // namespace corvivo::physics
