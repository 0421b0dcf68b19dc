#include <io/cli/result_names.hpp>

#include <algorithm>

namespace corvivo::cli {

const std::vector<ResultName> &result_names() {
  static const std::vector<ResultName> names = {
      // segmentation
      {"lv_edv", "mL", "Left-ventricular cavity volume of the end-diastolic label map: voxels times voxel volume."},
      {"lv_esv", "mL", "The same of the end-systolic label map."},
      {"lv_sv", "mL", "lv_edv - lv_esv."},
      {"lv_ef", "%", "lv_sv / lv_edv."},
      {"scar_volume", "mL", "Infarcted wall, where the labels name it."},
      {"no_reflow_volume", "mL", "Wall without reperfusion, where the labels name it."},
      {"border_zone_volume", "mL", "Wall at the border of a scar, where the labels name it."},
      {"rv_wall_volume", "mL", "Free wall of the right ventricle, where the labels name it."},
      {"lv_mass", "g", "Left-ventricular wall volume at end-diastole times 1.05 g/mL."},
      {"lv_edv_below_base", "mL", "Cavity volume below the base plane of the end-diastolic map: what the mesh holds."},
      {"lv_esv_below_base", "mL", "Cavity volume below the last closed slice of the end-systolic map."},
      {"lv_ef_below_base", "%", "Ejection fraction of the two volumes below the base."},
      {"lv_volume_cut_off", "mL", "Cavity volume that the end-diastolic base plane cuts off."},
      {"rv_edv", "mL", "Right-ventricular cavity volume of the end-diastolic label map."},
      {"rv_esv", "mL", "The same of the end-systolic label map."},
      {"rv_ef", "%", "(rv_edv - rv_esv) / rv_edv."},
      {"lv_wall_thickness_ed", "mm",
       "Mean distance from endocardium to epicardium of the smooth shape at end-diastole, without the apical 5 mm."},
      {"lv_wall_thickness_max_ed", "mm", "The thickness that 99 % of the endocardium stays below."},
      {"lv_length_ed", "mm", "Centre of the cavity in the base plane to the lowest cavity, end-diastole."},
      {"lv_sphericity_ed", "1", "Cavity below the base over the sphere whose diameter is lv_length_ed."},
      {"lv_wall_thickness_es", "mm", "The mean thickness at end-systole."},
      {"lv_wall_thickness_max_es", "mm", "The thickness at end-systole that 99 % of the endocardium stays below."},
      {"lv_length_es", "mm", "Length at end-systole, from the last closed slice of that phase."},
      {"lv_sphericity_es", "1", "Sphericity at end-systole."},
      {"lv_wall_thickening", "%", "lv_wall_thickness_es over lv_wall_thickness_ed, less one."},
      {"segment_thickness_ed_*", "mm", "Mean thickness of the wall of an AHA segment, 1 to 16, at end-diastole, from the smooth shape."},
      {"segment_thickness_es_*", "mm", "The same at end-systole."},
      {"segment_thickening_percent_*", "%", "Thickness of a segment at end-systole over that at end-diastole, less one."},
      {"segment_thickening_*", "mm", "Thickness of a segment at end-systole less that at end-diastole."},
      {"epicardial_fat_volume", "mL", "Epicardial fat of the end-diastolic map, where the labels name it."},
      {"la_volume_lv_ed", "mL",
       "Left atrium at the left ventricle's end-diastole: biplane area-length of its contours, with the shorter length."},
      {"la_volume_min", "mL", "The same of the frame where it is smallest."},
      {"la_volume_max", "mL", "The same of the frame where it is largest."},
      {"la_volume_lv_ed_mean_length", "mL", "Left atrium at the left ventricle's end-diastole with the mean of the two lengths."},
      {"la_volume_min_mean_length", "mL", "The same of the frame where the atrium is smallest."},
      {"la_volume_max_mean_length", "mL", "The same of the frame where the atrium is largest."},
      {"mitral_annulus_4ch_*", "mm", "Mitral annulus in the four-chamber view, at end-diastole (ed) or end-systole (es)."},
      {"mitral_annulus_2ch_*", "mm", "The same in the two-chamber view."},
      {"mitral_annulus_diameter_*", "mm", "Mean of both."},
      {"rv_sv", "mL", "rv_edv - rv_esv."},
      {"rv_sv_index", "mL/m^2", "rv_sv per body surface."},
      {"la_volume_max_index", "mL/m^2", "la_volume_max per body surface."},
      {"body_surface", "m^2", "sqrt(height weight / 3600), Mosteller 1987; where the case gives height and weight."},
      {"lv_edv_index", "mL/m^2", "lv_edv per body surface."},
      {"lv_esv_index", "mL/m^2", "lv_esv per body surface."},
      {"lv_sv_index", "mL/m^2", "lv_sv per body surface."},
      {"lv_mass_index", "g/m^2", "lv_mass per body surface."},
      {"rv_edv_index", "mL/m^2", "rv_edv per body surface."},
      {"rv_esv_index", "mL/m^2", "rv_esv per body surface."},
      // mesh
      {"mesh_cells", "1", "Tetrahedra of the mesh on which fibres and electrophysiology rest (before its refinement)."},
      {"mesh_nodes", "1", "Nodes of that mesh."},
      {"mesh_lv_cavity_volume", "mL", "Volume between endocardium and base plane of the mesh."},
      {"mesh_wall_volume", "mL", "Volume of the tetrahedra."},
      {"mesh_rv_cavity_volume", "mL", "Volume between right endocardium and base plane of a biventricular mesh."},
      {"mesh_lv_wall_volume", "mL", "Volume of its tetrahedra in the left wall, septum included."},
      {"mesh_rv_wall_volume", "mL", "Volume of its tetrahedra in the right wall, whose thickness is stated by the case."},
      {"mesh_rv_wall_volume_error", "%", "That volume against the label map's right wall below the base plane, where the map has one."},
      {"mesh_min_dihedral_angle", "deg", "Smallest dihedral angle of all tetrahedra."},
      {"mesh_volume_error", "%", "Cavity of the mesh against that of the label map below the same base plane."},
      {"mesh_scar_volume", "mL", "Volume of the tetrahedra of region 'scar'."},
      {"mesh_no_reflow_volume", "mL", "The same of region 'no_reflow'."},
      {"mesh_border_zone_volume", "mL", "The same of region 'border_zone': from the labels or of the width that the case states."},
      {"mesh_scar_volume_error", "%", "Region 'scar' against its voxels below the base plane."},
      {"mesh_no_reflow_volume_error", "%", "The same of region 'no_reflow'."},
      {"mesh_border_zone_volume_error", "%", "The same of region 'border_zone'."},
      {"scar_volume_cut_off", "mL", "Infarcted wall of the label map that the base plane cuts off."},
      {"no_reflow_volume_cut_off", "mL", "Wall without reperfusion that the base plane cuts off."},
      {"border_zone_volume_cut_off", "mL", "Border zone that the base plane cuts off."},
      // fibres
      {"fibre_angle_endocardium", "deg", "Mean helix angle over the endocardium; positive is a right-handed helix."},
      {"fibre_angle_epicardium", "deg", "The same at the epicardium."},
      {"wall_thickness_mean", "mm", "Mean distance between endocardium and epicardium, of the left ventricle."},
      {"fibre_angle_rv_endocardium", "deg", "Mean helix angle over the endocardium of the right free wall, seen from the right cavity."},
      {"fibre_angle_rv_epicardium", "deg", "The same at the epicardium of the right free wall."},
      {"fibre_jump_insertion", "deg",
       "Largest angle between the fibres of neighbouring cells where the right free wall joins the left wall."},
      {"fibre_jump_insertion_median", "deg", "Median of those angles."},
      {"rv_insertion_angle", "deg",
       "Angle between the two insertions seen from the left ventricle's long axis: of the mesh or, for a left ventricle alone, of the "
       "label map."},
      {"aha_volume_*", "mL", "Wall volume of an AHA segment, 1 to 17: basal 1-6, middle 7-12, apical 13-16, apex 17; anterior first."},
      {"aha_thickness_*", "mm", "Mean wall thickness of an AHA segment at end-diastole: sum of the distances to both surfaces."},
      {"rv_segment_volume_*", "mL",
       "Wall volume of a segment of the right free wall, 1 to 9: basal, middle, apical; anterior, lateral, inferior in each."},
      {"rv_segment_thickness_*", "mm", "Mean wall thickness of a segment of the right free wall."},
      // surrogate
      {"surrogate_training_runs", "1", "Runs of the circulation: those of training, validation and test together."},
      {"surrogate_failed_runs", "1", "Those of them that failed and were left out."},
      {"surrogate_error", "%", "Root mean square error on runs that training never saw, in ranges of the outputs."},
      {"surrogate_error_worst", "%", "The same of the output with the largest error; the warning names it."},
      {"surrogate_error_sd", "%", "The same error in standard deviations of the outputs."},
      {"surrogate_speedup", "1", "Time of one run of the circulation over the time of one answer of the network."},
      {"surrogate_training_time", "s", "Time for the runs and the training together."},
      // calibration
      {"measured_*", "*", "What was measured in the patient (or assumed: the warning says so); the uncertainty is its standard deviation."},
      {"fit_surrogate_*", "*", "The same by the surrogate at the optimum; the uncertainty is the surrogate's own error."},
      {"fit_*", "*", "The full circulation at the optimum: what was measured, and what else it predicts."},
      {"param_*", "*", "Fitted parameter: the posterior's mode and its standard deviation."},
      {"identifiability_*", "1", "Posterior over prior standard deviation of the parameter; near 1 the data say nothing about it."},
      {"calibration_misfit", "1", "Mean squared difference between fit and measurement, in standard deviations, at the optimum."},
      {"calibration_starts", "1", "Starts of the fit."},
      {"calibration_starts_agreeing", "1", "Starts that ended in the same optimum."},
      {"calibration_polish_steps", "1", "Gauss-Newton steps made on the full model after the fit through the surrogate."},
      {"calibration_surrogate_difference", "1",
       "Largest difference between surrogate and full model at the surrogate's optimum, in standard deviations of the measurements."},
      // what-if: * is <scenario>_<output of the circulation>
      {"whatif_before_*", "*", "The fitted circulation before a scenario's changes, by the model that answers the scenario."},
      {"whatif_after_*", "*", "The same after the changes, in its own periodic beat."},
      {"whatif_change_*", "*", "After less before; its standard deviation is that of the difference over the posterior of the fit."},
      {"whatif_surrogate_difference_*", "1",
       "Largest difference of the changes by surrogate and by full model at the fitted parameters, in standard errors of the surrogate."},
      // electrophysiology
      {"activation_time_total", "ms", "First to last activation of the tissue (first upward crossing of the threshold)."},
      {"qrs_duration", "ms", "Of the simulated ECG."},
      {"qt_interval", "ms", "Of the simulated ECG."},
      {"activation_time_*", "ms", "Activation time of a point that the case names."},
      {"conduction_velocity_error_expected", "%",
       "Largest deviation of the tuned plane-wave velocities from the wanted ones at the mesh's resolution."},
      // heartbeat
      {"heartbeat_mesh_cells", "1", "Tetrahedra of the mechanics mesh (quadratic displacements)."},
      {"tension_fit_target", "mL", "Stroke volume of the fitted circulation, which the active tension is set to."},
      {"tension_fit_scale_*", "1", "Scale of the active tension in a trial beat on the coarse mesh."},
      {"tension_fit_stroke_volume_*", "mL", "Stroke volume of that trial beat."},
      {"tension_fit_residual", "mL", "Stroke volume of the trial whose scale was taken, less the target."},
      {"unloading_residual", "mm", "Largest distance of a node from its imaged place once the stress-free shape is loaded again."},
      {"stiffness_scale", "1", "Factor on the passive stiffness of the case's material that gives the unloaded volume."},
      {"klotz_unloaded_volume", "mL", "Unloaded volume from the imaged volume and the end-diastolic pressure (Klotz 2006): the target."},
      {"stiffness_fit_residual", "mL", "Unloaded volume of the fit less its target."},
      {"unloaded_volume", "mL", "Cavity of the stress-free shape."},
      {"tension_scale", "1", "Scale of the active tension in the heartbeat."},
      {"sim_lv_edv", "mL",
       "LV volume at the end diastole that the simulated beat starts from, of the mesh that beats (below the base plane)."},
      {"sim_lv_volume_max", "mL", "Largest LV volume of the simulated beat."},
      {"sim_lv_volume_end", "mL", "LV volume at the end of the simulated beat, the next one's end diastole."},
      {"heartbeat_mesh_volume", "mL", "Cavity of the mesh that beats, as imaged."},
      {"sim_lv_esv", "mL", "Smallest LV volume of the simulated beat."},
      {"sim_lv_sv", "mL", "sim_lv_edv - sim_lv_esv."},
      {"sim_lv_ef", "%", "sim_lv_sv / sim_lv_edv."},
      {"sim_lv_peak_pressure", "mmHg", "Largest LV pressure."},
      {"sim_lv_edp", "mmHg", "LV pressure when the mitral valve closes."},
      {"sim_aortic_systolic", "mmHg", "Largest aortic pressure."},
      {"sim_aortic_diastolic", "mmHg", "Smallest aortic pressure."},
      {"sim_lv_dpdt_max", "mmHg/s", "Largest rate of rise of the LV pressure."},
      {"sim_stroke_work", "J", "Area of the pressure-volume loop."},
      {"sim_gls", "%", "Most negative longitudinal strain of the beat: mean over the wall's volume, against the end-diastolic shape."},
      {"sim_gcs", "%", "The same, circumferential."},
      {"sim_torsion", "deg/cm",
       "Largest turn (by magnitude) of an apical slice against a basal one over their distance; positive when the apex turns "
       "counter-clockwise seen from the apex."},
      {"sim_wall_thickening", "%",
       "Transmural strain when the volume is smallest: mean over the wall's volume, against the end-diastolic shape."},
      {"sim_min_det_f", "1", "Smallest determinant of the deformation gradient over the beat: positive means that no element is inverted."},
      {"blood_volume_drift", "mL", "Largest change of the total blood volume over the beat."},
      // prognosis
      {"laci", "%", "Left atrioventricular coupling index: left atrium over left ventricle, both at the same end-diastole."},
      {"laci_mean_length", "%", "The same with the atrial volume of the mean of the two lengths."},
      {"lvef_class", "1", "Class of the ejection fraction (ESC 2021): 0 preserved, 1 mildly reduced, 2 reduced."},
      {"ccmr10", "1", "C-CMR-10, points of 10; empty when an input is missing."},
      {"ccmr10_lowest", "1", "Fewest points that the missing inputs allow."},
      {"ccmr10_highest", "1", "Most points that the missing inputs allow."},
      {"maggic", "1", "MAGGIC heart-failure score, points; empty where it does not apply or an input is missing."},
      {"maggic_lowest", "1", "Fewest points that the missing inputs allow."},
      {"maggic_highest", "1", "Most points that the missing inputs allow."},
      {"maggic_1y_risk", "%", "Deaths within one year in patients with these points."},
      {"maggic_3y_risk", "%", "Deaths within three years in patients with these points."},
      {"score2", "%", "Ten-year cardiovascular risk by SCORE2 or SCORE2-OP; empty when an input is missing."},
      {"hcm_risk_scd", "%", "Five-year risk of sudden death in hypertrophic cardiomyopathy; empty where it does not apply."},
      // shapes
      {"shape_hearts", "1", "Hearts of the cohort that the shape model rests on."},
      {"shape_hearts_refused", "1", "Hearts of the list that were left out, each with a sentence in refused.csv."},
      {"shape_modes", "1", "Modes that explain the wanted share of the variance."},
      {"shape_variance", "mm^2",
       "Mean squared distance of the hearts' surfaces from the mean shape, point by point (over hearts less one)."},
      {"shape_variance_share_*", "%", "Share of that variance that a mode explains."},
      {"shape_reconstruction_error", "mm",
       "Mean distance between a heart's surfaces and what the model of all other hearts makes of them with its kept modes: mean over "
       "hearts."},
      {"shape_reconstruction_error_largest", "mm", "The same of the heart that is met worst."},
      // the run
      {"time_*", "s", "Wall time of a stage in the run that made its result."},
      {"memory_peak", "GB", "Largest memory of a stage, all ranks together."},
  };
  return names;
}

namespace {
bool matches(const std::string &pattern, const std::string &name) {
  const auto star = pattern.find('*');
  if (star == std::string::npos)
    return pattern == name;
  const std::string head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  return name.size() > head.size() + tail.size() && name.compare(0, head.size(), head) == 0 &&
         name.compare(name.size() - tail.size(), tail.size(), tail) == 0;
}
} // namespace

const ResultName *find_result_name(const std::string &name) {
  const auto &names = result_names();
  const auto exact = std::find_if(names.begin(), names.end(), [&](const ResultName &entry) { return entry.name == name; });
  if (exact != names.end())
    return &*exact;
  const auto pattern = std::find_if(names.begin(), names.end(), [&](const ResultName &entry) { return matches(entry.name, name); });
  return pattern == names.end() ? nullptr : &*pattern;
}

} // namespace corvivo::cli
