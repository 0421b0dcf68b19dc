#include <io/base/checkpoint.hpp>
#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <physics/ecg/qrs_complex.hpp>
#include <physics/electrophysiology/beat.hpp>
#include <physics/electrophysiology/bidomain.hpp>
#include <physics/electrophysiology/conduction_velocity.hpp>
#include <physics/electrophysiology/preparation.hpp>
#include <physics/electrophysiology/reaction_eikonal.hpp>
#include <physics/electrophysiology/vulnerability.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

using namespace io;
using mesh::HeartMesh;
using mesh::Vector3;

namespace {

HeartMesh refined(HeartMesh mesh, int times) {
  for (int level = 0; level < times; ++level)
    mesh = mesh::refine(mesh);
  return mesh;
}

/// On rank 0, of every node of the fine mesh: what the activation map shows beside the activation times.
struct GatheredBeat {
  std::vector<double> repolarisation, upstrokes;
  double last_upstroke = 0; ///< ms
  double iterations = 0;    ///< of a step of the bidomain, or of each extracellular potential of the pseudo-bidomain
};

/// Collective: found on rank 0.
TunedDiffusivity diffusivity_for(const IonicModel &model, const ElectrophysiologyOptions &options, const Preparation &p, MPI_Comm comm) {
  TunedDiffusivity tuned;
  on_rank_0(comm, [&] {
    StripOptions strip;
    strip.element_volume = p.element_volume;
    strip.refinements = p.refinements;
    strip.time_step = options.time_step;
    strip.discretisation = options.diffusion_discretisation();
    if (options.tune_conductivities) {
      tuned = tune_diffusivity(model, options.velocity.along, options.velocity.across, strip);
      say("electrophysiology: tuned on elements of this size to " + fixed(tuned.velocity_along, 3) + " m/s along and " +
          fixed(tuned.velocity_across, 3) + " m/s across the fibres, expected error " + fixed(tuned.expected_error, 1) + " %");
    } else {
      const double scale = 1.0 / (options.surface_to_volume * options.capacitance); // S/m = mS/mm over uF/mm^3
      const ConductivityOptions conductivity = options.monodomain_conductivity();
      tuned.diffusivity = {conductivity.along * scale, conductivity.across * scale};
      if (options.mesh_correction) {
        const double speed = wave_speed_of(model);
        tuned = tune_diffusivity(model, speed * std::sqrt(tuned.diffusivity.along), speed * std::sqrt(tuned.diffusivity.across), strip);
        say("electrophysiology: conductivities corrected for elements of this size, which carry " + fixed(tuned.velocity_along, 3) +
            " m/s along and " + fixed(tuned.velocity_across, 3) + " m/s across the fibres as the continuum does, expected error " +
            fixed(tuned.expected_error, 1) + " %");
      } else {
        tuned.expected_error = velocity_error(model, tuned.diffusivity, strip);
      }
    }
  });
  const Diffusivity &d = tuned.diffusivity;
  const std::vector<double> n = broadcast(
      std::vector<double>{d.along, d.across, d.front_point, tuned.velocity_along, tuned.velocity_across, tuned.expected_error}, comm);
  return {{n[0], n[1], n[2]}, n[3], n[4], n[5]};
}

/// How far plane waves on such elements are off, and a warning where that makes the activation times worthless.
void tell_velocity_error(const TunedDiffusivity &tuned, Quantities &quantities) {
  constexpr double bearable = 10; // %
  Quantity &error = quantities.set("conduction_velocity_error_expected", tuned.expected_error, "%");
  if (!(std::abs(tuned.expected_error) > bearable))
    return;
  error.warning =
      "waves on these elements are " + fixed(tuned.expected_error, 0) +
      " % off the continuum's speed: activation times are as wrong; try smaller elements, tune_conductivities or mesh_correction";
  warn("electrophysiology: " + error.warning);
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

/// The kinds of cells: of electrophysiology.cell, then of the parts that have their own.
class Kinds {
public:
  explicit Kinds(const ElectrophysiologyOptions &options) {
    add(options.ionic_model_name, options.ionic_model.get());
    for (const TissuePart &part : options.tissue)
      if (!part.ionic_model_name.empty())
        add(part.ionic_model_name, part.cell.get());
  }
  const std::vector<IonicModel *> &models() const { return models_; }
  const std::vector<std::string> &names() const { return names_; }
  std::vector<const IonicModel *> constant() const { return {models_.begin(), models_.end()}; }

private:
  void add(const std::string &name, IonicModel *given) {
    if (!given) {
      published_.push_back(ionic_models().make(name));
      given = published_.back().get();
    }
    models_.push_back(given);
    names_.push_back(name);
  }

  std::vector<std::unique_ptr<IonicModel>> published_;
  std::vector<IonicModel *> models_;
  std::vector<std::string> names_;
};

/// Collective: one cell is paced on rank 0.
void start_from_paced(const std::string &name, IonicModel &model, const ElectrophysiologyOptions &options, MPI_Comm comm) {
  std::vector<double> cell;
  on_rank_0(comm, [&] {
    const PacedCell paced = pace_cached(name, model, *options.prepacing, options.cache);
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

std::vector<double> finite_or_nan(std::vector<double> values) {
  for (double &value : values)
    if (std::isinf(value))
      value = std::nan("");
  return values;
}

/// 1 / |grad T| of each cell, m/s; NaN where a corner is not activated or all are at once.
std::vector<double> conduction_velocity(const HeartMesh &fine, const std::vector<double> &activation) {
  std::vector<double> velocity;
  velocity.reserve(fine.tetrahedra.size());
  for (const auto &cell : fine.tetrahedra) {
    const LinearTetrahedron t = linear_tetrahedron(fine.nodes[cell[0]], fine.nodes[cell[1]], fine.nodes[cell[2]], fine.nodes[cell[3]]);
    Vector3 slowness{};
    for (std::size_t a = 0; a < 4; ++a)
      slowness = slowness + activation[cell[a]] * t.gradient[a];
    const double length = norm(slowness);
    velocity.push_back(std::isfinite(length) && length > 1e-6 ? 1 / length : std::nan(""));
  }
  return velocity;
}

Grid activation_grid(const HeartMesh &fine, const std::vector<double> &activation, const GatheredBeat &beat) {
  Grid grid;
  grid.points = fine.nodes;
  for (const auto &cell : fine.tetrahedra)
    grid.add_cell(CellType::tetrahedron, cell);
  grid.point_data.push_back({"activation_time [ms]", 1, finite_or_nan(activation)});
  if (!beat.repolarisation.empty()) {
    std::vector<double> duration = beat.repolarisation;
    for (std::size_t i = 0; i < duration.size(); ++i)
      duration[i] -= activation[i];
    grid.point_data.push_back({"repolarisation_time [ms]", 1, finite_or_nan(beat.repolarisation)});
    grid.point_data.push_back({"apd90 [ms]", 1, finite_or_nan(std::move(duration))});
    grid.point_data.push_back({"activations [1]", 1, beat.upstrokes});
  }
  grid.cell_data.push_back({"conduction_velocity [m/s]", 1, conduction_velocity(fine, activation)});
  return grid;
}

double activation_at(const Grid &map, const Vector3 &position) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < map.points.size(); ++i)
    if (norm(map.points[i] - position) < norm(map.points[best] - position) - 1e-9)
      best = i;
  return map.point_data.front().values[best];
}

/// What a reader must know of every number from the electrocardiogram.
std::string ecg_warning(const ElectrophysiologyOptions &options, bool biventricle) {
  return (biventricle ? "ventricles without atria in " : "left ventricle alone in ") +
         std::string(options.torso ? "a homogeneous torso" : "an unbounded homogeneous conductor") +
         (options.electrodes ? "" : ", electrodes placed from the heart's axes") +
         (options.names_a_stimulus()
              ? ""
              : ", excited at the default early sites: a Purkinje tree (electrophysiology.purkinje) turns the axis") +
         (options.tissue.empty() ? "; one cell type, so the T wave has no transmural part" : "");
}

void report_ecg(const TimeSeries &ecg, const ElectrophysiologyOptions &options, bool biventricle, Quantities &quantities) {
  if (ecg.rows() == 0)
    return;
  const std::optional<EcgIntervals> intervals = ecg_intervals(ecg);
  if (!intervals)
    return;
  const auto set = [&](const std::string &name, double value, const std::string &unit) -> Quantity & {
    Quantity &quantity = quantities.set(name, value, unit);
    quantity.warning = ecg_warning(options, biventricle);
    return quantity;
  };
  set("qrs_duration", intervals->qrs_end - intervals->qrs_onset, "ms");
  if (intervals->t_end)
    set("qt_interval", *intervals->t_end - intervals->qrs_onset, "ms");
  const QrsComplex complex = qrs_complex(ecg, *intervals);
  if (complex.axis)
    set("qrs_axis", *complex.axis, "deg").uncertainty = complex.axis_deviation;
  for (std::size_t l = 0; l < lead_names.size(); ++l) {
    set("r_amplitude_" + std::string(lead_names[l]), complex.waves[l].r, "mV").uncertainty = complex.waves[l].r_deviation;
    set("s_amplitude_" + std::string(lead_names[l]), complex.waves[l].s, "mV").uncertainty = complex.waves[l].s_deviation;
  }
}

/// On rank 0.
void report_purkinje(const std::vector<PurkinjeTree> &trees, const HeartMesh &mesh, Quantities &quantities) {
  std::size_t segments = 0, junctions = 0;
  double last = 0;
  for (const PurkinjeTree &tree : trees) {
    segments += tree.nodes.size() - 1;
    junctions += tree.junctions.size();
    for (const PurkinjeJunction &junction : tree.junctions)
      last = std::max(last, junction.time);
  }
  quantities.set("purkinje_segments", static_cast<double>(segments), "1");
  quantities.set("purkinje_junctions", static_cast<double>(junctions), "1");
  quantities.set("purkinje_last_junction", last, "ms");
  const PurkinjeCoverage distance = coverage(trees, mesh);
  Quantity &largest = quantities.set("purkinje_coverage", distance.largest, "mm");
  if (distance.reached < 0.5) {
    largest.warning = "only " + fixed(100 * distance.reached, 1) + " % of the endocardium lies within " +
                      fixed(PurkinjeCoverage::reach, 0) + " mm of a junction, where a healthy network leaves none outside";
    warn("electrophysiology: " + largest.warning + "; grow more generations, longer branches or trees elsewhere (purkinje.trees)");
  }
  quantities.set("purkinje_reached", 100 * distance.reached, "%");
  quantities.set("purkinje_coverage_p95", distance.percentile_95, "mm");
}

/// On rank 0.
void report(const ElectrophysiologyResult &result, const GatheredBeat &beat, const Preparation &p, const ElectrophysiologyOptions &options,
            Quantities &quantities) {
  const std::vector<double> &activation = result.activation_map.point_data.front().values;
  double first = std::numeric_limits<double>::infinity();
  for (const Stimulus &stimulus : p.stimuli)
    first = std::min(first, stimulus.start);
  double last = first;
  for (const double time : activation)
    last = std::isnan(time) ? last : std::max(last, time);
  quantities.set("activation_time_total", last - first, "ms");
  for (const NamedPoint &point : options.points) {
    const double time = activation_at(result.activation_map, point.position);
    if (std::isnan(time))
      warn("electrophysiology: the point '" + point.name + "' lies in tissue that does not conduct, it has no activation time");
    else
      quantities.set("activation_time_" + point.name, time, "ms");
  }
  if (!beat.upstrokes.empty()) {
    quantities.set("activation_last", beat.last_upstroke, "ms");
    quantities.set("activations_most", *std::max_element(beat.upstrokes.begin(), beat.upstrokes.end()), "1");
  }
  for (std::size_t place = 1; options.vulnerability && place <= options.vulnerability->places.size(); ++place)
    quantities.set("vulnerable_window_" + std::to_string(place),
                   vulnerable_window(result.vulnerability, place, options.vulnerability->every), "ms");
  report_ecg(result.ecg, options, p.fine.has_surface("endocardium_rv"), quantities);
}

/// On rank 0.
ElectrophysiologyResult eikonal_beat(const std::vector<const IonicModel *> &kinds, const Preparation &p,
                                     const ElectrophysiologyOptions &options) {
  ElectrophysiologyResult result;
  const ReactionEikonal beat = reaction_eikonal(kinds, p, options);
  say("electrophysiology: eikonal at " + fixed(beat.speeds.along, 3) + " m/s along and " + fixed(beat.speeds.across, 3) +
      " m/s across the fibres");
  result.diffusivity = beat.diffusivity;
  result.activation = beat.activation;
  result.calcium = beat.calcium(p, options);
  result.voltage = beat.voltage(p, options);
  result.points = beat.points(p, options);
  ReactionEikonal::Potentials potentials = beat.potentials(p, options);
  result.ecg = std::move(potentials.ecg);
  result.electrograms = std::move(potentials.electrograms);
  return result;
}

/// Collective: the beat by any method but the eikonal one.
BeatRecord tissue_beat(const Tissue &tissue, const std::vector<const IonicModel *> &kinds, const Preparation &p,
                       const Diffusivity &diffusivity, const ElectrophysiologyOptions &options, GatheredBeat &beat) {
  if (!options.has_extracellular_space()) {
    Monodomain monodomain(tissue, kinds, diffusivity, p.stimuli, options.discretisation);
    return run_beat(monodomain, tissue, options, p.stimuli, p.electrodes, p.history_nodes, diffusivity);
  }
  const BidomainOptions space = options.extracellular_space();
  const Discretisation discretisation = options.diffusion_discretisation();
  ExtracellularPotential extracellular(tissue, bidomain_diffusivity(space, diffusivity), space,
                                       options.surface_to_volume * options.capacitance);
  std::unique_ptr<Bidomain> coupled;
  const Bidomain *bidomain = nullptr;
  std::optional<Monodomain> monodomain;
  if (options.method == "bidomain") {
    coupled = std::make_unique<Bidomain>(tissue, extracellular, discretisation, space.tolerance);
    bidomain = coupled.get();
    monodomain.emplace(tissue, kinds, diffusivity, p.stimuli, discretisation, std::move(coupled));
  } else {
    monodomain.emplace(tissue, kinds, diffusivity, p.stimuli, discretisation);
  }
  BeatRecord record = run_beat(*monodomain, tissue, options, p.stimuli, p.electrodes, p.history_nodes, diffusivity, &extracellular);
  beat.iterations = bidomain ? bidomain->mean_iterations() : extracellular.mean_iterations();
  return record;
}

/// The checkpoint that run_beat leaves for a vulnerability scan; it goes with the scan, unless that is killed.
class LeftBeat {
public:
  LeftBeat(const std::filesystem::path &stem, MPI_Comm comm) : checkpoints_(stem, comm) {}
  ~LeftBeat() { checkpoints_.clear(); }
  LeftBeat(const LeftBeat &) = delete;
  LeftBeat &operator=(const LeftBeat &) = delete;

private:
  io::Checkpoints checkpoints_;
};

/// Collective. Gives the serial fine mesh free.
ElectrophysiologyResult monodomain_beat(MPI_Comm comm, const std::vector<const IonicModel *> &kinds, Preparation &p,
                                        const Diffusivity &diffusivity, const ElectrophysiologyOptions &options, GatheredBeat &beat) {
  const Tissue tissue = distributed_tissue(comm, p.fine, static_cast<unsigned int>(p.refinements), p.fibre_and_factor, p.kind,
                                           options.discretisation.quadratic());
  p.fine = HeartMesh();
  p.fibre_and_factor = {};
  const LeftBeat left(options.vulnerability ? options.checkpoint : std::filesystem::path(), comm);
  BeatRecord record = tissue_beat(tissue, kinds, p, diffusivity, options, beat);
  ElectrophysiologyResult result;
  if (options.vulnerability) {
    Monodomain monodomain(tissue, kinds, diffusivity, p.stimuli, options.discretisation);
    result.vulnerability = vulnerability(monodomain, tissue, options, p.stimuli);
  }
  result.diffusivity = diffusivity;
  result.activation = gather_nodes(tissue, record.activation, tissue.total_nodes);
  beat.repolarisation = gather_nodes(tissue, record.repolarisation, tissue.total_nodes);
  beat.last_upstroke = record.last_upstroke;
  beat.upstrokes = gather_nodes(tissue, record.upstrokes, tissue.total_nodes);
  result.calcium = gather_history(tissue, record, p.history_nodes);
  if (rank(comm) == 0) {
    result.ecg = std::move(record.ecg);
    result.electrograms = std::move(record.electrograms);
    result.points = std::move(record.points);
    result.voltage = std::move(record.voltage);
    result.extracellular = std::move(record.extracellular);
    result.extracellular_points = std::move(record.extracellular_points);
  }
  return result;
}

} // namespace

ElectrophysiologyResult run_electrophysiology(MPI_Comm comm, const HeartMesh &mesh, const mesh::Fibres &fibres,
                                              const ElectrophysiologyOptions &options, Quantities &quantities) {
  options.check();
  for (const double start : options.stimulus_starts())
    if (start >= options.duration)
      on_rank_0(comm, [&] {
        warn("electrophysiology: a stimulus starts at " + fixed(start, 0) + " ms, after the end of the beat, and is left out");
      });
  const Kinds kinds(options);
  for (std::size_t k = 0; options.prepacing && k < kinds.models().size(); ++k)
    start_from_paced(kinds.names()[k], *kinds.models()[k], options, comm);

  Preparation p;
  on_rank_0(comm, [&] { p = prepare(mesh, fibres, options); });
  share(p, comm);
  TunedDiffusivity tuned;
  ElectrophysiologyResult result;
  GatheredBeat beat;
  if (options.method == "reaction_eikonal") {
    if (options.stop_when_activated)
      warn("electrophysiology.stop_when_activated: without effect under method: reaction_eikonal, whose beat is as long as its duration");
    on_rank_0(comm, [&] { result = eikonal_beat(kinds.constant(), p, options); });
  } else {
    tuned = diffusivity_for(*kinds.models()[0], options, p, comm);
    result = monodomain_beat(comm, kinds.constant(), p, tuned.diffusivity, options, beat);
  }
  Quantities found;
  on_rank_0(comm, [&] {
    result.activation_map = activation_grid(refined(mesh, p.refinements), result.activation, beat);
    result.activation.resize(p.history_nodes);
    report(result, beat, p, options, found);
    if (!p.purkinje.empty()) {
      result.purkinje = to_grid(p.purkinje);
      report_purkinje(p.purkinje, mesh, found);
    }
    if (options.has_extracellular_space())
      found.set("bidomain_iterations", beat.iterations, "1");
    if (options.method != "reaction_eikonal")
      tell_velocity_error(tuned, found);
  });
  quantities.append(quantities_from_json(broadcast(to_json(found), comm)));
  return result;
}

} // namespace corvivo::physics
