#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/vtu.hpp>
#include <physics/ecg/vectorcardiogram.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>

#include <filesystem>

namespace corvivo::physics {

namespace {

struct Files {
  explicit Files(const std::string &folder)
      : activation(folder + "/activation.csv"), calcium(folder + "/calcium.bin"), ecg(folder + "/ecg.csv"), points(folder + "/points.csv"),
        map(folder + "/activation_map.vtu"), diffusivity(folder + "/diffusivity.csv") {}
  std::string activation, calcium, ecg, points, map, diffusivity;
};

io::TimeSeries one_column(const std::string &name, const std::string &unit, const std::vector<double> &values) {
  io::TimeSeries table;
  table.add_column(name, unit);
  for (const double value : values)
    table.append_row({value});
  return table;
}

/// The mesh of the map with the potentials at each saved time, and their list.
void save_voltage(const NodalHistory &voltage, const NodalHistory &extracellular, io::Grid grid, const std::string &folder) {
  grid.point_data.clear();
  grid.cell_data.clear();
  grid.point_data.push_back({"voltage [mV]", 1, {}});
  if (!extracellular.times.empty())
    grid.point_data.push_back({"extracellular_potential [mV]", 1, {}});
  std::vector<std::pair<double, std::string>> files;
  for (std::size_t t = 0; t < voltage.times.size(); ++t) {
    for (std::size_t field = 0; field < grid.point_data.size(); ++field) {
      const NodalHistory &history = field == 0 ? voltage : extracellular;
      const auto begin = history.values.begin() + static_cast<std::ptrdiff_t>(t * history.nodes);
      grid.point_data[field].values.assign(begin, begin + static_cast<std::ptrdiff_t>(history.nodes));
    }
    const std::string number = std::to_string(t),
                      name = "voltage_" + std::string(4 - std::min<std::size_t>(4, number.size()), '0') + number + ".vtu";
    io::write_vtu(grid, folder + "/" + name);
    files.emplace_back(voltage.times[t], name);
  }
  if (!files.empty())
    io::write_pvd(files, folder + "/voltage.pvd");
}

} // namespace

void save(const ElectrophysiologyResult &result, const std::string &folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    throw io::CaseError(folder + ": cannot be made: " + failed.message());
  const Files files(folder);
  io::write_file(files.activation, io::to_csv(one_column("activation_time", "ms", result.activation)));
  save(result.calcium, files.calcium);
  if (result.ecg.rows() > 0)
    io::write_file(files.ecg, io::to_csv(result.ecg));
  else
    std::filesystem::remove(files.ecg, failed);
  if (result.ecg.rows() > 0)
    io::write_file(folder + "/vcg.csv", io::to_csv(vectorcardiogram(result.ecg)));
  if (result.electrograms.rows() > 0)
    io::write_file(folder + "/electrograms.csv", io::to_csv(result.electrograms));
  if (result.points.rows() > 0)
    io::write_file(files.points, io::to_csv(result.points));
  if (result.extracellular_points.rows() > 0)
    io::write_file(folder + "/extracellular.csv", io::to_csv(result.extracellular_points));
  if (result.vulnerability.rows() > 0)
    io::write_file(folder + "/vulnerability.csv", io::to_csv(result.vulnerability));
  io::write_vtu(result.activation_map, files.map);
  if (!result.purkinje.points.empty())
    io::write_vtu(result.purkinje, folder + "/purkinje.vtu");
  save_voltage(result.voltage, result.extracellular, result.activation_map, folder);
  io::TimeSeries diffusivity;
  diffusivity.add_column("along", "mm^2/ms");
  diffusivity.add_column("across", "mm^2/ms");
  diffusivity.add_column("front_point", "1");
  diffusivity.append_row({result.diffusivity.along, result.diffusivity.across, result.diffusivity.front_point});
  io::write_file(files.diffusivity, io::to_csv(diffusivity));
}

ElectrophysiologyResult load_electrophysiology(const std::string &folder) {
  const Files files(folder);
  ElectrophysiologyResult result;
  const auto column = [](const io::TimeSeries &table, const std::string &name, const std::string &path) {
    if (!table.has(name))
      throw io::CaseError(path + ": has no column '" + name + "'; run electrophysiology again");
    return table.column(name);
  };
  result.activation = column(io::time_series_from_csv(files.activation), "activation_time", files.activation);
  result.calcium = load_nodal_history(files.calcium);
  if (std::filesystem::exists(files.ecg))
    result.ecg = io::time_series_from_csv(files.ecg);
  result.activation_map = io::read_vtu(files.map);
  const io::TimeSeries diffusivity = io::time_series_from_csv(files.diffusivity);
  const auto first = [&](const std::string &name) {
    const std::vector<double> values = column(diffusivity, name, files.diffusivity);
    if (values.empty())
      throw io::CaseError(files.diffusivity + ": has no row; run electrophysiology again");
    return values.front();
  };
  result.diffusivity = {first("along"), first("across"), first("front_point")};
  if (result.calcium.nodes != result.activation.size())
    throw io::CaseError(folder + ": activation and calcium are of different meshes; run electrophysiology again");
  return result;
}

} // namespace corvivo::physics
