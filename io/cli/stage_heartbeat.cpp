// One beat of the 3-D left ventricle in the fitted circulation; its active tension is set first, on a coarser mesh.
#include <io/cli/stages.hpp>

#include <io/base/checkpoint.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/cli/fitted_circulation.hpp>
#include <io/cli/kept_numbers.hpp>
#include <io/formats/vtu.hpp>
#include <physics/mechanics/material.hpp>
#include <physics/simulation.hpp>

#include <algorithm>
#include <limits>

namespace corvivo::cli {

using io::operator-;

namespace {

/// A ventricle with what drives it; on rank 0.
struct Ventricle {
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

/// The patient's ventricle with elements of this size, driven by the calcium of the electrophysiology. Collective.
Ventricle make_ventricle(Case &options, const Pipeline &pipeline, double element_size, double facet_distance) {
  Ventricle ventricle;
  io::Quantities unreported;
  io::on_rank_0(pipeline.communicator(), [&] {
    mesh::MeshOptions tetrahedra = options.mesh->tetrahedra;
    tetrahedra.element_size = element_size;
    tetrahedra.facet_distance = facet_distance;
    tetrahedra.wall_layers = 0; // one layer of quadratic elements will do
    const mesh::HeartShape shape = mesh::load_heart_shape((pipeline.folder("mesh") / "shape.bin").string());
    ventricle.mesh = mesh::make_left_ventricle(shape, tetrahedra, unreported);
    const mesh::HeartMesh electrical = mesh::load((pipeline.folder("mesh") / "mesh.vtu").string());
    const physics::NodalHistory calcium = physics::load_electrophysiology(pipeline.folder("electrophysiology").string()).calcium;
    const std::vector<io::Vector3> from = calcium.nodes == electrical.nodes.size() ? electrical.nodes : mesh::refine(electrical).nodes;
    ventricle.calcium = nearest(calcium, from, mesh::refine(ventricle.mesh).nodes);
  });
  ventricle.fibres = mesh::compute_fibres(pipeline.communicator(), ventricle.mesh, *options.fibres, unreported);
  return ventricle;
}

physics::HeartbeatInput input_of(const Ventricle &ventricle, const physics::ClosedLoop &circulation, const physics::LimitCycle &cycle) {
  return {ventricle.mesh, ventricle.fibres, ventricle.calcium, circulation, cycle.start_state, 0.0};
}

double stroke_volume(const physics::LimitCycle &cycle) {
  const auto &volume = cycle.beat.column("volume_lv");
  const auto [low, high] = std::minmax_element(volume.begin(), volume.end());
  return *high - *low;
}

/// Sets the material's stiffness on the mesh of the beat. Collective.
void fit_stiffness(Case &options, const Pipeline &pipeline, const Ventricle &ventricle, KeptNumbers &kept, io::Quantities &quantities) {
  const StiffnessFit &fit = options.heartbeat->stiffness_fit;
  physics::MechanicsOptions &mechanics = options.heartbeat->mechanics;
  if (!fit.enabled || !mechanics.unloading.enabled)
    return;
  MPI_Comm comm = pipeline.communicator();
  const double imaged = physics::as_imaged(comm, ventricle.mesh, ventricle.fibres).volume;
  const double target = physics::klotz_unloaded_volume(imaged, mechanics.end_diastolic_pressure);
  const auto find = [&] {
    io::say("    passive stiffness: unloaded cavity of " + io::fixed(target, 1) + " mL (Klotz)");
    const physics::StiffnessFit found =
        physics::fit_stiffness(comm, ventricle.mesh, ventricle.fibres, mechanics, target, fit.tolerance, fit.runs);
    std::vector<double> numbers = {found.scale, found.residual};
    numbers.insert(numbers.end(), found.factors.begin(), found.factors.end());
    return numbers;
  };
  const auto multiply_again = [&](const std::vector<double> &numbers) { // one after the other, to the same bits
    for (std::size_t i = 2; i < numbers.size(); ++i)
      mechanics.material->multiply_stiffness(numbers[i]);
  };
  const std::vector<double> found = kept.get("stiffness", find, multiply_again);
  quantities.set("stiffness_scale", found.at(0), "1");
  quantities.set("klotz_unloaded_volume", target, "mL");
  quantities.set("stiffness_fit_residual", found.at(1), "mL");
}

/// Scale of the tension, residual, then scale and stroke volume of each trial. Collective.
std::vector<double> search_tension(Case &options, const Pipeline &pipeline, const physics::ClosedLoop &circulation,
                                   const physics::LimitCycle &cycle) {
  const TensionFit &fit = options.heartbeat->tension_fit;
  io::say("    active tension: at most " + std::to_string(fit.runs) + " trial beats on a coarser mesh");
  const Ventricle coarse = make_ventricle(options, pipeline, fit.element_size,
                                          options.heartbeat->facet_distance * fit.element_size / options.heartbeat->element_size);
  physics::HeartbeatInput trial = input_of(coarse, circulation, cycle);
  trial.tension_scale = options.heartbeat->mechanics.tension_scale;
  const physics::TensionSearch search = physics::tune_active_tension(pipeline.communicator(), trial, options.heartbeat->mechanics,
                                                                     stroke_volume(cycle), fit.tolerance, fit.runs);
  std::vector<double> numbers = {search.scale, search.residual};
  for (std::size_t i = 0; i < search.scales.size(); ++i)
    numbers.insert(numbers.end(), {search.scales[i], search.stroke_volumes[i]});
  return numbers;
}

double fitted_tension(Case &options, const Pipeline &pipeline, const physics::ClosedLoop &circulation, const physics::LimitCycle &cycle,
                      KeptNumbers &kept, io::Quantities &quantities) {
  const TensionFit &fit = options.heartbeat->tension_fit;
  if (!fit.enabled)
    return options.heartbeat->mechanics.tension_scale;
  const std::vector<double> found = kept.get("tension", [&] { return search_tension(options, pipeline, circulation, cycle); });
  for (std::size_t i = 2; i + 1 < found.size(); i += 2) {
    const std::string number = std::to_string(i / 2);
    quantities.set("tension_fit_scale_" + number, found[i], "1");
    quantities.set("tension_fit_stroke_volume_" + number, found[i + 1], "mL");
  }
  quantities.set("tension_fit_target", stroke_volume(cycle), "mL");
  quantities.set("tension_fit_residual", found.at(1), "mL");
  return found.at(0);
}

/// The stress-free shape. Collective.
physics::Reference unloaded(MPI_Comm comm, const Ventricle &ventricle, const physics::MechanicsOptions &mechanics, KeptNumbers &kept) {
  const std::vector<double> found = kept.get("unloaded", [&] {
    const physics::Reference reference = physics::unload(comm, ventricle.mesh, ventricle.fibres, mechanics);
    std::vector<double> numbers = {reference.volume, reference.residual, static_cast<double>(reference.iterations)};
    for (const io::Vector3 &place : reference.places)
      numbers.insert(numbers.end(), place.begin(), place.end());
    return numbers;
  });
  physics::Reference reference{ventricle.mesh, ventricle.fibres, {}, found.at(0), found.at(1), static_cast<int>(found.at(2))};
  for (std::size_t i = 3; io::rank(comm) == 0 && i + 2 < found.size(); i += 3)
    reference.places.push_back({found[i], found[i + 1], found[i + 2]});
  return reference;
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
            const Ventricle ventricle =
                make_ventricle(options, pipeline, options.heartbeat->element_size, options.heartbeat->facet_distance);
            const physics::LimitCycle cycle = fitted_circulation(options, pipeline);
            const physics::ClosedLoop circulation(cycle.circulation);
            physics::MechanicsOptions &mechanics = options.heartbeat->mechanics;
            mechanics.end_diastolic_pressure = circulation.lv_pressure(0.0, cycle.start_state);
            KeptNumbers kept(comm, folder);
            fit_stiffness(options, pipeline, ventricle, kept, quantities);
            physics::HeartbeatInput input = input_of(ventricle, circulation, cycle);
            input.tension_scale = fitted_tension(options, pipeline, circulation, cycle, kept, quantities);
            quantities.set("tension_scale", input.tension_scale, "1");
            quantities.set("heartbeat_mesh_cells", static_cast<double>(ventricle.mesh.tetrahedra.size()), "1");
            const physics::Reference reference = unloaded(comm, ventricle, mechanics, kept);
            input.reference = &reference;
            quantities.set("unloading_residual", reference.residual, "mm");
            const double beating = physics::as_imaged(comm, ventricle.mesh, ventricle.fibres).volume;
            const double left_out = cycle.start_state[physics::circulation_index::V_LV] - beating;
            quantities.set("heartbeat_mesh_volume", beating, "mL");
            quantities.set("heartbeat_blood_left_out", left_out, "mL");
            io::say("    the mesh ends at the base plane and holds " + io::fixed(beating, 1) + " of the fitted end-diastolic " +
                    io::fixed(beating + left_out, 1) + " mL: the other " + io::fixed(left_out, 1) + " mL are not in this beat");
            quantities.set("unloaded_volume", reference.volume, "mL");
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
