// One beat of the 3-D ventricles that the mesh has in the fitted circulation; their active tension is set first, on a coarser mesh.
#include <io/cli/stages.hpp>

#include <io/base/checkpoint.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/cli/fitted_circulation.hpp>
#include <io/cli/kept_numbers.hpp>
#include <io/formats/vtu.hpp>
#include <mesh/moving_least_squares.hpp>
#include <physics/mechanics/material.hpp>
#include <physics/simulation.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace corvivo::cli {

using io::operator+;
using io::operator-;

namespace {

/// One or both ventricles with what drives them; on rank 0.
struct Heart {
  mesh::HeartMesh mesh;
  mesh::Fibres fibres;
  physics::NodalHistory calcium;
};

/// Calcium at `to` from the nearest of `from`.
physics::NodalHistory nearest(const physics::NodalHistory &history, const std::vector<io::Vector3> &from,
                              const std::vector<io::Vector3> &to) {
  physics::NodalHistory out{history.times, to.size(), std::vector<float>(history.times.size() * to.size())};
  for (std::size_t node = 0; node < to.size(); ++node) {
    std::size_t best = 0;
    double distance = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < from.size(); ++i) {
      const io::Vector3 d = from[i] - to[node];
      if (io::dot(d, d) < distance)
        distance = io::dot(d, d), best = i;
    }
    for (std::size_t time = 0; time < history.times.size(); ++time)
      out.values[time * to.size() + node] = history.values[time * history.nodes + best];
  }
  return out;
}

/// The patient's ventricles with elements of this size, driven by the calcium of the electrophysiology. Collective.
Heart make_heart(Case &options, const Pipeline &pipeline, double element_size, double facet_distance) {
  Heart heart;
  io::Quantities unreported;
  io::on_rank_0(pipeline.communicator(), [&] {
    mesh::MeshOptions tetrahedra = options.mesh->tetrahedra;
    tetrahedra.element_size = element_size;
    tetrahedra.facet_distance = facet_distance;
    tetrahedra.wall_layers = 0; // one layer of quadratic elements will do
    const mesh::HeartShape shape = mesh::load_heart_shape((pipeline.folder("mesh") / "shape.bin").string());
    heart.mesh = mesh::make_ventricles(shape, tetrahedra, unreported);
    const mesh::HeartMesh electrical = mesh::load((pipeline.folder("mesh") / "mesh.vtu").string());
    const physics::NodalHistory calcium = physics::load_electrophysiology(pipeline.folder("electrophysiology").string()).calcium;
    const std::vector<io::Vector3> from = calcium.nodes == electrical.nodes.size() ? electrical.nodes : mesh::refine(electrical).nodes;
    heart.calcium = nearest(calcium, from, mesh::refine(heart.mesh).nodes);
  });
  heart.fibres = mesh::compute_fibres(pipeline.communicator(), heart.mesh, *options.fibres, unreported);
  return heart;
}

physics::HeartbeatInput input_of(const Heart &heart, const physics::ClosedLoop &circulation, const physics::LimitCycle &cycle) {
  return {heart.mesh, heart.fibres, heart.calcium, circulation, cycle.start_state, 0.0};
}

double stroke_volume(const physics::LimitCycle &cycle) {
  const auto &volume = cycle.beat.column("volume_lv");
  const auto [low, high] = std::minmax_element(volume.begin(), volume.end());
  return *high - *low;
}

void append(std::vector<double> &numbers, const std::vector<io::Vector3> &places) {
  for (const io::Vector3 &place : places)
    numbers.insert(numbers.end(), place.begin(), place.end());
}

/// On rank 0; empty elsewhere.
std::vector<io::Vector3> places_in(MPI_Comm comm, const std::vector<double> &numbers, std::size_t first) {
  std::vector<io::Vector3> places;
  for (std::size_t i = first; io::rank(comm) == 0 && i + 2 < numbers.size(); i += 3)
    places.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  return places;
}

/// The heart with larger elements, and what its stress-free shape is once stiffness was fitted.
struct CoarseHeart {
  Heart heart;
  physics::Reference reference; ///< as imaged until it was unloaded
  bool unloaded = false;
};

