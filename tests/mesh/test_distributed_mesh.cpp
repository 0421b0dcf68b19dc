#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <mesh/distributed_mesh.hpp>
#include <mesh/slab.hpp>
#include <tests/support/petsc.hpp>

#include <deal.II/dofs/dof_handler.h>
#include <deal.II/fe/fe_simplex_p.h>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::mesh {
namespace {

const MPI_Comm world = MPI_COMM_WORLD;

/// On rank 0; nothing elsewhere, as in a run.
HeartMesh slab_on_rank_0(double element_size) {
  HeartMesh slab;
  if (io::rank(world) == 0) {
    slab = make_slab({4, 2, 1}, element_size);
    slab.long_axis = {0, 0.6, 0.8};
    for (std::size_t c = 0; c < slab.region.size() / 2; ++c)
      slab.region[c] = 1;
    slab.region_names = {"healthy tissue", "scar"};
  }
  return slab;
}

std::vector<double> summed(std::vector<double> values) {
  MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM, world);
  return values;
}

TEST(DistributedMesh, KnowsTheHeartMeshNumberOfEveryLocalCellAndVertex) {
  const HeartMesh slab = slab_on_rank_0(0.5);
  const DistributedMesh mesh(world, slab);
  const HeartMesh truth = make_slab({4, 2, 1}, 0.5);
  EXPECT_EQ(mesh.total_cells(), truth.tetrahedra.size());
  EXPECT_EQ(mesh.total_nodes(), truth.nodes.size());
  EXPECT_EQ(mesh.triangulation().n_global_active_cells(), truth.tetrahedra.size());
  EXPECT_GT(mesh.triangulation().n_locally_owned_active_cells(), 0.8 * truth.tetrahedra.size() / io::ranks(world)) << "balanced";
  for (const auto &cell : mesh.triangulation().active_cell_iterators())
    if (!cell->is_artificial()) {
      const std::size_t c = mesh.index(cell);
      EXPECT_EQ(mesh.nodes(cell), truth.tetrahedra[c]);
      EXPECT_EQ(cell->material_id(), c < truth.tetrahedra.size() / 2 ? 1u : 0u);
      for (unsigned int v = 0; v < 4; ++v)
        for (int d = 0; d < 3; ++d)
          EXPECT_EQ(cell->vertex(v)[d], truth.nodes[mesh.node(cell, v)][d]);
    }
}

TEST(DistributedMesh, CarriesNamesAndAxesToEveryRank) {
  const DistributedMesh mesh(world, slab_on_rank_0(1));
  EXPECT_EQ(mesh.surface_names(), (std::vector<std::string>{"x0", "x1", "y0", "y1", "z0", "z1"}));
  EXPECT_EQ(mesh.about().region_names, (std::vector<std::string>{"healthy tissue", "scar"}));
  EXPECT_EQ(mesh.about().long_axis, (Vector3{0, 0.6, 0.8}));
}

TEST(DistributedMesh, GivesBoundaryFacesTheIndexOfTheirSurface) {
  const DistributedMesh mesh(world, slab_on_rank_0(0.5));
  std::vector<double> area(6, 0);
  for (const auto &cell : mesh.triangulation().active_cell_iterators())
    if (cell->is_locally_owned())
      for (const unsigned int f : cell->face_indices())
        if (cell->face(f)->at_boundary())
          area[cell->face(f)->boundary_id()] += cell->face(f)->measure();
  const auto total = summed(area);
  const double expected[6] = {2, 2, 4, 4, 8, 8};
  for (int s = 0; s < 6; ++s)
    EXPECT_NEAR(total[s], expected[s], 1e-12);
}

TEST(DistributedMesh, ScattersAndGathersNodeAndCellData) {
  const HeartMesh slab = slab_on_rank_0(0.5);
  const DistributedMesh mesh(world, slab);
  std::vector<double> nodes, cells;
  for (const Vector3 &p : slab.nodes)
    nodes.insert(nodes.end(), p.begin(), p.end());
  for (std::size_t c = 0; c < slab.tetrahedra.size(); ++c)
    cells.push_back(7.0 * c);
  const auto node_table = mesh.scatter_node_data(nodes, 3), cell_table = mesh.scatter_cell_data(cells, 1);
  ASSERT_EQ(node_table.size(), 3 * mesh.total_nodes());
  for (const auto &cell : mesh.triangulation().active_cell_iterators())
    if (!cell->is_artificial()) {
      EXPECT_EQ(cell_table[mesh.index(cell)], 7.0 * mesh.index(cell));
      for (unsigned int v = 0; v < 4; ++v)
        EXPECT_EQ(node_table[3 * mesh.node(cell, v) + 1], cell->vertex(v)[1]);
    }
  const auto nodes_back = mesh.gather_node_data(node_table, 3), cells_back = mesh.gather_cell_data(cell_table, 1);
  EXPECT_EQ(nodes_back, nodes) << "empty on the other ranks, where nothing was given either";
  EXPECT_EQ(cells_back, cells);
}

TEST(DistributedMesh, SendsEachRefinedCellToTheRankOfItsAncestor) {
  const HeartMesh coarse = slab_on_rank_0(0.5);
  HeartMesh fine;
  if (io::rank(world) == 0)
    fine = refine(refine(coarse));
  const DistributedMesh on_coarse(world, coarse), on_fine(world, fine, 2);
  std::vector<char> mine(on_coarse.total_cells(), 0);
  for (const auto &cell : on_coarse.triangulation().active_cell_iterators())
    if (cell->is_locally_owned())
      mine[on_coarse.index(cell)] = 1;
  std::size_t owned = 0;
  for (const auto &cell : on_fine.triangulation().active_cell_iterators())
    if (cell->is_locally_owned()) {
      EXPECT_TRUE(mine[on_fine.index(cell) / 64]);
      ++owned;
    }
  EXPECT_EQ(owned, 64 * on_coarse.triangulation().n_locally_owned_active_cells());
}

TEST(DistributedMesh, WorksWithDealiiDegreesOfFreedom) {
  const DistributedMesh mesh(world, slab_on_rank_0(0.5));
  dealii::DoFHandler<3> dofs(mesh.triangulation());
  dofs.distribute_dofs(dealii::FE_SimplexP<3>(2));
  const HeartMesh truth = make_slab({4, 2, 1}, 0.5);
  EXPECT_EQ(dofs.n_dofs(), truth.nodes.size() + edges(truth).size());
  for (const auto &cell : dofs.active_cell_iterators())
    if (cell->is_locally_owned()) {
      EXPECT_EQ(mesh.nodes(cell), truth.tetrahedra[mesh.index(cell)]);
    }
}

TEST(DistributedMesh, RefusesAMeshOnEveryRankAlike) {
  EXPECT_THROW(DistributedMesh(world, HeartMesh{}), io::CaseError);
  EXPECT_THROW(DistributedMesh(world, slab_on_rank_0(1), 2), io::Bug) << "48 cells are not 64 times anything";
}

} // namespace
} // namespace corvivo::mesh
