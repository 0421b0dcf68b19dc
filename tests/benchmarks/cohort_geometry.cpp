// Every short-axis mask of a folder through segmentation, shape and mesh: how many become good meshes, how good, how long.
// Without arguments every twentieth mask of ACDC.
//   bench_cohort_geometry [FOLDER] [TABLE.csv] [shape|left|both] [every n-th] [element size, mm] [part of a name] [first]
#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <mesh/generate.hpp>
#include <mesh/quality.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace corvivo;

namespace {

struct Row {
  std::string name, refused;
  std::vector<std::string> notes;
  double seconds_shape = 0, seconds_mesh = 0, cells = 0, cavity_error = 0, wall_error = 0, angle = 0, inverted = 0, across = 0,
         right_error = 0;
};

/// User CPU seconds of this process so far: other work on the machine does not count.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_utime.tv_sec) + 1e-6 * double(usage.ru_utime.tv_usec);
}

/// Cells that are not positive after two refinements. Refining cuts a tetrahedron into eight of one eighth its volume, so on a mesh whose
/// own cells are positive this can only find rounding: the second refinement is made of the 5000 smallest cells of the first.
double inverted_after_two_refinements(const mesh::HeartMesh &mesh) {
  mesh::HeartMesh fine = refine(mesh);
  std::vector<std::pair<double, std::size_t>> volumes;
  double inverted = 0;
  for (std::size_t c = 0; c < fine.tetrahedra.size(); ++c) {
    volumes.emplace_back(cell_volume(fine, c), c);
    inverted += !(volumes.back().first > 0);
  }
  const std::size_t count = std::min<std::size_t>(volumes.size(), 5000);
  std::partial_sort(volumes.begin(), volumes.begin() + static_cast<long>(count), volumes.end());
  mesh::HeartMesh smallest = fine;
  smallest.tetrahedra.clear();
  smallest.triangles.clear();
  smallest.surface.clear();
  for (std::size_t n = 0; n < count; ++n)
    smallest.tetrahedra.push_back(fine.tetrahedra[volumes[n].second]);
  smallest.region.assign(count, 0);
  const mesh::HeartMesh finest = refine(smallest);
  for (std::size_t c = 0; c < finest.tetrahedra.size(); ++c)
    inverted += !(cell_volume(finest, c) > 0);
  return inverted;
}

Row measure(const std::filesystem::path &file, const mesh::MeshOptions &options, const std::string &what) {
  Row row;
  row.name = file.filename().string().substr(0, file.filename().string().find("_gt"));
  mesh::SegmentationOptions segmentation_options;
  segmentation_options.ed = file;
  segmentation_options.labels = {3, 2, {}, 1};
  mesh::ShapeOptions shape_options;
  if (what == "both")
    shape_options.ventricles = "both";
  io::Quantities quantities;
  const double start = cpu_seconds();
  try {
    const mesh::Segmentation segmentation = mesh::segment(segmentation_options, quantities);
    const mesh::HeartShape shape = mesh::interpolate_shape(segmentation.ed, segmentation.base_ed, shape_options);
    row.seconds_shape = cpu_seconds() - start;
    row.notes = segmentation.notes;
    row.notes.insert(row.notes.end(), shape.notes.begin(), shape.notes.end());
    if (what == "shape") {
      row.cavity_error = 100 * (shape.cavity_volume / shape.label_cavity_volume - 1);
      row.wall_error = 100 * (shape.wall_volume / shape.label_wall_volume - 1);
      return row;
    }
    const mesh::HeartMesh mesh = mesh::make_ventricles(shape, options, quantities);
    row.seconds_mesh = cpu_seconds() - start - row.seconds_shape;
    row.cells = quantities.value("mesh_cells");
    row.cavity_error = 100 * (quantities.value("mesh_lv_cavity_volume") / shape.label_cavity_volume - 1);
    const std::string wall = shape.has_right() ? "mesh_lv_wall_volume" : "mesh_wall_volume";
    row.wall_error = 100 * (quantities.value(wall) / shape.label_wall_volume - 1);
    if (shape.has_right())
      row.right_error = 100 * (quantities.value("mesh_rv_cavity_volume") / shape.label_right_volume - 1);
    row.across = double(mesh::edges_across_left_wall(mesh));
    row.angle = quantities.value("mesh_min_dihedral_angle");
    row.inverted = inverted_after_two_refinements(mesh);
  } catch (const io::CaseError &error) {
    row.refused = error.what();
  } catch (const io::Bug &bug) {
    row.refused = std::string("BUG ") + bug.what();
  }
  return row;
}

