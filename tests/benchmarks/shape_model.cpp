// The shape model of a cohort of end-diastolic maps: variance by mode, error of hearts left out, and whether hearts drawn from it become
// good meshes.
//   bench_shape_model [LIST.csv or folder of ACDC masks] [folder for the tables] [hearts drawn] [Mahalanobis distance] [element size, mm]
#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <mesh/cohort_shapes.hpp>
#include <mesh/generate.hpp>
#include <mesh/quality.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <mesh/shape_model.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace corvivo;
namespace fs = std::filesystem;
using io::operator+;
using io::operator*;

namespace {

/// ACDC's end-diastolic maps: the first frame of each patient, with the group of the cfg beside it.
std::vector<mesh::ListedHeart> acdc_list(const fs::path &folder) {
  std::vector<mesh::ListedHeart> list;
  std::vector<fs::path> files;
  for (const auto &entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().find("_gt.nii.gz") != std::string::npos)
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path &file : files) {
    const std::string id = file.filename().string().substr(0, 10);
    if (!list.empty() && list.back().id == id)
      continue;
    const std::string about = fs::exists(folder / (id + ".cfg")) ? io::read_file((folder / (id + ".cfg")).string()) : "";
    const auto at = about.find("Group: ");
    list.push_back(
        {id, at == std::string::npos ? "" : about.substr(at + 7, about.find_first_of("\r\n", at) - at - 7), file, 0, file.string()});
  }
  return list;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[static_cast<std::size_t>(std::lround(share * double(values.size() - 1)))];
}

double mean_of(const std::vector<double> &values) {
  double sum = 0;
  for (const double v : values)
    sum += v / double(values.size());
  return sum;
}

void print_model(const mesh::ShapeModel &model, const std::vector<mesh::SampledShape> &hearts, const fs::path &folder) {
  std::ofstream table(folder / "shape_model_variance.csv");
  table << "mode,variance_mm2,share_percent,cumulated_percent\n";
  double sum = 0;
  for (std::size_t m = 0; m < model.variances.size() && sum < 0.999 * model.total_variance; ++m) {
    sum += model.variances[m];
    table << m + 1 << "," << io::fixed(model.variances[m], 4) << "," << io::fixed(100 * model.variances[m] / model.total_variance, 3) << ","
          << io::fixed(100 * sum / model.total_variance, 3) << "\n";
  }
  std::ofstream left_out(folder / "shape_model_left_out.csv");
  left_out << "variance_kept_percent,modes,mean_error_mm,median_mm,percentile_95_mm,largest_mm\n";
  for (const double share : {0.8, 0.9, 0.95, 0.98, 0.99}) {
    const std::vector<double> errors = mesh::leave_one_out_errors(hearts, share);
    left_out << 100 * share << "," << model.modes_for(share) << "," << io::fixed(mean_of(errors), 3) << ","
             << io::fixed(quantile(errors, 0.5), 3) << "," << io::fixed(quantile(errors, 0.95), 3) << ","
             << io::fixed(quantile(errors, 1), 3) << std::endl;
    std::printf("%.0f %% in %zu modes; left-out error mean %.2f mm, 95th percentile %.2f mm\n", 100 * share, model.modes_for(share),
                mean_of(errors), quantile(errors, 0.95));
  }
}

