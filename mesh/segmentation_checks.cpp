#include <mesh/segmentation_checks.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <mesh/pieces.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::mesh {

using io::operator+;
using io::operator-;
using io::operator*;

namespace {

std::string found_labels(const io::Image &labels) {
  std::map<int, std::size_t> counts;
  for (const float value : labels.voxels)
    ++counts[static_cast<int>(value)];
  std::vector<std::string> words;
  for (const auto &[label, count] : counts)
    if (label != 0 && words.size() < 12)
      words.push_back(std::to_string(label) + " (" + std::to_string(count) + " voxels)");
  return words.empty() ? "nothing but 0" : io::join(words, ", ");
}

std::map<int, int> translation(const LabelNumbers &numbers, const std::string &source) {
  std::map<int, int> to_ours;
  const auto add = [&](int number, int ours) {
    if (number == 0)
      throw io::CaseError(source + ": label 0 is background; give the numbers that mean left-ventricular cavity and wall");
    if (!to_ours.emplace(number, ours).second)
      throw io::CaseError(source + ": label " + std::to_string(number) + " is given two meanings; each number has one");
  };
  add(numbers.cavity, lv_cavity);
  add(numbers.wall, lv_wall);
  for (const int number : numbers.more_wall)
    add(number, lv_wall);
  for (const int number : {numbers.scar, numbers.no_reflow, numbers.border_zone})
    if (number != 0)
      add(number, lv_wall);
  if (numbers.right != 0)
    add(numbers.right, rv_cavity);
  if (numbers.right_wall != 0)
    add(numbers.right_wall, background); // kept apart: see Tissue
  if (numbers.fat != 0)
    add(numbers.fat, background); // measured only
  return to_ours;
}

/// 1 where the voxel has this label.
std::vector<char> mask_of(const io::Image &labels, int label) {
  std::vector<char> mask(labels.voxels.size());
  for (std::size_t v = 0; v < mask.size(); ++v)
    mask[v] = static_cast<int>(labels.voxels[v]) == label;
  return mask;
}

std::size_t remove_pieces(io::Image &labels, int label, const std::string &name) {
  const Pieces found = find_pieces(mask_of(labels, label), labels.size, Neighbours::all);
  const auto largest = static_cast<std::size_t>(found.largest());
  std::size_t total = 0, removed = 0;
  for (const std::size_t size : found.sizes)
    total += size;
  for (std::size_t piece = 1; piece < found.sizes.size(); ++piece)
    if (piece != largest && static_cast<double>(found.sizes[piece]) > 0.05 * static_cast<double>(total))
      throw io::CaseError(labels.source + ": the " + name + " is in two pieces of " + std::to_string(found.sizes[largest]) + " and " +
                          std::to_string(found.sizes[piece]) + " voxels that do not touch; is a slice missing from the segmentation?");
  for (std::size_t v = 0; v < labels.voxels.size(); ++v)
    if (found.piece[v] && static_cast<std::size_t>(found.piece[v]) != largest) {
      labels.voxels[v] = background;
      ++removed;
    }
  return removed;
}

} // namespace

io::Image with_our_labels(const io::Image &labels, const LabelNumbers &numbers) {
  const std::map<int, int> to_ours = translation(numbers, labels.source);
  std::map<int, std::size_t> counts;
  io::Image out = labels;
  for (float &value : out.voxels) {
    const auto found = to_ours.find(static_cast<int>(value));
    value = static_cast<float>(found == to_ours.end() ? background : found->second);
    if (found != to_ours.end())
      ++counts[found->first];
  }
  for (const auto &[number, ours] : to_ours) {
    const bool extra = std::count(numbers.more_wall.begin(), numbers.more_wall.end(), number) > 0 || number == numbers.scar ||
                       number == numbers.no_reflow || number == numbers.border_zone; // no infarct in this phase is fine
    if (counts[number] == 0 && !extra)
      throw io::CaseError(labels.source + ": no voxel has label " + std::to_string(number) + " (" +
                          (ours == lv_cavity       ? "left-ventricular cavity"
                           : ours == lv_wall       ? "left-ventricular wall"
                           : ours == rv_cavity     ? "right-ventricular cavity"
                           : number == numbers.fat ? "epicardial fat"
                                                   : "right-ventricular wall") +
                          "); the map has " + found_labels(labels));
  }
  return out;
}

std::vector<AbsentTissue> absent_tissue(const io::Image &labels, const LabelNumbers &numbers) {
  struct Named {
    int number;
    const char *name, *quantity;
  };
  std::vector<AbsentTissue> absent;
  for (const Named &tissue : {Named{numbers.scar, "scar", "scar_volume"}, Named{numbers.no_reflow, "no_reflow", "no_reflow_volume"},
                              Named{numbers.border_zone, "border_zone", "border_zone_volume"}})
    if (tissue.number > 0 && std::count(labels.voxels.begin(), labels.voxels.end(), static_cast<float>(tissue.number)) == 0)
      absent.push_back({tissue.quantity, "no voxel has label " + std::to_string(tissue.number) + " (" + tissue.name + "); the map has " +
                                             found_labels(labels)});
  return absent;
}

