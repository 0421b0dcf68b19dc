#include <physics/mechanics/load_curves.hpp>

#include <io/base/errors.hpp>
#include <io/base/time_series.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace corvivo::physics {
namespace {

class NoLoad final : public LoadCurve {
public:
  void describe(io::Schema &) override {}
  void prepare(double) override {}
  double value(double) const override { return 0; }
};

/// Grows linearly from 0 to `peak` at the end.
class Ramp final : public LoadCurve {
public:
  void describe(io::Schema &schema) override { schema.quantity("peak", peak_, "kPa", io::any, "Value at the end of the run."); }
  void prepare(double end) override { end_ = end; }
  double value(double time) const override { return peak_ * time / end_; }

private:
  double peak_ = 1, end_ = 1;
};

/// Straight lines between the samples of a table.
class Table final : public LoadCurve {
public:
  void describe(io::Schema &schema) override {
    schema.file("file", file_,
                "Table: a column `time` and one of a pressure, each with its unit in brackets; the last value stays to the end of the run.",
                true);
    schema.text("column", column_, "Name of that column.");
  }
  void prepare(double) override {
    const io::TimeSeries series = io::time_series_from_csv(file_.string());
    for (const char *name : {"time", column_.c_str()})
      if (!series.has(name))
        throw io::CaseError(file_.string() + ": found no column '" + name + "', expected `time [ms]` and `" + column_ + " [kPa]`");
    times_ = column_in(series, "time", "ms");
    values_ = column_in(series, column_, "kPa");
    if (times_.empty() || !std::is_sorted(times_.begin(), times_.end()))
      throw io::CaseError(file_.string() + ": column 'time' must increase");
  }
  std::filesystem::path file() const override { return file_; }
  double value(double time) const override {
    const auto after = std::upper_bound(times_.begin(), times_.end(), time);
    const std::size_t i = static_cast<std::size_t>(after - times_.begin());
    if (i == 0 || i == times_.size())
      return i == 0 ? values_.front() : values_.back();
    const double share = (time - times_[i - 1]) / (times_[i] - times_[i - 1]);
    return (1 - share) * values_[i - 1] + share * values_[i];
  }

private:
  std::vector<double> column_in(const io::TimeSeries &series, const std::string &name, const std::string &unit) const {
    std::vector<double> values;
    for (const auto &column : series.columns())
      if (column.name == name)
        try {
          const double factor = io::conversion_factor(column.unit, unit);
          for (const double value : column.values)
            values.push_back(value * factor);
        } catch (const io::CaseError &problem) {
          throw io::CaseError(file_.string() + ": column '" + name + "': " + problem.what());
        }
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isfinite(values[i]))
        throw io::CaseError(file_.string() + ": column '" + name + "': found no number in row " + std::to_string(i + 1) +
                            " below the heading, expected one in each");
    return values;
  }

  std::filesystem::path file_;
  std::string column_ = "pressure";
  std::vector<double> times_, values_;
};

