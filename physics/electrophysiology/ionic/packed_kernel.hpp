#pragma once
/// Turns the equations of one cell into loops over packs of cells. Only for kernel sources, which are compiled once per instruction set:
/// all is in an unnamed namespace, so that each keeps its own.
///
/// A model M has
///   M::Parameters;  M::states, the number of states;  M::parts, into how many loops its equations are split (registers are few);
///   M::Constants, made of the parameters once per call by M::constants(parameters);
///   M::evaluate<part>(constants, v, y, out): reads the states as y[k] and hands each on, once, as
///     out.gate(k, gate)               a state whose rate is linear in itself,
///     out.gates(k, gate, l, other)    two of them, so that they share a division,
///     out.rate(k, value)              dy_k/dt of any other;
///   part 0 returns the ionic current.
/// A model with gates of the potential alone may leave them to a table (gate_table.hpp).
/// A model whose upstroke is one current of few states has also
///   M::fast_states, an array of their numbers;  M::fast_current(constants, v, y).
#include <physics/electrophysiology/ionic/gate_table.hpp>
#include <physics/electrophysiology/ionic/packed_cells.hpp>

#include <cstring>
#include <type_traits>

namespace corvivo::physics::packed_kernel {
namespace {

using vector_math::decay;
using vector_math::divided;
using vector_math::Four;
using vector_math::Two;

constexpr std::size_t pack = 8;

/// States of a few cells side by side: copies that nothing else points to, so that the loops over them vectorise, and small enough for the
/// first-level cache.
template <class M> constexpr std::size_t block = M::states > 24 ? 32 : 64;
template <class M> struct alignas(64) Block { double y[M::states][block<M>]; };

template <class M> struct StatesOf {
  const Block<M> &b;
  std::size_t i;
  CORVIVO_INLINE_MEMBER double operator[](std::size_t k) const { return b.y[k][i]; }
};

/// Exponential steps of gates whose V is frozen (Rush & Larsen 1978), Euler steps of the rest.
template <class M> struct Step {
  const Block<M> &from;
  Block<M> &to;
  std::size_t i;
  double dt;
  CORVIVO_INLINE_MEMBER void gates(std::size_t k, const Gate &a, std::size_t l, const Gate &b) const {
    const Four q =
        divided({a.steady_over, a.steady_under}, {a.rate_over, a.rate_under}, {b.steady_over, b.steady_under}, {b.rate_over, b.rate_under});
    to.y[k][i] = q.a + (from.y[k][i] - q.a) * decay(-dt * q.b);
    to.y[l][i] = q.c + (from.y[l][i] - q.c) * decay(-dt * q.d);
  }
  CORVIVO_INLINE_MEMBER void gate(std::size_t k, const Gate &a) const {
    const Two q = divided({a.steady_over, a.steady_under}, {a.rate_over, a.rate_under});
    to.y[k][i] = q.a + (from.y[k][i] - q.a) * decay(-dt * q.b);
  }
  CORVIVO_INLINE_MEMBER void rate(std::size_t k, double value) const { to.y[k][i] = from.y[k][i] + dt * value; }
};

template <class M, class = void> constexpr bool has_table = false;
template <class M> constexpr bool has_table<M, std::void_t<decltype(M::tabled)>> = true;

/// Sixteen cells at a time, so that what is found for them stays in the first-level cache.
template <class M>
void step_tabled(const double *__restrict v, const Block<M> &from, Block<M> &to, std::size_t pairs, const double *__restrict dt) {
  using Table = GateTable<M>;
  const Table &table = Table::get();
  constexpr std::size_t cells = 2 * pack;
  for (std::size_t begin = 0; begin < cells * pairs; begin += cells) {
    alignas(64) double found[2 * Table::count][cells];
    table.find(v + begin, found);
    for (std::size_t g = 0; g < Table::count; ++g) {
      const double *__restrict old = from.y[M::tabled[g]] + begin;
      double *__restrict stepped = to.y[M::tabled[g]] + begin;
#pragma omp simd
      for (std::size_t i = 0; i < cells; ++i)
        stepped[i] = found[2 * g][i] + (old[i] - found[2 * g][i]) * decay(-dt[begin + i] * found[2 * g + 1][i]);
    }
  }
}

/// For the current alone: the rest is never computed.
struct Nothing {
  CORVIVO_INLINE_MEMBER void gates(std::size_t, const Gate &, std::size_t, const Gate &) const {}
  CORVIVO_INLINE_MEMBER void gate(std::size_t, const Gate &) const {}
  CORVIVO_INLINE_MEMBER void rate(std::size_t, double) const {}
};

struct Rates {
  const double *y;
  double *rates;
  CORVIVO_INLINE_MEMBER void gate(std::size_t k, const Gate &g) const {
    rates[k] = (g.steady_over / g.steady_under - y[k]) * (g.rate_over / g.rate_under);
  }
  CORVIVO_INLINE_MEMBER void gates(std::size_t k, const Gate &a, std::size_t l, const Gate &b) const {
    gate(k, a);
    gate(l, b);
  }
  CORVIVO_INLINE_MEMBER void rate(std::size_t k, double value) const { rates[k] = value; }
};

template <class M, int part>
void step_part(const typename M::Constants &c_in, const double *__restrict v, const Block<M> &at, const Block<M> &from, Block<M> &to,
               std::size_t pairs, const double *__restrict dt, double *__restrict current) {
  const typename M::Constants c = c_in;
#pragma omp simd
  for (std::size_t i = 0; i < 2 * pack * pairs; ++i) {
    const double total = M::template evaluate<part>(c, v[i], StatesOf<M>{at, i}, Step<M>{from, to, i, dt[i]});
    if (part == 0)
      current[i] = total;
  }
}

/// Over pairs of packs: for sixteen cells at a time the compiler needs no remainder, so every cell takes the same instructions.
/// Coefficients are those of (v, at); the step starts from `from`.
template <class M>
void step_block(const typename M::Constants &c, const double *v, const Block<M> &at, const Block<M> &from, Block<M> &to, std::size_t pairs,
                const double *dt, double *current) {
  step_part<M, 0>(c, v, at, from, to, pairs, dt, current);
  if constexpr (has_table<M>)
    step_tabled<M>(v, from, to, pairs, dt);
  if constexpr (M::parts > 1)
    step_part<M, 1>(c, v, at, from, to, pairs, dt, current);
}

template <class M>
void current_of_block(const typename M::Constants &c_in, const double *__restrict v, const Block<M> &at, std::size_t pairs,
                      double *__restrict current) {
  const typename M::Constants c = c_in;
#pragma omp simd
  for (std::size_t i = 0; i < 2 * pack * pairs; ++i)
    current[i] = M::template evaluate<0>(c, v[i], StatesOf<M>{at, i}, Nothing{});
}

/// Copies a pack of one array; the compiler makes it one or a few vector moves.
CORVIVO_INLINE void copy_pack(double *to, const double *from) {
  std::memcpy(to, from, pack * sizeof(double));
}

/// Keeps the old values of cells whose step is zero.
CORVIVO_INLINE void merge_pack(double *to, const double *from, const double *dt, bool all_step) {
  if (all_step)
    return copy_pack(to, from);
  for (std::size_t i = 0; i < pack; ++i)
    to[i] = dt[i] > 0.0 ? from[i] : to[i];
}

CORVIVO_INLINE bool all_positive(const double *dt) {
  int positive = 0;
  for (std::size_t i = 0; i < pack; ++i)
    positive += dt[i] > 0.0;
  return positive == pack;
}

template <class M>
void load_pack(Block<M> &b, double *v, std::size_t to, const double *voltage, const double *values, std::size_t stride, std::size_t from) {
  copy_pack(v + pack * to, voltage + pack * from);
  for (std::size_t k = 0; k < M::states; ++k)
    copy_pack(b.y[k] + pack * to, values + k * stride + pack * from);
}

template <class M>
void advance(const typename M::Parameters &p, const double *voltage, double *values, std::size_t stride, const PackedCells &cells,
             double *total) {
  const typename M::Constants c = M::constants(p);
  Block<M> now, next, middle;
  alignas(64) double v[block<M>], dt[block<M>], half[block<M>], v_middle[block<M>], current_of[block<M>];
  constexpr std::size_t packs = block<M> / pack;
  for (std::size_t begin = 0; begin < cells.packs; begin += packs) {
    const std::size_t count = cells.packs - begin < packs ? cells.packs - begin : packs, pairs = (count + 1) / 2;
    std::size_t at[packs];
    for (std::size_t q = 0; q < 2 * pairs; ++q) { // the last pack twice where their number is odd
      const std::size_t from = begin + (q < count ? q : count - 1);
      at[q] = cells.pack ? cells.pack[from] : from;
      load_pack<M>(now, v, q, voltage, values, stride, at[q]);
      for (std::size_t i = 0; i < pack; ++i)
        dt[pack * q + i] = cells.steps ? cells.steps[pack * at[q] + i] : cells.step;
    }
    if (cells.second_order) {
      for (std::size_t i = 0; i < 2 * pack * pairs; ++i)
        half[i] = 0.5 * dt[i];
      step_block<M>(c, v, now, now, middle, pairs, half, current_of);
      for (std::size_t i = 0; i < 2 * pack * pairs; ++i)
        v_middle[i] = v[i] - half[i] * current_of[i];
      step_block<M>(c, v_middle, middle, now, next, pairs, dt, current_of);
    } else {
      step_block<M>(c, v, now, now, next, pairs, dt, current_of);
    }
    for (std::size_t q = 0; q < count; ++q) {
      const bool all_step = cells.steps ? all_positive(dt + pack * q) : cells.step > 0;
      for (std::size_t k = 0; k < M::states; ++k)
        merge_pack(values + k * stride + pack * at[q], next.y[k] + pack * q, dt + pack * q, all_step);
      merge_pack(total + pack * at[q], current_of + pack * q, dt + pack * q, all_step);
    }
  }
}

template <class M>
void current(const typename M::Parameters &p, const double *voltage, const double *values, std::size_t stride, std::size_t cells,
             double *total) {
  const typename M::Constants c = M::constants(p);
  Block<M> b;
  alignas(64) double v[block<M>], current_of[block<M>];
  constexpr std::size_t packs = block<M> / pack;
  for (std::size_t begin = 0; begin < cells / pack; begin += packs) {
    const std::size_t left = cells / pack - begin, count = left < packs ? left : packs, pairs = (count + 1) / 2;
    for (std::size_t q = 0; q < 2 * pairs; ++q)
      load_pack<M>(b, v, q, voltage, values, stride, begin + (q < count ? q : count - 1));
    current_of_block<M>(c, v, b, pairs, current_of);
    for (std::size_t q = 0; q < count; ++q)
      copy_pack(total + pack * (begin + q), current_of + pack * q);
  }
}

template <class M>
void rates(const typename M::Parameters &p, double voltage, const double *values, double *voltage_rate, double *state_rates) {
  const typename M::Constants c = M::constants(p);
  const Rates out{values, state_rates};
  *voltage_rate = -M::template evaluate<0>(c, voltage, values, out);
  if constexpr (M::parts > 1)
    M::template evaluate<1>(c, voltage, values, out);
  if constexpr (has_table<M>)
    M::tabled_gates(voltage, out);
}

struct StatesOfArray {
  const double *values;
  std::size_t stride, i;
  CORVIVO_INLINE_MEMBER double operator[](std::size_t k) const { return values[k * stride + i]; }
};

/// Pack by pack, so that every cell takes the same instructions.
template <class M>
void fast_current(const typename M::Parameters &p, const double *__restrict voltage, const double *__restrict values, std::size_t stride,
                  std::size_t cells, double *__restrict total) {
  const typename M::Constants c = M::constants(p);
  for (std::size_t begin = 0; begin < cells; begin += pack) {
#pragma omp simd
    for (std::size_t i = 0; i < pack; ++i)
      total[begin + i] = M::fast_current(c, voltage[begin + i], StatesOfArray{values, stride, begin + i});
  }
}

template <class M, class = void> constexpr bool has_fast_current = false;
template <class M> constexpr bool has_fast_current<M, std::void_t<decltype(M::fast_states)>> = true;

/// The kernels of M; `fast_current` is the whole current where M does not part it.
template <class M, class Kernels> constexpr Kernels kernels_of(Kernels made) {
  if constexpr (has_fast_current<M>) {
    made.fast_current = fast_current<M>;
    made.fast_states = M::fast_states.data();
    made.fast_states_count = M::fast_states.size();
  }
  return made;
}

} // namespace
} // namespace corvivo::physics::packed_kernel

/// The last line of a kernel source, in the variant's namespace.
#define CORVIVO_KERNELS_OF(Model)                                                                                                          \
  const IonicKernels<Model::Parameters> kernels = packed_kernel::kernels_of<Model>(                                                        \
      IonicKernels<Model::Parameters>{packed_kernel::advance<Model>, packed_kernel::current<Model>, packed_kernel::rates<Model>,           \
                                      packed_kernel::current<Model>, nullptr, 0})
