/// Axis and waves of built QRS complexes, with and without noise, and the vectorcardiogram of known dipoles.
#include <physics/ecg/electrodes.hpp>
#include <physics/ecg/qrs_complex.hpp>
#include <physics/ecg/samples.hpp>
#include <physics/ecg/vectorcardiogram.hpp>
#include <tests/physics/electrophysiology/sphere.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace corvivo::physics {
namespace {

using namespace io;
using mesh::Vector3;

double bump(double t, double centre, double width) {
  return std::exp(-0.5 * std::pow((t - centre) / width, 2));
}

/// Size of the limb leads' R wave, mV.
constexpr double limb = 1.0;
double chest_r(std::size_t lead) {
  return 0.3 + 0.25 * static_cast<double>(lead);
}
double chest_s(std::size_t lead) {
  return 1.2 - 0.2 * static_cast<double>(lead);
}

/// A frontal vector at `axis` degrees, and chest leads with R and S of known size whose peaks are 40 ms, five widths, apart; a T wave.
TimeSeries built(double axis, double noise, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 1);
  TimeSeries ecg = ecg_table();
  const double angle = axis * std::acos(-1.0) / 180;
  for (int t = 0; t <= 600; ++t) {
    const double qrs = bump(t, 60.4, 8), after = bump(t, 100.3, 8), wave = 0.3 * bump(t, 330, 30);
    std::array<double, electrodes> place{};
    const double x = (limb * qrs + wave) * std::cos(angle), y = (limb * qrs + wave) * std::sin(angle);
    place[LA] = x; // Einthoven's triangle: I = x, II = x/2 + sqrt(3)/2 y
    place[LL] = 0.5 * x + 0.5 * std::sqrt(3.0) * y;
    const double wilson = (place[LA] + place[LL]) / 3;
    for (std::size_t c = 0; c < 6; ++c)
      place[V1 + c] = wilson + chest_r(c) * qrs - chest_s(c) * after + wave;
    for (double &value : place)
      value += noise * normal(random);
    std::vector<double> row{static_cast<double>(t)};
    for (const double lead : leads(place))
      row.push_back(lead);
    ecg.append_row(row);
  }
  return ecg;
}

TEST(QrsComplex, OfABuiltSignalHasItsAxisAndWaves) {
  for (const double axis : {-75.0, -20.0, 0.0, 45.0, 60.0, 90.0, 150.0}) {
    const TimeSeries ecg = built(axis, 0, 1);
    const auto intervals = ecg_intervals(ecg);
    ASSERT_TRUE(intervals);
    const QrsComplex complex = qrs_complex(ecg, *intervals);
    ASSERT_TRUE(complex.axis);
    EXPECT_NEAR(*complex.axis, axis, 0.01) << "both areas have the same shape";
    for (std::size_t c = 0; c < 6; ++c) {
      EXPECT_NEAR(complex.waves[6 + c].r, chest_r(c), 1e-3 * chest_r(c)) << "parabola through samples an eighth of a width apart";
      EXPECT_NEAR(complex.waves[6 + c].s, chest_s(c), 1e-3 * chest_s(c));
      EXPECT_LT(complex.waves[6 + c].r_deviation, 0.01);
    }
  }
}

