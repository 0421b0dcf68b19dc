/// What is read from a beat, on motions and loops whose answer is known.
#include <tests/physics/mechanics/coarse_beat.hpp>

#include <physics/elastances.hpp>
#include <physics/energy_balance.hpp>
#include <physics/observables.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace corvivo::physics {
namespace {

using io::operator+;
using io::operator*;

/// A ventricle along z whose right neighbour lies at x.
struct Wall {
  test::Body body = test::ventricle({}, 6, 2);
  std::vector<int> segments = mesh::left_segments(body.mesh, {1, 0, 0});
  WallStrainMeter meter{body.mesh, body.fibres, segments};

  WallStrain after(const std::function<io::Vector3(const io::Vector3 &)> &motion) const {
    std::vector<io::Vector3> moved;
    for (const io::Vector3 &x : body.mesh.nodes)
      moved.push_back(motion(x));
    return meter.measure(moved);
  }
};

TEST(WallMotion, GivesEverySegmentTheStrainOfAUniformStretch) {
  const WallStrain strain = Wall().after([](const io::Vector3 &x) { return 1.15 * x + io::Vector3{4, -3, 2}; });
  for (const DirectionalStrain &segment : strain.segments)
    for (const double value : {segment.longitudinal, segment.circumferential, segment.radial})
      EXPECT_NEAR(value, 0.15, 1e-12) << "the same in all directions";
}

TEST(WallMotion, TellsTheDirectionsOfASegmentApart) {
  const WallStrain strain = Wall().after([](const io::Vector3 &x) { return io::Vector3{x[0], x[1], 0.8 * x[2]}; });
  for (std::size_t s = 0; s < 6; ++s) { // the basal wall runs along the axis, but for its curvature
    EXPECT_NEAR(strain.segments[s].longitudinal, -0.2, 0.01);
    EXPECT_NEAR(strain.segments[s].circumferential, 0, 1e-3);
    EXPECT_NEAR(strain.segments[s].radial, 0, 0.01);
  }
  EXPECT_LT(strain.segments[16].radial, -0.15) << "at the apex the wall's thickness lies along the axis";
}

TEST(WallMotion, IsThatOfItsSegmentsTogether) {
  const Wall wall;
  const WallStrain strain = wall.after([](const io::Vector3 &x) {
    return io::Vector3{x[0] * (1 - x[2] / 300), x[1] * 0.9 + x[0] * 0.1, x[2] + x[0] * x[1] / 90};
  });
  const std::vector<double> volumes = mesh::segment_volumes(wall.body.mesh, wall.segments, mesh::aha_count);
  DirectionalStrain mean;
  double total = 0;
  for (std::size_t s = 0; s < volumes.size(); ++s) {
    ASSERT_GT(volumes[s], 0);
    total += volumes[s];
    mean.longitudinal += volumes[s] * strain.segments[s].longitudinal;
    mean.circumferential += volumes[s] * strain.segments[s].circumferential;
    mean.radial += volumes[s] * strain.segments[s].radial;
  }
  EXPECT_NEAR(mean.longitudinal / total, strain.longitudinal, 1e-12);
  EXPECT_NEAR(mean.circumferential / total, strain.circumferential, 1e-12);
  EXPECT_NEAR(mean.radial / total, strain.radial, 1e-12);
  EXPECT_GT(std::abs(strain.segments[0].circumferential - strain.segments[9].circumferential), 0.01) << "an uneven motion";
}

TEST(WallMotion, WithoutSegmentsHasTheSameMeanAndNoOthers) {
  const Wall wall;
  const auto motion = [](const io::Vector3 &x) { return io::Vector3{0.9 * x[0], x[1], 0.85 * x[2]}; };
  std::vector<io::Vector3> moved;
  for (const io::Vector3 &x : wall.body.mesh.nodes)
    moved.push_back(motion(x));
  const WallStrain bare = WallStrainMeter(wall.body.mesh, wall.body.fibres).measure(moved);
  EXPECT_EQ(bare.longitudinal, wall.after(motion).longitudinal);
  EXPECT_TRUE(std::isnan(bare.segments[3].radial));
}

TEST(WallMotion, LowersTheMitralRimByWhatTheBaseGoesDown) {
  const Wall wall;
  const double base = test::VentricleSize().base_height;
  EXPECT_EQ(wall.after([](const io::Vector3 &x) { return x; }).mitral_descent, 0);
  EXPECT_NEAR(wall.after([](const io::Vector3 &x) {
                    return x + io::Vector3{5, -2, -11.5};
                  })
                  .mitral_descent,
              11.5, 1e-9)
      << "a rigid motion: its part along the axis";
  EXPECT_NEAR(wall.after([](const io::Vector3 &x) { return 0.8 * x; }).mitral_descent, 0.2 * base, 1e-9) << "towards the middle";
  EXPECT_NEAR(wall.after([](const io::Vector3 &x) {
                    return x + io::Vector3{0, 0, -6 - 0.1 * x[0]};
                  })
                  .mitral_descent,
              6, 1e-9)
      << "a rim that tilts, about its mean";
}

// Klotz's curve of EDV 120 mL, EDP 12 mmHg and V0 = 120 (0.6 - 0.072) = 63.36 mL: V30 = 63.36 + 56.64/(12/27.78)^(1/2.76) = 140.12 mL,
// beta = ln(12/30)/ln(120/140.12).
TEST(Elastances, FollowKlotzThroughOneEndDiastole) {
  const EndDiastolicCurve curve = end_diastolic_curve(120, 12, 63.36);
  EXPECT_NEAR(curve.v30, 63.36 + 56.64 / std::pow(12 / 27.78, 1 / 2.76), 1e-9);
  EXPECT_NEAR(curve.pressure(120), 12, 1e-9);
  EXPECT_NEAR(curve.pressure(curve.v30), 30, 1e-9);
  EXPECT_NEAR(curve.beta, 5.91, 0.01);
  const EndDiastolicCurve high = end_diastolic_curve(150, 25, 70);
  EXPECT_NEAR(high.pressure(150), 25, 1e-9);
  EXPECT_NEAR(high.pressure(70 + 0.8 * 80 / std::pow(25 / 27.78, 1 / 2.76)), 15, 1e-9) << "above 22 mmHg through that at 15 mmHg";
  for (const EndDiastolicCurve &none : {end_diastolic_curve(120, 0, 60), end_diastolic_curve(120, 8, 0), end_diastolic_curve(60, 8, 60)})
    EXPECT_TRUE(std::isnan(none.alpha) && std::isnan(none.beta) && std::isnan(none.v30));
}

/// Pressure from 8 to 248 mmHg and back in 400 ms, cut off where the ventricle ejects: from 82 mmHg on, to 100 mmHg on the way down.
struct MadeUpBeat {
  std::vector<double> time, pressure, aorta, volume;
  MadeUpBeat() {
    for (int i = 0; i <= 400; ++i) {
      const double t = 2.0 * i, isovolumic = t < 20 || t > 420 ? 8 : 128 - 120 * std::cos(2 * M_PI * (t - 20) / 400);
      const bool ejects = isovolumic > (t < 220 ? 82 : 100);
      const double share = std::clamp((t - 98) / 230, 0.0, 1.0);
      time.push_back(t);
      pressure.push_back(ejects ? 82 + 18 * share + 14 * std::sin(M_PI * share) : isovolumic);
      aorta.push_back(ejects ? pressure.back() - 1 : t < 220 ? 81 : 99);
      volume.push_back(t < 440 ? 140 - 80 * share : std::min(140.0, 60 + 0.5 * (t - 440)));
    }
  }
};

TEST(Elastances, FindThePeakOfACosineWhoseTopIsCutOff) {
  const MadeUpBeat beat;
  EXPECT_NEAR(isovolumic_peak(beat.time, beat.pressure, 8), 248, 0.5) << "one point of each flank may belong to the ejection";
  EXPECT_TRUE(std::isnan(isovolumic_peak({0, 1, 2}, {1, 2, 3}, 0))) << "nothing falls";
  EXPECT_TRUE(std::isnan(isovolumic_peak({0, 2, 4, 6}, {8, 90, 80, 8}, 8))) << "too few points";
}

/// A result with what `observe` reads and nothing else in it.
HeartbeatResult result_of(const MadeUpBeat &beat) {
  HeartbeatResult result;
  result.reference.volume = {70, 0};
  std::vector<std::pair<std::string, std::vector<double>>> columns = {{"time", beat.time},
                                                                      {"pressure_lv", beat.pressure},
                                                                      {"pressure_aorta", beat.aorta},
                                                                      {"volume_lv", beat.volume},
                                                                      {"pressure_la", std::vector<double>(beat.time.size(), 7.5)}};
  std::vector<std::string> rest = {"blood_volume", "strain_longitudinal", "strain_circumferential", "strain_radial", "torsion"};
  for (const std::string &name : EnergyBalance::columns())
    rest.push_back(name);
  for (const std::string &name : rest)
    columns.push_back({name, std::vector<double>(beat.time.size(), 1)});
  columns.push_back({"mitral_descent", {}});
  for (const double volume : beat.volume)
    columns.back().second.push_back((140 - volume) / 8);
  for (const auto &[name, values] : columns)
    result.series.add_column(name, "1");
  for (std::size_t row = 0; row < beat.time.size(); ++row) {
    std::vector<double> numbers;
    for (const auto &column : columns)
      numbers.push_back(column.second[row]);
    result.series.append_row(numbers);
  }
  return result;
}

TEST(Readings, AreThoseOfAMadeUpLoop) {
  io::Quantities quantities;
  observe(result_of(MadeUpBeat()), quantities);
  const double end = quantities.value("sim_lv_esp");
  EXPECT_NEAR(end, 100, 1) << "mmHg: the last step above the aorta, which is then at 99";
  EXPECT_NEAR(quantities.value("sim_lv_sv"), 80, 1e-9);
  EXPECT_NEAR(quantities.value("sim_lv_isovolumic_peak"), 248, 0.5);
  EXPECT_NEAR(quantities.value("sim_lv_ees"), (248 - end) / 80, 0.01);
  EXPECT_NEAR(quantities.value("sim_arterial_elastance"), end / 80, 1e-12);
  EXPECT_NEAR(quantities.value("sim_va_coupling"), end / (248 - end), 0.01);
  EXPECT_NEAR(quantities.value("sim_mapse"), 10, 1e-9);
  EXPECT_NEAR(quantities.value("sim_lv_edpvr_beta"), end_diastolic_curve(140, 8, 70).beta, 1e-9);
}

TEST(Readings, WithoutEjectionHaveNoEndSystole) {
  MadeUpBeat beat;
  for (double &pressure : beat.aorta)
    pressure = 300;
  HeartbeatResult result = result_of(beat);
  result.reference.volume = {0, 0};
  io::Quantities quantities;
  observe(result, quantities);
  for (const char *name : {"sim_lv_esp", "sim_lv_ees", "sim_arterial_elastance", "sim_va_coupling", "sim_lv_edpvr_alpha"})
    EXPECT_FALSE(quantities.has(name)) << name;
}

TEST(Readings, OfAMeshThatDoesNotSayWhereTheRightVentricleLiesAreWithoutSegments) {
  test::CoarseBeat beat;
  beat.body.mesh.to_right_ventricle = {};
  beat.options.duration = 4;
  const HeartbeatResult without = Simulation(MPI_COMM_SELF, beat.input(), beat.options).run();
  EXPECT_TRUE(without.segment_strains.columns().empty());
  HeartbeatInput told = beat.input();
  told.to_septum = {0, 1, 0};
  const HeartbeatResult with = Simulation(MPI_COMM_SELF, told, beat.options).run();
  EXPECT_EQ(with.segment_strains.rows(), with.series.rows());
  EXPECT_EQ(with.segment_strains.columns().size(), 1 + 3 * mesh::aha_count);
  EXPECT_EQ(with.series.column("strain_radial"), without.series.column("strain_radial"));
}

} // namespace
} // namespace corvivo::physics
