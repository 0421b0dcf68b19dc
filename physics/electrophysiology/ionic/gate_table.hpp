#pragma once
/// Gates that depend on the potential alone, from a table: for each quarter of a millivolt the cubics through four Chebyshev points of each
/// gate's steady state and rate. Their error is (h / 2)^4 / 192 times the fourth derivative, 3e-8 of the value for exp(v / 2.5 mV); a
/// formula that jumps should do so at a multiple of 0.25 mV. Parameters have no part in it, so a model has one table (1 to 2 MB) for every
/// step and parameter set. Only for kernel sources: all is in an unnamed namespace, so that each keeps its own.
///
/// A model M with such gates has
///   M::tabled, an array of their numbers;  M::tabled_gates(v, out), which hands on each of them and no other by out.gate or out.gates.
/// The loops of M then leave these states to the table; the plain rates use the formulas.
#include <physics/electrophysiology/ionic/vector_math.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>

namespace corvivo::physics::packed_kernel {
namespace {

/// Where a gate goes and how fast: dy/dt = (steady - y) rate.
struct Gate {
  double steady_over, steady_under, rate_over, rate_under; ///< two quotients (flat: nested aggregates keep GCC from vectorising)
};

/// Beyond -200 and 200 mV gates are what they are there.
struct TableRange {
  static constexpr double first = -200, per_mV = 4;
  static constexpr int intervals = 1600;
};

template <class M> class GateTable {
public:
  static constexpr std::size_t count = M::tabled.size();
  static constexpr std::size_t width = 2 * count; ///< steady states and rates in turn
  static constexpr std::size_t row = 4 * width;   ///< constants, then the factors of w, w^2, w^3; w = -1 ... 1

  static const GateTable &get() {
    static const GateTable table;
    return table;
  }
  /// Steady states and rates of each gate at the potentials of some cells.
  template <std::size_t cells> CORVIVO_INLINE_MEMBER void find(const double *v, double (&found)[width][cells]) const {
    alignas(64) double w[cells];
    std::int32_t n[cells];
    for (std::size_t i = 0; i < cells; ++i) {
      const double x = (v[i] - TableRange::first) * TableRange::per_mV, last = TableRange::intervals;
      const double inside = x < 0.0 ? 0.0 : x > last ? last : x;
      n[i] = static_cast<std::int32_t>(inside);
      n[i] = n[i] < 0 ? 0 : n[i] >= TableRange::intervals ? TableRange::intervals - 1 : n[i]; // of what is not a number too
      w[i] = 2.0 * (inside - n[i]) - 1.0;
    }
    for (std::size_t i = 0; i < cells; i += 2) { // two cells to a store
      const double *a = values_ + static_cast<std::size_t>(n[i]) * row, *b = values_ + static_cast<std::size_t>(n[i + 1]) * row;
      for (std::size_t k = 0; k < width; k += 2) {
        const Pair of_a = cubic(a + k, w[i]), of_b = cubic(b + k, w[i + 1]);
        const Pair first = __builtin_shufflevector(of_a, of_b, 0, 2), second = __builtin_shufflevector(of_a, of_b, 1, 3);
        __builtin_memcpy(&found[k][i], &first, sizeof(Pair));
        __builtin_memcpy(&found[k + 1][i], &second, sizeof(Pair));
      }
    }
  }

private:
  using Pair = double __attribute__((vector_size(16)));

  CORVIVO_INLINE_MEMBER static Pair entries(const double *at) {
    Pair read;
    __builtin_memcpy(&read, at, sizeof(Pair));
    return read;
  }
  CORVIVO_INLINE_MEMBER static Pair cubic(const double *at, double w) {
    return ((entries(at + 3 * width) * w + entries(at + 2 * width)) * w + entries(at + width)) * w + entries(at);
  }

  /// Takes what a model hands on.
  struct Reading {
    double *values;
    void gate(std::size_t state, const Gate &g) const {
      for (std::size_t k = 0; k < count; ++k)
        if (M::tabled[k] == state) {
          values[2 * k] = g.steady_over / g.steady_under;
          values[2 * k + 1] = g.rate_over / g.rate_under;
        }
    }
    void gates(std::size_t k, const Gate &a, std::size_t l, const Gate &b) const {
      gate(k, a);
      gate(l, b);
    }
  };

  GateTable() : values_(static_cast<double *>(::operator new(sizeof(double) * row * TableRange::intervals, std::align_val_t(64)))) {
    for (int n = 0; n < TableRange::intervals; ++n)
      fill(n);
  }

  /// The cubic through Chebyshev's points cos((2 j + 1) pi / 8).
  void fill(int n) {
    constexpr std::size_t points = 4;
    double at[points][width] = {};
    double point[points];
    for (std::size_t j = 0; j < points; ++j) {
      point[j] = std::cos((2.0 * static_cast<double>(j) + 1.0) * std::acos(-1.0) / 8.0);
      M::tabled_gates(TableRange::first + (n + 0.5 + 0.5 * point[j]) / TableRange::per_mV, Reading{at[j]});
    }
    double *to = values_ + static_cast<std::size_t>(n) * row;
    for (std::size_t k = 0; k < width; ++k) {
      double c[points] = {}; // factors of Chebyshev's polynomials
      for (std::size_t i = 0; i < points; ++i)
        for (std::size_t j = 0; j < points; ++j)
          c[i] += (i == 0 ? 0.25 : 0.5) * at[j][k] * std::cos(static_cast<double>(i) * std::acos(point[j]));
      to[k] = c[0] - c[2];
      to[width + k] = c[1] - 3.0 * c[3];
      to[2 * width + k] = 2.0 * c[2];
      to[3 * width + k] = 4.0 * c[3];
    }
  }

  double *values_; ///< to the end of the program; no std::vector, whose functions the linker shares between instruction sets
};

} // namespace
} // namespace corvivo::physics::packed_kernel
