/// The coupled step of the bidomain against a manufactured solution, the monodomain and itself on two ranks.
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/bidomain.hpp>
#include <tests/support/complaint.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::physics {
namespace {

using namespace io;
using mesh::Vector3;

const double pi = std::acos(-1.0);
constexpr double membrane = 1.4; // uF/mm^3
/// Niederer's pairs over chi C_m.
const BidomainDiffusivity niederer{{0.17 / membrane, 0.019 / membrane}, {0.62 / membrane, 0.24 / membrane}};

Tissue tissue_of(const mesh::HeartMesh &slab, const Vector3 &fibre = {1, 0, 0}) {
  return serial_tissue(slab, std::vector<Vector3>(slab.tetrahedra.size(), fibre), std::vector<double>(slab.tetrahedra.size(), 1.0));
}

Discretisation implicit(double theta, double consistent_mass = 0) {
  Discretisation d;
  d.implicitness = theta;
  d.consistent_mass = consistent_mass;
  return d;
}

BidomainOptions to(double tolerance) {
  BidomainOptions options;
  options.tolerance = tolerance;
  return options;
}

/// Two spaces and the coupled step on a tissue.
struct Coupled {
  Coupled(const Tissue &tissue, const BidomainDiffusivity &diffusivity, const BidomainOptions &options,
          const Discretisation &discretisation, const BidomainSolver &solver = {})
      : potential(tissue, diffusivity, options, membrane), step(tissue, potential, discretisation, options.tolerance, solver) {}
  ExtracellularPotential potential;
  Bidomain step;
};

double largest_difference(const std::vector<double> &a, const std::vector<double> &b, std::size_t count, double shift = 0) {
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i)
    largest = std::max(largest, std::abs(a[i] - b[i] - shift));
  return largest;
}

/// 100 mV in a ball of 2 mm with a soft edge of 1 mm around `centre`.
std::vector<double> bump(const Tissue &tissue, const Vector3 &centre) {
  std::vector<double> v;
  for (const Vector3 &x : tissue.nodes)
    v.push_back(50 - 50 * std::tanh((norm(x - centre) - 2) / 1));
  return v;
}

std::size_t nearest(const Tissue &tissue, const Vector3 &point) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < tissue.nodes.size(); ++i)
    if (norm(tissue.nodes[i] - point) < norm(tissue.nodes[best] - point) - 1e-9)
      best = i;
  return best;
}

/// (1 - cos a x) (1 - cos b y) with its second derivatives; neither it nor its product with any D has a flux through the sides of the box.
struct Wave {
  double a, b;
  double value(const Vector3 &x) const { return (1 - std::cos(a * x[0])) * (1 - std::cos(b * x[1])); }
  /// div(D grad) for fibres at `angle` to x in the plane.
  double divergence(const Vector3 &x, const Diffusivity &d, double angle) const {
    const double c = std::cos(angle), s = std::sin(angle), more = d.along - d.across;
    const double xx = a * a * std::cos(a * x[0]) * (1 - std::cos(b * x[1])), yy = b * b * (1 - std::cos(a * x[0])) * std::cos(b * x[1]),
                 xy = a * b * std::sin(a * x[0]) * std::sin(b * x[1]);
    return (d.across + more * c * c) * xx + (d.across + more * s * s) * yy + 2 * more * c * s * xy;
  }
};

