/// What every ionic model has to do: rest, follow independent solutions, treat cells alike, be scaled and blocked.
#include "single_cell.hpp"

#include <io/base/text.hpp>
#include <physics/electrophysiology/cable.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

namespace corvivo::physics {
namespace {

std::vector<std::map<std::string, double>> reference_rows(const std::string &model) {
  const std::string name = "ten_tusscher_2006_" + model.substr(model.rfind('_') + 1) + ".csv";
  std::istringstream text(io::read_file(std::string(CORVIVO_SOURCE_DIR) + "/tests/physics/electrophysiology/data/" + name));
  std::string line, word;
  std::vector<std::string> names;
  std::getline(text, line);
  for (std::istringstream words(line); std::getline(words, word, ',');)
    names.push_back(word);
  std::vector<std::map<std::string, double>> rows;
  while (std::getline(text, line)) {
    rows.emplace_back();
    std::istringstream words(line);
    for (const std::string &column : names) {
      std::getline(words, word, ',');
      rows.back()[column] = std::stod(word);
    }
  }
  return rows;
}

class EveryIonicModel : public testing::TestWithParam<std::string> {
protected:
  bool is(const char *prefix) const { return GetParam().rfind(prefix, 0) == 0; }
  std::unique_ptr<IonicModel> model = ionic_models().make(GetParam());
  PlainRates plain = plain_rates(GetParam());
};

TEST_P(EveryIonicModel, FollowsAnIndependentTrajectory) {
  if (!is("ten_tusscher"))
    GTEST_SKIP() << "trajectories of another project are of ten Tusscher 2006; the others have PlainEquations";
  SingleCell cell(*model);
  int step = 0;
  for (const auto &row : reference_rows(GetParam())) {
    for (; step < static_cast<int>(row.at("step")); ++step) {
      const double stimulus = step >= 2000 && step < 2200 ? -52.0 : 0.0;
      cell.step(0.005, stimulus);
      cell.carry_by_potassium(0.005, stimulus);
    }
    // The scheme is the same, so only rounding differs; the upstroke (200 mV/ms) amplifies it from 1e-15 to about 1e-9.
    EXPECT_NEAR(cell.voltage(), row.at("V"), 1e-6) << "step " << step;
    for (std::size_t k = 0; k < model->state_names().size(); ++k)
      EXPECT_NEAR(cell.state(k), row.at(model->state_names()[k]), 1e-7 * std::max(std::abs(row.at(model->state_names()[k])), 1e-4))
          << model->state_names()[k] << ", step " << step;
  }
}

TEST_P(EveryIonicModel, HasTheRatesOfItsPaper) {
  if (!plain) {
    ASSERT_TRUE(is("ten_tusscher")) << "its equations are missing in plain_cells.cpp";
    GTEST_SKIP() << "compared with trajectories of another project";
  }
  const auto states = cvode_solution(*model, plain, {12.0, 30.0, 150.0, 300.0});
  for (std::vector<double> y : states)
    for (const double v : {-91.3, -60.1, -47.2, -40.1, -39.9, -22.0, -12.3, 0.4, 8.7, 21.0, 33.3, 50.2}) {
      y[0] = v;
      std::vector<double> expected(y.size()), found(y.size());
      plain(y.data(), expected.data());
      model->rates(v, y.data() + 1, &found[0], &found[1]);
      for (std::size_t k = 0; k < y.size(); ++k) {
        const std::string name = k == 0 ? "V" : model->state_names()[k - 1];
        // Rounding: terms of the sum for V reach 1e3, those of calcium cancel to a hundredth; gates are y times a rate of up to 1e3.
        EXPECT_NEAR(found[k], expected[k], 1e-10 * std::abs(expected[k]) + 1e-11 * (k == 0 ? 1e3 : std::abs(y[k]) + 1e-3))
            << name << " at " << v;
      }
    }
}

TEST_P(EveryIonicModel, StaysAtRestWhenLeftAlone) {
  SingleCell cell(*model);
  for (int step = 0; step < 20000; ++step)
    cell.step(0.05, 0.0);
  // The published initial values are those of a paced cell: one second of rest may drift by about a millivolt, without an action potential.
  EXPECT_NEAR(cell.voltage(), model->resting_voltage(), 1.5);
}

TEST_P(EveryIonicModel, TreatsEveryCellAlikeWhereverItIsStored) {
  const std::size_t cells = 136; // whole blocks and a part of the kernel's loop
  for (const bool second_order : {false, true}) {
    std::vector<double> voltage(cells), current(cells), states = initial_states(*model, cells), spread = states;
    for (std::size_t i = 0; i < cells; ++i)
      voltage[i] = -95.0 + 140.0 * static_cast<double>(i) / cells;
    model->advance(voltage.data(), spread.data(), cells, cells, 0.05, current.data(), second_order);
    for (std::size_t i = 0; i < cells; ++i) {
      std::vector<double> v(IonicModel::pack, voltage[i]), one = initial_states(*model, 1), total(IonicModel::pack);
      model->advance(v.data(), one.data(), IonicModel::pack, IonicModel::pack, 0.05, total.data(), second_order);
      EXPECT_EQ(total[i % IonicModel::pack], current[i]);
      for (std::size_t k = 0; k < model->state_names().size(); ++k)
        EXPECT_EQ(one[k * IonicModel::pack], spread[k * cells + i]) << model->state_names()[k];
    }
  }
}

TEST_P(EveryIonicModel, AgreesWithItsScalarRates) {
  for (const double v : {-90.0, -60.0, -40.0, -39.9, -10.0, 0.0, 15.0, 30.0}) {
    std::vector<double> voltage(IonicModel::pack, v), states = initial_states(*model, 1), current(IonicModel::pack),
                                                      total(IonicModel::pack);
    std::vector<double> one(model->initial_states()), rates(one.size());
    double voltage_rate = 0;
    model->rates(v, one.data(), &voltage_rate, rates.data());
    model->current(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, total.data());
    const double dt = 1e-7;
    model->advance(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, dt, current.data());
    EXPECT_NEAR(current[0], -voltage_rate, 1e-10 * std::max(1.0, std::abs(voltage_rate))) << "rounding of vector exp";
    EXPECT_NEAR(current[0], total[0], 1e-12 * std::max(1.0, std::abs(total[0]))) << "the same formula in two loops";
    for (std::size_t k = 0; k < one.size(); ++k) // rounding y * 1e-16 / 1e-7, and dt / (2 tau) with tau_m = 4e-4 ms at -90 mV
      EXPECT_NEAR((states[k * IonicModel::pack] - one[k]) / dt, rates[k], 2e-4 * std::abs(rates[k]) + 4e-9 * (1.0 + std::abs(one[k])))
          << model->state_names()[k];
  }
}

TEST_P(EveryIonicModel, StepsItsGatesAsItsFormulasSay) {
  if (is("bueno_orovio") || is("mitchell_schaeffer"))
    GTEST_SKIP() << "its rates jump";
  std::vector<double> potentials = {-40.0 - 1e-9, -40.0, -40.0 + 1e-9}; // rates of sodium's inactivation jump
  for (double v = -199.9; v < 200; v += 0.37)
    potentials.push_back(v);
  const double dt = 0.02;
  std::size_t gates = 0;
  for (const char *name : {"m",  "h",  "j",  "d",  "f",  "f2",  "s",   "r",  "Xr1", "Xr2", "Xs",   "oa",   "ua",    "oi",  "ui", "xr",
                           "xs", "mL", "hp", "jp", "hL", "hLp", "jca", "ff", "ffp", "fs",  "fcas", "fcaf", "fcafp", "xs1", "xs2"}) {
    const auto &names = model->state_names();
    const auto k = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    gates += k < names.size();
    for (const double v : k < names.size() ? potentials : std::vector<double>()) {
      std::vector<double> one(model->initial_states()), at_zero(one.size()), at_one(one.size());
      double unused = 0;
      one[k] = 0;
      model->rates(v, one.data(), &unused, at_zero.data());
      one[k] = 1;
      model->rates(v, one.data(), &unused, at_one.data());
      const double rate = at_zero[k] - at_one[k], steady = at_zero[k] / rate;
      std::vector<double> voltage(IonicModel::pack, v), states = initial_states(*model, 1), current(IonicModel::pack);
      const double before = states[k * IonicModel::pack];
      model->advance(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, dt, current.data());
      EXPECT_NEAR(states[k * IonicModel::pack], steady + (before - steady) * std::exp(-rate * dt), 2e-8)
          << name << " at " << v << " mV: 1.4e-8 of the exponential, the rest of the table";
    }
  }
  EXPECT_GE(gates, 11u) << "the model's gates have no name here";
}

TEST_P(EveryIonicModel, HoldsItsTabledGatesBeyondPotentialsOfAnyCell) {
  const auto stepped = [&](double v, const std::string &name) {
    std::vector<double> voltage(IonicModel::pack, v), states = initial_states(*model, 1), current(IonicModel::pack);
    model->advance(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, 0.02, current.data());
    const auto &names = model->state_names();
    return states[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()) * IonicModel::pack];
  };
  stepped(std::nan(""), model->state_names()[0]); // no address outside of a table
  if (is("bueno_orovio") || is("mitchell_schaeffer"))
    GTEST_SKIP() << "no table";
  for (const double v : {250.0, 1e9, 1e300}) {
    EXPECT_EQ(stepped(v, "h"), stepped(201, "h")) << v;
    EXPECT_EQ(stepped(-v, "h"), stepped(-201, "h")) << v;
  }
}

/// Values of another range than any state has stand in the states that are not of the fast current: they must not be read.
TEST_P(EveryIonicModel, PartsTheFastCurrentFromTheRest) {
  const bool parted = model->fast_states().size() < model->state_names().size();
  std::unique_ptr<IonicModel> without = ionic_models().make(GetParam());
  if (parted)
    without->set_scale("i_Na", 0);
  if (parted && !is("tor_ord"))
    without->set_scale("i_CaL", 0);
  for (const double v : {-85.0, -60.0, -45.0, -20.0, 5.0, 30.0}) {
    std::vector<double> voltage(IonicModel::pack, v), states = initial_states(*model, 1), all(IonicModel::pack),
                                                      rest(IonicModel::pack, 0.0), fast(IonicModel::pack);
    model->advance(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, 0.1, fast.data()); // m opens
    model->current(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, all.data());
    if (parted)
      without->current(voltage.data(), states.data(), IonicModel::pack, IonicModel::pack, rest.data());
    std::vector<double> needed(states.size(), 1e30);
    for (const std::size_t k : model->fast_states())
      std::copy_n(states.begin() + static_cast<std::ptrdiff_t>(k * IonicModel::pack), IonicModel::pack,
                  needed.begin() + static_cast<std::ptrdiff_t>(k * IonicModel::pack));
    model->fast_current(voltage.data(), needed.data(), IonicModel::pack, IonicModel::pack, fast.data());
    for (std::size_t i = 0; i < IonicModel::pack; ++i)
      EXPECT_NEAR(fast[i], all[i] - rest[i], 1e-10 * (1 + std::abs(all[i])))
          << "the current with and without its channels, rounding of sums";
  }
}

/// Largest difference of V from CVODE's at some times of a beat.
double error_of(const IonicModel &model, const std::vector<double> &times, const std::vector<std::vector<double>> &exact, double dt,
                bool second_order) {
  SingleCell cell(model);
  double error = 0;
  int step = 0;
  for (std::size_t t = 0; t < times.size(); ++t) {
    for (; step < static_cast<int>(std::lround(times[t] / dt)); ++step)
      cell.step(dt, step >= std::lround(10.0 / dt) && step < std::lround(11.0 / dt) ? -52.0 : 0.0, second_order);
    error = std::max(error, std::abs(cell.voltage() - exact[t][0]));
    if (model.calcium_state() != IonicModel::none) {
      const double calcium = exact[t][1 + model.calcium_state()];
      EXPECT_NEAR(cell.calcium(), calcium, 4.0 * dt * calcium) << "2 % at 0.005 ms: the release is steep; first order";
    }
  }
  return error;
}

TEST_P(EveryIonicModel, CarriesAWaveAlongACable) {
  const double metres_per_second = wave_speed_of(*model) * std::sqrt(0.1); // a diffusivity of 0.1 mm^2/ms
  EXPECT_GT(metres_per_second, 0.1) << "the cable of conduction_velocity.hpp, by which tissue is tuned, would not see it";
  EXPECT_LT(metres_per_second, 3);
}

TEST_P(EveryIonicModel, ConvergesToTheSolutionOfCvode) {
  const std::vector<double> times = {12.0, 20.0, 50.0, 100.0, 250.0};
  const auto exact = cvode_solution(*model, plain, times);
  const double coarse = error_of(*model, times, exact, 0.01, false), fine = error_of(*model, times, exact, 0.005, false);
  const double second_coarse = error_of(*model, times, exact, 0.01, true), second = error_of(*model, times, exact, 0.005, true);
  if (is("bueno_orovio") || is("mitchell_schaeffer")) { // their rates jump, and a step across a jump is of first order at best
    EXPECT_LT(std::max(fine, second), 0.05) << "mV";
    return;
  }
  EXPECT_LT(fine, 0.5) << "mV; first-order splitting, largest right after the upstroke";
  EXPECT_NEAR(coarse / fine, 2.0, 0.3) << "first order in the step";
  EXPECT_LT(second, 0.02 * fine) << "the second-order scheme";
  EXPECT_GT(second_coarse / second, 2.0) << "converges faster than the first-order one";
}

TEST_P(EveryIonicModel, IsScaledByNameAndTheCurrentFollows) {
  const std::vector<double> y = cvode_solution(*model, plain, {12.0})[0]; // in the upstroke all of them flow
  const auto rates = [&](const IonicModel &of) {
    std::vector<double> all(y.size());
    of.rates(-20.0, y.data() + 1, &all[0], &all[1]);
    return all;
  };
  const std::vector<double> published = rates(*model);
  ASSERT_FALSE(model->scaling().currents().empty());
  for (const ScalableCurrent &current : model->scaling().currents()) {
    model->set_scale(current.name, 2.0);
    const std::vector<double> twice = rates(*model);
    model->set_scale(current.name, 0.0);
    const std::vector<double> none = rates(*model);
    EXPECT_NE(twice, published) << current.name;
    EXPECT_NEAR(twice[0] - published[0], published[0] - none[0], 1e-9 * (1.0 + std::abs(twice[0]) + std::abs(none[0])))
        << "the potential's rate is linear in every conductance";
    model->set_scale(current.name, 1.0);
  }
  EXPECT_EQ(rates(*model), published) << "a factor of one is none";
}

TEST_P(EveryIonicModel, HalfOfACurrentIsLeftAtTheIc50) {
  const std::string current = model->scaling().currents().front().name;
  const auto halved = ionic_models().make(GetParam()), drugged = ionic_models().make(GetParam());
  halved->set_scale(current, 0.5);
  drugged->add_drug({"blocker", 3.0, {{current, 3.0, 1.7, {}}}, {}});
  std::vector<double> a(model->initial_states().size() + 1), b(a);
  halved->rates(-20.0, model->initial_states().data(), &a[0], &a[1]);
  drugged->rates(-20.0, model->initial_states().data(), &b[0], &b[1]);
  EXPECT_EQ(a, b);
}

INSTANTIATE_TEST_SUITE_P(All, EveryIonicModel, testing::ValuesIn(ionic_models().names()), [](const auto &entry) { return entry.param; });

TEST(IonicModels, UnknownNamesAreRefusedWithASuggestion) {
  try {
    ionic_models().make("ten_tuscher_2006_epi");
    FAIL();
  } catch (const io::CaseError &error) {
    EXPECT_NE(std::string(error.what()).find("ten_tusscher_2006_epi"), std::string::npos);
  }
}

TEST(IonicModels, UnknownCurrentsAreRefusedWithASuggestion) {
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  try {
    model->add_drug({"dofetilide", 0.002, {{"i_Krr", 0.005, 0.9, {}}}, {}});
    FAIL();
  } catch (const io::CaseError &error) {
    EXPECT_NE(std::string(error.what()).find("drug 'dofetilide'"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("i_Kr"), std::string::npos);
  }
  EXPECT_THROW(model->set_scale("sodium", 0.5), io::CaseError);
}

TEST(DrugBlock, FollowsHill) {
  const Drug drug{"drug", 0.3, {{"i_Kr", 0.1, 2.0, {}}}, {}};
  EXPECT_NEAR(open_share(drug, drug.blocks[0]), 0.1, 1e-15) << "1 / (1 + 3^2)";
}

} // namespace
} // namespace corvivo::physics
