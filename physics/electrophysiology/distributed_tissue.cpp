/// Each rank's share of the tissue, cut out of the whole mesh on rank 0: flat arrays only, one share in memory at a time.
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/partition.hpp>
#include <physics/electrophysiology/quadratic_family.hpp>
#include <physics/electrophysiology/tissue.hpp>

#include <deal.II/base/partitioner.h>

#include <algorithm>
#include <limits>

namespace corvivo::physics {

using mesh::HeartMesh;
using mesh::Vector3;

namespace {

/// Halo on deal.II's partitioner.
class PartitionerHalo final : public Halo {
public:
  explicit PartitionerHalo(std::shared_ptr<const dealii::Utilities::MPI::Partitioner> partitioner)
      : partitioner_(std::move(partitioner)), buffer_(partitioner_->n_import_indices()) {}

  void update(std::vector<double> &values) override {
    const unsigned int owned = partitioner_->locally_owned_size(), ghosts = partitioner_->n_ghost_indices();
    const dealii::ArrayView<double> ghost_values(values.data() + owned, ghosts);
    std::vector<MPI_Request> requests;
    partitioner_->export_to_ghosted_array_start(0, dealii::ArrayView<const double>(values.data(), owned),
                                                dealii::ArrayView<double>(buffer_.data(), buffer_.size()), ghost_values, requests);
    partitioner_->export_to_ghosted_array_finish(ghost_values, requests);
  }

private:
  std::shared_ptr<const dealii::Utilities::MPI::Partitioner> partitioner_;
  std::vector<double> buffer_;
};

/// Place on a space-filling curve (Morton's) of a point in the unit cube.
std::uint64_t morton(const std::array<double, 3> &unit) {
  constexpr int bits = 20;
  std::uint64_t code = 0;
  for (std::size_t d = 0; d < 3; ++d) {
    const auto place = static_cast<std::uint64_t>(std::min(std::max(unit[d], 0.0), 1.0) * ((1 << bits) - 1));
    for (int b = 0; b < bits; ++b)
      code |= ((place >> b) & 1) << (3 * b + static_cast<int>(d));
  }
  return code;
}

/// On rank 0: who owns each node, and its number in the order of ranks.
struct Numbering {
  std::vector<unsigned int> owner;   ///< of each node: a rank among those of its cells
  std::vector<std::size_t> number;   ///< of each node
  std::vector<std::size_t> node;     ///< of each number
  std::vector<std::size_t> first{0}; ///< number of each rank's first node, and the total
};

/// Along a space-filling curve on each rank, so that neighbours in space are neighbours in memory; within 64 nodes those of equally many
/// elements together, so that the rows of a slice of the diffusion matrix are equally long.
Numbering number_nodes(const HeartMesh &mesh, unsigned int levels, int ranks, bool families) {
  constexpr int pieces = 2; // of each rank: then both of two ranks have a part of the front (tests/benchmarks/README.md, slab_speed)
  const std::vector<unsigned int> rank_of = mesh::partition(mesh, levels, ranks, pieces);
  constexpr unsigned int nobody = std::numeric_limits<unsigned int>::max();
  Numbering all;
  all.owner.assign(mesh.nodes.size(), nobody);
  std::vector<std::uint16_t> elements(mesh.nodes.size(), 0);
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (const std::size_t node : mesh.tetrahedra[c]) {
      const unsigned int rank = rank_of[c >> 3 * levels];
      unsigned int &owner = all.owner[node];
      owner = owner == nobody ? rank
              : node % 2      ? std::min(owner, rank)
                              : std::max(owner, rank); // so that neither rank gets all of a border
      elements[node] += families ? 0 : 1;
    }
  for (std::size_t c = 0; families && c < mesh.tetrahedra.size(); c += family_size)
    for (const std::size_t node : quadratic_nodes(&mesh.tetrahedra[c]))
      ++elements[node];
  Vector3 low = mesh.nodes[0], high = mesh.nodes[0];
  for (const Vector3 &x : mesh.nodes)
    for (std::size_t d = 0; d < 3; ++d) {
      low[d] = std::min(low[d], x[d]);
      high[d] = std::max(high[d], x[d]);
    }
  const double size = std::max({high[0] - low[0], high[1] - low[1], high[2] - low[2], 1e-30});
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  order.reserve(mesh.nodes.size());
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    if (all.owner[n] == nobody)
      throw io::CaseError("electrophysiology: node " + std::to_string(n) + " belongs to no tetrahedron; clean the mesh");
    const Vector3 &x = mesh.nodes[n];
    order.emplace_back(morton({(x[0] - low[0]) / size, (x[1] - low[1]) / size, (x[2] - low[2]) / size}), n);
  }
  std::sort(order.begin(), order.end(), [&](const auto &a, const auto &b) {
    return all.owner[a.second] != all.owner[b.second] ? all.owner[a.second] < all.owner[b.second] : a < b;
  });
  all.first.assign(static_cast<std::size_t>(ranks) + 1, 0);
  for (const unsigned int owner : all.owner)
    ++all.first[owner + 1];
  for (std::size_t r = 1; r < all.first.size(); ++r)
    all.first[r] += all.first[r - 1];
  constexpr std::size_t window = 64;
  for (std::size_t r = 0; r + 1 < all.first.size(); ++r)
    for (std::size_t begin = all.first[r]; begin < all.first[r + 1]; begin += window)
      std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(begin),
                       order.begin() + static_cast<std::ptrdiff_t>(std::min(begin + window, all.first[r + 1])),
                       [&](const auto &a, const auto &b) { return elements[a.second] < elements[b.second]; });
  all.number.resize(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    all.node.push_back(order[place].second);
    all.number[order[place].second] = place;
  }
  return all;
}