/// Root mean square errors of V and phi for V = (1 + t) f, phi = (1 + t) (g - 1), which Crank-Nicolson carries exactly.
std::array<double, 2> manufactured_errors(double h, double consistent_mass) {
  const Vector3 size{2, 1, 0.125}; // nothing changes along z
  const Wave f{2 * pi / size[0], 2 * pi / size[1]}, g{4 * pi / size[0], 2 * pi / size[1]};
  constexpr double angle = 0.5, dt = 0.05;
  const Tissue tissue = tissue_of(mesh::make_slab(size, h), {std::cos(angle), std::sin(angle), 0});
  const BidomainDiffusivity &d = niederer;
  const Diffusivity total{d.intracellular.along + d.extracellular.along, d.intracellular.across + d.extracellular.across};
  Coupled coupled(tissue, d, to(1e-10), implicit(0.5, consistent_mass));
  const std::size_t n = tissue.nodes.size();
  std::vector<double> v, exact_phi(n), source(n), current(n);
  for (const Vector3 &x : tissue.nodes)
    v.push_back(f.value(x));
  double time = 0;
  for (int step = 0; step < 4; ++step, time += dt) {
    const double middle = 1 + time + dt / 2;
    for (std::size_t i = 0; i < n; ++i) {
      const Vector3 &x = tissue.nodes[i];
      const double mass = coupled.step.mass()[i], inside_f = f.divergence(x, d.intracellular, angle);
      source[i] = mass * (middle * (inside_f + g.divergence(x, d.intracellular, angle)) - f.value(x));
      current[i] = -mass * middle * (inside_f + g.divergence(x, total, angle));
      exact_phi[i] = middle * (g.value(x) - 1);
    }
    coupled.step.set_source(source);
    coupled.step.set_extracellular_source(current);
    coupled.step.advance(v, dt);
  }
  std::array<double, 2> errors{0, 0};
  for (std::size_t i = 0; i < n; ++i) {
    errors[0] += std::pow(v[i] - (1 + time) * f.value(tissue.nodes[i]), 2) / static_cast<double>(n);
    errors[1] += std::pow(coupled.step.extracellular()[i] - exact_phi[i], 2) / static_cast<double>(n);
  }
  return {std::sqrt(errors[0]), std::sqrt(errors[1])};
}

TEST(BidomainSteps, MeetAManufacturedSolutionToSecondOrderInSpace) {
  for (const double mass : {0.0, 1.0}) {
    const auto coarse = manufactured_errors(0.125, mass), fine = manufactured_errors(0.0625, mass),
               finest = manufactured_errors(0.03125, mass);
    for (std::size_t field = 0; field < 2; ++field) {
      EXPECT_GT(coarse[field], 2 * fine[field]);
      EXPECT_GT(std::log2(fine[field] / finest[field]), 1.85) << (field == 0 ? "V" : "phi_e") << ", consistent mass " << mass;
    }
  }
}

TEST(BidomainSteps, OfEqualAnisotropyRatiosAreTheMonodomains) {
  const Tissue tissue = tissue_of(mesh::make_slab({10, 6, 2}, 0.5));
  const Diffusivity inside{0.12, 0.02};
  const BidomainDiffusivity equal{inside, {2.5 * inside.along, 2.5 * inside.across}};
  for (const double theta : {0.5, 1.0}) {
    Coupled coupled(tissue, equal, to(1e-10), implicit(theta));
    ImplicitDiffusion single(tissue, equal.monodomain(), 0, theta);
    std::vector<double> both = bump(tissue, {3, 2, 1}), one = both;
    for (int step = 0; step < 20; ++step) {
      coupled.step.advance(both, 0.2);
      single.advance(one, 0.2);
    }
    EXPECT_LT(largest_difference(both, one, tissue.owned), 2e-5)
        << "of 100 mV: the monodomain's couplings are in single precision, its iteration ends at 1e-7";
    // phi = -sigma_i / (sigma_i + sigma_e) V + constant, with mean zero.
    const std::vector<double> &phi = coupled.potential.solve(both, 0);
    double mean = 0, volume = 0;
    for (std::size_t i = 0; i < tissue.owned; ++i) {
      mean += coupled.step.mass()[i] * both[i];
      volume += coupled.step.mass()[i];
    }
    for (std::size_t i = 0; i < tissue.owned; ++i)
      EXPECT_NEAR(phi[i], -(both[i] - mean / volume) / 3.5, 1e-6) << "node " << i;
  }
}

