#include <calibration/what_if.hpp>
#include <io/base/errors.hpp>
#include <physics/circulation/circulation_model.hpp>

#include <gtest/gtest.h>

#include <cmath>

using namespace corvivo;
using namespace corvivo::calibration;

namespace {

/// y = 3 a - 2 b + offset on a, b in [-limit, limit]: every answer is known in closed form.
class Plane final : public physics::ForwardModel {
public:
  Plane(double limit, double error, double offset = 0) : error_(error), offset_(offset) {
    for (const char *name : {"a", "b"})
      space_.push_back({name, "mL", "", -limit, limit, 0});
  }
  const physics::ParameterSpace &space() const override { return space_; }
  std::vector<io::Quantity> outputs() const override { return {{"y", 0, "mmHg"}}; }
  physics::Observables predict(const physics::ParameterVector &p) const override {
    for (std::size_t i = 0; i < 2; ++i)
      if (std::abs(p[i]) > space_[i].upper)
        throw io::CaseError(space_[i].name + ": outside");
    physics::Observables found;
    found.set("y", 3 * p[0] - 2 * p[1] + offset_, "mmHg");
    return found;
  }
  std::vector<double> model_error() const override { return {error_}; }

private:
  double error_, offset_;
  physics::ParameterSpace space_;
};

/// Mode (2, 1); standard deviations 0.1 and 0.2, independent. The prior's over [-10, 10] is 10 / sqrt(3).
Posterior posterior_around_two_and_one() {
  const double prior = 10 / std::sqrt(3.0);
  const auto variance = [&](double sd) { return sd * sd / (prior * prior); };
  return {Plane(10, 0).space(), {2, 1}, {{variance(0.1), 0}, {0, variance(0.2)}}, "laplace", "plane", 1};
}

FullModel full_plane(double limit) {
  return [limit](double factor) { return std::make_unique<Plane>(limit, 0, 100 * factor); };
}

WhatIfOptions asking(const Scenario &scenario) {
  WhatIfOptions options;
  options.scenarios = {scenario};
  options.outputs = {"y"};
  options.draws = 2000; // a standard deviation then is right to 1.6 %
  return options;
}

} // namespace

TEST(WhatIf, CarriesThePosteriorThroughTheChange) {
  io::Quantities quantities;
  const WhatIfResult result =
      what_if(posterior_around_two_and_one(), Plane(10, 0), full_plane(20), asking({"less_a", "", {{"a", -20}}, 0}), "", quantities);
  EXPECT_TRUE(result.scenarios[0].by_surrogate);
  EXPECT_DOUBLE_EQ(quantities.value("whatif_before_less_a_y"), 4);
  EXPECT_NEAR(quantities.value("whatif_after_less_a_y"), 2.8, 1e-12);
  EXPECT_NEAR(quantities.value("whatif_change_less_a_y"), -1.2, 1e-12);
  const double tolerance = 4 * 0.016; // four standard errors
  EXPECT_NEAR(*quantities.find("whatif_before_less_a_y")->uncertainty / std::hypot(0.3, 0.4), 1, tolerance);
  EXPECT_NEAR(*quantities.find("whatif_after_less_a_y")->uncertainty / std::hypot(0.24, 0.4), 1, tolerance);
  EXPECT_NEAR(*quantities.find("whatif_change_less_a_y")->uncertainty / 0.06, 1, tolerance) << "what both share cancels";
}

TEST(WhatIf, AddsTheSurrogatesOwnErrorAndMeasuresIt) {
  io::Quantities quantities;
  const Plane biased(10, 0.5, 7); // a shift that before and after share
  what_if(posterior_around_two_and_one(), biased, full_plane(20), asking({"less_a", "", {{"a", -20}}, 0}), "rests on assumed x",
          quantities);
  const io::Quantity &change = *quantities.find("whatif_change_less_a_y");
  EXPECT_NEAR(*change.uncertainty, std::hypot(0.06, 0.5 * std::sqrt(2.0)), 1e-3);
  EXPECT_EQ(change.warning, "rests on assumed x");
  EXPECT_NEAR(quantities.value("whatif_surrogate_difference_less_a"), 0, 1e-12);
}

TEST(WhatIf, LeavesTheSurrogatesBoxOnlyWithTheFullModelAndSaysSo) {
  io::Quantities quantities;
  const WhatIfResult result =
      what_if(posterior_around_two_and_one(), Plane(10, 0.5), full_plane(20), asking({"far", "", {{"a", 500}}, 0}), "", quantities);
  EXPECT_FALSE(result.scenarios[0].by_surrogate);
  EXPECT_DOUBLE_EQ(quantities.value("whatif_before_far_y"), 104) << "both sides by the same model";
  EXPECT_DOUBLE_EQ(quantities.value("whatif_change_far_y"), 30);
  const std::string warning = quantities.find("whatif_after_far_y")->warning;
  EXPECT_NE(warning.find("by the full model: a of 12 mL lies outside the surrogate's box, -10 to 10"), std::string::npos) << warning;
  EXPECT_FALSE(quantities.has("whatif_surrogate_difference_far"));
}