/// A rank's share and the numbers of its ghosts.
struct Share {
  Tissue tissue;
  std::size_t first = 0;
  std::vector<std::size_t> ghosts;
};

Share cut(const HeartMesh &mesh, const Numbering &all, unsigned int rank, const std::vector<double> &fibre_and_factor,
          const std::vector<std::uint8_t> &kind, bool families) {
  Share share;
  Tissue &tissue = share.tissue;
  share.first = all.first[rank];
  tissue.owned = all.first[rank + 1] - share.first;
  std::vector<std::size_t> kept;
  const auto touches = [&](const std::array<std::size_t, 4> &cell) {
    return std::any_of(cell.begin(), cell.end(), [&](std::size_t node) { return all.owner[node] == rank; });
  };
  const std::size_t together = families ? family_size : 1;
  for (std::size_t first = 0; first < mesh.tetrahedra.size(); first += together) {
    const auto begin = mesh.tetrahedra.begin() + static_cast<std::ptrdiff_t>(first), end = begin + static_cast<std::ptrdiff_t>(together);
    if (std::none_of(begin, end, touches))
      continue;
    for (std::size_t c = first; c < first + together; ++c) {
      kept.push_back(c);
      for (const std::size_t node : mesh.tetrahedra[c])
        if (all.owner[node] != rank)
          share.ghosts.push_back(all.number[node]);
    }
  }
  std::sort(share.ghosts.begin(), share.ghosts.end());
  share.ghosts.erase(std::unique(share.ghosts.begin(), share.ghosts.end()), share.ghosts.end());
  const auto local = [&](std::size_t node) {
    if (all.owner[node] == rank)
      return static_cast<std::uint32_t>(all.number[node] - share.first);
    const auto at = std::lower_bound(share.ghosts.begin(), share.ghosts.end(), all.number[node]);
    return static_cast<std::uint32_t>(tissue.owned + static_cast<std::size_t>(at - share.ghosts.begin()));
  };
  for (std::size_t i = 0; i < tissue.owned + share.ghosts.size(); ++i) {
    const std::size_t node = all.node[i < tissue.owned ? share.first + i : share.ghosts[i - tissue.owned]];
    tissue.mesh_node.push_back(node);
    tissue.nodes.push_back(mesh.nodes[node]);
    tissue.kind.push_back(kind.empty() ? 0 : kind[node]);
  }
  tissue.cells.reserve(kept.size());
  tissue.fibre.reserve(kept.size());
  tissue.diffusivity_factor.reserve(kept.size());
  for (const std::size_t c : kept) {
    const auto &cell = mesh.tetrahedra[c];
    tissue.cells.push_back({local(cell[0]), local(cell[1]), local(cell[2]), local(cell[3])});
    const double *values = &fibre_and_factor[4 * c];
    tissue.fibre.push_back({values[0], values[1], values[2]});
    tissue.diffusivity_factor.push_back(values[3]);
  }
  return share;
}