TEST(BidomainSteps, GiveTheExtracellularPotentialOfTheirOwnTransmembraneOne) {
  const Tissue tissue = tissue_of(mesh::make_slab({10, 6, 2}, 0.5), {std::cos(0.7), std::sin(0.7), 0});
  Coupled coupled(tissue, niederer, to(1e-9), implicit(1));
  std::vector<double> v = bump(tissue, {3, 2, 1});
  for (int step = 0; step < 10; ++step)
    coupled.step.advance(v, 0.2);
  const std::vector<double> phi = coupled.potential.solve(v, 0);
  EXPECT_LT(largest_difference(phi, coupled.step.extracellular(), tissue.owned), 1e-5) << "backward Euler: both of the end of the step";
  EXPECT_GT(*std::max_element(phi.begin(), phi.end()) - *std::min_element(phi.begin(), phi.end()), 5) << "mV, so that there is something";
}

TEST(BidomainSteps, DoNotDependOnWhereTheExtracellularPotentialIsZero) {
  const Tissue tissue = tissue_of(mesh::make_slab({10, 6, 2}, 0.5));
  BidomainOptions grounded = to(1e-10);
  grounded.ground = PartBall{{10, 0, 0}, 0.1}; // one node: no current can leave through it
  Coupled floating(tissue, niederer, to(1e-10), implicit(0.5)), earthed(tissue, niederer, grounded, implicit(0.5));
  std::vector<double> a = bump(tissue, {3, 2, 1}), b = a;
  for (int step = 0; step < 10; ++step) {
    floating.step.advance(a, 0.1);
    earthed.step.advance(b, 0.1);
  }
  EXPECT_LT(largest_difference(a, b, tissue.owned), 1e-6);
  const std::vector<double> free = floating.potential.solve(a, 0), fixed = earthed.potential.solve(b, 0);
  const std::size_t node = nearest(tissue, {10, 0, 0});
  EXPECT_NEAR(fixed[node], 0, 1e-6);
  EXPECT_GT(std::abs(free[node]), 0.1);
  EXPECT_LT(largest_difference(free, fixed, tissue.owned, free[node] - fixed[node]), 1e-5) << "they differ by a constant";
}

TEST(BidomainSteps, AreSolvedAlikeByEveryPreconditioner) {
  const Tissue tissue = tissue_of(mesh::make_slab({8, 4, 2}, 0.5));
  std::vector<double> first;
  for (const char *coupling : {"additive", "symmetric_multiplicative", "multiplicative", "schur"})
    for (const auto &[voltage, extracellular] : {std::pair{"jacobi", "hypre"}, {"icc", "gamg"}, {"icc", "icc"}}) {
      Coupled coupled(tissue, niederer, to(1e-9), implicit(0.5), {coupling, voltage, extracellular});
      std::vector<double> v = bump(tissue, {3, 2, 1});
      for (const double dt : {0.05, 0.05, 0.2, 0.2}) // the preconditioner of phi stays when the step changes
        coupled.step.advance(v, dt);
      first = first.empty() ? v : first;
      EXPECT_LT(largest_difference(v, first, tissue.owned), 1e-5) << coupling << " " << voltage << " " << extracellular;
    }
}

