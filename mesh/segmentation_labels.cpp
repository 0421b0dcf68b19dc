#include <mesh/segmentation_labels.hpp>

#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace corvivo::mesh {

using io::operator-;

void LabelNumbers::describe(io::Schema &schema) {
  schema.required_integer("lv_cavity", cavity, 1, 65535, "Number of the left-ventricular cavity (blood) in the maps.");
  schema.required_integer("lv_wall", wall, 1, 65535, "Number of the left-ventricular wall (myocardium) in the maps.");
  schema.integers("more_lv_wall", more_wall, 1, 65535, "Further numbers that are wall too.");
  schema.integer("rv_cavity", right, 0, 65535, "Number of the right-ventricular cavity; 0 where the maps have none.");
  schema.integer("scar", scar, 0, 65535, "Number of infarcted wall, which is kept as a region of its own; 0 where the maps have none.");
  schema.integer("no_reflow", no_reflow, 0, 65535,
                 "Number of wall without reperfusion (microvascular obstruction); 0 where there is none.");
  schema.integer("border_zone", border_zone, 0, 65535, "Number of wall at the border of a scar (grey zone); 0 where there is none.");
  schema.integer("rv_wall", right_wall, 0, 65535,
                 "Number of the free wall of the right ventricle; 0 where the maps have none (then one of stated thickness is grown).");
  schema.integer("fat", fat, 0, 65535, "Number of epicardial fat, whose volume is measured; 0 where the maps have none.");
}

namespace {

const std::map<std::string, LabelNumbers> &conventions() {
  static const std::map<std::string, LabelNumbers> all = {{"acdc", {3, 2, {}, 1, 0, 0, 0, 0, 0, "acdc"}},
                                                          {"emidec", {1, 2, {}, 0, 3, 4, 0, 0, 0, "emidec"}},
                                                          {"mnms", {1, 2, {}, 3, 0, 0, 0, 0, 0, "mnms"}},
                                                          {"ukbb", {1, 2, {}, 3, 0, 0, 0, 0, 0, "ukbb"}}};
  return all;
}

std::set<int> numbers_of_wall(const LabelNumbers &numbers) {
  std::set<int> wall(numbers.more_wall.begin(), numbers.more_wall.end());
  wall.insert(numbers.wall);
  for (const int number : {numbers.scar, numbers.no_reflow, numbers.border_zone})
    if (number > 0)
      wall.insert(number);
  return wall;
}

/// For each number, the share of its outline that wall has: `all` kinds of it for the LV cavity, `healthy` wall for any other number.
class Enclosure {
public:
  Enclosure(const io::Image &labels, const LabelNumbers &numbers) {
    const std::set<int> healthy{numbers.wall}, all = numbers_of_wall(numbers);
    for (std::size_t k = 0; k < labels.size[2]; ++k)
      for (std::size_t j = 0; j < labels.size[1]; ++j)
        for (std::size_t i = 0; i < labels.size[0]; ++i) {
          const int number = at(labels, i, j, k);
          if (number == 0 || number == numbers.wall)
            continue;
          const std::set<int> &wall = number == numbers.cavity ? all : healthy;
          ++voxels_[number];
          const std::size_t index[3] = {i, j, k};
          for (std::size_t axis = 0; axis < 3; ++axis)
            for (const int step : {-1, 1})
              look(labels, number, index, axis, step, wall);
        }
  }
  double share(int number) const {
    const auto found = faces_.find(number);
    if (found == faces_.end())
      return 0;
    const auto &[touching, all] = found->second;
    return all > 0 ? static_cast<double>(touching) / static_cast<double>(all) : 0;
  }
  const std::map<int, std::size_t> &voxels() const { return voxels_; }

private:
  static int at(const io::Image &labels, std::size_t i, std::size_t j, std::size_t k) {
    return static_cast<int>(labels.voxels[labels.index(i, j, k)]);
  }
  void look(const io::Image &labels, int number, const std::size_t *index, std::size_t axis, int step, const std::set<int> &wall) {
    std::size_t to[3] = {index[0], index[1], index[2]};
    to[axis] += static_cast<std::size_t>(step); // wraps below zero, which the next line refuses
    if (to[axis] >= labels.size[axis])
      return;
    const int other = at(labels, to[0], to[1], to[2]);
    if (other == number || labels.spacing(static_cast<int>(axis)) > 4) // across thick slices a cavity ends without a wall
      return;
    auto &[touching, all] = faces_[number];
    ++all;
    touching += wall.count(other) > 0;
  }
  std::map<int, std::size_t> voxels_;
  std::map<int, std::pair<std::size_t, std::size_t>> faces_;
};

std::string conventions_with_cavity(int cavity, int wall, const std::string &not_this) {
  std::vector<std::string> names;
  for (const auto &[name, numbers] : conventions())
    if (numbers.cavity == cavity && numbers.wall == wall && name != not_this)
      names.push_back("'" + name + "'");
  return io::join(names, " or ");
}

void check_known(const io::Image &labels, const LabelNumbers &numbers) {
  if (numbers.convention.empty())
    return;
  std::set<int> known = numbers_of_wall(numbers);
  known.insert({0, numbers.cavity, numbers.right, numbers.right_wall});
  for (const float value : labels.voxels)
    if (!known.count(static_cast<int>(value)))
      throw io::CaseError(labels.source + ": holds label " + std::to_string(static_cast<int>(value)) + ", which the convention '" +
                          numbers.convention + "' does not have; choose another one or spell the labels out " +
                          "(labels: {lv_cavity: ..., lv_wall: ..., rv_cavity: ...})");
}

} // namespace

