#pragma once
/// The formulas and tables by themselves, for tests and for other code; `score.hpp` wraps them for a patient.
#include <calibration/prognosis/score_inputs.hpp>

#include <memory>

namespace corvivo::calibration {

/// 100 LA/LV, %, both volumes in the same end-diastolic frame. Pezel, Hypertension 2021.
double left_atrioventricular_coupling(double la_volume, double lv_volume);

/// 0 preserved (>= 50 %), 1 mildly reduced (41-49 %), 2 reduced (<= 40 %); the percentage is floored first. McDonagh, Eur Heart J
/// 2021;42:3599.
int ejection_fraction_class(double percent);

/// Death within one or three years, %, for 0 to 50 points. Pocock, Eur Heart J 2013;34:1404, table 3.
double maggic_risk(int points, int years);
constexpr int maggic_most_points = 50;
/// Inputs of the MAGGIC sum; continuous ones are floored to whole numbers before their band is looked up (39.6 % is in the band 35-39).
struct MaggicInputs {
  std::optional<double> ejection_fraction, age, systolic_pressure, body_mass_index, creatinine,
      months_since_diagnosis; ///< %, y, mmHg, kg/m2, umol/L
  std::string nyha;
  std::optional<bool> male, smoker, diabetes, copd, beta_blocker, acei_arb;
};
/// The points, as a range over what is not given.
Points maggic_points(const MaggicInputs &inputs);

struct Score2Inputs {
  double age = 0; ///< years; below 70 SCORE2, from 70 SCORE2-OP
  bool male = false, smoker = false, diabetes = false;
  double systolic_pressure = 0;                      ///< mmHg
  double total_cholesterol = 0, hdl_cholesterol = 0; ///< mmol/L
  std::string region;
};
/// Fatal and non-fatal cardiovascular events within ten years, %. Eur Heart J 2021;42:2439 and 2455. Throws CaseError for an unknown
/// region.
double score2_risk(const Score2Inputs &inputs);

struct HcmInputs {
  double age = 0, wall_thickness = 0, la_diameter = 0, lvot_gradient = 0; ///< y, mm, mm, mmHg
  bool family_sudden_death = false, nonsustained_vt = false, syncope = false;
};
/// Sudden death within five years, %. O'Mahony, Eur Heart J 2014;35:2010.
double hcm_sudden_death_risk(const HcmInputs &inputs);

std::unique_ptr<Score> make_laci();
std::unique_ptr<Score> make_lvef_class();
std::unique_ptr<Score> make_ccmr10();
std::unique_ptr<Score> make_maggic();
std::unique_ptr<Score> make_score2();
std::unique_ptr<Score> make_hcm_risk_scd();

} // namespace corvivo::calibration
