#pragma once
#include <calibration/calibrate.hpp>
#include <calibration/dependence.hpp>

#include <map>

namespace corvivo::calibration {

/// Above this ratio of posterior to prior standard deviation a parameter counts as weakly identified.
constexpr double weakly_identified = 0.5;

/// d output / d x of each output of a model, by name.
using OutputSlopes = std::map<std::string, Vector>;

/// The named results of a calibration (names: see `calibrate`). `slopes`: at the optimum; those of the observations must be there.
void fill_quantities(const CalibrationResult &result, const PatientMeasurements &measurements, const Dependence &dependence,
                     const OutputSlopes &slopes, io::Quantities &quantities);

} // namespace corvivo::calibration
