#include <surrogate/train_surrogate.hpp>

#include <io/base/errors.hpp>
#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/base/version.hpp>
#include <surrogate/training.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <optional>
#include <random>

namespace corvivo::surrogate {

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Samples rows_of(const Dataset &data, const std::vector<std::size_t> &rows) {
  Samples samples;
  for (const std::size_t row : rows) {
    samples.inputs.push_back(data.inputs[row]);
    samples.targets.push_back(data.results[row]);
  }
  return samples;
}

std::vector<HeldOutError> held_out_errors(const Network &network, const Dataset &data, const Samples &test) {
  const Normalisation spread = Normalisation::of(data.results);
  std::vector<HeldOutError> errors(data.outputs.size());
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const auto [low, high] = std::minmax_element(data.results.begin(), data.results.end(), [&](auto &a, auto &b) { return a[i] < b[i]; });
    errors[i].range = (*high)[i] - (*low)[i];
    errors[i].sd = spread.scale[i];
  }
  for (std::size_t row = 0; row < test.inputs.size(); ++row) {
    const std::vector<double> answer = network.evaluate(test.inputs[row]);
    for (std::size_t i = 0; i < errors.size(); ++i)
      errors[i].rms += (answer[i] - test.targets[row][i]) * (answer[i] - test.targets[row][i]);
  }
  for (HeldOutError &error : errors)
    error.rms = std::sqrt(error.rms / static_cast<double>(test.inputs.size()));
  return errors;
}

std::string training_key(const std::string &fingerprint, SurrogateOptions options) {
  return io::content_hash(fingerprint + io::resolved_case([&](io::Schema &schema) { options.describe(schema); }) + io::version());
}

// What an earlier run left in `file`, if it can be read and `same` says that it is what this run asks for; rank 0.
template <class Load, class Same> auto kept(const std::filesystem::path &file, const Load &load, const Same &same) {
  std::optional<decltype(load())> found;
  if (!std::filesystem::exists(file))
    return found;
  try {
    found.emplace(load());
    if (!same(*found))
      found.reset();
  } catch (const io::CaseError &error) {
    io::warn(std::string(error.what()) + " (it is made again)");
  }
  return found;
}

Dataset dataset_for(MPI_Comm comm, const physics::ForwardModel &model, const std::string &fingerprint, const SurrogateOptions &options,
                    const std::filesystem::path &cache) {
  const std::filesystem::path file = cache / "dataset.csv";
  std::optional<Dataset> data;
  if (!cache.empty())
    io::on_rank_0(comm, [&] {
      data = kept(
          file, [&] { return load_dataset(file); },
          [&](const Dataset &d) { return d.fingerprint == fingerprint && d.seed == options.seed && d.runs == options.training_runs; });
    });
  if (io::broadcast(data ? std::string("kept") : std::string(), comm) == "kept")
    return data ? *data : Dataset();
  data = build_dataset(comm, model, options.training_runs, options.seed, cache);
  if (!cache.empty())
    io::on_rank_0(comm, [&] {
      save_dataset(*data, file);
      remove_checkpoint(cache);
    });
  return *data;
}

void check_failures(const Dataset &data, const SurrogateOptions &options) {
  if (static_cast<double>(data.failures.size()) > options.failures_allowed / 100 * data.runs)
    throw io::SolveError(std::to_string(data.failures.size()) + " of the " + std::to_string(data.runs) +
                         " runs of the ensemble failed, more than the " + io::print_number(options.failures_allowed) +
                         " % allowed; the first: " + data.failures.front().message + "; try a smaller parameter box");
}

double percent_of(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0.0;
}

double seconds_per_answer(const SurrogateModel &surrogate) {
  physics::ParameterVector centre;
  for (const physics::Parameter &p : surrogate.space())
    centre.push_back(0.5 * (p.lower + p.upper));
  constexpr int answers = 2000;
  double sum = 0; // kept and checked, so that no answer is optimised away
  const auto start = Clock::now();
  for (int i = 0; i < answers; ++i)
    sum += surrogate.predict(centre).all().front().value;
  const double seconds = seconds_since(start) / answers;
  CORVIVO_ASSERT(std::isfinite(sum), "the surrogate answers no number at the centre of its box");
  return seconds;
}

