/// Quadratic elements of the monodomain: their integrals against those of polynomials, a beat with them, ranks, what they refuse.
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>
#include <physics/electrophysiology/monodomain.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using namespace io;
using mesh::Vector3;

/// Niederer et al. 2011: sigma / (chi C_m).
const Diffusivity niederer_diffusivity{0.0952983725135624, 0.012575841147269718};
const Vector3 size{2, 1, 0.5};

/// factor x^e0 y^e1 z^e2
struct Monomial {
  double factor = 1;
  std::array<int, 3> exponent{};
  double at(const Vector3 &x) const {
    return factor * std::pow(x[0], exponent[0]) * std::pow(x[1], exponent[1]) * std::pow(x[2], exponent[2]);
  }
  Monomial slope(std::size_t d) const {
    Monomial m{factor * exponent[d], exponent};
    m.exponent[d] = std::max(m.exponent[d] - 1, 0);
    return m;
  }
};

/// Over the box [0, size].
double integral(const Monomial &p, const Monomial &q) {
  double value = p.factor * q.factor;
  for (std::size_t d = 0; d < 3; ++d) {
    const int power = p.exponent[d] + q.exponent[d] + 1;
    value *= std::pow(size[d], power) / power;
  }
  return value;
}

/// 1, x, y, z, xx, xy ... zz.
std::vector<Monomial> quadratics() {
  std::vector<Monomial> all;
  for (int i = 0; i <= 2; ++i)
    for (int j = 0; i + j <= 2; ++j)
      for (int k = 0; i + j + k <= 2; ++k)
        all.push_back({1, {i, j, k}});
  return all;
}

/// Boxes whose inner nodes are shifted, then the middles of their edges.
mesh::HeartMesh irregular_box() {
  mesh::HeartMesh box = mesh::make_slab(size, 0.25);
  for (std::size_t n = 0; n < box.nodes.size(); ++n)
    for (std::size_t d = 0; d < 3; ++d)
      if (box.nodes[n][d] > 0 && box.nodes[n][d] < size[d])
        box.nodes[n][d] += 0.05 * std::sin(static_cast<double>(7 * n + 3 * d));
  return mesh::refine(box);
}

Tissue uniform(const mesh::HeartMesh &mesh, const Vector3 &fibre, std::vector<double> factor = {}) {
  factor.resize(mesh.tetrahedra.size(), 1.0);
  return serial_tissue(mesh, std::vector<Vector3>(mesh.tetrahedra.size(), fibre), std::move(factor));
}

/// p . A q of the values at the nodes.
double product(const Tissue &tissue, const DiffusionRows &rows, const std::vector<double> &matrix, const Monomial &p, const Monomial &q) {
  double sum = 0;
  for (std::size_t i = 0; i < tissue.owned; ++i)
    for (std::size_t k = rows.start[i]; k < rows.start[i + 1]; ++k)
      sum += p.at(tissue.nodes[i]) * matrix[k] * q.at(tissue.nodes[rows.column[k]]);
  return sum;
}

TEST(QuadraticElements, IntegrateProductsOfQuadraticFunctionsExactly) {
  const Tissue tissue = uniform(irregular_box(), {1, 0, 0});
  const DiffusionRows rows = quadratic_rows(tissue, {0.3, 0.1});
  for (const Monomial &p : quadratics()) {
    for (const Monomial &q : quadratics())
      EXPECT_NEAR(product(tissue, rows, rows.mass, p, q), integral(p, q), 1e-12);
    double sum = 0;
    for (std::size_t i = 0; i < tissue.owned; ++i)
      sum += rows.lumped[i] * p.at(tissue.nodes[i]);
    EXPECT_NEAR(sum, integral(p, {}), 1e-12) << "the sums of the rows, which are negative at vertices";
  }
  EXPECT_LT(*std::min_element(rows.lumped.begin(), rows.lumped.end()), 0);
}

TEST(QuadraticElements, IntegrateProductsOfTheirGradientsExactly) {
  const Vector3 fibre{0.6, 0.64, 0.48};
  const Diffusivity d{0.3, 0.1};
  const Tissue tissue = uniform(irregular_box(), fibre);
  const DiffusionRows rows = quadratic_rows(tissue, d);
  for (const Monomial &p : quadratics())
    for (const Monomial &q : quadratics()) {
      double exact = 0;
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
          exact += ((i == j ? d.across : 0) + (d.along - d.across) * fibre[i] * fibre[j]) * integral(p.slope(i), q.slope(j));
      EXPECT_NEAR(product(tissue, rows, rows.stiffness, p, q), exact, 1e-12);
    }
}

