#include <io/report/report.hpp>

namespace corvivo::io {

namespace {

struct Known {
  const char *name, *unit;
  double low, high;
  const char *source;
};

// Plausible for a healthy adult at rest, both sexes pooled: a band to notice things by, not a diagnosis.
constexpr Known ranges[] = {
    {"lv_ef", "%", 48, 71, "Petersen, J Cardiovasc Magn Reson 2017;19:18"},
    {"lv_edv", "mL", 93, 218, "after Petersen 2017, both sexes pooled"},
    {"lv_esv", "mL", 27, 103, "after Petersen 2017, both sexes pooled"},
    {"lv_sv", "mL", 47, 136, "after Petersen 2017, both sexes pooled"},
    {"rv_edv", "mL", 83, 258, "after Petersen 2017, both sexes pooled"},
    {"rv_ef", "%", 43, 70, "after Petersen 2017, both sexes pooled"},
    {"la_volume_max", "mL", 30, 110, "after Petersen 2017, both sexes pooled"},
    {"activation_time_total", "ms", 60, 100, "Durrer 1970 and Wyndham 1979"},
    {"qrs_duration", "ms", 70, 104, "Rautaharju, PMC3825808, 2nd to 98th percentile"},
    {"sim_lv_ef", "%", 48, 71, "Petersen, J Cardiovasc Magn Reson 2017;19:18"},
    {"sim_lv_edv", "mL", 93, 218, "after Petersen 2017, both sexes pooled"},
    {"sim_lv_esv", "mL", 27, 103, "after Petersen 2017, both sexes pooled"},
    {"sim_lv_sv", "mL", 47, 136, "after Petersen 2017, both sexes pooled"},
    {"sim_lv_peak_pressure", "mmHg", 90, 140, "textbook"},
    {"sim_lv_edp", "mmHg", 4, 12, "textbook"},
    {"sim_aortic_systolic", "mmHg", 90, 140, "textbook"},
    {"sim_aortic_diastolic", "mmHg", 60, 90, "textbook"},
    {"sim_lv_dpdt_max", "mmHg/s", 1000, 2500, "textbook"},
    {"sim_stroke_work", "J", 0.8, 1.2, "textbook"},
    {"sim_gls", "%", -23.4, -15.8, "3-D speckle tracking, meta-analysis 2020"},
    {"sim_gcs", "%", -39.5, -15.5, "3-D speckle tracking, meta-analysis 2020"},
    {"sim_torsion", "deg/cm", 0.2, 2.1, "CMR feature tracking, 566 healthy"},
    {"sim_wall_thickening", "%", 35, 90, "CMR literature"},
};

} // namespace

void add_reference_ranges(Quantities &quantities) {
  for (const Known &known : ranges)
    if (const Quantity *found = quantities.find(known.name); found && !found->reference_range && found->unit == known.unit) {
      Quantity with_range = *found;
      with_range.reference_range = ReferenceRange{known.low, known.high, known.source};
      quantities.set(std::move(with_range));
    }
}

std::vector<ComparisonRow> comparison_rows(const Quantities &quantities) {
  const std::string prefix = "measured_";
  std::vector<ComparisonRow> rows;
  for (const Quantity &q : quantities.all()) {
    if (q.name.rfind(prefix, 0) != 0)
      continue;
    const std::string rest = q.name.substr(prefix.size());
    std::string simulated = "sim_" + rest;
    if (!quantities.has(simulated)) // the cuff measures what the aorta does
      simulated =
          rest.find("diastolic") != std::string::npos && rest.find("pressure") != std::string::npos && rest.find("end") == std::string::npos
              ? "sim_aortic_diastolic"
          : rest.find("systolic") != std::string::npos && rest.find("pressure") != std::string::npos ? "sim_aortic_systolic"
          : rest == "end_diastolic_pressure"                                                         ? "sim_lv_edp"
                                                                                                     : "";
    rows.push_back({"", q.name, "fit_" + rest, simulated, "fit_surrogate_" + rest});
  }
  return rows;
}

} // namespace corvivo::io