/// A curve that is the solution of y' = slope(t, y), y(0) = 0, by the classical fourth-order Runge-Kutta method.
class Driver : public LoadCurve {
public:
  void prepare(double end) override {
    values_ = {0.0};
    const double h = step_ * 1e-3;
    for (double t = 0; t < end * 1e-3 + h; t += h) {
      const double y = values_.back();
      const double a = slope(t, y), b = slope(t + h / 2, y + h / 2 * a), c = slope(t + h / 2, y + h / 2 * b), d = slope(t + h, y + h * c);
      values_.push_back(y + h / 6 * (a + 2 * b + 2 * c + d));
    }
  }
  double value(double time) const override {
    const double at = std::max(time, 0.0) / step_;
    const std::size_t i = std::min(static_cast<std::size_t>(at), values_.size() - 2);
    return values_[i] + (at - static_cast<double>(i)) * (values_[i + 1] - values_[i]);
  }

protected:
  virtual double slope(double seconds, double y) const = 0; ///< kPa/s
  double rising(double t) const { return 0.5 * (1 + std::tanh(t / (gamma_ * 1e-3))); }
  double falling(double t) const { return 0.5 * (1 - std::tanh(t / (gamma_ * 1e-3))); }
  /// a_max while the ventricle contracts, a_min otherwise.
  double activity(double t) const {
    const double f = rising(t - systole_ * 1e-3) * falling(t - diastole_ * 1e-3);
    return largest_rate_ * f + smallest_rate_ * (1 - f);
  }
  void describe_activity(io::Schema &schema) {
    const std::string source = "Arostica et al., Comput Methods Appl Mech Eng 435:117485, 2025";
    schema.quantity("systole", systole_, "ms", io::any, "When contraction begins.", source);
    schema.quantity("diastole", diastole_, "ms", io::any, "When relaxation begins.", source);
    schema.quantity("steepness", gamma_, "ms", io::positive, "Width of the switches between them.", source);
    schema.quantity("largest_rate", largest_rate_, "1/s", io::any, "Rate of the driver during contraction.", source);
    schema.quantity("smallest_rate", smallest_rate_, "1/s", io::any, "Rate of the driver otherwise.", source);
  }
  double systole_ = 160, diastole_ = 484, gamma_ = 5, largest_rate_ = 5, smallest_rate_ = -30;

private:
  static constexpr double step_ = 0.05; // ms
  std::vector<double> values_;
};

/// tau' = -|a| tau + sigma_0 max(a, 0).
class ArosticaTension final : public Driver {
public:
  void describe(io::Schema &schema) override {
    schema.quantity("contractility", contractility_, "kPa", io::not_negative, "sigma_0, the tension that it tends to.",
                    "Arostica et al., Comput Methods Appl Mech Eng 435:117485, 2025");
    describe_activity(schema);
  }

protected:
  double slope(double t, double y) const override {
    const double a = activity(t);
    return -std::abs(a) * y + contractility_ * std::max(a, 0.0);
  }

private:
  double contractility_ = 150;
};

/// p' = -|b| p + sigma_mid max(b, 0) + sigma_pre max(g, 0), b = a + alpha_pre g + alpha_mid: a sum.
class ArosticaPressure final : public Driver {
public:
  ArosticaPressure() { systole_ = 170; }
  void describe(io::Schema &schema) override {
    const std::string source = "Arostica et al., Comput Methods Appl Mech Eng 435:117485, 2025";
    schema.quantity("sigma_mid", sigma_mid_, "kPa", io::not_negative, "Pressure that systole tends to.", source);
    schema.quantity("sigma_pre", sigma_pre_, "kPa/s", io::not_negative, "Rate of filling before the end of systole.", source);
    schema.quantity("alpha_mid", alpha_mid_, "1/s", io::any, "Added to the rate at all times.", source);
    schema.quantity("alpha_pre", alpha_pre_, "1/s", io::any, "Added to the rate until relaxation begins.", source);
    describe_activity(schema);
  }

protected:
  double slope(double t, double y) const override {
    const double g = falling(t - diastole_ * 1e-3), b = activity(t) + alpha_pre_ * g + alpha_mid_;
    return -std::abs(b) * y + sigma_mid_ * std::max(b, 0.0) + sigma_pre_ * std::max(g, 0.0);
  }

private:
  double sigma_mid_ = 16, sigma_pre_ = 7, alpha_mid_ = 1, alpha_pre_ = 5;
};

} // namespace

const io::Catalogue<LoadCurve> &load_curves() {
  using io::make;
  static const io::Catalogue<LoadCurve> list(
      "load curve", {
                        {"none", "zero at all times", make<NoLoad, LoadCurve>},
                        {"ramp", "linear from zero to its peak at the end", make<Ramp, LoadCurve>},
                        {"table", "straight lines between the samples of a file", make<Table, LoadCurve>},
                        {"arostica_tension", "active stress of Arostica et al., CMAME 435:117485, 2025", make<ArosticaTension, LoadCurve>},
                        {"arostica_pressure", "cavity pressure of the same benchmark", make<ArosticaPressure, LoadCurve>},
                    });
  return list;
}

} // namespace corvivo::physics