/// Made when a fit asks for it.
class CoarseHearts {
public:
  CoarseHearts(Case &options, const Pipeline &pipeline) : options_(options), pipeline_(pipeline) {}
  /// Collective.
  CoarseHeart &get() {
    if (!made_) {
      const HeartbeatCase &beat = *options_.heartbeat;
      const double size = std::max(beat.coarse_element_size, beat.element_size);
      made_.emplace();
      made_->heart = make_heart(options_, pipeline_, size, beat.facet_distance * size / beat.element_size);
      made_->reference = physics::as_imaged(pipeline_.communicator(), made_->heart.mesh, made_->heart.fibres);
    }
    return *made_;
  }

private:
  Case &options_;
  const Pipeline &pipeline_;
  std::optional<CoarseHeart> made_;
};

/// Of the stiffness that was found: the walls' scales, the number of the material's factors and they; then of the coarse heart's nodes the
/// stress-free places and the displacement from there to the image.
std::vector<double> numbers_of(const physics::StiffnessFit &found, const CoarseHeart &coarse) {
  std::vector<double> numbers = {found.scale[0], found.scale[1], static_cast<double>(found.factors.size())};
  numbers.insert(numbers.end(), found.factors.begin(), found.factors.end());
  append(numbers, coarse.reference.places);
  append(numbers, physics::displacement_as_imaged(coarse.reference));
  return numbers;
}

/// The stress-free places of another mesh of the same heart (rank 0) by the displacement of the one that was fitted. Collective.
std::vector<io::Vector3> carried_over(MPI_Comm comm, const std::vector<double> &numbers, const Heart &heart) {
  std::vector<io::Vector3> both = places_in(comm, numbers, 3 + static_cast<std::size_t>(numbers.at(2))), places;
  if (io::rank(comm) != 0)
    return places;
  const auto middle = both.begin() + static_cast<std::ptrdiff_t>(both.size() / 2);
  const std::vector<io::Vector3> displacement(middle, both.end());
  std::vector<io::Vector3> imaged(both.begin(), middle);
  for (std::size_t i = 0; i < imaged.size(); ++i)
    imaged[i] = imaged[i] + displacement[i];
  places = mesh::refine(heart.mesh).nodes;
  const std::vector<io::Vector3> moved = mesh::moving_least_squares(imaged, displacement, places);
  for (std::size_t i = 0; i < places.size(); ++i)
    places[i] = places[i] - moved[i];
  return places;
}

/// Sets the walls' stiffness on the coarse mesh and gives places near the stress-free ones of `heart`, the mesh of the beat (rank 0);
/// nothing when it is not asked for. Collective.
std::optional<std::vector<io::Vector3>> fit_stiffness(Case &options, const Pipeline &pipeline, const Heart &heart, CoarseHearts &coarse,
                                                      KeptNumbers &kept, io::Quantities &quantities) {
  const StiffnessFit &fit = options.heartbeat->stiffness_fit;
  physics::MechanicsOptions &mechanics = options.heartbeat->mechanics;
  if (!fit.enabled || !mechanics.unloading.enabled)
    return std::nullopt;
  MPI_Comm comm = pipeline.communicator();
  const std::size_t cavities = physics::cavities_of(comm, heart.mesh);
  const auto find = [&] {
    CoarseHeart &body = coarse.get();
    const physics::PerCavity target = physics::klotz_unloaded_volumes(body.reference.volume, mechanics, cavities);
    io::say("    passive stiffness: unloaded left cavity of " + io::fixed(target[0], 1) + " mL" +
            (cavities == 2 ? ", right cavity of " + io::fixed(target[1], 1) + " mL" : "") + " (Klotz)");
    const physics::StiffnessFit found =
        physics::fit_stiffness(comm, body.heart.mesh, body.heart.fibres, mechanics, target, fit.tolerance, fit.runs);
    body.reference = physics::unload(comm, body.heart.mesh, body.heart.fibres, mechanics, &found.places);
    body.unloaded = true;
    return numbers_of(found, body);
  };
  const auto set_again = [&](const std::vector<double> &numbers) { // one after the other, to the same bits
    for (std::size_t i = 0; i < static_cast<std::size_t>(numbers.at(2)); ++i)
      mechanics.material->multiply_stiffness(numbers.at(3 + i));
    if (cavities == 2)
      mechanics.rv_stiffness_scale = numbers.at(1) / numbers.at(0);
  };
  const std::vector<double> found = kept.get("stiffness", find, set_again);
  quantities.set("stiffness_scale", found.at(0), "1");
  if (cavities == 2)
    quantities.set("rv_stiffness_scale", *mechanics.rv_stiffness_scale, "1");
  return carried_over(comm, found, heart);
}

