#include <physics/observables.hpp>

#include <physics/beats.hpp>
#include <physics/energy_balance.hpp>
#include <physics/simulation.hpp>

#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace corvivo::physics {

using io::operator+;
using io::operator-;
using io::operator*;

namespace {

using io::Vector3;

/// Length of F a, with F of the tetrahedron's vertices from `from` to `to`.
double stretch(const std::array<std::size_t, 4> &cell, const std::vector<Vector3> &from, const std::vector<Vector3> &to, const Vector3 &a) {
  const Vector3 e0 = from[cell[1]] - from[cell[0]], e1 = from[cell[2]] - from[cell[0]], e2 = from[cell[3]] - from[cell[0]];
  const double volume = io::dot(e0, io::cross(e1, e2));
  const Vector3 image = (io::dot(a, io::cross(e1, e2)) / volume) * (to[cell[1]] - to[cell[0]]) +
                        (io::dot(a, io::cross(e2, e0)) / volume) * (to[cell[2]] - to[cell[0]]) +
                        (io::dot(a, io::cross(e0, e1)) / volume) * (to[cell[3]] - to[cell[0]]);
  return io::norm(image);
}

double cell_volume(const std::array<std::size_t, 4> &cell, const std::vector<Vector3> &x) {
  return io::dot(x[cell[1]] - x[cell[0]], io::cross(x[cell[2]] - x[cell[0]], x[cell[3]] - x[cell[0]])) / 6;
}

double largest(const std::vector<double> &values) {
  return *std::max_element(values.begin(), values.end());
}
double smallest(const std::vector<double> &values) {
  return *std::min_element(values.begin(), values.end());
}

/// Area of the closed loop that (volume, pressure) runs, mmHg mL; positive when work is done on the blood.
double loop_area(const std::vector<double> &volume, const std::vector<double> &pressure) {
  double area = 0;
  for (std::size_t i = 0; i < volume.size(); ++i) {
    const std::size_t next = (i + 1) % volume.size();
    area -= 0.5 * (pressure[i] + pressure[next]) * (volume[next] - volume[i]);
  }
  return area;
}

double steepest_rise(const std::vector<double> &time, const std::vector<double> &pressure) {
  double slope = 0;
  for (std::size_t i = 1; i < time.size(); ++i)
    slope = std::max(slope, (pressure[i] - pressure[i - 1]) / (time[i] - time[i - 1]) * 1000);
  return slope;
}

/// Index of the step that ends the steepest fall, 0 without any.
std::size_t steepest_fall(const std::vector<double> &time, const std::vector<double> &pressure) {
  std::size_t at = 0;
  double slope = 0;
  for (std::size_t i = 1; i < time.size(); ++i)
    if (const double here = (pressure[i] - pressure[i - 1]) / (time[i] - time[i - 1]); here < slope) {
      slope = here;
      at = i;
    }
  return at;
}

/// LV pressure where it first exceeds that of the atrium.
double pressure_at_mitral_closure(const io::TimeSeries &series) {
  const auto &lv = series.column("pressure_lv");
  if (!series.has("pressure_la"))
    return lv.front();
  const auto &la = series.column("pressure_la");
  for (std::size_t i = 0; i < lv.size(); ++i)
    if (lv[i] > la[i])
      return lv[i];
  return lv.front();
}

} // namespace

double relaxation_time(const std::vector<double> &time, const std::vector<double> &pressure, double end_diastolic_pressure) {
  double n = 0, t = 0, tt = 0, y = 0, ty = 0;
  for (std::size_t i = steepest_fall(time, pressure); i > 0 && i < time.size() && pressure[i] > std::max(0.0, end_diastolic_pressure + 5);
       ++i) {
    const double log_pressure = std::log(pressure[i]);
    n += 1, t += time[i], tt += time[i] * time[i], y += log_pressure, ty += time[i] * log_pressure;
  }
  const double slope = (n * ty - t * y) / (n * tt - t * t);
  return n >= 3 && slope < 0 ? -1 / slope : std::nan("");
}

WallStrainMeter::WallStrainMeter(mesh::HeartMesh end_diastole, const mesh::Fibres &fibres)
    : mesh_(std::move(end_diastole)), fibres_(fibres) {
  const double length = io::dot(mesh_.base_centre - mesh_.apex, mesh_.long_axis);
  double heights[2] = {};
  for (std::size_t node = 0; length > 0 && node < mesh_.nodes.size(); ++node) {
    const double height = io::dot(mesh_.nodes[node] - mesh_.apex, mesh_.long_axis) / length;
    if (height > 0.2 && height < 0.4) {
      apical_.push_back(node);
      heights[0] += height;
    } else if (height > 0.6 && height < 0.8) {
      basal_.push_back(node);
      heights[1] += height;
    }
  }
  if (!apical_.empty() && !basal_.empty())
    distance_ = length * (heights[1] / basal_.size() - heights[0] / apical_.size());
}