void set_quantities(const SurrogateModel &surrogate, double answer_seconds, io::Quantities &quantities) {
  const Provenance &from = surrogate.provenance();
  double in_ranges = 0, in_sds = 0, worst = -1;
  std::string worst_name;
  const auto outputs = surrogate.outputs();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const HeldOutError &e = surrogate.errors()[i];
    const double of_range = percent_of(e.rms, e.range), of_sd = percent_of(e.rms, e.sd);
    in_ranges += of_range * of_range / static_cast<double>(outputs.size());
    in_sds += of_sd * of_sd / static_cast<double>(outputs.size());
    if (of_range > worst)
      worst = of_range, worst_name = outputs[i].name;
  }
  quantities.set("surrogate_training_runs", from.runs, "1");
  quantities.set("surrogate_failed_runs", from.failed_runs, "1");
  quantities.set("surrogate_error", std::sqrt(in_ranges), "%");
  quantities.set("surrogate_error_worst", worst, "%").warning = "of output " + worst_name;
  quantities.set("surrogate_error_sd", std::sqrt(in_sds), "%");
  quantities.set("surrogate_speedup", from.seconds_per_run / answer_seconds, "1");
  quantities.set("surrogate_training_time", from.ensemble_seconds + from.training_seconds, "s");
}

} // namespace

Split split_rows(std::size_t count, const SurrogateOptions &options) {
  const auto share = [&](double percent) { return static_cast<std::size_t>(std::llround(percent / 100 * static_cast<double>(count))); };
  const std::size_t validation = share(options.validation_fraction), test = share(options.test_fraction);
  if (validation < 5 || test < 5 || validation + test + 5 > count)
    throw io::CaseError("surrogate: " + std::to_string(count) + " runs are too few to split into training, validation (" +
                        std::to_string(validation) + ") and test (" + std::to_string(test) +
                        "), each five at least; try more training_runs");
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 random(static_cast<std::uint64_t>(options.seed));
  for (std::size_t i = count - 1; i > 0; --i) // Fisher-Yates by hand: std::shuffle differs between libraries
    std::swap(order[i], order[random() % (i + 1)]);
  const auto first = order.begin(), second = first + static_cast<std::ptrdiff_t>(test),
             third = second + static_cast<std::ptrdiff_t>(validation);
  return {{third, order.end()}, {second, third}, {first, second}};
}

SurrogateModel fit_surrogate(const Dataset &data, const SurrogateOptions &options) {
  check_failures(data, options);
  const auto start = Clock::now();
  const Split split = split_rows(data.inputs.size(), options);
  const Training training = train_network(rows_of(data, split.training), rows_of(data, split.validation), options);
  Provenance from;
  from.model = data.model;
  from.fingerprint = data.fingerprint;
  from.version = io::version();
  from.git_hash = io::git_hash();
  from.training = training_key(data.fingerprint, options);
  from.runs = data.runs;
  from.failed_runs = static_cast<int>(data.failures.size());
  from.held_out_runs = static_cast<int>(split.test.size());
  from.seed = options.seed;
  from.seconds_per_run = data.seconds_per_run;
  from.ensemble_seconds = data.seconds_per_run * data.runs / data.ranks;
  from.training_seconds = seconds_since(start);
  return {data.space, data.outputs, training.network, held_out_errors(training.network, data, rows_of(data, split.test)), from};
}

SurrogateModel train_surrogate(MPI_Comm comm, const physics::ForwardModel &model, const SurrogateOptions &options,
                               const std::filesystem::path &cache, io::Quantities &quantities) {
  const std::string fingerprint = fingerprint_of(comm, model), key = training_key(fingerprint, options);
  const std::filesystem::path stem = cache / "surrogate", sidecar = cache / "surrogate.json";
  std::optional<SurrogateModel> surrogate;
  if (!cache.empty())
    io::on_rank_0(comm, [&] {
      surrogate = kept(
          sidecar, [&] { return SurrogateModel::load(stem); }, [&](const SurrogateModel &s) { return s.provenance().training == key; });
    });
  if (io::broadcast(surrogate ? std::string("kept") : std::string(), comm).empty()) {
    const Dataset data = dataset_for(comm, model, fingerprint, options, cache);
    io::on_rank_0(comm, [&] {
      surrogate.emplace(fit_surrogate(data, options));
      if (!cache.empty())
        surrogate->save(stem);
    });
  }
  SurrogateModel::Files files;
  if (surrogate)
    files = surrogate->to_files();
  files = {io::broadcast(files.json, comm), io::broadcast(files.weights, comm)};
  SurrogateModel shared = SurrogateModel::from_files(files);
  const double answer = io::broadcast(std::vector<double>{seconds_per_answer(shared)}, comm).front();
  set_quantities(shared, answer, quantities);
  return shared;
}

std::string error_table(const SurrogateModel &surrogate) {
  std::string table;
  const auto outputs = surrogate.outputs();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const HeldOutError &e = surrogate.errors()[i];
    char line[160];
    std::snprintf(line, sizeof line, "%-28s %10.4g %-8s %6.2f %% of range %6.2f %% of sd\n", outputs[i].name.c_str(), e.rms,
                  outputs[i].unit.c_str(), percent_of(e.rms, e.range), percent_of(e.rms, e.sd));
    table += line;
  }
  return table;
}

} // namespace corvivo::surrogate
