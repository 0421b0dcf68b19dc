#pragma once
/// What a clinician reads from a simulated beat.
#include <mesh/fibres.hpp>
#include <mesh/segments.hpp>

#include <io/base/quantity.hpp>
#include <io/base/time_series.hpp>

#include <array>

namespace corvivo::physics {

struct HeartbeatResult;

/// Of |F a| - 1 along the end-diastolic direction a, mean over a volume.
struct DirectionalStrain {
  double longitudinal = 0, circumferential = 0, radial = 0;
};

/// Motion of the left wall (of a biventricle with the septum, without the right free wall) against its end-diastolic shape.
struct WallStrain : DirectionalStrain { ///< over the whole wall
  /// Over AHA segment 1 to 17, at [segment - 1]; NaN in those without cells.
  std::array<DirectionalStrain, mesh::aha_count> segments;
  double torsion = 0;        ///< deg/cm, positive when the apex turns counter-clockwise, seen from the apex, against the base
  double mitral_descent = 0; ///< mm along the end-diastolic long axis towards the apex: the mean of the rim of the left endocardium
};

/// Compares shapes of one mesh on rank 0; F of a tetrahedron is that of its vertices.
class WallStrainMeter {
public:
  /// `end_diastole`: the mesh with its vertices where they are at end diastole. Circumferential = longitudinal x transmural. `segments`:
  /// AHA number of each cell; empty where they are not known.
  WallStrainMeter(mesh::HeartMesh end_diastole, const mesh::Fibres &fibres, std::vector<int> segments = {});
  WallStrain measure(const std::vector<io::Vector3> &vertices) const;

private:
  void find_slices();
  void find_rim();
  double rotation(const std::vector<io::Vector3> &vertices, const std::vector<std::size_t> &slice) const;
  double torsion(const std::vector<io::Vector3> &vertices) const;
  mesh::HeartMesh mesh_;
  mesh::Fibres fibres_;
  std::vector<int> segments_;
  std::vector<std::size_t> cells_;                  ///< of the left wall
  std::vector<std::size_t> apical_, basal_;         ///< nodes at 20-40 % and 60-80 % of the long axis
  std::vector<std::pair<std::size_t, double>> rim_; ///< nodes of the left endocardium's rim, with their shares of its length
  double distance_ = 0;                             ///< between the slices' mean heights, mm
};

/// ms, NaN where the ventricle does not relax: time constant of P = P0 exp(-t / tau) fitted to ln P between the steepest fall of the LV
/// pressure and 5 mmHg above the end-diastolic one (Weiss, Frederiksen & Weisfeldt, J Clin Invest 58:751, 1976: no asymptote). Times in ms,
/// pressures in mmHg.
double relaxation_time(const std::vector<double> &time, const std::vector<double> &pressure, double end_diastolic_pressure);

/// Fills, of the last beat (volumes in mL, pressures in mmHg):
///   sim_lv_edv sim_lv_esv   LV volume at the beat's first activation, at which it starts, and the smallest;  sim_lv_sv = EDV - ESV, what
///   is ejected;  sim_lv_ef = SV/EDV [%];  sim_lv_volume_max sim_lv_volume_end  largest LV volume, and that at the end of the beat
///   sim_lv_peak_pressure    largest LV pressure;  sim_lv_edp  LV pressure when the mitral valve closes (LV pressure first above LA
///   pressure) sim_aortic_systolic sim_aortic_diastolic  largest and smallest pressure of the systemic arteries sim_lv_dpdt_max largest
///   slope of LV pressure between two steps [mmHg/s] sim_lv_dpdt_min  the most negative one  sim_lv_tau  see relaxation_time
///   sim_stroke_work         area of the pressure-volume loop [J] sim_gls sim_gcs smallest
///   mean longitudinal and circumferential strain [%];  sim_wall_thickening  radial strain at ESV [%] sim_torsion             of largest
///   size [deg/cm];  sim_mapse  largest descent of the mitral rim [mm]
///   sim_lv_esp              LV pressure when the aortic valve closes;  sim_lv_isovolumic_peak  see isovolumic_peak;
///   sim_lv_ees = (isovolumic peak - ESP)/SV, single-beat end-systolic elastance (Takeuchi 1991);  sim_arterial_elastance = ESP/SV
///   (Sunagawa et al., Am J Physiol 245:H773, 1983) [mmHg/mL];  sim_va_coupling = sim_arterial_elastance/sim_lv_ees
///   sim_lv_edpvr_alpha sim_lv_edpvr_beta sim_lv_edpvr_v30  see EndDiastolicCurve, of the stress-free and the first end-diastolic shape
///   sim_min_det_f  smallest det F at any quadrature point and step of all beats;  blood_volume_drift  largest distance of
///   the blood volume from its first value, over all beats, with the 3-D cavities' volumes;  sim_energy_balance  see energy_imbalance [%];
///   sim_beats  how many were run;  sim_limit_cycle_sv_change sim_limit_cycle_edv_change  change of SV and EDV from the beat before, where
///   there is one, of the ventricle in which it is largest [%], or within a beat that emulators started (see BeatChange)
///   sim_emulator_starts sim_emulator_beats  beats that began where emulators said, and beats of the circulation that this took;
///   sim_emulator_sv_error sim_emulator_edv_error  by how much the last such beat's SV and its volume at the end miss what was foreseen,
///   of the ventricle in which it is most [%]
/// and, of a biventricle, sim_rv_edv sim_rv_esv sim_rv_sv sim_rv_ef sim_rv_volume_max sim_rv_volume_end sim_rv_peak_pressure sim_rv_edp
///   sim_rv_dpdt_max sim_rv_stroke_work as of the left one (closure of the tricuspid valve), sim_pulmonary_systolic sim_pulmonary_diastolic
///   of the pulmonary arteries, and sim_sv_difference = LV minus RV stroke volume, 0 once the beat is periodic.
/// A partial beat gives what it has, with a warning on each.
void observe(const HeartbeatResult &result, io::Quantities &quantities);

} // namespace corvivo::physics
