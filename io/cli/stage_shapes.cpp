// The shape model of a cohort.
#include <io/cli/stages.hpp>

#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/silence.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/report/shape_page.hpp>
#include <mesh/shape_model.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::cli {

namespace fs = std::filesystem;
using io::operator+;
using io::operator-;
using io::operator*;

namespace {

constexpr std::size_t pictured = 6; // modes

/// Every heart of the list, by all ranks together; each rank gets all of them.
std::vector<mesh::CohortHeart> sample_cohort(const std::vector<mesh::ListedHeart> &list, const mesh::LabelNumbers &labels, MPI_Comm comm) {
  nlohmann::json mine = nlohmann::json::array();
  io::Progress progress("shapes", double(list.size()), "hearts");
  for (std::size_t h = static_cast<std::size_t>(io::rank(comm)); h < list.size(); h += static_cast<std::size_t>(io::ranks(comm))) {
    {
      const io::Silence silence;
      const mesh::CohortHeart heart = mesh::sample_heart(list[h], labels);
      mine.push_back({h, heart.refusal, heart.shape.points});
    }
    progress.update(double(h + 1));
  }
  const std::vector<std::uint8_t> bytes = nlohmann::json::to_cbor(mine);
  std::vector<mesh::CohortHeart> cohort(list.size());
  for (const std::string &part : io::all_gather(std::string(bytes.begin(), bytes.end()), comm))
    for (const auto &record : nlohmann::json::from_cbor(part)) {
      mesh::CohortHeart &heart = cohort[record.at(0).get<std::size_t>()];
      record.at(1).get_to(heart.refusal);
      record.at(2).get_to(heart.shape.points);
    }
  for (std::size_t h = 0; h < list.size(); ++h)
    cohort[h].entry = list[h];
  return cohort;
}

/// Sections of a shape: two along the axis, one across at 0.4 of the way from base to apex.
io::ShapeSections sections_of(const mesh::SampledShape &shape, double length) {
  io::ShapeSections sections;
  const std::size_t quarter = shape.around / 4;
  for (const std::size_t first : {std::size_t(0), quarter}) { // septum and lateral wall; inferior and anterior wall
    std::vector<io::Outline> plane;
    for (std::size_t surface = 0; surface < 2; ++surface) {
      io::Outline line;
      const auto add = [&](std::size_t a, std::size_t r, double side) {
        const mesh::Vector3 &p = shape.points[shape.at(surface, a, r)];
        line.x.push_back(side * std::hypot(p[0], p[1]));
        line.y.push_back(p[2] + length / 2);
      };
      for (std::size_t a = shape.along; a-- > 1;)
        add(a, first, -1);
      for (std::size_t a = 0; a < shape.along; ++a)
        add(a, first + 2 * quarter, 1);
      plane.push_back(std::move(line));
    }
    sections.planes.push_back(std::move(plane));
  }
  std::vector<io::Outline> across;
  for (std::size_t surface = 0; surface < 2; ++surface) {
    io::Outline line;
    for (std::size_t r = 0; r <= shape.around; ++r)
      for (std::size_t a = 1; a < shape.along; ++a) {
        const mesh::Vector3 &low = shape.points[shape.at(surface, a - 1, r)], &high = shape.points[shape.at(surface, a, r)];
        const double level = -0.4 * length;
        if (!(low[2] < level && high[2] >= level))
          continue;
        const mesh::Vector3 p = low + ((level - low[2]) / (high[2] - low[2])) * (high - low);
        line.x.push_back(-p[0]);
        line.y.push_back(p[1]);
        break;
      }
    across.push_back(std::move(line));
  }
  sections.planes.push_back(std::move(across));
  return sections;
}

std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' ? std::string("\"\"") : std::string(1, c == '\n' ? ' ' : c);
  return out + "\"";
}

/// A finished model with what is reported of it.
struct ShapeResult {
  std::vector<mesh::CohortHeart> used;
  std::vector<std::string> refused;
  mesh::ShapeModel model;
  std::size_t kept = 0; ///< modes for the wanted share
  std::vector<double> errors;
};

