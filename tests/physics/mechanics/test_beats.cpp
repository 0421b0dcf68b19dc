/// Several beats, and where the work of a beat goes.
#include <tests/physics/mechanics/coarse_beat.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/headed_file.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <physics/beats.hpp>
#include <physics/energy_balance.hpp>
#include <physics/observables.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

/// Beats of 100 ms whose volumes are known, three at most.
io::TimeSeries beats_of_100_ms(int beats = 3) {
  io::TimeSeries series;
  series.add_column("time", "ms");
  series.add_column("volume_lv", "mL");
  const std::vector<double> volumes = {150, 60, 140, 58, 139, 57.6, 138.8};
  for (std::size_t i = 0; i < 2 * static_cast<std::size_t>(beats) + 1; ++i)
    series.append_row({50.0 * static_cast<double>(i), volumes[i]});
  return series;
}

TEST(Beats, ShareTheRowAtWhichOneEndsAndTheNextBegins) {
  const io::TimeSeries second = beat_of(beats_of_100_ms(), {0, 100, 200}, 1), last = beat_of(beats_of_100_ms(), {0, 100, 200}, 2);
  EXPECT_EQ(second.column("time"), (std::vector<double>{100, 150, 200}));
  EXPECT_EQ(last.column("volume_lv"), (std::vector<double>{139, 57.6, 138.8}));
}

TEST(Beats, AreAtTheirLimitCycleWhenBothVolumesChangeByLessThanOnePercent) {
  EXPECT_FALSE(last_change(beats_of_100_ms(1), {0}, 1));
  const BeatChange first = last_change(beats_of_100_ms(2), {0, 100}, 1).value(),
                   second = last_change(beats_of_100_ms(), {0, 100, 200}, 1).value();
  EXPECT_NEAR(first.end_diastolic_volume[0], 100 * (140.0 / 150 - 1), 1e-9);
  EXPECT_NEAR(first.stroke_volume[0], 100 * (82.0 / 90 - 1), 1e-9);
  EXPECT_FALSE(first.at_limit_cycle());
  EXPECT_TRUE(second.at_limit_cycle());
}

TEST(Beats, ThatWereGivenAnotherStateHaveTheirOwnRowAtTheirBeginning) {
  io::TimeSeries series;
  series.add_column("time", "ms");
  series.add_column("volume_lv", "mL");
  for (const auto &[time, volume] :
       std::vector<std::pair<double, double>>{{0, 150}, {50, 60}, {100, 140}, {100, 120}, {150, 50}, {200, 121}})
    series.append_row({time, volume});
  const std::vector<double> starts = {0, 100};
  EXPECT_EQ(beat_of(series, starts, 0).column("volume_lv"), (std::vector<double>{150, 60, 140}));
  EXPECT_EQ(beat_of(series, starts, 1).column("volume_lv"), (std::vector<double>{120, 50, 121}));
  EXPECT_TRUE(begins_anew(series, starts, 1));
  EXPECT_FALSE(begins_anew(beats_of_100_ms(), {0, 100, 200}, 1));
  const BeatChange change = last_change(series, starts, 1).value();
  EXPECT_TRUE(change.within_beat);
  EXPECT_NEAR(change.end_diastolic_volume[0], 100.0 / 120, 1e-9) << "from 120 to 121 mL";
  EXPECT_NEAR(change.stroke_volume[0], 100.0 / 70, 1e-9) << "70 mL went out, 71 came in";
}

TEST(EnergyBalance, MissesWhatIsTakenFromATerm) {
  io::TimeSeries series;
  series.add_column("time", "ms");
  for (const std::string &name : EnergyBalance::columns())
    series.add_column(name, "mJ");
  // time, wall, springs, dashpots, fibres, blood: 100 of work become 60 + 15 + 5 of energy and heat and 18, not 20, of work on the blood
  series.append_row({0, 10, 1, 0, 0, 0});
  series.append_row({1, 70, 16, 5, 100, -18});
  EXPECT_NEAR(energy_imbalance(series), 2, 1e-12) << "% of the fibres' work";
}

double imbalance_with_step(double step) {
  test::CoarseBeat beat;
  beat.options.time_step = beat.options.resting_time_step = step;
  beat.options.duration = 64;
  beat.options.newton.tolerance = 1e-7;
  beat.options.newton.distance = 1e-7;
  const HeartbeatResult result = Simulation(MPI_COMM_SELF, beat.input(), beat.options).run();
  EXPECT_FALSE(result.partial) << result.failure;
  EXPECT_GT(result.series.column("work_fibres").back(), 20) << "mJ";
  return energy_imbalance(result.series);
}

