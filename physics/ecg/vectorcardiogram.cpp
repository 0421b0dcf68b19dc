#include <physics/ecg/vectorcardiogram.hpp>

namespace corvivo::physics {

namespace {

struct Regression {
  const char *lead;
  double x, y, z;
};
constexpr Regression kors[] = {{"I", 0.38, -0.07, 0.11},   {"II", -0.07, 0.93, -0.23},  {"V1", -0.13, 0.06, -0.43},
                               {"V2", 0.05, -0.02, -0.06}, {"V3", -0.01, -0.05, -0.14}, {"V4", 0.14, 0.06, -0.20},
                               {"V5", 0.06, -0.17, -0.11}, {"V6", 0.54, 0.13, 0.31}};

} // namespace

io::TimeSeries vectorcardiogram(const io::TimeSeries &ecg) {
  io::TimeSeries vector;
  if (ecg.rows() == 0)
    return vector;
  vector.add_column("time", "ms");
  for (const char *name : {"x", "y", "z"})
    vector.add_column(name, "mV");
  for (std::size_t i = 0; i < ecg.rows(); ++i) {
    double x = 0, y = 0, z = 0;
    for (const Regression &weight : kors) {
      const double value = ecg.column(weight.lead)[i];
      x += weight.x * value;
      y += weight.y * value;
      z += weight.z * value;
    }
    vector.append_row({ecg.column("time")[i], x, y, z});
  }
  return vector;
}

} // namespace corvivo::physics