void write_tables(const ShapeResult &result, const fs::path &folder) {
  std::string variance = "mode,variance_mm2,share_percent,cumulated_percent\n", scores = "id,group,reconstruction_error_mm,mahalanobis";
  double sum = 0;
  const mesh::ShapeModel &model = result.model;
  for (std::size_t m = 0; m < model.variances.size(); ++m) {
    sum += model.variances[m];
    variance += std::to_string(m + 1) + "," + io::print_number(model.variances[m]) + "," +
                io::print_number(100 * model.variances[m] / model.total_variance) + "," +
                io::print_number(100 * sum / model.total_variance) + "\n";
  }
  for (std::size_t m = 0; m < result.kept; ++m)
    scores += ",mode_" + std::to_string(m + 1) + "_sd";
  scores += "\n";
  for (std::size_t h = 0; h < result.used.size(); ++h) {
    const std::vector<double> kept(model.scores[h].begin(), model.scores[h].begin() + static_cast<long>(result.kept));
    scores += quoted(result.used[h].entry.id) + "," + quoted(result.used[h].entry.group) + "," + io::print_number(result.errors[h]) + "," +
              io::print_number(model.mahalanobis(kept));
    for (std::size_t m = 0; m < kept.size(); ++m)
      scores += "," + io::print_number(kept[m] / std::sqrt(model.variances[m]));
    scores += "\n";
  }
  std::string refused = "refused\n";
  for (const std::string &sentence : result.refused)
    refused += quoted(sentence) + "\n";
  io::write_file((folder / "variance.csv").string(), variance);
  io::write_file((folder / "scores.csv").string(), scores);
  io::write_file((folder / "refused.csv").string(), refused);
  save(model, (folder / "model.bin").string());
  io::write_vtp(closed_wall(model.mean), (folder / "mean.vtp").string());
}

void write_samples(const ShapeResult &result, const mesh::ShapesOptions &options, const fs::path &folder) {
  if (options.samples == 0)
    return;
  fs::create_directories(folder / "samples");
  const auto drawn = mesh::draw_scores(result.model, result.kept, options.distance, static_cast<std::size_t>(options.samples),
                                       static_cast<std::uint64_t>(options.seed));
  std::string table = "id,ed,mahalanobis,cavity_mL,wall_mL,length_mm,thinnest_wall_mm\n";
  for (std::size_t n = 0; n < drawn.size(); ++n) {
    std::string id = std::to_string(n + 1);
    id = "heart_" + std::string(id.size() < 4 ? 4 - id.size() : 0, '0') + id;
    const mesh::SampledShape shape = result.model.shape_of(drawn[n]);
    const mesh::SampledMeasures m = measure(shape);
    io::write_vtp(closed_wall(shape), (folder / "samples" / (id + ".vtp")).string());
    table += id + "," + id + ".vtp";
    for (const double value : {result.model.mahalanobis(drawn[n]), m.cavity, m.wall, m.length, m.thinnest})
      table += "," + io::print_number(value);
    table += "\n";
  }
  io::write_file((folder / "samples" / "samples.csv").string(), table);
}

double mean_of(const std::vector<double> &values) {
  double sum = 0;
  for (const double v : values)
    sum += v / double(values.size());
  return sum;
}

