// The closed-loop circulation: its surrogate and its calibration to the patient.
#include <io/cli/stages.hpp>

#include <calibration/calibrate.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/cli/fitted_circulation.hpp>
#include <surrogate/train_surrogate.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::cli {

namespace {

/// Standard deviation of a cavity volume between two cine MRI studies of one subject, mL. Grothues, Am J Cardiol 90:29 (2002), gives
/// coefficients of variation of 2.9-4.9 % at end-diastole and 4.4-9.2 % at end-systole: 4-8 mL of 160 mL, 3-6 mL of 65 mL.
constexpr double volume_sd = 5;

void fill_from_segmentation(io::Measurement &measurement, const std::string &name, const io::Quantities &results) {
  if (!results.has(name))
    return;
  const double found = results.value(name);
  if (std::isnan(measurement.value))
    measurement = {found, volume_sd, false};
  else if (std::abs(measurement.value - found) > 2 * std::max(measurement.sd, volume_sd))
    io::warn("calibration.measurements." + name + ": found " + io::fixed(measurement.value, 1) + " mL, but the segmentation has " +
             io::fixed(found, 1) + " mL; the circulation is fitted to the first, the 3-D ventricle has the second");
}

} // namespace

physics::CirculationModel circulation_model(const Case &options) {
  return physics::CirculationModel(options.calibration->measurements.heart_period(),
                                   options.circulation.value_or(physics::CirculationOptions::healthy()));
}

physics::LimitCycle fitted_circulation(const Case &options, const Pipeline &pipeline) {
  const physics::CirculationModel model = circulation_model(options);
  const auto result = calibration::CalibrationResult::load(pipeline.folder("calibration") / "calibration.json");
  return model.periodic_beat(result.posterior.mode, true);
}

namespace {
std::string model_inputs(Case &options) {
  physics::CirculationOptions baseline = options.circulation.value_or(physics::CirculationOptions::healthy());
  return inputs_of(baseline) + io::print_number(options.calibration->measurements.heart_period());
}
} // namespace

Stage surrogate_stage(StageContext context) {
  Case &options = context.options;
  Pipeline &pipeline = context.pipeline;
  return {"surrogate",
          {},
          inputs_of(*options.surrogate) + model_inputs(options),
          [&options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            const auto surrogate = surrogate::train_surrogate(pipeline.communicator(), circulation_model(options), *options.surrogate,
                                                              pipeline.cache() / "surrogate", quantities);
            io::on_rank_0(pipeline.communicator(), [&] { surrogate.save(folder / "surrogate"); });
          }};
}

Stage calibration_stage(StageContext context) {
  Case &options = context.options;
  Pipeline &pipeline = context.pipeline;
  std::vector<std::string> needs = {"surrogate"};
  if (options.segmentation)
    needs.push_back("segmentation");
  return {"calibration", needs, inputs_of(*options.calibration) + model_inputs(options),
          [&options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            const physics::CirculationModel model = circulation_model(options);
            const auto fast = surrogate::SurrogateModel::load(pipeline.folder("surrogate") / "surrogate");
            calibration::CalibrationOptions fit = *options.calibration;
            fill_from_segmentation(fit.measurements.lv_edv, "lv_edv", pipeline.quantities());
            fill_from_segmentation(fit.measurements.lv_esv, "lv_esv", pipeline.quantities());
            const auto result = calibration::calibrate(fast, model, fit, quantities, pipeline.communicator());
            io::on_rank_0(pipeline.communicator(), [&] {
              result.save(folder / "calibration.json");
              const physics::LimitCycle cycle = model.periodic_beat(result.posterior.mode, true);
              io::write_file((folder / "fitted_beat.csv").string(), io::to_csv(cycle.beat));
            });
          }};
}

} // namespace corvivo::cli
