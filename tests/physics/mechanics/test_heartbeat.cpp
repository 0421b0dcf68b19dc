/// One coarse beat in the circulation: what must hold on any mesh.
#include <tests/physics/mechanics/coarse_beat.hpp>
#include <tests/support/temporary_folder.hpp>

#include <io/base/parallel.hpp>
#include <physics/observables.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace corvivo::physics {
namespace {

TEST(CoarseHeartbeat, ConservesBloodAndTurnsNoElementInsideOut) {
  const test::CoarseBeat beat;
  io::Quantities quantities;
  int snapshots = 0;
  const HeartbeatResult result =
      run_heartbeat(MPI_COMM_WORLD, beat.input(), beat.options, quantities, [&](const Snapshot &) { ++snapshots; });
  EXPECT_FALSE(result.partial) << result.failure;
  EXPECT_NEAR(result.series.column("time").back(), 800, 1e-6);
  EXPECT_GT(quantities.value("sim_min_det_f"), 0);
  EXPECT_LT(quantities.value("blood_volume_drift") / result.series.column("blood_volume").front(), 1e-8) << "the issue's bound";
  EXPECT_GT(quantities.value("sim_lv_sv"), 10) << "mL: it must pump";
  EXPECT_LT(quantities.value("sim_gls"), 0);
  EXPECT_GT(quantities.value("sim_stroke_work"), 0);
  EXPECT_LE(quantities.value("sim_lv_volume_max"), 1.05 * result.series.column("volume_lv").front());
  if (io::rank() == 0) {
    EXPECT_GT(snapshots, 50);
  }
}

TEST(CoarseHeartbeat, IsFilledByWhatTheBloodHasAboveThePericardium) {
  const auto first_beat = [](double end_diastolic, double pericardial) {
    test::CoarseBeat beat;
    beat.options.duration = 250;
    beat.options.end_diastolic_pressure = end_diastolic;
    beat.options.pericardial_pressure = pericardial;
    return Simulation(MPI_COMM_WORLD, beat.input(), beat.options).run();
  };
  const HeartbeatResult held = first_beat(9, 3), bare = first_beat(6, 0);
  const auto expect_alike = [](double a, double b) { EXPECT_NEAR(a, b, 1e-6 * b) << "a factorisation on two ranks may round differently"; };
  expect_alike(held.series.column("volume_lv").front(), bare.series.column("volume_lv").front());
  EXPECT_NEAR(held.series.column("pressure_lv").front(), 9, 1e-12) << "of the blood";
  EXPECT_NEAR(bare.series.column("pressure_lv").front(), 6, 1e-12);
  io::Quantities of_held, of_bare;
  observe(held, of_held);
  observe(bare, of_bare);
  expect_alike(of_held.value("sim_lv_edpvr_v30"), of_bare.value("sim_lv_edpvr_v30")); // a curve of the wall
  const io::TimeSeries &series = held.series; // the valves feel the blood's pressure: what flows fills the cavity
  const auto &time = series.column("time"), &in = series.column("flow_mitral"), &out = series.column("flow_aortic");
  double came = 0, size = 0;
  for (std::size_t i = 1; i < time.size(); ++i) {
    const double half = 0.5e-3 * (time[i] - time[i - 1]);
    came += half * (in[i] - out[i] + in[i - 1] - out[i - 1]);
    size += half * (std::abs(in[i]) + std::abs(in[i - 1]) + std::abs(out[i]) + std::abs(out[i - 1]));
  }
  EXPECT_GT(size, 5) << "mL";
  EXPECT_NEAR(series.column("volume_lv").back() - series.column("volume_lv").front(), came, 0.05 * size);
}

TEST(CoarseHeartbeat, TakesALastStepShorterThanTheShortest) {
  test::CoarseBeat beat;
  beat.options.duration = 30.02;
  beat.options.time_step = beat.options.resting_time_step = 10;
  const HeartbeatResult result = Simulation(MPI_COMM_WORLD, beat.input(), beat.options).run();
  EXPECT_FALSE(result.partial) << result.failure;
  EXPECT_NEAR(result.series.column("time").back(), 30.02, 1e-9);
}

TEST(CoarseHeartbeat, SaysWhenItDoesNotRepeatItselfOrCannotRelax) {
  test::CoarseBeat beat;
  const HeartbeatResult whole = Simulation(MPI_COMM_WORLD, beat.input(), beat.options).run();
  const auto &volume = whole.series.column("volume_lv");
  ASSERT_GT(std::abs(volume.back() / volume.front() - 1), 0.01) << "far from its limit cycle";
  EXPECT_NE(whole.remark.find("not the limit cycle"), std::string::npos) << whole.remark;
  const std::size_t kept = 60; // 2 ms each
  ASSERT_GT(beat.calcium.times.size(), kept);
  beat.calcium.times.resize(kept);
  beat.calcium.values.resize(kept * beat.calcium.nodes);
  beat.options.duration = 300;
  const HeartbeatResult tense = Simulation(MPI_COMM_WORLD, beat.input(), beat.options).run();
  EXPECT_NE(tense.remark.find("the muscle does not relax"), std::string::npos) << tense.remark;
}

TEST(CoarseHeartbeat, BeatsWithTripletsOfTropomyosin) {
  test::CoarseBeat beat;
  beat.options.activation = active_tensions().make("rdq20_mf");
  io::Quantities quantities;
  const HeartbeatResult result = run_heartbeat(MPI_COMM_WORLD, beat.input(), beat.options, quantities);
  EXPECT_FALSE(result.partial) << result.failure;
  EXPECT_GT(quantities.value("sim_lv_sv"), 10) << "mL: it must pump";
  EXPECT_GT(quantities.value("sim_lv_peak_pressure"), 60) << "mmHg: it must open the aortic valve";
  EXPECT_LE(quantities.value("sim_lv_volume_max"), 1.05 * result.series.column("volume_lv").front()) << "it must let the ventricle fill";
}

TEST(CoarseHeartbeat, IsTheSameOnOneRankAndOnAll) {
  const test::CoarseBeat beat;
  HeartbeatInput input = beat.input();
  input.until_end_systole = true;
  io::Quantities all, alone;
  const HeartbeatResult on_all = run_heartbeat(MPI_COMM_WORLD, input, beat.options, all);
  const HeartbeatResult on_one = run_heartbeat(MPI_COMM_SELF, input, beat.options, alone);
  for (const char *name : {"sim_lv_esv", "sim_lv_peak_pressure", "sim_gcs", "sim_mapse", "sim_lv_esp"})
    EXPECT_NEAR(all.value(name), alone.value(name), 1e-6 * std::abs(alone.value(name))) << name;
  ASSERT_EQ(on_all.segment_strains.rows(), on_all.series.rows()) << "on every rank";
  for (const char *name : {"longitudinal_1", "circumferential_8", "radial_12"})
    EXPECT_NEAR(on_all.segment_strains.column(name).back(), on_one.segment_strains.column(name).back(), 1e-6) << name;
}

/// Lengths of the steps of the first 60 ms, ms.
std::vector<double> steps_with(double displacement, double pressure) {
  test::CoarseBeat beat;
  beat.options.duration = 60;
  beat.options.time_step = 2;
  beat.options.resting_time_step = 12;
  beat.options.step_displacement = displacement;
  beat.options.step_pressure = pressure;
  const std::vector<double> time = Simulation(MPI_COMM_SELF, beat.input(), beat.options).run().series.column("time");
  std::vector<double> steps;
  for (std::size_t i = 1; i + 1 < time.size(); ++i) // the last one is what is left of 60 ms
    steps.push_back(time[i] - time[i - 1]);
  return steps;
}

TEST(StepLength, IsBetweenItsBoundsAsExtrapolationIsGoodFor) {
  const auto shortest = [](const std::vector<double> &steps) { return *std::min_element(steps.begin(), steps.end()); };
  const auto longest = [](const std::vector<double> &steps) { return *std::max_element(steps.begin(), steps.end()); };
  const std::vector<double> careless = steps_with(1e9, 1e9), careful = steps_with(1e-9, 1e-9), usual = steps_with(0.05, 2);
  EXPECT_NEAR(shortest(careless), 12, 1e-9);
  EXPECT_NEAR(careful.back(), 2, 1e-9);
  EXPECT_GE(shortest(usual), 2 - 1e-9);
  EXPECT_NEAR(longest(usual), 12, 1e-9) << "at rest";
  EXPECT_LT(shortest(usual), 6) << "as the pressure rises";
}

TEST(Relaxation, HasTheTimeConstantOfItsExponential) {
  std::vector<double> time, pressure;
  for (double t = 0; t <= 300; t += 2) {
    time.push_back(t);
    pressure.push_back(t < 100 ? 110 - 0.1 * t : 100 * std::exp(-(t - 100) / 40));
  }
  EXPECT_NEAR(relaxation_time(time, pressure, 8), 40, 1e-6);
  EXPECT_TRUE(std::isnan(relaxation_time({0, 1, 2}, {1, 2, 3}, 0))) << "nothing falls";
}

TEST(CoarseHeartbeat, ReadsBackWhatItSaved) {
  HeartbeatResult result;
  result.series.add_column("time", "ms");
  result.series.append_row({0.1});
  const test::CoarseBeat beat;
  result.reference = {beat.body.mesh, beat.body.fibres, {{0.5, 0.01, 0.1}}, 99, 0.01, 7};
  result.segment_strains.add_column("time", "ms");
  result.segment_strains.add_column("radial_17", "1");
  result.beat_starts = {0, 0.2};
  result.emulated = {{1, 12, {150, 0}, {90, 0}}};
  result.segment_strains.append_row({0.1, 0.25});
  result.segment_strains.append_row({0.3, std::nan("")});
  result.partial = true;
  result.failure = "stopped";
  const test::TemporaryFolder folder;
  save(result, folder.file("beat"));
  const HeartbeatResult again = load_heartbeat(folder.file("beat"));
  EXPECT_EQ(again.series.column("time"), result.series.column("time"));
  EXPECT_EQ(again.segment_strains.column("radial_17").front(), 0.25);
  EXPECT_TRUE(std::isnan(again.segment_strains.column("radial_17").back())) << "a segment without cells";
  EXPECT_EQ(load_segment_strains(folder.file("beat")).column("time"), std::vector<double>{0.3}) << "of the last beat";
  ASSERT_EQ(again.emulated.size(), 1u);
  EXPECT_EQ(again.emulated[0].beats, 12);
  EXPECT_EQ(again.emulated[0].stroke[0], 90);
  EXPECT_EQ(again.reference.mesh.nodes, result.reference.mesh.nodes);
  EXPECT_EQ(again.reference.places, result.reference.places);
  EXPECT_EQ(again.reference.fibres.longitudinal, result.reference.fibres.longitudinal);
  EXPECT_THROW(again.require_complete(), io::SolveError);
  result.segment_strains = {};
  save(result, folder.file("beat"));
  EXPECT_TRUE(load_segment_strains(folder.file("beat")).columns().empty()) << "nothing is left of an earlier run's";
}

} // namespace
} // namespace corvivo::physics