/// Of each cavity the factor on its wall's tension and the residual, then of each trial and cavity factor and stroke volume. Collective.
std::vector<double> search_tension(Case &options, CoarseHearts &coarse, MPI_Comm comm, const physics::ClosedLoop &circulation,
                                   const physics::LimitCycle &cycle, std::size_t cavities) {
  const TensionFit &fit = options.heartbeat->tension_fit;
  const physics::MechanicsOptions &mechanics = options.heartbeat->mechanics;
  io::say("    active tension: at most " + std::to_string(fit.runs) + " trial beats on a coarser mesh");
  CoarseHeart &body = coarse.get();
  physics::HeartbeatInput trial = input_of(body.heart, circulation, cycle);
  if (body.unloaded)
    trial.reference = &body.reference;
  trial.tension_scale = mechanics.tension_scale;
  trial.rv_tension_scale = mechanics.rv_tension_scale.value_or(1);
  const physics::TensionSearch search = physics::tune_active_tension(comm, trial, mechanics, stroke_volume(cycle), fit.tolerance, fit.runs);
  std::vector<double> numbers;
  const auto add = [&](const physics::PerCavity &scale, const physics::PerCavity &other) {
    for (std::size_t k = 0; k < cavities; ++k)
      numbers.insert(numbers.end(), {scale[k], other[k]});
  };
  add(search.scale, search.residual);
  for (std::size_t i = 0; i < search.scales.size(); ++i)
    add(search.scales[i], search.stroke_volumes[i]);
  return numbers;
}

/// A search that ended before it found what it looked for: said, and on the number that it missed by.
void tell_miss(io::Quantity &residual, double tolerance, const std::string &what) {
  if (std::abs(residual.value) <= tolerance)
    return;
  residual.warning = what + " " + io::fixed(std::abs(residual.value), 1) + " mL too " + (residual.value > 0 ? "much" : "little") +
                     ", not within " + io::fixed(tolerance, 1) + " mL; more runs may help";
  io::warn("heartbeat: " + residual.warning);
}

/// Factors on the tension of the beat: as the case has them or as trial beats find them. Collective.
void set_tension(Case &options, CoarseHearts &coarse, MPI_Comm comm, const physics::ClosedLoop &circulation,
                 const physics::LimitCycle &cycle, std::size_t cavities, KeptNumbers &kept, physics::HeartbeatInput &beat,
                 io::Quantities &quantities) {
  const physics::MechanicsOptions &mechanics = options.heartbeat->mechanics;
  beat.tension_scale = mechanics.tension_scale;
  beat.rv_tension_scale = cavities == 2 ? mechanics.rv_tension_scale.value_or(1) : 1;
  if (!options.heartbeat->tension_fit.enabled)
    return;
  const std::vector<double> found =
      kept.get("tension", [&] { return search_tension(options, coarse, comm, circulation, cycle, cavities); });
  const std::size_t width = 2 * cavities;
  for (std::size_t trial = 1; width * (trial + 1) <= found.size(); ++trial)
    for (std::size_t k = 0; k < cavities; ++k) {
      const std::string number = (k == 0 ? "" : "rv_") + std::to_string(trial);
      quantities.set("tension_fit_scale_" + number, found[width * trial + 2 * k], "1");
      quantities.set("tension_fit_stroke_volume_" + number, found[width * trial + 2 * k + 1], "mL");
    }
  quantities.set("tension_fit_target", stroke_volume(cycle), "mL");
  tell_miss(quantities.set("tension_fit_residual", found.at(1), "mL"), options.heartbeat->tension_fit.tolerance,
            "the trial beat whose tension is taken ejects");
  beat.tension_scale = found.at(0);
  if (cavities == 2) {
    tell_miss(quantities.set("tension_fit_residual_rv", found.at(3), "mL"), options.heartbeat->tension_fit.tolerance,
              "the trial beat whose right tension is taken ejects");
    beat.rv_tension_scale = found.at(2) / found.at(0);
  }
}

/// The stress-free shape, looked for from the guess if there is one. Collective.
physics::Reference unloaded(MPI_Comm comm, const Heart &heart, const physics::MechanicsOptions &mechanics,
                            const std::optional<std::vector<io::Vector3>> &guess, KeptNumbers &kept) {
  if (!mechanics.unloading.enabled)
    return physics::as_imaged(comm, heart.mesh, heart.fibres);
  const std::vector<double> found = kept.get("unloaded", [&] {
    const physics::Reference reference = physics::unload(comm, heart.mesh, heart.fibres, mechanics, guess ? &*guess : nullptr);
    std::vector<double> numbers = {reference.volume[0], reference.volume[1], reference.residual, static_cast<double>(reference.iterations)};
    append(numbers, reference.places);
    return numbers;
  });
  return {heart.mesh, heart.fibres, places_in(comm, found, 4), {found.at(0), found.at(1)}, found.at(2), static_cast<int>(found.at(3))};
}

