#include <io/cli/stages.hpp>

#include <io/base/hash.hpp>
#include <io/base/parallel.hpp>

namespace corvivo::cli {

namespace {

std::string torso_hash(const physics::ElectrophysiologyOptions &options) {
  return options.torso ? io::file_hash(options.torso->surface.string()) + "\n" : "";
}

} // namespace

Stage electrophysiology_stage(StageContext context) {
  Case &options = context.options;
  Pipeline &pipeline = context.pipeline;
  return {"electrophysiology",
          {"mesh", "fibres"},
          inputs_of(*options.electrophysiology) + torso_hash(*options.electrophysiology),
          [&options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            MPI_Comm comm = pipeline.communicator();
            options.electrophysiology->cache = pipeline.cache();
            options.electrophysiology->checkpoint = pipeline.cache() / "checkpoints" / pipeline.running_hash().substr(0, 16);
            mesh::HeartMesh mesh;
            mesh::Fibres fibres;
            io::on_rank_0(comm, [&] {
              mesh = mesh::load((pipeline.folder("mesh") / "mesh.vtu").string());
              fibres = mesh::load_fibres((pipeline.folder("fibres") / "fibres.bin").string());
            });
            const auto result = physics::run_electrophysiology(comm, mesh, fibres, *options.electrophysiology, quantities);
            io::on_rank_0(comm, [&] { save(result, folder.string()); });
          }};
}

} // namespace corvivo::cli
