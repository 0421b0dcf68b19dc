#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <mesh/distributed_mesh.hpp>
#include <physics/ecg/intervals.hpp>
#include <physics/ecg/torso.hpp>
#include <physics/electrophysiology/beat.hpp>
#include <physics/electrophysiology/conduction_velocity.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

using namespace io;
using mesh::HeartMesh;
using mesh::Vector3;

namespace {

/// What rank 0 prepares before the mesh is spread.
struct Preparation {
  int refinements = 0;
  std::size_t history_nodes = 0; ///< nodes of the once refined mesh
  double element_volume = 0;     ///< mean, fine mesh, mm^3
  std::vector<Stimulus> stimuli;
  std::vector<Vector3> electrodes;
  HeartMesh fine;
  std::vector<double> fibre_and_factor;
};

double mean_edge(const HeartMesh &mesh) {
  double sum = 0;
  const auto all = mesh::edges(mesh);
  for (const auto &edge : all)
    sum += norm(mesh.nodes[edge[0]] - mesh.nodes[edge[1]]);
  return sum / static_cast<double>(all.size());
}

HeartMesh refined(HeartMesh mesh, int times) {
  for (int level = 0; level < times; ++level)
    mesh = mesh::refine(mesh);
  return mesh;
}

std::vector<Stimulus> stimuli_on(const HeartMesh &mesh, const ElectrophysiologyOptions &options) {
  std::vector<Stimulus> stimuli;
  Stimulus common;
  common.duration = options.stimulus_duration;
  common.amplitude = options.stimulus_amplitude;
  const auto sites = options.sites.empty() && options.boxes.empty() ? default_stimulus_sites() : options.sites;
  for (const StimulusSite &site : sites) {
    Stimulus stimulus = common;
    stimulus.name = site.name;
    stimulus.centre = endocardial_point(mesh, site);
    stimulus.radius = site.radius;
    stimulus.start = site.start;
    stimuli.push_back(stimulus);
  }
  for (const StimulusBox &box : options.boxes) {
    Stimulus stimulus = common;
    stimulus.name = "box " + std::to_string(stimuli.size() + 1);
    stimulus.ball = false;
    stimulus.minimum = box.minimum;
    stimulus.maximum = box.maximum;
    stimulus.start = box.start;
    stimuli.push_back(stimulus);
  }
  return stimuli;
}

/// Fibre at the centre and diffusivity factor of each cell.
std::vector<double> fibre_and_factor_of(const HeartMesh &mesh, const mesh::Fibres &fibres, const std::optional<FastLayerOptions> &fast) {
  std::vector<double> values;
  values.reserve(4 * mesh.tetrahedra.size());
  for (const auto &cell : mesh.tetrahedra) {
    const Vector3 fibre = fibres.at(cell, {0.25, 0.25, 0.25, 0.25}).fibre;
    double factor = 1;
    if (fast) {
      double depth = 0;
      for (const std::size_t node : cell)
        depth += 0.25 * fibres.depth[node];
      factor = depth < fast->depth ? fast->factor : 1.0;
    }
    values.insert(values.end(), {fibre[0], fibre[1], fibre[2], factor});
  }
  return values;
}

Preparation prepare(const HeartMesh &mesh, const mesh::Fibres &fibres, const ElectrophysiologyOptions &options) {
  if (mesh.tetrahedra.empty())
    throw CaseError("electrophysiology: the mesh has no tetrahedra; make or load a mesh first");
  Preparation p;
  p.refinements = refinements_for(mesh, options);
  p.stimuli = stimuli_on(mesh, options);
  p.electrodes = standard_electrodes(mesh);
  p.fine = mesh;
  p.history_nodes = mesh.nodes.size();
  mesh::Fibres fine_fibres = fibres;
  for (int level = 0; level < p.refinements; ++level) {
    fine_fibres = mesh::refine(fine_fibres, p.fine);
    p.fine = mesh::refine(p.fine);
    if (level == 0)
      p.history_nodes = p.fine.nodes.size();
  }
  p.fibre_and_factor = fibre_and_factor_of(p.fine, fine_fibres, options.fast_endocardium);
  p.element_volume = mesh::wall_volume(p.fine) / static_cast<double>(p.fine.tetrahedra.size());
  say("electrophysiology: " + std::to_string(p.fine.nodes.size()) + " nodes, " + std::to_string(p.fine.tetrahedra.size()) +
      " tetrahedra, mean edge " + fixed(mean_edge(p.fine), 2) + " mm");
  return p;
}

/// Collective: the small parts of rank 0's preparation to all ranks.
void share(Preparation &p, MPI_Comm comm) {
  std::vector<double> numbers{static_cast<double>(p.refinements), static_cast<double>(p.history_nodes), p.element_volume,
                              static_cast<double>(p.stimuli.size()), static_cast<double>(p.electrodes.size())};
  std::vector<std::string> names;
  for (const Stimulus &s : p.stimuli) {
    numbers.insert(numbers.end(), {s.ball ? 1.0 : 0.0, s.radius, s.start, s.duration, s.amplitude});
    for (const Vector3 &point : {s.centre, s.minimum, s.maximum})
      numbers.insert(numbers.end(), point.begin(), point.end());
    names.push_back(s.name);
  }
  for (const Vector3 &electrode : p.electrodes)
    numbers.insert(numbers.end(), electrode.begin(), electrode.end());
  numbers = broadcast(numbers, comm);
  std::string joined = broadcast(join(names, "\n"), comm);
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
  p.electrodes.resize(static_cast<std::size_t>(at[4]));
  at += 5;
  for (Stimulus &s : p.stimuli) {
    s.ball = at[0] > 0;
    s.radius = at[1];
    s.start = at[2];
    s.duration = at[3];
    s.amplitude = at[4];
    at += 5;
    s.centre = point();
    s.minimum = point();
    s.maximum = point();
    const std::size_t end = std::min(joined.find('\n'), joined.size());
    s.name = joined.substr(0, end);
    joined.erase(0, end + 1);
  }
  for (Vector3 &electrode : p.electrodes)
    electrode = point();
}

/// Collective: found on rank 0.
TunedDiffusivity diffusivity_for(const IonicModel &model, const ElectrophysiologyOptions &options, const Preparation &p, MPI_Comm comm) {
  TunedDiffusivity tuned;
  on_rank_0(comm, [&] {
    const StripOptions strip{p.element_volume, p.refinements, options.time_step};
    if (options.tune_conductivities) {
      tuned = tune_diffusivity(model, options.velocity.along, options.velocity.across, strip);
      say("electrophysiology: tuned on elements of this size to " + fixed(tuned.velocity_along, 3) + " m/s along and " +
          fixed(tuned.velocity_across, 3) + " m/s across the fibres, expected error " + fixed(tuned.expected_error, 1) + " %");
    } else {
      const double scale = 1.0 / (options.surface_to_volume * options.capacitance); // S/m = mS/mm over uF/mm^3
      tuned.diffusivity = {options.conductivity.along * scale, options.conductivity.across * scale};
      tuned.expected_error = velocity_error(model, tuned.diffusivity, strip);
    }
  });
  const Diffusivity &d = tuned.diffusivity;
  const std::vector<double> n = broadcast(
      std::vector<double>{d.along, d.across, d.front_point, tuned.velocity_along, tuned.velocity_across, tuned.expected_error}, comm);
  return {{n[0], n[1], n[2]}, n[3], n[4], n[5]};
}

/// Collective: the histories of all ranks to rank 0.
NodalHistory gather_history(const Tissue &tissue, const BeatRecord &record, std::size_t nodes) {
  NodalHistory history;
  std::vector<double> local(tissue.nodes.size());
  for (const std::vector<float> &values : record.calcium) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < tissue.owned; ++i)
      if (tissue.mesh_node[i] < nodes)
        local[i] = static_cast<double>(values[next++]);
    const std::vector<double> all = gather_nodes(tissue, local, nodes);
    history.values.insert(history.values.end(), all.begin(), all.end());
  }
  if (rank(tissue.comm) == 0) {
    history.times = record.calcium_times;
    history.nodes = nodes;
  }
  return history;
}

