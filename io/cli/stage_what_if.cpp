#include <io/cli/stages.hpp>

#include <calibration/calibrate.hpp>
#include <calibration/what_if.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/cli/fitted_circulation.hpp>
#include <surrogate/surrogate_model.hpp>

namespace corvivo::cli {

namespace {

/// How far beyond the fit's parameter ranges a scenario may lead.
constexpr double reach = 2;

std::string assumed_in(const calibration::CalibrationResult &fit, const io::Measurement &heart_rate) {
  std::vector<std::string> names;
  for (const calibration::FittedObservation &f : fit.fit)
    if (f.observation.assumed)
      names.push_back(f.observation.name);
  if (heart_rate.assumed)
    names.push_back("heart_rate");
  return names.empty() ? "" : "rests on assumed " + io::join(names, ", ") + " (not measured in this patient)";
}

} // namespace

Stage what_if_stage(StageContext context) {
  Case &options = context.options;
  Pipeline &pipeline = context.pipeline;
  return {"whatif",
          {"surrogate", "calibration"},
          inputs_of(*options.whatif),
          [&options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            const auto fit = calibration::CalibrationResult::load(pipeline.folder("calibration") / "calibration.json");
            const auto fast = surrogate::SurrogateModel::load(pipeline.folder("surrogate") / "surrogate");
            const physics::CirculationModel today = circulation_model(options);
            const auto full = [&](double factor) {
              return std::make_unique<physics::CirculationModel>(today.at_heart_period(today.heart_period() / factor).widened(reach));
            };
            const auto result =
                calibration::what_if(fit.posterior, fast, full, *options.whatif,
                                     assumed_in(fit, options.calibration->measurements.heart_rate), quantities, pipeline.communicator());
            io::on_rank_0(pipeline.communicator(), [&] { io::write_file((folder / "whatif.json").string(), result.to_json()); });
          }};
}

} // namespace corvivo::cli
