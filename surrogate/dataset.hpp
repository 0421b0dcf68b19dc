#pragma once
/// An ensemble of a model's own runs: what a surrogate learns from.
#include <physics/forward_model.hpp>

#include <filesystem>
#include <mpi.h>

namespace corvivo::surrogate {

struct FailedRun {
  int member; ///< number of the point in its Sobol sequence
  std::string message;
};

struct Dataset {
  std::string model;       ///< C++ type of the model
  std::string fingerprint; ///< of the model: see `fingerprint_of`
  int runs = 0, seed = 0;  ///< asked for; `inputs` and `failures` together have `runs` entries
  physics::ParameterSpace space;
  std::vector<io::Quantity> outputs;            ///< names and units
  std::vector<int> members;                     ///< ascending; one for each row below
  std::vector<physics::ParameterVector> inputs; ///< run by parameter, in the space's units
  std::vector<std::vector<double>> results;     ///< run by output, in the outputs' units
  std::vector<FailedRun> failures;
  double seconds_per_run = 0; ///< mean wall time of one run on one rank
  int ranks = 1;              ///< that shared the runs
};

/// Hash of the space, the outputs and the model's answer at its baseline: two models with the same fingerprint answer alike. Collective;
/// throws what the model throws at its baseline.
std::string fingerprint_of(MPI_Comm comm, const physics::ForwardModel &model);

/// Runs `model` at `runs` Sobol points of its space, members spread over the ranks of `comm` (each rank runs whole members, so the model
/// must not communicate). A member that throws SolveError or answers with a number that is not finite is recorded as failed and dropped;
/// any other error ends the ensemble on every rank. Apart from `seconds_per_run` and `ranks` the result has the same bits for any number of
/// ranks. With a `checkpoint_folder`, each member is written there as soon as it is done, and an ensemble that was killed goes on from
/// there, on any number of ranks; the files are left for the caller to remove by `remove_checkpoint` when the dataset is safe. Collective.
Dataset build_dataset(MPI_Comm comm, const physics::ForwardModel &model, int runs, int seed,
                      const std::filesystem::path &checkpoint_folder = {});
void remove_checkpoint(const std::filesystem::path &folder);

/// One csv: a commented line of provenance, then `member`, the parameters and the outputs as columns `name [unit]`. Written atomically.
void save_dataset(const Dataset &dataset, const std::filesystem::path &file);
/// Throws CaseError when the file is not what `save_dataset` writes.
Dataset load_dataset(const std::filesystem::path &file);

} // namespace corvivo::surrogate
