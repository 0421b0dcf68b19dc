#include <io/cli/stages.hpp>

#include <io/base/hash.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>

namespace corvivo::cli {

namespace fs = std::filesystem;

namespace {

/// Of the header and of the numbers beside it; nothing of what is not there, which the stage will say.
std::string record_hash(const std::string &header) {
  if (!fs::is_regular_file(header))
    return "";
  std::string hashes = io::file_hash(header) + "\n";
  for (const std::string &file : io::wfdb_files(header))
    hashes += fs::is_regular_file(file) ? io::file_hash(file) + "\n" : "";
  return hashes;
}

} // namespace

Stage ecg_stage(StageContext context) {
  const physics::EcgRecordOptions options = *context.options.ecg;
  physics::EcgRecordOptions named = options;
  named.record = options.record.filename(); // the same record in another place gives the same numbers
  MPI_Comm comm = context.pipeline.communicator();
  return {"ecg",
          {},
          inputs_of(named) + record_hash(options.record.string()),
          [options, comm](const fs::path &folder, io::Quantities &quantities) {
            io::on_rank_0(comm, [&] {
              const std::string path = options.record.string();
              const io::TimeSeries ecg = physics::ecg_of(io::read_wfdb(path), options.leads, path);
              const physics::EcgAnalysis analysis = physics::analyse(ecg, path);
              physics::report_analysis(analysis, ecg, quantities);
              io::write_file((folder / "beat.csv").string(), io::to_csv(analysis.beat));
              io::write_file((folder / "beats.csv").string(), io::to_csv(analysis.beats));
            });
          }};
}

} // namespace corvivo::cli
