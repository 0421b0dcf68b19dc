// Segmentation, mesh and fibres.
#include <io/cli/stages.hpp>

#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/formats/vtu.hpp>
#include <mesh/import.hpp>
#include <mesh/laplace_solver.hpp>
#include <mesh/measures.hpp>
#include <mesh/quality.hpp>
#include <mesh/segments.hpp>
#include <mesh/shape_interpolation.hpp>
#include <mesh/slab.hpp>

#include <cmath>

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
  std::vector<std::filesystem::path *> inputs_of_content{&named.ed, &named.es, &named.atrium}; // that counts, not where it lies
  if (named.late_enhancement)
    inputs_of_content.push_back(&named.late_enhancement->image);
  for (std::filesystem::path *file : inputs_of_content) {
    if (!file->empty())
      files += io::path_hash(file->string()) + "\n";
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

Stage slab_stage(const MeshCase &options, Pipeline &pipeline) {
  MeshCase named = options;
  return {"mesh", {}, inputs_of(named), [options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            io::on_rank_0(pipeline.communicator(), [&] {
              const mesh::HeartMesh slab =
                  mesh::make_slab(options.slab->size, options.slab->edges(options.tetrahedra.element_size), options.slab->alternating);
              mesh::add_mesh_quantities(slab, quantities);
              save(slab, (folder / "mesh.vtu").string());
            });
          }};
}

} // namespace

Stage mesh_stage(StageContext context) {
  Pipeline &pipeline = context.pipeline;
  MeshCase options = *context.options.mesh;
  if (options.import)
    return import_stage(options, pipeline);
  if (options.slab)
    return slab_stage(options, pipeline);
  return {
      "mesh", {"segmentation"}, inputs_of(options), [options, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
        io::on_rank_0(pipeline.communicator(), [&] {
          const mesh::Segmentation segmentation = mesh::load_segmentation(pipeline.folder("segmentation"));
          const mesh::HeartShape shape = mesh::interpolate_shape(segmentation.ed, segmentation.base_ed, options.shape,
                                                                 segmentation.tissue_ed ? &*segmentation.tissue_ed : nullptr);
          for (const std::string &note : shape.notes)
            io::say("    " + note);
          save(shape, (folder / "shape.bin").string());
          mesh::HeartMesh mesh = mesh::make_ventricles(shape, options.tetrahedra, quantities);
          if (shape.label_right_wall_volume > 0)
            quantities.set("mesh_rv_wall_volume_error",
                           100 * std::abs(quantities.value("mesh_rv_wall_volume") / shape.label_right_wall_volume - 1), "%");
          if (segmentation.tissue_ed)
            mesh::carry_tissue(mesh, shape, segmentation.ed, *segmentation.tissue_ed, options.tissue, quantities);
          save(mesh, (folder / "mesh.vtu").string());
          io::write_file((folder / "quality.csv").string(), mesh::to_csv(mesh::quality_table(mesh)));
        });
      }};
}

namespace {

/// Ventricular coordinates and segments, as files of the fibres stage and as its quantities.
void add_segments(const mesh::HeartMesh &mesh, const mesh::VentricularCoordinates &coordinates, const std::filesystem::path &folder,
                  io::Quantities &quantities) {
  const mesh::Segments segments = mesh::heart_segments(mesh, coordinates);
  const std::vector<double> thickness = mesh::wall_thickness(mesh);
  mesh::add_segment_quantities(mesh, coordinates, segments, thickness, quantities);
  save(coordinates, (folder / "coordinates.bin").string());
  io::Grid grid = mesh::to_grid(mesh, coordinates); // for ParaView
  const io::Grid regions = mesh::to_grid(mesh, segments, thickness);
  for (const char *name : {"aha_segment [1]", "rv_segment [1]"})
    grid.cell_data.push_back(*regions.find_cell_data(name));
  grid.point_data.push_back(*regions.find_point_data("thickness [mm]"));
  io::write_vtu(grid, (folder / "coordinates.vtu").string());
}

/// Imported bodies without a base or an axis have fibres, but no coordinates. Collective.
bool has_coordinates(const mesh::HeartMesh &mesh, MPI_Comm comm) {
  std::vector<double> answer;
  io::on_rank_0(comm, [&] { answer = {mesh.has_surface("base") && io::norm(mesh.long_axis) > 0 ? 1.0 : 0.0}; });
  return io::broadcast(answer, comm)[0] > 0;
}

} // namespace

mesh::CoordinateOptions septum_of(const Pipeline &pipeline, bool label_map, MPI_Comm comm) {
  mesh::CoordinateOptions options;
  io::on_rank_0(comm, [&] {
    if (!label_map)
      return;
    const mesh::Segmentation segmentation = mesh::load_segmentation(pipeline.folder("segmentation"));
    const auto found = mesh::find_insertions(segmentation.ed, segmentation.base_ed.first, segmentation.base_ed.slice);
    options = {found.to_septum, found.angle};
  });
  return options;
}

Stage fibres_stage(StageContext context) {
  Pipeline &pipeline = context.pipeline;
  mesh::FibreOptions options = *context.options.fibres;
  const std::vector<std::string> formats = context.options.mesh->formats;
  const bool label_map = context.options.mesh->from_segmentation();
  return {"fibres",
          {"mesh"},
          inputs_of(options) + io::join(formats, " "),
          [options, formats, label_map, &pipeline](const std::filesystem::path &folder, io::Quantities &quantities) {
            MPI_Comm comm = pipeline.communicator();
            mesh::HeartMesh mesh;
            io::on_rank_0(comm, [&] { mesh = mesh::load((pipeline.folder("mesh") / "mesh.vtu").string()); });
            const mesh::LaplaceSolver solver(comm, mesh);
            const mesh::Fibres fibres = mesh::compute_fibres(solver, options, quantities);
            if (has_coordinates(mesh, comm)) {
              const auto coordinates = mesh::compute_coordinates(solver, septum_of(pipeline, label_map, comm), quantities);
              io::on_rank_0(comm, [&] { add_segments(mesh, coordinates, folder, quantities); });
            } else {
              io::say("    no ventricular coordinates: the mesh has no surface 'base' or no long axis");
            }
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
