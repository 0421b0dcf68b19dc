#include <physics/ecg/lead_field.hpp>

#include <physics/ecg/surface_kernel.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

using namespace io;
using mesh::Vector3;

namespace {

Vector3 conducted(const Diffusivity &diffusivity, const Vector3 &fibre, const Vector3 &gradient) {
  return diffusivity.across * gradient + ((diffusivity.along - diffusivity.across) * dot(fibre, gradient)) * fibre;
}

/// Z at every local node (padded to whole lanes) for up to nine electrodes from `first`; node-fastest.
std::vector<double> surface_potential(const Electrodes &electrodes, std::size_t first, const std::vector<Vector3> &nodes) {
  constexpr std::size_t together = SurfaceCharges::together, lanes = SurfaceKernels::lanes;
  const std::size_t count = std::min(together, electrodes.charges.size() - first), padded = (nodes.size() + lanes - 1) / lanes * lanes;
  std::vector<double> point, charge(together * electrodes.surface.size(), 0.0), place(3 * padded, 0.0), sum(together * padded);
  for (const Vector3 &x : electrodes.surface)
    point.insert(point.end(), x.begin(), x.end());
  for (std::size_t e = 0; e < count; ++e)
    for (std::size_t s = 0; s < electrodes.surface.size(); ++s)
      charge[together * s + e] = electrodes.charges[first + e][s];
  for (std::size_t i = 0; i < padded; ++i) // filled up with copies of the last node
    for (std::size_t d = 0; d < 3 && !nodes.empty(); ++d)
      place[d * padded + i] = nodes[std::min(i, nodes.size() - 1)][d];
  choose(portable::surface_kernels, avx2::surface_kernels, avx512::surface_kernels)
      .potential({point.data(), charge.data(), electrodes.surface.size()}, place.data(), padded, sum.data());
  return sum;
}

} // namespace

LeadField::LeadField(const Tissue &tissue, const Diffusivity &diffusivity, const std::vector<Vector3> &positions, double conductance)
    : owned_(tissue.owned), comm_(tissue.comm) {
  add_unbounded(tissue, diffusivity, positions, std::vector<double>(positions.size(), 0.0), conductance);
}

LeadField::LeadField(const Tissue &tissue, const Diffusivity &diffusivity, const Electrodes &electrodes, double conductance)
    : owned_(tissue.owned), comm_(tissue.comm) {
  if (electrodes.surface.empty())
    add_unbounded(tissue, diffusivity, electrodes.positions, std::vector<double>(electrodes.positions.size(), 0.0), conductance);
  else
    add_bounded(tissue, diffusivity, electrodes, conductance);
  add_unbounded(tissue, diffusivity, electrodes.electrograms, electrodes.softening, conductance);
}

void LeadField::add_unbounded(const Tissue &tissue, const Diffusivity &diffusivity, const std::vector<Vector3> &positions,
                              const std::vector<double> &softening, double conductance) {
  const std::size_t count = positions.size();
  const double factor = -conductance / (4.0 * std::acos(-1.0));
  std::vector<double> sums(count * owned_, 0.0); // electrode-fastest: each node's sums lie side by side
  std::vector<double> x(count), y(count), z(count), softened(count), pull_x(count), pull_y(count), pull_z(count);
  for (std::size_t p = 0; p < count; ++p) {
    x[p] = positions[p][0], y[p] = positions[p][1], z[p] = positions[p][2];
    softened[p] = softening[p] * softening[p];
  }
  for (std::size_t c = 0; c < tissue.cells.size(); ++c) {
    const auto &cell = tissue.cells[c];
    const std::array<Vector3, 4> corner{tissue.nodes[cell[0]], tissue.nodes[cell[1]], tissue.nodes[cell[2]], tissue.nodes[cell[3]]};
    const LinearTetrahedron t = linear_tetrahedron(corner[0], corner[1], corner[2], corner[3]);
    const Vector3 centre = 0.25 * (corner[0] + corner[1] + corner[2] + corner[3]);
    for (std::size_t p = 0; p < count; ++p) {
      const double u = x[p] - centre[0], v = y[p] - centre[1], w = z[p] - centre[2]; // grad_y 1/|x - y| = (x - y) / |x - y|^3
      const double square = u * u + v * v + w * w + softened[p], inverse = 1.0 / (square * std::sqrt(square));
      pull_x[p] = inverse * u, pull_y[p] = inverse * v, pull_z[p] = inverse * w;
    }
    const double strength = factor * tissue.diffusivity_factor[c] * t.volume;
    for (std::size_t a = 0; a < 4; ++a) {
      if (cell[a] >= owned_)
        continue;
      // the diffusivity is symmetric, so it may act on the node's gradient, once for all electrodes
      const Vector3 share = strength * conducted(diffusivity, tissue.fibre[c], t.gradient[a]);
      double *sum = sums.data() + count * cell[a];
      for (std::size_t p = 0; p < count; ++p)
        sum[p] += share[0] * pull_x[p] + share[1] * pull_y[p] + share[2] * pull_z[p];
    }
  }
  for (std::size_t p = 0; p < count; ++p) {
    weights_.emplace_back(owned_);
    for (std::size_t i = 0; i < owned_; ++i)
      weights_.back()[i] = sums[count * i + p];
  }
}

void LeadField::add_bounded(const Tissue &tissue, const Diffusivity &diffusivity, const Electrodes &electrodes, double conductance) {
  for (std::size_t first = 0; first < electrodes.charges.size(); first += SurfaceCharges::together) {
    const std::size_t count = std::min(SurfaceCharges::together, electrodes.charges.size() - first);
    const std::vector<double> z = surface_potential(electrodes, first, tissue.nodes);
    const std::size_t stride = z.size() / SurfaceCharges::together;
    weights_.resize(first + count, std::vector<double>(owned_, 0.0));
    for (std::size_t c = 0; c < tissue.cells.size(); ++c) {
      const auto &cell = tissue.cells[c];
      const auto &x = tissue.nodes;
      const LinearTetrahedron t = linear_tetrahedron(x[cell[0]], x[cell[1]], x[cell[2]], x[cell[3]]);
      const double factor = -conductance / (4.0 * std::acos(-1.0)) * tissue.diffusivity_factor[c] * t.volume;
      for (std::size_t e = 0; e < count; ++e) {
        Vector3 gradient{};
        for (std::size_t a = 0; a < 4; ++a)
          gradient = gradient + z[stride * e + cell[a]] * t.gradient[a];
        const Vector3 current = conducted(diffusivity, tissue.fibre[c], gradient);
        for (std::size_t a = 0; a < 4; ++a)
          if (cell[a] < owned_)
            weights_[first + e][cell[a]] += factor * dot(t.gradient[a], current);
      }
    }
  }
}

std::vector<double> LeadField::potentials(const std::vector<double> &voltage) const {
  std::vector<double> sums(weights_.size(), 0.0);
  for (std::size_t p = 0; p < weights_.size(); ++p)
    for (std::size_t i = 0; i < owned_; ++i)
      sums[p] += weights_[p][i] * voltage[i];
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, comm_);
  return sums;
}

} // namespace corvivo::physics
