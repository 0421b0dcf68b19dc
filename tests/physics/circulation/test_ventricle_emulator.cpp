/// Emulators of ventricles whose law is known: the elastances of the closed loop itself.
#include <physics/circulation/ventricle_emulator.hpp>

#include <physics/circulation/limit_cycle.hpp>
#include <tests/support/complaint.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using namespace circulation_index;

/// A healthy circulation, its limit cycle, and a beat far from it.
struct FarFromItsLimitCycle {
  ClosedLoop loop{CirculationOptions::healthy()};
  LimitCycle truth = run_to_limit_cycle(loop, {});
  CirculationState start = truth.start_state, end;
  io::TimeSeries beat;

  /// `moved`: part of the blood of the systemic veins that went to the pulmonary ones.
  explicit FarFromItsLimitCycle(double moved = 0.15) {
    const double blood = moved * loop.options().systemic.venous_compliance * start[p_VEN_SYS];
    start[p_VEN_SYS] *= 1 - moved;
    start[p_VEN_PUL] += blood / loop.options().pulmonary.venous_compliance;
    beat = record(loop, start, end);
  }
  /// One beat as a 3-D run records it: a row each 5 ms.
  static io::TimeSeries record(const ClosedLoop &loop, CirculationState state, CirculationState &end) {
    io::TimeSeries series;
    series.add_column("time", "ms");
    for (const auto &[name, unit] : ClosedLoop::column_names())
      series.add_column(name, unit);
    constexpr int rows = 160;
    const double step = loop.options().heart_period / rows;
    for (int row = 0; row <= rows; ++row) {
      std::vector<double> values{1000 * row * step};
      for (const double value : loop.columns(row * step, state))
        values.push_back(value);
      series.append_row(values);
      end = state;
      loop.advance(state, row * step, step);
    }
    return series;
  }
  std::vector<VentricleEmulator> emulators(std::size_t cavities) const {
    std::vector<VentricleEmulator> made;
    for (std::size_t k = 0; k < cavities; ++k) {
      const VentricleBeat recorded = ventricle_beat(beat, k);
      const double unloaded = (k == 0 ? loop.options().lv : loop.options().rv).unstressed_volume;
      made.push_back(make_emulator({recorded}, unloaded, {{recorded.volume.front(), recorded.pressure.front()}}));
    }
    return made;
  }
};

/// The one with 15 % of the systemic veins' blood moved.
const FarFromItsLimitCycle &far_from_limit_cycle() {
  static const FarFromItsLimitCycle far;
  return far;
}

double range(const std::vector<double> &values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high - *low;
}

TEST(VentricleEmulators, BeatAsTheVentriclesThatTheyWereMadeFrom) {
  const FarFromItsLimitCycle &far = far_from_limit_cycle();
  const std::vector<VentricleEmulator> made = far.emulators(2);
  const ClosedLoop emulated(far.loop.options(), {&made[0], &made[1]});
  CirculationState end;
  const io::TimeSeries again = FarFromItsLimitCycle::record(emulated, far.start, end);
  for (const char *name : {"volume_lv", "volume_rv", "pressure_lv", "pressure_rv", "pressure_aorta", "volume_la"}) {
    const std::vector<double> &expected = far.beat.column(name), &found = again.column(name);
    for (std::size_t row = 0; row + 1 < expected.size(); ++row) // at the last row the next beat begins
      ASSERT_NEAR(found[row], expected[row], 5e-3 * range(expected))
          << name << ": phi is linear over the 5 ms between two rows, row " << row;
  }
}

TEST(VentricleEmulators, PutThePericardiumsPressureOnTopOfTheWalls) {
  VentricleBeat beat = ventricle_beat(far_from_limit_cycle().beat, 0);
  const double unloaded = far_from_limit_cycle().loop.options().lv.unstressed_volume;
  const std::vector<PressureVolume> rests = {{beat.volume.front(), beat.pressure.front()}};
  const VentricleEmulator bare = make_emulator({beat}, unloaded, rests), held = make_emulator({beat}, unloaded, rests, 3);
  for (const double activity : {-0.1, 0.0, 0.5, 1.0})
    for (const double volume : {60.0, 100.0, 150.0})
      EXPECT_NEAR(held.pressure(activity, volume), bare.pressure(activity, volume) + 3, 1e-12);
}