TEST(EnergyBalance, ClosesAsTheTimeStepGoesToZero) {
  const double coarse = imbalance_with_step(8), fine = imbalance_with_step(4);
  RecordProperty("imbalance_8_ms", std::to_string(coarse));
  RecordProperty("imbalance_4_ms", std::to_string(fine));
  EXPECT_LT(fine, 1.5) << "%";
  EXPECT_GT(coarse / fine, 3) << coarse << " and " << fine << " %: of second order";
}

/// Beats of 500 ms in long steps.
struct ShortBeats {
  test::CoarseBeat beat;
  ClosedLoop loop{CirculationOptions::healthy().with_heart_period(0.5)};
  ShortBeats() {
    beat.options.time_step = 10;
    beat.options.resting_time_step = 20;
    beat.options.checkpoint_steps = 10;
    beat.options.save_every = 50;
    beat.options.beats = 2;
  }
  HeartbeatInput input() const { return {beat.body.mesh, beat.body.fibres, beat.calcium, loop, beat.state}; }
};

/// Runs of the same beats that are killed and go on.
class Interrupted {
public:
  explicit Interrupted(const ShortBeats &beats) : beats_(beats) {}
  /// The observer throws once it sees a moment after `killed_at` ms.
  HeartbeatResult run(double killed_at) {
    return Simulation(MPI_COMM_SELF, beats_.input(), beats_.beat.options, restart_).run([&](const Snapshot &snapshot) {
      if (snapshot.time > killed_at)
        throw Killed();
    });
  }
  struct Killed {};

private:
  const ShortBeats &beats_;
  test::TemporaryFolder folder_;
  Restart restart_{folder_.path() / ("rank" + std::to_string(io::rank())), {}};
};

void expect_same_bits(const HeartbeatResult &a, const HeartbeatResult &b) {
  for (const auto table : {&HeartbeatResult::series, &HeartbeatResult::segment_strains})
    for (const auto &column : (a.*table).columns())
      EXPECT_EQ(io::to_bytes((b.*table).column(column.name)), io::to_bytes(column.values)) << column.name;
  EXPECT_EQ(b.beat_starts, a.beat_starts);
  EXPECT_EQ(b.newton_iterations, a.newton_iterations);
  ASSERT_EQ(b.emulated.size(), a.emulated.size());
  for (std::size_t i = 0; i < a.emulated.size(); ++i)
    EXPECT_EQ(b.emulated[i].end_diastolic, a.emulated[i].end_diastolic);
}

TEST(SeveralBeats, RunOnInTimeWithTheSameCalciumAndAreRestartedInAnyOfThem) {
  ShortBeats beats;
  beats.beat.options.emulator.enabled = false;
  io::Quantities quantities;
  const HeartbeatResult whole = run_heartbeat(MPI_COMM_WORLD, beats.input(), beats.beat.options, quantities);
  ASSERT_FALSE(whole.partial) << whole.failure;
  EXPECT_EQ(whole.beat_starts, (std::vector<double>{0, 500}));
  EXPECT_NEAR(whole.series.column("time").back(), 1000, 1e-6);
  const io::TimeSeries first = beat_of(whole.series, whole.beat_starts, 0), last = beat_of(whole.series, whole.beat_starts, 1);
  const auto peak = [](const io::TimeSeries &beat) {
    return *std::max_element(beat.column("tension_mean").begin(), beat.column("tension_mean").end());
  };
  EXPECT_NEAR(peak(last) / peak(first), 1, 0.2) << "the second beat contracts like the first";
  EXPECT_EQ(quantities.value("sim_beats"), 2);
  EXPECT_EQ(quantities.value("sim_lv_edv"), last.column("volume_lv").front());
  EXPECT_NEAR(quantities.value("sim_limit_cycle_edv_change"),
              100 * (last.column("volume_lv").front() / first.column("volume_lv").front() - 1), 1e-9);
  EXPECT_EQ(whole.limit_cycle,
            std::abs(quantities.value("sim_limit_cycle_sv_change")) < 1 && std::abs(quantities.value("sim_limit_cycle_edv_change")) < 1);
  EXPECT_EQ(quantities.find("sim_lv_ef")->warning.empty(), whole.limit_cycle) << "else it says that the beats still change";
  EXPECT_EQ(quantities.find("sim_emulator_beats"), nullptr);

  const HeartbeatResult alone = Simulation(MPI_COMM_SELF, beats.input(), beats.beat.options).run();
  Interrupted interrupted(beats);
  EXPECT_THROW(interrupted.run(850), Interrupted::Killed);
  expect_same_bits(alone, interrupted.run(1e9));
}