TEST(QuadraticElements, DampACosineAtItsAnalyticRate) {
  const double length = 10, d = 0.1, k = std::acos(-1.0) / length;
  const Tissue tissue = uniform(mesh::refine(mesh::make_slab({length, 1, 1}, 1.0)), {1, 0, 0});
  QuadraticDiffusion diffusion(tissue, {d, 0.02}, 0.5);
  std::vector<double> v;
  for (const Vector3 &x : tissue.nodes)
    v.push_back(std::cos(k * x[0]));
  for (int step = 0; step < 200; ++step)
    diffusion.advance(v, 0.5);
  const double decay = std::exp(-d * k * k * 100.0);
  for (std::size_t i = 0; i < v.size(); ++i)
    EXPECT_NEAR(v[i], decay * std::cos(k * tissue.nodes[i][0]), 2e-4) << "at elements of a tenth of half a wave, (k h)^3 / 150";
  EXPECT_LT(diffusion.mean_iterations(), 15) << "from the extrapolated change";
}

TEST(QuadraticElements, OfWhichOnlyAPartConductsAreRefused) {
  std::vector<double> factor(8, 1.0);
  factor.push_back(0);
  const Tissue tissue = uniform(irregular_box(), {1, 0, 0}, factor);
  try {
    quadratic_rows(tissue, {0.3, 0.1});
    FAIL() << "the first cell of the second element conducts nothing";
  } catch (const CaseError &error) {
    EXPECT_NE(std::string(error.what()).find("only a part of the quadratic tetrahedron near"), std::string::npos) << error.what();
  }
}

Discretisation quadratic(const std::string &current) {
  Discretisation d;
  d.element = "P2";
  d.current = current;
  d.consistent_mass = 1;
  d.implicitness = 0.5;
  return d;
}

Stimulus corner_stimulus() {
  Stimulus stimulus;
  stimulus.name = "corner";
  stimulus.shape = Stimulus::Shape::box;
  stimulus.maximum = {1.5, 1.5, 1.5};
  stimulus.amplitude = 35.714285714285715; // 50000 uA/cm^3 over 1400/cm x 1 uF/cm^2
  return stimulus;
}

TEST(QuadraticElements, GoOnFromAStateToTheSameBits) {
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const Tissue tissue = uniform(mesh::refine(mesh::make_slab({6, 3, 1}, 1.0)), {1, 0, 0});
  for (const std::string current : {"nodal", "interpolated_states"}) {
    Monodomain whole(tissue, *model, niederer_diffusivity, {corner_stimulus()}, quadratic(current));
    for (int step = 0; step < 103; ++step)
      whole.step(0.05);
    Monodomain resumed(tissue, *model, niederer_diffusivity, {corner_stimulus()}, quadratic(current));
    resumed.set_state(whole.state());
    for (int step = 0; step < 103; ++step) {
      whole.step(0.05);
      resumed.step(0.05);
    }
    EXPECT_EQ(resumed.voltage(), whole.voltage()) << current;
    EXPECT_EQ(resumed.states(), whole.states()) << current;
  }
}

TEST(QuadraticElements, LeaveDeadElementsAtRest) {
  const mesh::HeartMesh coarse = mesh::make_slab({8, 4, 1}, 1.0), fine = mesh::refine(coarse);
  std::vector<double> factor;
  for (const auto &cell : coarse.tetrahedra) {
    double x = 0, y = 0;
    for (const std::size_t node : cell) {
      x += 0.25 * coarse.nodes[node][0];
      y += 0.25 * coarse.nodes[node][1];
    }
    factor.insert(factor.end(), 8, x > 3 && x < 5 && y < 3 ? 0.0 : 1.0);
  }
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const Tissue tissue = uniform(fine, {1, 0, 0}, factor);
  Monodomain monodomain(tissue, *model, niederer_diffusivity, {corner_stimulus()}, quadratic("nodal"));
  while (monodomain.time() < 60 && monodomain.activated_share() < 1)
    for (int step = 0; step < 20; ++step)
      monodomain.step(0.05);
  monodomain.check();
  EXPECT_EQ(monodomain.activated_share(), 1.0) << "of what can be excited";
  for (std::size_t i = 0; i < tissue.nodes.size(); ++i)
    if (!tissue.excitable[i]) {
      EXPECT_TRUE(std::isinf(monodomain.activation()[i]));
      EXPECT_NEAR(monodomain.voltage()[i], model->resting_voltage(), 0.2);
    }
}

