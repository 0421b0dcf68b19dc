#include <surrogate/surrogate_model.hpp>

#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/text.hpp>
#include <surrogate/json_values.hpp>

#include <algorithm>
#include <cstring>

namespace corvivo::surrogate {

namespace {

using Json = nlohmann::ordered_json;
constexpr int file_format = 1;
static_assert(sizeof(double) == 8, "weights are written as 64-bit floats");

std::filesystem::path with_suffix(std::filesystem::path stem, const char *suffix) {
  return stem += suffix;
}

// Visits every number of the network in the order of the file.
template <class SomeNetwork, class Visit> void each_array(SomeNetwork &network, const Visit &visit) {
  visit(network.input.offset);
  visit(network.input.scale);
  visit(network.output.offset);
  visit(network.output.scale);
  for (auto &layer : network.layers) {
    visit(layer.weights);
    visit(layer.biases);
  }
}

std::string to_bytes(const Network &network) {
  std::string bytes;
  each_array(network, [&](const std::vector<double> &values) {
    for (const double value : values) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value, 8);
      for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(bits >> (8 * i) & 0xff);
    }
  });
  return bytes;
}

void from_bytes(const std::string &bytes, Network &network) {
  std::size_t at = 0;
  each_array(network, [&](std::vector<double> &values) {
    for (double &value : values) {
      if (at + 8 > bytes.size())
        throw io::CaseError("it holds fewer numbers than its json promises");
      std::uint64_t bits = 0;
      for (int i = 0; i < 8; ++i)
        bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at++])) << (8 * i);
      std::memcpy(&value, &bits, 8);
    }
  });
  if (at != bytes.size())
    throw io::CaseError("it holds more numbers than its json promises");
}

Network empty_network(const Json &shape, std::size_t inputs, std::size_t outputs) {
  Network network;
  network.activation = shape.at("activation");
  const auto &names = Network::activations();
  if (std::find(names.begin(), names.end(), network.activation) == names.end())
    throw io::CaseError("no activation named '" + network.activation + "'" + io::did_you_mean(network.activation, names));
  const std::vector<std::size_t> widths = shape.at("widths");
  if (widths.size() < 2 || widths.front() != inputs || widths.back() != outputs)
    throw io::CaseError("the network's shape is not that of its parameters and outputs");
  network.input = {std::vector<double>(inputs), std::vector<double>(inputs)};
  network.output = {std::vector<double>(outputs), std::vector<double>(outputs)};
  for (std::size_t l = 0; l + 1 < widths.size(); ++l)
    network.layers.push_back(
        {widths[l], widths[l + 1], std::vector<double>(widths[l] * widths[l + 1]), std::vector<double>(widths[l + 1])});
  return network;
}

Json provenance_to_json(const Provenance &p) {
  return {{"model", p.model},
          {"fingerprint", p.fingerprint},
          {"version", p.version},
          {"git_hash", p.git_hash},
          {"training", p.training},
          {"runs", p.runs},
          {"failed_runs", p.failed_runs},
          {"held_out_runs", p.held_out_runs},
          {"seed", p.seed},
          {"seconds_per_run", p.seconds_per_run},
          {"ensemble_seconds", p.ensemble_seconds},
          {"training_seconds", p.training_seconds}};
}

Provenance provenance_from_json(const Json &json) {
  Provenance p;
  p.model = json.at("model");
  p.fingerprint = json.at("fingerprint");
  p.version = json.at("version");
  p.git_hash = json.at("git_hash");
  p.training = json.at("training");
  p.runs = json.at("runs");
  p.failed_runs = json.at("failed_runs");
  p.held_out_runs = json.at("held_out_runs");
  p.seed = json.at("seed");
  p.seconds_per_run = json.at("seconds_per_run");
  p.ensemble_seconds = json.at("ensemble_seconds");
  p.training_seconds = json.at("training_seconds");
  return p;
}

SurrogateModel parse(const std::string &text, const std::string &weights) {
  Json json = Json::parse(text);
  if (json.at("surrogate").get<int>() != file_format)
    throw io::CaseError("found format " + json["surrogate"].dump() + ", this program understands " + std::to_string(file_format));
  const std::string hash = json.at("hash");
  json.erase("hash");
  if (io::content_hash(json.dump() + weights) != hash)
    throw io::CaseError("its content is not what was written (the hash differs)");
  physics::ParameterSpace space = physics::space_from_json(json.at("space"));
  std::vector<io::Quantity> outputs = outputs_from_json(json.at("outputs"));
  Network network = empty_network(json.at("network"), space.size(), outputs.size());
  from_bytes(weights, network);
  std::vector<HeldOutError> errors;
  for (const auto &error : json.at("errors"))
    errors.push_back({error.at("rms"), error.at("range"), error.at("sd")});
  return {std::move(space), std::move(outputs), std::move(network), std::move(errors), provenance_from_json(json.at("provenance"))};
}

} // namespace

SurrogateModel::Files SurrogateModel::to_files() const {
  Json widths = Json::array({network_.inputs()}), errors = Json::array();
  for (const Layer &layer : network_.layers)
    widths.push_back(layer.outputs);
  for (const HeldOutError &error : errors_)
    errors.push_back({{"rms", error.rms}, {"range", error.range}, {"sd", error.sd}});
  Json json{{"surrogate", file_format},
            {"provenance", provenance_to_json(provenance_)},
            {"space", physics::to_json(space_)},
            {"outputs", outputs_to_json(outputs_)},
            {"errors", errors},
            {"network", {{"activation", network_.activation}, {"widths", widths}}}};
  const std::string weights = to_bytes(network_);
  json["hash"] = io::content_hash(json.dump() + weights);
  return {json.dump(1) + "\n", weights};
}

SurrogateModel SurrogateModel::from_files(const Files &files) {
  try {
    return parse(files.json, files.weights);
  } catch (const io::CaseError &error) {
    throw io::CaseError(std::string("this surrogate cannot be used: ") + error.what() + "; delete it and train again");
  } catch (const std::exception &error) { // json that is not json, or not ours
    throw io::CaseError(std::string("not a surrogate of ours: ") + error.what() + "; delete it and train again");
  }
}

void SurrogateModel::save(const std::filesystem::path &stem) const {
  const Files files = to_files();
  io::write_file(with_suffix(stem, ".weights").string(), files.weights);
  io::write_file(with_suffix(stem, ".json").string(), files.json);
}

SurrogateModel SurrogateModel::load(const std::filesystem::path &stem) {
  const std::string json_path = with_suffix(stem, ".json").string();
  const Files files{io::read_file(json_path), io::read_file(with_suffix(stem, ".weights").string())};
  try {
    return from_files(files);
  } catch (const io::CaseError &error) {
    throw io::CaseError(json_path + ": " + error.what());
  }
}

} // namespace corvivo::surrogate