template <class T> void send(const std::vector<T> &values, int to, MPI_Comm comm) {
  const std::size_t count = values.size();
  MPI_Send(&count, 1, MPI_UNSIGNED_LONG, to, 0, comm);
  MPI_Datatype element; // counts stay below 2^31 where bytes would not
  MPI_Type_contiguous(sizeof(T), MPI_BYTE, &element);
  MPI_Type_commit(&element);
  MPI_Send(values.data(), static_cast<int>(count), element, to, 0, comm);
  MPI_Type_free(&element);
}

template <class T> void receive(std::vector<T> &values, MPI_Comm comm) {
  std::size_t count = 0;
  MPI_Recv(&count, 1, MPI_UNSIGNED_LONG, 0, 0, comm, MPI_STATUS_IGNORE);
  values.resize(count);
  MPI_Datatype element;
  MPI_Type_contiguous(sizeof(T), MPI_BYTE, &element);
  MPI_Type_commit(&element);
  MPI_Recv(values.data(), static_cast<int>(count), element, 0, 0, comm, MPI_STATUS_IGNORE);
  MPI_Type_free(&element);
}

/// `use` sees each array of the share.
template <class Use> void each_array(Share &share, const Use &use) {
  std::vector<std::size_t> numbers{share.tissue.owned, share.first};
  use(numbers);
  share.tissue.owned = numbers[0];
  share.first = numbers[1];
  use(share.ghosts);
  use(share.tissue.nodes);
  use(share.tissue.mesh_node);
  use(share.tissue.cells);
  use(share.tissue.fibre);
  use(share.tissue.diffusivity_factor);
  use(share.tissue.kind);
}

} // namespace

Tissue distributed_tissue(MPI_Comm comm, const HeartMesh &mesh, unsigned int levels, const std::vector<double> &fibre_and_factor,
                          const std::vector<std::uint8_t> &kind, bool families) {
  const int ranks = io::ranks(comm);
  CORVIVO_ASSERT(!families || levels > 0, "families are of a refined mesh");
  Numbering all;
  io::on_rank_0(comm, [&] {
    CORVIVO_ASSERT(fibre_and_factor.size() == 4 * mesh.tetrahedra.size(), "a fibre and a factor for each cell");
    CORVIVO_ASSERT(kind.empty() || kind.size() == mesh.nodes.size(), "one kind a node");
    if (mesh.tetrahedra.empty())
      throw io::CaseError("the mesh has no tetrahedra to distribute");
    all = number_nodes(mesh, levels, ranks, families);
  });
  Share share;
  std::size_t total = all.number.size();
  MPI_Bcast(&total, 1, MPI_UNSIGNED_LONG, 0, comm);
  if (io::rank(comm) == 0) {
    for (int r = 1; r < ranks; ++r) {
      Share theirs = cut(mesh, all, static_cast<unsigned int>(r), fibre_and_factor, kind, families);
      each_array(theirs, [&](const auto &values) { send(values, r, comm); });
    }
    share = cut(mesh, all, 0, fibre_and_factor, kind, families);
  } else {
    each_array(share, [&](auto &values) { receive(values, comm); });
  }
  Tissue tissue = std::move(share.tissue);
  tissue.comm = comm;
  tissue.families = families;
  tissue.total_nodes = total;
  find_excitable(tissue);
  if (ranks == 1)
    return tissue;
  dealii::IndexSet owned(total), ghosts(total);
  owned.add_range(share.first, share.first + tissue.owned);
  ghosts.add_indices(share.ghosts.begin(), share.ghosts.end());
  owned.compress();
  ghosts.compress();
  tissue.halo = std::make_shared<PartitionerHalo>(std::make_shared<const dealii::Utilities::MPI::Partitioner>(owned, ghosts, comm));
  return tissue;
}

} // namespace corvivo::physics