/// The end-diastolic pressures: those of the fitted circulation, the right one unless the case gives it. Collective.
void set_pressures(physics::MechanicsOptions &mechanics, const physics::ClosedLoop &circulation, const physics::LimitCycle &cycle,
                   std::size_t cavities) {
  const physics::ClosedLoop::Four pressures = circulation.chamber_pressures(0.0, cycle.start_state);
  mechanics.end_diastolic_pressure = pressures[1];
  if (cavities == 2 && !mechanics.right_end_diastolic_pressure)
    mechanics.right_end_diastolic_pressure = pressures[3];
}

/// How much of the fitted circulation's end-diastolic blood the mesh does not hold. Collective.
void tell_volumes(MPI_Comm comm, const Heart &heart, const physics::LimitCycle &cycle, std::size_t cavities, io::Quantities &quantities) {
  const physics::PerCavity beating = physics::imaged_volumes(comm, heart.mesh);
  for (std::size_t k = 0; k < cavities; ++k) {
    const double left_out = cycle.start_state[physics::circulation_index::V_ventricle[k]] - beating[k];
    const std::string tail = k == 0 ? "" : "_rv";
    quantities.set("heartbeat_mesh_volume" + tail, beating[k], "mL");
    quantities.set("heartbeat_blood_left_out" + tail, left_out, "mL");
    if (k == 0 && left_out < 0)
      io::warn("heartbeat: the mesh holds " + io::fixed(beating[k], 1) + " mL, more than the fitted circulation's end-diastolic " +
               io::fixed(beating[k] + left_out, 1) + " mL; do calibration.measurements contradict the segmentation?");
    else if (k == 0)
      io::warn("heartbeat: the mesh, coarse and cut at the base plane, holds " + io::fixed(beating[k], 1) +
               " of the fitted end-diastolic " + io::fixed(beating[k] + left_out, 1) + " mL: the other " + io::fixed(left_out, 1) +
               " mL are not in this beat; ejecting what the whole cavity does, it has the higher ejection fraction");
    else
      io::say("    the right ventricle of the mesh holds " + io::fixed(beating[k], 1) +
              " mL at end-diastole, the circulation's, which is no patient's, held " + io::fixed(beating[k] + left_out, 1) + " mL");
  }
}

/// Volumes of the stress-free shape and, where stiffness was fitted, what Klotz's relation gives, and whether it is met to the `tolerance`
/// (mL) of this mesh, which is another than the one that was fitted. Collective.
void tell_unloading(MPI_Comm comm, const Heart &heart, const physics::Reference &reference, const physics::MechanicsOptions &mechanics,
                    std::optional<double> tolerance, io::Quantities &quantities) {
  quantities.set("unloading_residual", reference.residual, "mm");
  const std::size_t cavities = physics::cavities_of(comm, heart.mesh);
  const physics::PerCavity klotz = physics::klotz_unloaded_volumes(physics::imaged_volumes(comm, heart.mesh), mechanics, cavities);
  for (std::size_t k = 0; k < cavities; ++k) {
    const std::string tail = k == 0 ? "" : "_rv";
    quantities.set("unloaded_volume" + tail, reference.volume[k], "mL");
    if (!tolerance)
      continue;
    quantities.set("klotz_unloaded_volume" + tail, klotz[k], "mL");
    tell_miss(quantities.set("stiffness_fit_residual" + tail, reference.volume[k] - klotz[k], "mL"), *tolerance,
              k == 0 ? "the unloaded left cavity is" : "the unloaded right cavity is");
  }
}

/// What halving did to this case, beside its results.
void tell_halving(const HeartbeatCase &heartbeat, io::Quantities &quantities) {
  if (!heartbeat.halving)
    return;
  const HalvingStudy &study = *heartbeat.halving;
  const auto tell = [&](const char *name, const std::optional<double> &change, const char *unit) {
    if (change)
      quantities.set(name, *change, unit);
  };
  tell("sim_lv_ef_change_mesh_halved", study.ejection_fraction_mesh, "%");
  tell("sim_lv_ef_change_step_halved", study.ejection_fraction_step, "%");
  tell("sim_lv_peak_pressure_change_mesh_halved", study.peak_pressure_mesh, "mmHg");
  tell("sim_lv_peak_pressure_change_step_halved", study.peak_pressure_step, "mmHg");
}

