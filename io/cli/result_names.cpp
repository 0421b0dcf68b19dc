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
      {"lv_mass", "g", "Left-ventricular wall volume at end-diastole times 1.05 g/mL."},
      {"lv_wall_volume_ed", "mL", "Left-ventricular wall volume of the end-diastolic label map."},
      {"lv_wall_volume_es", "mL", "The same of the end-systolic label map."},
      {"lv_edv_below_base", "mL", "Cavity volume below the base plane of the end-diastolic map: what the mesh holds."},
      {"lv_esv_below_base", "mL", "Cavity volume below the last closed slice of the end-systolic map."},
      {"lv_ef_below_base", "%", "Ejection fraction of the two volumes below the base."},
      {"lv_volume_cut_off", "mL", "Cavity volume that the end-diastolic base plane cuts off."},
      {"lv_edv_base_offset", "mm", "Distance of the base plane from the most basal labelled slice, towards the apex."},
      {"rv_edv", "mL", "Right-ventricular cavity volume of the end-diastolic label map."},
      {"rv_esv", "mL", "The same of the end-systolic label map."},
      {"rv_ef", "%", "(rv_edv - rv_esv) / rv_edv."},
      {"la_volume_lv_ed", "mL", "Left-atrial volume at LV end-diastole."},
      {"la_volume_max", "mL", "Largest left-atrial volume."},
      // mesh
      {"mesh_cells", "1", "Tetrahedra of the mechanics mesh."},
      {"mesh_nodes", "1", "Nodes of the mechanics mesh."},
      {"mesh_lv_cavity_volume", "mL", "Volume between endocardium and base plane of the mesh."},
      {"mesh_wall_volume", "mL", "Volume of the tetrahedra."},
      {"mesh_min_dihedral_angle", "deg", "Smallest dihedral angle of all tetrahedra."},
      {"mesh_volume_error", "%", "Cavity of the mesh against that of the label map below the same base plane."},
      // electrophysiology
      {"activation_time_total", "ms", "First to last activation of the tissue (first upward crossing of the threshold)."},
      {"qrs_duration", "ms", "Of the simulated ECG."},
      {"qt_interval", "ms", "Of the simulated ECG."},
      {"activation_time_*", "ms", "Activation time of a point that the case names."},
      {"conduction_velocity_error_expected", "%",
       "Largest deviation of the tuned plane-wave velocities from the wanted ones at the mesh's resolution."},
      // heartbeat
      {"sim_lv_edv", "mL", "Largest LV volume of the simulated beat."},
      {"sim_lv_esv", "mL", "Smallest LV volume of the simulated beat."},
      {"sim_lv_sv", "mL", "sim_lv_edv - sim_lv_esv."},
      {"sim_lv_ef", "%", "sim_lv_sv / sim_lv_edv."},
      {"sim_lv_peak_pressure", "mmHg", "Largest LV pressure."},
      {"sim_lv_edp", "mmHg", "LV pressure when the mitral valve closes."},
      {"sim_aortic_systolic", "mmHg", "Largest aortic pressure."},
      {"sim_aortic_diastolic", "mmHg", "Smallest aortic pressure."},
      {"sim_lv_dpdt_max", "mmHg/s", "Largest rate of rise of the LV pressure."},
      {"sim_stroke_work", "J", "Area of the pressure-volume loop."},
      {"sim_gls", "%", "Longitudinal strain of the endocardium at end-systole against end-diastole."},
      {"sim_gcs", "%", "Circumferential strain at mid-ventricle at end-systole against end-diastole."},
      {"sim_torsion", "deg/cm",
       "Apical against basal rotation per length; positive when the apex turns counter-clockwise seen from the apex."},
      {"sim_wall_thickening", "%", "Change of mean wall thickness at end-systole against end-diastole."},
      {"sim_min_det_f", "1", "Smallest determinant of the deformation gradient over the beat: positive means that no element is inverted."},
      {"blood_volume_drift", "mL", "Largest change of the total blood volume over the beat."},
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
