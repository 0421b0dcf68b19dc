#include <calibration/misfit.hpp>

#include <calibration/spread.hpp>
#include <io/base/errors.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::calibration {

namespace {

/// Step of the central differences, in prior standard deviations: truncation and the limit cycle's tolerance (1e-5 mL) both stay below
/// 1e-3 of a derivative.
constexpr double difference_step = 4e-3;

} // namespace

Misfit::Misfit(const physics::ForwardModel &model, std::vector<Observation> observations, ParameterScale scale, MPI_Comm comm)
    : model_(model), observations_(std::move(observations)), comm_(comm), scale_(std::move(scale)) {
  const std::vector<io::Quantity> outputs = model.outputs();
  const std::vector<double> error = model.model_error();
  for (const Observation &o : observations_) {
    const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const io::Quantity &q) { return q.name == o.observable; });
    if (found == outputs.end())
      throw io::CaseError("calibration: the model does not predict " + o.observable + ", which the measurement " + o.name + " needs");
    if (found->unit != o.unit)
      throw io::CaseError("calibration: " + o.name + " is in " + o.unit + ", the model's " + o.observable + " in " + found->unit);
    rows_.push_back(found - outputs.begin());
    sd_.push_back(std::hypot(o.sd, error[rows_.back()]));
  }
}

Vector Misfit::pick(const physics::Observables &outputs) const {
  Vector values;
  for (const Observation &o : observations_)
    values.push_back(outputs.value(o.observable));
  return values;
}

Vector Misfit::predictions(const Vector &x) const {
  return pick(model_.predict(scale_.from_standard(x)));
}

Matrix Misfit::prediction_jacobian(const Vector &x) const {
  const std::size_t n = x.size(), m = observations_.size();
  Matrix result(m, Vector(n));
  const Matrix exact = model_.jacobian(scale_.from_standard(x));
  if (!exact.empty()) {
    const Vector slope = scale_.slope(x);
    for (std::size_t k = 0; k < m; ++k)
      for (std::size_t i = 0; i < n; ++i)
        result[k][i] = exact[rows_[k]][i] * slope[i];
    return result;
  }
  const auto end = [&](std::size_t i, bool up) { // of the difference, inside the box
    Vector moved = x;
    moved[i] = std::clamp(x[i] + (up ? difference_step : -difference_step), scale_.lower()[i], scale_.upper()[i]);
    return moved;
  };
  const Matrix ends = spread(comm_, 2 * n, m, [&](std::size_t k) { return predictions(end(k / 2, k % 2 == 0)); });
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < m; ++k)
      result[k][i] = (ends[2 * i][k] - ends[2 * i + 1][k]) / (end(i, true)[i] - end(i, false)[i]);
  return result;
}

Vector Misfit::residuals(const Vector &x) const {
  Vector r = predictions(x);
  for (std::size_t k = 0; k < r.size(); ++k)
    r[k] = (r[k] - observations_[k].value) / sd_[k];
  r.insert(r.end(), x.begin(), x.end());
  return r;
}

Matrix Misfit::jacobian(const Vector &x) const {
  return jacobian(prediction_jacobian(x));
}

Matrix Misfit::jacobian(Matrix j) const {
  for (std::size_t k = 0; k < j.size(); ++k)
    for (double &entry : j[k])
      entry /= sd_[k];
  for (std::size_t i = 0; i < scale_.size(); ++i) {
    j.emplace_back(scale_.size(), 0.0);
    j.back()[i] = 1;
  }
  return j;
}

} // namespace corvivo::calibration
