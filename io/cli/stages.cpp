#include <io/cli/stages.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>

namespace corvivo::cli {

namespace {

std::vector<Stage> all_stages(StageContext context) {
  const Case &options = context.options;
  std::vector<Stage> stages;
  if (options.segmentation)
    stages.push_back(segmentation_stage(context));
  if (options.mesh)
    stages.push_back(mesh_stage(context));
  if (options.fibres)
    stages.push_back(fibres_stage(context));
  if (options.surrogate)
    stages.push_back(surrogate_stage(context));
  if (options.calibration)
    stages.push_back(calibration_stage(context));
  if (options.whatif)
    stages.push_back(what_if_stage(context));
  if (options.ecg)
    stages.push_back(ecg_stage(context));
  if (options.electrophysiology)
    stages.push_back(electrophysiology_stage(context));
  if (options.heartbeat)
    stages.push_back(heartbeat_stage(context));
  if (options.mechanics)
    stages.push_back(mechanics_stage(context));
  if (options.clinical)
    stages.push_back(prognosis_stage(context));
  if (options.shapes)
    stages.push_back(shapes_stage(context));
  return stages;
}

void mark_needed(const std::vector<Stage> &stages, const std::string &name, std::vector<bool> &needed) {
  for (std::size_t i = 0; i < stages.size(); ++i)
    if (stages[i].name == name && !needed[i]) {
      needed[i] = true;
      for (const std::string &before : stages[i].needs)
        mark_needed(stages, before, needed);
    }
}

} // namespace

std::vector<Stage> stages_of(StageContext context, const std::vector<std::string> &last) {
  const std::vector<Stage> stages = all_stages(context);
  if (stages.empty())
    throw io::CaseError("the case has no section that a stage is run for, expected one, as segmentation or mechanics");
  if (last.empty())
    return stages;
  const auto named = std::find_if(last.begin(), last.end(), [&](const std::string &name) {
    return std::any_of(stages.begin(), stages.end(), [&](const Stage &stage) { return stage.name == name; });
  });
  if (named == last.end()) {
    std::vector<std::string> sections = last;
    // the others are called as their stage
    std::replace(sections.begin(), sections.end(), std::string("prognosis"), std::string("clinical"));
    throw io::CaseError("the case has no section '" + io::join(sections, "' or '") + "' for the stage '" + io::join(last, "' or '") + "'");
  }
  std::vector<bool> needed(stages.size(), false);
  mark_needed(stages, *named, needed);
  std::vector<Stage> chosen;
  for (std::size_t i = 0; i < stages.size(); ++i)
    if (needed[i])
      chosen.push_back(stages[i]);
  return chosen;
}

} // namespace corvivo::cli