/// How far a beat is from repeating itself, % of its stroke volume: what comes in from what goes out.
double imbalance(const HeartbeatResult &result, std::size_t beat) {
  const io::TimeSeries series = beat_of(result.series, result.beat_starts, beat);
  const std::vector<double> &volume = series.column("volume_lv");
  return 100 * std::abs(volume.back() - volume.front()) / volumes_of(series, 1).stroke()[0];
}

TEST(EmulatedBeats, BeginNearTheirLimitCycle) {
  ShortBeats beats;
  beats.beat.options.beats = 3;
  io::Quantities quantities;
  const HeartbeatResult helped = run_heartbeat(MPI_COMM_WORLD, beats.input(), beats.beat.options, quantities);
  ASSERT_FALSE(helped.partial) << helped.failure;
  ASSERT_FALSE(helped.emulated.empty());
  EXPECT_EQ(helped.emulated[0].beat, 1u);
  EXPECT_TRUE(begins_anew(helped.series, helped.beat_starts, 1));
  const io::TimeSeries second = beat_of(helped.series, helped.beat_starts, 1);
  EXPECT_NEAR(second.column("volume_lv").front(), helped.emulated[0].end_diastolic[0], 1e-4) << "mL: 0.01 mm^3 in Newton";
  EXPECT_NEAR(second.column("strain_longitudinal").front(), 0, 1e-12) << "strains are against this end diastole";
  EXPECT_LT(quantities.value("blood_volume_drift") / helped.series.column("blood_volume").front(), 1e-8);
  EXPECT_LT(energy_imbalance(second), 2 * energy_imbalance(beat_of(helped.series, helped.beat_starts, 0)));
  EXPECT_GT(quantities.value("sim_emulator_beats"), 3);
  EXPECT_LT(std::abs(quantities.value("sim_emulator_edv_error")), 2) << "%";
  EXPECT_LT(std::abs(quantities.value("sim_emulator_sv_error")), 5) << "%";

  beats.beat.options.emulator.enabled = false;
  const HeartbeatResult plain = Simulation(MPI_COMM_WORLD, beats.input(), beats.beat.options).run();
  EXPECT_FALSE(begins_anew(plain.series, plain.beat_starts, 1));
  for (std::size_t beat = 0; beat < 3; ++beat) {
    RecordProperty("helped_" + std::to_string(beat), std::to_string(imbalance(helped, beat)));
    RecordProperty("plain_" + std::to_string(beat), std::to_string(imbalance(plain, beat)));
  }
  EXPECT_LT(imbalance(helped, 1), 0.3 * imbalance(plain, 1)) << "%";
}

TEST(EmulatedBeats, GoOnToTheSameBitsWhenTheyAreKilledBeforeOrAfterTheStartFromEmulators) {
  const ShortBeats beats;
  const HeartbeatResult alone = Simulation(MPI_COMM_SELF, beats.input(), beats.beat.options).run();
  ASSERT_EQ(alone.emulated.size(), 1u);
  for (const double killed_at : {470.0, 501.0, 850.0}) { // in the first beat, before the second's first checkpoint, after it
    Interrupted interrupted(beats);
    EXPECT_THROW(interrupted.run(killed_at), Interrupted::Killed);
    expect_same_bits(alone, interrupted.run(1e9));
  }
}

TEST(EmulatedBeats, GoOnWithoutEmulatorsThatFindNoLimitCycle) {
  ShortBeats beats;
  beats.beat.options.emulator.max_beats = 1; // none is periodic at once
  testing::internal::CaptureStderr();
  io::set_quiet(false);
  const HeartbeatResult failed = Simulation(MPI_COMM_SELF, beats.input(), beats.beat.options).run();
  io::set_quiet(true);
  const std::string words = testing::internal::GetCapturedStderr();
  beats.beat.options.emulator.enabled = false;
  if (io::rank() == 0) {
    EXPECT_NE(words.find("goes on from the last: circulation: no periodic beat after 1 beats"), std::string::npos) << words;
  }
  expect_same_bits(Simulation(MPI_COMM_SELF, beats.input(), beats.beat.options).run(), failed);
}

} // namespace
} // namespace corvivo::physics
