// One beat of the 3-D left ventricle in the fitted circulation; its active tension is set first, on a coarser mesh.
#include <io/cli/stages.hpp>

#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/cli/fitted_circulation.hpp>
#include <io/formats/vtu.hpp>
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
void fit_stiffness(Case &options, const Pipeline &pipeline, const Ventricle &ventricle, io::Quantities &quantities) {
  const StiffnessFit &fit = options.heartbeat->stiffness_fit;
  physics::MechanicsOptions &mechanics = options.heartbeat->mechanics;
  if (!fit.enabled || !mechanics.unloading.enabled)
    return;
  MPI_Comm comm = pipeline.communicator();
  const double imaged = physics::as_imaged(comm, ventricle.mesh, ventricle.fibres).volume;
  const double target = physics::klotz_unloaded_volume(imaged, mechanics.end_diastolic_pressure);
  io::say("    passive stiffness: unloaded cavity of " + io::fixed(target, 1) + " mL (Klotz)");
  const physics::StiffnessFit found =
      physics::fit_stiffness(comm, ventricle.mesh, ventricle.fibres, mechanics, target, fit.tolerance, fit.runs);
  quantities.set("stiffness_scale", found.scale, "1");
  quantities.set("klotz_unloaded_volume", target, "mL");
  quantities.set("stiffness_fit_residual", found.residual, "mL");
}

double fitted_tension(Case &options, const Pipeline &pipeline, const physics::ClosedLoop &circulation, const physics::LimitCycle &cycle,
                      io::Quantities &quantities) {
  const TensionFit &fit = options.heartbeat->tension_fit;
  if (!fit.enabled)
    return options.heartbeat->mechanics.tension_scale;
  io::say("    active tension: at most " + std::to_string(fit.runs) + " trial beats on a coarser mesh");
  const Ventricle coarse = make_ventricle(options, pipeline, fit.element_size,
                                          options.heartbeat->facet_distance * fit.element_size / options.heartbeat->element_size);
  physics::HeartbeatInput trial = input_of(coarse, circulation, cycle);
  trial.tension_scale = options.heartbeat->mechanics.tension_scale;
  const physics::TensionSearch search = physics::tune_active_tension(pipeline.communicator(), trial, options.heartbeat->mechanics,
                                                                     stroke_volume(cycle), fit.tolerance, fit.runs);
  for (std::size_t i = 0; i < search.scales.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    quantities.set("tension_fit_scale_" + number, search.scales[i], "1");
    quantities.set("tension_fit_stroke_volume_" + number, search.stroke_volumes[i], "mL");
  }
  quantities.set("tension_fit_target", stroke_volume(cycle), "mL");
  quantities.set("tension_fit_residual", search.residual, "mL");
  return search.scale;
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
  FieldWriter(std::filesystem::path folder, const physics::Reference &reference) : folder_(std::move(folder)), reference_(reference) {}
  void operator()(const physics::Snapshot &snapshot) {
    const std::string name = "heartbeat_" + std::to_string(files_.size()) + ".vtu";
    io::write_vtu(physics::to_grid(reference_, snapshot), (folder_ / name).string());
    files_.emplace_back(snapshot.time, name);
    io::write_pvd(files_, (folder_ / "heartbeat.pvd").string());
  }

private:
  std::filesystem::path folder_;
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
            fit_stiffness(options, pipeline, ventricle, quantities);
            physics::HeartbeatInput input = input_of(ventricle, circulation, cycle);
            input.tension_scale = fitted_tension(options, pipeline, circulation, cycle, quantities);
            quantities.set("tension_scale", input.tension_scale, "1");
            quantities.set("heartbeat_mesh_cells", static_cast<double>(ventricle.mesh.tetrahedra.size()), "1");
            const physics::Reference reference = physics::unload(comm, ventricle.mesh, ventricle.fibres, mechanics);
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
            const physics::HeartbeatResult result =
                physics::run_heartbeat(comm, input, mechanics, quantities, [&](const physics::Snapshot &s) { fields(s); });
            tell_halving(*options.heartbeat, quantities);
            io::on_rank_0(comm, [&] {
              save(result, folder.string());
              io::write_file((folder / "heartbeat.csv").string(), io::to_csv(result.series));
            });
            result.require_complete();
          }};
}

} // namespace corvivo::cli
