#pragma once
/// The myocytes on the nodes of a tissue: of one kind, or of several variants of one ionic model (layers of the wall, remodelled tissue).
#include <physics/electrophysiology/ionic/ionic_model.hpp>

#include <cstdint>

namespace corvivo::physics {

/// The kinds stay the caller's. Values are stored as IonicModel stores them, `stride()` apart; cells beyond `count` are padding of kind 0.
class Cells {
public:
  /// `kind_of[i]`: which of `kinds` cell i is; empty: all of the first. Throws CaseError for kinds with different states.
  Cells(std::vector<const IonicModel *> kinds, std::vector<std::uint8_t> kind_of, std::size_t count);
  Cells(const IonicModel &kind, std::size_t count) : Cells(std::vector<const IonicModel *>{&kind}, {}, count) {}

  std::size_t stride() const { return stride_; }
  std::size_t kinds() const { return kinds_.size(); }
  const IonicModel &kind(std::size_t k) const { return *kinds_[k]; }
  std::uint8_t kind_of(std::size_t cell) const { return kind_of_.empty() ? std::uint8_t{0} : kind_of_[cell]; }
  /// What each cell starts from: V (mV), and state k of cell i at [k * stride() + i].
  std::vector<double> initial_voltage() const;
  std::vector<double> initial_states() const;

  /// IonicModel::advance and fast_current of every cell's own kind.
  void advance(const double *voltage, double *states, double dt, double *current) const;
  void fast_current(const double *voltage, const double *states, double *current) const;

private:
  /// Packs that hold cells of a kind: of it alone, and with others beside (`share[i]` 1 for cells of this kind, else 0).
  struct Packs {
    std::vector<std::uint32_t> pure, mixed;
    std::vector<double> share;
  };

  std::vector<const IonicModel *> kinds_;
  std::vector<std::uint8_t> kind_of_; ///< with the padding; empty when there is one kind
  std::size_t stride_;
  std::vector<Packs> packs_; ///< by kind
  mutable std::vector<double> scratch_;
};

} // namespace corvivo::physics
