/// Several beats, and where the work of a beat goes.
#include <tests/physics/mechanics/coarse_beat.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/headed_file.hpp>
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

TEST(SeveralBeats, RunOnInTimeWithTheSameCalciumAndAreRestartedInAnyOfThem) {
  struct Killed {};
  const ShortBeats beats;
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

  const test::TemporaryFolder folder;
  const Restart restart{folder.path() / ("rank" + std::to_string(io::rank())), {}};
  const auto run = [&](double killed_at) {
    return Simulation(MPI_COMM_SELF, beats.input(), beats.beat.options, restart).run([&](const Snapshot &snapshot) {
      if (snapshot.time > killed_at)
        throw Killed();
    });
  };
  const HeartbeatResult alone = Simulation(MPI_COMM_SELF, beats.input(), beats.beat.options).run();
  EXPECT_THROW(run(850), Killed);
  const HeartbeatResult resumed = run(1e9);
  for (const auto &column : alone.series.columns())
    EXPECT_TRUE(resumed.series.column(column.name) == column.values) << column.name;
  for (const auto &column : alone.segment_strains.columns())
    EXPECT_EQ(io::to_bytes(resumed.segment_strains.column(column.name)), io::to_bytes(column.values)) << column.name;
  EXPECT_EQ(resumed.beat_starts, alone.beat_starts);
}

} // namespace
} // namespace corvivo::physics
