// Which rank owns which cells: pieces by METIS, dealt out in turn.
#include <io/base/errors.hpp>
#include <mesh/partition.hpp>
#include <mesh/slab.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace corvivo::mesh {
namespace {

const HeartMesh &slab() {
  static const HeartMesh mesh = make_slab({12, 6, 3}, 0.75);
  return mesh;
}

std::vector<std::size_t> cells_of(const std::vector<unsigned int> &owner, unsigned int owners) {
  std::vector<std::size_t> count(owners, 0);
  for (const unsigned int one : owner)
    ++count.at(one);
  return count;
}

/// How unevenly a front that moves along the slab is shared: of its cells in each of 12 slices across x the most that one rank has over the
/// even share, on the mean. 1: even; `ranks`: one rank at a time has all.
double crowding(const std::vector<unsigned int> &owner, unsigned int ranks) {
  constexpr std::size_t slices = 12;
  std::vector<std::vector<double>> count(slices, std::vector<double>(ranks, 0));
  for (std::size_t c = 0; c < owner.size(); ++c) {
    double x = 0; // mm, in a slab of 12
    for (const std::size_t n : slab().tetrahedra[c])
      x += 0.25 * slab().nodes[n][0];
    ++count[static_cast<std::size_t>(x)][owner[c]];
  }
  double sum = 0;
  for (const std::vector<double> &slice : count)
    sum += *std::max_element(slice.begin(), slice.end()) * ranks / std::accumulate(slice.begin(), slice.end(), 0.0);
  return sum / slices;
}

TEST(Partition, DealsThePiecesOfAFinerPartitionInTurn) {
  for (const int ranks : {2, 3, 4}) {
    const std::vector<unsigned int> pieces = partition(slab(), 0, 2 * ranks), dealt = partition(slab(), 0, ranks, 2);
    ASSERT_EQ(dealt.size(), slab().tetrahedra.size()) << "every cell has one rank";
    for (std::size_t c = 0; c < dealt.size(); ++c)
      ASSERT_EQ(dealt[c], pieces[c] % static_cast<unsigned int>(ranks)) << "pieces 0, 1, 2, 3 ... go to ranks 0, 1 ... and 0 again";
  }
}

TEST(Partition, GivesEveryRankTwoPiecesOfEqualSize) {
  const double all = static_cast<double>(slab().tetrahedra.size());
  for (const unsigned int ranks : {2u, 4u}) {
    const std::vector<unsigned int> pieces = partition(slab(), 0, static_cast<int>(2 * ranks)),
                                    dealt = partition(slab(), 0, static_cast<int>(ranks), 2);
    for (const std::size_t cells : cells_of(pieces, 2 * ranks))
      EXPECT_NEAR(static_cast<double>(cells), all / (2 * ranks), 0.05 * all / (2 * ranks)) << "METIS balances to a few per cent";
    for (const std::size_t cells : cells_of(dealt, ranks))
      EXPECT_NEAR(static_cast<double>(cells), all / ranks, 0.05 * all / ranks);
    const double share = crowding(dealt, ranks) / crowding(partition(slab(), 0, static_cast<int>(ranks)), ranks);
    EXPECT_LT(share, ranks == 2 ? 0.75 : 0.95)
        << "work that moves through the mesh keeps more ranks busy: of two both, of four hardly more";
  }
}

TEST(Partition, KeepsTheCellsOfAnAncestorTogether) {
  const HeartMesh fine = refine(slab());
  EXPECT_EQ(partition(fine, 1, 2, 2), partition(slab(), 0, 2, 2)) << "one rank for each ancestor, whatever its descendants";
}

TEST(Partition, LeavesSmallMeshesInFewerPieces) {
  const HeartMesh small = make_slab({4, 2, 1}, 1); // 48 cells
  EXPECT_EQ(partition(small, 0, 2, 2), partition(small, 0, 2, 1)) << "pieces of less than 32 cells are mostly border";
  EXPECT_EQ(partition(small, 0, 1, 2), std::vector<unsigned int>(48, 0)) << "one rank has all";
  EXPECT_THROW(partition(small, 0, 49, 1), io::CaseError);
}

} // namespace
} // namespace corvivo::mesh
