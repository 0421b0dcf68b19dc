#pragma once
/// Where potentials of the heart's currents are looked at, and through which conductor.
#include <io/base/schema.hpp>
#include <io/base/time_series.hpp>
#include <physics/ecg/torso.hpp>

#include <filesystem>
#include <mpi.h>
#include <optional>

namespace corvivo::physics {

struct TorsoOptions {
  std::filesystem::path surface;
  void describe(io::Schema &schema);
};

/// Given places of the nine electrodes, mm, in the order of `Electrode`.
struct ElectrodePositions {
  std::array<mesh::Vector3, electrodes> position;
  ElectrodePositions();
  void describe(io::Schema &schema);
  /// Throws CaseError unless all nine are given.
  void check() const;
};

/// A catheter's electrode in tissue or cavity.
struct Electrogram {
  std::string name = "e1";
  mesh::Vector3 position{}; ///< mm
  void describe(io::Schema &schema);
};

struct Electrodes {
  std::vector<mesh::Vector3> positions;     ///< of the nine of `Electrode`, or none; mm
  std::vector<mesh::Vector3> surface;       ///< points of the torso; none: the conductor is unbounded
  std::vector<std::vector<double>> charges; ///< of each electrode, of each of those points: see BoundedConductor::charges
  std::vector<mesh::Vector3> electrograms;
  std::vector<double> softening; ///< mm, of each electrogram: the edge of a regular tetrahedron as large as the cell nearest to it
};

/// The nine electrodes as given, else by the heart's axes; with a torso each at the surface's nearest point, and the torso's equations
/// solved for each. Says how far electrodes were moved where it is more than 30 mm. `fine` is the mesh whose currents will be summed.
/// Throws CaseError for a torso that read_torso refuses, that the heart is not inside of, or without electrodes.
Electrodes place_electrodes(const mesh::HeartMesh &heart, const mesh::HeartMesh &fine, const std::optional<TorsoOptions> &torso,
                            const std::optional<ElectrodePositions> &given, const std::vector<Electrogram> &electrograms);
/// Time [ms] and the 12 leads [mV]; time and one column for each electrogram (no column without any). Empty tables.
io::TimeSeries ecg_table();
io::TimeSeries electrogram_table(const std::vector<Electrogram> &electrograms);
/// One row for each table that has columns, from the potentials that a LeadField gives.
void append_potentials(double time, const std::vector<double> &potential, io::TimeSeries &ecg, io::TimeSeries &electrograms);

/// Collective: rank 0's to all ranks.
void share(Electrodes &electrodes, MPI_Comm comm);

} // namespace corvivo::physics
