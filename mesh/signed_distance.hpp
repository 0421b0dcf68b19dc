#pragma once
/// Signed distances (negative inside) on regular lattices in two and three dimensions.
#include <array>
#include <cstddef>
#include <vector>

namespace corvivo::mesh {

/// Values of one slice; first index fastest.
struct PlaneField {
  std::array<std::size_t, 2> size{};
  std::array<double, 2> spacing{}; ///< mm
  std::vector<double> values;
  std::size_t index(std::size_t i, std::size_t j) const { return i + size[0] * j; }
  /// Bilinear at lattice coordinates, clamped to the lattice.
  double at(double i, double j) const;
};

/// Signed distance (mm) of the pixels of a slice to the border of those where `inside` is not 0: exact distance between pixel centres, less
/// half a pixel, smoothed by a Gaussian of `smoothing` mm and shifted so that the area inside is again that of the pixels (to 0.1 %).
PlaneField plane_distance(const std::vector<char> &inside, const std::array<std::size_t, 2> &size, const std::array<double, 2> &spacing,
                          double smoothing);

/// Values on the nodes of a cubic lattice; first index fastest.
struct LatticeField {
  std::array<std::size_t, 3> size{};
  double spacing = 0; ///< mm
  std::vector<float> values;
  std::size_t index(std::size_t i, std::size_t j, std::size_t k) const { return i + size[0] * (j + size[1] * k); }
};

/// Keeps where `field` is zero and makes it a distance elsewhere (fast sweeping of the eikonal equation, Zhao, Math Comp 74:603, 2005).
void redistance(LatticeField &field);

/// Gaussian of `sigma` mm; at the border the field continues as it is there.
void smooth(LatticeField &field, double sigma);

/// Volume (mm^3) where the trilinear field is below `level`, in the cells below lattice plane `top`; 4 x 4 x 4 points in each cell that is
/// cut.
double volume_below(const LatticeField &field, double level, std::size_t top);

/// The level whose `volume_below` is `volume`, found between -reach and reach mm (the nearest end when there is none).
double level_of_volume(const LatticeField &field, double volume, std::size_t top, double reach);

} // namespace corvivo::mesh
