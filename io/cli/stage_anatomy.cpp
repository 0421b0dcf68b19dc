// Segmentation, mesh and fibres.
#include <io/cli/stages.hpp>

#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/formats/vtu.hpp>
#include <mesh/import.hpp>
#include <mesh/measures.hpp>
#include <mesh/quality.hpp>
#include <mesh/shape_interpolation.hpp>

namespace corvivo::cli {

namespace {

/// cm and kg; 0 where the case does not know them.
struct BodySize {
  double height = 0, weight = 0;
  std::string text() const { return "body " + io::print_number(height) + " " + io::print_number(weight) + "\n"; }
};

BodySize body_size(const Case &options) {
  return options.clinical ? BodySize{options.clinical->height.value_or(0), options.clinical->weight.value_or(0)} : BodySize{};
}

} // namespace

Stage segmentation_stage(StageContext context) {
  mesh::SegmentationOptions options = *context.options.segmentation, named = options;
  std::string files;
  for (std::filesystem::path *file : {&named.ed, &named.es}) { // the content counts, not where it lies
    if (!file->empty())
      files += io::file_hash(file->string()) + "\n";
    file->clear();
  }
  MPI_Comm comm = context.pipeline.communicator();
  const BodySize body = body_size(context.options);
  const std::string inputs = inputs_of(named) + files + body.text();
  return {"segmentation", {}, inputs, [options, comm, body](const std::filesystem::path &folder, io::Quantities &quantities) {
            io::on_rank_0(comm, [&] {
              const mesh::Segmentation segmentation = mesh::segment(options, quantities);
              mesh::add_shape_measures(segmentation, quantities);
              if (body.height > 0 && body.weight > 0)
                mesh::add_indexed_measures(body.height, body.weight, quantities);
              save(segmentation, folder);
            });
          }};
}

namespace {

Stage import_stage(const MeshCase &options, Pipeline &pipeline) {
  MeshCase named = options;
  std::string files;
  for (std::filesystem::path *file : {&named.import->file, &named.import->boundary}) {
    for (const char *ending : {".elem", ".lon"}) // openCARP keeps a mesh in three files
      if (const auto beside = std::filesystem::path(*file).replace_extension(ending);
          file->extension() == ".pts" && std::filesystem::exists(beside))
        files += io::file_hash(beside.string()) + "\n";
    if (!file->empty())
      files += io::file_hash(file->string()) + "\n";
    file->clear();
  }
  return {"mesh", {}, inputs_of(named) + files, [options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            io::on_rank_0(pipeline.communicator(), [&] {
              const mesh::ImportedMesh imported = mesh::import_mesh(*options.import);
              for (const std::string &note : imported.notes)
                io::say("    " + note);
              mesh::add_mesh_quantities(imported.mesh, quantities);
              save(imported.mesh, (folder / "mesh.vtu").string());
            });
          }};
}

} // namespace

Stage mesh_stage(StageContext context) {
  Pipeline &pipeline = context.pipeline;
  MeshCase options = *context.options.mesh;
  if (options.import)
    return import_stage(options, pipeline);
  return {
      "mesh", {"segmentation"}, inputs_of(options), [options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
        io::on_rank_0(pipeline.communicator(), [&] {
          const mesh::Segmentation segmentation = mesh::load_segmentation(pipeline.folder("segmentation"));
          const mesh::HeartShape shape = mesh::interpolate_shape(segmentation.ed, segmentation.base_ed, options.shape);
          for (const std::string &note : shape.notes)
            io::say("    " + note);
          save(shape, (folder / "shape.bin").string());
          const mesh::HeartMesh mesh = mesh::make_ventricles(shape, options.tetrahedra, quantities);
          save(mesh, (folder / "mesh.vtu").string());
          io::write_file((folder / "quality.csv").string(), mesh::to_csv(mesh::quality_table(mesh)));
        });
      }};
}

Stage fibres_stage(StageContext context) {
  Pipeline &pipeline = context.pipeline;
  mesh::FibreOptions options = *context.options.fibres;
  const std::vector<std::string> formats = context.options.mesh->formats;
  return {"fibres",
          {"mesh"},
          inputs_of(options) + io::join(formats, " "),
          [options, formats, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            MPI_Comm comm = pipeline.communicator();
            mesh::HeartMesh mesh;
            io::on_rank_0(comm, [&] { mesh = mesh::load((pipeline.folder("mesh") / "mesh.vtu").string()); });
            const mesh::Fibres fibres = mesh::compute_fibres(comm, mesh, options, quantities);
            io::on_rank_0(comm, [&] {
              save(fibres, (folder / "fibres.bin").string());
              io::write_vtu(mesh::to_grid(mesh, fibres), (folder / "fibres.vtu").string()); // for ParaView
              io::MeshNames names;
              const io::Grid grid = mesh::export_grid(mesh, &fibres, names);
              for (const std::string &format : formats)
                io::write_mesh(grid, names, (folder / ("mesh." + format)).string());
            });
          }};
}

} // namespace corvivo::cli