/// Mean right-handed rotation (radians) about the long axis of the slice around its own centre.
double WallStrainMeter::rotation(const std::vector<Vector3> &vertices, const std::vector<std::size_t> &slice) const {
  Vector3 from{}, to{};
  for (const std::size_t node : slice) {
    from = from + (1.0 / slice.size()) * mesh_.nodes[node];
    to = to + (1.0 / slice.size()) * vertices[node];
  }
  double along = 0, across = 0; // the best rotation in the plane, least squares
  for (const std::size_t node : slice) {
    const Vector3 before = mesh_.nodes[node] - from, after = vertices[node] - to;
    const Vector3 flat_before = before - io::dot(before, mesh_.long_axis) * mesh_.long_axis;
    const Vector3 flat_after = after - io::dot(after, mesh_.long_axis) * mesh_.long_axis;
    along += io::dot(flat_before, flat_after);
    across += io::dot(mesh_.long_axis, io::cross(flat_before, flat_after));
  }
  return std::atan2(across, along);
}

WallStrain WallStrainMeter::measure(const std::vector<Vector3> &vertices) const {
  WallStrain strain;
  double total = 0;
  for (const auto &cell : mesh_.tetrahedra) {
    Vector3 longitudinal{}, transmural{};
    for (const std::size_t node : cell) {
      longitudinal = longitudinal + fibres_.longitudinal[node];
      transmural = transmural + fibres_.transmural[node];
    }
    transmural = io::normalized(transmural);
    longitudinal = io::normalized(longitudinal - io::dot(longitudinal, transmural) * transmural);
    const double volume = cell_volume(cell, mesh_.nodes);
    total += volume;
    strain.longitudinal += volume * (stretch(cell, mesh_.nodes, vertices, longitudinal) - 1);
    strain.circumferential += volume * (stretch(cell, mesh_.nodes, vertices, io::cross(longitudinal, transmural)) - 1);
    strain.radial += volume * (stretch(cell, mesh_.nodes, vertices, transmural) - 1);
  }
  strain.longitudinal /= total;
  strain.circumferential /= total;
  strain.radial /= total;
  if (distance_ > 0) {
    // Seen from the apex one looks along the long axis, so counter-clockwise is the negative right-handed rotation about it.
    const double turn = -(rotation(vertices, apical_) - rotation(vertices, basal_));
    strain.torsion = turn * 180 / std::acos(-1.0) / (distance_ / 10);
  }
  return strain;
}

void observe(const HeartbeatResult &result, io::Quantities &quantities) {
  CORVIVO_ASSERT(result.series.rows() > 0, "a heartbeat without a first instant");
  const io::TimeSeries series = beat_of(result.series, result.beat_starts, result.beat_starts.size() - 1);
  const auto &volume = series.column("volume_lv"), &pressure = series.column("pressure_lv"), &blood = result.series.column("blood_volume");
  const auto &torsion = series.column("torsion"), &aorta = series.column("pressure_aorta");
  const auto set = [&](const std::string &name, double value, const std::string &unit) {
    io::Quantity &quantity = quantities.set(name, value, unit);
    quantity.stage = "mechanics";
    if (result.partial)
      quantity.warning = "of a beat that stopped early: " + result.failure;
    else
      quantity.warning = result.remark;
  };
  const auto [edv, esv] = volumes_of(series);
  const std::size_t end_systole = static_cast<std::size_t>(std::min_element(volume.begin(), volume.end()) - volume.begin());
  set("sim_lv_edv", edv, "mL");
  set("sim_lv_esv", esv, "mL");
  set("sim_lv_volume_max", largest(volume), "mL");
  set("sim_lv_volume_end", volume.back(), "mL");
  set("sim_lv_sv", edv - esv, "mL");
  set("sim_lv_ef", 100 * (edv - esv) / edv, "%");
  set("sim_lv_peak_pressure", largest(pressure), "mmHg");
  set("sim_lv_edp", pressure_at_mitral_closure(series), "mmHg");
  set("sim_aortic_systolic", largest(aorta), "mmHg");
  set("sim_aortic_diastolic", smallest(aorta), "mmHg");
  set("sim_lv_dpdt_max", steepest_rise(series.column("time"), pressure), "mmHg/s");
  if (const std::size_t fall = steepest_fall(series.column("time"), pressure); fall > 0) {
    const std::vector<double> &time = series.column("time");
    set("sim_lv_dpdt_min", 1000 * (pressure[fall] - pressure[fall - 1]) / (time[fall] - time[fall - 1]), "mmHg/s");
  }
  if (const double tau = relaxation_time(series.column("time"), pressure, pressure_at_mitral_closure(series)); std::isfinite(tau))
    set("sim_lv_tau", tau, "ms");
  set("sim_stroke_work", loop_area(volume, pressure) * io::kPa_per_mmHg * 1e-3, "J"); // kPa mL = 1e-3 J
  set("sim_gls", 100 * smallest(series.column("strain_longitudinal")), "%");
  set("sim_gcs", 100 * smallest(series.column("strain_circumferential")), "%");
  set("sim_wall_thickening", 100 * series.column("strain_radial")[end_systole], "%");
  set("sim_torsion", *std::max_element(torsion.begin(), torsion.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }),
      "deg/cm");
  set("sim_min_det_f", result.min_det_f, "1");
  double drift = 0;
  for (const double total : blood)
    drift = std::max(drift, std::abs(total - blood.front()));
  set("blood_volume_drift", drift, "mL");
  set("sim_energy_balance", energy_imbalance(series), "%");
  set("sim_beats", static_cast<double>(result.beat_starts.size()), "1");
  if (const std::optional<BeatChange> change = last_change(result.series, result.beat_starts)) {
    set("sim_limit_cycle_sv_change", change->stroke_volume, "%");
    set("sim_limit_cycle_edv_change", change->end_diastolic_volume, "%");
  }
}

} // namespace corvivo::physics
