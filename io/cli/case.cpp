#include <io/cli/case.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <sstream>

namespace corvivo::cli {

void MeshCase::describe(io::Schema &schema) {
  schema.optional_section("import", import, "A ready mesh of another program instead of one made from the segmentation.");
  schema.optional_section("slab", slab, "A box of tissue (verification) instead of a mesh made from the segmentation.");
  schema.texts("formats", formats, "Further files of the mesh with its fibres and tags: msh (Gmsh), pts (openCARP).");
  schema.choice("ventricles", shape.ventricles, {"left", "both"},
                "Which ventricles the mesh holds: the left one, or both with a right wall of shape.right_wall around the right cavity.");
  schema.section("shape", shape, "From thick slices to two smooth surfaces.");
  schema.section("tissue", tissue, "Scar, no-reflow and border zone as regions of the mesh.");
  tetrahedra.describe(schema);
}

void StiffnessFit::describe(io::Schema &schema) {
  schema.flag(
      "enabled", enabled,
      "Scale the material so that the unloaded cavity has the volume of a normal heart, EDV (0.6 - 0.006 EDP/mmHg): Klotz et al., Am J "
      "Physiol Heart Circ Physiol 291:H403, 2006.");
  schema.integer("runs", runs, 1, 20, "Unloadings at most.");
  schema.quantity("tolerance", tolerance, "mL", io::positive, "An unloaded volume this near ends the search.");
}

void TensionFit::describe(io::Schema &schema) {
  schema.flag("enabled", enabled, "Scale the active tension so that the 3-D stroke volume is the fitted one.");
  schema.integer("runs", runs, 1, 3, "Trial runs at most.");
  schema.quantity("tolerance", tolerance, "mL", io::positive, "A trial this near to the fitted stroke volume ends the search.");
}

void HalvingStudy::describe(io::Schema &schema) {
  const std::string times = " with the same tension and stiffness; measured by running the case that way.";
  schema.optional_quantity("ejection_fraction_mesh", ejection_fraction_mesh, "%", io::any,
                           "Change of the ejection fraction when heartbeat.element_size is halved," + times);
  schema.optional_quantity("peak_pressure_mesh", peak_pressure_mesh, "mmHg", io::any,
                           "Change of the peak pressure when heartbeat.element_size is halved," + times);
  schema.optional_quantity("ejection_fraction_step", ejection_fraction_step, "%", io::any,
                           "Change of the ejection fraction when the time steps are halved," + times);
  schema.optional_quantity("peak_pressure_step", peak_pressure_step, "mmHg", io::any,
                           "Change of the peak pressure when the time steps are halved," + times);
}

void HeartbeatCase::describe(io::Schema &schema) {
  schema.quantity("element_size", element_size, "mm", io::between(2, 20), "Edge of the mechanics mesh (quadratic displacements).");
  schema.quantity("facet_distance", facet_distance, "mm", io::between(0.05, 2), "How far its flat faces may lie from the smooth surfaces.");
  schema.quantity("coarse_element_size", coarse_element_size, "mm", io::between(2, 20),
                  "Edge of the coarser mesh on which stiffness and tension are fitted; that of the beat where it is not coarser.");
  mechanics.describe(schema);
  schema.section("stiffness_fit", stiffness_fit, "How the passive stiffness is set before the heartbeat, of each wall of a biventricle.");
  schema.section("tension_fit", tension_fit, "How the active tension is set before the heartbeat.");
  schema.optional_section("halving", halving, "What halved elements and time steps did to this beat, to be told with its results.");
}

void Case::describe(io::Schema &schema) {
  schema.required_text("title", title, "What the case is, in a line: heads the report.");
  schema.text("patient", patient, "Name or code of the patient that the report shows.");
  schema.optional_section("segmentation", segmentation, "Label maps of a short-axis stack.");
  schema.optional_section("mesh", mesh, "Tetrahedra of the heart wall; also those of the mechanics.");
  schema.optional_section("fibres", fibres, "Rule-based fibre directions.");
  schema.optional_section("ecg", ecg, "A recorded ECG of the patient: beats, intervals, axis and waves with their uncertainty.");
  schema.optional_section("electrophysiology", electrophysiology, "Electrical activation of one beat.");
  schema.optional_section("circulation", circulation, "The closed-loop circulation that calibration starts from.");
  schema.optional_section("surrogate", surrogate, "A network trained on runs of the circulation.");
  schema.optional_section("calibration", calibration, "The circulation fitted to the patient's measurements.");
  schema.optional_section("whatif", whatif, "What changes of the fitted circulation would do: therapies, exercise, bleeding.");
  schema.optional_section("heartbeat", heartbeat, "One beat of the 3-D ventricle coupled to the fitted circulation.");
  schema.optional_section("mechanics", mechanics, "A body loaded by itself, without patient or circulation.");
  schema.optional_section("clinical", clinical, "Age, sex, history: what prognostic scores ask for.");
  schema.optional_section("shapes", shapes, "A model of the left-ventricular shapes of a cohort, and new hearts drawn from it.");
}

namespace {

void require(std::vector<std::string> &complaints, bool given, bool needed, const std::string &section, const std::string &missing) {
  if (given && !needed)
    complaints.push_back(section + ": needs a section '" + missing + "', which the case does not have");
}

/// What is asked of a right ventricle that the mesh will not have.
void complain_of_right_ventricle(std::vector<std::string> &complaints, const std::string &file,
                                 const physics::MechanicsOptions &mechanics) {
  const auto complain = [&](const std::optional<double> &value, const std::string &key) {
    if (value)
      complaints.push_back(file + ": heartbeat." + key + ": found " + io::print_number(*value) +
                           ", but mesh.ventricles: left has no right ventricle; use mesh.ventricles: both, or leave the key out");
  };
  complain(mechanics.right_end_diastolic_pressure, "right_end_diastolic_pressure");
  complain(mechanics.rv_tension_scale, "rv_tension_scale");
  complain(mechanics.rv_stiffness_scale, "rv_stiffness_scale");
}

/// Volumes that the segmentation will give are not known yet: any that fit the others stand for them.
void check_measurements(calibration::PatientMeasurements measurements, const std::optional<mesh::SegmentationOptions> &segmentation) {
  double &edv = measurements.lv_edv.value, &esv = measurements.lv_esv.value;
  if (segmentation && std::isnan(edv))
    measurements.lv_edv = {std::isnan(esv) ? 150 : 2 * esv, 1, false};
  if (segmentation && !segmentation->es.empty() && std::isnan(esv))
    measurements.lv_esv = {edv / 2, 1, false};
  measurements.check();
}

/// Each point gives the result activation_time_<name>, which must be its own.
void check_points(const std::vector<physics::NamedPoint> &points) {
  std::vector<std::string> taken = {"total"}, complaints; // activation_time_total is that of the whole tissue
  for (const physics::NamedPoint &point : points) {
    if (std::find(taken.begin(), taken.end(), point.name) != taken.end())
      complaints.push_back("electrophysiology.points: found the name '" + point.name + "', but the result activation_time_" + point.name +
                           " is already that of " + (point.name == "total" ? "the whole tissue" : "another point") + "; try another name");
    taken.push_back(point.name);
  }
  if (!complaints.empty())
    throw io::CaseError(io::join(complaints, "\n"));
}

/// Each electrogram is a column of one table.
void check_electrograms(const std::vector<physics::Electrogram> &electrograms) {
  std::vector<std::string> taken = {"time"}, complaints;
  for (const physics::Electrogram &electrogram : electrograms) {
    if (std::find(taken.begin(), taken.end(), electrogram.name) != taken.end())
      complaints.push_back("electrophysiology.electrograms: found the name '" + electrogram.name +
                           "', which electrograms.csv has a column of already; try another name");
    taken.push_back(electrogram.name);
  }
  if (!complaints.empty())
    throw io::CaseError(io::join(complaints, "\n"));
}

void collect(std::vector<std::string> &complaints, const std::string &file, const std::function<void()> &check) {
  try {
    check();
  } catch (const io::CaseError &error) {
    std::istringstream lines(error.what());
    for (std::string line; std::getline(lines, line);)
      complaints.push_back(file + ": " + line);
  }
}

} // namespace

std::string case_name(const std::filesystem::path &file) {
  const std::string folder = std::filesystem::absolute(file).lexically_normal().parent_path().filename().string();
  const std::string stem = file.stem().string();
  return folder.empty() ? stem : stem == "case" ? folder : folder + "_" + stem;
}

Case read_case(const std::filesystem::path &file, const std::vector<std::string> &overrides) {
  Case options;
  io::read_case(file, overrides, [&](io::Schema &schema) { options.describe(schema); });
  std::vector<std::string> complaints;
  const auto check = [&](const auto &section, const std::string &name, const auto &needed, const std::string &missing) {
    require(complaints, section.has_value(), needed.has_value(), file.string() + ": " + name, missing);
  };
  if (options.mesh && options.mesh->from_segmentation())
    check(options.mesh, "mesh", options.segmentation, "segmentation");
  else if (options.heartbeat && options.mesh)
    complaints.push_back(file.string() +
                         ": heartbeat: makes coarser meshes from the segmentation, so it cannot use mesh.import or mesh.slab");
  if (options.mesh && options.mesh->import && options.mesh->slab)
    complaints.push_back(file.string() + ": mesh: found both import and slab, expected one of them");
  for (const std::string &format : options.mesh ? options.mesh->formats : std::vector<std::string>())
    if (format != "msh" && format != "pts")
      complaints.push_back(file.string() + ": mesh.formats: found '" + format + "', expected msh or pts");
  check(options.fibres, "fibres", options.mesh, "mesh");
  check(options.electrophysiology, "electrophysiology", options.fibres, "fibres");
  check(options.calibration, "calibration", options.surrogate, "surrogate");
  check(options.surrogate, "surrogate", options.calibration, "calibration");
  check(options.whatif, "whatif", options.calibration, "calibration");
  check(options.heartbeat, "heartbeat", options.electrophysiology, "electrophysiology");
  check(options.heartbeat, "heartbeat", options.calibration, "calibration");
  if (options.heartbeat && options.electrophysiology && !physics::has_calcium(*options.electrophysiology))
    complaints.push_back(file.string() + ": electrophysiology.cell.model: found '" + options.electrophysiology->ionic_model_name +
                         "', which has no calcium for the heartbeat to contract by; try ten_tusscher_2006_epi or tor_ord_2019_endo");
  if (options.heartbeat && options.electrophysiology && options.electrophysiology->stop_when_activated)
    complaints.push_back(file.string() +
                         ": electrophysiology.stop_when_activated: found beside a heartbeat, whose muscle would never relax "
                         "after calcium that ends there; leave it out");
  if (options.heartbeat && options.mesh && options.mesh->shape.ventricles != "both")
    complain_of_right_ventricle(complaints, file.string(), options.heartbeat->mechanics);
  if (options.segmentation)
    collect(complaints, file.string(), [&] { options.segmentation->check(); });
  if (options.electrophysiology)
    collect(complaints, file.string(), [&] { options.electrophysiology->discretisation.check(); });
  if (options.electrophysiology && options.electrophysiology->purkinje)
    collect(complaints, file.string(), [&] { options.electrophysiology->purkinje->check(); });
  if (options.electrophysiology)
    collect(complaints, file.string(), [&] { options.electrophysiology->check(); });
  if (options.electrophysiology)
    collect(complaints, file.string(), [&] { check_points(options.electrophysiology->points); });
  if (options.electrophysiology)
    collect(complaints, file.string(), [&] { check_electrograms(options.electrophysiology->electrograms); });
  if (options.electrophysiology && options.electrophysiology->electrodes)
    collect(complaints, file.string(), [&] { options.electrophysiology->electrodes->check(); });
  if (options.calibration)
    collect(complaints, file.string(), [&] { check_measurements(options.calibration->measurements, options.segmentation); });
  if (options.heartbeat && options.heartbeat->mechanics.beats > 1 && options.heartbeat->mechanics.duration > 0)
    complaints.push_back(file.string() + ": heartbeat.beats: found " + std::to_string(options.heartbeat->mechanics.beats) +
                         " together with a duration, which is a part of one beat; try duration: 0 ms");
  if (options.mechanics)
    collect(complaints, file.string() + ": mechanics", [&] { options.mechanics->check(); });
  if (options.whatif)
    collect(complaints, file.string(), [&] { options.whatif->check(); });
  if (options.clinical)
    collect(complaints, file.string(), [&] { calibration::check(*options.clinical); });
  if (!complaints.empty())
    throw io::CaseError(io::join(complaints, "\n"));
  return options;
}

} // namespace corvivo::cli
