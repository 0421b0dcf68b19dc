#include <mesh/tissue.hpp>

#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/units.hpp>
#include <mesh/base_plane.hpp>
#include <mesh/segmentation_labels.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace corvivo::mesh {

void TissueOptions::describe(io::Schema &schema) {
  schema.quantity("border_width", border_width, "mm", io::between(0, 20),
                  "Healthy wall within this distance of a scar becomes border zone, beside what the label map calls so; 0: none.");
}

namespace {

/// 0 healthy, then as the class comment orders them.
int severity(Tissue tissue) {
  return tissue == healthy_wall || tissue == right_free_wall ? 0 : tissue == border_zone_wall ? 1 : tissue == scarred_wall ? 2 : 3;
}
constexpr std::array<Tissue, 4> by_severity{healthy_wall, border_zone_wall, scarred_wall, no_reflow_wall};

Vector3 centre_of(const HeartMesh &mesh, std::size_t cell) {
  Vector3 p{};
  for (const std::size_t n : mesh.tetrahedra[cell])
    p = p + 0.25 * mesh.nodes[n];
  return p;
}

/// Wall voxels of each slice with how damaged they are, and the volume of each tissue below and above the base plane.
class TissueStack {
public:
  TissueStack(const HeartShape &shape, const io::Image &labels, const io::Image &tissue) : labels_(labels), slices_(labels.size[2]) {
    const double voxel = labels.voxel_volume();
    for (std::size_t k = 0; k < labels.size[2]; ++k)
      for (std::size_t j = 0; j < labels.size[1]; ++j)
        for (std::size_t i = 0; i < labels.size[0]; ++i) {
          const std::size_t v = labels.index(i, j, k);
          const int damage = severity(static_cast<Tissue>(std::lround(tissue.voxels[v])));
          if (damage == 0 && std::lround(labels.voxels[v]) != lv_wall)
            continue;
          const bool below = shape.above_base(labels.point(double(i), double(j), double(k))) < 0;
          (below ? below_ : above_)[static_cast<std::size_t>(damage)] += voxel;
          if (!below)
            continue;
          slices_[k].push_back({double(i) * labels.spacing(0), double(j) * labels.spacing(1), damage});
          first_ = std::min(first_, k);
          last_ = std::max(last_, k);
        }
  }
  double below(int damage) const { return below_[static_cast<std::size_t>(damage)]; }
  double above(int damage) const { return above_[static_cast<std::size_t>(damage)]; }
  /// Below the base, of this damage or worse.
  double at_least(int damage) const { return std::accumulate(below_.begin() + damage, below_.end(), 0.0); }

  /// How far (mm) a point lies inside the tissue of at least this damage.
  double inside(const Vector3 &point, int damage) const {
    const Vector3 voxel = labels_.voxel(point);
    const double at = std::clamp(voxel[2], double(first_), double(last_));
    const auto low = std::min(static_cast<std::size_t>(at), last_);
    const double share = at - double(low);
    const double here = in_slice(low, voxel, damage);
    return share > 0 ? (1 - share) * here + share * in_slice(low + 1, voxel, damage) : here;
  }

private:
  struct Pixel {
    double x, y;
    int damage;
  };
  /// Where a slice shows one of the two only, half a slice step: so a scar of one slice ends halfway to the next.
  double in_slice(std::size_t k, const Vector3 &voxel, int damage) const {
    const double most = std::max(0.5 * labels_.spacing(2), 4.0);
    const double x = voxel[0] * labels_.spacing(0), y = voxel[1] * labels_.spacing(1);
    double worse = most * most, better = most * most;
    for (const Pixel &p : slices_[k]) {
      double &nearest = p.damage >= damage ? worse : better;
      nearest = std::min(nearest, (p.x - x) * (p.x - x) + (p.y - y) * (p.y - y));
    }
    return std::sqrt(better) - std::sqrt(worse);
  }

