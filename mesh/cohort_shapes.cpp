#include <mesh/cohort_shapes.hpp>

#include <io/base/csv.hpp>
#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <mesh/coordinates.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>

#include <algorithm>
#include <cctype>
#include <set>

namespace corvivo::mesh {

void ShapesOptions::describe(io::Schema &schema) {
  schema.file(
      "hearts", hearts,
      "The cohort: a table (CSV) with the columns id and ed (label map, surfaces, or results folder of a case), and where wanted group "
      "and frame.",
      true);
  schema.section("labels", labels, "What the numbers in the maps mean, as in segmentation.labels.", label_conventions(), label_convention);
  schema.quantity("variance", variance, "%", io::between(50, 99.99),
                  "Share of the variance that the modes kept for reconstruction and for new hearts explain.");
  schema.integer("samples", samples, 0, 100000, "New hearts that are drawn from the model and written as closed surfaces.");
  schema.quantity("distance", distance, "1", io::between(0.1, 10), "Mahalanobis distance within which new hearts are drawn.");
  schema.required_integer("seed", seed, 0, 2147483647, "Seed of the new hearts.");
}

namespace {

class HeartList {
public:
  explicit HeartList(const std::filesystem::path &list) : name_(list.string()), folder_(list.parent_path()) {
    for (const io::CsvRow &row : io::read_csv(io::read_file(name_), name_))
      if (header_.empty())
        read_header(row);
      else
        add(row.fields, name_ + ":" + std::to_string(row.line));
    if (hearts_.empty() && complaints_.empty())
      complaints_.push_back(name_ + ": found no heart, expected a header id,ed and a line for each heart");
    if (!complaints_.empty())
      throw io::CaseError(io::join(complaints_, "\n"));
  }
  std::vector<ListedHeart> hearts() && { return std::move(hearts_); }

private:
  void read_header(const io::CsvRow &row) {
    header_ = row.fields;
    for (const std::string needed : {"id", "ed"})
      if (std::find(header_.begin(), header_.end(), needed) == header_.end())
        throw io::CaseError(name_ + ":" + std::to_string(row.line) + ": found no column '" + needed +
                            "', expected a first line that names the columns: id,ed,group");
  }
  void add(const std::vector<std::string> &fields, const std::string &place) {
    const auto cell = [&](const std::string &column) {
      const auto at = static_cast<std::size_t>(std::find(header_.begin(), header_.end(), column) - header_.begin());
      return at < fields.size() ? fields[at] : std::string();
    };
    ListedHeart heart{cell("id"), cell("group"), folder_ / cell("ed"), 0, place};
    if (heart.id.empty() || cell("ed").empty())
      complaints_.push_back(place + ": found no " + (heart.id.empty() ? "id" : "file in column ed") + ", expected both id and ed");
    else if (!ids_.insert(heart.id).second)
      complaints_.push_back(place + ": the id '" + heart.id + "' is there twice, expected each once");
    if (const std::string frame = cell("frame"); !frame.empty()) {
      const bool digits = frame.size() < 6 && std::all_of(frame.begin(), frame.end(), [](unsigned char c) { return std::isdigit(c); });
      if (!digits)
        complaints_.push_back(place + ": found the frame '" + frame + "', expected a whole number from 1");
      heart.frame = digits ? std::stoi(frame) : 0;
    }
    hearts_.push_back(std::move(heart));
  }

  std::string name_;
  std::filesystem::path folder_;
  std::vector<std::string> header_, complaints_;
  std::set<std::string> ids_;
  std::vector<ListedHeart> hearts_;
};

Segmentation segmentation_of(const ListedHeart &heart, const LabelNumbers &labels) {
  if (std::filesystem::is_directory(heart.file))
    return load_segmentation(std::filesystem::exists(heart.file / "stages") ? heart.file / "stages" / "segmentation" : heart.file);
  SegmentationOptions options;
  options.ed = heart.file;
  options.ed_frame = heart.frame;
  options.labels = labels;
  io::Quantities not_wanted;
  return segment(options, not_wanted);
}

} // namespace

std::vector<ListedHeart> read_heart_list(const std::filesystem::path &list) {
  return HeartList(list).hearts();
}

CohortHeart sample_heart(const ListedHeart &heart, const LabelNumbers &labels) {
  CohortHeart sampled{heart, {}, {}};
  try {
    const Segmentation segmentation = segmentation_of(heart, labels);
    const HeartShape shape = interpolate_shape(segmentation.ed, segmentation.base_ed);
    const LabelInsertions septum = find_insertions(segmentation.ed, segmentation.base_ed.first, segmentation.base_ed.slice);
    sampled.shape = sample_shape(shape, septum.slices > 0 ? septum.to_septum : shape.to_right_ventricle);
  } catch (const io::CaseError &error) {
    sampled.refusal = error.what();
    sampled.shape.points.clear();
  }
  return sampled;
}

} // namespace corvivo::mesh
