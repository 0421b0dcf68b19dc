#include <mesh/shape_model.hpp>

#include <io/base/errors.hpp>
#include <io/base/headed_file.hpp>
#include <io/base/random_stream.hpp>

#include <boost/math/distributions/chi_squared.hpp>
#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/lapack_full_matrix.h>
#include <deal.II/lac/vector.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

using io::dot;
using io::norm;

namespace {

using Field = std::vector<Vector3>; ///< a vector at each point

double product(const Field &a, const Field &b, const std::vector<double> &shares) {
  double sum = 0;
  for (std::size_t p = 0; p < a.size(); ++p)
    sum += shares[p] * dot(a[p], b[p]);
  return sum;
}

Field difference(const Field &a, const Field &b) {
  Field d(a.size());
  for (std::size_t p = 0; p < a.size(); ++p)
    d[p] = a[p] - b[p];
  return d;
}

void add(Field &to, double factor, const Field &what) {
  for (std::size_t p = 0; p < to.size(); ++p)
    to[p] = to[p] + factor * what[p];
}

SampledShape mean_of(const std::vector<SampledShape> &hearts) {
  SampledShape mean = hearts.front();
  mean.points.assign(mean.points.size(), Vector3{});
  for (const SampledShape &heart : hearts) {
    CORVIVO_ASSERT(heart.points.size() == mean.points.size(), "hearts of a shape model need the same points");
    add(mean.points, 1.0 / double(hearts.size()), heart.points);
  }
  return mean;
}

struct Eigen {
  double value;
  std::vector<double> vector;
};

/// Of a symmetric matrix, largest first; each vector with a positive sum of cubes, so that its sign is not left to the library.
std::vector<Eigen> eigenpairs(const std::vector<std::vector<double>> &matrix) {
  const auto n = static_cast<unsigned int>(matrix.size());
  dealii::LAPACKFullMatrix<double> a(n);
  dealii::FullMatrix<double> vectors;
  dealii::Vector<double> values;
  for (unsigned int i = 0; i < n; ++i)
    for (unsigned int j = 0; j < n; ++j)
      a(i, j) = matrix[i][j];
  a.compute_eigenvalues_symmetric(-1e300, 1e300, 0, values, vectors);
  std::vector<Eigen> pairs;
  for (unsigned int k = values.size(); k-- > 0;) {
    Eigen pair{values(k), std::vector<double>(n)};
    double sign = 0;
    for (unsigned int i = 0; i < n; ++i) {
      pair.vector[i] = vectors(i, k);
      sign += std::pow(pair.vector[i], 3);
    }
    if (sign < 0)
      for (double &v : pair.vector)
        v = -v;
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

} // namespace

std::size_t ShapeModel::modes_for(double share) const {
  double sum = 0;
  for (std::size_t m = 0; m < variances.size(); ++m)
    if ((sum += variances[m]) >= share * total_variance)
      return m + 1;
  return variances.size();
}

std::vector<double> ShapeModel::scores_of(const SampledShape &shape, std::size_t modes_used) const {
  const Field off = difference(shape.points, mean.points);
  std::vector<double> found;
  for (std::size_t m = 0; m < std::min(modes_used, modes.size()); ++m)
    found.push_back(product(off, modes[m], shares));
  return found;
}

SampledShape ShapeModel::shape_of(const std::vector<double> &of) const {
  SampledShape shape = mean;
  for (std::size_t m = 0; m < std::min(of.size(), modes.size()); ++m)
    add(shape.points, of[m], modes[m]);
  return shape;
}

double ShapeModel::mahalanobis(const std::vector<double> &of) const {
  double sum = 0;
  for (std::size_t m = 0; m < std::min(of.size(), variances.size()); ++m)
    sum += of[m] * of[m] / variances[m];
  return std::sqrt(sum);
}

ShapeModel fit_shape_model(const std::vector<SampledShape> &hearts, double share) {
  if (hearts.size() < 3)
    throw io::CaseError("shapes: found " + std::to_string(hearts.size()) + " hearts that can be used; expected at least three");
  ShapeModel model;
  model.mean = mean_of(hearts);
  model.shares = area_shares(model.mean);
  const std::size_t n = hearts.size();
  std::vector<Field> off;
  for (const SampledShape &heart : hearts)
    off.push_back(difference(heart.points, model.mean.points));
  std::vector<std::vector<double>> gram(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      gram[i][j] = gram[j][i] = product(off[i], off[j], model.shares);
  for (std::size_t i = 0; i < n; ++i)
    model.total_variance += gram[i][i] / double(n - 1);
  double kept = 0;
  model.scores.resize(n);
  for (const Eigen &pair : eigenpairs(gram)) {
    const double variance = pair.value / double(n - 1);
    if (kept >= share * model.total_variance || variance < 1e-12 * model.total_variance)
      break;
    kept += variance;
    Field mode(model.mean.points.size());
    for (std::size_t i = 0; i < n; ++i) {
      add(mode, pair.vector[i] / std::sqrt(pair.value), off[i]);
      model.scores[i].push_back(std::sqrt(pair.value) * pair.vector[i]);
    }
    model.modes.push_back(std::move(mode));
    model.variances.push_back(variance);
  }
  return model;
}

double mean_distance(const SampledShape &a, const SampledShape &b, const std::vector<double> &shares) {
  double sum = 0;
  for (std::size_t p = 0; p < a.points.size(); ++p)
    sum += shares[p] * norm(a.points[p] - b.points[p]);
  return sum;
}

std::vector<double> leave_one_out_errors(const std::vector<SampledShape> &hearts, double share) {
  std::vector<double> errors;
  for (std::size_t out = 0; out < hearts.size(); ++out) {
    std::vector<SampledShape> others = hearts;
    others.erase(others.begin() + static_cast<long>(out));
    const ShapeModel model = fit_shape_model(others, share);
    const SampledShape again = model.shape_of(model.scores_of(hearts[out], model.modes.size()));
    errors.push_back(mean_distance(again, hearts[out], model.shares));
  }
  return errors;
}

std::vector<std::vector<double>> draw_scores(const ShapeModel &model, std::size_t modes_used, double limit, std::size_t count,
                                             std::uint64_t seed) {
  CORVIVO_ASSERT(modes_used > 0 && modes_used <= model.modes.size() && limit > 0, "draw from at least one mode within some distance");
  const boost::math::chi_squared squared_radius(static_cast<double>(modes_used));
  const double most = cdf(squared_radius, limit * limit);
  io::RandomStream random(seed);
  std::vector<std::vector<double>> drawn;
  for (std::size_t n = 0; n < count; ++n) {
    std::vector<double> direction;
    double length = 0;
    for (std::size_t m = 0; m < modes_used; ++m) {
      direction.push_back(random.normal());
      length += direction.back() * direction.back();
    }
    const double radius = std::sqrt(quantile(squared_radius, random.uniform() * most));
    for (std::size_t m = 0; m < modes_used; ++m)
      direction[m] *= radius / std::sqrt(length) * std::sqrt(model.variances[m]);
    drawn.push_back(std::move(direction));
  }
  return drawn;
}

namespace {

constexpr const char *format = "corvivo shape model 1", *what = "a saved shape model";

std::vector<double> flat(const Field &field) {
  std::vector<double> numbers;
  for (const Vector3 &v : field)
    numbers.insert(numbers.end(), v.begin(), v.end());
  return numbers;
}

Field unflat(const io::HeadedFile &file, std::size_t first, std::size_t points) {
  const std::vector<double> numbers = io::numbers_of<double>(file, first, 3 * points);
  Field field(points);
  for (std::size_t p = 0; p < points; ++p)
    field[p] = {numbers[3 * p], numbers[3 * p + 1], numbers[3 * p + 2]};
  return field;
}

} // namespace

void save(const ShapeModel &model, const std::string &path) {
  const nlohmann::json header{{"along", model.mean.along},
                              {"around", model.mean.around},
                              {"variances", model.variances},
                              {"total_variance", model.total_variance},
                              {"scores", model.scores}};
  std::string bytes = io::to_bytes(flat(model.mean.points)) + io::to_bytes(model.shares);
  for (const Field &mode : model.modes)
    bytes += io::to_bytes(flat(mode));
  io::write_headed_file(path, format, {header.dump(), bytes});
}

ShapeModel load_shape_model(const std::string &path) {
  const io::HeadedFile file = io::read_headed_file(path, format, what);
  ShapeModel model;
  try {
    const auto header = nlohmann::json::parse(file.heading);
    header.at("along").get_to(model.mean.along);
    header.at("around").get_to(model.mean.around);
    header.at("variances").get_to(model.variances);
    header.at("total_variance").get_to(model.total_variance);
    header.at("scores").get_to(model.scores);
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(path + ": not " + what + " (" + error.what() + "); make it again with corvivo shapes");
  }
  const std::size_t points = 2 * model.mean.along * model.mean.around;
  io::check_length(file, (4 + 3 * model.variances.size()) * points * sizeof(double), path, what);
  model.mean.points = unflat(file, 0, points);
  model.shares = io::numbers_of<double>(file, 3 * points, points);
  for (std::size_t m = 0; m < model.variances.size(); ++m)
    model.modes.push_back(unflat(file, (4 + 3 * m) * points, points));
  return model;
}

} // namespace corvivo::mesh
