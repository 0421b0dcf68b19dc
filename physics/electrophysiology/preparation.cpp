#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <physics/electrophysiology/preparation.hpp>
#include <physics/electrophysiology/quadratic_family.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace corvivo::physics {

using namespace io;
using mesh::HeartMesh;
using mesh::Vector3;

namespace {

double mean_edge(const HeartMesh &mesh) {
  double sum = 0;
  const auto all = mesh::edges(mesh);
  for (const auto &edge : all)
    sum += norm(mesh.nodes[edge[0]] - mesh.nodes[edge[1]]);
  return sum / static_cast<double>(all.size());
}

/// Nodes of the triangles of a surface, ascending.
std::vector<std::size_t> nodes_of_surface(const HeartMesh &mesh, const std::string &name) {
  if (!mesh.has_surface(name))
    throw CaseError("electrophysiology.surfaces: the mesh has no surface '" + name + "'; it has " + join(mesh.surface_names, ", "));
  const int surface = mesh.surface_index(name);
  std::vector<std::size_t> nodes;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    if (mesh.surface[t] == surface)
      nodes.insert(nodes.end(), mesh.triangles[t].begin(), mesh.triangles[t].end());
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

/// Nodes of the cells of a region, ascending.
std::vector<std::size_t> nodes_of_region(const HeartMesh &mesh, const std::string &name) {
  const auto found = std::find(mesh.region_names.begin(), mesh.region_names.end(), name);
  if (found == mesh.region_names.end())
    throw CaseError("electrophysiology.regions: the mesh has no region '" + name + "'; it has " + join(mesh.region_names, ", "));
  std::vector<std::size_t> nodes;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (mesh.region[c] == static_cast<int>(found - mesh.region_names.begin()))
      nodes.insert(nodes.end(), mesh.tetrahedra[c].begin(), mesh.tetrahedra[c].end());
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

std::vector<Stimulus> stimuli_on(const HeartMesh &mesh, const HeartMesh &fine, const ElectrophysiologyOptions &options) {
  std::vector<Stimulus> stimuli;
  const auto add = [&](const std::string &name, Stimulus::Shape shape, double start) -> Stimulus & {
    stimuli.emplace_back();
    Stimulus &stimulus = stimuli.back();
    stimulus.name = name;
    stimulus.shape = shape;
    stimulus.start = start;
    stimulus.duration = options.stimulus_duration;
    stimulus.amplitude = options.stimulus_amplitude;
    return stimulus;
  };
  for (const StimulusSite &site : options.stimulated_sites(mesh.has_surface("endocardium_rv"))) {
    Stimulus &stimulus = add(site.name, Stimulus::Shape::ball, site.start);
    stimulus.centre = endocardial_point(mesh, site);
    stimulus.radius = site.radius;
  }
  for (std::size_t i = 0; i < options.boxes.size(); ++i) {
    Stimulus &stimulus = add("boxes[" + std::to_string(i) + "]", Stimulus::Shape::box, options.boxes[i].start);
    stimulus.minimum = options.boxes[i].minimum;
    stimulus.maximum = options.boxes[i].maximum;
  }
  for (std::size_t i = 0; i < options.balls.size(); ++i) {
    Stimulus &stimulus = add("balls[" + std::to_string(i) + "]", Stimulus::Shape::ball, options.balls[i].start);
    stimulus.centre = options.balls[i].centre;
    stimulus.radius = options.balls[i].radius;
  }
  for (std::size_t i = 0; options.bidomain && i < options.bidomain->electrodes.size(); ++i) { // for its time and place: see Bidomain
    const CurrentElectrode &electrode = options.bidomain->electrodes[i];
    Stimulus &stimulus = add("electrode " + electrode.name, Stimulus::Shape::ball, electrode.start);
    stimulus.centre = electrode.centre;
    stimulus.radius = electrode.radius;
    stimulus.duration = electrode.duration;
    stimulus.amplitude = 0;
  }
  for (const StimulusSurface &surface : options.surfaces)
    add("surface " + surface.surface, Stimulus::Shape::nodes, surface.start).nodes = nodes_of_surface(fine, surface.surface);
  for (const StimulusRegion &region : options.regions)
    add("region " + region.region, Stimulus::Shape::nodes, region.start).nodes = nodes_of_region(fine, region.region);
  return stimuli;
}

/// Depth of a node below the nearest endocardium, as a share of its wall: the septum has one on each side.
double endocardial_depth(const mesh::Fibres &fibres, std::size_t node) {
  if (fibres.right.empty())
    return fibres.depth[node];
  const mesh::RightBlend &place = fibres.right[node];
  if (place.weight > 0 || place.beyond == 0) // right free wall, insertions included
    return std::min(place.left_depth, place.right_depth);
  return place.septum > 0.5 ? std::min(place.left_depth, 1 - place.left_depth) : place.left_depth;
}

/// Fibre at the centre and diffusivity factor of each cell.
std::vector<double> fibre_and_factor_of(const HeartMesh &mesh, const mesh::Fibres &fibres, const std::optional<FastLayerOptions> &fast,
                                        const std::vector<double> &conduction) {
  std::vector<double> values;
  values.reserve(4 * mesh.tetrahedra.size());
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
    const auto &cell = mesh.tetrahedra[c];
    const Vector3 fibre = fibres.at(cell, {0.25, 0.25, 0.25, 0.25}).fibre;
    double factor = 1;
    if (fast) {
      double depth = 0;
      for (const std::size_t node : cell)
        depth += 0.25 * endocardial_depth(fibres, node);
      factor = depth < fast->depth ? fast->factor : 1.0;
    }
    values.insert(values.end(), {fibre[0], fibre[1], fibre[2], factor * conduction[c]});
  }
  return values;
}

/// Grows the Purkinje trees on the mesh that was given, whose surface is also that of the fine one.
void add_purkinje(Preparation &p, const HeartMesh &mesh, const ElectrophysiologyOptions &options) {
  p.purkinje = grow_purkinje(mesh, *options.purkinje);
  for (Stimulus &stimulus : junction_stimuli(p.purkinje, p.fine, excitable_nodes(p))) {
    stimulus.duration = options.stimulus_duration;
    stimulus.amplitude = options.stimulus_amplitude;
    p.stimuli.push_back(std::move(stimulus));
  }
  std::size_t segments = 0, junctions = 0;
  for (const PurkinjeTree &tree : p.purkinje) {
    segments += tree.nodes.size() - 1;
    junctions += tree.junctions.size();
  }
  say("electrophysiology: Purkinje trees of " + std::to_string(segments) + " segments end in " + std::to_string(junctions) + " junctions");
}

} // namespace

std::vector<char> excitable_nodes(const Preparation &p) {
  std::vector<char> excitable(p.fine.nodes.size(), 0);
  for (std::size_t c = 0; c < p.fine.tetrahedra.size(); ++c)
    if (p.fibre_and_factor[4 * c + 3] > 0)
      for (const std::size_t node : p.fine.tetrahedra[c])
        excitable[node] = 1;
  return excitable;
}

Preparation prepare(const HeartMesh &mesh, const mesh::Fibres &fibres, const ElectrophysiologyOptions &options) {
  if (mesh.tetrahedra.empty())
    throw CaseError("electrophysiology: the mesh has no tetrahedra; make or load a mesh first");
  const bool by_depth = options.fast_endocardium || std::any_of(options.tissue.begin(), options.tissue.end(),
                                                                [](const TissuePart &part) { return part.layer.has_value(); });
  if (by_depth && fibres.options.rule == "uniform")
    throw CaseError("electrophysiology: fast_endocardium and layers of the tissue go by the depth in the wall, which a mesh with "
                    "fibres.rule: uniform does not have; use a box or a ball");
  Preparation p;
  p.refinements = refinements_for(mesh, options);
  constexpr double most_cells = 3e8; // 700 bytes each with their nodes: 200 GB
  if (const double cells = static_cast<double>(mesh.tetrahedra.size()) * std::pow(8.0, p.refinements); cells > most_cells)
    throw CaseError("electrophysiology: a mesh of " + std::to_string(mesh.tetrahedra.size()) + " tetrahedra refined " +
                    std::to_string(p.refinements) + " times would have " + fixed(cells / 1e6, 0) +
                    " million, more than the 300 million that this program takes; try a larger electrophysiology.element_size or fewer "
                    "refinements");
  p.fine = mesh;
  p.history_nodes = mesh.nodes.size();
  mesh::Fibres fine_fibres = fibres;
  for (int level = 0; level < p.refinements; ++level) {
    fine_fibres = mesh::refine(fine_fibres, p.fine);
    p.fine = mesh::refine(p.fine);
    if (level == 0)
      p.history_nodes = p.fine.nodes.size();
  }
  p.stimuli = stimuli_on(mesh, p.fine, options);
  p.electrodes = place_electrodes(mesh, p.fine, options.torso, options.electrodes, options.electrograms);
  const bool quadratic = options.discretisation.quadratic();
  Heterogeneity parts = find_parts(options.tissue, p.fine, fine_fibres.depth, quadratic ? family_size : 1);
  p.kind = std::move(parts.kind);
  p.fibre_and_factor = fibre_and_factor_of(p.fine, fine_fibres, options.fast_endocardium, parts.conduction);
  if (options.purkinje)
    add_purkinje(p, mesh, options);
  p.element_volume = mesh::wall_volume(p.fine) / static_cast<double>(p.fine.tetrahedra.size());
  say("electrophysiology: " + std::to_string(p.fine.nodes.size()) + " nodes, " +
      std::to_string(p.fine.tetrahedra.size() / (quadratic ? family_size : 1)) + (quadratic ? " quadratic" : "") +
      " tetrahedra, mean edge " + fixed((quadratic ? 2 : 1) * mean_edge(p.fine), 2) + " mm");
  return p;
}

void share(Preparation &p, MPI_Comm comm) {
  std::vector<double> numbers{static_cast<double>(p.refinements), static_cast<double>(p.history_nodes), p.element_volume,
                              static_cast<double>(p.stimuli.size())};
  std::vector<std::string> names;
  for (const Stimulus &s : p.stimuli) {
    numbers.insert(numbers.end(), {static_cast<double>(s.shape), s.radius, s.start, s.duration, s.amplitude, s.spares_activated ? 1.0 : 0.0,
                                   static_cast<double>(s.nodes.size())});
    for (const Vector3 &point : {s.centre, s.minimum, s.maximum})
      numbers.insert(numbers.end(), point.begin(), point.end());
    names.push_back(s.name);
  }
  for (const Stimulus &s : p.stimuli)
    numbers.insert(numbers.end(), s.nodes.begin(), s.nodes.end());
  numbers = broadcast(numbers, comm);
  std::istringstream joined(broadcast(join(names, "\n"), comm));
  const double *at = numbers.data();
  const auto point = [&] {
    const Vector3 value{at[0], at[1], at[2]};
    at += 3;
    return value;
  };
  p.refinements = static_cast<int>(at[0]);
  p.history_nodes = static_cast<std::size_t>(at[1]);
  p.element_volume = at[2];
  p.stimuli.resize(static_cast<std::size_t>(at[3]));
  at += 4;
  for (Stimulus &s : p.stimuli) {
    s.shape = static_cast<Stimulus::Shape>(static_cast<int>(at[0]));
    s.radius = at[1];
    s.start = at[2];
    s.duration = at[3];
    s.amplitude = at[4];
    s.spares_activated = at[5] > 0;
    s.nodes.resize(static_cast<std::size_t>(at[6]));
    at += 7;
    s.centre = point();
    s.minimum = point();
    s.maximum = point();
    std::getline(joined, s.name);
  }
  for (Stimulus &s : p.stimuli)
    for (std::size_t &node : s.nodes)
      node = static_cast<std::size_t>(*at++);
  share(p.electrodes, comm);
}

int refinements_for(const HeartMesh &mesh, const ElectrophysiologyOptions &options) {
  const int middles = options.discretisation.quadratic() ? 1 : 0; // the nodes of quadratic elements are those of a refinement more
  if (options.refinements >= 0)
    return options.refinements + middles;
  const double edge = mean_edge(mesh), halvings = std::log2(edge / options.element_size);
  const int times = std::max(1 - middles, static_cast<int>(std::ceil(halvings - 1e-9)));
  if (times > 1 && times - halvings > 0.8) // less than 15 % too coarse for one refinement fewer
    warn("electrophysiology: a mesh with mean edges of " + fixed(edge, 2) + " mm must be refined " + std::to_string(times) +
         " times to reach " + fixed(options.element_size, 2) + " mm and ends at " + fixed(edge / std::pow(2.0, times), 2) +
         " mm; mesh.element_size " + fixed(100.0 * std::pow(2.0, times - 1 - halvings), 0) +
         " % of today's would need one refinement, eight times the work, less");
  return times + middles;
}

} // namespace corvivo::physics
