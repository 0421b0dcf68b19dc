#pragma once
/// What was measured in the patient and how it is fitted.
#include <io/base/schema.hpp>

#include <string>
#include <vector>

namespace corvivo::calibration {

/// One number that the fit compares with one output of the model.
struct Observation {
  std::string name;       ///< of the measurement: lv_edv
  std::string observable; ///< of the model: lv_edv
  std::string unit;
  double value = 0, sd = 0;
  bool assumed = false; ///< not measured in this patient
};

/// The measurements, each with its standard deviation. The volumes may be left out of a case that segments images: the segmentation's are
/// then used. The heart rate sets the model's period; its standard deviation is not propagated.
struct PatientMeasurements {
  io::Measurement lv_edv, lv_esv;                        ///< mL
  io::Measurement systolic_pressure, diastolic_pressure; ///< mmHg, by cuff; compared with the model's aorta
  io::Measurement heart_rate;                            ///< 1/min
  io::Measurement lv_edp;                                ///< mmHg
  void describe(io::Schema &schema);
  /// All but the heart rate.
  std::vector<Observation> observations() const;
  double heart_period() const { return 60 / heart_rate.value; } ///< s
  /// Throws one CaseError with a sentence for each measurement that is missing, impossible or contradicts another.
  void check() const;
};

struct CalibrationOptions {
  PatientMeasurements measurements;
  int seed = 0;                     ///< of the starts; the case must give it
  int starts = 16;                  ///< the first is the baseline
  double surrogate_tolerance = 0.1; ///< in standard deviations of each measurement
  int polish_steps = 6;             ///< Gauss-Newton steps on the full model
  void describe(io::Schema &schema);
};

} // namespace corvivo::calibration
