#include <surrogate/dataset.hpp>

#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <surrogate/ensemble_checkpoint.hpp>
#include <surrogate/sampling.hpp>

#include <boost/core/demangle.hpp>

#include <chrono>
#include <cmath>
#include <typeinfo>

namespace corvivo::surrogate {

namespace {

using Clock = std::chrono::steady_clock;

std::vector<double> values_of(const physics::Observables &observables, const std::vector<io::Quantity> &outputs) {
  std::vector<double> values;
  for (const io::Quantity &output : outputs) {
    const double value = observables.value(output.name);
    if (!std::isfinite(value))
      throw io::SolveError("output '" + output.name + "' is not a finite number");
    values.push_back(value);
  }
  return values;
}

MemberRun run_member(const physics::ForwardModel &model, const std::vector<io::Quantity> &outputs, int member,
                     const physics::ParameterVector &point) {
  MemberRun run;
  run.member = member;
  const auto start = Clock::now();
  try {
    run.results = values_of(model.predict(point), outputs);
  } catch (const io::SolveError &error) {
    run.failure = error.what();
  }
  run.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return run;
}

// This rank's share of the members that are still to be done; what it throws, it returns, so that no rank is left waiting.
std::string run_share(MPI_Comm comm, const physics::ForwardModel &model, const std::vector<physics::ParameterVector> &points,
                      EnsembleRuns &runs, const std::filesystem::path &folder, std::string &error_text) {
  std::vector<int> waiting;
  for (int member = 0; member < static_cast<int>(points.size()); ++member)
    if (runs.count(member) == 0)
      waiting.push_back(member);
  std::string lines;
  try {
    CheckpointWriter checkpoint(folder, io::rank(comm));
    const std::vector<io::Quantity> outputs = model.outputs();
    io::Progress progress("ensemble", static_cast<double>(waiting.size()), "runs");
    for (std::size_t i = static_cast<std::size_t>(io::rank(comm)); i < waiting.size(); i += static_cast<std::size_t>(io::ranks(comm))) {
      const std::string line = to_line(run_member(model, outputs, waiting[i], points[static_cast<std::size_t>(waiting[i])]));
      checkpoint.append(line);
      lines += line;
      progress.update(static_cast<double>(i + 1));
    }
  } catch (const io::CaseError &error) {
    error_text = std::string("C") + error.what();
  } catch (const std::exception &error) {
    error_text = std::string("B") + error.what();
  }
  return lines;
}

void throw_first(const std::vector<std::string> &errors) {
  for (const std::string &error : errors) {
    if (error.empty())
      continue;
    if (error.front() == 'C')
      throw io::CaseError(error.substr(1));
    throw io::Bug(error.substr(1));
  }
}

Dataset assemble(const EnsembleRuns &runs, const std::vector<physics::ParameterVector> &points) {
  Dataset dataset;
  double seconds = 0;
  for (const auto &[member, run] : runs) { // a map: ascending members, whatever rank ran them
    seconds += run.seconds;
    if (!run.failure.empty()) {
      dataset.failures.push_back({member, run.failure});
      continue;
    }
    dataset.members.push_back(member);
    dataset.inputs.push_back(points[static_cast<std::size_t>(member)]);
    dataset.results.push_back(run.results);
  }
  dataset.seconds_per_run = seconds / static_cast<double>(runs.size());
  return dataset;
}

} // namespace

std::string fingerprint_of(MPI_Comm comm, const physics::ForwardModel &model) {
  std::string fingerprint;
  io::on_rank_0(comm, [&] {
    std::string text;
    physics::ParameterVector baseline;
    for (const physics::Parameter &p : model.space()) {
      text += p.name + "|" + p.unit + "|" + io::print_number(p.lower) + "|" + io::print_number(p.upper) + "\n";
      baseline.push_back(p.baseline);
    }
    const physics::Observables answer = model.predict(baseline);
    for (const io::Quantity &output : model.outputs())
      text += output.name + "|" + output.unit + "|" + io::print_number(answer.value(output.name)) + "\n";
    fingerprint = io::content_hash(text);
  });
  return io::broadcast(fingerprint, comm);
}

Dataset build_dataset(MPI_Comm comm, const physics::ForwardModel &model, int runs, int seed,
                      const std::filesystem::path &checkpoint_folder) {
  CORVIVO_ASSERT(runs > 0, "an ensemble needs at least one run");
  const std::vector<physics::ParameterVector> points = sobol_points(model.space(), runs, seed);
  const std::string fingerprint = fingerprint_of(comm, model);
  const std::size_t outputs = model.outputs().size();
  const std::string key = fingerprint + " seed " + std::to_string(seed);
  std::string lines;
  io::on_rank_0(comm, [&] { lines = open_checkpoint(checkpoint_folder, key, outputs); });
  lines = io::broadcast(lines, comm);
  EnsembleRuns done;
  read_lines(lines, outputs, runs, done);

  std::string error;
  const std::string mine = run_share(comm, model, points, done, checkpoint_folder, error);
  throw_first(io::all_gather(error, comm));
  for (const std::string &share : io::all_gather(mine, comm))
    read_lines(share, outputs, runs, done);
  CORVIVO_ASSERT(done.size() == points.size(), "a member of the ensemble was lost");

  Dataset dataset = assemble(done, points);
  dataset.model = boost::core::demangle(typeid(model).name());
  dataset.fingerprint = fingerprint;
  dataset.runs = runs;
  dataset.seed = seed;
  dataset.ranks = io::ranks(comm);
  dataset.space = model.space();
  dataset.outputs = model.outputs();
  dataset.seconds_per_run = io::broadcast(std::vector<double>{dataset.seconds_per_run}, comm).front();
  return dataset;
}

} // namespace corvivo::surrogate
