/// Nanoseconds of one call of each material and each contraction model, on one core.
/// Prints tables/constitutive.csv.
#include "timing.hpp"

#include <physics/activation/active_tension.hpp>
#include <physics/mechanics/material.hpp>

#include <cstdio>

using namespace corvivo;

namespace {

/// Results go here so that no call is optimised away.
volatile double sink = 0;

void report(const char *kind, const std::string &name, double seconds, double calls) {
  std::printf("%s,%s,%.1f\n", kind, name.c_str(), 1e9 * seconds / calls);
}

void time_materials() {
  constexpr int calls = 500000;
  physics::FibreFrame frame;
  frame.fibre[0] = frame.sheet[1] = frame.normal[2] = 1.0;
  dealii::SymmetricTensor<2, 3> C;
  C[0][0] = 1.1, C[1][1] = 0.98, C[2][2] = 0.95, C[0][2] = 0.02;
  for (const auto &entry : physics::materials().entries()) {
    const auto material = entry.make();
    report("material", entry.name,
           benchmark::fastest(5,
                              [&] {
                                double sum = 0;
                                for (int i = 0; i < calls; ++i) {
                                  C[0][1] = 0.03 + 1e-9 * i;
                                  const auto response = material->respond(C, frame);
                                  sum += response.stress[0][1] + response.tangent[0][1][1][2];
                                }
                                sink = sum;
                              }),
           calls);
  }
}

void time_active_tension() {
  constexpr int calls = 500000;
  for (const auto &entry : physics::active_tensions().entries()) {
    const auto model = entry.make();
    std::vector<double> state(model->state_size()), next(model->state_size());
    model->initialise(state.data(), 0.1);
    report("active tension", entry.name,
           benchmark::fastest(5,
                              [&] {
                                double sum = 0;
                                for (int i = 0; i < calls; ++i)
                                  sum += model->advance(state.data(), next.data(), 0.5, 1.0, 0.999 + 1e-9 * i, 1.0).tension;
                                sink = sum;
                              }),
           calls);
  }
}

} // namespace

int main() {
  std::printf("kind,name,time [ns]\n");
  time_materials();
  time_active_tension();
}
