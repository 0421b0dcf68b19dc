#pragma once
/// The one driver of a body that is loaded by itself: load steps in balance, or inertia by the generalised-alpha method.
#include <physics/mechanics/body_case.hpp>

#include <io/base/time_series.hpp>
#include <physics/restart.hpp>

namespace corvivo::physics {

struct BodyResult {
  io::TimeSeries series; ///< time [ms], pressure, tension [kPa], volume [mL], min_det_f [1], <probe>_ux _uy _uz [mm]; on every rank
  std::vector<io::Vector3> displacement; ///< mm, last, at the nodes of mesh::refine(mesh); rank 0
  bool partial = false;
  std::string failure;           ///< a sentence, when partial
  std::vector<double> residuals; ///< mm, corrections of the failed step
  std::size_t unknowns = 0, cells = 0;
  int steps = 0, halvings = 0;
  QuasiNewton::Effort effort;
  double seconds = 0;
  void require_complete() const; ///< throws SolveError
};

using BodyObserver = std::function<void(double time, const std::vector<io::Vector3> &displacement)>;

/// From rest at time 0 to the end. Collective; `observer` is called on rank 0 every `save_every`. `shape` is read on rank 0. The curves of
/// the case are prepared here. A run that was killed goes on from its last checkpoint to the same bits on the same ranks. Throws CaseError
/// for probes outside the body.
BodyResult run_body(MPI_Comm comm, const BodyShape &shape, BodyCase &options, const BodyObserver &observer = {},
                    const Restart &restart = {});

/// The body with its displacement [mm] as quadratic tetrahedra.
io::Grid to_grid(const BodyShape &shape, const std::vector<io::Vector3> &displacement);

/// Weights of the nodes of mesh::refine(mesh) that interpolate at a place of the undeformed body.
struct Probe {
  std::array<std::size_t, nodes_per_cell> nodes;
  std::array<double, nodes_per_cell> weights;
};
/// Throws CaseError when the place lies farther than `tolerance` of its element's size from every element.
Probe find_probe(const BodyShape &shape, const io::Vector3 &place, const std::string &name, double tolerance = 0.05);

} // namespace corvivo::physics
