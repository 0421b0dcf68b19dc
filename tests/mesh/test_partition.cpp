// Which rank owns which cells: pieces by METIS, dealt out in turn.
#include <io/base/errors.hpp>
#include <mesh/partition.hpp>
#include <mesh/slab.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

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

/// Parts of the cells of one owner that share no face with each other.
std::size_t connected_parts(const HeartMesh &mesh, const std::vector<unsigned int> &owner, unsigned int wanted) {
  std::vector<std::size_t> leader(mesh.tetrahedra.size());
  std::iota(leader.begin(), leader.end(), std::size_t(0));
  const auto find = [&](std::size_t c) {
    while (leader[c] != c)
      c = leader[c] = leader[leader[c]];
    return c;
  };
  std::vector<std::pair<std::array<std::size_t, 3>, std::size_t>> faces;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (std::size_t opposite = 0; opposite < 4 && owner[c] == wanted; ++opposite) {
      std::array<std::size_t, 4> nodes = mesh.tetrahedra[c];
      std::swap(nodes[opposite], nodes[3]);
      std::sort(nodes.begin(), nodes.begin() + 3);
      faces.push_back({{nodes[0], nodes[1], nodes[2]}, c});
    }
  std::sort(faces.begin(), faces.end());
  for (std::size_t f = 1; f < faces.size(); ++f)
    if (faces[f].first == faces[f - 1].first)
      leader[find(faces[f].second)] = find(faces[f - 1].second);
  std::set<std::size_t> parts;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    if (owner[c] == wanted)
      parts.insert(find(c));
  return parts.size();
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
    std::size_t apart = 0;
    for (unsigned int rank = 0; rank < ranks; ++rank) {
      EXPECT_GE(connected_parts(slab(), dealt, rank), 1u);
      apart += connected_parts(slab(), dealt, rank) >= 2 ? 1 : 0;
    }
    EXPECT_GE(2 * apart, ranks) << "two pieces of a rank mostly do not touch: work that moves through the mesh is shared";
    EXPECT_EQ(connected_parts(slab(), partition(slab(), 0, 2), 0), 1u) << "one piece is in one part";
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