/// One drawn heart through the stages of every heart; the line of the table.
std::string mesh_one(const mesh::SampledShape &shape, const fs::path &file, double element_size, bool &good) {
  io::write_vtp(closed_wall(shape), file.string());
  const mesh::SampledMeasures m = measure(shape);
  std::string line =
      io::fixed(m.cavity, 1) + "," + io::fixed(m.wall, 1) + "," + io::fixed(m.length, 1) + "," + io::fixed(m.thinnest, 2) + ",";
  try {
    mesh::SegmentationOptions options;
    options.ed = file;
    options.labels = mesh::label_convention("acdc");
    options.labels.right = 0;
    io::Quantities q;
    const mesh::Segmentation s = mesh::segment(options, q);
    const mesh::HeartShape made = mesh::interpolate_shape(s.ed, s.base_ed);
    mesh::MeshOptions size;
    size.element_size = element_size;
    const mesh::HeartMesh heart = mesh::make_ventricles(made, size, q);
    const double cavity = 100 * (q.value("mesh_lv_cavity_volume") / made.label_cavity_volume - 1),
                 wall = 100 * (q.value("mesh_wall_volume") / made.label_wall_volume - 1), angle = q.value("mesh_min_dihedral_angle");
    const auto across = mesh::edges_across_left_wall(heart);
    const mesh::HeartMesh fine = refine(heart);
    std::size_t inverted = 0;
    for (std::size_t c = 0; c < fine.tetrahedra.size(); ++c)
      inverted += !(cell_volume(fine, c) > 0);
    good = std::abs(cavity) <= 3 && std::abs(wall) <= 3 && angle >= 8 && across == 0 && inverted == 0;
    return line + io::fixed(q.value("mesh_cells"), 0) + "," + io::fixed(cavity, 3) + "," + io::fixed(wall, 3) + "," + io::fixed(angle, 2) +
           "," + std::to_string(across) + "," + std::to_string(inverted) + "," + (good ? "1" : "0") + ",";
  } catch (const io::CaseError &error) {
    good = false;
    return line + ",,,,,,0,\"" + error.what() + "\"";
  }
}

std::vector<std::vector<double>> rows_of(const fs::path &csv) {
  std::vector<std::vector<double>> rows;
  std::ifstream file(csv);
  for (std::string line; std::getline(file, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');)
      rows.back().push_back(std::stod(cell));
  }
  return rows;
}

/// The mean end-diastolic ventricle of the Cardiac Atlas Project (2291 subjects; Zhang 2017, GigaScience 6:1) as a closed wall: its two
/// surfaces of 841 points, and a strip between their rims.
io::Surface atlas_wall(const fs::path &folder) {
  const auto mean = rows_of(folder / "mean_shape.csv"), faces = rows_of(folder / "surface_face.csv");
  io::Surface wall;
  for (std::size_t surface = 0; surface < 2; ++surface) {
    for (std::size_t p = 0; p < 841; ++p) {
      const std::size_t at = 3 * (841 * surface + p);
      wall.points.push_back({mean[at][0], mean[at + 1][0], mean[at + 2][0]});
    }
    for (const auto &face : faces) { // counted from 1
      const auto corner = [&](std::size_t i) { return 841 * surface + static_cast<std::size_t>(face[i]) - 1; };
      wall.triangles.push_back({corner(0), corner(1), corner(2)});
      wall.label.push_back(surface == 0 ? 3 : 2);
    }
  }
  io::repair(wall, 1e-2);
  const std::size_t both = wall.triangles.size();
  io::repair(wall, 1e-2, 25);
  for (std::size_t t = both; t < wall.triangles.size(); ++t)
    wall.label[t] = 1;
  return wall;
}

/// How well the cohort's modes describe a heart that another group averaged from other patients. Which way its septum looks is not in the
/// files, so the best of 72 directions is taken.
void compare_with_atlas(const mesh::ShapeModel &model, std::size_t modes, const fs::path &atlas, const fs::path &folder) {
  if (!fs::exists(atlas / "mean_shape.csv"))
    return;
  const fs::path file = folder / "atlas_mean.vtp";
  io::write_vtp(atlas_wall(atlas), file.string());
  mesh::SegmentationOptions options;
  options.ed = file;
  options.labels = mesh::label_convention("acdc");
  options.labels.right = 0;
  io::Quantities q;
  const mesh::Segmentation s = mesh::segment(options, q);
  const mesh::HeartShape shape = mesh::interpolate_shape(s.ed, s.base_ed);
  double best = 1e300, distance = 0, from_mean = 0;
  for (int turn = 0; turn < 72; ++turn) {
    const double angle = turn * M_PI / 36;
    const mesh::SampledShape heart = mesh::sample_shape(shape, std::cos(angle) * shape.axes[0] + std::sin(angle) * shape.axes[1]);
    const std::vector<double> scores = model.scores_of(heart, modes);
    const double error = mesh::mean_distance(model.shape_of(scores), heart, model.shares);
    if (error < best) {
      best = error;
      distance = model.mahalanobis(scores);
      from_mean = mesh::mean_distance(model.mean, heart, model.shares);
    }
  }
  std::printf(
      "mean heart of the Cardiac Atlas Project (%.1f mL): %.2f mm from the cohort's mean, %.2f mm from the nearest heart of %zu modes, "
      "Mahalanobis distance %.2f\n",
      q.value("lv_edv"), from_mean, best, modes, distance);
}

} // namespace

