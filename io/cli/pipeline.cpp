#include <io/cli/pipeline.hpp>

#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <sys/resource.h>

namespace corvivo::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

double memory_peak_gb(MPI_Comm comm) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  double gb = static_cast<double>(usage.ru_maxrss) * 1024 / 1e9;
  MPI_Allreduce(MPI_IN_PLACE, &gb, 1, MPI_DOUBLE, MPI_SUM, comm);
  return gb;
}

/// Whether the record of a finished stage is whole; one that is not counts as no record.
bool is_record(const std::string &text) {
  try {
    const json document = json::parse(text);
    io::quantities_from_json(text);
    return document.at("hash").is_string() && document.at("seconds").is_number() && document.at("memory_peak").is_number();
  } catch (const json::exception &) {
    return false;
  } catch (const io::CaseError &) {
    return false;
  }
}

void make_folder(const fs::path &folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw io::CaseError(folder.string() + ": the output folder cannot be made (" + error.message() + "); try another with --output DIR");
}

} // namespace

Pipeline::Pipeline(MPI_Comm comm, fs::path output, std::string program, bool force)
    : comm_(comm), output_(std::move(output)), program_(std::move(program)), force_(force) {
  io::on_rank_0(comm_, [this] {
    make_folder(output_ / "stages");
    make_folder(cache());
    lock_ = FolderLock(output_);
    try {
      io::write_file((output_ / "stages" / ".writable").string(), "");
    } catch (const io::CaseError &) {
      throw io::CaseError(output_.string() + ": the output folder is not writable; try another with --output DIR");
    }
    fs::remove(output_ / "stages" / ".writable");
  });
}

std::string Pipeline::hash_of(const Stage &stage) const {
  std::string text = program_ + "\n" + stage.name + "\n" + stage.inputs + "\n";
  for (const std::string &name : stage.needs) {
    const auto before = std::find_if(records_.begin(), records_.end(), [&](const StageRecord &r) { return r.name == name; });
    CORVIVO_ASSERT(before != records_.end(), "stage '" + stage.name + "' comes before '" + name + "', which it needs");
    text += before->hash + "\n";
  }
  return io::content_hash(text);
}

void Pipeline::run(const Stage &stage) {
  const std::string hash = hash_of(stage);
  if (!keep(stage, hash))
    make(stage, hash);
}

bool Pipeline::keep(const Stage &stage, const std::string &hash) {
  std::string record;
  io::on_rank_0(comm_, [&] {
    const fs::path file = folder(stage.name) / "stage.json";
    if (force_ || !fs::exists(file))
      return;
    const std::string text = io::read_file(file.string());
    if (is_record(text) && json::parse(text).at("hash") == hash)
      record = text;
  });
  record = io::broadcast(record, comm_);
  if (record.empty())
    return false;
  adopt(stage.name, record, true);
  io::say("  " + stage.name + ": inputs unchanged, kept (made in " + io::fixed(records_.back().seconds, 1) + " s)");
  return true;
}

void Pipeline::make(const Stage &stage, const std::string &hash) {
  const fs::path part = folder(stage.name + ".part"), failed = folder(stage.name + ".failed"), finished = folder(stage.name);
  const fs::path inputs = part / "inputs.hash"; // of what lies in the folder
  running_hash_ = hash;
  io::say("  " + stage.name + " ...");
  io::on_rank_0(comm_, [&] {
    if (!stage.goes_on || force_ || !fs::exists(inputs) || io::read_file(inputs.string()) != hash)
      fs::remove_all(part);
    fs::remove_all(failed);
    make_folder(part);
    io::write_file(inputs.string(), hash);
  });
  io::Quantities quantities;
  const auto start = std::chrono::steady_clock::now();
  try {
    stage.work(part, quantities);
  } catch (const io::SolveError &) {
    io::on_rank_0(comm_, [&] {
      fs::rename(part, failed);
      io::write_file((failed / "results.json").string(), io::to_json(quantities));
    });
    for (io::Quantity quantity : quantities.all()) {
      quantity.stage = stage.name;
      quantity.warning = "partial: the stage failed. " + quantity.warning;
      quantities_.set(quantity);
    }
    throw;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double memory = memory_peak_gb(comm_);
  std::string record;
  io::on_rank_0(comm_, [&] {
    json document = json::parse(io::to_json(quantities));
    document["hash"] = hash;
    document["seconds"] = seconds;
    document["memory_peak"] = memory;
    record = document.dump(1);
    io::write_file((part / "stage.json").string(), record);
    fs::remove(inputs);
    fs::remove_all(finished);
    fs::rename(part, finished);
  });
  adopt(stage.name, io::broadcast(record, comm_), false);
  io::say("  " + stage.name + ": " + io::fixed(records_.back().seconds, 1) + " s");
}

void Pipeline::adopt_finished() {
  std::vector<std::pair<fs::file_time_type, fs::path>> finished;
  for (const auto &entry : fs::directory_iterator(output_ / "stages"))
    if (fs::exists(entry.path() / "stage.json") && entry.path().extension().empty())
      finished.emplace_back(fs::last_write_time(entry.path() / "stage.json"), entry.path());
  std::sort(finished.begin(), finished.end());
  for (const auto &[time, folder] : finished)
    if (const std::string record = io::read_file((folder / "stage.json").string()); is_record(record))
      adopt(folder.filename().string(), record, true);
    else
      io::warn(folder.string() + ": stage.json is damaged; the stage is left out and will be made anew by the next run");
}

void Pipeline::adopt(const std::string &stage, const std::string &record_text, bool kept) {
  const json document = json::parse(record_text);
  const io::Quantities reported = io::quantities_from_json(record_text);
  for (io::Quantity quantity : reported.all()) {
    quantity.stage = stage;
    quantities_.set(std::move(quantity));
  }
  records_.push_back({stage, document.at("hash"), document.at("seconds"), document.at("memory_peak"), kept});
  io::Quantity time{"time_" + stage, records_.back().seconds, "s", stage};
  quantities_.set(time);
}

} // namespace corvivo::cli
