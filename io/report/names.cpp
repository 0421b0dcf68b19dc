#include <io/report/html.hpp>

#include <algorithm>
#include <map>

namespace corvivo::io {

namespace {

const std::map<std::string, std::string> &headings() {
  static const std::map<std::string, std::string> all{
      {"lv_ef", "LV ejection fraction"},
      {"lv_edv", "LV end-diastolic volume"},
      {"lv_edv_below_base", "LV end-diastolic volume below the base plane"},
      {"lv_esv_below_base", "LV end-systolic volume below the last closed slice"},
      {"lv_ef_below_base", "LV ejection fraction below the base"},
      {"lv_volume_cut_off", "LV cavity above the base plane, cut off"},
      {"lv_esv", "LV end-systolic volume"},
      {"lv_sv", "LV stroke volume"},
      {"lv_mass", "LV mass"},
      {"scar_volume", "Scar"},
      {"scar_mass", "Scar mass"},
      {"scar_share", "Scar, share of the LV wall"},
      {"border_zone_volume", "Border zone"},
      {"border_zone_share", "Border zone, share of the LV wall"},
      {"rv_ef", "RV ejection fraction"},
      {"rv_edv", "RV end-diastolic volume"},
      {"rv_esv", "RV end-systolic volume"},
      {"la_volume_lv_ed", "LA volume at LV end-diastole"},
      {"la_volume_max", "Largest LA volume"},
      {"mesh_cells", "Cells"},
      {"mesh_nodes", "Nodes"},
      {"mesh_lv_cavity_volume", "LV cavity of the mesh"},
      {"mesh_wall_volume", "Wall volume of the mesh"},
      {"mesh_min_dihedral_angle", "Smallest dihedral angle"},
      {"mesh_volume_error", "Cavity against the label map"},
      {"activation_time_total", "Total activation time"},
      {"qrs_duration", "QRS duration"},
      {"qt_interval", "QT interval"},
      {"qrs_axis", "QRS axis"},
      {"rr_interval", "RR interval"},
      {"qtc_bazett", "QTc, Bazett"},
      {"qtc_fridericia", "QTc, Fridericia"},
      {"einthoven_residual", "III \xE2\x88\x92 (II \xE2\x88\x92 I), largest"},
      {"aVR", "aVR"},
      {"aVL", "aVL"},
      {"aVF", "aVF"},
      {"conduction_velocity_error_expected", "Expected error of conduction velocity"},
      {"lv_peak_pressure", "LV peak pressure"},
      {"lv_edp", "LV end-diastolic pressure"},
      {"rv_sv", "RV stroke volume"},
      {"rv_peak_pressure", "RV peak pressure"},
      {"rv_edp", "RV end-diastolic pressure"},
      {"rv_dpdt_max", "RV dP/dt max"},
      {"rv_stroke_work", "RV stroke work"},
      {"pulmonary_systolic", "Pulmonary systolic pressure"},
      {"pulmonary_diastolic", "Pulmonary diastolic pressure"},
      {"sv_difference", "LV minus RV stroke volume"},
      {"aortic_systolic", "Aortic systolic pressure"},
      {"aortic_diastolic", "Aortic diastolic pressure"},
      {"lv_dpdt_max", "LV dP/dt max"},
      {"lv_dpdt_min", "LV dP/dt min"},
      {"lv_tau", "LV relaxation time"},
      {"stroke_work", "Stroke work"},
      {"calibration_misfit", "Mean square misfit"},
      {"calibration_starts", "Starts of the fit"},
      {"calibration_starts_agreeing", "Starts that agree"},
      {"calibration_surrogate_difference", "Full model against surrogate, in standard deviations"},
      {"calibration_polish_steps", "Steps on the full model"},
      {"gls", "Global longitudinal strain"},
      {"gcs", "Global circumferential strain"},
      {"torsion", "Torsion"},
      {"wall_thickening", "Wall thickening"},
      {"mapse", "Mitral annular plane systolic excursion"},
      {"lv_esp", "LV end-systolic pressure"},
      {"lv_isovolumic_peak", "LV isovolumic peak pressure, single beat"},
      {"lv_ees", "LV end-systolic elastance, single beat"},
      {"arterial_elastance", "Effective arterial elastance"},
      {"va_coupling", "Ventriculo-arterial coupling, Ea/Ees"},
      {"pericardial_pressure", "Pericardial pressure"},
      {"lv_edpvr_alpha", "LV EDPVR, factor alpha"},
      {"lv_edpvr_beta", "LV EDPVR, exponent beta"},
      {"lv_edpvr_v30", "LV volume at 30 mmHg by the EDPVR"},
      {"whatif", "What if"},
      {"min_det_f", "Smallest det F"},
      {"blood_volume_drift", "Drift of blood volume"},
      {"heart_rate", "Heart rate"},
      {"la_pressure_mean", "Mean LA pressure"},
      {"ra_pressure_mean", "Mean RA pressure"},
      {"aortic_mean", "Mean aortic pressure"},
      {"lv_contractility", "LV contractility"},
      {"lv_passive_elastance", "LV passive elastance"},
      {"surrogate_error_worst", "Held-out error of the worst output"},
      {"surrogate_error_sd", "Held-out error in standard deviations"},
      {"cardiac_output", "Cardiac output"},
      {"systolic_pressure", "Cuff systolic pressure"},
      {"diastolic_pressure", "Cuff diastolic pressure"},
      {"surrogate_training_runs", "Training runs"},
      {"surrogate_error", "Held-out error"},
      {"surrogate_speedup", "Speed-up"},
      {"surrogate_training_time", "Training time"},
      {"laci", "Left atrioventricular coupling index"},
      {"laci_mean_length", "LACI with the mean atrial length"},
      {"lvef_class", "Class of ejection fraction"},
      {"ccmr10", "C-CMR-10"},
      {"ccmr10_lowest", "C-CMR-10, lowest possible"},
      {"ccmr10_highest", "C-CMR-10, highest possible"},
      {"maggic", "MAGGIC"},
      {"maggic_1y_risk", "MAGGIC, death within 1 year"},
      {"maggic_3y_risk", "MAGGIC, death within 3 years"},
      {"maggic_lowest", "MAGGIC, lowest possible"},
      {"maggic_highest", "MAGGIC, highest possible"},
      {"score2", "SCORE2"},
      {"hcm_risk_scd", "HCM Risk-SCD"},
      {"memory_peak", "Peak memory"},
  };
  return all;
}

/// Words of a name, abbreviations in capitals, the first letter large.
std::string spelled(const std::string &name) {
  static const std::map<std::string, std::string> abbreviations{{"lv", "LV"}, {"rv", "RV"},   {"la", "LA"},  {"ra", "RA"},
                                                                {"ef", "EF"}, {"ecg", "ECG"}, {"aha", "AHA"}};
  std::string out, word;
  const auto flush = [&] {
    const auto known = abbreviations.find(word);
    out += (out.empty() ? "" : " ") + (known == abbreviations.end() ? word : known->second);
    word.clear();
  };
  for (const char c : name)
    c == '_' ? flush() : word.push_back(c);
  flush();
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

} // namespace

std::string display_name(const std::string &name) {
  const auto known = headings().find(name);
  if (known != headings().end())
    return known->second;
  const std::vector<std::pair<std::string, std::string>> prefixes{{"sim_", "3-D: "},
                                                                  {"ecg_", "ECG: "},
                                                                  {"fit_surrogate_", "Surrogate: "},
                                                                  {"identifiability_", "Identifiability: "},
                                                                  {"fit_", "Fitted: "},
                                                                  {"measured_", "Measured: "},
                                                                  {"param_", "Parameter: "},
                                                                  {"whatif_before_", "Before "},
                                                                  {"whatif_after_", "After "},
                                                                  {"whatif_change_", "Change by "},
                                                                  {"whatif_surrogate_difference_", "Surrogate against full model: "},
                                                                  {"r_amplitude_", "R wave of lead "},
                                                                  {"s_amplitude_", "S wave of lead "},
                                                                  {"time_", "Time: "}};
  for (const auto &[prefix, words] : prefixes)
    if (name.rfind(prefix, 0) == 0) {
      const std::string rest = name.substr(prefix.size());
      return words + (rest.empty() ? rest : display_name(rest));
    }
  return spelled(name);
}

} // namespace corvivo::io
