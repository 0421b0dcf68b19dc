#pragma once
/// The patient's circulation as the calibration left it.
#include <io/cli/case.hpp>
#include <io/cli/pipeline.hpp>

namespace corvivo::cli {

/// The model that surrogate and calibration speak of: the case's circulation at the patient's heart rate.
physics::CirculationModel circulation_model(const Case &options);

/// Its periodic beat with the fitted parameters; time zero is the closure of the mitral valve. Reads the finished calibration.
physics::LimitCycle fitted_circulation(const Case &options, const Pipeline &pipeline);

} // namespace corvivo::cli
