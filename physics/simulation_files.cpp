/// Heartbeats as files and as grids.
#include <physics/beats.hpp>
#include <physics/simulation.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/mechanics/quadratic_tetrahedron.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace corvivo::physics {
namespace {

using io::operator+;
using io::operator*;

constexpr const char *heading = "corvivo heartbeat 5", *segment_file = "/segment_strains.csv";

std::vector<double> flat(const std::vector<io::Vector3> &vectors) {
  std::vector<double> numbers;
  for (const io::Vector3 &vector : vectors)
    numbers.insert(numbers.end(), vector.begin(), vector.end());
  return numbers;
}

std::vector<double> numbers(const PerCavity &of, std::size_t cavities) {
  return {of.begin(), of.begin() + static_cast<std::ptrdiff_t>(cavities)};
}

PerCavity of_cavities(const std::vector<double> &numbers) {
  PerCavity result;
  std::copy_n(numbers.begin(), std::min(numbers.size(), most_cavities), result.begin());
  return result;
}

} // namespace

io::Grid to_grid(const Reference &reference, const Snapshot &snapshot) {
  const mesh::HeartMesh &mesh = reference.mesh;
  const auto edges = mesh::edges(mesh);
  CORVIVO_ASSERT(snapshot.displacement.size() == mesh.nodes.size() + edges.size(), "the snapshot is not one of this mesh");
  io::Grid grid;
  grid.points = reference.places;
  for (const auto &cell : mesh.tetrahedra) {
    std::array<std::size_t, nodes_per_cell> nodes;
    std::copy(cell.begin(), cell.end(), nodes.begin());
    for (int e = 0; e < 6; ++e) {
      const auto [a, b] = std::minmax(cell[tetrahedron_edges[e][0]], cell[tetrahedron_edges[e][1]]);
      nodes[4 + e] = mesh.nodes.size() + (std::lower_bound(edges.begin(), edges.end(), std::array<std::size_t, 2>{a, b}) - edges.begin());
    }
    grid.add_cell(io::CellType::quadratic_tetrahedron, nodes);
  }
  grid.point_data.push_back({"displacement [mm]", 3, flat(snapshot.displacement)});
  grid.cell_data.push_back({"active_tension [kPa]", 1, snapshot.tension});
  grid.cell_data.push_back({"fibre_stretch [1]", 1, snapshot.fibre_stretch});
  return grid;
}

void save(const HeartbeatResult &result, const std::string &folder) {
  std::filesystem::create_directories(folder);
  io::write_file(folder + "/series.csv", io::to_csv(result.series));
  std::filesystem::remove(folder + segment_file); // of an earlier run
  if (result.segment_strains.rows() > 0)
    io::write_file(folder + segment_file, io::to_csv(result.segment_strains));
  mesh::save(result.reference.mesh, folder + "/imaged.vtu");
  const mesh::Fibres &fibres = result.reference.fibres;
  nlohmann::json about = {{"format", heading},
                          {"mesh_volumes_mL", numbers(result.mesh_volume, result.cavities)},
                          {"pericardial_pressure_mmHg", result.pericardial_pressure},
                          {"min_det_f", result.min_det_f},
                          {"partial", result.partial},
                          {"failure", result.failure},
                          {"residuals", result.residuals},
                          {"stress_free_places_mm", result.reference.places},
                          {"stress_free_volumes_mL", numbers(result.reference.volume, result.cavities)},
                          {"unloading_residual_mm", result.reference.residual},
                          {"unloading_iterations", result.reference.iterations},
                          {"beat_starts_ms", result.beat_starts},
                          {"limit_cycle", result.limit_cycle},
                          {"steps", result.steps},
                          {"newton_iterations", result.newton_iterations},
                          {"factorisations", result.factorisations},
                          {"linear_iterations", result.linear_iterations},
                          {"fibre_angles_deg",
                           {fibres.options.endocardium_angle, fibres.options.epicardium_angle, fibres.options.endocardium_sheet_angle,
                            fibres.options.epicardium_sheet_angle}},
                          {"fibre_rule", fibres.options.rule},
                          {"fibre_depth", fibres.depth},
                          {"fibre_transmural", fibres.transmural},
                          {"fibre_longitudinal", fibres.longitudinal}};
  for (const EmulatedStart &start : result.emulated)
    about["emulated"].push_back({{"beat", start.beat},
                                 {"beats", start.beats},
                                 {"end_diastolic_mL", numbers(start.end_diastolic, result.cavities)},
                                 {"stroke_mL", numbers(start.stroke, result.cavities)}});
  if (!fibres.right.empty()) {
    about["fibre_right_options"] = {fibres.options.right_endocardium_angle, fibres.options.right_epicardium_angle,
                                    fibres.options.insertion_width};
    for (const mesh::RightBlend &node : fibres.right)
      about["fibre_right"].push_back({node.left_depth, node.right_depth, node.septum, node.weight, node.beyond});
  }
  io::write_file(folder + "/heartbeat.json", about.dump());
}

