#include <physics/ecg/lead_field.hpp>

#include <cmath>

namespace corvivo::physics {

using namespace io;
using mesh::Vector3;

LeadField::LeadField(const Tissue &tissue, const Diffusivity &diffusivity, const std::vector<Vector3> &positions, double conductance)
    : owned_(tissue.owned), comm_(tissue.comm), weights_(positions.size(), std::vector<double>(tissue.owned, 0.0)) {
  const double factor = -conductance / (4.0 * std::acos(-1.0));
  for (std::size_t c = 0; c < tissue.cells.size(); ++c) {
    const auto &cell = tissue.cells[c];
    const auto &x = tissue.nodes;
    const LinearTetrahedron t = linear_tetrahedron(x[cell[0]], x[cell[1]], x[cell[2]], x[cell[3]]);
    const Vector3 centre = 0.25 * (x[cell[0]] + x[cell[1]] + x[cell[2]] + x[cell[3]]);
    const Vector3 &fibre = tissue.fibre[c];
    for (std::size_t p = 0; p < positions.size(); ++p) {
      const Vector3 from = positions[p] - centre; // grad_y 1/|x - y| = (x - y) / |x - y|^3
      const double distance = norm(from);
      const Vector3 gradient = (1.0 / (distance * distance * distance)) * from;
      const Vector3 conducted = diffusivity.across * gradient + ((diffusivity.along - diffusivity.across) * dot(fibre, gradient)) * fibre;
      for (std::size_t a = 0; a < 4; ++a)
        if (cell[a] < tissue.owned)
          weights_[p][cell[a]] += factor * tissue.diffusivity_factor[c] * t.volume * dot(t.gradient[a], conducted);
    }
  }
}

std::vector<double> LeadField::potentials(const std::vector<double> &voltage) const {
  std::vector<double> sums(weights_.size(), 0.0);
  for (std::size_t p = 0; p < weights_.size(); ++p)
    for (std::size_t i = 0; i < owned_; ++i)
      sums[p] += weights_[p][i] * voltage[i];
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, comm_);
  return sums;
}

} // namespace corvivo::physics
