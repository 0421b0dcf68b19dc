#include <io/base/errors.hpp>
#include <io/base/random_stream.hpp>
#include <io/base/text.hpp>
#include <mesh/triangulated_surface.hpp>
#include <physics/electrophysiology/purkinje.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace corvivo::physics {

using namespace io;
using mesh::HeartMesh;
using mesh::SurfacePlace;
using mesh::TriangulatedSurface;
using mesh::Vector3;

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1), most_segments = 50000;

struct Branch {
  std::size_t mother = none, sibling = none; ///< branches
  std::size_t tip = 0;                       ///< node
  std::size_t segments = 0;                  ///< that it still has to grow
  Vector3 direction{};                       ///< unit
  bool stopped = false;
};

/// The growth of one tree.
class Growth {
public:
  /// `others`: nodes of the trees that are there already.
  Growth(const TriangulatedSurface &surface, const PurkinjeTreeOptions &options, RandomStream &random, std::vector<Vector3> others)
      : surface_(surface), options_(options), random_(random), points_(std::move(others)), branch_of_(points_.size(), none),
        others_(points_.size()) {}

  /// Throws CaseError when there are too many segments; with a single node when the trunk cannot grow.
  PurkinjeTree grow(const Vector3 &root, const Vector3 &direction) {
    plant(surface_.nearest(root, options_.segment), 0, none);
    branches_.push_back({none, none, 0, segments_of(options_.initial_length), direction, false});
    std::vector<std::size_t> generation{0};
    for (int g = 0; !generation.empty(); ++g) {
      grow_side_by_side(generation);
      generation = g < options_.generations ? branch(generation) : std::vector<std::size_t>{};
    }
    PurkinjeTree tree;
    tree.nodes.assign(points_.begin() + static_cast<std::ptrdiff_t>(others_), points_.end());
    tree.parent = parent_;
    return tree;
  }

private:
  std::size_t segments_of(double length) const { return static_cast<std::size_t>(std::max(2l, std::lround(length / options_.segment))); }

  std::size_t plant(const SurfacePlace &place, std::size_t parent, std::size_t branch) {
    if (parent_.size() > most_segments)
      throw CaseError("it has more than " + std::to_string(most_segments) +
                      " segments; fewer generations, longer branches or longer segments make it smaller");
    points_.push_back(place.point);
    branch_of_.push_back(branch);
    triangle_.push_back(place.triangle);
    parent_.push_back(parent);
    return parent_.size() - 1;
  }

  void grow_side_by_side(std::vector<std::size_t> growing) {
    while (!growing.empty()) {
      for (const std::size_t b : growing)
        add_segment(b);
      growing.erase(
          std::remove_if(growing.begin(), growing.end(), [&](std::size_t b) { return branches_[b].stopped || branches_[b].segments == 0; }),
          growing.end());
    }
  }

  /// Two branches at the end of each one that grew to its length, in random order.
  std::vector<std::size_t> branch(const std::vector<std::size_t> &mothers) {
    std::vector<std::size_t> daughters;
    for (const std::size_t mother : mothers) {
      if (branches_[mother].stopped)
        continue;
      const std::size_t first = branches_.size(), tip = branches_[mother].tip;
      const Vector3 normal = surface_.normal(triangle_[tip]), ahead = tangent(branches_[mother].direction, normal),
                    aside = cross(normal, ahead);
      for (const double sign : {1.0, -1.0}) {
        const double turn = sign * options_.branching_angle * std::acos(-1.0) / 180;
        const std::size_t sibling = sign > 0 ? first + 1 : first;
        const double length = options_.length + options_.deviation * random_.normal();
        daughters.push_back(branches_.size());
        branches_.push_back({mother, sibling, tip, segments_of(length), std::cos(turn) * ahead + std::sin(turn) * aside, false});
      }
    }
    for (std::size_t i = daughters.size(); i > 1; --i)
      std::swap(daughters[i - 1], daughters[random_.below(i)]);
    return daughters;
  }

  static Vector3 tangent(const Vector3 &direction, const Vector3 &normal) {
    return normalized(direction - dot(direction, normal) * normal);
  }

  void add_segment(std::size_t b) {
    Branch &branch = branches_[b];
    const Vector3 from = points_[others_ + branch.tip];
    const Vector3 wanted = branch.direction + options_.repulsion * away_from_others(b, from);
    const std::optional<SurfacePlace> next = step(from, tangent(wanted, surface_.normal(triangle_[branch.tip])));
    if (!next || collides(b, next->point)) {
      branch.stopped = true;
      return;
    }
    branch.direction = normalized(next->point - from);
    branch.tip = plant(*next, branch.tip, b);
    --branch.segments;
  }

  /// The unit vector from the nearest node of another branch; zero where there is none. Nodes of its own and of its mother are always near.
  Vector3 away_from_others(std::size_t b, const Vector3 &from) const {
    double best = std::numeric_limits<double>::infinity();
    std::size_t nearest = none;
    for (std::size_t i = 0; i < points_.size(); ++i)
      if (i < others_ || (branch_of_[i] != b && branch_of_[i] != branches_[b].mother)) {
        const Vector3 between = from - points_[i];
        if (const double squared = dot(between, between); squared < best) {
          best = squared;
          nearest = i;
        }
      }
    return nearest == none ? Vector3{} : normalized(from - points_[nearest]);
  }

