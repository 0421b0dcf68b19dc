/// Ionic models against independent trajectories, SUNDIALS and the published action potential.
#include <io/base/text.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <cvode/cvode.h>
#include <gtest/gtest.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

namespace corvivo::physics {
namespace {

/// One pack of equal cells under a stimulus current.
class SingleCell {
public:
  explicit SingleCell(const IonicModel &model)
      : model_(model), voltage_(IonicModel::pack, model.resting_voltage()), states_(initial_states(model, 1)), current_(IonicModel::pack) {}
  void step(double dt, double stimulus) {
    model_.advance(voltage_.data(), states_.data(), IonicModel::pack, IonicModel::pack, dt, current_.data());
    for (std::size_t i = 0; i < IonicModel::pack; ++i)
      voltage_[i] -= dt * (current_[i] + stimulus);
  }
  /// The stimulus as a current of potassium ions, as the model's single-cell protocol has it: it changes their concentration too.
  void carry_by_potassium(double dt, double stimulus) {
    const auto &names = model_.state_names();
    const auto k = static_cast<std::size_t>(std::find(names.begin(), names.end(), "K_i") - names.begin());
    for (std::size_t i = 0; i < IonicModel::pack; ++i)
      states_[k * IonicModel::pack + i] -= dt * stimulus * 0.185 / (0.016404 * 96485.3415);
  }
  double voltage() const { return voltage_[0]; }
  double state(std::size_t k) const { return states_[k * IonicModel::pack]; }

private:
  const IonicModel &model_;
  std::vector<double> voltage_, states_, current_;
};

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
  std::unique_ptr<IonicModel> model = ionic_models().make(GetParam());
};

TEST_P(EveryIonicModel, FollowsAnIndependentTrajectory) {
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

TEST_P(EveryIonicModel, StaysAtRestWhenLeftAlone) {
  SingleCell cell(*model);
  for (int step = 0; step < 20000; ++step)
    cell.step(0.05, 0.0);
  // The published initial values are those of a paced cell: one second of rest may drift by about a millivolt, without an action potential.
  EXPECT_NEAR(cell.voltage(), model->resting_voltage(), 1.5);
}

TEST_P(EveryIonicModel, TreatsEveryCellAlikeWhereverItIsStored) {
  const std::size_t cells = 136; // two blocks and a part of the kernel's loop
  std::vector<double> voltage(cells), current(cells), states = initial_states(*model, cells), spread = states;
  for (std::size_t i = 0; i < cells; ++i)
    voltage[i] = -95.0 + 140.0 * static_cast<double>(i) / cells;
  model->advance(voltage.data(), spread.data(), cells, cells, 0.05, current.data());
  for (std::size_t i = 0; i < cells; ++i) {
    std::vector<double> v(IonicModel::pack, voltage[i]), one = initial_states(*model, 1), total(IonicModel::pack);
    model->advance(v.data(), one.data(), IonicModel::pack, IonicModel::pack, 0.05, total.data());
    EXPECT_EQ(total[i % IonicModel::pack], current[i]);
    for (std::size_t k = 0; k < model->state_names().size(); ++k)
      EXPECT_EQ(one[k * IonicModel::pack], spread[k * cells + i]) << model->state_names()[k];
  }
}

TEST_P(EveryIonicModel, AgreesWithItsScalarRates) {
  for (const double v : {-90.0, -60.0, -40.0, -39.9, -10.0, 15.0, 30.0}) {
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

struct OdeProblem {
  const IonicModel *model;
  double stimulus;
};

int ode_rates(realtype, N_Vector y, N_Vector rate, void *data) {
  const auto &problem = *static_cast<OdeProblem *>(data);
  const double *values = N_VGetArrayPointer(y);
  double *out = N_VGetArrayPointer(rate);
  problem.model->rates(values[0], values + 1, out, out + 1);
  out[0] -= problem.stimulus;
  return 0;
}

/// V and the states at each of `times`, CVODE (BDF, dense Newton) with relative tolerance 1e-10; the stimulus changes at 10 and 11 ms.
std::vector<std::vector<double>> cvode_solution(const IonicModel &model, const std::vector<double> &times) {
  const auto size = static_cast<sunindextype>(model.initial_states().size() + 1);
  SUNContext context = nullptr;
  SUNContext_Create(nullptr, &context);
  N_Vector y = N_VNew_Serial(size, context);
  NV_Ith_S(y, 0) = model.resting_voltage();
  for (sunindextype k = 1; k < size; ++k)
    NV_Ith_S(y, k) = model.initial_states()[static_cast<std::size_t>(k - 1)];
  OdeProblem problem{&model, 0.0};
  void *cvode = CVodeCreate(CV_BDF, context);
  CVodeInit(cvode, ode_rates, 0.0, y);
  CVodeSStolerances(cvode, 1e-10, 1e-13);
  CVodeSetUserData(cvode, &problem);
  CVodeSetMaxNumSteps(cvode, 1000000);
  SUNMatrix matrix = SUNDenseMatrix(size, size, context);
  SUNLinearSolver solver = SUNLinSol_Dense(y, matrix, context);
  CVodeSetLinearSolver(cvode, solver, matrix);
  std::vector<std::vector<double>> solution;
  double at = 0;
  const auto go_to = [&](double time, double stimulus) {
    problem.stimulus = stimulus;
    CVodeReInit(cvode, at, y);
    CVodeSetStopTime(cvode, time);
    EXPECT_GE(CVode(cvode, time, y, &at, CV_NORMAL), 0);
  };
  go_to(10.0, 0.0);
  go_to(11.0, -52.0);
  for (const double time : times) {
    go_to(time, 0.0);
    solution.emplace_back(NV_DATA_S(y), NV_DATA_S(y) + size);
  }
  CVodeFree(&cvode);
  SUNLinSolFree(solver);
  SUNMatDestroy(matrix);
  N_VDestroy(y);
  SUNContext_Free(&context);
  return solution;
}

TEST_P(EveryIonicModel, ConvergesToTheSolutionOfCvode) {
  const std::vector<double> times = {12.0, 20.0, 50.0, 100.0, 250.0};
  const auto exact = cvode_solution(*model, times);
  std::vector<double> error;
  for (const double dt : {0.01, 0.005}) {
    SingleCell cell(*model);
    error.push_back(0.0);
    int step = 0;
    for (std::size_t t = 0; t < times.size(); ++t) {
      for (; step < static_cast<int>(std::lround(times[t] / dt)); ++step)
        cell.step(dt, step >= std::lround(10.0 / dt) && step < std::lround(11.0 / dt) ? -52.0 : 0.0);
      error.back() = std::max(error.back(), std::abs(cell.voltage() - exact[t][0]));
      const double calcium = exact[t][1 + model->calcium_state()];
      EXPECT_NEAR(cell.state(model->calcium_state()), calcium, 4.0 * dt * calcium) << "2 % at 0.005 ms: the release is steep; first order";
    }
  }
  EXPECT_LT(error[1], 0.5) << "mV; first-order splitting, largest right after the upstroke";
  EXPECT_NEAR(error[0] / error[1], 2.0, 0.3) << "first order in the step";
}

INSTANTIATE_TEST_SUITE_P(All, EveryIonicModel, testing::ValuesIn(ionic_models().names()), [](const auto &entry) { return entry.param; });

/// Action potential duration at 90 % repolarisation of the last of `beats`, cycle length in ms.
double apd90(const IonicModel &model, double cycle, int beats, double dt) {
  SingleCell cell(model);
  double duration = 0;
  for (int beat = 0; beat < beats; ++beat) {
    const double rest = cell.voltage();
    double peak = rest, upstroke = -1, steepest = 0, before = rest;
    duration = 0;
    for (int step = 0; step < std::lround(cycle / dt); ++step) {
      cell.step(dt, step * dt < 1.0 ? -52.0 : 0.0);
      const double v = cell.voltage(), time = (step + 1) * dt;
      if (v - before > steepest) {
        steepest = v - before;
        upstroke = time;
      }
      peak = std::max(peak, v);
      const double level = rest + 0.1 * (peak - rest);
      if (duration == 0 && time > 50 && before >= level && v < level)
        duration = time - upstroke;
      before = v;
    }
  }
  return duration;
}

TEST(TenTusscher2006, HasThePublishedActionPotentialDurations) {
  // Human epicardial and endocardial cells of the model last about 300 ms at 1 Hz, M cells clearly longer (ten Tusscher & Panfilov 2006,
  // figures 2 and 3; read off plots, hence 5 %).
  const double epi = apd90(*ionic_models().make("ten_tusscher_2006_epi"), 1000, 5, 0.02);
  const double endo = apd90(*ionic_models().make("ten_tusscher_2006_endo"), 1000, 5, 0.02);
  const double mid = apd90(*ionic_models().make("ten_tusscher_2006_mid"), 1000, 5, 0.02);
  EXPECT_NEAR(epi, 300.0, 15.0);
  EXPECT_NEAR(endo, epi, 15.0);
  EXPECT_GT(mid, epi + 50.0);
}

TEST(TenTusscher2006, UnknownNamesAreRefusedWithASuggestion) {
  try {
    ionic_models().make("ten_tuscher_2006_epi");
    FAIL();
  } catch (const io::CaseError &error) {
    EXPECT_NE(std::string(error.what()).find("ten_tusscher_2006_epi"), std::string::npos);
  }
}

} // namespace
} // namespace corvivo::physics
