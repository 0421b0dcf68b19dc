#include <calibration/what_if.hpp>

#include <calibration/spread.hpp>
#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::calibration {

namespace {

using physics::ForwardModel;
using physics::ParameterVector;

ParameterVector changed(ParameterVector values, const physics::ParameterSpace &space, const Scenario &scenario) {
  for (const ParameterChange &change : scenario.changes)
    for (std::size_t i = 0; i < space.size(); ++i)
      if (space[i].name == change.parameter)
        values[i] *= 1 + change.change / 100;
  return values;
}

/// The first parameter outside the box in words, or empty.
std::string outside(const ParameterVector &values, const physics::ParameterSpace &box) {
  for (std::size_t i = 0; i < box.size(); ++i)
    if (!(values[i] >= box[i].lower && values[i] <= box[i].upper))
      return box[i].name + " of " + io::print_quantity(std::stod(io::fixed(values[i], 4)), box[i].unit) +
             " lies outside the surrogate's box, " + io::print_number(box[i].lower) + " to " + io::print_number(box[i].upper);
  return "";
}

/// Why the surrogate cannot answer, or empty. `points`: the mode, then the draws.
std::string why_full(const std::vector<ParameterVector> &points, const physics::ParameterSpace &box, const Scenario &scenario) {
  if (scenario.heart_rate_change != 0)
    return "the surrogate knows one heart rate only";
  std::string mode = outside(changed(points.front(), box, scenario), box);
  if (!mode.empty())
    return mode;
  std::size_t count = 0;
  std::string example;
  for (std::size_t k = 1; k < points.size(); ++k)
    if (const std::string draw = outside(changed(points[k], box, scenario), box); !draw.empty()) {
      example = draw;
      ++count;
    }
  return count == 0 ? ""
                    : std::to_string(count) + " of " + std::to_string(points.size() - 1) +
                          " draws of the posterior leave the surrogate's box (" + example + ")";
}

/// The wanted outputs of one model at one point.
Vector answer(const ForwardModel &model, const ParameterVector &values, const std::vector<std::string> &outputs) {
  const physics::Observables found = model.predict(values);
  Vector row;
  for (const std::string &output : outputs)
    row.push_back(found.value(output));
  return row;
}

/// Rows of 1 + 2 n numbers: whether both models answered, then the outputs before and after. The mode comes first and must be answered.
Matrix answers(const std::vector<ParameterVector> &points, const Scenario &scenario, const ForwardModel &before, const ForwardModel &after,
               const std::vector<std::string> &outputs, MPI_Comm comm) {
  const std::size_t n = outputs.size();
  return spread(comm, points.size(), 1 + 2 * n, [&](std::size_t k) {
    Vector row(1 + 2 * n, 0.0);
    try {
      const Vector a = answer(before, points[k], outputs), b = answer(after, changed(points[k], before.space(), scenario), outputs);
      std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), row.begin() + 1));
      row[0] = 1;
    } catch (const io::CaseError &error) {
      if (k == 0)
        throw io::CaseError("whatif, scenario '" + scenario.name + "': the change leads too far: " + error.what());
    } catch (const io::SolveError &error) {
      if (k == 0)
        throw io::SolveError("what-if '" + scenario.name + "': " + error.what());
    }
    return row;
  });
}

/// Standard deviation over the draws of what `value` takes from a row.
template <class Value> double deviation(const Matrix &rows, const Value &value) {
  double sum = 0, squares = 0;
  int count = 0;
  for (std::size_t k = 1; k < rows.size(); ++k)
    if (rows[k][0] == 1) {
      const double v = value(rows[k]) - value(rows[0]); // near zero: no cancellation
      sum += v;
      squares += v * v;
      ++count;
    }
  return count < 2 ? 0 : std::sqrt(std::max(0.0, (squares - sum * sum / count) / (count - 1)));
}