TEST(VentricleEmulators, FindTheLimitCycleFromABeatThatIsFarFromIt) {
  for (const double moved : {0.15, -0.1}) {
    const FarFromItsLimitCycle far(moved);
    for (const std::size_t cavities : {1, 2}) {
      const EmulatedCycle found = run_emulators(far.loop.options(), far.emulators(cavities), far.end, 400);
      for (std::size_t k = 0; k < cavities; ++k) {
        const std::vector<double> &truth = far.truth.beat.column(k == 0 ? "volume_lv" : "volume_rv"),
                                  &first = far.beat.column(k == 0 ? "volume_lv" : "volume_rv");
        const double stroke = truth.front() - *std::min_element(truth.begin(), truth.end());
        RecordProperty("edv_" + std::to_string(moved) + std::to_string(cavities) + std::to_string(k),
                       std::to_string(truth.front()) + " " + std::to_string(found.end_diastolic[k]));
        EXPECT_NEAR(found.end_diastolic[k] / truth.front(), 1, 0.02) << "ventricle " << k << " of " << cavities << ", moved " << moved;
        EXPECT_NEAR(found.stroke[k] / stroke, 1, 0.02) << "ventricle " << k << " of " << cavities << ", moved " << moved;
        EXPECT_LT(std::abs(found.end_diastolic[k] / truth.front() - 1), 0.5 * std::abs(first.back() / truth.front() - 1))
            << "much nearer than the recorded beat: ventricle " << k << " of " << cavities << ", moved " << moved;
      }
      const double blood = far.loop.total_volume(far.start);
      EXPECT_NEAR(far.loop.total_volume(found.start), blood, 1e-10 * blood);
    }
  }
}

TEST(VentricleEmulators, FindItWhereverWithinItsBoundsTheSystolicInterceptLies) {
  const FarFromItsLimitCycle &far = far_from_limit_cycle();
  for (const double fraction : {0.0, 0.6}) {
    std::vector<VentricleEmulator> made;
    for (const std::size_t k : {0, 1}) {
      const VentricleBeat beat = ventricle_beat(far.beat, k);
      const PassiveCurve passive(10, {{beat.volume.back(), beat.pressure.back()}, {beat.volume.front(), beat.pressure.front()}});
      made.emplace_back(beat, passive, fraction * *std::min_element(beat.volume.begin(), beat.volume.end()));
    }
    const EmulatedCycle found = run_emulators(far.loop.options(), made, far.end, 400);
    EXPECT_NEAR(found.end_diastolic[0] / far.truth.beat.column("volume_lv").front(), 1, 0.01) << fraction;
    EXPECT_NEAR(found.end_diastolic[1] / far.truth.beat.column("volume_rv").front(), 1, 0.025) << fraction;
  }
}

TEST(VentricleEmulators, PressureRisesWithVolumeAtAllTimesAsItsSlopeSays) {
  const FarFromItsLimitCycle &far = far_from_limit_cycle();
  std::vector<VentricleEmulator> made = far.emulators(2);
  for (const VentricleEmulator &emulator : made)
    for (double time = 0; time < 0.8; time += 0.013)
      for (const double volume : {5.0, 30.0, 90.0, 150.0, 250.0, 500.0}) {
        const double at = emulator.activity(time), h = 1e-3;
        const double differences = (emulator.pressure(at, volume + h) - emulator.pressure(at, volume - h)) / (2 * h);
        EXPECT_GT(differences, 0) << time << " s, " << volume << " mL";
        EXPECT_NEAR(emulator.slope(at, volume), differences, 1e-5 * differences + 1e-8) << time << " s, " << volume << " mL";
      }
}

TEST(VentricleEmulators, RecoilBelowThePassiveCurveLeavesTheSlopePositive) {
  const FarFromItsLimitCycle &far = far_from_limit_cycle();
  VentricleBeat beat = ventricle_beat(far.beat, 0);
  for (std::size_t row = 105; row < 115; ++row) // early filling
    beat.pressure[row] = -2;
  const VentricleEmulator emulator(beat, PassiveCurve(10, {{beat.volume.front(), beat.pressure.front()}}), systolic_intercept({beat}));
  const double at = emulator.activity(0.55);
  EXPECT_LT(at, 0);
  EXPECT_NEAR(emulator.pressure(at, beat.volume[110]), -2, 1e-9) << "row 110 is 550 ms";
  EXPECT_GT(emulator.slope(at, beat.volume[110]), 0);
}