  const io::Image &labels_;
  std::vector<std::vector<Pixel>> slices_;
  std::size_t first_ = std::numeric_limits<std::size_t>::max(), last_ = 0;
  std::array<double, 4> below_{}, above_{};
};

/// Of `cells` those that lie farthest inside, until their volume is `volume` (mm^3) to half a cell.
std::vector<std::size_t> farthest_inside(const HeartMesh &mesh, const TissueStack &stack, const std::vector<std::size_t> &cells, int damage,
                                         double volume) {
  std::vector<std::pair<double, std::size_t>> order;
  for (const std::size_t c : cells)
    order.emplace_back(-stack.inside(centre_of(mesh, c), damage), c);
  std::sort(order.begin(), order.end());
  std::vector<std::size_t> taken;
  double sum = 0;
  for (const auto &[outside, cell] : order) {
    const double next = cell_volume(mesh, cell);
    if (sum + 0.5 * next > volume)
      break;
    sum += next;
    taken.push_back(cell);
  }
  return taken;
}

int add_region(HeartMesh &mesh, const std::string &name) {
  const auto found = std::find(mesh.region_names.begin(), mesh.region_names.end(), name);
  if (found != mesh.region_names.end())
    return static_cast<int>(found - mesh.region_names.begin());
  mesh.region_names.push_back(name);
  return static_cast<int>(mesh.region_names.size()) - 1;
}

void mark(HeartMesh &mesh, const std::vector<std::size_t> &cells, const std::string &name) {
  const int region = add_region(mesh, name);
  for (const std::size_t c : cells)
    mesh.region[c] = region;
}

/// Points in boxes as wide as the distance that is asked for.
class NearPoints {
public:
  explicit NearPoints(double width) : width_(width) {}
  void add(const Vector3 &p) { boxes_[box(p, {0, 0, 0})].push_back(p); }
  bool any(const Vector3 &p) const {
    for (long a = -1; a <= 1; ++a)
      for (long b = -1; b <= 1; ++b)
        for (long c = -1; c <= 1; ++c)
          if (const auto found = boxes_.find(box(p, {a, b, c})); found != boxes_.end())
            for (const Vector3 &q : found->second)
              if (norm(q - p) <= width_)
                return true;
    return false;
  }

private:
  std::array<long, 3> box(const Vector3 &p, std::array<long, 3> shift) const {
    for (std::size_t d = 0; d < 3; ++d)
      shift[d] += static_cast<long>(std::floor(p[d] / width_));
    return shift;
  }
  double width_;
  std::map<std::array<long, 3>, std::vector<Vector3>> boxes_;
};

/// Healthy cells whose centre is near a node of scar or no-reflow.
void grow_border(HeartMesh &mesh, double width) {
  const auto is = [&](std::size_t c, const std::string &name) {
    return mesh.region_names[static_cast<std::size_t>(mesh.region[c])] == name;
  };
  NearPoints scar(width);
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (is(c, "scar") || is(c, "no_reflow"))
      for (const std::size_t n : mesh.tetrahedra[c])
        scar.add(mesh.nodes[n]);
  const int border = add_region(mesh, "border_zone");
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (is(c, "lv_wall") && scar.any(centre_of(mesh, c)))
      mesh.region[c] = border;
}

} // namespace

double region_volume(const HeartMesh &mesh, const std::string &name) {
  double volume = 0;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (mesh.region_names[static_cast<std::size_t>(mesh.region[c])] == name)
      volume += cell_volume(mesh, c);
  return volume / io::mm3_per_mL;
}

void carry_tissue(HeartMesh &mesh, const HeartShape &shape, const io::Image &labels, const io::Image &tissue, const TissueOptions &options,
                  io::Quantities &quantities) {
  CORVIVO_ASSERT(labels.voxels.size() == tissue.voxels.size(), "labels and tissue have different voxels");
  const TissueStack stack(shape, labels, tissue);
  std::vector<std::size_t> cells;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (mesh.region_names[static_cast<std::size_t>(mesh.region[c])] == "lv_wall")
      cells.push_back(c);
  for (int damage = 1; damage <= 3; ++damage) {
    if (stack.at_least(damage) == 0)
      break;
    cells = farthest_inside(mesh, stack, cells, damage, stack.at_least(damage));
    if (stack.below(damage) > 0) // else these cells are all of a worse tissue
      mark(mesh, cells, tissue_names()[by_severity[static_cast<std::size_t>(damage)]]);
  }
  if (options.border_width > 0 && stack.at_least(2) > 0)
    grow_border(mesh, options.border_width);
  for (int damage = 1; damage <= 3; ++damage) {
    const std::string &name = tissue_names()[by_severity[static_cast<std::size_t>(damage)]];
    const double volume = region_volume(mesh, name), expected = stack.below(damage) / io::mm3_per_mL;
    if (volume > 0 || expected > 0)
      quantities.set("mesh_" + name + "_volume", volume, "mL");
    if (expected == 0)
      continue;
    quantities.set(name + "_volume_cut_off", stack.above(damage) / io::mm3_per_mL, "mL");
    if (damage > 1 || options.border_width == 0)
      quantities.set("mesh_" + name + "_volume_error", 100 * std::abs(volume / expected - 1), "%");
  }
}

} // namespace corvivo::mesh
