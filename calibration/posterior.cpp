#include <calibration/posterior.hpp>

#include <calibration/parameter_scale.hpp>
#include <io/base/errors.hpp>
#include <io/base/random_stream.hpp>
#include <io/base/text.hpp>
#include <physics/parameter_json.hpp>

#include <cmath>

namespace corvivo::calibration {

Vector Posterior::standard_deviation() const {
  const ParameterScale scale(space);
  Vector sd = scale.slope(scale.to_standard(mode));
  for (std::size_t i = 0; i < sd.size(); ++i)
    sd[i] *= std::sqrt(covariance[i][i]);
  return sd;
}

Vector Posterior::identifiability() const {
  Vector ratio;
  for (std::size_t i = 0; i < covariance.size(); ++i)
    ratio.push_back(std::sqrt(covariance[i][i]));
  return ratio;
}

Matrix Posterior::correlation() const {
  Matrix result = covariance;
  for (std::size_t i = 0; i < result.size(); ++i)
    for (std::size_t j = 0; j < result.size(); ++j)
      result[i][j] /= std::sqrt(covariance[i][i] * covariance[j][j]);
  return result;
}

std::vector<physics::ParameterVector> Posterior::draw(std::size_t count, std::int64_t draw_seed) const {
  const ParameterScale scale(space);
  const Vector center = scale.to_standard(mode);
  const Matrix l = cholesky(covariance);
  io::RandomStream random(static_cast<std::uint64_t>(draw_seed));
  const auto inside = [&](const Vector &x) {
    for (std::size_t i = 0; i < x.size(); ++i)
      if (x[i] < scale.lower()[i] || x[i] > scale.upper()[i])
        return false;
    return true;
  };
  std::vector<physics::ParameterVector> draws;
  while (draws.size() < count) {
    Vector x;
    for (int trial = 0; trial < 1000; ++trial) {
      Vector z(center.size());
      for (double &value : z)
        value = random.normal();
      x = times(l, z);
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] += center[i];
      if (inside(x))
        break;
    }
    draws.push_back(scale.from_standard(x));
  }
  return draws;
}

std::string Posterior::to_json() const {
  nlohmann::ordered_json parameters = physics::to_json(space);
  for (std::size_t i = 0; i < space.size(); ++i)
    parameters[i]["mode"] = mode[i];
  return nlohmann::ordered_json{
             {"format", "corvivo posterior 1"},      {"method", method}, {"model", model}, {"seed", seed}, {"parameters", parameters},
             {"standardised_covariance", covariance}}
             .dump(1) +
         "\n";
}

Posterior Posterior::from_json(const std::string &text) {
  try {
    const auto document = nlohmann::ordered_json::parse(text);
    if (document.at("format") != "corvivo posterior 1")
      throw io::CaseError("found a posterior of format '" + document.at("format").get<std::string>() + "', expected 'corvivo posterior 1'");
    Posterior posterior;
    posterior.method = document.at("method");
    posterior.model = document.at("model");
    posterior.seed = document.at("seed");
    posterior.space = physics::space_from_json(document.at("parameters"));
    for (const auto &p : document.at("parameters"))
      posterior.mode.push_back(p.at("mode"));
    posterior.covariance = document.at("standardised_covariance").get<Matrix>();
    bool square = posterior.covariance.size() == posterior.mode.size();
    for (const Vector &row : posterior.covariance)
      square = square && row.size() == posterior.mode.size();
    if (!square)
      throw io::CaseError("a posterior needs one row and column of its covariance for each parameter");
    return posterior;
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(std::string("not a posterior file of ours: ") + error.what());
  }
}

void Posterior::save(const std::filesystem::path &file) const {
  io::write_file(file.string(), to_json());
}

Posterior Posterior::load(const std::filesystem::path &file) {
  try {
    return from_json(io::read_file(file.string()));
  } catch (const io::CaseError &error) {
    throw io::CaseError(file.string() + ": " + error.what());
  }
}

} // namespace corvivo::calibration
