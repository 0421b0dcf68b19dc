/// A manufactured solution of the monodomain equation: order of the discretisation in space and time.
#include <io/base/errors.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/monodomain.hpp>
#include <physics/electrophysiology/quadratic_family.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::physics {
namespace {

using mesh::Vector3;
using mesh::operator*;
using mesh::operator+;

const double pi = std::acos(-1.0);
const Diffusivity diffusivity{0.3, 0.1};
const Vector3 size{2, 1, 0.5};
/// div(D grad shape) = -decay shape, no flux through the sides.
double shape(const Vector3 &x) {
  return std::cos(pi * x[0] / size[0]) * std::cos(pi * x[1] / size[1]);
}
const double decay = diffusivity.along * pi * pi / 4 + diffusivity.across * pi * pi;
/// V = a(t) shape, w = b(t) shape.
double a(double t) {
  return 1.5 + std::sin(2 * t);
}
double da(double t) {
  return 2 * std::cos(2 * t);
}
double b(double t) {
  return std::exp(-t);
}

/// dV/dt = -V^3 - w + S,  dw/dt = V - w + Q; S and Q make the solution, from the states `shape` and `clock`.
class Manufactured final : public IonicModel {
public:
  enum { shape_of_node, clock, w };
  Manufactured() : IonicModel({}, 0, {0, 0, 0}) {}
  const std::vector<std::string> &state_names() const override { return names_; }
  std::size_t calcium_state() const override { return none; }
  std::size_t potassium_state() const override { return none; }
  double potassium_per_current() const override { return 0; }
  void advance_packs(const double *voltage, double *states, std::size_t stride, const PackedCells &cells, double *current) const override {
    for (std::size_t i = 0; i < cells.packs * pack; ++i) {
      const std::array<double, 3> s{states[i], states[stride + i], states[2 * stride + i]};
      double rate = 0, state_rates[3];
      rates(voltage[i], s.data(), &rate, state_rates);
      current[i] = -rate;
      for (std::size_t k = 0; k < 3; ++k)
        states[k * stride + i] += cells.step * state_rates[k];
    }
  }
  void current(const double *voltage, const double *states, std::size_t stride, std::size_t cells, double *total) const override {
    for (std::size_t i = 0; i < cells; ++i) {
      const std::array<double, 3> s{states[i], states[stride + i], states[2 * stride + i]};
      double rate = 0, state_rates[3];
      rates(voltage[i], s.data(), &rate, state_rates);
      total[i] = -rate;
    }
  }
  void rates(double voltage, const double *s, double *voltage_rate, double *state_rates) const override {
    const double f = s[shape_of_node], t = s[clock], v = a(t) * f;
    *voltage_rate = -voltage * voltage * voltage - s[w] + da(t) * f + decay * v + v * v * v + b(t) * f;
    state_rates[shape_of_node] = 0;
    state_rates[clock] = 1;
    state_rates[w] = voltage - s[w] - b(t) * f - v + b(t) * f;
  }

private:
  void describe_parameters(io::Schema &) override {}
  void apply(const std::vector<double> &) override {}

  std::vector<std::string> names_{"shape", "clock", "w"};
};

/// V at 1 ms.
struct Solution {
  std::vector<double> voltage;
  double error = 0; ///< root mean square over the nodes; of quadratic elements over four points in each
};

double error_at_nodes(const Tissue &tissue, const std::vector<double> &voltage) {
  double sum = 0;
  for (std::size_t i = 0; i < tissue.nodes.size(); ++i)
    sum += std::pow(voltage[i] - a(1) * shape(tissue.nodes[i]), 2) / static_cast<double>(tissue.nodes.size());
  return std::sqrt(sum);
}

/// All elements have the same volume.
double error_in_elements(const Tissue &tissue, const std::vector<double> &voltage) {
  double sum = 0;
  const std::vector<QuadraticNodes> elements = quadratic_elements(tissue);
  for (const QuadraticNodes &nodes : elements)
    for (const Barycentric &at : cell_points()) {
      const auto shapes = cell_shapes(at);
      double v = 0;
      for (std::size_t n = 0; n < nodes.size(); ++n)
        v += shapes[n] * voltage[nodes[n]];
      const Vector3 x =
          at[0] * tissue.nodes[nodes[0]] + at[1] * tissue.nodes[nodes[1]] + at[2] * tissue.nodes[nodes[2]] + at[3] * tissue.nodes[nodes[3]];
      sum += std::pow(v - a(1) * shape(x), 2) / static_cast<double>(4 * elements.size());
    }
  return std::sqrt(sum);
}

Solution solve(double h, double dt, const Discretisation &discretisation) {
  mesh::HeartMesh box = mesh::make_slab(size, h);
  if (discretisation.quadratic())
    box = mesh::refine(box);
  const Tissue tissue =
      serial_tissue(box, std::vector<Vector3>(box.tetrahedra.size(), Vector3{1, 0, 0}), std::vector<double>(box.tetrahedra.size(), 1.0));
  const Manufactured model;
  Monodomain monodomain(tissue, model, diffusivity, {}, discretisation);
  const std::size_t stride = monodomain.stride();
  std::vector<double> voltage(stride, 0.0), states(3 * stride, 0.0);
  for (std::size_t i = 0; i < tissue.nodes.size(); ++i) {
    const double f = shape(tissue.nodes[i]);
    voltage[i] = a(0) * f;
    states[i] = f;
    states[2 * stride + i] = b(0) * f;
  }
  monodomain.start_from(0, voltage, states);
  const long steps = std::lround(1.0 / dt);
  for (long s = 0; s < steps; ++s)
    monodomain.step(dt);
  Solution solution;
  solution.voltage = monodomain.voltage();
  solution.error = discretisation.quadratic() ? error_in_elements(tissue, solution.voltage) : error_at_nodes(tissue, solution.voltage);
  return solution;
}

Discretisation strang(double consistent_mass) {
  Discretisation d;
  d.current = "nodal";
  d.time = "strang";
  d.implicitness = 0.5;
  d.consistent_mass = consistent_mass;
  return d;
}

Discretisation quadratic_strang() {
  Discretisation d = strang(1);
  d.element = "P2";
  return d;
}

double distance(const Solution &p, const Solution &q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.voltage.size(); ++i)
    sum += std::pow(p.voltage[i] - q.voltage[i], 2);
  return std::sqrt(sum);
}

