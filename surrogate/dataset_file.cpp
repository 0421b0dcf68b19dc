#include <surrogate/dataset.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/time_series.hpp>
#include <surrogate/json_values.hpp>

namespace corvivo::surrogate {

namespace {
const std::string mark = "# corvivo dataset ";
}

void save_dataset(const Dataset &dataset, const std::filesystem::path &file) {
  nlohmann::ordered_json heading{{"model", dataset.model},
                                 {"fingerprint", dataset.fingerprint},
                                 {"runs", dataset.runs},
                                 {"seed", dataset.seed},
                                 {"seconds_per_run", dataset.seconds_per_run},
                                 {"ranks", dataset.ranks},
                                 {"space", physics::to_json(dataset.space)},
                                 {"outputs", outputs_to_json(dataset.outputs)},
                                 {"failures", nlohmann::ordered_json::array()}};
  for (const FailedRun &failure : dataset.failures)
    heading["failures"].push_back({{"member", failure.member}, {"message", failure.message}});
  io::TimeSeries table;
  table.add_column("member", "1");
  for (const physics::Parameter &parameter : dataset.space)
    table.add_column("parameter " + parameter.name, parameter.unit);
  for (const io::Quantity &output : dataset.outputs)
    table.add_column(output.name, output.unit);
  for (std::size_t i = 0; i < dataset.members.size(); ++i) {
    std::vector<double> row{static_cast<double>(dataset.members[i])};
    row.insert(row.end(), dataset.inputs[i].begin(), dataset.inputs[i].end());
    row.insert(row.end(), dataset.results[i].begin(), dataset.results[i].end());
    table.append_row(row);
  }
  io::write_file(file.string(), mark + heading.dump() + "\n" + io::to_csv(table));
}

Dataset load_dataset(const std::filesystem::path &file) {
  const std::string text = io::read_file(file.string());
  Dataset dataset;
  try {
    if (text.rfind(mark, 0) != 0)
      throw io::CaseError(file.string() + ":1:1: expected '" + mark + "…', a dataset that this program wrote");
    const auto heading = nlohmann::ordered_json::parse(text.substr(mark.size(), text.find('\n') - mark.size()));
    dataset.model = heading.at("model");
    dataset.fingerprint = heading.at("fingerprint");
    dataset.runs = heading.at("runs");
    dataset.seed = heading.at("seed");
    dataset.seconds_per_run = heading.at("seconds_per_run");
    dataset.ranks = heading.at("ranks");
    dataset.space = physics::space_from_json(heading.at("space"));
    dataset.outputs = outputs_from_json(heading.at("outputs"));
    for (const auto &failure : heading.at("failures"))
      dataset.failures.push_back({failure.at("member"), failure.at("message")});
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(file.string() + ":1:1: not a dataset of ours: " + error.what());
  }
  const io::TimeSeries table = io::time_series_from_csv(file.string());
  const std::size_t inputs = dataset.space.size(), outputs = dataset.outputs.size();
  if (table.columns().size() != 1 + inputs + outputs || table.rows() + dataset.failures.size() != static_cast<std::size_t>(dataset.runs))
    throw io::CaseError(file.string() + ": found " + std::to_string(table.rows()) + " rows of " + std::to_string(table.columns().size()) +
                        " values, which its first line does not promise; was the file cut off?");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto cell = [&](std::size_t column) { return table.columns()[column].values[row]; };
    dataset.members.push_back(static_cast<int>(cell(0)));
    physics::ParameterVector &input = dataset.inputs.emplace_back(inputs);
    std::vector<double> &result = dataset.results.emplace_back(outputs);
    for (std::size_t i = 0; i < inputs; ++i)
      input[i] = cell(1 + i);
    for (std::size_t i = 0; i < outputs; ++i)
      result[i] = cell(1 + inputs + i);
  }
  return dataset;
}

} // namespace corvivo::surrogate