/// Writes each saved instant as a file of its own and the collection that ParaView opens.
class FieldWriter {
public:
  FieldWriter(std::filesystem::path folder, const physics::Reference &reference)
      : folder_(std::move(folder)), list_((folder_ / "heartbeat.pvd").string()), reference_(reference) {}
  void operator()(const physics::Snapshot &snapshot) {
    const std::string name = "heartbeat_" + std::to_string(files_.size()) + ".vtu";
    io::write_vtu(physics::to_grid(reference_, snapshot), (folder_ / name).string());
    files_.emplace_back(snapshot.time, name);
    io::write_pvd(files_, list_);
  }
  /// Whether the list that a killed run left and the files that it names are there; one that lacks some is told.
  bool left_whole() const {
    if (!std::filesystem::exists(list_))
      return false;
    try {
      for (const auto &[time, name] : io::read_pvd(list_))
        if (!std::filesystem::exists(folder_ / name))
          throw io::CaseError((folder_ / name).string() + ": is missing");
      return true;
    } catch (const io::CaseError &problem) {
      io::warn(std::string(problem.what()) + "; the heartbeat begins anew");
      return false;
    }
  }
  /// What a killed run wrote up to `time`, ms.
  void go_on(double time) {
    files_ = io::read_pvd(list_);
    while (!files_.empty() && files_.back().first > time)
      files_.pop_back();
  }

private:
  std::filesystem::path folder_;
  std::string list_;
  const physics::Reference &reference_;
  std::vector<std::pair<double, std::string>> files_;
};

} // namespace

Stage heartbeat_stage(StageContext context) {
  Case &options = context.options;
  Pipeline &pipeline = context.pipeline;
  return {"heartbeat",
          {"mesh", "fibres", "electrophysiology", "calibration"},
          inputs_of(*options.heartbeat),
          [&options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            MPI_Comm comm = pipeline.communicator();
            const Heart heart = make_heart(options, pipeline, options.heartbeat->element_size, options.heartbeat->facet_distance);
            const std::size_t cavities = physics::cavities_of(comm, heart.mesh);
            const physics::LimitCycle cycle = fitted_circulation(options, pipeline);
            const physics::ClosedLoop circulation(cycle.circulation);
            physics::MechanicsOptions &mechanics = options.heartbeat->mechanics;
            set_pressures(mechanics, circulation, cycle, cavities);
            KeptNumbers kept(comm, folder);
            CoarseHearts coarse(options, pipeline);
            const auto fitted_shape = fit_stiffness(options, pipeline, heart, coarse, kept, quantities);
            physics::HeartbeatInput input = input_of(heart, circulation, cycle);
            input.to_septum = septum_of(pipeline, true, comm).to_septum;
            set_tension(options, coarse, comm, circulation, cycle, cavities, kept, input, quantities);
            quantities.set("tension_scale", input.tension_scale, "1");
            if (cavities == 2)
              quantities.set("rv_tension_scale", input.rv_tension_scale, "1");
            quantities.set("heartbeat_mesh_cells", static_cast<double>(heart.mesh.tetrahedra.size()), "1");
            quantities.set("heartbeat_unknowns", static_cast<double>(3 * mesh::refine(heart.mesh).nodes.size() + cavities), "1");
            const physics::Reference reference = unloaded(comm, heart, mechanics, fitted_shape, kept);
            input.reference = &reference;
            tell_volumes(comm, heart, cycle, cavities, quantities);
            tell_unloading(comm, heart, reference, mechanics,
                           fitted_shape ? std::optional(2 * options.heartbeat->stiffness_fit.tolerance) : std::nullopt, quantities);
            FieldWriter fields(folder, reference);
            const std::filesystem::path checkpoint = folder / "checkpoint";
            io::on_rank_0(comm, [&] {
              if (!fields.left_whole())
                io::Checkpoints(checkpoint, MPI_COMM_SELF).clear();
            });
            const physics::HeartbeatResult result =
                physics::run_heartbeat(comm, input, mechanics, quantities, [&](const physics::Snapshot &s) { fields(s); },
                                       {checkpoint, [&](double time) { fields.go_on(time); }});
            tell_halving(*options.heartbeat, quantities);
            io::on_rank_0(comm, [&] {
              save(result, folder.string());
              io::write_file((folder / "heartbeat.csv").string(), io::to_csv(result.series));
            });
            kept.clear();
            result.require_complete();
          },
          true};
}

} // namespace corvivo::cli
