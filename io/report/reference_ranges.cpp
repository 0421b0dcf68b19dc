#include <io/report/report.hpp>

#include <algorithm>

namespace corvivo::io {

namespace {

struct Known {
  const char *name, *unit;
  double low, high;
  const char *source;
};

// Plausible for a healthy adult at rest, both sexes pooled: a band to notice things by, not a diagnosis. A source says "from memory" where
// nobody has checked the numbers against it; those of the measured volumes come with the segmentation.
constexpr const char *pressures = "usual ranges of catheter laboratories, rounded; from memory, to be re-checked";
constexpr Known ranges[] = {
    {"activation_time_total", "ms", 60, 100, "Wyndham, Circulation 1979;59:161: latest epicardium 63-96 ms after QRS onset, rounded"},
    {"qrs_duration", "ms", 70, 112, "Rautaharju, PMC3825808: women 70-104 ms (2nd to 98th percentile), men some 8 ms more"},
    {"qrs_axis", "deg", -30, 90, "AHA/ACCF/HRS recommendations, part III (Surawicz, J Am Coll Cardiol 2009;53:976): adults"},
    {"ecg_heart_rate", "1/min", 60, 100, "conventional limits of a normal sinus rhythm; from memory, to be re-checked"},
    {"ecg_qrs_duration", "ms", 70, 112, "Rautaharju, PMC3825808: women 70-104 ms (2nd to 98th percentile), men some 8 ms more"},
    {"ecg_qtc_bazett", "ms", 390, 460,
     "AHA/ACCF/HRS recommendations, part IV (Rautaharju, J Am Coll Cardiol 2009;53:982): prolonged from 460 ms in women, 450 ms in men"},
    {"ecg_qtc_fridericia", "ms", 390, 460, "the limits of Rautaharju 2009 for any formula: prolonged from 460 ms in women, 450 ms in men"},
    {"ecg_qrs_axis", "deg", -30, 90, "AHA/ACCF/HRS recommendations, part III (Surawicz, J Am Coll Cardiol 2009;53:976): adults"},
    {"sim_lv_peak_pressure", "mmHg", 90, 140, pressures},
    {"sim_lv_edp", "mmHg", 4, 12, pressures},
    {"sim_aortic_systolic", "mmHg", 90, 140, pressures},
    {"sim_aortic_diastolic", "mmHg", 60, 90, pressures},
    {"sim_lv_dpdt_max", "mmHg/s", 1000, 2500, "lower end: Textbook of Clinical Echocardiography; upper end from memory, to be re-checked"},
    {"sim_lv_tau", "ms", 25, 50, "Weiss's constant, no asymptote; from memory, to be re-checked"},
    {"sim_rv_peak_pressure", "mmHg", 15, 30, pressures},
    {"sim_rv_edp", "mmHg", 1, 8, pressures},
    {"sim_pulmonary_systolic", "mmHg", 15, 30, pressures},
    {"sim_pulmonary_diastolic", "mmHg", 4, 12, pressures},
    {"sim_stroke_work", "J", 0.8, 1.2, "from memory, to be re-checked"},
    {"sim_gls", "%", -23.4, -15.8, "3-D speckle tracking, meta-analysis 2020 (mean -19.05)"},
    {"sim_gcs", "%", -39.5, -15.5, "3-D speckle tracking, meta-analysis 2020 (mean -22.42)"},
    {"sim_torsion", "deg/cm", 0.2, 2.1, "CMR feature tracking, 566 healthy: women 1.23 +- 0.44, men 1.00 +- 0.42"},
    {"sim_wall_thickening", "%", 35, 90, "from memory, to be re-checked"},
};

} // namespace

void add_reference_ranges(Quantities &quantities) {
  for (const Known &known : ranges)
    if (const Quantity *found = quantities.find(known.name); found && !found->reference_range && found->unit == known.unit) {
      Quantity with_range = *found;
      with_range.reference_range = ReferenceRange{known.low, known.high, known.source};
      quantities.set(std::move(with_range));
    }
  for (const char *name : {"lv_edv", "lv_esv", "lv_sv", "lv_ef", "rv_edv", "rv_esv", "rv_sv",
                           "rv_ef"}) { // the simulated ventricle is held to the range of the measured one
    const Quantity *measured = quantities.find(name), *simulated = quantities.find(std::string("sim_") + name);
    if (measured && measured->reference_range && simulated && !simulated->reference_range) {
      Quantity with_range = *simulated;
      with_range.reference_range = measured->reference_range;
      with_range.reference_range->source += "; of the whole cavity";
      quantities.set(std::move(with_range));
    }
  }
}

namespace {

/// The name of what the 3-D heartbeat gives for a measurement; the cuff measures what the aorta does.
std::string simulated_name(const std::string &measurement, const Quantities &quantities) {
  const auto says = [&](const char *word) { return measurement.find(word) != std::string::npos; };
  if (quantities.has("sim_" + measurement))
    return "sim_" + measurement;
  if (measurement == "end_diastolic_pressure")
    return "sim_lv_edp";
  if (!says("pressure") || says("end"))
    return "";
  return says("diastolic") ? "sim_aortic_diastolic" : says("systolic") ? "sim_aortic_systolic" : "";
}

/// The mesh ends at the base plane, the fitted circulation holds the whole cavity: each is compared with the volume that it is.
void add_volume_rows(std::vector<ComparisonRow> &rows, const Quantities &quantities) {
  struct Volume {
    const char *name, *whole, *below;
  };
  constexpr Volume volumes[] = {{"lv_edv", "LV end-diastolic volume, whole cavity", "LV end-diastolic volume below the base plane"},
                                {"lv_esv", "LV end-systolic volume, whole cavity", "LV end-systolic volume below the base"},
                                {"lv_ef", "LV ejection fraction, whole cavity", "LV ejection fraction below the base"}};
  for (const Volume &volume : volumes) {
    const std::string name = volume.name, below = name + "_below_base";
    const bool measured_below = quantities.has(below), alone = quantities.has("lv_edv_below_base") && quantities.has("sim_" + name);
    if (!measured_below && !alone) // alone: the map of that phase is not there, so the beat has nothing to be compared with
      continue;
    const auto measured = [&](const ComparisonRow &row) { return row.measured == "measured_" + name; };
    auto row = std::find_if(rows.begin(), rows.end(), measured);
    if (row == rows.end()) // what follows from the fitted volumes
      row = rows.insert(row, {"", name, quantities.has("fit_" + name) ? "fit_" + name : "", "", ""});
    row->label = volume.whole;
    row->simulated.clear();
    const bool as_imaged = name == "lv_edv" && quantities.has("sim_beats") && quantities.value("sim_beats") == 1;
    if (quantities.has("sim_" + name))
      rows.insert(row + 1, {as_imaged ? std::string(volume.below) + ", with which the beat begins" : volume.below,
                            measured_below ? below : "", "", "sim_" + name, ""});
  }
}

} // namespace

std::vector<ComparisonRow> comparison_rows(const Quantities &quantities) {
  const std::string prefix = "measured_";
  std::vector<ComparisonRow> rows;
  for (const Quantity &q : quantities.all()) {
    if (q.name.rfind(prefix, 0) != 0)
      continue;
    const std::string rest = q.name.substr(prefix.size());
    rows.push_back({"", q.name, "fit_" + rest, simulated_name(rest, quantities), "fit_surrogate_" + rest});
  }
  if (!rows.empty())
    add_volume_rows(rows, quantities);
  return rows;
}

} // namespace corvivo::io
