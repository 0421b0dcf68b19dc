#include <physics/mechanics/quadratic_tetrahedron.hpp>

#include <cmath>

namespace corvivo::physics {

const std::array<Barycentric, points_per_cell> &cell_points() {
  static const double a = (5.0 + 3.0 * std::sqrt(5.0)) / 20.0, b = (5.0 - std::sqrt(5.0)) / 20.0;
  static const std::array<Barycentric, points_per_cell> points{{{a, b, b, b}, {b, a, b, b}, {b, b, a, b}, {b, b, b, a}}};
  return points;
}

std::array<double, nodes_per_cell> cell_shapes(const Barycentric &at) {
  std::array<double, nodes_per_cell> shapes;
  for (int v = 0; v < 4; ++v)
    shapes[v] = at[v] * (2 * at[v] - 1);
  for (int e = 0; e < 6; ++e)
    shapes[4 + e] = 4 * at[tetrahedron_edges[e][0]] * at[tetrahedron_edges[e][1]];
  return shapes;
}

Gradients cell_gradients(const Barycentric &at, const std::array<std::array<double, 3>, 4> &slopes) {
  Gradients gradients;
  for (int d = 0; d < 3; ++d) {
    for (int v = 0; v < 4; ++v)
      gradients[v][d] = (4 * at[v] - 1) * slopes[v][d];
    for (int e = 0; e < 6; ++e) {
      const auto [i, j] = tetrahedron_edges[e];
      gradients[4 + e][d] = 4 * (at[i] * slopes[j][d] + at[j] * slopes[i][d]);
    }
  }
  return gradients;
}

std::array<std::array<double, 3>, 4> barycentric_gradients(const std::array<std::array<double, 3>, 4> &x, double &volume) {
  double e[3][3];
  for (int k = 0; k < 3; ++k)
    for (int d = 0; d < 3; ++d)
      e[k][d] = x[k + 1][d] - x[0][d];
  const auto cross = [&](int a, int b) {
    return std::array<double, 3>{e[a][1] * e[b][2] - e[a][2] * e[b][1], e[a][2] * e[b][0] - e[a][0] * e[b][2],
                                 e[a][0] * e[b][1] - e[a][1] * e[b][0]};
  };
  std::array<std::array<double, 3>, 4> slopes{};
  slopes[1] = cross(1, 2);
  slopes[2] = cross(2, 0);
  slopes[3] = cross(0, 1);
  const double determinant = e[0][0] * slopes[1][0] + e[0][1] * slopes[1][1] + e[0][2] * slopes[1][2];
  volume = determinant / 6;
  for (int d = 0; d < 3; ++d) {
    for (int v = 1; v < 4; ++v)
      slopes[v][d] /= determinant;
    slopes[0][d] = -slopes[1][d] - slopes[2][d] - slopes[3][d];
  }
  return slopes;
}

namespace {

FacePoint face_point(double l0, double l1, double l2, double weight) {
  const std::array<double, 3> l{l0, l1, l2};
  const std::array<double, 3> l_xi{-1, 1, 0}, l_eta{-1, 0, 1};
  FacePoint point{};
  point.weight = weight;
  for (int v = 0; v < 3; ++v) {
    point.shape[v] = l[v] * (2 * l[v] - 1);
    point.d_xi[v] = (4 * l[v] - 1) * l_xi[v];
    point.d_eta[v] = (4 * l[v] - 1) * l_eta[v];
  }
  for (int e = 0; e < 3; ++e) {
    const auto [i, j] = triangle_edges[e];
    point.shape[3 + e] = 4 * l[i] * l[j];
    point.d_xi[3 + e] = 4 * (l[i] * l_xi[j] + l[j] * l_xi[i]);
    point.d_eta[3 + e] = 4 * (l[i] * l_eta[j] + l[j] * l_eta[i]);
  }
  return point;
}

} // namespace

const std::array<FacePoint, points_per_face> &face_points() {
  static const double a = 0.445948490915965, wa = 0.5 * 0.223381589678011;
  static const double b = 0.091576213509771, wb = 0.5 * 0.109951743655322;
  static const std::array<FacePoint, points_per_face> points{face_point(1 - 2 * a, a, a, wa), face_point(a, 1 - 2 * a, a, wa),
                                                             face_point(a, a, 1 - 2 * a, wa), face_point(1 - 2 * b, b, b, wb),
                                                             face_point(b, 1 - 2 * b, b, wb), face_point(b, b, 1 - 2 * b, wb)};
  return points;
}

void add_point(const Gradients &g, const double *F, const double *S, const double *D, double weight, double *residual, double *matrix) {
  alignas(64) double B[6][32] = {};
  for (int a = 0; a < nodes_per_cell; ++a)
    for (int i = 0; i < 3; ++i) {
      const double f0 = F[3 * i], f1 = F[3 * i + 1], f2 = F[3 * i + 2];
      const int c = 3 * a + i;
      B[0][c] = f0 * g[a][0];
      B[1][c] = f1 * g[a][1];
      B[2][c] = f2 * g[a][2];
      B[3][c] = f0 * g[a][1] + f1 * g[a][0];
      B[4][c] = f0 * g[a][2] + f2 * g[a][0];
      B[5][c] = f1 * g[a][2] + f2 * g[a][1];
    }
  for (int k = 0; k < 6; ++k)
    for (int c = 0; c < 30; ++c)
      residual[c] += weight * S[k] * B[k][c];
  if (!matrix)
    return;
  alignas(64) double DB[6][32] = {};
  for (int k = 0; k < 6; ++k)
    for (int l = 0; l < 6; ++l) {
      const double d = weight * D[6 * k + l];
      for (int c = 0; c < 32; ++c)
        DB[k][c] += d * B[l][c];
    }
  for (int r = 0; r < 30; ++r) {
    double *row = matrix + 32 * r;
    for (int c = 0; c < 32; ++c)
      row[c] += B[0][r] * DB[0][c] + B[1][r] * DB[1][c] + B[2][r] * DB[2][c] + B[3][r] * DB[3][c] + B[4][r] * DB[4][c] + B[5][r] * DB[5][c];
  }
  for (int a = 0; a < nodes_per_cell; ++a) {
    const double s0 = weight * (S[0] * g[a][0] + S[3] * g[a][1] + S[4] * g[a][2]);
    const double s1 = weight * (S[3] * g[a][0] + S[1] * g[a][1] + S[5] * g[a][2]);
    const double s2 = weight * (S[4] * g[a][0] + S[5] * g[a][1] + S[2] * g[a][2]);
    for (int b = 0; b < nodes_per_cell; ++b) {
      const double geometric = s0 * g[b][0] + s1 * g[b][1] + s2 * g[b][2];
      for (int i = 0; i < 3; ++i)
        matrix[32 * (3 * a + i) + 3 * b + i] += geometric;
    }
  }
}

} // namespace corvivo::physics
