#include <calibration/calibrate.hpp>
#include <calibration/parameter_scale.hpp>
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <io/base/random_stream.hpp>
#include <physics/circulation/circulation_model.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

using namespace corvivo;
using namespace corvivo::calibration;

namespace {

/// A model whose posterior is known in closed form: outputs linear in the standardised (linear) parameters, p in [-sqrt(3), sqrt(3)].
class LinearModel final : public physics::ForwardModel {
public:
  explicit LinearModel(bool exact_gradient, double bias = 0) : exact_gradient_(exact_gradient), bias_(bias) {
    for (const char *name : {"first", "second"})
      space_.push_back({name, "1", "", -std::sqrt(3.0), std::sqrt(3.0), 0});
  }
  const physics::ParameterSpace &space() const override { return space_; }
  std::vector<io::Quantity> outputs() const override {
    return {
        {"lv_edv", 0, "mL"}, {"lv_esv", 0, "mL"}, {"aortic_systolic", 0, "mmHg"}, {"aortic_diastolic", 0, "mmHg"}, {"lv_edp", 0, "mmHg"}};
  }
  physics::Observables predict(const physics::ParameterVector &p) const override {
    physics::Observables found;
    const auto names = outputs();
    for (std::size_t k = 0; k < names.size(); ++k)
      found.set(names[k].name, offsets_[k] + bias_ + slopes_[k][0] * p[0] + slopes_[k][1] * p[1], names[k].unit);
    return found;
  }
  std::vector<std::vector<double>> jacobian(const physics::ParameterVector &) const override {
    return exact_gradient_ ? slopes_ : Matrix{};
  }
  std::vector<double> model_error() const override { return std::vector<double>(5, exact_gradient_ ? 0.5 : 0.0); }

private:
  bool exact_gradient_;
  double bias_;
  physics::ParameterSpace space_;
  Matrix slopes_{{10, 4}, {3, -6}, {2, 9}, {1, 5}, {0, 0}};
  Vector offsets_{150, 60, 120, 80, 8};
};

io::Measurement measured(double value, double sd, bool assumed = false) {
  return {value, sd, assumed};
}

CalibrationOptions patient1() {
  CalibrationOptions options;
  options.measurements = {measured(177, 9),      measured(72, 7),   measured(120, 8, true),
                          measured(75, 6, true), measured(72.4, 2), measured(8, 3, true)};
  options.seed = 3;
  options.starts = 3;
  return options;
}

/// The circulation in substeps of 0.5 ms: within 2e-5 of 0.1 ms and five times faster.
physics::CirculationModel quick_circulation(double period) {
  physics::CirculationOptions options;
  options.time_step = 5e-4;
  return physics::CirculationModel(period, options);
}

TEST(CalibrationOfALinearModel, FindsThePosteriorInClosedForm) {
  const LinearModel model(true);
  CalibrationOptions options = patient1();
  io::Quantities quantities;
  const CalibrationResult result = calibrate(model, LinearModel(false), options, quantities);
  // Normal equations (A^T S^-2 A + I) x = A^T S^-2 (y - offset), by hand for two unknowns.
  double a = 1, b = 0, c = 1, f = 0, g = 0;
  const Matrix slope = model.jacobian({0, 0});
  const auto observations = options.measurements.observations();
  for (std::size_t k = 0; k < 5; ++k) {
    const double variance = observations[k].sd * observations[k].sd + 0.25; // measurement and model error
    const double misfit = observations[k].value - model.predict({0, 0}).value(observations[k].observable);
    a += slope[k][0] * slope[k][0] / variance;
    b += slope[k][0] * slope[k][1] / variance;
    c += slope[k][1] * slope[k][1] / variance;
    f += slope[k][0] * misfit / variance;
    g += slope[k][1] * misfit / variance;
  }
  const double determinant = a * c - b * b;
  EXPECT_NEAR(result.posterior.mode[0], (c * f - b * g) / determinant, 1e-6);
  EXPECT_NEAR(result.posterior.mode[1], (a * g - b * f) / determinant, 1e-6);
  EXPECT_NEAR(result.posterior.covariance[0][0], c / determinant, 1e-12);
  EXPECT_NEAR(result.posterior.covariance[0][1], -b / determinant, 1e-12);
  EXPECT_NEAR(result.posterior.covariance[1][1], a / determinant, 1e-12);
  EXPECT_EQ(result.starts_agreeing, options.starts) << "one optimum";
  EXPECT_EQ(result.polish_steps, 0) << "surrogate and full model are the same";
  EXPECT_NEAR(quantities.value("param_first"), result.posterior.mode[0], 0);
  EXPECT_NEAR(*quantities.find("param_first")->uncertainty, std::sqrt(c / determinant), 1e-12);
}

TEST(CalibrationOfALinearModel, PolishesWhenTheSurrogateIsOff) {
  io::Quantities quantities;
  const CalibrationResult result = calibrate(LinearModel(true, 4.0), LinearModel(false), patient1(), quantities);
  const CalibrationResult direct = calibrate(LinearModel(false), LinearModel(false), patient1(), quantities);
  EXPECT_GT(result.polish_steps, 0);
  EXPECT_NEAR(result.surrogate_difference, 4.0 / 3, 1e-9) << "4 mmHg over the 3 mmHg of the end-diastolic pressure";
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(result.posterior.mode[i], direct.posterior.mode[i], 1e-3) << "ends where the full model alone would";
}

TEST(CalibrationOfALinearModel, SaysWhatRestsOnAssumptions) {
  CalibrationOptions options = patient1();
  io::Quantities quantities;
  calibrate(LinearModel(true), LinearModel(false), options, quantities);
  const std::string warning = quantities.find("param_second")->warning;
  EXPECT_NE(warning.find("systolic_pressure"), std::string::npos) << warning;
  EXPECT_EQ(warning.find("lv_edp"), std::string::npos) << "no parameter moves it in this model: " << warning;
  EXPECT_FALSE(quantities.find("measured_systolic_pressure")->warning.empty());
  EXPECT_TRUE(quantities.find("measured_lv_edv")->warning.empty());
  for (io::Measurement *m :
       {&options.measurements.systolic_pressure, &options.measurements.diastolic_pressure, &options.measurements.lv_edp})
    m->assumed = false;
  io::Quantities all_measured;
  calibrate(LinearModel(true), LinearModel(false), options, all_measured);
  EXPECT_EQ(all_measured.find("param_second")->warning, "");
}

TEST(CalibrationOfALinearModel, IsTheSameOnAnyNumberOfRanks) {
  const CalibrationOptions options = patient1();
  io::Quantities together, alone;
  const CalibrationResult a = calibrate(LinearModel(true, 4.0), LinearModel(false), options, together, MPI_COMM_WORLD);
  const CalibrationResult b = calibrate(LinearModel(true, 4.0), LinearModel(false), options, alone, MPI_COMM_SELF);
  EXPECT_EQ(a.to_json(), b.to_json()) << "every start and difference is computed by one rank, in the same way";
}

/// Fails wherever it is asked, or has no end-diastolic pressure.
class BrokenModel final : public physics::ForwardModel {
public:
  explicit BrokenModel(bool lacks_output) : lacks_output_(lacks_output) {}
  const physics::ParameterSpace &space() const override { return sound_.space(); }
  std::vector<io::Quantity> outputs() const override {
    std::vector<io::Quantity> names = sound_.outputs();
    if (lacks_output_)
      names.pop_back();
    return names;
  }
  physics::Observables predict(const physics::ParameterVector &) const override { throw io::SolveError("diverged"); }

private:
  LinearModel sound_{false};
  bool lacks_output_;
};

TEST(CalibrationOfALinearModel, FailsWithASentenceWhenAModelDoes) {
  io::Quantities quantities;
  EXPECT_THROW(calibrate(BrokenModel(false), LinearModel(false), patient1(), quantities), io::SolveError);
  EXPECT_THROW(calibrate(LinearModel(true), BrokenModel(false), patient1(), quantities), io::SolveError);
  EXPECT_THROW(calibrate(BrokenModel(true), LinearModel(false), patient1(), quantities), io::CaseError);
}

TEST(CalibrationOfTheCirculation, ReachesThePatientOfTheFirstCase) {
  const CalibrationOptions options = patient1();
  const physics::CirculationModel model = quick_circulation(options.measurements.heart_period());
  io::Quantities quantities;
  const CalibrationResult result = calibrate(model, model, options, quantities);
  for (const FittedObservation &f : result.fit)
    EXPECT_NEAR(f.full, f.observation.value, f.observation.sd) << f.observation.name << ": within one standard deviation";
  EXPECT_LT(result.misfit, 0.5);
  EXPECT_EQ(result.starts_agreeing, options.starts);
  for (std::size_t i = 0; i < model.space().size(); ++i) {
    EXPECT_GT(result.posterior.mode[i], 1.02 * model.space()[i].lower) << model.space()[i].name;
    EXPECT_LT(result.posterior.mode[i], 0.98 * model.space()[i].upper) << model.space()[i].name;
  }
  for (const char *name : {"fit_lv_sv", "fit_lv_peak_pressure", "param_lv_contractility", "identifiability_lv_contractility"})
    EXPECT_TRUE(quantities.has(name)) << name;
  EXPECT_GT(quantities.find("fit_lv_sv")->uncertainty.value_or(0), 0);
}

/// Draws patients from the prior, measures them with noise and asks how far from the truth the fits are, in posterior standard deviations.
TEST(RecoveryOfKnownPatients, IsAsGoodAsThePosteriorSays) {
  const physics::CirculationModel model = quick_circulation(0.829);
  const ParameterScale scale(model.space());
  io::RandomStream random(2026);
  int patients = 0, within_two = 0, values = 0;
  double square = 0;
  while (patients < 12) {
    Vector x;
    for (std::size_t i = 0; i < scale.size(); ++i) {
      double z = random.normal();
      while (z < scale.lower()[i] || z > scale.upper()[i])
        z = random.normal();
      x.push_back(z);
    }
    const physics::Observables truth = model.predict(scale.from_standard(x));
    if (truth.value("aortic_diastolic") < 45 || truth.value("aortic_systolic") > 220 || truth.value("lv_ef") < 25 ||
        truth.value("lv_edp") > 25)
      continue; // in shock or worse: nobody would image them
    ++patients;
    for (const bool noisy : {false, true}) {
      CalibrationOptions options;
      const auto take = [&](const char *name, double sd) { return measured(truth.value(name) + (noisy ? sd * random.normal() : 0.0), sd); };
      const double tight = noisy ? 1.0 : 0.05;
      options.measurements = {take("lv_edv", 8 * tight),           take("lv_esv", 6 * tight), take("aortic_systolic", 5 * tight),
                              take("aortic_diastolic", 4 * tight), measured(60 / 0.829, 1),   take("lv_edp", 2 * tight)};
      options.measurements.lv_edp.value = std::max(options.measurements.lv_edp.value, 0.5);
      options.seed = 1;
      options.starts = 1;
      io::Quantities quantities;
      const CalibrationResult result = calibrate(model, model, options, quantities);
      const Vector sd = result.posterior.standard_deviation(), mode = scale.to_standard(result.posterior.mode);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double off = (mode[i] - x[i]) / std::sqrt(result.posterior.covariance[i][i]);
        if (noisy) {
          ++values;
          within_two += std::abs(off) < 2;
          square += off * off;
        } else {
          EXPECT_LT(std::abs(off), 1) << "patient " << patients << ", " << model.space()[i].name << ": exact data, only the prior pulls";
          EXPECT_NEAR(result.posterior.mode[i], scale.from_standard(x)[i], 0.03 * scale.from_standard(x)[i]) << model.space()[i].name;
        }
      }
    }
  }
  EXPECT_GE(within_two, 0.88 * values) << "95 % expected; below 88 % of 60 has probability 1 %";
  EXPECT_GT(square / values, 0.4) << "errors smaller than said: the posterior would be too wide";
  EXPECT_LT(square / values, 1.6) << "mean square of a standard normal: 1";
}

