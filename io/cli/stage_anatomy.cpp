// Segmentation, mesh and fibres.
#include <io/cli/stages.hpp>

#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/formats/vtu.hpp>
#include <mesh/shape_interpolation.hpp>

namespace corvivo::cli {

Stage segmentation_stage(StageContext context) {
  mesh::SegmentationOptions options = *context.options.segmentation, named = options;
  std::string files;
  for (std::filesystem::path *file : {&named.ed, &named.es}) { // the content counts, not where it lies
    if (!file->empty())
      files += io::file_hash(file->string()) + "\n";
    file->clear();
  }
  MPI_Comm comm = context.pipeline.communicator();
  return {"segmentation", {}, inputs_of(named) + files, [options, comm](const std::filesystem::path &folder, io::Quantities &quantities) {
            io::on_rank_0(comm, [&] {
              const mesh::Segmentation segmentation = mesh::segment(options, quantities);
              save(segmentation, folder);
            });
          }};
}

Stage mesh_stage(StageContext context) {
  Pipeline &pipeline = context.pipeline;
  MeshCase options = *context.options.mesh;
  return {
      "mesh", {"segmentation"}, inputs_of(options), [options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
        io::on_rank_0(pipeline.communicator(), [&] {
          const mesh::Segmentation segmentation = mesh::load_segmentation(pipeline.folder("segmentation"));
          const mesh::HeartShape shape = mesh::interpolate_shape(segmentation.ed, segmentation.base_ed, options.shape);
          for (const std::string &note : shape.notes)
            io::say("    " + note);
          save(shape, (folder / "shape.bin").string());
          save(mesh::make_ventricles(shape, options.tetrahedra, quantities), (folder / "mesh.vtu").string());
        });
      }};
}

Stage fibres_stage(StageContext context) {
  Pipeline &pipeline = context.pipeline;
  mesh::FibreOptions options = *context.options.fibres;
  return {"fibres", {"mesh"}, inputs_of(options), [options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            MPI_Comm comm = pipeline.communicator();
            mesh::HeartMesh mesh;
            io::on_rank_0(comm, [&] { mesh = mesh::load((pipeline.folder("mesh") / "mesh.vtu").string()); });
            const mesh::Fibres fibres = mesh::compute_fibres(comm, mesh, options, quantities);
            io::on_rank_0(comm, [&] {
              save(fibres, (folder / "fibres.bin").string());
              io::write_vtu(mesh::to_grid(mesh, fibres), (folder / "fibres.vtu").string()); // for ParaView
            });
          }};
}

} // namespace corvivo::cli