TEST(ManufacturedSolution, IsMetToSecondOrderInSpace) {
  for (const double mass : {0.0, 0.5, 1.0}) {
    const double coarse = solve(0.25, 0.02, strang(mass)).error, fine = solve(0.125, 0.01, strang(mass)).error,
                 finest = solve(0.0625, 0.005, strang(mass)).error;
    EXPECT_GT(coarse, 2 * fine) << "four elements in half a wave are not yet where the order shows";
    EXPECT_NEAR(std::log2(fine / finest), 2, 0.1) << "share of the consistent mass " << mass;
  }
}

TEST(ManufacturedSolution, IsMetToThirdOrderInSpaceByQuadraticElements) {
  const double coarse = solve(0.5, 0.02, quadratic_strang()).error, fine = solve(0.25, 0.008, quadratic_strang()).error,
               finest = solve(0.125, 0.0025, quadratic_strang()).error;
  EXPECT_GT(coarse, 4 * fine);
  EXPECT_NEAR(std::log2(fine / finest), 3, 0.2) << "steps shortened by more than h^(3/2), so that the elements are what is seen";
  EXPECT_LT(fine, 0.5 * solve(0.125, 0.008, strang(1)).error) << "linear elements with the same nodes";
}

TEST(ManufacturedSolution, IsMetToSecondOrderInTimeByStrangAndFirstByGodunov) {
  Discretisation godunov = strang(0);
  godunov.time = "godunov";
  for (const auto &[discretisation, order] : {std::pair{strang(0), 2.0}, {strang(1), 2.0}, {quadratic_strang(), 2.0}, {godunov, 1.0}}) {
    const Solution one = solve(0.25, 0.02, discretisation), half = solve(0.25, 0.01, discretisation),
                   quarter = solve(0.25, 0.005, discretisation);
    EXPECT_NEAR(std::log2(distance(one, half) / distance(half, quarter)), order, 0.15)
        << discretisation.time << ": differences of steps halved on one mesh";
  }
}

TEST(Discretisations, ThatDoNotGoTogetherAreRefused) {
  Discretisation d;
  d.consistent_mass = 1;
  EXPECT_THROW(d.check(), io::CaseError) << "a consistent mass has no explicit step";
  d.implicitness = 0.3;
  EXPECT_THROW(d.check(), io::CaseError) << "unstable";
  d.implicitness = 0.5;
  EXPECT_NO_THROW(d.check());
  d.time = "strang";
  EXPECT_THROW(d.check(), io::CaseError);
}

TEST(Discretisations, OfQuadraticElementsSayWhatTheyNeed) {
  const auto sentence = [](const Discretisation &d) -> std::string {
    try {
      d.check();
    } catch (const io::CaseError &error) {
      return error.what();
    }
    return "";
  };
  Discretisation d;
  d.element = "P2";
  EXPECT_NE(sentence(d).find("found consistent_mass 0 and implicitness 0"), std::string::npos) << "lumped, explicit: " << sentence(d);
  d.consistent_mass = 0.5;
  d.implicitness = 0.5;
  EXPECT_NE(sentence(d).find("found consistent_mass 0.5"), std::string::npos) << sentence(d);
  d.consistent_mass = 1;
  EXPECT_EQ(sentence(d), "");
  d.quadrature_level = 1;
  EXPECT_NE(sentence(d).find("quadrature_level 1, expected 0"), std::string::npos) << sentence(d);
  d.quadrature_level = 0;
  d.time = "strang";
  EXPECT_NE(sentence(d).find("try current: nodal"), std::string::npos) << sentence(d);
}

} // namespace
} // namespace corvivo::physics
