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

namespace {

/// Anderson's mixing for the fixed point X = X - r(X) on the vertices: the step that the last few residuals make smallest. On rank 0.
class Mixing {
public:
  void restart() { shapes_.clear(), residuals_.clear(); }
  std::vector<Vector3> next(const std::vector<Vector3> &shape, const std::vector<Vector3> &residual) {
    constexpr std::size_t memory = 5;
    shapes_.push_back(shape);
    residuals_.push_back(residual);
    if (shapes_.size() > memory + 1) {
      shapes_.erase(shapes_.begin());
      residuals_.erase(residuals_.begin());
    }
    const std::size_t count = shapes_.size() - 1;
    std::vector<std::vector<Vector3>> dr, dx;
    for (std::size_t j = 0; j < count; ++j) {
      dr.push_back(difference(residuals_[j + 1], residuals_[j]));
      dx.push_back(difference(shapes_[j + 1], shapes_[j]));
    }
    const std::vector<double> gamma = least_squares(dr, residual);
    std::vector<Vector3> mixed = difference(shape, residual);
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t i = 0; i < mixed.size(); ++i)
        mixed[i] = mixed[i] - gamma[j] * (dx[j][i] - dr[j][i]);
    return mixed;
  }

private:
  static double product(const std::vector<Vector3> &a, const std::vector<Vector3> &b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      sum += io::dot(a[i], b[i]);
    return sum;
  }
  /// gamma that makes |r - sum gamma_j dr_j| smallest; normal equations, lightly damped because the differences become parallel.
  static std::vector<double> least_squares(const std::vector<std::vector<Vector3>> &dr, const std::vector<Vector3> &r) {
    const std::size_t n = dr.size();
    std::vector<std::vector<double>> a(n, std::vector<double>(n + 1));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j)
        a[i][j] = product(dr[i], dr[j]) * (i == j ? 1 + 1e-8 : 1);
      a[i][n] = product(dr[i], r);
    }
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = k + 1; i < n; ++i) {
        const double factor = a[i][k] / a[k][k];
        for (std::size_t j = k; j <= n; ++j)
          a[i][j] -= factor * a[k][j];
      }
    std::vector<double> gamma(n);
    for (std::size_t k = n; k-- > 0;) {
      double sum = a[k][n];
      for (std::size_t j = k + 1; j < n; ++j)
        sum -= a[k][j] * gamma[j];
      gamma[k] = sum / a[k][k];
    }
    return gamma;
  }
  std::vector<std::vector<Vector3>> shapes_, residuals_;
};

/// Smallest volume of a tetrahedron of `mesh` over that of `imaged`.
double smallest_share(const mesh::HeartMesh &mesh, const mesh::HeartMesh &imaged) {
  double smallest = 1e300;
  for (const auto &tetrahedron : mesh.tetrahedra) {
    const Matrix3 now = edges_of(mesh, tetrahedron), then = edges_of(imaged, tetrahedron);
    smallest = std::min(smallest, io::dot(now[0], io::cross(now[1], now[2])) / io::dot(then[0], io::cross(then[1], then[2])));
  }
  return smallest;
}

/// Moves the vertices of `shape` to `target`, or only part of the way where that would turn a tetrahedron inside out.
void move_safely(mesh::HeartMesh &shape, const std::vector<Vector3> &target, const mesh::HeartMesh &imaged) {
  const std::vector<Vector3> start = shape.nodes;
  for (double share = 1; share > 1e-3; share /= 2) {
    for (std::size_t i = 0; i < start.size(); ++i)
      shape.nodes[i] = start[i] + share * (target[i] - start[i]);
    if (smallest_share(shape, imaged) > 0.1)
      return;
  }
  shape.nodes = start;
}

} // namespace

Reference unload(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const MechanicsOptions &options) {
  const double full = options.end_diastolic_pressure * io::kPa_per_mmHg;
  SolidModel model = SolidModel::heart(options, 0.0);
  model.activation = nullptr;
  Solid solid(comm, mesh, fibres, model);
  Newton newton(solid, options.newton);
  const petsc::Vector u = solid.domain().make_vector();
  Reference reference{mesh, fibres, {}};
  io::Progress progress("unloading", options.unloading.iterations, "iterations");
  // The pressure is raised while the shape shrinks: one correction at each fraction, so that no step turns an element.
  const std::vector<double> fractions = {0.03, 0.06, 0.1, 0.15, 0.21, 0.28, 0.36, 0.45, 0.55, 0.66, 0.78, 0.9};
  Mixing mixing;
  double pressure = fractions.front() * full;
  inflate(solid, newton, u, 0, pressure, 5);
  for (int iteration = 0;; ++iteration) {
    const bool loaded = static_cast<std::size_t>(iteration) >= fractions.size();
    const std::vector<Vector3> apart = distances(solid.domain().gather(u), reference.mesh, mesh);
    double distance = largest(apart);
    MPI_Bcast(&distance, 1, MPI_DOUBLE, 0, comm);
    if (loaded) {
      reference.residuals.push_back(distance);
      if (distance <= options.unloading.tolerance)
        return reference;
      const std::size_t count = reference.residuals.size();
      const bool stalled = count > 3 && distance > 0.98 * reference.residuals[count - 3];
      const bool last = stalled || iteration >= options.unloading.iterations;
      if (last && distance <= options.unloading.acceptable) {
        io::warn("the unloaded shape inflates to within " + io::fixed(distance, 2) + " mm of the image, not " +
                 io::fixed(options.unloading.tolerance, 2) + " mm");
        return reference;
      }
      if (last)
        throw io::SolveError("the unloaded shape is still " + io::fixed(distance, 3) + " mm away after " + std::to_string(iteration) +
                                 " iterations (tolerance " + io::fixed(options.unloading.tolerance, 3) +
                                 " mm); try a stiffer material, a lower end-diastolic pressure or a finer mesh",
                             reference.residuals);
    }
    if (io::rank(comm) == 0) {
      move_safely(reference.mesh, loaded ? mixing.next(reference.mesh.nodes, apart) : difference(reference.mesh.nodes, apart), mesh);
      reference.fibres = carry_fibres(fibres, mesh, reference.mesh);
    }
    solid.set_reference(reference.mesh, reference.fibres);
    solid.set_rest(difference(mesh.nodes, reference.mesh.nodes));
    const std::size_t next = static_cast<std::size_t>(iteration) + 1;
    pressure = next < fractions.size() ? fractions[next] * full : full;
    inflate_again(solid, newton, u, pressure);
    progress.update(iteration + 1);
  }
}

} // namespace corvivo::physics
