#pragma once
/// What a patient's file says beside the images. Everything is optional: a score that needs more says what is missing.
#include <io/base/schema.hpp>

#include <optional>
#include <string>
#include <vector>

namespace corvivo::calibration {

/// Left-atrial and left-ventricular volume read in the same frame, mL. The biplane area-length volume of the atrium is
/// 8/(3 pi) A_4ch A_2ch / L; L is the shorter of the two lengths in the usual definition, their mean in the other.
struct AtrialCoupling {
  io::Measurement la_volume, la_volume_mean_length, lv_volume;
  std::string phase; ///< the frame, as the reader of the images names it
  void describe(io::Schema &schema);
};

/// Left empty: not known. `assumed` names the keys whose value is a guess: every score that uses one says so.
struct ClinicalData {
  std::optional<double> age;                                ///< years
  std::string sex;                                          ///< "male", "female" or empty
  std::optional<double> height, weight;                     ///< cm, kg
  std::optional<double> systolic_pressure;                  ///< mmHg, at the cuff
  std::optional<double> creatinine;                         ///< umol/L, serum
  std::optional<double> total_cholesterol, hdl_cholesterol; ///< mmol/L
  std::optional<bool> diabetes, smoker, copd, beta_blocker, acei_arb, cardiovascular_disease;
  std::optional<bool> heart_failure;
  std::optional<double> months_since_diagnosis; ///< of heart failure
  std::string nyha;                             ///< "I" ... "IV" or empty
  std::optional<double> ischaemic_segments;     ///< of 17, with a perfusion defect under stress
  std::string risk_region;                      ///< of SCORE2: "low", "moderate", "high", "very_high" or empty
  std::optional<bool> hypertrophic_cardiomyopathy, family_sudden_death, nonsustained_vt, syncope;
  std::optional<double> wall_thickness, la_diameter, lvot_gradient; ///< mm, mm, mmHg
  AtrialCoupling atrium;
  std::vector<std::string> assumed; ///< keys of this section

  void describe(io::Schema &schema);
};

/// Ranges of every value by the description above, and the names in `assumed`. Throws CaseError with all that is wrong.
void check(const ClinicalData &data);

} // namespace corvivo::calibration