std::string csv(const Row &r) {
  char numbers[300];
  std::snprintf(numbers, sizeof numbers, "%.2f,%.2f,%.0f,%.3f,%.3f,%.2f,%.0f,%.0f,%.3f", r.seconds_shape, r.seconds_mesh, r.cells,
                r.cavity_error, r.wall_error, r.angle, r.inverted, r.across, r.right_error);
  return r.name + "," + numbers + ",\"" + r.refused + "\"";
}

double quantile(std::vector<double> values, double share) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(std::lround(share * double(values.size() - 1)))];
}

void summarise(const std::vector<Row> &rows) {
  std::vector<double> cavity, wall, angle, seconds;
  double inverted = 0;
  for (const Row &r : rows)
    if (r.refused.empty()) {
      cavity.push_back(std::abs(r.cavity_error));
      wall.push_back(std::abs(r.wall_error));
      angle.push_back(r.angle);
      seconds.push_back(r.seconds_shape + r.seconds_mesh);
      inverted += r.inverted;
    }
  std::printf("meshed %zu of %zu; |cavity error| median %.2f %%, 95th percentile %.2f %%; |wall error| %.2f %%, %.2f %%; smallest angle "
              "%.1f deg, 5th percentile %.1f, median %.1f; inverted %.0f; CPU seconds median %.1f, largest %.1f\n",
              cavity.size(), rows.size(), quantile(cavity, 0.5), quantile(cavity, 0.95), quantile(wall, 0.5), quantile(wall, 0.95),
              quantile(angle, 0), quantile(angle, 0.05), quantile(angle, 0.5), inverted, quantile(seconds, 0.5), quantile(seconds, 1));
}

} // namespace

int main(int argc, char **argv) {
  const std::string folder = argc > 1 ? argv[1] : "../shared/data/acdc_masks"; // beside the checkout
  if (!std::filesystem::is_directory(folder)) {
    std::printf("cohort_geometry: no folder %s; give one: FOLDER [TABLE.csv] [shape|left|both] [every n-th] [element size, mm] [part of a "
                "name] [first]\n",
                folder.c_str());
    return argc > 1 ? 1 : 0;
  }
  io::set_quiet(true);
  const std::string what = argc > 3 ? argv[3] : "left";
  const std::size_t every = argc > 4 ? std::stoul(argv[4]) : (argc > 1 ? 1 : 20);
  mesh::MeshOptions options;
  options.element_size = argc > 5 ? std::stod(argv[5]) : 3;
  const std::string part = argc > 6 ? argv[6] : "";
  std::vector<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    if (const std::string name = entry.path().filename().string();
        name.find("_gt.nii") != std::string::npos && name.find(part) != std::string::npos)
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::ofstream table(argc > 2 ? argv[2] : "/dev/null");
  table << "mask,seconds_shape,seconds_mesh,cells,cavity_error_percent,wall_error_percent,smallest_angle_deg,inverted,edges_across_left_"
           "wall,rv_cavity_error_percent,refused\n";
  std::vector<Row> rows;
  for (std::size_t f = argc > 7 ? std::stoul(argv[7]) : 0; f < files.size(); f += every) {
    rows.push_back(measure(files[f], options, what));
    table << csv(rows.back()) << std::endl;
    std::printf("%s\n", csv(rows.back()).c_str());
    for (const std::string &note : rows.back().notes)
      std::printf("    %s\n", note.c_str());
    std::fflush(stdout);
  }
  summarise(rows);
}
