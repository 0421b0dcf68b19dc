#include <calibration/prognosis/clinical_data.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

namespace corvivo::calibration {

void AtrialCoupling::describe(io::Schema &schema) {
  const io::Range volume{0, 1000, true, false};
  schema.measurement("la_volume", la_volume, "mL", volume,
                     "Left atrium at left-ventricular end-diastole, area-length with the shorter length.");
  schema.measurement("la_volume_mean_length", la_volume_mean_length, "mL", volume, "The same with the mean of the two lengths.");
  schema.measurement("lv_volume", lv_volume, "mL", volume, "Left ventricle in the same frame.");
  schema.text("phase", phase, "The frame in which all of them were read.");
}

void ClinicalData::describe(io::Schema &schema) {
  using io::between;
  schema.optional_quantity("age", age, "year", between(0, 120), "Age.");
  schema.choice("sex", sex, {"male", "female"}, "Sex.");
  schema.optional_quantity("height", height, "cm", between(50, 250), "Body height.");
  schema.optional_quantity("weight", weight, "kg", between(10, 400), "Body weight.");
  schema.optional_quantity("systolic_pressure", systolic_pressure, "mmHg", between(40, 300), "Systolic pressure at the cuff.");
  schema.optional_quantity("creatinine", creatinine, "umol/L", between(10, 2000), "Serum creatinine.");
  schema.optional_quantity("total_cholesterol", total_cholesterol, "mmol/L", between(1, 20), "Total cholesterol.");
  schema.optional_quantity("hdl_cholesterol", hdl_cholesterol, "mmol/L", between(0.2, 5), "HDL cholesterol.");
  schema.optional_flag("diabetes", diabetes, "Diabetes.");
  schema.optional_flag("smoker", smoker, "Smokes now.");
  schema.optional_flag("copd", copd, "Chronic obstructive pulmonary disease.");
  schema.optional_flag("beta_blocker", beta_blocker, "Takes a beta-blocker.");
  schema.optional_flag("acei_arb", acei_arb, "Takes an ACE inhibitor or an angiotensin receptor blocker.");
  schema.optional_flag("cardiovascular_disease", cardiovascular_disease, "Known atherosclerotic cardiovascular disease.");
  schema.optional_flag("heart_failure", heart_failure, "Has a diagnosis of heart failure (MAGGIC applies only then).");
  schema.optional_quantity("months_since_diagnosis", months_since_diagnosis, "month", between(0, 1200),
                           "Since heart failure was diagnosed.");
  schema.choice("nyha", nyha, {"I", "II", "III", "IV"}, "NYHA class.");
  schema.optional_quantity("ischaemic_segments", ischaemic_segments, "1", between(0, 17),
                           "Segments of 17 with a perfusion defect under stress.");
  schema.choice("risk_region", risk_region, {"low", "moderate", "high", "very_high"}, "Risk region of SCORE2 (by country).");
  schema.optional_flag("hypertrophic_cardiomyopathy", hypertrophic_cardiomyopathy, "Has hypertrophic cardiomyopathy.");
  schema.optional_flag("family_sudden_death", family_sudden_death, "Sudden cardiac death in a first-degree relative.");
  schema.optional_flag("nonsustained_vt", nonsustained_vt, "Non-sustained ventricular tachycardia on ambulatory ECG.");
  schema.optional_flag("syncope", syncope, "Unexplained syncope.");
  schema.optional_quantity("wall_thickness", wall_thickness, "mm", between(1, 80), "Largest wall thickness.");
  schema.optional_quantity("la_diameter", la_diameter, "mm", between(5, 150), "Left-atrial diameter.");
  schema.optional_quantity("lvot_gradient", lvot_gradient, "mmHg", between(0, 400), "Largest outflow-tract gradient, at rest or Valsalva.");
  schema.section("atrial_coupling", atrium, "Volumes read in one end-diastolic frame.");
  schema.texts("assumed", assumed, "Keys of this section whose value is assumed, not known of this patient.");
}

namespace {

/// Reads every value back through its own description, so that a struct filled by hand meets the same ranges as a case file.
class Checker final : public io::Schema {
public:
  std::vector<std::string> keys, errors;

private:
  void leaf(const io::Leaf &leaf) override {
    if (depth_ == 0)
      keys.push_back(leaf.key);
    const std::vector<std::string> words = leaf.print();
    if (words.empty() || leaf.sequence)
      return;
    try {
      leaf.read(words);
    } catch (const io::CaseError &error) {
      errors.push_back(path_ + leaf.key + ": " + error.what());
    }
  }
  bool enter(const std::string &key, const std::string &, bool, bool present) override {
    if (!present)
      return false;
    path_ += key + ".";
    ++depth_;
    return true;
  }
  std::size_t enter_list(const std::string &, const std::string &, std::size_t) override { return not_given; }
  bool enter_item(std::size_t) override { return false; }
  void leave() override {
    --depth_;
    path_.pop_back();
    const auto dot = path_.rfind('.');
    path_ = dot == std::string::npos ? "" : path_.substr(0, dot + 1);
  }

  std::string path_;
  int depth_ = 0;
};

} // namespace

void check(const ClinicalData &data) {
  ClinicalData copy = data;
  Checker checker;
  copy.describe(checker);
  for (const std::string &name : data.assumed) {
    bool known = false;
    for (const std::string &key : checker.keys)
      known = known || key == name;
    if (!known)
      checker.errors.push_back("assumed: found '" + name + "'" + io::did_you_mean(name, checker.keys));
  }
  if (data.hdl_cholesterol && data.total_cholesterol && *data.hdl_cholesterol >= *data.total_cholesterol)
    checker.errors.push_back("hdl_cholesterol: found a value not below total_cholesterol; expected a part of it");
  if (!checker.errors.empty())
    throw io::CaseError("clinical data: " + io::join(checker.errors, "\nclinical data: "));
}

} // namespace corvivo::calibration
