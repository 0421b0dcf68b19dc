#include <tests/physics/activation/active_point.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>

namespace corvivo::test {
namespace {

constexpr double full_tension = 22894.0 * 0.778 / 134.31, SL0 = 2.2; // kPa, um

/// The cell of the paper: stretch 1 is SL0.
Point cell(double calcium) {
  Point point("rdq20_mf", calcium);
  point.read("sarcomere_length: 2.2 um\n");
  point.rest(calcium, 1.0);
  return point;
}

double dissociation(double SL) {
  return 0.381 + 0.571 * (2.15 - SL);
}

/// Share of the heads of half a myosin filament, LB/2 to LM/2 from its middle, that face this side's actin and not the other side's.
double overlap(double SL) {
  const double LA = 1.25, LM = 1.65, LB = 0.18;
  const double begin = std::max({0.5 * LB, 0.5 * SL - LA, LA - 0.5 * SL}), end = std::min(0.5 * LM, 0.5 * SL);
  return std::max(0.0, end - begin) / (0.5 * (LM - LB));
}

/// Of the state that `rest` gives.
double rest_tension(double calcium, double SL) {
  Point point = cell(calcium);
  point.rest(calcium, SL / SL0);
  return point.step(calcium, SL / SL0, 1.0).tension;
}

void expect_probabilities(const State &state) {
  for (unsigned i = 0; i < 12; ++i) {
    ASSERT_GE(state[i], 0.0);
    ASSERT_LE(state[i], 1.0);
  }
  ASSERT_NEAR(std::accumulate(state.begin(), state.begin() + 12, 0.0), 1.0, 1e-10) << "rounding of 20000 steps";
}

TEST(Rdq20MeanField, KeepsProbabilitiesWhateverItIsFed) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  Point point("rdq20_mf", 0.1);
  std::fill(point.state.begin(), point.state.end(), 0.0);
  point.state[0] = 1.0; // all free and non-permissive: no pair has two permissive units
  for (int i = 0; i < 20000; ++i) {
    point.step(std::pow(10.0, -6.0 + 8.0 * unit(random)), 0.5 + unit(random), std::pow(10.0, -4.0 + 5.0 * unit(random)));
    expect_probabilities(point.state);
  }
}

TEST(Rdq20MeanField, KnowsItsStiffnessWhereAProbabilityIsKeptFromTurningNegative) {
  const double h = 1e-6, dt = 2.0;
  State none(15, 0.0), ignored(15);
  none[0] = 1.0;
  unsigned kept = 0;
  for (const double calcium : {0.3, 1.0, 5.0, 20.0}) {
    Point point = cell(calcium);
    point.state = none;
    const auto tension = [&](double at) { return point.model->advance(none.data(), ignored.data(), calcium, 1.0, at, dt).tension; };
    const double slope = (tension(1.01 + h) - tension(1.01 - h)) / (2.0 * h), stiffness = point.step(calcium, 1.01, dt).stiffness;
    EXPECT_NEAR(stiffness, slope, 1e-6 * std::abs(slope)) << "central differences, step 1e-6";
    kept += std::count(point.state.begin(), point.state.begin() + 12, 0.0);
  }
  EXPECT_GT(kept, 0u) << "the test shows nothing where all stay positive by themselves";
}

TEST(Rdq20MeanField, StartsSteady) {
  for (const double calcium : {0.0, 0.02, 0.1, 0.3, 2.0, 50.0})
    for (const double stretch : {0.8, 1.0, 1.15, 1.3})
      for (const double dt : {1.0, 5.0, 100.0}) {
        Point point("rdq20_mf", calcium);
        point.rest(calcium, stretch);
        const State before = point.state;
        point.step(calcium, stretch, dt);
        for (std::size_t i = 0; i < before.size(); ++i)
          EXPECT_NEAR(point.state[i], before[i], 1e-12) << calcium << " uM, stretch " << stretch << ", " << dt << " ms; rounding";
      }
}

/// With its rates in detailed balance a steady row of units is an Ising chain, of which the magnetisation has been known since Ising 1925:
/// m = sinh h / sqrt(sinh^2 h + exp(-4 J)), exp(2 h) = (Q/mu + Q c)/(1 + c), exp(2 J) = gamma, c = Ca/Kd.
double ising_tension(double calcium, double SL) {
  const double c = calcium / dissociation(SL), h = 0.5 * std::log((0.2 + 2.0 * c) / (1.0 + c));
  return full_tension * overlap(SL) * 0.5 * (1.0 + std::sinh(h) / std::hypot(std::sinh(h), 1.0 / 12.0));
}

TEST(Rdq20MeanField, SettlesAtTheMagnetisationOfAnIsingChain) {
  for (const double start : {0.05, 5.0})
    for (const double calcium : {0.0, 0.1, 0.3, 0.6, 2.0})
      for (const double SL : {1.4, 1.9, 2.2, 2.5})
        EXPECT_NEAR(steady_tension(cell(start), calcium, SL / SL0, 6000.0), ising_tension(calcium, SL), 1e-8 * full_tension)
            << calcium << " uM, " << SL << " um; 6 s leave exp(-25) of the slowest change, at half activation";
}

TEST(Rdq20MeanField, BearsNextToNothingWithoutCalcium) {
  EXPECT_LT(steady_tension(cell(1.0), 0.0, 1.0, 2000.0), 0.0025 * full_tension)
      << "free troponin leaves Q kbasic/mu to the permissive state: 0.2 % of the units, as the formula of the chain says";
}

/// Calcium of half of the largest steady tension.
double half_calcium(double SL) {
  const double half = 0.5 * rest_tension(1000.0, SL);
  double low = 0.01, high = 10.0;
  for (int i = 0; i < 20; ++i) {
    const double middle = std::sqrt(low * high);
    (rest_tension(middle, SL) < half ? low : high) = middle;
  }
  return low;
}

TEST(Rdq20MeanField, RisesWithCalciumAndSaturates) {
  for (const double SL : {1.8, 2.0, 2.2}) {
    double before = 0;
    for (double calcium = 0.01; calcium < 100.0; calcium *= 1.3) {
      const double tension = rest_tension(calcium, SL);
      EXPECT_GT(tension, before);
      before = tension;
    }
    EXPECT_GT(before, 0.97 * full_tension * overlap(SL)) << "at Q = 2, gamma = 12 the chain leaves 1.6 % non-permissive";
    EXPECT_LT(before, full_tension * overlap(SL));
  }
}

TEST(Rdq20MeanField, IsMoreSensitiveAndStrongerWhenLonger) {
  double calcium = 1e300, strength = 0;
  for (const double SL : {1.7, 1.9, 2.1, 2.3}) {
    const double half = half_calcium(SL), strongest = rest_tension(1000.0, SL);
    EXPECT_LT(half, calcium);
    EXPECT_GT(strongest, strength);
    EXPECT_NEAR(half, 0.8 * dissociation(SL), 0.02 * half) << "both states weigh the same at c = (1 - Q/mu)/(Q - 1); Q saturates at 98 %";
    calcium = half;
    strength = strongest;
  }
}

TEST(Rdq20MeanField, BearsLessTheFasterItShortensAndNothingAtItsMaximalSpeed) {
  // Where attachment leaves no distortion: v = mu1_fP/mu0_fP (r0 + alpha v), 8.00 lengths/s.
  const double ratio = 0.778 / 32.653, fastest = 134.31 * ratio / (1.0 - 25.184 * ratio); // 1/s
  EXPECT_NEAR(fastest, 8.0, 0.01);
  const double longest = 2.67 / SL0; // within the plateau of overlap
  double before = 1e300;
  for (const double share : {0.0, 0.1, 0.3, 0.6, 0.9, 1.0, 1.1}) {
    Point point = cell(10.0);
    point.rest(10.0, longest);
    double tension = 0;
    for (double t = 0.25; t <= 18.0; t += 0.25)
      tension = point.step(10.0, longest - 1e-3 * share * fastest * t, 0.25).tension;
    if (share > 0.5) {
      EXPECT_NEAR(tension, (1.0 - share) / std::pow(1.0 + 25.184 * share * fastest / 134.31, 2.0) * full_tension, 0.03 * full_tension)
          << share << "; steady moments, to which 18 ms leave exp(-4)";
    }
    EXPECT_LT(tension, before);
    before = tension;
  }
  EXPECT_LT(before, 0.0) << "above its maximal speed it pushes";
}

TEST(Rdq20MeanField, AnswersASuddenStretchWithAllAttachedBridges) {
  Point point = cell(0.1);
  for (int i = 0; i < 200; ++i)
    point.step(0.8, 1.0, 1.0);
  const double attached = point.state[12], before = point.step(0.8, 1.0, 1e-6).tension, jump = 1e-5;
  const double slope = (0.5 * SL0 / 0.735) / overlap(SL0) * before; // of overlap
  const double expected = 22894.0 * overlap(SL0) * attached - 25.184 * before + slope;
  EXPECT_NEAR((point.step(0.8, 1.0 + jump, 1e-6).tension - before) / jump, expected, 1e-3 * expected)
      << "second order in the jump: alpha times it, 0.03 %";
}

/// A beat: calcium, and stretch where the fibre shortens by 15 % and lengthens.
double beat_calcium(double t) {
  const double s = std::max(t - 20.0, 0.0) / 50.0;
  return 0.1 + 0.8 * s * s * std::exp(2.0 * (1.0 - s));
}
double beat_stretch(double t) {
  const double pi = std::acos(-1.0);
  return 1.0 - (t > 60 && t < 460 ? 0.075 * (1.0 - std::cos(2.0 * pi * (t - 60.0) / 400.0)) : 0.0) + 0.003 * std::sin(0.15 * t);
}

/// Tension every 8 ms.
std::vector<double> beat(double dt) {
  Point point = cell(beat_calcium(0));
  std::vector<double> tension;
  const int steps = static_cast<int>(std::lround(600.0 / dt)), every = static_cast<int>(std::lround(8.0 / dt));
  for (int i = 1; i <= steps; ++i) {
    const double Ta = point.step(beat_calcium(i * dt), beat_stretch(i * dt), dt).tension;
    if (i % every == 0)
      tension.push_back(Ta);
  }
  return tension;
}

double largest_difference(const std::vector<double> &a, const std::vector<double> &b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(Rdq20MeanField, ConvergesWithTheStep) {
  const std::vector<double> exact = beat(1.0 / 32);
  const double peak = *std::max_element(exact.begin(), exact.end());
  const double coarse = largest_difference(beat(2.0), exact), medium = largest_difference(beat(1.0), exact),
               fine = largest_difference(beat(0.5), exact);
  EXPECT_LT(medium, 0.4 * coarse) << "second order once the fastest turn-over, 4/ms, is resolved";
  EXPECT_LT(fine, 0.35 * medium) << "coarse " << coarse << ", medium " << medium << ", fine " << fine;
  EXPECT_LT(medium, 0.01 * peak);
}

/// The 20 equations as the paper has them, times in ms. x[left][centre][right][troponin], moments mu0 and mu1 of P, then of N.
using Cell = std::array<double, 20>;
unsigned at(unsigned a, unsigned b, unsigned c, unsigned B) {
  return 8 * a + 4 * b + 2 * c + B;
}
double turn_over(unsigned a, unsigned b, unsigned c, unsigned B) {
  const double n = a + c;
  return b ? 0.013 * std::pow(12.0, 2.0 - n) : 2.0 * 0.013 * std::pow(12.0, n) / (B ? 1.0 : 10.0);
}
/// Mean rate of a centre in state `b` whose one neighbour, left or right, is in state `c`.
double mean_rate(const Cell &x, unsigned b, unsigned c, bool right) {
  double flux = 0, count = 0;
  for (unsigned other = 0; other < 2; ++other)
    for (unsigned B = 0; B < 2; ++B) {
      const unsigned left = right ? other : c, far = right ? c : other;
      flux += turn_over(left, b, far, B) * x[at(left, b, far, B)];
      count += x[at(left, b, far, B)];
    }
  return count > 0 ? flux / count : 0;
}
Cell published_rates(const Cell &x, double calcium, double SL, double v) {
  Cell dx{};
  const auto flow = [&](unsigned from, unsigned to, double rate) {
    dx[from] -= rate * x[from];
    dx[to] += rate * x[from];
  };
  double permissive = 0, out = 0, in = 0;
  for (unsigned a = 0; a < 2; ++a)
    for (unsigned b = 0; b < 2; ++b)
      for (unsigned c = 0; c < 2; ++c)
        for (unsigned B = 0; B < 2; ++B) {
          const unsigned i = at(a, b, c, B);
          flow(i, i ^ 8, mean_rate(x, a, b, true));
          flow(i, i ^ 4, turn_over(a, b, c, B));
          flow(i, i ^ 2, mean_rate(x, c, b, false));
          flow(i, i ^ 1, B ? 0.1 / (b ? 10.0 : 1.0) : 0.1 * calcium / dissociation(SL));
          permissive += b ? x[i] : 0;
          (b ? out : in) += turn_over(a, b, c, B) * x[i];
        }
  const double kPN = out / permissive, kNP = in / (1.0 - permissive), r = 0.13431 + 25.184 * std::abs(v);
  dx[16] = 0.032653 * permissive - (r + kPN) * x[16] + kNP * x[18];
  dx[17] = 0.000778 * permissive - v * x[16] - (r + kPN) * x[17] + kNP * x[19];
  dx[18] = kPN * x[16] - (r + kNP) * x[18];
  dx[19] = kPN * x[17] - v * x[18] - (r + kNP) * x[19];
  return dx;
}

TEST(Rdq20MeanField, FollowsItsTwentyEquationsThroughABeat) {
  Point point = cell(0.1);
  Cell x{};
  for (unsigned a = 0; a < 2; ++a)
    for (unsigned b = 0; b < 2; ++b)
      for (unsigned c = 0; c < 2; ++c)
        for (unsigned B = 0; B < 2; ++B)
          x[at(a, b, c, B)] = point.state[4 * (a + c) + 2 * b + B] * (a == c ? 1.0 : 0.5);
  x[16] = point.state[12];
  x[17] = point.state[13];

  const double dt = 0.25, fine = 0.025;
  const auto moved = [](const Cell &from, double step, const Cell &k) {
    Cell to;
    for (unsigned i = 0; i < to.size(); ++i)
      to[i] = from[i] + step * k[i];
    return to;
  };
  const auto rate = [](const Cell &y, double t) {
    return published_rates(y, beat_calcium(t), SL0 * beat_stretch(t), -(beat_stretch(t + 1e-5) - beat_stretch(t - 1e-5)) / 2e-5);
  };
  double largest = 0, peak = 0;
  for (int i = 0; i < 2000; ++i) {
    for (int j = 0; j < 10; ++j) {
      const double t = i * dt + j * fine;
      const Cell k1 = rate(x, t), k2 = rate(moved(x, 0.5 * fine, k1), t + 0.5 * fine);
      const Cell k3 = rate(moved(x, 0.5 * fine, k2), t + 0.5 * fine), k4 = rate(moved(x, fine, k3), t + fine);
      x = moved(moved(moved(moved(x, fine / 6, k1), fine / 3, k2), fine / 3, k3), fine / 6, k4);
    }
    const double t = (i + 1) * dt, expected = 22894.0 * overlap(SL0 * beat_stretch(t)) * (x[17] + x[19]);
    largest = std::max(largest, std::abs(point.step(beat_calcium(t), beat_stretch(t), dt).tension - expected));
    peak = std::max(peak, expected);
  }
  EXPECT_GT(peak, 20.0);
  EXPECT_LT(largest, 6e-4 * peak) << "second order at 0.25 ms";
}

TEST(Rdq20MeanField, FollowsTheProgramOfItsAuthors) {
  // Their twitch (calcium of two exponentials, release of 3 % at 50 ms and return at 350 ms) from all units free and non-permissive;
  // tensions of their program (cardiac-activation) as Thunderbolt.jl keeps them in test/data/trajectories/RDQ20-MF/transient-test.csv.
  const double ratio = 0.02 / 0.05, beta = std::pow(ratio, -1.0 / (ratio - 1.0)) - std::pow(ratio, -1.0 / (1.0 - 1.0 / ratio));
  const auto calcium = [&](double t) {
    return t < 10.0 ? 0.1 : 0.1 + 0.8 / beta * (std::exp((10.0 - t) / 20.0) - std::exp((10.0 - t) / 50.0));
  };
  const auto stretch = [](double t) {
    return 1.0 - 0.03 * (std::max(0.0, 1.0 - std::exp((50.0 - t) / 50.0)) - std::max(0.0, 1.0 - std::exp((350.0 - t) / 20.0)));
  };
  const std::array<std::array<double, 2>, 8> published{{{30, 5.84241626},
                                                        {50, 23.7921003},
                                                        {100, 55.7149990},
                                                        {150, 66.1910010},
                                                        {200, 57.1847758},
                                                        {250, 39.6641619},
                                                        {300, 22.6506959},
                                                        {400, 5.71009767}}};
  Point point = cell(0.1);
  std::fill(point.state.begin(), point.state.end(), 0.0);
  point.state[0] = 1.0;
  point.state[14] = 0.1;
  const double dt = 0.25;
  unsigned row = 0;
  for (int i = 1; i <= 1600; ++i) {
    const double t = i * dt, tension = point.step(calcium(t), stretch(t), dt).tension;
    if (row < published.size() && t == published[row][0]) {
      EXPECT_NEAR(tension, published[row][1], 0.03) << t << " ms; kPa: the second-order error at 0.25 ms";
      ++row;
    }
  }
  EXPECT_EQ(row, published.size());
}

} // namespace
} // namespace corvivo::test
