#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/distributed_mesh.hpp>
#include <mesh/partition.hpp>

#include <deal.II/base/mpi.h>
#include <deal.II/grid/tria.h>
#include <deal.II/grid/tria_description.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::mesh {

namespace {

void create_serial(const HeartMesh &mesh, dealii::Triangulation<3> &serial) {
  std::vector<dealii::Point<3>> points;
  points.reserve(mesh.nodes.size());
  for (const Vector3 &p : mesh.nodes)
    points.emplace_back(p[0], p[1], p[2]);
  std::vector<dealii::CellData<3>> cells(mesh.tetrahedra.size());
  for (std::size_t c = 0; c < cells.size(); ++c) {
    cells[c].vertices.assign(mesh.tetrahedra[c].begin(), mesh.tetrahedra[c].end());
    cells[c].material_id = static_cast<dealii::types::material_id>(mesh.region[c]);
  }
  dealii::SubCellData boundary;
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    dealii::CellData<2> face;
    face.vertices.assign(mesh.triangles[t].begin(), mesh.triangles[t].end());
    face.boundary_id = static_cast<dealii::types::boundary_id>(mesh.surface[t]);
    boundary.boundary_quads.push_back(face);
  }
  serial.create_triangulation(points, cells, boundary);
}

HeartMesh broadcast_about(const HeartMesh &mesh, MPI_Comm comm) {
  std::string names;
  std::vector<double> numbers;
  if (io::rank(comm) == 0) {
    for (const std::string &name : mesh.region_names)
      names += name + '\n';
    names += '\n';
    for (const std::string &name : mesh.surface_names)
      names += name + '\n';
    for (const Vector3 &v : {mesh.long_axis, mesh.apex, mesh.base_centre, mesh.to_right_ventricle})
      numbers.insert(numbers.end(), v.begin(), v.end());
    numbers.insert(numbers.end(), mesh.level_nodes.begin(), mesh.level_nodes.end());
  }
  names = io::broadcast(names, comm);
  numbers = io::broadcast(numbers, comm);
  HeartMesh about;
  std::vector<std::string> *list = &about.region_names;
  for (std::size_t start = 0; start < names.size();) {
    const std::size_t end = names.find('\n', start);
    if (end == start)
      list = &about.surface_names;
    else
      list->push_back(names.substr(start, end - start));
    start = end + 1;
  }
  for (int i = 0; i < 3; ++i) {
    about.long_axis[i] = numbers[i];
    about.apex[i] = numbers[3 + i];
    about.base_centre[i] = numbers[6 + i];
    about.to_right_ventricle[i] = numbers[9 + i];
  }
  about.level_nodes.assign(numbers.begin() + 12, numbers.end());
  return about;
}

void sort_unique(std::vector<std::size_t> &numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

std::vector<int> starts(const std::vector<int> &counts) {
  std::vector<int> start(counts.size(), 0);
  for (std::size_t r = 1; r < counts.size(); ++r)
    start[r] = start[r - 1] + counts[r - 1];
  return start;
}

std::vector<int> times(std::vector<int> counts, std::size_t factor) {
  for (int &count : counts)
    count *= static_cast<int>(factor);
  return counts;
}

} // namespace

DistributedMesh::DistributedMesh(MPI_Comm comm, const HeartMesh &mesh, unsigned int levels) : comm_(comm) {
  std::vector<unsigned int> rank_of;
  io::on_rank_0(comm, [&] {
    if (mesh.tetrahedra.empty())
      throw io::CaseError("the mesh has no tetrahedra to distribute");
    const std::vector<unsigned int> of_ancestors = partition(mesh, levels, io::ranks(comm));
    for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
      rank_of.push_back(of_ancestors[c >> 3 * levels]);
  });
  about_ = broadcast_about(mesh, comm);
  const std::vector<double> totals = io::broadcast(std::vector<double>{double(mesh.nodes.size()), double(mesh.tetrahedra.size())}, comm);
  total_nodes_ = static_cast<std::size_t>(totals[0]);
  total_cells_ = static_cast<std::size_t>(totals[1]);

  const auto description = dealii::TriangulationDescription::Utilities::create_description_from_triangulation_in_groups<3, 3>(
      [&mesh](dealii::Triangulation<3> &serial) { create_serial(mesh, serial); },
      [&rank_of](dealii::Triangulation<3> &serial, const MPI_Comm &, const unsigned int) {
        for (const auto &cell : serial.active_cell_iterators())
          cell->set_subdomain_id(rank_of[cell->index()]);
      },
      comm, io::ranks(comm));
  triangulation_ = std::make_unique<Triangulation>(comm);
  triangulation_->create_triangulation(description);
  learn_nodes(mesh);
}

