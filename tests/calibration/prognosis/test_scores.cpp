#include <calibration/prognosis/scores.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace corvivo;
using namespace corvivo::calibration;

namespace {

io::Quantities with_ef(double percent, std::optional<double> sd = {}) {
  io::Quantities results;
  results.set("lv_ef", percent, "%").uncertainty = sd;
  return results;
}

ScoreResult evaluate(const std::string &name, const ClinicalData &data, const io::Quantities &results) {
  return scores().make(name)->evaluate({data, results});
}

bool lists(const std::vector<std::string> &all, const std::string &name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

/// patient1, frame 0: data README (area-length, traced by hand, +- 25 %) and patient1_volumes.csv.
ClinicalData patient1() {
  ClinicalData data;
  data.atrium = {{41.2, 10.3}, {34.4, 8.6}, {174.49, 1.7}, "frame 0"};
  return data;
}

ClinicalData heart_failure_patient() {
  ClinicalData data;
  data.age = 71, data.sex = "male", data.height = 175, data.weight = 80, data.systolic_pressure = 118, data.creatinine = 115;
  data.diabetes = true, data.smoker = false, data.copd = false, data.beta_blocker = true, data.acei_arb = true;
  data.heart_failure = true, data.months_since_diagnosis = 30, data.nyha = "III", data.ischaemic_segments = 2;
  return data;
}

class EveryScore : public testing::TestWithParam<std::string> {};

} // namespace

TEST_P(EveryScore, NamesItsCohortEndpointSourceAndQuantity) {
  for (const ClinicalData &data : {ClinicalData(), patient1(), heart_failure_patient()})
    for (const io::Quantities &results : {io::Quantities(), with_ef(59.8)}) {
      const ScoreResult score = evaluate(GetParam(), data, results);
      EXPECT_EQ(score.name, GetParam());
      for (const std::string &text : {score.title, score.cohort, score.endpoint, score.source, score.unit})
        EXPECT_FALSE(text.empty());
      ASSERT_TRUE(score.quantities.has(score.name));
      const io::Quantity &quantity = *score.quantities.find(score.name);
      EXPECT_EQ(std::isfinite(quantity.value), score.value.has_value());
      EXPECT_TRUE(quantity.reference_range || !quantity.warning.empty()) << "a bare number must not leave this stage";
    }
}

TEST_P(EveryScore, SaysWhatIsMissingInsteadOfGuessing) {
  const ScoreResult score = evaluate(GetParam(), {}, {});
  EXPECT_FALSE(score.value);
  EXPECT_TRUE(!score.missing.empty() || !score.applies);
  EXPECT_FALSE(score.warning.empty());
}

TEST_P(EveryScore, SurvivesItsOwnFile) {
  std::vector<ScoreResult> written{evaluate(GetParam(), patient1(), with_ef(39.0, 2.0)),
                                   evaluate(GetParam(), heart_failure_patient(), with_ef(39.0, 2.0))};
  EXPECT_EQ(to_json(scores_from_json(to_json(written))), to_json(written));
}

INSTANTIATE_TEST_SUITE_P(All, EveryScore, testing::ValuesIn(scores().names()), [](const auto &entry) { return entry.param; });

TEST(CouplingIndex, OfPatient1IsTheRatioOfFrameZero) {
  const ScoreResult laci = evaluate("laci", patient1(), {});
  ASSERT_TRUE(laci.value);
  EXPECT_NEAR(*laci.value, 23.6, 0.05) << "41.2 / 174.5 mL, one digit printed";
  EXPECT_NEAR(laci.quantities.value("laci_mean_length"), 19.7, 0.05);
  EXPECT_NEAR(*laci.uncertainty, 0.25 * 23.6, 0.05) << "25 % of the atrium dominates 1 % of the ventricle";
}

TEST(CouplingIndex, OfPatient1StraddlesTheCutOffsInsideItsUncertainty) {
  const ScoreResult laci = evaluate("laci", patient1(), {});
  for (const CutOff &cut_off : laci.cut_offs) // 23.6 +- 5.9 and 19.7 +- 4.9: 14.8 to 29.5 %
    EXPECT_EQ(cut_off.inside_interval, cut_off.value < 29.5) << cut_off.value;
  EXPECT_NE(laci.warning.find("21, 22.2, 25 %"), std::string::npos) << laci.warning;
  EXPECT_NE(laci.quantities.find("laci")->warning.find("traddles"), std::string::npos);
}

TEST(CouplingIndex, CountsACutOffOnlyWithinOneStandardDeviation) {
  const auto contains = [](double sd, double cut_off) {
    ClinicalData data;
    data.atrium = {{40, sd}, {}, {100, 1e-6}, "frame 0"};
    for (const CutOff &c : evaluate("laci", data, {}).cut_offs)
      if (c.value == cut_off)
        return c.inside_interval;
    return false;
  };
  EXPECT_TRUE(contains(1, 40.09));
  EXPECT_FALSE(contains(5.2, 34.7)) << "40 - 5.2 = 34.8 %";
  EXPECT_TRUE(contains(5.4, 34.7)) << "40 - 5.4 = 34.6 %";
}

TEST(CouplingIndex, NeedsBothVolumesOfOneFrame) {
  ClinicalData data = patient1();
  data.atrium.lv_volume = {};
  io::Quantities results;
  results.set("lv_edv", 178.96, "mL");
  const ScoreResult laci = evaluate("laci", data, results);
  EXPECT_FALSE(laci.value) << "the label map's end-diastole is another frame";
  EXPECT_TRUE(lists(laci.missing, "left-ventricular volume in the same frame"));
}

TEST(CouplingIndex, TakesTheSegmentationsVolumesWhenItHasBoth) {
  io::Quantities results;
  results.set("lv_edv", 150, "mL");
  results.set("la_volume_lv_ed", 30, "mL");
  const ScoreResult laci = evaluate("laci", {}, results);
  EXPECT_NEAR(laci.value.value_or(0), 20, 1e-12);
  EXPECT_FALSE(laci.uncertainty);
  EXPECT_NE(laci.warning.find("one frame"), std::string::npos);
}

TEST(CouplingIndex, NoticesAnAtrialVolumeThatIsNotTheSmallest) {
  io::Quantities results;
  results.set("la_volume_max", 40, "mL");
  EXPECT_NE(evaluate("laci", patient1(), results).warning.find("check the frame"), std::string::npos);
  EXPECT_THROW(left_atrioventricular_coupling(41.2, 0), io::CaseError);
}

TEST(EjectionFractionClass, FollowsTheGuideline) {
  EXPECT_EQ(ejection_fraction_class(59.8), 0);
  EXPECT_EQ(ejection_fraction_class(50.0), 0);
  EXPECT_EQ(ejection_fraction_class(49.9), 1);
  EXPECT_EQ(ejection_fraction_class(41.0), 1);
  EXPECT_EQ(ejection_fraction_class(40.9), 2) << "floored to 40";
  EXPECT_THROW(ejection_fraction_class(101), io::CaseError);
  EXPECT_THROW(ejection_fraction_class(std::nan("")), io::CaseError);
}

TEST(EjectionFractionClass, SaysWhenTheUncertaintyReachesAnotherClass) {
  EXPECT_NE(evaluate("lvef_class", {}, with_ef(51, 3)).warning.find("reaches"), std::string::npos);
  EXPECT_EQ(evaluate("lvef_class", {}, with_ef(59.8, 3)).warning, "");
  EXPECT_NE(evaluate("lvef_class", {}, with_ef(72)).meaning.find("1.71"), std::string::npos) << "the risk is U-shaped";
}

TEST(CCmr10, AddsItsFiveItems) {
  ClinicalData data = heart_failure_patient();
  EXPECT_EQ(evaluate("ccmr10", data, with_ef(35)).value, 3 + 3 + 2 + 1 + 0);
  data.ischaemic_segments = 6;
  EXPECT_EQ(evaluate("ccmr10", data, with_ef(35)).value, 10);
  data.age = 64.9, data.diabetes = false, data.sex = "female", data.ischaemic_segments = 5;
  EXPECT_EQ(evaluate("ccmr10", data, with_ef(50.1)).value, 0);
  EXPECT_EQ(evaluate("ccmr10", data, with_ef(50.0)).value, 3);
}

TEST(CCmr10, GivesItsRangeWithoutStressPerfusion) {
  ClinicalData data = heart_failure_patient();
  data.ischaemic_segments.reset();
  const ScoreResult score = evaluate("ccmr10", data, with_ef(35));
  EXPECT_FALSE(score.value);
  ASSERT_TRUE(score.possible);
  EXPECT_EQ(score.possible->low, 9);
  EXPECT_EQ(score.possible->high, 10);
  EXPECT_EQ(score.missing, std::vector<std::string>{"ischaemic_segments"});
  EXPECT_NE(score.warning.find("stress perfusion"), std::string::npos);
  EXPECT_EQ(score.quantities.value("ccmr10_lowest"), 9);
}

TEST(CCmr10, SpansEverythingWhenNothingIsKnown) {
  const ScoreResult score = evaluate("ccmr10", {}, {});
  EXPECT_EQ(score.possible->low, 0);
  EXPECT_EQ(score.possible->high, 10);
}

TEST(CCmr10, MarksAssumedInputs) {
  ClinicalData data = heart_failure_patient();
  data.assumed = {"age", "sex"};
  const ScoreResult score = evaluate("ccmr10", data, with_ef(48, 3));
  EXPECT_EQ(score.assumed, (std::vector<std::string>{"age", "sex"}));
  EXPECT_NE(score.warning.find("Assumed, not known of this patient: age, sex"), std::string::npos);
  EXPECT_EQ(score.uncertainty, 3) << "48 +- 3 % crosses 50 %";
}

TEST(Maggic, AddsItsItemsAndLooksTheRisksUp) {
  const ScoreResult score = evaluate("maggic", heart_failure_patient(), with_ef(33.7));
  // EF 30-34: 3; age 70-74 at EF 30-39: 8; pressure 110-119: 2; BMI 26: 2; creatinine 110-129: 2; NYHA III: 6; male 1; diabetes 3; known 18
  // months 2.
  EXPECT_EQ(score.value, 3 + 8 + 2 + 2 + 2 + 6 + 1 + 3 + 2);
  EXPECT_DOUBLE_EQ(score.quantities.value("maggic_1y_risk"), 22.7) << "29 points";
}

TEST(Maggic, DoesNotApplyWithoutHeartFailure) {
  ClinicalData data = heart_failure_patient();
  for (const std::optional<bool> diagnosis : {std::optional<bool>(false), std::optional<bool>()}) {
    data.heart_failure = diagnosis;
    const ScoreResult score = evaluate("maggic", data, with_ef(60));
    EXPECT_FALSE(score.applies);
    EXPECT_FALSE(score.value);
    EXPECT_TRUE(std::isnan(score.quantities.value("maggic_1y_risk")));
    EXPECT_NE(score.warning.find("heart failure"), std::string::npos);
  }
}

TEST(Maggic, GivesItsRangeWhenInputsAreMissing) {
  ClinicalData data = heart_failure_patient();
  data.nyha.clear();
  data.copd.reset();
  const ScoreResult score = evaluate("maggic", data, with_ef(33.7));
  EXPECT_FALSE(score.value);
  EXPECT_EQ(score.possible->high - score.possible->low, 8 + 2);
  EXPECT_TRUE(lists(score.missing, "nyha") && lists(score.missing, "copd"));
}

TEST(Maggic, BeyondFiftyPointsGivesTheLastPublishedRisk) {
  ClinicalData data = heart_failure_patient();
  data.age = 90, data.weight = 40, data.systolic_pressure = 90, data.creatinine = 400, data.nyha = "IV";
  data.smoker = data.copd = true, data.beta_blocker = data.acei_arb = false;
  const ScoreResult score = evaluate("maggic", data, with_ef(15));
  EXPECT_GT(*score.value, maggic_most_points);
  EXPECT_DOUBLE_EQ(score.quantities.value("maggic_1y_risk"), 84.2);
  EXPECT_NE(score.warning.find("end at 50"), std::string::npos);
}

TEST(Score2, AppliesFrom40To89YearsWithoutDisease) {
  ClinicalData data;
  data.age = 50, data.sex = "male", data.smoker = true, data.systolic_pressure = 140, data.diabetes = false;
  data.total_cholesterol = 6.3, data.hdl_cholesterol = 1.4, data.risk_region = "low";
  EXPECT_NEAR(evaluate("score2", data, {}).value.value_or(0), 6.31, 0.006);
  data.age = 39;
  EXPECT_FALSE(evaluate("score2", data, {}).applies);
  data.age = 50, data.cardiovascular_disease = true;
  EXPECT_FALSE(evaluate("score2", data, {}).applies);
}

TEST(HcmRisk, AppliesOnlyToHypertrophicCardiomyopathy) {
  ClinicalData data;
  data.age = 45, data.wall_thickness = 22, data.la_diameter = 44, data.lvot_gradient = 30;
  data.syncope = true, data.nonsustained_vt = data.family_sudden_death = false;
  EXPECT_FALSE(evaluate("hcm_risk_scd", data, {}).applies);
  data.hypertrophic_cardiomyopathy = true;
  EXPECT_NEAR(evaluate("hcm_risk_scd", data, {}).value.value_or(0), 5.10, 0.005);
  data.wall_thickness = 40;
  EXPECT_NE(evaluate("hcm_risk_scd", data, {}).warning.find("extrapolated"), std::string::npos);
}

TEST(ClinicalInput, IsReadFromACaseWithItsUnits) {
  test::TemporaryFolder folder;
  io::write_file(folder.file("case.yaml"),
                 "corvivo: 1\nclinical:\n  age: 63 year\n  sex: female\n  creatinine: 0.09 mmol/L\n  diabetes: no\n"
                 "  months_since_diagnosis: 2 year\n  atrial_coupling:\n    la_volume: {value: 41.2 mL, sd: 10.3 mL, assumed: true}\n"
                 "  assumed: [age, sex]\n");
  ClinicalData data;
  io::read_case(folder.file("case.yaml"), {}, [&](io::Schema &schema) { schema.section("clinical", data, "Clinical data."); });
  EXPECT_DOUBLE_EQ(*data.age, 63);
  EXPECT_NEAR(*data.creatinine, 90, 1e-9);
  EXPECT_NEAR(*data.months_since_diagnosis, 24, 1e-9);
  EXPECT_EQ(data.diabetes, false);
  EXPECT_FALSE(data.smoker);
  EXPECT_TRUE(data.atrium.la_volume.assumed);
  EXPECT_EQ(data.assumed.size(), 2u);
}

TEST(ClinicalInput, OutOfRangeIsRefusedWithAllThatIsWrong) {
  ClinicalData data = patient1();
  data.age = 640;
  data.sex = "mal";
  data.atrium.lv_volume.value = -3;
  data.assumed = {"agee"};
  io::Quantities results;
  try {
    prognose(data, {}, results);
    FAIL() << "nothing was thrown";
  } catch (const io::CaseError &error) {
    const std::string message = error.what();
    for (const char *part : {"age", "did you mean 'male'", "atrial_coupling.lv_volume.value", "did you mean 'age'"})
      EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(ClinicalInput, EveryScoreRunsAndFillsTheResults) {
  io::Quantities results;
  const auto all = prognose(patient1(), with_ef(59.8, 3), results);
  EXPECT_EQ(all.size(), scores().entries().size());
  for (const char *name : {"laci", "lvef_class", "ccmr10", "maggic", "maggic_1y_risk", "score2"})
    EXPECT_TRUE(results.has(name)) << name;
}
