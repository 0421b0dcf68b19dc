#include <mesh/pieces.hpp>

#include <algorithm>

namespace corvivo::mesh {

namespace {

using Step = std::array<int, 3>;

std::vector<Step> steps(Neighbours neighbours) {
  if (neighbours == Neighbours::faces_in_plane)
    return {{-1, 0, 0}, {1, 0, 0}, {0, -1, 0}, {0, 1, 0}};
  if (neighbours == Neighbours::faces)
    return {{-1, 0, 0}, {1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 1}};
  std::vector<Step> all;
  for (int k = -1; k <= 1; ++k)
    for (int j = -1; j <= 1; ++j)
      for (int i = -1; i <= 1; ++i)
        if (i || j || k)
          all.push_back({i, j, k});
  return all;
}

} // namespace

int Pieces::largest() const {
  return static_cast<int>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
}

Pieces find_pieces(const std::vector<char> &mask, const std::array<std::size_t, 3> &size, Neighbours neighbours) {
  Pieces found{std::vector<int>(mask.size(), 0), {0}};
  const std::vector<Step> around = steps(neighbours);
  std::vector<std::size_t> front;
  for (std::size_t seed = 0; seed < mask.size(); ++seed) {
    if (found.piece[seed] || !mask[seed])
      continue;
    found.sizes.push_back(0);
    const int name = static_cast<int>(found.sizes.size()) - 1;
    found.piece[seed] = name;
    front.assign(1, seed);
    while (!front.empty()) {
      const std::size_t v = front.back();
      front.pop_back();
      ++found.sizes.back();
      const std::array<std::size_t, 3> at{v % size[0], v / size[0] % size[1], v / (size[0] * size[1])};
      for (const Step &step : around) {
        std::array<std::size_t, 3> to{};
        bool there = true;
        for (std::size_t a = 0; a < 3; ++a) {
          to[a] = at[a] + static_cast<std::size_t>(step[a]); // wraps below zero, which the next line refuses
          there = there && to[a] < size[a];
        }
        const std::size_t w = to[0] + size[0] * (to[1] + size[1] * to[2]);
        if (there && !found.piece[w] && mask[w]) {
          found.piece[w] = name;
          front.push_back(w);
        }
      }
    }
  }
  return found;
}

} // namespace corvivo::mesh
