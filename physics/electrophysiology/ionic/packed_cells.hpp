#pragma once
#include <cstddef>
#include <cstdint>

namespace corvivo::physics {

/// Which cells to step and by how much. Cells are stored in packs of eight: pack q holds cells 8 q ... 8 q + 7.
struct PackedCells {
  const std::uint32_t *pack = nullptr; ///< the packs to look at; null: 0, 1, 2 ...
  std::size_t packs = 0;               ///< how many of them
  const double *steps = nullptr;       ///< ms, by cell (all cells, not only those of these packs); cells of step zero are left alone
  double step = 0;                     ///< ms, of every cell where `steps` is null
  bool second_order = false;           ///< see IonicModel::advance_packs
};

/// The loops of a model that the compiler vectorises, as in IonicModel; their source is compiled once per instruction set with its own
/// flags (no NaN survives them: check for NaN elsewhere).
template <class Parameters> struct IonicKernels {
  void (*advance)(const Parameters &parameters, const double *voltage, double *states, std::size_t stride, const PackedCells &cells,
                  double *current);
  void (*current)(const Parameters &parameters, const double *voltage, const double *states, std::size_t stride, std::size_t cells,
                  double *current);
  void (*rates)(const Parameters &parameters, double voltage, const double *states, double *voltage_rate, double *state_rates);
  void (*fast_current)(const Parameters &parameters, const double *voltage, const double *states, std::size_t stride, std::size_t cells,
                       double *current);
  const std::size_t *fast_states; ///< that `fast_current` reads
  std::size_t fast_states_count;
};

} // namespace corvivo::physics

/// Declares a model's kernels: CORVIVO_IONIC_KERNELS(parameters_type) in the model's own namespace.
#define CORVIVO_IONIC_KERNELS(Parameters)                                                                                                  \
  namespace portable {                                                                                                                     \
  extern const IonicKernels<Parameters> kernels;                                                                                           \
  }                                                                                                                                        \
  namespace avx2 {                                                                                                                         \
  extern const IonicKernels<Parameters> kernels;                                                                                           \
  }                                                                                                                                        \
  namespace avx512 {                                                                                                                       \
  extern const IonicKernels<Parameters> kernels;                                                                                           \
  }
