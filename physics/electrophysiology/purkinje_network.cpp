#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <physics/electrophysiology/purkinje.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace corvivo::physics {

using namespace io;
using mesh::HeartMesh;
using mesh::Vector3;

namespace {

constexpr int most_generations = 24;
const std::array<const char *, 2> endocardia{"endocardium_lv", "endocardium_rv"};

void require(bool good, const std::string &key, const std::string &found, const std::string &expected) {
  if (!good)
    throw CaseError("electrophysiology.purkinje." + key + ": found " + found + ", expected " + expected);
}

void check_tree(const PurkinjeTreeOptions &tree, const std::string &at) {
  const auto positive = [&](const std::string &key, double value, const std::string &unit) {
    require(value > 0, at + key, print_number(value) + " " + unit, "a positive number");
  };
  positive("segment", tree.segment, "mm");
  positive("velocity", tree.velocity, "m/s");
  positive("radius", tree.radius, "mm");
  const std::string two = "at least two segments of " + print_number(tree.segment) + " mm";
  require(tree.length >= 2 * tree.segment, at + "length", print_number(tree.length) + " mm", two);
  require(tree.initial_length >= 2 * tree.segment, at + "initial_length", print_number(tree.initial_length) + " mm", two);
  require(tree.deviation >= 0, at + "deviation", print_number(tree.deviation) + " mm", "no negative number");
  require(tree.branching_angle > 0 && tree.branching_angle <= 90, at + "branching_angle", print_number(tree.branching_angle) + " deg",
          "more than 0 and at most 90 deg");
  require(tree.generations >= 0 && tree.generations <= most_generations, at + "generations", std::to_string(tree.generations),
          "0 to " + std::to_string(most_generations) + ": a tree has filled the surface by then");
}

/// Positions of nodes in the order of their first coordinate.
class AlongX {
public:
  explicit AlongX(const std::vector<Vector3> &points) : points_(points), order_(points.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t(0));
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  }
  /// Points of the ball, ascending.
  std::vector<std::size_t> within(const Vector3 &centre, double radius) const {
    std::vector<std::size_t> found;
    const auto begin =
        std::lower_bound(order_.begin(), order_.end(), centre[0] - radius, [&](std::size_t i, double x) { return points_[i][0] < x; });
    for (auto at = begin; at != order_.end() && points_[*at][0] <= centre[0] + radius; ++at)
      if (norm(points_[*at] - centre) <= radius)
        found.push_back(*at);
    std::sort(found.begin(), found.end());
    return found;
  }

private:
  const std::vector<Vector3> &points_;
  std::vector<std::size_t> order_;
};

} // namespace

void PurkinjeTreeOptions::describe(Schema &schema) {
  const std::string fractal_tree = "Sahli Costabal 2016";
  schema.choice("surface", surface, {"endocardium_lv", "endocardium_rv"}, "Surface that the tree grows on.");
  schema.quantity("height", height, "1", between(0, 1), "Of the root along the long axis: 0 apex, 1 base.");
  schema.quantity("angle", angle, "deg", between(-360, 360),
                  "Of the root around the long axis, from the septum (on the right around the right cavity's own middle); positive towards "
                  "anterior.");
  schema.quantity("initial_length", initial_length, "mm", positive, "Of the trunk, which leads from the root towards the apex.");
  schema.quantity("length", length, "mm", positive, "Mean length of a branch.");
  schema.quantity("deviation", deviation, "mm", not_negative, "Standard deviation of these lengths; none is shorter than two segments.");
  schema.quantity("segment", segment, "mm", positive,
                  "By which a branch grows at a time; no branch comes nearer to another, its mother and sibling excepted.");
  schema.quantity("branching_angle", branching_angle, "deg", Range{0, 90, true, false},
                  "By which each of two branches turns off the direction of their mother.");
  schema.quantity("repulsion", repulsion, "1", between(0, 10),
                  "Weight, against the branch's own direction, of the direction away from the nearest other branch, in each segment.",
                  fractal_tree);
  schema.integer("generations", generations, 0, most_generations,
                 "How often branches divide after the trunk, those that stopped at others or at the surface's rim excepted.");
  schema.quantity("velocity", velocity, "m/s", positive, "Conduction velocity of the tree; 2 to 4 m/s in human hearts.",
                  "Durrer 1970; ten Tusscher & Panfilov 2008");
  schema.quantity("junction_delay", junction_delay, "ms", not_negative,
                  "Between arrival at an end of the tree and the stimulus of the muscle.");
  schema.quantity("start", start, "ms", not_negative, "Time at the root.");
  schema.quantity("radius", radius, "mm", positive, "Of the ball of tissue that each end stimulates.");
}

void PurkinjeOptions::describe(Schema &schema) {
  schema.required_integer("seed", seed, 0, 2147483647, "Seed of the branches' lengths and of their turns.");
  schema.list("trees", trees, "The trees, which grow one after the other; none given: one as below on each endocardium of the mesh.");
}

