#include <io/base/errors.hpp>
#include <io/base/units.hpp>
#include <physics/electrophysiology/diffusion.hpp>
#include <physics/electrophysiology/diffusion_rows.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>
#include <physics/electrophysiology/quadratic_family.hpp>

#include <algorithm>

namespace corvivo::physics {

using namespace io;
using mesh::Vector3;

namespace {

constexpr std::size_t lanes = 8;
static_assert(IonicModel::pack == lanes, "nodal arrays are padded to whole slices");

/// `elements`: the nodes of each.
template <class Nodes> DiffusionRows empty_rows(const Tissue &tissue, const std::vector<Nodes> &elements) {
  std::vector<std::vector<std::uint32_t>> neighbours(tissue.owned);
  for (const Nodes &element : elements)
    for (const std::uint32_t i : element)
      if (i < tissue.owned)
        neighbours[i].insert(neighbours[i].end(), element.begin(), element.end());
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

LinearTetrahedron straight_tetrahedron(const Tissue &tissue, const std::uint32_t *vertices) {
  const Vector3 &a = tissue.nodes[vertices[0]];
  const LinearTetrahedron t = linear_tetrahedron(a, tissue.nodes[vertices[1]], tissue.nodes[vertices[2]], tissue.nodes[vertices[3]]);
  if (!(t.volume > 0))
    throw CaseError("electrophysiology: the mesh has a tetrahedron of volume " + std::to_string(t.volume) + " mm^3 near (" +
                    std::to_string(a[0]) + ", " + std::to_string(a[1]) + ", " + std::to_string(a[2]) + ") mm; repair the mesh");
  return t;
}

void isolate_unexcitable(const Tissue &tissue, DiffusionRows &rows) {
  for (std::size_t i = 0; i < tissue.owned; ++i)
    if (!tissue.excitable[i])
      rows.lumped[i] = 1;
}

/// D of a cell times a gradient.
Vector3 conducted(const Tissue &tissue, std::size_t cell, const Diffusivity &diffusivity, const Vector3 &gradient) {
  const Vector3 &fibre = tissue.fibre[cell];
  return tissue.diffusivity_factor[cell] *
         (diffusivity.across * gradient + ((diffusivity.along - diffusivity.across) * dot(fibre, gradient)) * fibre);
}

/// Whether a family conducts.
bool conducts(const Tissue &tissue, std::size_t family, const Vector3 &place) {
  const auto begin = tissue.diffusivity_factor.begin() + static_cast<std::ptrdiff_t>(family * family_size);
  const auto dead = std::count(begin, begin + family_size, 0.0);
  if (dead > 0 && dead < static_cast<std::ptrdiff_t>(family_size))
    throw CaseError("electrophysiology: only a part of the quadratic tetrahedron near (" + print_number(place[0]) + ", " +
                    print_number(place[1]) + ", " + print_number(place[2]) +
                    ") mm conducts; expected all or nothing of an element, try discretisation.element: P1");
  return dead == 0;
}

/// Integrals of grad N_a . D grad N_b over a family, D the mean of its cells'; exact, for gradients are linear.
ElementMatrix quadratic_stiffness(const Tissue &tissue, std::size_t family, const Diffusivity &diffusivity, const LinearTetrahedron &t) {
  std::array<Vector3, 3> mean{};
  for (std::size_t c = family * family_size; c < (family + 1) * family_size; ++c)
    for (std::size_t d = 0; d < 3; ++d) {
      Vector3 unit{};
      unit[d] = 1.0 / static_cast<double>(family_size);
      mean[d] = mean[d] + conducted(tissue, c, diffusivity, unit);
    }
  ElementMatrix stiffness{};
  for (const Barycentric &point : cell_points()) {
    const Gradients gradients = cell_gradients(point, t.gradient);
    for (std::size_t b = 0; b < nodes_per_cell; ++b) {
      const Vector3 flux = gradients[b][0] * mean[0] + gradients[b][1] * mean[1] + gradients[b][2] * mean[2];
      for (std::size_t a = 0; a < nodes_per_cell; ++a)
        stiffness[a][b] += t.volume / points_per_cell * dot(gradients[a], flux);
    }
  }
  return stiffness;
}

} // namespace

DiffusionRows diffusion_rows(const Tissue &tissue, const Diffusivity &diffusivity) {
  DiffusionRows rows = empty_rows(tissue, tissue.cells);
  for (std::size_t c = 0; c < tissue.cells.size(); ++c) {
    const auto &cell = tissue.cells[c];
    const LinearTetrahedron t = straight_tetrahedron(tissue, cell.data());
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
  isolate_unexcitable(tissue, rows);
  return rows;
}

DiffusionRows quadratic_rows(const Tissue &tissue, const Diffusivity &diffusivity) {
  const std::vector<QuadraticNodes> elements = quadratic_elements(tissue);
  const ElementMatrix mass = quadratic_unit_mass();
  DiffusionRows rows = empty_rows(tissue, elements);
  for (std::size_t e = 0; e < elements.size(); ++e) {
    const QuadraticNodes &nodes = elements[e];
    const LinearTetrahedron t = straight_tetrahedron(tissue, nodes.data());
    if (!conducts(tissue, e, tissue.nodes[nodes[0]]))
      continue;
    const ElementMatrix stiffness = quadratic_stiffness(tissue, e, diffusivity, t);
    for (std::size_t a = 0; a < nodes_per_cell; ++a) {
      if (nodes[a] >= tissue.owned)
        continue;
      rows.lumped[nodes[a]] += t.volume * (a < 4 ? -1.0 / 20 : 1.0 / 5);
      for (std::size_t b = 0; b < nodes_per_cell; ++b) {
        const std::size_t k = entry(rows, nodes[a], nodes[b]);
        rows.stiffness[k] += stiffness[a][b];
        rows.mass[k] += t.volume * mass[a][b];
      }
    }
  }
  isolate_unexcitable(tissue, rows);
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