TEST(RecoveryOfKnownPatients, EndsAtTheSameOptimumFromEveryStart) {
  const physics::CirculationModel model = quick_circulation(0.829);
  CalibrationOptions options = patient1();
  options.starts = 8;
  io::Quantities quantities;
  const CalibrationResult result = calibrate(model, model, options, quantities);
  EXPECT_EQ(result.starts_agreeing, options.starts);
}

struct Impossible {
  const char *name, *says;
  void (*spoil)(PatientMeasurements &);
};

class ImpossibleMeasurements : public testing::TestWithParam<Impossible> {};

TEST_P(ImpossibleMeasurements, AreRefusedWithASentence) {
  CalibrationOptions options = patient1();
  GetParam().spoil(options.measurements);
  io::Quantities quantities;
  try {
    calibrate(LinearModel(true), LinearModel(false), options, quantities);
    FAIL();
  } catch (const io::CaseError &error) {
    EXPECT_NE(std::string(error.what()).find(GetParam().says), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, ImpossibleMeasurements,
    testing::Values(Impossible{"volumes_swapped", "must eject", [](PatientMeasurements &m) { std::swap(m.lv_edv, m.lv_esv); }},
                    Impossible{"no_ejection", "must eject", [](PatientMeasurements &m) { m.lv_esv = m.lv_edv; }},
                    Impossible{"pressures_swapped", "are the two swapped",
                               [](PatientMeasurements &m) { std::swap(m.systolic_pressure, m.diastolic_pressure); }},
                    Impossible{"no_sd", "lv_edv.sd", [](PatientMeasurements &m) { m.lv_edv.sd = 0; }},
                    Impossible{"negative_sd", "lv_edp.sd", [](PatientMeasurements &m) { m.lv_edp.sd = -3; }},
                    Impossible{"missing", "lv_esv: missing", [](PatientMeasurements &m) { m.lv_esv = {}; }},
                    Impossible{"pressure_in_kPa", "check its unit", [](PatientMeasurements &m) { m.systolic_pressure.value = 16; }},
                    Impossible{"heart_rate", "heart_rate", [](PatientMeasurements &m) { m.heart_rate.value = 400; }},
                    Impossible{"filling_above_aorta", "aortic valve is closed",
                               [](PatientMeasurements &m) {
                                 m.lv_edp.value = 58;
                                 m.diastolic_pressure.value = 50;
                               }}),
    [](const auto &instance) { return std::string(instance.param.name); });

TEST(ImpossibleMeasurementsTogether, AreReportedAtOnce) {
  PatientMeasurements m = patient1().measurements;
  m.lv_edv.sd = 0;
  m.heart_rate.value = 400;
  try {
    m.check();
    FAIL();
  } catch (const io::CaseError &error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("lv_edv.sd"), std::string::npos);
    EXPECT_NE(text.find("heart_rate"), std::string::npos);
  }
}

Posterior some_posterior() {
  return {LinearModel(true).space(), {0.2, -0.1}, {{0.25, 0.1}, {0.1, 0.16}}, "laplace", "full model", 7};
}

TEST(PosteriorValue, ComesBackFromItsFile) {
  const test::TemporaryFolder folder;
  const std::string file = folder.file("posterior.json");
  some_posterior().save(file);
  const Posterior back = Posterior::load(file);
  EXPECT_EQ(back.to_json(), some_posterior().to_json());
  EXPECT_EQ(back.mode, some_posterior().mode) << "the same bits";
  EXPECT_THROW(Posterior::load(folder.file("missing.json")), io::CaseError);
  EXPECT_THROW(Posterior::from_json("{\"format\": \"corvivo posterior 9\"}"), io::CaseError);
  EXPECT_THROW(Posterior::from_json(some_posterior().to_json().substr(0, 40)), io::CaseError);
}

TEST(PosteriorValue, DrawsWhatItSays) {
  const Posterior posterior = some_posterior();
  const auto draws = posterior.draw(20000, 5);
  double mean = 0, square = 0, cross = 0;
  for (const auto &p : draws) {
    mean += p[0] / draws.size();
    square += (p[0] - 0.2) * (p[0] - 0.2) / draws.size();
    cross += (p[0] - 0.2) * (p[1] + 0.1) / draws.size();
  }
  EXPECT_NEAR(mean, 0.2, 0.02) << "0.5 / sqrt(20000) = 0.004, and the bounds cut a little off";
  EXPECT_NEAR(square, 0.25, 0.015);
  EXPECT_NEAR(cross, 0.1, 0.01);
  EXPECT_EQ(posterior.draw(10, 5), posterior.draw(10, 5));
}

TEST(PosteriorValue, TravelsInsideTheResult) {
  io::Quantities quantities;
  const CalibrationResult result = calibrate(LinearModel(true, 4.0), LinearModel(false), patient1(), quantities);
  EXPECT_EQ(CalibrationResult::from_json(result.to_json()).to_json(), result.to_json());
  EXPECT_THROW(CalibrationResult::from_json("{}"), io::CaseError);
}

} // namespace