void write_page(const ShapeResult &result, const std::string &title, const fs::path &folder) {
  const mesh::ShapeModel &model = result.model;
  io::ShapePage page;
  page.title = title;
  page.plane_names = {"septum - lateral wall", "inferior - anterior wall", "across, from the apex"};
  const double length = measure(model.mean).length;
  page.mean = sections_of(model.mean, length);
  double sum = 0;
  for (std::size_t m = 0; m < result.kept; ++m) {
    sum += model.variances[m];
    io::ModeLine line{model.variances[m], 100 * model.variances[m] / model.total_variance, 100 * sum / model.total_variance, {}, {}};
    if (m < pictured) {
      std::vector<double> scores(m + 1, 0.0);
      scores[m] = -2 * std::sqrt(model.variances[m]);
      line.low = sections_of(model.shape_of(scores), length);
      scores[m] *= -1;
      line.high = sections_of(model.shape_of(scores), length);
    }
    page.modes.push_back(std::move(line));
  }
  page.facts = {{"hearts", std::to_string(result.used.size())},
                {"left out", std::to_string(result.refused.size())},
                {"modes kept", std::to_string(result.kept)},
                {"variance", io::fixed(model.total_variance, 1) + " mm²"},
                {"mean error of hearts left out of the model", io::fixed(mean_of(result.errors), 2) + " mm"}};
  for (std::size_t h = 0; h < result.used.size(); ++h) {
    page.ids.push_back(result.used[h].entry.id);
    page.groups.push_back(result.used[h].entry.group);
    page.scores.emplace_back();
    for (std::size_t m = 0; m < std::min<std::size_t>(2, model.variances.size()); ++m)
      page.scores.back().push_back(model.scores[h][m] / std::sqrt(model.variances[m]));
  }
  page.refused = result.refused;
  io::write_file((folder / "shapes.html").string(), io::shape_page(page));
}

void add_quantities(const ShapeResult &result, io::Quantities &quantities) {
  std::vector<double> errors = result.errors;
  std::sort(errors.begin(), errors.end());
  quantities.set("shape_hearts", double(result.used.size()), "1");
  quantities.set("shape_hearts_refused", double(result.refused.size()), "1");
  quantities.set("shape_modes", double(result.kept), "1");
  quantities.set("shape_variance", result.model.total_variance, "mm^2");
  for (std::size_t m = 0; m < std::min(result.kept, pictured); ++m)
    quantities.set("shape_variance_share_" + std::to_string(m + 1), 100 * result.model.variances[m] / result.model.total_variance, "%");
  quantities.set("shape_reconstruction_error", mean_of(errors), "mm");
  quantities.set("shape_reconstruction_error_largest", errors.back(), "mm");
}

ShapeResult fit(std::vector<mesh::CohortHeart> cohort, double share) {
  ShapeResult result;
  std::vector<mesh::SampledShape> shapes;
  for (mesh::CohortHeart &heart : cohort)
    if (heart.refusal.empty()) {
      shapes.push_back(heart.shape);
      result.used.push_back(std::move(heart));
    } else
      result.refused.push_back(heart.entry.place + ": " + heart.entry.id + ": " + heart.refusal);
  for (const std::string &sentence : result.refused)
    io::warn("shapes: left out " + sentence);
  if (shapes.size() < 4)
    throw io::CaseError("shapes: found " + std::to_string(shapes.size()) +
                        " hearts that can be used; expected at least four, so that three are left where one is left out");
  result.model = mesh::fit_shape_model(shapes);
  result.kept = result.model.modes_for(share);
  result.errors = mesh::leave_one_out_errors(shapes, share);
  return result;
}

} // namespace

Stage shapes_stage(StageContext context) {
  mesh::ShapesOptions options = *context.options.shapes, named = options;
  const std::vector<mesh::ListedHeart> list = mesh::read_heart_list(options.hearts);
  std::string files;
  for (const mesh::ListedHeart &heart : list) {
    const fs::path results = heart.file / "stages" / "segmentation" / "segmentation.json";
    files += heart.id + "," + heart.group + "," + std::to_string(heart.frame) + ",";
    files += fs::is_directory(heart.file)      ? (fs::exists(results) ? io::file_hash(results.string()) : "")
             : fs::is_regular_file(heart.file) ? io::file_hash(heart.file.string())
                                               : "";
    files += "\n";
  }
  named.hearts.clear();
  MPI_Comm comm = context.pipeline.communicator();
  const std::string title = context.options.title;
  return {"shapes", {}, inputs_of(named) + files, [options, list, comm, title](const fs::path &folder, io::Quantities &quantities) {
            std::vector<mesh::CohortHeart> cohort = sample_cohort(list, options.labels, comm);
            io::on_rank_0(comm, [&] {
              const ShapeResult result = fit(std::move(cohort), options.variance / 100);
              add_quantities(result, quantities);
              write_tables(result, folder);
              write_samples(result, options, folder);
              write_page(result, title, folder);
            });
          }};
}

} // namespace corvivo::cli