TEST(PassiveCurves, GoThroughTheirPointsAndRiseEverywhere) {
  const PassiveCurve curve(60, {{140, 8}, {170, 22}});
  EXPECT_NEAR(curve.pressure(60), 0, 1e-12);
  EXPECT_NEAR(curve.pressure(140), 8, 1e-9);
  EXPECT_NEAR(curve.pressure(170), 22, 1e-9);
  for (double volume = 0; volume < 600; volume += 7)
    EXPECT_GT(curve.slope(volume), 0) << volume << " mL";
  EXPECT_NEAR(PassiveCurve(60, {{140, 8}, {170, 11}}).pressure(155), 9.5, 1e-6) << "straight, V0 included";
  EXPECT_NEAR(PassiveCurve(60, {{170, 9}, {140, 8}}).slope(100), 0.1, 1e-6) << "never bent the other way: straight through the last";
}

TEST(PassiveCurves, ThroughOnePointBendAsNormalHearts) {
  const double unloaded = 60, v30 = 60 + 80 / std::pow(8 / 27.78, 1 / 2.76); // Klotz 2006: p = 27.78 ((V - V0)/(V30 - V0))^2.76
  const PassiveCurve curve(unloaded, {{140, 8}, {141, 8.3}, {140, 8}});
  for (const double volume : {120.0, 130.0, 150.0, 160.0})
    EXPECT_NEAR(curve.pressure(volume), 27.78 * std::pow((volume - unloaded) / (v30 - unloaded), 2.76), 0.7) << volume << " mL, mmHg";
}

TEST(PassiveCurves, RefuseARelaxedVentricleThatIsNotLoaded) {
  for (const PressureVolume &rest : {PressureVolume{59, 8}, PressureVolume{140, -1}, PressureVolume{140, std::nan("")}})
    EXPECT_SAYS(test::complaint([&] { PassiveCurve curve(60, {rest}); }), "expected more than its unloaded 60.00 mL");
}

TEST(SystolicIntercepts, OfTwoBeatsAreThoseOfTheElastance) {
  const FarFromItsLimitCycle &far = far_from_limit_cycle();
  CirculationState end;
  const io::TimeSeries next = FarFromItsLimitCycle::record(far.loop, far.end, end); // fuller, so it ends its systole at another volume
  for (const std::size_t k : {0, 1}) {
    const double found = systolic_intercept({ventricle_beat(far.beat, k), ventricle_beat(next, k)});
    RecordProperty("alone_" + std::to_string(k), std::to_string(systolic_intercept({ventricle_beat(far.beat, k)})));
    EXPECT_NEAR(found, 10, 0.5) << "mL, ventricle " << k << ": p = E (V - 10 mL) at the same moment of both beats";
  }
}

TEST(SystolicIntercepts, StayWithinTheirBounds) {
  VentricleBeat flat{"left ventricle", {}, {}, {}};
  for (int i = 0; i <= 20; ++i) { // no isovolumic phase, and a peak that cannot be told
    flat.time.push_back(40.0 * i);
    flat.volume.push_back(100);
    flat.pressure.push_back(i < 10 ? 8 + i : 18 - 0.1 * i);
  }
  const double found = systolic_intercept({flat});
  EXPECT_GE(found, 0);
  EXPECT_LE(found, 60);
}

TEST(VentricleEmulators, RefuseBeatsThatAreNone) {
  const FarFromItsLimitCycle &far = far_from_limit_cycle();
  const VentricleBeat good = ventricle_beat(far.beat, 0);
  const PassiveCurve passive(10, {{good.volume.front(), good.pressure.front()}});
  const auto complaint = [&](const VentricleBeat &beat, double intercept) {
    return test::complaint([&] { VentricleEmulator emulator(beat, passive, intercept); });
  };
  VentricleBeat bad = good;
  bad.time[7] = bad.time[6];
  EXPECT_SAYS(complaint(bad, 10), "expected times that rise");
  bad = good;
  bad.pressure[3] = std::nan("");
  EXPECT_SAYS(complaint(bad, 10), "expected finite pressures");
  EXPECT_SAYS(complaint(good, 500), "volumes above the 500.00 mL");
  bad = good;
  for (std::vector<double> *column : {&bad.time, &bad.volume, &bad.pressure})
    column->resize(9);
  EXPECT_SAYS(complaint(bad, 10), "a beat of 9 instants");
  bad = good;
  for (std::size_t row = 0; row < bad.time.size(); ++row)
    bad.pressure[row] = 0.9 * passive.pressure(bad.volume[row]);
  EXPECT_SAYS(complaint(bad, 10), "it does not contract");
}

} // namespace
} // namespace corvivo::physics