/// Collective: one cell is paced on rank 0.
void start_from_paced(IonicModel &model, const ElectrophysiologyOptions &options, MPI_Comm comm) {
  std::vector<double> cell;
  on_rank_0(comm, [&] {
    const PacedCell paced = pace_cached(options.ionic_model_name, model, *options.prepacing, options.cache);
    say("electrophysiology: cells start from beat " + std::to_string(paced.beats) + " at a cycle of " + fixed(options.prepacing->cycle, 0) +
        " ms, where no state changes by more than " + fixed(100.0 * paced.change, 4) + " % a beat");
    if (paced.change > options.prepacing->tolerance)
      warn("electrophysiology: the cell has not come to its limit cycle within prepacing.beats; allow more beats or a larger tolerance");
    cell = paced.states;
    cell.insert(cell.begin(), paced.voltage);
  });
  cell = broadcast(cell, comm);
  model.start_from(cell.front(), {cell.begin() + 1, cell.end()});
}

Grid activation_grid(const HeartMesh &fine, const std::vector<double> &activation) {
  Grid grid;
  grid.points = fine.nodes;
  for (const auto &cell : fine.tetrahedra)
    grid.add_cell(CellType::tetrahedron, cell);
  grid.point_data.push_back({"activation_time [ms]", 1, activation});
  return grid;
}

