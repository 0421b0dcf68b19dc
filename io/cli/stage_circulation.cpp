// The closed-loop circulation: its surrogate and its calibration to the patient.
#include <io/cli/stages.hpp>

#include <calibration/calibrate.hpp>
#include <io/base/parallel.hpp>
#include <io/base/units.hpp>
#include <io/cli/fitted_circulation.hpp>
#include <surrogate/train_surrogate.hpp>

#include <cmath>

namespace corvivo::cli {

namespace {

/// Standard deviation of a cavity volume between two cine MRI studies of one subject, mL. Grothues, Am J Cardiol 90:29 (2002), gives
/// coefficients of variation of 2.9-4.9 % at end-diastole and 4.4-9.2 % at end-systole: 4-8 mL of 160 mL, 3-6 mL of 65 mL.
constexpr double volume_sd = 5;

void fill_from_segmentation(io::Measurement &measurement, const std::string &name, const io::Quantities &results) {
  if (std::isnan(measurement.value) && results.has(name))
    measurement = {results.value(name), volume_sd, false};
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