void remove_specks(io::Image &labels, std::vector<std::string> &notes) {
  const std::size_t specks = remove_pieces(labels, lv_wall, "wall") + remove_pieces(labels, lv_cavity, "cavity");
  if (specks > 0)
    notes.push_back(labels.phase + ": " + std::to_string(specks) +
                    " voxels of wall or cavity that stood apart from the ventricle were removed");
}

io::Image with_holes_filled(const io::Image &labels) {
  const Pieces holes = find_pieces(mask_of(labels, background), labels.size, Neighbours::faces_in_plane);
  std::vector<long> cavity(holes.sizes.size(), 0), wall(holes.sizes.size(), 0);
  std::vector<char> outside(holes.sizes.size(), 0);
  for (std::size_t v = 0; v < labels.voxels.size(); ++v) {
    const int piece = holes.piece[v];
    if (!piece)
      continue;
    const std::size_t i = v % labels.size[0], j = v / labels.size[0] % labels.size[1], k = v / (labels.size[0] * labels.size[1]);
    const auto name = static_cast<std::size_t>(piece);
    if (i == 0 || j == 0 || i + 1 == labels.size[0] || j + 1 == labels.size[1]) {
      outside[name] = 1;
      continue;
    }
    for (const std::size_t w :
         {labels.index(i - 1, j, k), labels.index(i + 1, j, k), labels.index(i, j - 1, k), labels.index(i, j + 1, k)}) {
      const auto label = static_cast<int>(labels.voxels[w]);
      cavity[name] += label == lv_cavity;
      wall[name] += label == lv_wall;
      if (label == rv_cavity)
        outside[name] = 1;
    }
  }
  io::Image filled = labels;
  for (std::size_t v = 0; v < labels.voxels.size(); ++v)
    if (const auto name = static_cast<std::size_t>(holes.piece[v]); name && !outside[name])
      filled.voxels[v] = static_cast<float>(cavity[name] > 0 ? lv_cavity : lv_wall);
  return filled;
}

void check_proportions(const io::Image &labels, const BasePlane &base) {
  const std::vector<SliceCount> slices = count_slices(labels);
  std::size_t widest = 0;
  for (std::size_t k = base.first; k <= base.slice; ++k)
    widest = std::max(widest, slices[k].cavity + slices[k].wall);
  const io::Vector3 step = labels.point(0, 0, 1) - labels.point(0, 0, 0);
  const double thickness = io::dot(step, base.normal), pixel = labels.voxel_volume() / thickness;
  const double length = thickness * static_cast<double>(base.slice - base.first + 1);
  const double width = std::sqrt(4 / M_PI * pixel * static_cast<double>(widest));
  if (length < 0.45 * width || length > 4 * width || length < 15 || length > 200)
    throw io::CaseError(labels.source + ": with the header's spacing (" + io::fixed(labels.spacing(0), 2) + " x " +
                        io::fixed(labels.spacing(1), 2) + " x " + io::fixed(labels.spacing(2), 2) + " mm) the left ventricle would be " +
                        io::fixed(length, 0) + " mm long and " + io::fixed(width, 0) +
                        " mm wide, which no heart is; correct the spacing in the header");
}

io::Vector3 towards_right_ventricle(const io::Image &labels, const BasePlane &base) {
  std::size_t first = labels.size[2], last = 0;
  const std::vector<SliceCount> slices = count_slices(labels);
  for (std::size_t k = base.first; k <= base.slice; ++k)
    if (slices[k].right > 0 && slices[k].cavity > 0) {
      first = std::min(first, k);
      last = k;
    }
  if (first > last)
    return {};
  const io::Vector3 d = centroid(labels, rv_cavity, first, last) - centroid(labels, lv_cavity, first, last);
  return io::normalized(d - io::dot(d, base.normal) * base.normal);
}

void check_handedness(const io::Image &labels, const BasePlane &base, bool allowed, std::vector<std::string> &notes) {
  if (!labels.oriented)
    return;
  const io::Vector3 right = towards_right_ventricle(labels, base);
  const io::Vector3 to_apex = -1.0 * base.normal;
  std::string found; // RAS: +x is the patient's right, +y front, +z up
  if (right[0] < 0)
    found = "the right ventricle on the patient's left of the left ventricle";
  else if (to_apex[0] > 0.3)
    found = "the apex to the patient's right";
  else if (to_apex[1] < -0.3)
    found = "the apex to the back";
  else if (to_apex[2] > 0.3)
    found = "the apex upwards";
  if (found.empty())
    return;
  if (!allowed)
    throw io::CaseError(labels.source + ": its header puts " + found +
                        ": the affine is mirrored or turned (LPS taken for RAS?), or this is dextrocardia; correct the header, or set "
                        "segmentation.mirrored: allowed");
  notes.push_back("the header puts " + found + "; taken as it is because segmentation.mirrored is 'allowed'");
}

} // namespace corvivo::mesh
