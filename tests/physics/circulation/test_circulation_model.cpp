#include <physics/circulation/circulation_model.hpp>

#include <io/base/errors.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace corvivo;
using namespace corvivo::physics;

namespace {

ParameterVector changed(const CirculationModel &model, const std::string &name, double factor) {
  ParameterVector values = model.baseline();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (model.space()[i].name == name)
      values[i] *= factor;
  return values;
}

TEST(CirculationForwardModel, AnswersTheWholeOfItsParameterSpace) {
  std::mt19937_64 random(11);
  for (const double period : {0.5, 0.829, 1.2}) {
    const CirculationModel model(period);
    for (int sample = 0; sample < 25; ++sample) {
      ParameterVector values;
      for (const Parameter &p : model.space()) { // corners included: every fourth value is at an end of its range
        const double u = (random() >> 11) * 0x1.0p-53;
        values.push_back(u < 0.125 ? p.lower : u > 0.875 ? p.upper : p.lower + u * (p.upper - p.lower));
      }
      const Observables found = model.predict(values);
      EXPECT_GT(found.value("lv_sv"), 5);
      EXPECT_GT(found.value("aortic_systolic"), found.value("aortic_diastolic"));
      EXPECT_GT(found.value("lv_peak_pressure"), found.value("lv_edp"));
      const double ejected = 0.06 * found.value("lv_sv") / period;
      EXPECT_GT(found.value("cardiac_output"), ejected * (1 - 2e-3)) << "closed valves leak some 1e-3 mL/s";
      if (found.value("aortic_diastolic") > 4 * found.value("lv_edp")) { // else blood may run through with both valves open
        EXPECT_LT(found.value("cardiac_output"), ejected * (1 + 2e-3)) << "what leaves the ventricle goes round";
      }
    }
  }
}

TEST(CirculationForwardModel, RespondsAsPhysiologySays) {
  const CirculationModel model(0.829);
  const Observables rest = model.predict(model.baseline());
  const auto gain = [&](const char *parameter, const char *output) {
    return model.predict(changed(model, parameter, 1.2)).value(output) - rest.value(output);
  };
  EXPECT_GT(gain("total_blood_volume", "lv_edv"), 0) << "Frank and Starling";
  EXPECT_GT(gain("total_blood_volume", "lv_sv"), 0);
  EXPECT_GT(gain("systemic_resistance", "aortic_mean"), 0);
  EXPECT_LT(gain("systemic_resistance", "cardiac_output"), 0);
  EXPECT_LT(gain("arterial_compliance", "aortic_systolic") - gain("arterial_compliance", "aortic_diastolic"), 0) << "pulse pressure";
  EXPECT_LT(gain("lv_contractility", "lv_esv"), 0);
  EXPECT_GT(gain("lv_passive_elastance", "lv_edp"), 0);
  EXPECT_LT(gain("lv_passive_elastance", "lv_edv"), 0);
}

TEST(CirculationForwardModel, IsSmoothInItsParameters) {
  const CirculationModel model(0.829);
  for (const Parameter &parameter : model.space()) {
    const auto slope = [&](double h) {
      return (model.predict(changed(model, parameter.name, 1 + h)).value("lv_edp") -
              model.predict(changed(model, parameter.name, 1 - h)).value("lv_edp")) /
             (2 * h);
    };
    const double wide = slope(1e-2), narrow = slope(1e-3);
    EXPECT_NEAR(narrow, wide, 2e-2 * std::abs(wide) + 1e-2) << parameter.name << ": differences that gradients can rest on, mmHg";
  }
}

TEST(CirculationForwardModel, NamesTheParameterThatIsOutside) {
  const CirculationModel model(0.8);
  try {
    model.predict(changed(model, "arterial_compliance", 100));
    FAIL();
  } catch (const io::CaseError &error) {
    EXPECT_NE(std::string(error.what()).find("arterial_compliance"), std::string::npos);
  }
  EXPECT_THROW(CirculationModel(0.2), io::CaseError) << "300 beats a minute";
}

TEST(CirculationForwardModel, ReturnsTheOutputsThatItNames) {
  const CirculationModel model(0.8);
  const std::vector<io::Quantity> names = model.outputs();
  const Observables found = model.predict(model.baseline());
  ASSERT_EQ(found.all().size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(found.all()[i].name, names[i].name);
    EXPECT_EQ(found.all()[i].unit, names[i].unit);
  }
}

} // namespace