double activation_at(const Grid &map, const Vector3 &position) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < map.points.size(); ++i)
    if (norm(map.points[i] - position) < norm(map.points[best] - position) - 1e-9)
      best = i;
  return map.point_data.front().values[best];
}

/// On rank 0.
void report(const ElectrophysiologyResult &result, const Preparation &p, const TunedDiffusivity &tuned,
            const ElectrophysiologyOptions &options, Quantities &quantities) {
  const std::vector<double> &activation = result.activation_map.point_data.front().values;
  double first = std::numeric_limits<double>::infinity();
  for (const Stimulus &stimulus : p.stimuli)
    first = std::min(first, stimulus.start);
  quantities.set("activation_time_total", *std::max_element(activation.begin(), activation.end()) - first, "ms");
  quantities.set("conduction_velocity_error_expected", tuned.expected_error, "%");
  for (const NamedPoint &point : options.points)
    quantities.set("activation_time_" + point.name, activation_at(result.activation_map, point.position), "ms");
  if (result.ecg.rows() == 0)
    return;
  const std::optional<EcgIntervals> intervals = ecg_intervals(result.ecg);
  const std::string warning =
      "left ventricle alone in an unbounded homogeneous conductor, electrodes placed from the heart's axes; one cell "
      "type, so the T wave has no transmural part";
  if (intervals)
    quantities.set("qrs_duration", intervals->qrs_end - intervals->qrs_onset, "ms").warning = warning;
  if (intervals && intervals->t_end)
    quantities.set("qt_interval", *intervals->t_end - intervals->qrs_onset, "ms").warning = warning;
}

} // namespace

int refinements_for(const HeartMesh &mesh, const ElectrophysiologyOptions &options) {
  if (options.refinements >= 0)
    return options.refinements;
  const double edge = mean_edge(mesh), halvings = std::log2(edge / options.element_size);
  const int times = std::max(1, static_cast<int>(std::ceil(halvings - 1e-9)));
  if (times > 1 && times - halvings > 0.8) // less than 15 % too coarse for one refinement fewer
    warn("electrophysiology: a mesh with mean edges of " + fixed(edge, 2) + " mm must be refined " + std::to_string(times) +
         " times to reach " + fixed(options.element_size, 2) + " mm and ends at " + fixed(edge / std::pow(2.0, times), 2) +
         " mm; mesh.element_size " + fixed(100.0 * std::pow(2.0, times - 1 - halvings), 0) +
         " % of today's would need one refinement, eight times the work, less");
  return times;
}

ElectrophysiologyResult run_electrophysiology(MPI_Comm comm, const HeartMesh &mesh, const mesh::Fibres &fibres,
                                              const ElectrophysiologyOptions &options, Quantities &quantities) {
  const std::unique_ptr<IonicModel> published = options.ionic_model ? nullptr : ionic_models().make(options.ionic_model_name);
  IonicModel &model = options.ionic_model ? *options.ionic_model : *published;
  if (options.prepacing)
    start_from_paced(model, options, comm);

  Preparation p;
  on_rank_0(comm, [&] { p = prepare(mesh, fibres, options); });
  share(p, comm);
  const TunedDiffusivity tuned = diffusivity_for(model, options, p, comm);
  // The serial fine mesh and deal.II's copy of it live only as long as it takes to cut each rank's share out of them.
  const Tissue tissue = [&] {
    const mesh::DistributedMesh distributed(comm, p.fine, static_cast<unsigned int>(p.refinements));
    return distributed_tissue(distributed, p.fine.nodes, p.fibre_and_factor);
  }();
  p.fine = HeartMesh();
  p.fibre_and_factor = {};

  BeatRecord record;
  {
    Monodomain monodomain(tissue, model, tuned.diffusivity, p.stimuli);
    record = run_beat(monodomain, tissue, options, p.electrodes, p.history_nodes, tuned.diffusivity);
  }

  ElectrophysiologyResult result;
  result.diffusivity = tuned.diffusivity;
  result.activation = gather_nodes(tissue, record.activation, tissue.total_nodes);
  result.calcium = gather_history(tissue, record, p.history_nodes);
  Quantities found;
  on_rank_0(comm, [&] {
    result.activation_map = activation_grid(refined(mesh, p.refinements), result.activation);
    result.activation.resize(p.history_nodes);
    result.ecg = std::move(record.ecg);
    report(result, p, tuned, options, found);
  });
  quantities.append(quantities_from_json(broadcast(to_json(found), comm)));
  return result;
}

} // namespace corvivo::physics