int main(int argc, char **argv) {
  const fs::path source = argc > 1 ? argv[1] : "../shared/data/acdc_masks"; // beside the checkout
  if (!fs::exists(source)) {
    std::printf("shape_model: no %s; give a list or a folder of ACDC masks\n", source.c_str());
    return argc > 1 ? 1 : 0;
  }
  const fs::path folder = argc > 2 ? argv[2] : fs::temp_directory_path().string();
  const std::size_t count = argc > 3 ? std::stoul(argv[3]) : 10;
  const double distance = argc > 4 ? std::stod(argv[4]) : 3, element_size = argc > 5 ? std::stod(argv[5]) : 4;
  io::set_quiet(true);
  std::vector<mesh::SampledShape> hearts;
  std::vector<double> healthy;
  for (const mesh::ListedHeart &entry : fs::is_directory(source) ? acdc_list(source) : mesh::read_heart_list(source)) {
    mesh::CohortHeart heart = mesh::sample_heart(entry, mesh::label_convention("acdc"));
    if (!heart.refusal.empty()) {
      std::printf("left out: %s\n", heart.refusal.c_str());
      continue;
    }
    const mesh::SampledMeasures m = measure(heart.shape);
    if (entry.group == "NOR")
      healthy.push_back(100 * m.cavity * io::mm3_per_mL / (M_PI / 6 * std::pow(m.length, 3)));
    hearts.push_back(std::move(heart.shape));
  }
  const mesh::ShapeModel model = mesh::fit_shape_model(hearts);
  std::printf("%zu hearts, variance %.1f mm^2; sphericity of the %zu healthy ones %.1f %%\n", hearts.size(), model.total_variance,
              healthy.size(), healthy.empty() ? 0 : mean_of(healthy));
  print_model(model, hearts, folder);
  const std::size_t modes = model.modes_for(0.95);
  try {
    compare_with_atlas(model, modes, "../shared/data/cap_lv_shapes", folder);
  } catch (const io::CaseError &error) {
    std::printf("the atlas' mean heart cannot be compared: %s\n", error.what());
  }
  std::ofstream table(folder / "shape_model_samples.csv");
  table
      << "heart,mahalanobis,cavity_mL,wall_mL,length_mm,thinnest_wall_mm,cells,cavity_error_percent,wall_error_percent,smallest_angle_deg,"
         "edges_across_left_wall,inverted,good,refused\n";
  std::size_t passed = 0, number = 0;
  for (const auto &scores : mesh::draw_scores(model, modes, distance, count, 2026)) {
    bool good = false;
    const std::string line = mesh_one(model.shape_of(scores), folder / "drawn_heart.vtp", element_size, good);
    table << ++number << "," << io::fixed(model.mahalanobis(scores), 3) << "," << line << std::endl;
    passed += good;
  }
  std::printf("%zu of %zu drawn hearts (%zu modes, Mahalanobis distance at most %.1f) pass the gates at %.1f mm\n", passed, number, modes,
              distance, element_size);
}