TEST(QuadraticBeat, GivesActivationAtVerticesAndMiddlesOfTheMeshGiven) {
  const mesh::HeartMesh slab = mesh::make_slab({6, 3, 2}, 1.0);
  ElectrophysiologyOptions options;
  options.discretisation = quadratic("nodal");
  options.refinements = 0;
  options.duration = 40;
  options.tune_conductivities = options.mesh_correction = false;
  options.stop_when_activated = true;
  options.boxes.resize(1);
  options.points = {{"p1", {0, 0, 0}}, {"p2", {6, 3, 2}}};
  EXPECT_EQ(refinements_for(slab, options), 1);
  Quantities quantities;
  const ElectrophysiologyResult result =
      run_electrophysiology(MPI_COMM_WORLD, slab, mesh::uniform_fibres(slab, {1, 0, 0}, {0, 1, 0}), options, quantities);
  EXPECT_LT(quantities.value("activation_time_p1"), 2.0);
  EXPECT_GT(quantities.value("activation_time_p2"), quantities.value("activation_time_p1") + 5);
  if (rank() != 0)
    return;
  EXPECT_EQ(result.activation.size(), mesh::refine(slab).nodes.size());
  EXPECT_TRUE(std::all_of(result.activation.begin(), result.activation.end(), [](double t) { return std::isfinite(t); }));
}

/// Scalar products are summed rank by rank, and the solver stops at QuadraticDiffusion::tolerance.
TEST(QuadraticRanks, AgreeToTheToleranceOfTheSolver) {
  const mesh::HeartMesh slab = mesh::refine(mesh::make_slab({8, 4, 3}, 1.0));
  std::vector<double> fibre_and_factor, factor;
  std::vector<Vector3> fibre;
  for (std::size_t c = 0; c < slab.tetrahedra.size(); ++c) {
    const double angle = 0.001 * static_cast<double>(c % 1000);
    fibre.push_back({std::cos(angle), std::sin(angle), 0});
    factor.push_back(c / 8 % 7 == 0 ? 2.0 : 1.0);
    fibre_and_factor.insert(fibre_and_factor.end(), {fibre.back()[0], fibre.back()[1], fibre.back()[2], factor.back()});
  }
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const auto run = [&](const Tissue &tissue, const Discretisation &discretisation) {
    Monodomain monodomain(tissue, *model, niederer_diffusivity, {corner_stimulus()}, discretisation);
    for (int step = 0; step < 300; ++step)
      monodomain.step(0.05);
    return std::array<std::vector<double>, 2>{gather_nodes(tissue, monodomain.voltage(), tissue.total_nodes),
                                              gather_nodes(tissue, monodomain.activation(), tissue.total_nodes)};
  };
  const Tissue spread = distributed_tissue(MPI_COMM_WORLD, slab, 1, fibre_and_factor, {}, true);
  for (const std::string current : {"nodal", "interpolated_states"}) {
    const auto parallel = run(spread, quadratic(current));
    if (rank() != 0)
      continue;
    const auto serial = run(serial_tissue(slab, fibre, factor), quadratic(current));
    std::size_t activated = 0;
    for (std::size_t i = 0; i < slab.nodes.size(); ++i) {
      EXPECT_NEAR(parallel[0][i], serial[0][i], 1e-4) << current << ", potential in mV; it rises by 1e5 mV/s";
      ASSERT_EQ(std::isfinite(parallel[1][i]), std::isfinite(serial[1][i]));
      if (std::isfinite(serial[1][i])) {
        EXPECT_NEAR(parallel[1][i], serial[1][i], 1e-6) << current << ", activation in ms";
        ++activated;
      }
    }
    EXPECT_GT(activated, 300u);
  }
}

} // namespace
} // namespace corvivo::physics
