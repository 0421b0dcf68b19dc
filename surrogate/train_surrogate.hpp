#pragma once
/// The surrogate stage: ensemble, training, held-out error, speed-up.
#include <surrogate/dataset.hpp>
#include <surrogate/options.hpp>
#include <surrogate/surrogate_model.hpp>

namespace corvivo::surrogate {

/// Row numbers of a dataset: disjoint, together all of them.
struct Split {
  std::vector<std::size_t> training, validation, test;
};

/// A random split by the options' seed and fractions; the same for the same seed and count. Throws CaseError when a part would have fewer
/// than five rows.
Split split_rows(std::size_t count, const SurrogateOptions &options);

/// Trains on `data` and measures the error on its held-out rows. Rank 0 only.
SurrogateModel fit_surrogate(const Dataset &data, const SurrogateOptions &options);

/// Runs the ensemble on all ranks of `comm`, trains on rank 0 and returns the same surrogate on every rank. With a `cache` folder, the
/// ensemble (dataset.csv) and the surrogate (surrogate.json, surrogate.weights) are kept there and used again when model, seed and options
/// are the same; a killed ensemble goes on where it stopped. Collective.
///
/// Sets surrogate_training_runs [1], surrogate_failed_runs [1], surrogate_error [%] (root mean square over the outputs of each one's root
/// mean square error over the held-out runs in its range over all runs), surrogate_error_worst [%] (the largest of these, its name in the
/// warning field), surrogate_error_sd [%] (as surrogate_error, but in standard deviations of the outputs), surrogate_speedup [1] (wall time
/// of one run of the model over that of one answer of the surrogate) and surrogate_training_time [s] (ensemble and training, as first
/// made). Throws SolveError when more than options.failures_allowed of the runs fail.
SurrogateModel train_surrogate(MPI_Comm comm, const physics::ForwardModel &model, const SurrogateOptions &options,
                               const std::filesystem::path &cache, io::Quantities &quantities);

/// One line an output: name, error, unit, percent of range; for reports and messages.
std::string error_table(const SurrogateModel &surrogate);

} // namespace corvivo::surrogate
