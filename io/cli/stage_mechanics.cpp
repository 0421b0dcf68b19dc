// A body that is loaded by itself: verification problems of mechanics.
#include <io/cli/stages.hpp>

#include <io/base/hash.hpp>
#include <io/base/parallel.hpp>
#include <io/formats/vtu.hpp>
#include <physics/mechanics/body_motion.hpp>

namespace corvivo::cli {
namespace {

physics::BodyShape make_shape(MPI_Comm comm, const physics::BodyCase &options, physics::BodyMesh &body) {
  io::on_rank_0(comm, [&] { body = options.geometry->make(); });
  physics::BodyShape shape;
  shape.frame = options.fibres->field(comm, body);
  shape.mesh = body.curved.mesh;
  shape.places = body.curved.places;
  return shape;
}

/// Hashes of the files that the case names.
std::string file_hashes(const physics::BodyCase &options) {
  std::vector<std::filesystem::path> files = options.geometry->files();
  for (const physics::LoadCurve *curve : {options.pressure.get(), options.tension.get()})
    if (!curve->file().empty())
      files.push_back(curve->file());
  std::string hashes;
  for (const std::filesystem::path &file : files)
    hashes += io::file_hash(file.string()) + "\n";
  return hashes;
}

void report(const physics::BodyCase &options, const physics::BodyResult &result, io::Quantities &quantities) {
  const auto &series = result.series;
  const auto last = [&](const std::string &column) { return series.column(column).back(); };
  quantities.set("mechanics_cells", static_cast<double>(result.cells), "1");
  quantities.set("mechanics_unknowns", static_cast<double>(result.unknowns), "1");
  quantities.set("mechanics_steps", result.steps, "1");
  quantities.set("mechanics_halvings", result.halvings, "1");
  quantities.set("mechanics_newton_iterations", result.effort.iterations, "1");
  quantities.set("mechanics_factorisations", result.effort.factorisations, "1");
  quantities.set("mechanics_time_assembly", result.effort.assembly, "s");
  quantities.set("mechanics_time_factorisation", result.effort.factorisation, "s");
  quantities.set("mechanics_time_solves", result.effort.solves, "s");
  quantities.set("mechanics_time_total", result.seconds, "s");
  quantities.set("mechanics_min_det_f", last("min_det_f"), "1");
  if (!options.pressure_surface.empty())
    quantities.set("mechanics_volume", last("volume"), "mL");
  for (const physics::ProbeCase &probe : options.probes)
    for (int d = 0; d < 3; ++d) {
      const std::string axis(1, "xyz"[d]);
      const double u = last(probe.name + "_u" + axis);
      quantities.set("displacement_" + probe.name + "_" + axis, u, "mm");
      quantities.set("deformed_" + probe.name + "_" + axis, probe.position[d] + u, "mm");
    }
}

} // namespace

Stage mechanics_stage(StageContext context) {
  Case &options = context.options;
  MPI_Comm comm = context.pipeline.communicator();
  return {"mechanics",
          {},
          inputs_of(*options.mechanics) + file_hashes(*options.mechanics),
          [&options, comm](const std::filesystem::path &folder, io::Quantities &quantities) {
            physics::BodyMesh body;
            const physics::BodyShape shape = make_shape(comm, *options.mechanics, body);
            const std::string list = (folder / "body.pvd").string();
            std::vector<std::pair<double, std::string>> files;
            const auto save_body = [&](double time, const std::vector<io::Vector3> &displacement) {
              const std::string name = "body_" + std::to_string(files.size()) + ".vtu";
              io::write_vtu(physics::to_grid(shape, displacement), (folder / name).string());
              files.emplace_back(time, name);
              io::write_pvd(files, list);
            };
            const auto read_list = [&](double time) {
              files = io::read_pvd(list);
              while (!files.empty() && files.back().first > time)
                files.pop_back();
            };
            const physics::BodyResult result =
                physics::run_body(comm, shape, *options.mechanics, save_body, {folder / "checkpoint", read_list});
            report(*options.mechanics, result, quantities);
            io::on_rank_0(comm, [&] { io::write_file((folder / "mechanics.csv").string(), io::to_csv(result.series)); });
            result.require_complete();
          },
          true};
}

} // namespace corvivo::cli
