#pragma once
#include <calibration/calibrate.hpp>
#include <calibration/dependence.hpp>

namespace corvivo::calibration {

/// Above this ratio of posterior to prior standard deviation a parameter counts as poorly identified.
constexpr double poorly_identified = 0.5;

/// The named results of a calibration (names: see `calibrate`). `jacobian`: d prediction / d x at the optimum.
void fill_quantities(const CalibrationResult &result, const PatientMeasurements &measurements, const Dependence &dependence,
                     const Matrix &jacobian, io::Quantities &quantities);

} // namespace corvivo::calibration
