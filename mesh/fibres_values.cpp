#include <io/base/errors.hpp>
#include <io/base/headed_file.hpp>
#include <io/base/parallel.hpp>
#include <mesh/distributed_mesh.hpp>
#include <mesh/fibres.hpp>

#include <nlohmann/json.hpp>

#include <cmath>

namespace corvivo::mesh {

Fibres refine(const Fibres &coarse, const HeartMesh &coarse_mesh) {
  CORVIVO_ASSERT(coarse.depth.size() == coarse_mesh.nodes.size(), "fibres and mesh have different nodes");
  Fibres fine = coarse;
  for (const auto &[a, b] : edges(coarse_mesh)) {
    fine.depth.push_back(0.5 * (coarse.depth[a] + coarse.depth[b]));
    fine.transmural.push_back(0.5 * (coarse.transmural[a] + coarse.transmural[b]));
    fine.longitudinal.push_back(0.5 * (coarse.longitudinal[a] + coarse.longitudinal[b]));
    if (!coarse.right.empty()) {
      const RightBlend &p = coarse.right[a], &q = coarse.right[b];
      fine.right.push_back({0.5 * (p.left_depth + q.left_depth), 0.5 * (p.right_depth + q.right_depth), 0.5 * (p.septum + q.septum),
                            0.5 * (p.weight + q.weight), 0.5 * (p.beyond + q.beyond)});
    }
  }
  return fine;
}

Fibres uniform_fibres(const HeartMesh &mesh, const Vector3 &fibre, const Vector3 &sheet) {
  const Vector3 f = normalized(fibre), s = normalized(sheet);
  if (!(norm(f) > 0.5) || !(norm(s) > 0.5) || std::abs(dot(f, s)) > 1e-9)
    throw io::CaseError("fibres: fibre and sheet must be two directions perpendicular to each other");
  Fibres fibres;
  fibres.options.endocardium_angle = fibres.options.epicardium_angle = 0; // then fibre = longitudinal x transmural
  fibres.depth.assign(mesh.nodes.size(), 0);
  fibres.transmural.assign(mesh.nodes.size(), s);
  fibres.longitudinal.assign(mesh.nodes.size(), cross(s, f));
  return fibres;
}

namespace {

std::vector<double> flat(const std::vector<Vector3> &vectors) {
  std::vector<double> values;
  values.reserve(3 * vectors.size());
  for (const Vector3 &v : vectors)
    values.insert(values.end(), v.begin(), v.end());
  return values;
}

std::vector<double> flat(const std::vector<RightBlend> &places) {
  std::vector<double> values;
  for (const RightBlend &p : places)
    values.insert(values.end(), {p.left_depth, p.right_depth, p.septum, p.weight, p.beyond});
  return values;
}

std::vector<RightBlend> blends(const std::vector<double> &values) {
  std::vector<RightBlend> all;
  for (std::size_t i = 0; i + 4 < values.size(); i += 5)
    all.push_back({values[i], values[i + 1], values[i + 2], values[i + 3], values[i + 4]});
  return all;
}

std::vector<Vector3> vectors(const std::vector<double> &values) {
  std::vector<Vector3> all;
  all.reserve(values.size() / 3);
  for (std::size_t i = 0; i + 2 < values.size(); i += 3)
    all.push_back({values[i], values[i + 1], values[i + 2]});
  return all;
}

} // namespace

io::Grid to_grid(const HeartMesh &mesh, const Fibres &fibres) {
  io::Grid grid = to_grid(mesh);
  io::Grid::Array fibre{"fibre [1]", 3, {}}, sheet{"sheet [1]", 3, {}}, normal{"normal [1]", 3, {}};
  const auto add = [&](const Frame &frame) {
    fibre.values.insert(fibre.values.end(), frame.fibre.begin(), frame.fibre.end());
    sheet.values.insert(sheet.values.end(), frame.sheet.begin(), frame.sheet.end());
    normal.values.insert(normal.values.end(), frame.normal.begin(), frame.normal.end());
  };
  for (const auto &cell : mesh.tetrahedra)
    add(fibres.at(cell, {0.25, 0.25, 0.25, 0.25}));
  for (const auto &[a, b, c] : mesh.triangles)
    add(fibres.at({a, b, c, c}, {1. / 3, 1. / 3, 1. / 3, 0}));
  for (const auto &array : {fibre, sheet, normal})
    grid.cell_data.push_back(array);
  grid.point_data.push_back({"depth [1]", 1, fibres.depth});
  return grid;
}

namespace {

constexpr const char *format = "corvivo fibres 3", *what = "saved fibres";

nlohmann::json header(const Fibres &fibres) {
  const FibreOptions &o = fibres.options;
  return {{"nodes", fibres.depth.size()},
          {"rule", o.rule},
          {"angles", {o.endocardium_angle, o.epicardium_angle, o.endocardium_sheet_angle, o.epicardium_sheet_angle}},
          {"depth", o.depth},
          {"longitudinal", o.longitudinal},
          {"right_angles", {o.right_endocardium_angle, o.right_epicardium_angle, o.insertion_width}},
          {"biventricular", !fibres.right.empty()}};
}

struct Size {
  std::size_t nodes;
  bool biventricular;
};

Size read_header(const std::string &text, const std::string &path, FibreOptions &o) {
  try {
    const auto json = nlohmann::json::parse(text);
    const auto angles = json.at("angles").get<std::array<double, 4>>();
    o.endocardium_angle = angles[0];
    o.epicardium_angle = angles[1];
    o.endocardium_sheet_angle = angles[2];
    o.epicardium_sheet_angle = angles[3];
    json.at("rule").get_to(o.rule);
    json.at("depth").get_to(o.depth);
    json.at("longitudinal").get_to(o.longitudinal);
    const auto right = json.at("right_angles").get<std::array<double, 3>>();
    o.right_endocardium_angle = right[0];
    o.right_epicardium_angle = right[1];
    o.insertion_width = right[2];
    return {json.at("nodes").get<std::size_t>(), json.at("biventricular").get<bool>()};
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(path + ": not saved fibres (" + error.what() + "); delete it and run again");
  }
}

} // namespace

Fibres scatter(const Fibres &on_rank_0, const DistributedMesh &mesh) {
  Fibres local;
  const std::string text = io::broadcast(header(on_rank_0).dump(), mesh.communicator());
  const bool biventricular = read_header(text, "options of the fibres", local.options).biventricular;
  local.depth = mesh.scatter_node_data(on_rank_0.depth, 1);
  local.transmural = vectors(mesh.scatter_node_data(flat(on_rank_0.transmural), 3));
  local.longitudinal = vectors(mesh.scatter_node_data(flat(on_rank_0.longitudinal), 3));
  if (biventricular)
    local.right = blends(mesh.scatter_node_data(flat(on_rank_0.right), 5));
  return local;
}

void save(const Fibres &fibres, const std::string &path) {
  io::write_headed_file(path, format,
                        {header(fibres).dump(), io::to_bytes(fibres.depth) + io::to_bytes(flat(fibres.transmural)) +
                                                    io::to_bytes(flat(fibres.longitudinal)) + io::to_bytes(flat(fibres.right))});
}

Fibres load_fibres(const std::string &path) {
  const io::HeadedFile file = io::read_headed_file(path, format, what);
  Fibres fibres;
  const auto [nodes, biventricular] = read_header(file.heading, path, fibres.options);
  io::check_length(file, (biventricular ? 12 : 7) * nodes * sizeof(double), path, what);
  fibres.depth = io::numbers_of<double>(file, 0, nodes);
  fibres.transmural = vectors(io::numbers_of<double>(file, nodes, 3 * nodes));
  fibres.longitudinal = vectors(io::numbers_of<double>(file, 4 * nodes, 3 * nodes));
  if (biventricular)
    fibres.right = blends(io::numbers_of<double>(file, 7 * nodes, 5 * nodes));
  return fibres;
}

} // namespace corvivo::mesh