std::vector<Effect> effects_of(const Matrix &rows, const ForwardModel &model, const std::vector<std::string> &outputs) {
  const std::vector<io::Quantity> known = model.outputs();
  const std::vector<double> errors = model.model_error();
  std::vector<Effect> effects;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto at = std::find_if(known.begin(), known.end(), [&](const io::Quantity &q) { return q.name == outputs[i]; });
    CORVIVO_ASSERT(at != known.end(), "the model has no output '" + outputs[i] + "'");
    const double error = errors[static_cast<std::size_t>(at - known.begin())];
    const std::size_t before = 1 + i, after = 1 + outputs.size() + i;
    Effect effect{outputs[i], at->unit, rows[0][before], rows[0][after]};
    effect.before_sd = std::hypot(deviation(rows, [&](const Vector &row) { return row[before]; }), error);
    effect.after_sd = std::hypot(deviation(rows, [&](const Vector &row) { return row[after]; }), error);
    effect.change_sd = std::hypot(deviation(rows, [&](const Vector &row) { return row[after] - row[before]; }), std::sqrt(2.0) * error);
    effects.push_back(effect);
  }
  return effects;
}

/// Largest difference of the changes by both models at the mode, in the surrogate's standard error of a change.
double surrogate_difference(const Matrix &rows, const Vector &before, const Vector &after, const ForwardModel &fast,
                            const std::vector<std::string> &outputs) {
  const std::vector<io::Quantity> known = fast.outputs();
  const std::vector<double> errors = fast.model_error();
  double largest = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (std::size_t j = 0; j < known.size(); ++j)
      if (known[j].name == outputs[i] && errors[j] > 0) {
        const double by_surrogate = rows[0][1 + outputs.size() + i] - rows[0][1 + i], by_model = after[i] - before[i];
        largest = std::max(largest, std::abs(by_surrogate - by_model) / (std::sqrt(2.0) * errors[j]));
      }
  return largest;
}

void report(const ScenarioResult &result, const std::string &assumed, io::Quantities &quantities) {
  const std::string flag = result.by_surrogate ? "" : "by the full model: " + result.why_full;
  const std::string warning = assumed.empty() || flag.empty() ? assumed + flag : flag + "; " + assumed;
  const auto set = [&](const std::string &what, const Effect &e, double value, double sd) {
    io::Quantity &q = quantities.set("whatif_" + what + "_" + result.name + "_" + e.output, value, e.unit);
    q.uncertainty = sd;
    q.warning = warning;
  };
  for (const Effect &e : result.effects) {
    set("before", e, e.before, e.before_sd);
    set("after", e, e.after, e.after_sd);
    set("change", e, e.change(), e.change_sd);
  }
  if (result.by_surrogate)
    quantities.set("whatif_surrogate_difference_" + result.name, result.surrogate_difference, "1");
}

} // namespace

WhatIfResult what_if(const Posterior &posterior, const ForwardModel &fast, const FullModel &full, const WhatIfOptions &options,
                     const std::string &assumed, io::Quantities &quantities, MPI_Comm comm) {
  std::vector<ParameterVector> points = posterior.draw(static_cast<std::size_t>(options.draws), options.seed);
  points.insert(points.begin(), posterior.mode);
  const std::unique_ptr<ForwardModel> today = full(1.0);
  WhatIfResult result;
  for (const Scenario &scenario : options.scenarios) {
    ScenarioResult s{scenario.name, scenario.meaning, scenario.in_words()};
    s.why_full = why_full(points, fast.space(), scenario);
    s.by_surrogate = s.why_full.empty();
    const std::unique_ptr<ForwardModel> then = full(1 + scenario.heart_rate_change / 100);
    const Matrix rows = s.by_surrogate ? answers(points, scenario, fast, fast, options.outputs, comm)
                                       : answers(points, scenario, *today, *then, options.outputs, comm);
    s.effects = effects_of(rows, s.by_surrogate ? fast : *today, options.outputs);
    s.draws = options.draws;
    for (const Vector &row : rows)
      s.failed_draws += row[0] == 0;
    if (s.by_surrogate)
      s.surrogate_difference =
          surrogate_difference(rows, answer(*today, posterior.mode, options.outputs),
                               answer(*then, changed(posterior.mode, fast.space(), scenario), options.outputs), fast, options.outputs);
    report(s, assumed, quantities);
    result.scenarios.push_back(s);
  }
  return result;
}

} // namespace corvivo::calibration