  /// As close as two branches may come is a segment: so they cannot cross between their nodes.
  bool collides(std::size_t b, const Vector3 &point) const {
    const double squared = options_.segment * options_.segment;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const std::size_t other = branch_of_[i];
      if (i >= others_ && (other == b || other == branches_[b].mother || other == branches_[b].sibling))
        continue;
      const Vector3 between = point - points_[i];
      if (dot(between, between) < squared)
        return true;
    }
    return false;
  }

  /// One segment along the surface, to within a hundredth of its length where the surface is smooth; nothing where the surface ends or
  /// folds.
  std::optional<SurfacePlace> step(const Vector3 &from, const Vector3 &direction) const {
    SurfacePlace next;
    double length = 0, reach = options_.segment;
    for (int correction = 0; correction < 4; ++correction) {
      next = surface_.nearest(from + reach * direction, reach);
      if (next.on_rim)
        return std::nullopt;
      length = norm(next.point - from);
      if (std::abs(length - options_.segment) <= 0.01 * options_.segment || length <= 0.1 * options_.segment)
        break;
      reach *= options_.segment / length;
    }
    if (std::abs(length - options_.segment) > 0.25 * options_.segment)
      return std::nullopt;
    return next;
  }

  const TriangulatedSurface &surface_;
  const PurkinjeTreeOptions &options_;
  RandomStream &random_;
  std::vector<Vector3> points_;                ///< of other trees, then of this one
  std::vector<std::size_t> branch_of_;         ///< of each point
  std::size_t others_;                         ///< points of other trees
  std::vector<std::size_t> triangle_, parent_; ///< of each node of this tree
  std::vector<Branch> branches_;
};

/// Way from the root at the tree's velocity; ends are nodes that are nobody's parent.
void activate(PurkinjeTree &tree, const PurkinjeTreeOptions &options) {
  std::vector<char> is_end(tree.nodes.size(), 1);
  tree.arrival.assign(tree.nodes.size(), options.start);
  for (std::size_t i = 1; i < tree.nodes.size(); ++i) {
    is_end[tree.parent[i]] = 0;
    tree.arrival[i] = tree.arrival[tree.parent[i]] + norm(tree.nodes[i] - tree.nodes[tree.parent[i]]) / options.velocity; // mm/ms = m/s
  }
  for (std::size_t i = 1; i < tree.nodes.size(); ++i)
    if (is_end[i])
      tree.junctions.push_back({i, tree.arrival[i] + options.junction_delay});
}

Vector3 root_of(const HeartMesh &mesh, const PurkinjeTreeOptions &options, const std::string &name) {
  constexpr double beside = 10; // mm: more than an element of any heart
  if (!mesh.has_surface(options.surface))
    throw CaseError("electrophysiology." + name + ": the mesh has no surface '" + options.surface + "' to grow on; it has " +
                    join(mesh.surface_names, ", "));
  StimulusSite site;
  site.name = name;
  site.height = options.height;
  site.angle = options.angle;
  const EndocardialPlace place = endocardial_place(mesh, site, options.surface);
  if (place.distance > beside)
    throw CaseError("electrophysiology." + name + ": the root at height " + fixed(options.height, 2) + " and " + fixed(options.angle, 0) +
                    " deg lies " + fixed(place.distance, 0) + " mm beside " + options.surface + "; try another height or angle");
  return place.point;
}

} // namespace

std::vector<PurkinjeTree> grow_purkinje(const HeartMesh &mesh, const PurkinjeOptions &options) {
  options.check();
  std::vector<PurkinjeTree> trees;
  const std::vector<PurkinjeTreeOptions> planted = options.planted_trees(mesh);
  RandomStream random(static_cast<std::uint64_t>(options.seed));
  for (std::size_t t = 0; t < planted.size(); ++t) {
    const std::string name = "purkinje.trees[" + std::to_string(t) + "]";
    const Vector3 root = root_of(mesh, planted[t], name);
    std::vector<Vector3> others;
    for (const PurkinjeTree &tree : trees)
      if (tree.surface == planted[t].surface)
        others.insert(others.end(), tree.nodes.begin(), tree.nodes.end());
    const TriangulatedSurface surface(mesh, planted[t].surface);
    PurkinjeTree tree;
    try {
      tree = Growth(surface, planted[t], random, std::move(others)).grow(root, -1.0 * mesh.long_axis);
    } catch (const CaseError &error) {
      throw CaseError("electrophysiology." + name + ": " + error.what());
    }
    if (tree.nodes.size() == 1)
      throw CaseError("electrophysiology." + name +
                      ": its trunk leaves the surface or meets another tree with its first segment; try another height or angle");
    tree.name = name;
    tree.surface = planted[t].surface;
    tree.radius = planted[t].radius;
    activate(tree, planted[t]);
    trees.push_back(std::move(tree));
  }
  return trees;
}

} // namespace corvivo::physics
