#include <io/base/errors.hpp>
#include <physics/electrophysiology/quadratic_family.hpp>

namespace corvivo::physics {

namespace {

/// From  int l1^p l2^q l3^r l4^s = 6 p! q! r! s! / (p + q + r + s + 3)!  for barycentric coordinates l.
double unit_mass(std::size_t a, std::size_t b) {
  const auto ends = [](std::size_t node) {
    return node < 4 ? std::array<int, 2>{static_cast<int>(node), static_cast<int>(node)} : tetrahedron_edges[node - 4];
  };
  const std::array<int, 2> p = ends(a), q = ends(b);
  const bool touch = p[0] == q[0] || p[0] == q[1] || p[1] == q[0] || p[1] == q[1];
  if (a < 4 && b < 4)
    return touch ? 1.0 / 70 : 1.0 / 420;
  if (a < 4 || b < 4)
    return touch ? -1.0 / 105 : -1.0 / 70;
  return a == b ? 8.0 / 105 : touch ? 4.0 / 105 : 2.0 / 105;
}

} // namespace

std::vector<QuadraticNodes> quadratic_elements(const Tissue &tissue) {
  CORVIVO_ASSERT(tissue.families, "quadratic elements are families of a refined mesh");
  std::vector<QuadraticNodes> elements;
  elements.reserve(tissue.cells.size() / family_size);
  for (std::size_t c = 0; c < tissue.cells.size(); c += family_size)
    elements.push_back(quadratic_nodes(&tissue.cells[c]));
  return elements;
}

ElementMatrix quadratic_unit_mass() {
  ElementMatrix mass;
  for (std::size_t a = 0; a < nodes_per_cell; ++a)
    for (std::size_t b = 0; b < nodes_per_cell; ++b)
      mass[a][b] = unit_mass(a, b);
  return mass;
}

} // namespace corvivo::physics
