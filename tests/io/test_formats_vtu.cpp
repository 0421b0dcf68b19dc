#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/vtu.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <limits>

using namespace corvivo;
using test::TemporaryFolder;

namespace {

io::Grid sample_grid() {
  io::Grid grid;
  for (int p = 0; p < 10; ++p)
    grid.points.push_back({p / 3.0, -1e-17 * p, 1.0 + p * std::numeric_limits<double>::epsilon()});
  grid.add_cell(io::CellType::tetrahedron, std::array<std::size_t, 4>{0, 1, 2, 3});
  grid.add_cell(io::CellType::triangle, std::array<std::size_t, 3>{2, 1, 0});
  grid.add_cell(io::CellType::line, std::array<std::size_t, 2>{9, 4});
  grid.add_cell(io::CellType::quadratic_tetrahedron, std::array<std::size_t, 10>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  io::Grid::Array pressure{"pressure [kPa]", 1, {}}, fibre{"fibre [1]", 3, {}};
  for (int p = 0; p < 10; ++p) {
    pressure.values.push_back(0.1 * p);
    for (int c = 0; c < 3; ++c)
      fibre.values.push_back(c ? 1e-300 / (p + 1) : -0.0);
  }
  grid.point_data = {pressure, fibre};
  grid.cell_data = {{"region [1]", 1, {0, -1, 2, 3.5}}};
  return grid;
}

std::string complaint(const std::string &path) {
  try {
    io::read_vtu(path);
  } catch (const io::CaseError &error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST(VtuFiles, ComeBackToTheSameBits) {
  TemporaryFolder folder;
  const io::Grid grid = sample_grid();
  io::write_vtu(grid, folder.file("grid.vtu"));
  const io::Grid back = io::read_vtu(folder.file("grid.vtu"));
  EXPECT_EQ(back.points, grid.points);
  EXPECT_EQ(back.cell_types, grid.cell_types);
  EXPECT_EQ(back.cell_offsets, grid.cell_offsets);
  EXPECT_EQ(back.cell_points, grid.cell_points);
  ASSERT_EQ(back.point_data.size(), 2U);
  for (std::size_t a = 0; a < 2; ++a) {
    EXPECT_EQ(back.point_data[a].name, grid.point_data[a].name);
    EXPECT_EQ(back.point_data[a].components, grid.point_data[a].components);
    EXPECT_EQ(back.point_data[a].values, grid.point_data[a].values);
  }
  EXPECT_EQ(back.find_cell_data("region [1]")->values, grid.cell_data[0].values);
}

TEST(VtuFiles, OfTheSameGridAreTheSameBytes) {
  TemporaryFolder folder;
  io::write_vtu(sample_grid(), folder.file("a.vtu"));
  io::write_vtu(sample_grid(), folder.file("b.vtu"));
  EXPECT_EQ(io::read_file(folder.file("a.vtu")), io::read_file(folder.file("b.vtu"))) << "results are cached by content hash";
}

TEST(VtuFiles, ThatAreEmptyTruncatedOrOfAnotherKindAreRefused) {
  TemporaryFolder folder;
  io::write_vtu(sample_grid(), folder.file("a.vtu"));
  const std::string whole = io::read_file(folder.file("a.vtu"));
  EXPECT_NE(complaint(folder.file("none.vtu")), "");
  for (const double part : {0.0, 0.3, 0.6, 0.9, 0.99}) {
    io::write_file(folder.file("cut.vtu"), whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size()))));
    EXPECT_NE(complaint(folder.file("cut.vtu")), "") << part;
  }
  io::write_file(folder.file("text.vtu"), "hello");
  EXPECT_NE(complaint(folder.file("text.vtu")).find("truncated or another kind"), std::string::npos);
}

TEST(VtuFiles, OfAnEmptyGridWork) {
  TemporaryFolder folder;
  io::write_vtu({}, folder.file("empty.vtu"));
  EXPECT_EQ(io::read_vtu(folder.file("empty.vtu")).cells(), 0U);
}

TEST(VtuFiles, AreNamedByTimeInACollection) {
  TemporaryFolder folder;
  io::write_pvd({{0, "a_0.vtu"}, {0.1, "a_1.vtu"}}, folder.file("a.pvd"));
  const std::string text = io::read_file(folder.file("a.pvd"));
  EXPECT_NE(text.find("timestep=\"0.1\" part=\"0\" file=\"a_1.vtu\""), std::string::npos);
}
