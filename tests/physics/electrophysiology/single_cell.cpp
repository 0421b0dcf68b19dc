#include "single_cell.hpp"

#include <cvode/cvode.h>
#include <gtest/gtest.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

SingleCell::SingleCell(const IonicModel &model)
    : model_(model), voltage_(IonicModel::pack, model.resting_voltage()), states_(initial_states(model, 1)), current_(IonicModel::pack) {}

void SingleCell::step(double dt, double stimulus, bool second_order) {
  const double before = second_order ? 0.5 : 0.0, after = 1.0 - before; // Strang splitting of the stimulus
  for (double &v : voltage_)
    v -= before * dt * stimulus;
  model_.advance(voltage_.data(), states_.data(), IonicModel::pack, IonicModel::pack, dt, current_.data(), second_order);
  for (std::size_t i = 0; i < IonicModel::pack; ++i)
    voltage_[i] -= dt * (current_[i] + after * stimulus);
}

void SingleCell::carry_by_potassium(double dt, double stimulus) {
  if (model_.potassium_state() != IonicModel::none)
    for (std::size_t i = 0; i < IonicModel::pack; ++i)
      states_[model_.potassium_state() * IonicModel::pack + i] -= dt * stimulus * model_.potassium_per_current();
}

namespace {

/// Durations need the peak: the trace is measured once the beat is over.
Beat measured(const std::vector<double> &times, const std::vector<double> &trace) {
  Beat beat;
  beat.rest = trace.front();
  beat.peak = *std::max_element(trace.begin(), trace.end());
  std::size_t upstroke = 1;
  for (std::size_t i = 1; i < trace.size(); ++i) {
    const double slope = (trace[i] - trace[i - 1]) / (times[i] - times[i - 1]);
    if (slope > beat.steepest)
      beat.steepest = slope, upstroke = i;
  }
  const auto top = static_cast<std::size_t>(std::max_element(trace.begin(), trace.end()) - trace.begin());
  const auto falls_to = [&](double repolarised) {
    const double level = beat.peak - repolarised * (beat.peak - beat.rest);
    for (std::size_t i = top + 1; i < trace.size(); ++i)
      if (trace[i] < level)
        return times[i] - (level - trace[i]) / (trace[i - 1] - trace[i]) * (times[i] - times[i - 1]) - times[upstroke];
    return 0.0;
  };
  beat.apd90 = falls_to(0.9);
  beat.apd50 = falls_to(0.5);
  return beat;
}

struct OdeProblem {
  const IonicModel *model;
  const PlainRates *plain;
  double stimulus;
};

int ode_rates(realtype, N_Vector y, N_Vector rate, void *data) {
  const auto &problem = *static_cast<OdeProblem *>(data);
  const double *values = N_VGetArrayPointer(y);
  double *out = N_VGetArrayPointer(rate);
  if (*problem.plain)
    (*problem.plain)(values, out);
  else
    problem.model->rates(values[0], values + 1, out, out + 1);
  out[0] -= problem.stimulus;
  return 0;
}

} // namespace

Beat paced(SingleCell &cell, double cycle, int beats, double strength, double late) {
  std::vector<double> times, trace;
  double lowest = 0, highest = 0;
  for (int beat = 0; beat < beats; ++beat) {
    const bool calcium = cell.model().calcium_state() != IonicModel::none;
    times = {0.0}, trace = {cell.voltage()};
    lowest = highest = calcium ? cell.calcium() : 0;
    for (double time = 0; time < cycle - 1e-9;) {
      const double dt = time < 30.0 - 1e-9 ? 0.01 : late, stimulus = time < 1.0 - 1e-9 ? strength : 0.0;
      cell.step(dt, stimulus);
      cell.carry_by_potassium(dt, stimulus);
      time += dt;
      times.push_back(time), trace.push_back(cell.voltage());
      if (calcium)
        lowest = std::min(lowest, cell.calcium()), highest = std::max(highest, cell.calcium());
    }
  }
  Beat beat = measured(times, trace);
  beat.calcium_rest = lowest, beat.calcium_peak = highest;
  return beat;
}

Beat paced(const IonicModel &model, double cycle, int beats) {
  SingleCell cell(model);
  return paced(cell, cycle, beats);
}

std::vector<std::vector<double>> cvode_solution(const IonicModel &model, const PlainRates &plain, const std::vector<double> &times,
                                                double stimulus) {
  const auto size = static_cast<sunindextype>(model.initial_states().size() + 1);
  SUNContext context = nullptr;
  SUNContext_Create(nullptr, &context);
  N_Vector y = N_VNew_Serial(size, context);
  NV_Ith_S(y, 0) = model.resting_voltage();
  for (sunindextype k = 1; k < size; ++k)
    NV_Ith_S(y, k) = model.initial_states()[static_cast<std::size_t>(k - 1)];
  OdeProblem problem{&model, &plain, 0.0};
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
  const auto go_to = [&](double time, double current) {
    problem.stimulus = current;
    CVodeReInit(cvode, at, y);
    CVodeSetStopTime(cvode, time);
    EXPECT_GE(CVode(cvode, time, y, &at, CV_NORMAL), 0);
  };
  go_to(10.0, 0.0);
  go_to(11.0, stimulus);
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

} // namespace corvivo::physics