std::vector<std::string> label_conventions() {
  std::vector<std::string> names;
  for (const auto &entry : conventions())
    names.push_back(entry.first);
  return names;
}

LabelNumbers label_convention(const std::string &name) {
  const auto found = conventions().find(name);
  if (found == conventions().end())
    throw io::CaseError("no label convention named '" + name + "'" + io::did_you_mean(name, label_conventions()));
  return found->second;
}

void check_convention(const io::Image &labels, const LabelNumbers &numbers) {
  check_known(labels, numbers);
  const Enclosure enclosure(labels, numbers);
  if (!enclosure.voxels().count(numbers.cavity))
    return; // the map lacks its cavity, which a later check says
  const double said = enclosure.share(numbers.cavity);
  for (const auto &[number, voxels] : enclosure.voxels()) {
    const double other = enclosure.share(number);
    if (number == numbers.cavity || voxels < 100 || said > 0.75 || other < 0.6 || other < said + 0.1)
      continue;
    const std::string fits = conventions_with_cavity(number, numbers.wall, numbers.convention);
    throw io::CaseError(labels.source + ": label " + std::to_string(numbers.cavity) + " should be the left-ventricular cavity" +
                        (numbers.convention.empty() ? "" : " by the convention '" + numbers.convention + "'") + ", but the wall encloses " +
                        io::fixed(100 * said, 0) + " % of its outline and " + io::fixed(100 * other, 0) + " % of that of label " +
                        std::to_string(number) + ": the map follows another convention" +
                        (fits.empty() ? "" : "; labels: " + fits + " would fit"));
  }
}

const std::vector<std::string> &tissue_names() {
  static const std::vector<std::string> names{"", "scar", "no_reflow", "border_zone", "right_wall"};
  return names;
}

io::Image tissue_map(const io::Image &like, const io::Image &labels, const LabelNumbers &numbers) {
  io::Image tissue = like;
  const io::Vector3 origin = labels.voxel(like.point(0, 0, 0));
  std::array<io::Vector3, 3> step; // of the map's voxels for each axis of `like`: an axis permutation, exactly
  for (std::size_t a = 0; a < 3; ++a)
    step[a] = labels.voxel(like.point(a == 0, a == 1, a == 2)) - origin;
  for (std::size_t k = 0; k < like.size[2]; ++k)
    for (std::size_t j = 0; j < like.size[1]; ++j)
      for (std::size_t i = 0; i < like.size[0]; ++i) {
        std::array<std::size_t, 3> at{};
        for (std::size_t a = 0; a < 3; ++a) {
          const double index = std::round(origin[a] + static_cast<double>(i) * step[0][a] + static_cast<double>(j) * step[1][a] +
                                          static_cast<double>(k) * step[2][a]);
          CORVIVO_ASSERT(index >= 0 && index < static_cast<double>(labels.size[a]), "the two maps do not cover the same voxels");
          at[a] = static_cast<std::size_t>(index);
        }
        const int number = static_cast<int>(labels.voxels[labels.index(at[0], at[1], at[2])]);
        const Tissue found = number == 0                     ? healthy_wall
                             : number == numbers.scar        ? scarred_wall
                             : number == numbers.no_reflow   ? no_reflow_wall
                             : number == numbers.border_zone ? border_zone_wall
                             : number == numbers.right_wall  ? right_free_wall
                                                             : healthy_wall;
        tissue.voxels[like.index(i, j, k)] = static_cast<float>(found);
      }
  return tissue;
}

} // namespace corvivo::mesh
