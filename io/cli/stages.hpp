#pragma once
/// The stages of a case, in their order. Each file stage_*.cpp holds one kind; each reads what it needs from the folders of earlier stages.
#include <io/cli/case.hpp>
#include <io/cli/pipeline.hpp>
#include <mesh/coordinates.hpp>

namespace corvivo::cli {

/// What a stage may look at.
struct StageContext {
  Case &options;
  Pipeline &pipeline;
};

Stage segmentation_stage(StageContext context);
Stage mesh_stage(StageContext context);
Stage fibres_stage(StageContext context);
Stage ecg_stage(StageContext context);
Stage electrophysiology_stage(StageContext context);
Stage surrogate_stage(StageContext context);
Stage calibration_stage(StageContext context);
Stage what_if_stage(StageContext context);
Stage heartbeat_stage(StageContext context);
Stage mechanics_stage(StageContext context);
Stage prognosis_stage(StageContext context);
Stage shapes_stage(StageContext context);

/// The stages that the case names, up to the first of `last` among them and no others than it needs (empty: all). Throws CaseError when
/// the case names none of `last`.
std::vector<Stage> stages_of(StageContext context, const std::vector<std::string> &last);

/// Where the label map, if there is one, shows the right ventricle attached. Collective; known on rank 0.
mesh::CoordinateOptions septum_of(const Pipeline &pipeline, bool label_map, MPI_Comm comm);

/// Text that stands for a section in a stage's inputs.
template <class Section> std::string inputs_of(Section &section) {
  return io::resolved_case([&](io::Schema &schema) { section.describe(schema); });
}

} // namespace corvivo::cli
