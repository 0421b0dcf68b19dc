#pragma once
/// A short-axis stack of a heart made of two half ellipsoids, whose volumes and surfaces are known.
#include <io/base/image.hpp>

#include <cmath>

namespace corvivo::test {

using io::operator+;
using io::operator-;
using io::operator*;

struct SyntheticHeart {
  double inner_radius = 24, outer_radius = 33, inner_length = 76, outer_length = 86; ///< mm
  double pixel = 1.5, step = 8;                                                      ///< mm
  std::size_t pixels = 96, slices = 13;
  std::size_t empty = 1; ///< slices above the base that show nothing
  std::size_t open = 1;  ///< basal slices whose ring has a gap
  bool with_right = true;

  /// Distance below the base plane (top of the highest slice with labels) of the centre of slice k; slices run from base to apex.
  double depth(std::size_t k) const { return step * (static_cast<double>(k) - static_cast<double>(empty) + 0.5); }
  double inner_at(double depth) const { return radius(inner_radius, inner_length, depth); }
  double outer_at(double depth) const { return radius(outer_radius, outer_length, depth); }
  static double radius(double r, double length, double depth) {
    return depth < length ? r * std::sqrt(1 - depth * depth / (length * length)) : 0;
  }
  /// Patient position (mm, RAS) of a point of the heart: along rows (towards the right ventricle), columns and depth.
  io::Vector3 position(double x, double y, double depth) const {
    const io::Vector3 down = io::normalized({-0.48, 0.62, -0.62});
    const io::Vector3 to_right = io::normalized(io::Vector3{1, 0, 0} - io::dot(io::Vector3{1, 0, 0}, down) * down);
    const io::Vector3 across = io::cross(down, to_right);
    return io::Vector3{12, -30, 44} + x * to_right + y * across + depth * down;
  }
  /// Labels 1 cavity of the RV, 2 wall, 3 cavity of the LV.
  io::Image image() const {
    io::Image out;
    out.size = {pixels, pixels, slices};
    out.source = "synthetic";
    const double half = 0.5 * pixel * static_cast<double>(pixels - 1);
    const io::Vector3 origin = position(-half, -half, depth(0));
    const io::Vector3 axes[3] = {position(pixel - half, -half, depth(0)) - origin, position(-half, pixel - half, depth(0)) - origin,
                                 position(-half, -half, depth(1)) - origin};
    for (std::size_t r = 0; r < 3; ++r)
      out.affine[r] = {axes[0][r], axes[1][r], axes[2][r], origin[r]};
    for (std::size_t k = 0; k < slices; ++k)
      for (std::size_t j = 0; j < pixels; ++j)
        for (std::size_t i = 0; i < pixels; ++i)
          out.voxels.push_back(static_cast<float>(label(pixel * static_cast<double>(i) - half, pixel * static_cast<double>(j) - half, k)));
    return out;
  }

private:
  int label(double x, double y, std::size_t k) const {
    if (k < empty)
      return 0;
    const double r = std::hypot(x, y), d = depth(k);
    if (r < inner_at(d))
      return 3;
    if (r < outer_at(d))
      return k < empty + open && y > 0 && std::abs(x) < 8 ? 0 : 2;
    return with_right && std::hypot(x - 28, y) < outer_at(d + 8) - 3 && d < outer_length - 20 ? 1 : 0;
  }
};

} // namespace corvivo::test
