#pragma once
/// The wandering baseline of a recorded lead.
#include <cstddef>
#include <vector>

namespace corvivo::physics {

/// Takes off the natural cubic spline through the means of `values` over the windows [from, end) of sample numbers, one before each QRS
/// complex where the heart is silent (Meyer & Keiser, Comput Biomed Res 10:459, 1977); beyond the first and the last it stays level. So
/// what is slower than a beat goes, and the shape of the beat stays. Windows in order, none empty.
struct Silence {
  std::size_t from = 0, end = 0;
};
std::vector<double> without_baseline(const std::vector<double> &values, const std::vector<Silence> &silences);

} // namespace corvivo::physics
