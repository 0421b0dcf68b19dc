/// Time and accuracy of the eikonal solver on a million nodes: a wave from a ball in the middle of an anisotropic box, whose arrival times
/// are known; then the weights of nine electrodes for its twelve leads. Prints tables/eikonal_speed.csv.
#include <mesh/slab.hpp>
#include <physics/ecg/lead_field.hpp>
#include <physics/electrophysiology/eikonal.hpp>
#include <tests/benchmarks/timing.hpp>

#include <cmath>
#include <cstdio>

using namespace corvivo;
using mesh::dot;
using mesh::norm;
using mesh::Vector3;
using mesh::operator-;
using mesh::operator*;

int main() {
  std::printf(
      "nodes,tetrahedra,set up [s],solve [s],mean error [ms],largest error [ms],latest arrival [ms],weights of nine electrodes [s]\n");
  for (const double h : {0.8, 0.4, 0.2}) {
    const mesh::HeartMesh box = mesh::make_slab({20, 20, 20}, h);
    const Vector3 middle{10, 10, 10}, fibre{0.6, 0.64, 0.48};
    const physics::WaveSpeeds speeds{0.6, 0.3};
    const auto exact = [&](const Vector3 &x) {
      const double along = dot(x - middle, fibre), all = norm(x - middle);
      return std::sqrt((all * all - along * along) / (speeds.across * speeds.across) + along * along / (speeds.along * speeds.along));
    };
    std::vector<double> fibre_and_factor;
    for (std::size_t c = 0; c < box.tetrahedra.size(); ++c)
      fibre_and_factor.insert(fibre_and_factor.end(), {fibre[0], fibre[1], fibre[2], 1.0});
    std::vector<physics::EikonalSeed> seeds;
    for (std::size_t i = 0; i < box.nodes.size(); ++i)
      if (exact(box.nodes[i]) < 6)
        seeds.push_back({i, exact(box.nodes[i])});
    std::vector<double> time;
    double solve = 0;
    const double all = benchmark::fastest(1, [&] {
      const physics::Eikonal eikonal(box.nodes, box.tetrahedra, fibre_and_factor, speeds);
      solve = benchmark::fastest(1, [&] { time = eikonal.arrival(seeds); });
    });
    double mean = 0, largest = 0, latest = 0;
    for (std::size_t i = 0; i < box.nodes.size(); ++i) {
      const double error = std::abs(time[i] - exact(box.nodes[i]));
      mean += error / static_cast<double>(box.nodes.size());
      largest = std::max(largest, error);
      latest = std::max(latest, time[i]);
    }
    const physics::Tissue tissue =
        physics::serial_tissue(box, std::vector<Vector3>(box.tetrahedra.size(), fibre), std::vector<double>(box.tetrahedra.size(), 1.0));
    std::vector<Vector3> electrodes;
    for (int e = 0; e < 9; ++e)
      electrodes.push_back({100 * std::cos(0.7 * e), 100 * std::sin(0.7 * e), 10.0 * e});
    const double weights = benchmark::fastest(1, [&] { const physics::LeadField field(tissue, {0.1, 0.03}, electrodes, 1.0); });
    std::printf("%zu,%zu,%.2f,%.2f,%.3f,%.3f,%.1f,%.2f\n", box.nodes.size(), box.tetrahedra.size(), all - solve, solve, mean, largest,
                latest, weights);
    std::fflush(stdout);
  }
}