TEST(QrsComplex, OfANoisySignalIsWithinItsStatedDeviation) {
  const double axis = 50;
  for (const double noise : {0.01, 0.02}) { // mV: 10 to 20 uV at each electrode, as in recordings
    int judged = 0, within_two = 0;
    double worst_axis = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
      const TimeSeries ecg = built(axis, noise, seed);
      const auto intervals = ecg_intervals(ecg);
      ASSERT_TRUE(intervals && intervals->t_end);
      EXPECT_NEAR(intervals->qrs_onset, 60.4 - 24, 12.0) << "the slope of noise hides the foot of the wave, windows widen it";
      EXPECT_NEAR(intervals->qrs_end, 100.3 + 24, 12.0);
      EXPECT_NEAR(*intervals->t_end, 390, 15.0);
      const QrsComplex complex = qrs_complex(ecg, *intervals);
      ASSERT_TRUE(complex.axis);
      worst_axis = std::max(worst_axis, std::abs(*complex.axis - axis));
      EXPECT_LT(std::abs(*complex.axis - axis), 3.5 * complex.axis_deviation);
      for (std::size_t c = 0; c < 6; ++c)
        for (const auto &[found, exact, deviation] : {std::tuple{complex.waves[6 + c].r, chest_r(c), complex.waves[6 + c].r_deviation},
                                                      {complex.waves[6 + c].s, chest_s(c), complex.waves[6 + c].s_deviation}}) {
          EXPECT_LT(std::abs(found - exact), 4.5 * deviation) << "lead V" << c + 1;
          ++judged;
          within_two += std::abs(found - exact) < 2 * deviation ? 1 : 0;
        }
    }
    EXPECT_GT(within_two, 0.85 * judged) << "95 % for normal errors; the largest of several samples is biased up";
    EXPECT_LT(worst_axis, noise < 0.015 ? 1.5 : 3.0) << "degrees";
  }
}

TEST(QrsComplex, NoiseIsEstimatedBesideAWave) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal(0, 1);
  std::vector<double> clean, noisy;
  for (int t = 0; t <= 600; ++t) {
    clean.push_back(bump(t, 60, 8) + 0.3 * bump(t, 330, 30));
    noisy.push_back(clean.back() + 0.02 * normal(random));
  }
  EXPECT_NEAR(noise_of(noisy), 0.02, 0.003) << "a quartile of 600 correlated samples is known to some 6 %";
  EXPECT_LT(noise_of(clean), 1e-6);
  EXPECT_LT(noise_of({clean.begin() + 40, clean.begin() + 80}), 1e-3) << "nothing but wave";
}

TEST(QrsComplex, WithoutRIsAllS) {
  TimeSeries ecg = ecg_table();
  for (int t = 0; t <= 300; ++t) {
    std::vector<double> row(13, -0.8 * bump(t, 70, 9));
    row[0] = t;
    ecg.append_row(row);
  }
  const auto intervals = ecg_intervals(ecg);
  ASSERT_TRUE(intervals);
  const QrsComplex complex = qrs_complex(ecg, *intervals);
  EXPECT_EQ(complex.waves[0].r, 0.0);
  EXPECT_NEAR(complex.waves[0].s, 0.8, 1e-3);
}

TEST(Vectorcardiogram, PointsWhereADipoleDoes) {
  mesh::HeartMesh heart; // its axes laid as the mean heart lies in a torso whose axes are right, front and head
  heart.long_axis = normalized({0.62, -0.58, 0.53});
  heart.to_right_ventricle = {0.6, 0.8, 0};
  const std::vector<Vector3> places = standard_electrodes(heart);
  const Vector3 left{-1, 0, 0}, feet{0, 0, -1}, back{0, -1, 0};
  std::size_t axis = 0;
  for (const Vector3 &direction : {left, feet, back}) {
    TimeSeries ecg = ecg_table(), none;
    std::vector<double> potential;
    for (const Vector3 &place : places)
      potential.push_back(1e4 * test::unbounded_dipole(place, direction, {0, 0, 0}));
    append_potentials(0, potential, ecg, none);
    const TimeSeries vector = vectorcardiogram(ecg);
    const double found[] = {vector.column("x")[0], vector.column("y")[0], vector.column("z")[0]};
    const double length = std::sqrt(found[0] * found[0] + found[1] * found[1] + found[2] * found[2]);
    EXPECT_GT(found[axis], 0.7 * length) << "within 45 degrees: a regression of real chests, electrodes of a simple one; " << found[0]
                                         << " " << found[1] << " " << found[2];
    ++axis;
  }
  EXPECT_EQ(vectorcardiogram(TimeSeries()).rows(), 0u);
}

} // namespace
} // namespace corvivo::physics
