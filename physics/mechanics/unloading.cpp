#include <physics/mechanics/unloading.hpp>

#include <physics/mechanics/newton.hpp>

#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using io::Vector3;
using Matrix3 = std::array<Vector3, 3>;

Matrix3 edges_of(const mesh::HeartMesh &mesh, const std::array<std::size_t, 4> &tetrahedron) {
  Matrix3 edges;
  for (int k = 0; k < 3; ++k)
    edges[k] = mesh.nodes[tetrahedron[k + 1]] - mesh.nodes[tetrahedron[0]];
  return edges;
}

/// Deformation gradient that takes the edges (rows) `from` to `to`.
Matrix3 gradient(const Matrix3 &from, const Matrix3 &to) {
  const double volume = io::dot(from[0], io::cross(from[1], from[2]));
  const Matrix3 dual{(1 / volume) * io::cross(from[1], from[2]), (1 / volume) * io::cross(from[2], from[0]),
                     (1 / volume) * io::cross(from[0], from[1])};
  Matrix3 F{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 3; ++k)
        F[i][j] += to[k][i] * dual[k][j];
  return F;
}

/// F^-1 a, by Cramer's rule on the columns of F.
Vector3 pull_back(const Matrix3 &F, const Vector3 &a) {
  const Vector3 x{F[0][0], F[1][0], F[2][0]}, y{F[0][1], F[1][1], F[2][1]}, z{F[0][2], F[1][2], F[2][2]};
  const double det = io::dot(x, io::cross(y, z));
  return {io::dot(a, io::cross(y, z)) / det, io::dot(a, io::cross(z, x)) / det, io::dot(a, io::cross(x, y)) / det};
}

Vector3 transpose_times(const Matrix3 &F, const Vector3 &a) {
  return a[0] * F[0] + a[1] * F[1] + a[2] * F[2];
}

double largest(const std::vector<Vector3> &vectors) {
  double length = 0;
  for (const Vector3 &vector : vectors)
    length = std::max(length, io::norm(vector));
  return length;
}

/// Vertices of the inflated shape minus their imaged places; on rank 0.
std::vector<Vector3> distances(const std::vector<Vector3> &displacement, const mesh::HeartMesh &shape, const mesh::HeartMesh &imaged) {
  std::vector<Vector3> apart;
  for (std::size_t i = 0; i < imaged.nodes.size() && !displacement.empty(); ++i)
    apart.push_back(shape.nodes[i] + displacement[i] - imaged.nodes[i]);
  return apart;
}

std::vector<Vector3> difference(const std::vector<Vector3> &a, const std::vector<Vector3> &b) {
  std::vector<Vector3> result;
  for (std::size_t i = 0; i < a.size(); ++i)
    result.push_back(a[i] - b[i]);
  return result;
}

/// Inflation of a new shape from the displacement of the last one, which changes volumes less than keeping the deformed places would; from
/// nothing where that fails.
void inflate_again(Solid &solid, Newton &newton, Vec u, double pressure) {
  solid.accept(u, 0);
  solid.set_rest_share(1);
  if (newton.solve(u, pressure, 0, 0).converged) {
    inflate(solid, newton, u, pressure, pressure, 1);
    return;
  }
  petsc::check(VecSet(u, 0.0));
  solid.accept(u, 0);
  inflate(solid, newton, u, 0, pressure, 4);
}

} // namespace

mesh::Fibres carry_fibres(const mesh::Fibres &fibres, const mesh::HeartMesh &deformed, const mesh::HeartMesh &reference) {
  const std::size_t count = deformed.nodes.size();
  std::vector<Matrix3> F(count, Matrix3{});
  for (const auto &tetrahedron : deformed.tetrahedra) {
    const Matrix3 from = edges_of(reference, tetrahedron);
    const Matrix3 of_cell = gradient(from, edges_of(deformed, tetrahedron));
    const double volume = io::dot(from[0], io::cross(from[1], from[2]));
    for (const std::size_t node : tetrahedron)
      for (int i = 0; i < 3; ++i)
        F[node][i] = F[node][i] + volume * of_cell[i];
  }
  mesh::Fibres carried = fibres;
  for (std::size_t node = 0; node < count; ++node) {
    carried.longitudinal[node] = io::normalized(pull_back(F[node], fibres.longitudinal[node]));
    carried.transmural[node] = io::normalized(transpose_times(F[node], fibres.transmural[node]));
  }
  return carried;
}

Reference unload(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const MechanicsOptions &options) {
  const double pressure = options.end_diastolic_pressure * io::kPa_per_mmHg;
  SolidModel model = SolidModel::heart(options, 0.0);
  model.activation = nullptr;
  Solid solid(comm, mesh, fibres, model);
  Newton newton(solid, options.newton);
  const petsc::Vector u = solid.domain().make_vector();
  Reference reference{mesh, fibres, {}};
  io::Progress progress("Unloading", options.unloading.iterations, "iterations");
  inflate(solid, newton, u, 0, pressure, 4);
  constexpr double acceptable = 1.0; // mm, the size of an image's pixel
  double relaxation = 1, before = 1e300;
  for (int iteration = 0;; ++iteration) {
    const std::vector<Vector3> apart = distances(solid.domain().gather(u), reference.mesh, mesh);
    double distance = largest(apart);
    MPI_Bcast(&distance, 1, MPI_DOUBLE, 0, comm);
    reference.residuals.push_back(distance);
    if (distance <= options.unloading.tolerance)
      return reference;
    const std::size_t count = reference.residuals.size();
    const bool stalled = count > 3 && distance > 0.9 * reference.residuals[count - 3];
    if ((stalled || iteration == options.unloading.iterations) && distance <= acceptable) {
      io::warn("the unloaded shape inflates to within " + io::fixed(distance, 3) + " mm of the image, not " +
               io::fixed(options.unloading.tolerance, 3) + " mm");
      return reference;
    }
    if (stalled || iteration == options.unloading.iterations)
      throw io::SolveError("the unloaded shape is still " + io::fixed(distance, 3) + " mm away after " + std::to_string(iteration) +
                               " iterations (tolerance " + io::fixed(options.unloading.tolerance, 3) + " mm)",
                           reference.residuals);
    relaxation = distance > before ? 0.5 * relaxation : std::min(1.0, 1.2 * relaxation);
    before = distance;
    for (std::size_t i = 0; i < apart.size(); ++i)
      reference.mesh.nodes[i] = reference.mesh.nodes[i] - relaxation * apart[i];
    if (io::rank(comm) == 0)
      reference.fibres = carry_fibres(fibres, mesh, reference.mesh);
    solid.set_reference(reference.mesh, reference.fibres);
    solid.set_rest(difference(mesh.nodes, reference.mesh.nodes));
    inflate_again(solid, newton, u, pressure);
    progress.update(iteration + 1);
  }
}

} // namespace corvivo::physics
