#include <physics/circulation/limit_cycle.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace corvivo;
using namespace corvivo::physics;
using namespace circulation_index;

namespace {

struct ValveLaw {
  const char *name;
  bool smooth;
};

CirculationOptions published(bool smooth) {
  CirculationOptions options = CirculationOptions::published();
  options.smooth_valves = smooth;
  return options;
}

LimitCycleOptions published_volume() {
  LimitCycleOptions options;
  options.total_blood_volume = 1617.876; // of the reference limit cycle
  options.sample_interval = 5e-3;        // of its csv
  return options;
}

/// Column of our beat for a column of the reference file.
const std::vector<std::pair<std::string, std::string>> reference_columns{{"p_LA", "pressure_la"},
                                                                         {"p_LV", "pressure_lv"},
                                                                         {"p_RA", "pressure_ra"},
                                                                         {"p_RV", "pressure_rv"},
                                                                         {"V_LA", "volume_la"},
                                                                         {"V_LV", "volume_lv"},
                                                                         {"V_RA", "volume_ra"},
                                                                         {"V_RV", "volume_rv"},
                                                                         {"p_AR_SYS", "pressure_aorta"},
                                                                         {"p_VEN_SYS", "pressure_veins_systemic"},
                                                                         {"p_AR_PUL", "pressure_artery_pulmonary"},
                                                                         {"p_VEN_PUL", "pressure_veins_pulmonary"}};

class ReferenceLimitCycle : public testing::TestWithParam<ValveLaw> {};

TEST_P(ReferenceLimitCycle, IsReproducedPointByPoint) {
  const auto file = test::shared(std::string("reference/circulation/regazzoni0d_limitcycle_") + GetParam().name + ".csv");
  SKIP_WITHOUT(file);
  const io::TimeSeries reference = io::time_series_from_csv(file.string());
  const LimitCycle cycle = run_to_limit_cycle(ClosedLoop(published(GetParam().smooth)), published_volume());
  ASSERT_GE(cycle.beat.rows(), reference.rows());
  for (const auto &[theirs, ours] : reference_columns) {
    const std::vector<double> &expected = reference.column(theirs), &found = cycle.beat.column(ours);
    const auto [low, high] = std::minmax_element(expected.begin(), expected.end());
    double worst = 0;
    for (std::size_t row = 0; row < expected.size(); ++row)
      worst = std::max(worst, std::abs(found[row] - expected[row]) / (*high - *low));
    RecordProperty(theirs, std::to_string(worst));
    EXPECT_LT(worst, 5e-3) << theirs << ": 0.5 % of its range, as asked of the limit cycle";
  }
}

TEST_P(ReferenceLimitCycle, HasTheSameScalars) {
  const Observables found = beat_observables(run_to_limit_cycle(ClosedLoop(published(GetParam().smooth)), published_volume()));
  // regazzoni2022.json: classical Runge-Kutta, 0.1 ms, 40 beats, by an independent script. 0.5 % as asked.
  const std::vector<std::pair<const char *, double>> smooth{{"lv_edv", 136.74},
                                                            {"lv_esv", 66.96},
                                                            {"lv_sv", 69.78},
                                                            {"lv_ef", 51.0},
                                                            {"lv_peak_pressure", 119.68},
                                                            {"rv_edv", 181.56},
                                                            {"rv_esv", 111.78},
                                                            {"rv_peak_pressure", 25.05},
                                                            {"aortic_diastolic", 79.83},
                                                            {"aortic_systolic", 118.72},
                                                            {"aortic_mean", 99.8},
                                                            {"pulmonary_diastolic", 18.51},
                                                            {"pulmonary_systolic", 21.39},
                                                            {"cardiac_output", 5.234},
                                                            {"lv_dpdt_max", 1904}};
  const std::vector<std::pair<const char *, double>> sharp{
      {"lv_edv", 136.83},          {"lv_esv", 66.98},  {"lv_sv", 69.85},   {"lv_peak_pressure", 119.76}, {"aortic_diastolic", 79.88},
      {"aortic_systolic", 118.81}, {"rv_edv", 181.57}, {"rv_esv", 111.72}, {"rv_peak_pressure", 25.04},  {"cardiac_output", 5.239}};
  for (const auto &[name, expected] : GetParam().smooth ? smooth : sharp)
    EXPECT_NEAR(found.value(name), expected, 5e-3 * expected) << name;
}

INSTANTIATE_TEST_SUITE_P(BothValveLaws, ReferenceLimitCycle, testing::Values(ValveLaw{"smooth", true}, ValveLaw{"sharp", false}),
                         [](const auto &instance) { return std::string(instance.param.name); });

TEST(ClosedLoopCirculation, KeepsItsBlood) {
  for (const bool smooth : {true, false}) {
    const ClosedLoop circulation(published(smooth));
    CirculationState state = circulation.initial_state(1617.876);
    const double before = circulation.total_volume(state);
    for (int beat = 0; beat < 10; ++beat)
      circulation.advance(state, 0.8 * beat, 0.8);
    EXPECT_NEAR(circulation.total_volume(state), before, 1e-10 * before) << "a linear invariant: only rounding of 80 000 substeps";
  }
}

TEST(ClosedLoopCirculation, ConvergesWithTheFourthPowerOfItsStepBetweenValveEvents) {
  const CirculationOptions options = published(true);
  const auto after_early_filling = [&](double step) { // 0 to 60 ms: valves do not move
    CirculationOptions finer = options;
    finer.time_step = step;
    const ClosedLoop circulation(finer);
    CirculationState state = circulation.initial_state(1617.876);
    circulation.advance(state, 0, 0.06);
    return state[V_LV];
  };
  const double exact = after_early_filling(2e-5);
  const double coarse = std::abs(after_early_filling(1e-3) - exact), fine = std::abs(after_early_filling(5e-4) - exact);
  EXPECT_GT(std::log2(coarse / fine), 3.0) << "asymptotically 4; " << coarse << " then " << fine << " mL";
}

TEST(ClosedLoopCirculation, GivesTheDerivativesOfVolumesByPressures) {
  constexpr double dt = 1e-3, d = 1e-3; // s, mmHg
  for (const bool smooth : {true, false})
    for (const std::size_t cavities : {1, 2}) {
      const ClosedLoop circulation(published(smooth));
      const CirculationState start = circulation.initial_state(1617.876);
      const auto volumes = [&](const PerCavity &p1, const PerCavity &change) {
        CirculationState state = start;
        circulation.advance_with_pressures(state, 0.02, dt, p1 - PerCavity{1, 1}, p1 + change, cavities);
        return PerCavity{state[V_LV], state[V_RV]};
      };
      for (const double left : {5.0, 13.0, 20.0, 60.0, 95.0})
        for (const double right : {1.0, 8.0, 25.0}) {
          const PerCavity p1{left, right};
          CirculationState state = start;
          const CavityMatrix exact = circulation.advance_with_pressures(state, 0.02, dt, p1 - PerCavity{1, 1}, p1, cavities);
          for (std::size_t j = 0; j < cavities; ++j) {
            const PerCavity step = j == 0 ? PerCavity{d, 0} : PerCavity{0, d};
            const PerCavity differences = (1 / (2 * d)) * (volumes(p1, step) - volumes(p1, -1.0 * step));
            for (std::size_t i = 0; i < cavities; ++i)
              EXPECT_NEAR(exact[i][j], differences[i], 1e-5 * std::abs(differences[i]) + 1e-10)
                  << "dV" << i << "/dp" << j << " at " << left << " and " << right << " mmHg; rounding of 100 mL over 2e-3 mmHg";
            EXPECT_LE(exact[j][j], 0) << "a ventricle that presses harder takes in less";
          }
        }
    }
}

TEST(ClosedLoopCirculation, TakesThePressuresOfItsOwnVentriclesBack) {
  for (const std::size_t cavities : {1, 2}) {
    const ClosedLoop circulation(CirculationOptions::published());
    CirculationState own = circulation.initial_state(1617.876), imposed = own;
    const double before = circulation.total_volume(own);
    const auto pressures = [&](double time) {
      const ClosedLoop::Four p = circulation.chamber_pressures(time, own);
      return PerCavity{p[1], p[3]};
    };
    for (int n = 0; n < 4000; ++n) { // half a beat, ejection included
      const double time = n * 1e-4;
      const PerCavity from = pressures(time);
      circulation.advance(own, time, 1e-4);
      circulation.advance_with_pressures(imposed, time, 1e-4, from, pressures(time + 1e-4), cavities);
    }
    EXPECT_NEAR(imposed[V_LV], own[V_LV], 1e-3) << "the ramp is a linear interpolation of the pressure: second order in 0.1 ms";
    EXPECT_NEAR(imposed[V_RV], own[V_RV], 1e-3);
    EXPECT_NEAR(circulation.total_volume(imposed), before, 1e-10 * before) << "given pressures make no blood";
  }
}

TEST(ClosedLoopCirculation, RefusesWhatCannotBe) {
  CirculationOptions options;
  options.systemic.arterial_compliance = 0;
  EXPECT_THROW(ClosedLoop{options}, io::CaseError);
  options = CirculationOptions();
  options.heart_period = 0.4; // shorter than contraction and relaxation of the ventricles
  EXPECT_THROW(ClosedLoop{options}, io::CaseError);
  options = CirculationOptions();
  options.valve_closed_resistance = options.valve_open_resistance;
  EXPECT_THROW(ClosedLoop{options}, io::CaseError);
}

TEST(ClosedLoopCirculation, ComesBackFromItsCaseFile) {
  const test::TemporaryFolder folder;
  CirculationOptions written = CirculationOptions::published(), read;
  const auto describe = [](CirculationOptions &o) {
    return [&o](io::Schema &schema) { schema.section("circulation", o, "Circulation."); };
  };
  io::write_file(folder.file("case.yaml"), io::resolved_case(describe(written)));
  io::read_case(folder.file("case.yaml"), {"circulation.systemic.arterial_compliance=1.5 mL/mmHg"}, describe(read));
  EXPECT_EQ(read.systemic.arterial_compliance, 1.5);
  EXPECT_EQ(read.lv.active_elastance, written.lv.active_elastance);
  EXPECT_EQ(read.pulmonary.venous_inertance, written.pulmonary.venous_inertance);
}

TEST(ClosedLoopCirculation, ReportsTheResidualsWhenNoBeatRepeats) {
  LimitCycleOptions options;
  options.max_beats = 3;
  try {
    run_to_limit_cycle(ClosedLoop(CirculationOptions()), options);
    FAIL();
  } catch (const io::SolveError &error) {
    EXPECT_EQ(error.residuals().size(), 3u);
  }
}

TEST(HealthyCirculation, LiesWithinHealthyRanges) {
  const LimitCycle cycle = run_to_limit_cycle(ClosedLoop(CirculationOptions::healthy()), LimitCycleOptions());
  const Observables found = beat_observables(cycle);
  struct Gate {
    const char *name;
    double low, high;
  };
  // reference/physiology/healthy_ranges.json
  for (const Gate &gate :
       {Gate{"lv_edv", 93, 218}, Gate{"lv_esv", 27, 103}, Gate{"lv_ef", 48, 71}, Gate{"rv_edv", 83, 258}, Gate{"lv_peak_pressure", 90, 140},
        Gate{"lv_edp", 4, 12}, Gate{"rv_peak_pressure", 15, 30}, Gate{"pulmonary_systolic", 15, 30}, Gate{"pulmonary_diastolic", 4, 12},
        Gate{"aortic_systolic", 90, 140}, Gate{"aortic_diastolic", 60, 90}, Gate{"la_pressure_mean", 4, 12}, Gate{"ra_pressure_mean", 0, 7},
        Gate{"la_volume_max", 30, 110}, Gate{"cardiac_output", 4, 8}, Gate{"lv_dpdt_max", 1000, 2500}, Gate{"stroke_work", 0.8, 1.2}}) {
    EXPECT_GE(found.value(gate.name), gate.low) << gate.name;
    EXPECT_LE(found.value(gate.name), gate.high) << gate.name;
  }
}

TEST(HealthyCirculation, ContractsItsAtriaBeforeItsVentricles) {
  const LimitCycle cycle = run_to_limit_cycle(ClosedLoop(CirculationOptions::healthy()), LimitCycleOptions());
  const std::vector<double> &time = cycle.beat.column("time"), &mitral = cycle.beat.column("flow_mitral");
  const auto largest = [&](double from, double to) {
    double flow = 0;
    for (std::size_t i = 0; i < time.size(); ++i)
      if (time[i] >= from && time[i] <= to)
        flow = std::max(flow, mitral[i]);
    return flow;
  };
  const double early = largest(400, 600), diastasis = mitral[640], atrial = largest(650, 800);
  EXPECT_GT(early, atrial) << "E wave larger than A wave in the healthy";
  EXPECT_GT(atrial, 1.5 * diastasis) << "a distinct A wave";
  EXPECT_NEAR(cycle.end_diastolic_time, 0, 0.02) << "the mitral valve closes as the ventricle starts to contract";
}

TEST(HealthyCirculation, CanStartAtEndDiastole) {
  LimitCycleOptions options;
  const LimitCycle plain = run_to_limit_cycle(ClosedLoop(CirculationOptions::healthy().with_heart_period(0.829)), options);
  options.start_at_end_diastole = true;
  const LimitCycle shifted = run_to_limit_cycle(ClosedLoop(CirculationOptions::healthy().with_heart_period(0.829)), options);
  EXPECT_EQ(shifted.end_diastolic_time, 0);
  EXPECT_EQ(shifted.start_state, plain.end_diastolic_state);
  const ClosedLoop circulation(shifted.circulation);
  const auto pressures = circulation.chamber_pressures(0, shifted.start_state);
  EXPECT_NEAR(pressures[0], pressures[1], 1e-4) << "mitral valve at its closure; linear interpolation within 0.1 ms";
  CirculationState state = shifted.start_state;
  circulation.advance(state, 0, 0.829);
  for (std::size_t i = 0; i < state.size(); ++i)
    EXPECT_NEAR(state[i], shifted.start_state[i], 1e-3) << "entry " << i << ": the beat repeats from there too; substeps fall elsewhere";
  const Observables a = beat_observables(plain), b = beat_observables(shifted);
  for (const io::Quantity &q : a.all())
    EXPECT_NEAR(b.value(q.name), q.value, 2e-3 * std::abs(q.value)) << q.name;
}

TEST(HealthyCirculation, IsThePlainRepetitionOfBeats) {
  LimitCycleOptions options;
  options.mixed_beats = 0;
  options.max_beats = 2000;
  options.tolerance = 1e-8;
  const LimitCycle repeated = run_to_limit_cycle(ClosedLoop(CirculationOptions()), options);
  options = LimitCycleOptions();
  const LimitCycle mixed = run_to_limit_cycle(ClosedLoop(CirculationOptions()), options);
  for (std::size_t i = 0; i < mixed.start_state.size(); ++i)
    EXPECT_NEAR(mixed.start_state[i], repeated.start_state[i], 1e-4) << "entry " << i;
  EXPECT_LT(mixed.beats, 20) << "what mixing is for; repetition needed " << repeated.beats;
}

} // namespace