TEST(WhatIf, DrawsThatLeaveTheBoxCountToo) {
  io::Quantities quantities;
  const WhatIfResult result =
      what_if(posterior_around_two_and_one(), Plane(10, 0), full_plane(20), asking({"edge", "", {{"a", 395}}, 0}), "", quantities);
  EXPECT_FALSE(result.scenarios[0].by_surrogate) << "9.9 +- 0.5";
  EXPECT_NE(result.scenarios[0].why_full.find("draws of the posterior leave the surrogate's box"), std::string::npos);
  EXPECT_EQ(result.scenarios[0].failed_draws, 0);
}

TEST(WhatIf, AnotherHeartRateIsAnsweredByTheFullModel) {
  io::Quantities quantities;
  const WhatIfResult result =
      what_if(posterior_around_two_and_one(), Plane(10, 0), full_plane(20), asking({"fast", "", {}, 30}), "", quantities);
  EXPECT_FALSE(result.scenarios[0].by_surrogate);
  EXPECT_NEAR(quantities.value("whatif_change_fast_y"), 30, 1e-9);
}

TEST(WhatIf, AChangeThatNoModelAnswersIsRefusedByName) {
  io::Quantities quantities;
  try {
    what_if(posterior_around_two_and_one(), Plane(10, 0), full_plane(11), asking({"too_far", "", {{"a", 500}}, 0}), "", quantities);
    FAIL();
  } catch (const io::CaseError &error) {
    EXPECT_NE(std::string(error.what()).find("scenario 'too_far': the change leads too far: a: outside"), std::string::npos)
        << error.what();
  }
}

TEST(WhatIf, IsReadBackAsWritten) {
  io::Quantities quantities;
  const WhatIfResult result =
      what_if(posterior_around_two_and_one(), Plane(10, 0), full_plane(20), asking({"far", "because", {{"a", 500}}, 0}), "", quantities);
  EXPECT_EQ(WhatIfResult::from_json(result.to_json()).to_json(), result.to_json());
  EXPECT_EQ(result.scenarios[0].changes, "a +500 %");
  EXPECT_THROW(WhatIfResult::from_json("{}"), io::CaseError);
}

TEST(WhatIf, SaysEveryMistakeOfItsOptionsAtOnce) {
  WhatIfOptions options;
  options.scenarios = {{"Nothing new", "", {}, 0}, {"twice", "", {{"a", 1}, {"a", 2}}, 0}, {"twice", "", {{"a", 1}}, 0}};
  options.outputs = {"lv_eff"};
  try {
    options.check();
    FAIL();
  } catch (const io::CaseError &error) {
    for (const char *part : {"'Nothing new' is part of the names of results", "'Nothing new' changes nothing", "'twice' changes a twice",
                             "'twice' is the name of two scenarios", "found 'lv_eff'; did you mean 'lv_ef'?"})
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << part << " in\n" << error.what();
  }
}

/// Guyton's qualitative rules for an open-chest heart without reflexes.
TEST(WhatIfOfTheCirculation, GoesTheWayThatPhysiologyTeaches) {
  physics::CirculationOptions baseline;
  baseline.time_step = 5e-4; // within 2e-5 of 0.1 ms
  const physics::CirculationModel model(0.8, baseline);
  const Matrix narrow = [] {
    Matrix m(5, Vector(5, 0.0));
    for (std::size_t i = 0; i < 5; ++i)
      m[i][i] = 1e-4;
    return m;
  }();
  const Posterior posterior{model.space(), model.baseline(), narrow, "laplace", "full model", 1};
  WhatIfOptions options;
  options.scenarios = {{"vasodilation", "", {{"systemic_resistance", -20}}, 0},
                       {"bleeding", "", {{"total_blood_volume", -10}}, 0},
                       {"inotropy", "", {{"lv_contractility", 20}}, 0},
                       {"great_loss", "", {{"total_blood_volume", -45}}, 0},
                       {"pacing", "", {}, 20}};
  options.draws = 10;
  io::Quantities q;
  const auto full = [&](double factor) {
    return std::make_unique<physics::CirculationModel>(model.at_heart_period(0.8 / factor).widened(2));
  };
  const WhatIfResult result = what_if(posterior, model, full, options, "", q);
  const auto change = [&](const char *name) { return q.value(std::string("whatif_change_") + name); };
  EXPECT_LT(change("vasodilation_aortic_diastolic"), -5);
  EXPECT_GT(change("vasodilation_cardiac_output"), 0.2);
  EXPECT_LT(change("bleeding_lv_edv"), -5);
  EXPECT_LT(change("bleeding_lv_edp"), 0);
  EXPECT_LT(change("bleeding_cardiac_output"), 0);
  EXPECT_GT(change("inotropy_lv_ef"), 2);
  EXPECT_LT(change("inotropy_lv_esv"), 0);
  EXPECT_LT(change("pacing_lv_edv"), 0) << "less time to fill";
  EXPECT_TRUE(result.scenarios[0].by_surrogate);
  EXPECT_FALSE(result.scenarios[3].by_surrogate) << "770 mL is below the range of the fit";
  EXPECT_LT(change("great_loss_cardiac_output"), change("bleeding_cardiac_output"));
  EXPECT_NEAR(q.value("whatif_surrogate_difference_vasodilation"), 0, 1e-12) << "the full model is its own surrogate here";
}