/// Sepulveda, Roth & Wikswo, Biophys J 55:987, 1989: under a cathode tissue of unequal anisotropy ratios depolarises in the shape of a
/// dog's bone across the fibres, and hyperpolarises along them on both sides.
TEST(VirtualElectrodes, OfACathodeLieAlongTheFibres) {
  const Tissue tissue = tissue_of(mesh::make_slab({16, 16, 0.5}, 0.5));
  const auto response = [&](const BidomainDiffusivity &diffusivity) {
    BidomainOptions options = to(1e-8);
    options.electrodes = {{"cathode", {8, 8, 0}, 0.6, -10, 0, 100}};
    for (const Vector3 &corner : {Vector3{0, 0, 0}, {16, 0, 0}, {0, 16, 0}, {16, 16, 0}})
      options.electrodes.push_back({"anode", corner, 0.6, 2.5, 0, 100});
    Coupled coupled(tissue, diffusivity, options, implicit(1));
    std::vector<double> v(tissue.nodes.size(), 0.0);
    for (int step = 0; step < 50; ++step) {
      coupled.step.set_time(0.2 * step);
      coupled.step.advance(v, 0.2);
      for (double &value : v)
        value *= std::exp(-0.2 / 2.0); // a passive membrane with a time constant of 2 ms
    }
    return v;
  };
  const auto at = [&](const std::vector<double> &v, double x, double y) { return v[nearest(tissue, {8 + x, 8 + y, 0})]; };
  const std::vector<double> v = response(niederer);
  EXPECT_GT(at(v, 0, 0), 0);
  for (const double side : {-1.0, 1.0}) {
    EXPECT_LT(at(v, 3 * side, 0), 0) << "virtual anode along the fibres";
    EXPECT_GT(at(v, 0, 1 * side), 0) << "dog bone across the fibres";
  }
  const std::vector<double> equal = response({niederer.intracellular, {4 * 0.17 / membrane, 4 * 0.019 / membrane}});
  for (const double side : {-1.0, 1.0})
    EXPECT_GT(at(equal, 3 * side, 0), 0) << "equal anisotropy ratios have no virtual anode";
}

TEST(BidomainRanks, GiveTheSameAsOneRank) {
  const mesh::HeartMesh slab = mesh::make_slab({8, 4, 3}, 0.5);
  std::vector<double> fibre_and_factor, factor;
  std::vector<Vector3> fibre;
  for (std::size_t c = 0; c < slab.tetrahedra.size(); ++c) {
    const double angle = 0.001 * static_cast<double>(c % 1000);
    fibre.push_back({std::cos(angle), std::sin(angle), 0});
    Vector3 centre{};
    for (const std::size_t node : slab.tetrahedra[c])
      centre = centre + 0.25 * slab.nodes[node];
    factor.push_back(norm(centre - Vector3{6, 2, 1.5}) < 1 ? 0.0 : c % 7 == 0 ? 2.0 : 1.0); // with a scar
    fibre_and_factor.insert(fibre_and_factor.end(), {fibre.back()[0], fibre.back()[1], fibre.back()[2], factor.back()});
  }
  BidomainOptions options = to(1e-9);
  options.electrodes = {{"cathode", {0, 0, 0}, 0.8, -5, 0.2, 0.3}, {"anode", {8, 4, 3}, 0.8, 5, 0.2, 0.3}};
  const auto run = [&](const Tissue &tissue) {
    Coupled coupled(tissue, niederer, options, implicit(0.5));
    std::vector<double> v = bump(tissue, {2, 2, 1});
    for (int step = 0; step < 20; ++step) {
      coupled.step.set_time(0.05 * step);
      coupled.step.advance(v, 0.05);
    }
    return std::array<std::vector<double>, 2>{gather_nodes(tissue, v, tissue.total_nodes),
                                              gather_nodes(tissue, coupled.potential.solve(v, 0.3), tissue.total_nodes)};
  };
  const Tissue spread = distributed_tissue(MPI_COMM_WORLD, slab, 0, fibre_and_factor);
  const auto parallel = run(spread);
  if (rank() != 0)
    return;
  const auto serial = run(serial_tissue(slab, fibre, factor));
  EXPECT_LT(largest_difference(parallel[0], serial[0], slab.nodes.size()), 1e-5) << "mV, V";
  EXPECT_LT(largest_difference(parallel[1], serial[1], slab.nodes.size()), 1e-5) << "mV, phi_e";
  EXPECT_GT(largest_difference(serial[1], std::vector<double>(slab.nodes.size(), 0.0), slab.nodes.size()), 5);
}

} // namespace
} // namespace corvivo::physics
