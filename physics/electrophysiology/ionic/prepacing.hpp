#pragma once
/// Brings a myocyte to the limit cycle of a heart rate before a heartbeat starts from it.
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <filesystem>

namespace corvivo::physics {

struct PrepacingOptions {
  double cycle = 1000;     ///< ms
  int beats = 1000;        ///< at most
  double tolerance = 1e-5; ///< largest relative change of any state from one beat to the next
  void describe(io::Schema &schema);
};

/// One cell at the end of a cycle, just before the next stimulus.
struct PacedCell {
  double voltage = 0; ///< mV
  std::vector<double> states;
  int beats = 0;     ///< that were paced
  double change = 0; ///< largest relative change of a state in the last of them
};

/// Paces one cell from where the model starts: 1 ms of a potassium current twice as strong as needed, so that charge is conserved and a
/// limit cycle exists (Hund et al., Biophys J 81:3324, 2001). Throws SolveError when the cell does not stay finite.
PacedCell pace(const IonicModel &model, const PrepacingOptions &options);

/// The same, taken from a file of the folder `cache` when one cell of this model with these parameters and options has been paced before,
/// and kept there otherwise. `name` is the model's in its catalogue. An empty folder name keeps nothing.
PacedCell pace_cached(const std::string &name, IonicModel &model, const PrepacingOptions &options, const std::filesystem::path &cache);

} // namespace corvivo::physics
