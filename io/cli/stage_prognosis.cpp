#include <io/cli/stages.hpp>

#include <calibration/prognosis/score.hpp>
#include <io/base/parallel.hpp>

namespace corvivo::cli {

Stage prognosis_stage(StageContext context) {
  Pipeline &pipeline = context.pipeline;
  calibration::ClinicalData data = *context.options.clinical;
  std::vector<std::string> needs;
  if (context.options.segmentation)
    needs.push_back("segmentation");
  return {"prognosis", needs, inputs_of(data), [data, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            io::on_rank_0(pipeline.communicator(), [&] {
              const auto scores = calibration::prognose(data, pipeline.quantities(), quantities);
              io::write_file((folder / "scores.json").string(), calibration::to_json(scores));
            });
          }};
}

} // namespace corvivo::cli