std::vector<PurkinjeTreeOptions> PurkinjeOptions::planted_trees(const HeartMesh &mesh) const {
  if (!trees.empty())
    return trees;
  std::vector<PurkinjeTreeOptions> planted(mesh.has_surface("endocardium_rv") ? 2 : 1);
  planted.back().surface = endocardia[planted.size() - 1];
  return planted;
}

void PurkinjeOptions::check() const {
  for (std::size_t t = 0; t < trees.size(); ++t)
    check_tree(trees[t], "trees[" + std::to_string(t) + "].");
}

std::vector<Stimulus> junction_stimuli(const std::vector<PurkinjeTree> &trees, const HeartMesh &mesh, const std::vector<char> &excitable) {
  std::vector<Stimulus> stimuli;
  const AlongX nodes(mesh.nodes);
  for (const PurkinjeTree &tree : trees)
    for (std::size_t j = 0; j < tree.junctions.size(); ++j) {
      stimuli.emplace_back();
      Stimulus &stimulus = stimuli.back();
      stimulus.name = tree.name + ", junction " + std::to_string(j + 1);
      stimulus.shape = Stimulus::Shape::nodes;
      stimulus.start = tree.junctions[j].time;
      stimulus.spares_activated = true;
      stimulus.nodes = nodes.within(tree.nodes[tree.junctions[j].node], tree.radius);
      if (stimulus.nodes.empty())
        throw CaseError("electrophysiology: the ball of " + print_number(tree.radius) + " mm around " + stimulus.name +
                        " holds no node of the mesh; make `radius` larger than an element");
    }
  std::stable_sort(stimuli.begin(), stimuli.end(), [](const Stimulus &a, const Stimulus &b) { return a.start < b.start; });
  std::vector<char> taken(excitable.size());
  std::transform(excitable.begin(), excitable.end(), taken.begin(), [](char can) { return can ? 0 : 1; });
  for (Stimulus &stimulus : stimuli) {
    auto &own = stimulus.nodes;
    own.erase(std::remove_if(own.begin(), own.end(), [&](std::size_t node) { return taken[node] != 0; }), own.end());
    for (const std::size_t node : own)
      taken[node] = 1;
  }
  stimuli.erase(std::remove_if(stimuli.begin(), stimuli.end(), [](const Stimulus &s) { return s.nodes.empty(); }), stimuli.end());
  return stimuli;
}

PurkinjeCoverage coverage(const std::vector<PurkinjeTree> &trees, const HeartMesh &mesh) {
  std::vector<double> distances;
  for (const char *surface : endocardia) {
    std::vector<Vector3> junctions;
    for (const PurkinjeTree &tree : trees)
      for (std::size_t j = 0; tree.surface == surface && j < tree.junctions.size(); ++j)
        junctions.push_back(tree.nodes[tree.junctions[j].node]);
    if (junctions.empty())
      continue;
    const int index = mesh.surface_index(surface);
    std::vector<std::size_t> nodes;
    for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
      if (mesh.surface[t] == index)
        nodes.insert(nodes.end(), mesh.triangles[t].begin(), mesh.triangles[t].end());
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    for (const std::size_t node : nodes) {
      double nearest = std::numeric_limits<double>::infinity();
      for (const Vector3 &junction : junctions)
        nearest = std::min(nearest, norm(junction - mesh.nodes[node]));
      distances.push_back(nearest);
    }
  }
  if (distances.empty())
    return {};
  std::sort(distances.begin(), distances.end());
  const auto within = std::upper_bound(distances.begin(), distances.end(), PurkinjeCoverage::reach) - distances.begin();
  const auto count = static_cast<double>(distances.size());
  return {distances.back(), distances[static_cast<std::size_t>(0.95 * (count - 1))], static_cast<double>(within) / count};
}

Grid to_grid(const std::vector<PurkinjeTree> &trees) {
  Grid grid;
  Grid::Array arrival{"arrival_time [ms]", 1, {}}, junction{"junction [1]", 1, {}}, number{"tree [1]", 1, {}};
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const std::size_t first = grid.points.size();
    grid.points.insert(grid.points.end(), trees[t].nodes.begin(), trees[t].nodes.end());
    arrival.values.insert(arrival.values.end(), trees[t].arrival.begin(), trees[t].arrival.end());
    junction.values.resize(grid.points.size(), 0);
    for (const PurkinjeJunction &end : trees[t].junctions)
      junction.values[first + end.node] = 1;
    for (std::size_t i = 1; i < trees[t].nodes.size(); ++i) {
      grid.add_cell(CellType::line, std::array<std::size_t, 2>{first + trees[t].parent[i], first + i});
      number.values.push_back(static_cast<double>(t + 1));
    }
  }
  grid.point_data = {std::move(arrival), std::move(junction)};
  grid.cell_data = {std::move(number)};
  return grid;
}

} // namespace corvivo::physics