void DistributedMesh::learn_nodes(const HeartMesh &mesh) {
  std::vector<std::size_t> known, owned, owned_nodes;
  for (const auto &cell : triangulation_->active_cell_iterators())
    if (!cell->is_artificial()) {
      known.push_back(index(cell));
      if (cell->is_locally_owned())
        owned.push_back(index(cell));
    }
  cells_ = share(known);
  owned_cells_ = share(owned);
  std::vector<double> nodes_of_cells;
  if (io::rank(comm_) == 0)
    for (const auto &cell : mesh.tetrahedra)
      nodes_of_cells.insert(nodes_of_cells.end(), cell.begin(), cell.end());
  const std::vector<double> local = scatter_cell_data(nodes_of_cells, 4);
  cell_nodes_.resize(triangulation_->n_active_cells());
  for (const auto &cell : triangulation_->active_cell_iterators())
    if (!cell->is_artificial())
      for (unsigned int v = 0; v < 4; ++v) {
        const auto n = static_cast<std::size_t>(local[4 * index(cell) + v]);
        cell_nodes_[cell->active_cell_index()][v] = n;
        known_nodes_.push_back(n);
        if (cell->is_locally_owned())
          owned_nodes.push_back(n);
      }
  sort_unique(known_nodes_);
  sort_unique(owned_nodes);
  nodes_ = share(known_nodes_);
  owned_nodes_ = share(owned_nodes);
}

DistributedMesh::Knowledge DistributedMesh::share(std::vector<std::size_t> mine) const {
  Knowledge known;
  known.mine = std::move(mine);
  const int count = static_cast<int>(known.mine.size());
  known.counts.resize(io::ranks(comm_));
  MPI_Allgather(&count, 1, MPI_INT, known.counts.data(), 1, MPI_INT, comm_);
  const std::vector<int> start = starts(known.counts);
  if (io::rank(comm_) == 0)
    known.all.resize(start.back() + known.counts.back());
  static_assert(sizeof(std::size_t) == sizeof(unsigned long), "MPI type of a node index");
  MPI_Gatherv(known.mine.data(), count, MPI_UNSIGNED_LONG, known.all.data(), known.counts.data(), start.data(), MPI_UNSIGNED_LONG, 0,
              comm_);
  return known;
}

std::vector<double> DistributedMesh::scatter(const Knowledge &known, std::size_t total, const std::vector<double> &on_rank_0,
                                             std::size_t components) const {
  std::vector<double> send, receive(known.mine.size() * components);
  io::on_rank_0(comm_, [&] {
    CORVIVO_ASSERT(on_rank_0.size() == total * components,
                   "data to scatter has " + std::to_string(on_rank_0.size()) + " values, not " + std::to_string(total * components));
    CORVIVO_ASSERT(known.all.size() * components < static_cast<std::size_t>(std::numeric_limits<int>::max()), "too much for one message");
    send.reserve(known.all.size() * components);
    for (const std::size_t n : known.all)
      send.insert(send.end(), on_rank_0.begin() + n * components, on_rank_0.begin() + (n + 1) * components);
  });
  const std::vector<int> counts = times(known.counts, components), start = starts(counts);
  MPI_Scatterv(send.data(), counts.data(), start.data(), MPI_DOUBLE, receive.data(), static_cast<int>(receive.size()), MPI_DOUBLE, 0,
               comm_);
  std::vector<double> table(total * components, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < known.mine.size(); ++i)
    std::copy_n(receive.begin() + i * components, components, table.begin() + known.mine[i] * components);
  return table;
}

std::vector<double> DistributedMesh::gather(const Knowledge &known, std::size_t total, const std::vector<double> &table,
                                            std::size_t components) const {
  CORVIVO_ASSERT(table.size() == total * components, "a table to gather must have one entry per node or cell of the whole mesh");
  std::vector<double> send, receive;
  for (const std::size_t n : known.mine)
    send.insert(send.end(), table.begin() + n * components, table.begin() + (n + 1) * components);
  const std::vector<int> counts = times(known.counts, components), start = starts(counts);
  receive.resize(known.all.size() * components);
  MPI_Gatherv(send.data(), static_cast<int>(send.size()), MPI_DOUBLE, receive.data(), counts.data(), start.data(), MPI_DOUBLE, 0, comm_);
  std::vector<double> all;
  io::on_rank_0(comm_, [&] {
    all.assign(total * components, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = known.all.size(); i-- > 0;) // backwards: the lowest rank has the last word
      std::copy_n(receive.begin() + i * components, components, all.begin() + known.all[i] * components);
  });
  return all;
}

std::vector<double> DistributedMesh::scatter_node_data(const std::vector<double> &on_rank_0, std::size_t components) const {
  return scatter(nodes_, total_nodes_, on_rank_0, components);
}
std::vector<double> DistributedMesh::scatter_cell_data(const std::vector<double> &on_rank_0, std::size_t components) const {
  return scatter(cells_, total_cells_, on_rank_0, components);
}
std::vector<double> DistributedMesh::gather_node_data(const std::vector<double> &table, std::size_t components) const {
  return gather(owned_nodes_, total_nodes_, table, components);
}
std::vector<double> DistributedMesh::gather_cell_data(const std::vector<double> &table, std::size_t components) const {
  return gather(owned_cells_, total_cells_, table, components);
}

} // namespace corvivo::mesh
