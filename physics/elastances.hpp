#pragma once
/// The straight and the curved line on which the corners of a ventricle's pressure-volume loop lie. Volumes in mL, pressures in mmHg.
#include <cstddef>
#include <vector>

namespace corvivo::physics {

/// Pressure of all end diastoles of a ventricle, p/mmHg = alpha (V/mL)^beta.
struct EndDiastolicCurve {
  double alpha = 0, beta = 0;
  double v30 = 0; ///< mL, where the pressure is 30 mmHg
  double pressure(double volume) const;
};
/// Through one end diastole, with the exponent of the normal shape p = 27.78 mmHg ((V - V0)/(V30 - V0))^2.76: Klotz et al., Am J Physiol
/// Heart Circ Physiol 291:H403, 2006, with the branches of their protocol (Nat Protoc 2:2152, 2007). NaN where not 0 < V0 < V or the
/// pressure is not positive.
EndDiastolicCurve end_diastolic_curve(double volume, double pressure, double unloaded_volume);

/// mmHg, what the ventricle's pressure would peak at if it did not eject: of p = a - b cos(w (t - t0)) with the least squares over the
/// isovolumic phases, from the end-diastolic pressure to the steepest rise and from the steepest fall back to that pressure (Takeuchi et
/// al., Circulation 83:202, 1991, but with the cosine's foot free). NaN where it cannot be told. Times in ms.
double isovolumic_peak(const std::vector<double> &time, const std::vector<double> &pressure, double end_diastolic_pressure);

/// The last instant at which the ventricle's pressure is above that of its artery, `pressure.size()` without any: end of ejection.
std::size_t end_of_ejection(const std::vector<double> &pressure, const std::vector<double> &artery);

/// Index of the step that ends the steepest rise or fall, 0 without any.
std::size_t steepest_rise_at(const std::vector<double> &time, const std::vector<double> &pressure);
std::size_t steepest_fall_at(const std::vector<double> &time, const std::vector<double> &pressure);

} // namespace corvivo::physics