HeartbeatResult load_heartbeat(const std::string &folder) {
  const std::string file = folder + "/heartbeat.json";
  const std::string text = io::read_file(file);
  try {
    const nlohmann::json about = nlohmann::json::parse(text);
    if (about.at("format") != heading)
      throw io::CaseError(file + ": not a heartbeat that this version reads; remove it to run the stage again");
    HeartbeatResult result;
    const auto volumes = about.at("mesh_volumes_mL").get<std::vector<double>>();
    result.cavities = volumes.size();
    result.mesh_volume = of_cavities(volumes);
    result.pericardial_pressure = about.at("pericardial_pressure_mmHg");
    result.min_det_f = about.at("min_det_f");
    result.partial = about.at("partial");
    result.failure = about.at("failure");
    about.at("residuals").get_to(result.residuals);
    about.at("stress_free_places_mm").get_to(result.reference.places);
    result.reference.volume = of_cavities(about.at("stress_free_volumes_mL").get<std::vector<double>>());
    result.reference.residual = about.at("unloading_residual_mm");
    result.reference.iterations = about.at("unloading_iterations");
    about.at("beat_starts_ms").get_to(result.beat_starts);
    result.limit_cycle = about.at("limit_cycle");
    for (const auto &start : about.value("emulated", nlohmann::json::array()))
      result.emulated.push_back({start.at("beat"), start.at("beats"), of_cavities(start.at("end_diastolic_mL").get<std::vector<double>>()),
                                 of_cavities(start.at("stroke_mL").get<std::vector<double>>())});
    result.steps = about.at("steps");
    result.newton_iterations = about.at("newton_iterations");
    result.factorisations = about.at("factorisations");
    result.linear_iterations = about.at("linear_iterations");
    mesh::Fibres &fibres = result.reference.fibres;
    const auto &angles = about.at("fibre_angles_deg");
    fibres.options.endocardium_angle = angles.at(0);
    fibres.options.epicardium_angle = angles.at(1);
    fibres.options.endocardium_sheet_angle = angles.at(2);
    fibres.options.epicardium_sheet_angle = angles.at(3);
    about.at("fibre_rule").get_to(fibres.options.rule);
    about.at("fibre_depth").get_to(fibres.depth);
    about.at("fibre_transmural").get_to(fibres.transmural);
    about.at("fibre_longitudinal").get_to(fibres.longitudinal);
    if (about.contains("fibre_right")) {
      const auto options = about.at("fibre_right_options").get<std::array<double, 3>>();
      fibres.options.right_endocardium_angle = options[0];
      fibres.options.right_epicardium_angle = options[1];
      fibres.options.insertion_width = options[2];
      for (const auto &node : about.at("fibre_right").get<std::vector<std::array<double, 5>>>())
        fibres.right.push_back({node[0], node[1], node[2], node[3], node[4]});
    }
    result.series = io::time_series_from_csv(folder + "/series.csv");
    if (std::filesystem::exists(folder + segment_file))
      result.segment_strains = io::time_series_from_csv(folder + segment_file);
    result.reference.mesh = mesh::load(folder + "/imaged.vtu");
    return result;
  } catch (const nlohmann::json::exception &problem) {
    throw io::CaseError(file + ": damaged (" + problem.what() + "); remove it to run the stage again");
  }
}

io::TimeSeries load_segment_strains(const std::string &folder) {
  if (!std::filesystem::exists(folder + segment_file))
    return {};
  const std::string file = folder + "/heartbeat.json";
  try {
    const auto starts = nlohmann::json::parse(io::read_file(file)).at("beat_starts_ms").get<std::vector<double>>();
    return beat_of(io::time_series_from_csv(folder + segment_file), starts, starts.size() - 1);
  } catch (const nlohmann::json::exception &problem) {
    throw io::CaseError(file + ": damaged (" + problem.what() + "); remove it to run the stage again");
  }
}

} // namespace corvivo::physics
