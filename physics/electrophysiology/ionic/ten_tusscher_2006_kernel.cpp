/// Compiled with -O3 -ffast-math -fopenmp-simd so that exp, log and sqrt become vector calls. Equations: ten Tusscher & Panfilov 2006, with
/// the free-calcium buffers written as factors of the rates (as in the CellML form of the model).
#include <physics/electrophysiology/ionic/ten_tusscher_2006.hpp>
#include <physics/electrophysiology/ionic/ten_tusscher_2006_kernel.hpp>

#include <cmath>
#include <cstring>

#define CORVIVO_INLINE static inline __attribute__((always_inline))

namespace corvivo::physics::ten_tusscher_2006 {
namespace {

using Parameters = TenTusscher2006Parameters;

/// Where a gate goes and how fast: dy/dt = (steady - y) rate.
struct Gate {
  double steady, rate;
};

CORVIVO_INLINE double square(double x) {
  return x * x;
}
/// 1 / (1 + exp((v - half) / slope)): falls with v for a positive slope.
CORVIVO_INLINE double sigmoid(double v, double half, double slope) {
  return 1.0 / (1.0 + std::exp((v - half) * (1.0 / slope)));
}

/// `below` where v < -40 mV, else `above`, without a branch: both are finite for any physiological v.
CORVIVO_INLINE double below_minus_40(double v, double below, double above) {
  const double share = v < -40.0 ? 1.0 : 0.0;
  return share * below + (1.0 - share) * above;
}

CORVIVO_INLINE Gate gate_m(double v) {
  const double alpha = sigmoid(v, -60.0, -5.0), beta = 0.1 * (sigmoid(v, -35.0, 5.0) + sigmoid(v, 50.0, 200.0));
  return {square(sigmoid(v, -56.86, -9.03)), 1.0 / (alpha * beta)};
}
CORVIVO_INLINE Gate gate_h(double v) {
  const double low = 0.057 * std::exp(-(v + 80.0) * (1.0 / 6.8)) + 2.7 * std::exp(0.079 * v) + 3.1e5 * std::exp(0.3485 * v);
  const double high = (0.77 / 0.13) * sigmoid(v, -10.66, -11.1);
  return {square(sigmoid(v, -71.55, 7.43)), below_minus_40(v, low, high)};
}
CORVIVO_INLINE Gate gate_j(double v) {
  const double alpha =
      (-2.5428e4 * std::exp(0.2444 * v) - 6.948e-6 * std::exp(-0.04391 * v)) * (v + 37.78) * sigmoid(v, -79.23, 1.0 / 0.311);
  const double beta_low = 0.02424 * std::exp(-0.01052 * v) * sigmoid(v, -40.14, -1.0 / 0.1378);
  const double beta_high = 0.6 * std::exp(0.057 * v) * sigmoid(v, -32.0, -10.0);
  return {square(sigmoid(v, -71.55, 7.43)), below_minus_40(v, alpha + beta_low, beta_high)};
}
CORVIVO_INLINE Gate gate_Xr1(double v) {
  return {sigmoid(v, -26.0, -7.0), 1.0 / (2700.0 * sigmoid(v, -45.0, -10.0) * sigmoid(v, -30.0, 11.5))};
}
CORVIVO_INLINE Gate gate_Xr2(double v) {
  return {sigmoid(v, -88.0, 24.0), 1.0 / (3.36 * sigmoid(v, -60.0, -20.0) * sigmoid(v, 60.0, 20.0))};
}
CORVIVO_INLINE Gate gate_Xs(double v) {
  const double product = 1400.0 * std::sqrt(sigmoid(v, 5.0, -6.0)) * sigmoid(v, 35.0, 15.0);
  return {sigmoid(v, -5.0, -14.0), 1.0 / (product + 80.0)};
}
CORVIVO_INLINE Gate gate_r(double v) {
  return {sigmoid(v, 20.0, -6.0), 1.0 / (9.5 * std::exp(-square(v + 40.0) * (1.0 / 1800.0)) + 0.8)};
}
template <bool endocardial> CORVIVO_INLINE Gate gate_s(double v) {
  if constexpr (endocardial)
    return {sigmoid(v, -28.0, 5.0), 1.0 / (1000.0 * std::exp(-square(v + 67.0) * (1.0 / 1000.0)) + 8.0)};
  else
    return {sigmoid(v, -20.0, 5.0), 1.0 / (85.0 * std::exp(-square(v + 45.0) * (1.0 / 320.0)) + 5.0 * sigmoid(v, 20.0, 5.0) + 3.0)};
}
CORVIVO_INLINE Gate gate_d(double v) {
  const double alpha = 1.4 * sigmoid(v, -35.0, -13.0) + 0.25, beta = 1.4 * sigmoid(v, -5.0, 5.0), gamma = sigmoid(v, 50.0, -20.0);
  return {sigmoid(v, -8.0, -7.5), 1.0 / (alpha * beta + gamma)};
}
CORVIVO_INLINE Gate gate_f(double v) {
  const double tau =
      1102.5 * std::exp(-square(v + 27.0) * (1.0 / 225.0)) + 200.0 * sigmoid(v, 13.0, -10.0) + 180.0 * sigmoid(v, -30.0, 10.0) + 20.0;
  return {sigmoid(v, -20.0, 7.0), 1.0 / tau};
}
CORVIVO_INLINE Gate gate_f2(double v) {
  const double tau = 562.0 * std::exp(-square(v + 27.0) * (1.0 / 240.0)) + 31.0 * sigmoid(v, 25.0, -10.0) + 80.0 * sigmoid(v, -30.0, 10.0);
  return {0.67 * sigmoid(v, -35.0, 7.0) + 0.33, 1.0 / tau};
}
CORVIVO_INLINE Gate gate_fCass(double Ca_ss) {
  const double free = 1.0 / (1.0 + square(Ca_ss * 20.0));
  return {0.6 * free + 0.4, 1.0 / (80.0 * free + 2.0)};
}

/// The states that the currents need, of one cell.
struct Cell {
  double v, xr1, xr2, xs, m, h, j, d, f, f2, fcass, s, r, ca, ca_ss, na, k;
};
struct Currents {
  double sodium, potassium, calcium, subspace_calcium; ///< charge carried by each ion: what changes its concentration
  double total;
};

CORVIVO_INLINE Currents currents(const Parameters &p, const Cell &c) {
  const double thermal = p.R * p.T / p.F, u = c.v / thermal; // RT/F, mV
  const double log_k = std::log(c.k), log_na = std::log(c.na), log_ca = std::log(c.ca);
  const double from_K = c.v - thermal * (std::log(p.K_o) - log_k), from_Na = c.v - thermal * (std::log(p.Na_o) - log_na);
  const double from_Ca = c.v - 0.5 * thermal * (std::log(p.Ca_o) - log_ca);
  const double from_Ks = c.v - thermal * (std::log(p.K_o + p.p_KNa * p.Na_o) - std::log(c.k + p.p_KNa * c.na));
  const double root = std::sqrt(p.K_o / 5.4);

  const double i_Na = p.g_Na * c.m * c.m * c.m * c.h * c.j * from_Na, i_bNa = p.g_bNa * from_Na;
  const double alpha_K1 = 0.1 / (1.0 + std::exp(0.06 * (from_K - 200.0)));
  const double beta_K1 = (3.0 * std::exp(0.0002 * (from_K + 100.0)) + std::exp(0.1 * (from_K - 10.0))) / (1.0 + std::exp(-0.5 * from_K));
  const double i_K1 = p.g_K1 * root * alpha_K1 / (alpha_K1 + beta_K1) * from_K;
  const double i_to = p.g_to * c.r * c.s * from_K, i_Kr = p.g_Kr * root * c.xr1 * c.xr2 * from_K;
  const double i_Ks = p.g_Ks * c.xs * c.xs * from_Ks, i_pK = p.g_pK * from_K * sigmoid(c.v, 25.0, -5.98);

  // i_CaL holds x / (exp(x) - 1), whose value at x = 0 is 1: kept off 0/0 by a step that changes it by 5e-7.
  const double offset = 2.0 * (c.v - 15.0) / thermal, x = std::fabs(offset) < 1e-6 ? 1e-6 : offset, e = std::exp(x);
  const double i_CaL = p.g_CaL * c.d * c.f * c.f2 * c.fcass * 2.0 * p.F * x * (0.25 * c.ca_ss * e - p.Ca_o) / (e - 1.0);
  const double i_bCa = p.g_bCa * from_Ca, i_pCa = p.g_pCa * c.ca / (c.ca + p.K_pCa);

  const double e_pump = std::exp(-0.1 * u), e_in = std::exp(p.gamma * u), e_out = std::exp((p.gamma - 1.0) * u), e_v = std::exp(-u);
  const double i_NaK = p.P_NaK * p.K_o / (p.K_o + p.K_mK) * c.na / ((c.na + p.K_mNa) * (1.0 + 0.1245 * e_pump + 0.0353 * e_v));
  const double cube = p.Na_o * p.Na_o * p.Na_o;
  const double i_NaCa = p.k_NaCa * (e_in * c.na * c.na * c.na * p.Ca_o - e_out * cube * c.ca * p.alpha) /
                        ((p.Km_Nai * p.Km_Nai * p.Km_Nai + cube) * (p.Km_Ca + p.Ca_o) * (1.0 + p.k_sat * e_out));

  Currents i;
  i.sodium = i_Na + i_bNa + 3.0 * i_NaK + 3.0 * i_NaCa;
  i.potassium = i_K1 + i_to + i_Kr + i_Ks + i_pK - 2.0 * i_NaK;
  i.calcium = i_bCa + i_pCa - 2.0 * i_NaCa;
  i.subspace_calcium = i_CaL;
  i.total = i.sodium + i.potassium + i.calcium + i.subspace_calcium;
  return i;
}

struct ConcentrationRates {
  double ca, r_prime, ca_sr, ca_ss, na, k;
};

CORVIVO_INLINE ConcentrationRates concentration_rates(const Parameters &p, const Cell &c, double r_prime, double ca_sr, const Currents &i) {
  const double kcasr = p.max_sr - (p.max_sr - p.min_sr) / (1.0 + square(p.EC / ca_sr));
  const double k1 = p.k1p / kcasr * square(c.ca_ss), open = k1 * r_prime / (p.k3 + k1);
  const double release = p.V_rel * open * (ca_sr - c.ca_ss), leak = p.V_leak * (ca_sr - c.ca);
  const double uptake = p.Vmax_up * square(c.ca) / (square(c.ca) + square(p.K_up)), transfer = p.V_xfer * (c.ca_ss - c.ca);
  const double per_charge = p.capacitance / (p.V_c * p.F);
  const double free_c = 1.0 / (1.0 + p.Buf_c * p.K_buf_c / square(c.ca + p.K_buf_c));
  const double free_sr = 1.0 / (1.0 + p.Buf_sr * p.K_buf_sr / square(ca_sr + p.K_buf_sr));
  const double free_ss = 1.0 / (1.0 + p.Buf_ss * p.K_buf_ss / square(c.ca_ss + p.K_buf_ss));

  ConcentrationRates rate;
  rate.ca = free_c * (-0.5 * per_charge * i.calcium + (leak - uptake) * p.V_sr / p.V_c + transfer);
  rate.r_prime = -p.k2p * kcasr * c.ca_ss * r_prime + p.k4 * (1.0 - r_prime);
  rate.ca_sr = free_sr * (uptake - release - leak);
  rate.ca_ss = free_ss * (-0.5 * per_charge * p.V_c / p.V_ss * i.subspace_calcium + release * p.V_sr / p.V_ss - transfer * p.V_c / p.V_ss);
  rate.na = -per_charge * i.sodium;
  rate.k = -per_charge * i.potassium;
  return rate;
}

/// States of a few cells side by side: a copy that nothing else points to, so that the loops over it vectorise, and small enough for the
/// first-level cache.
constexpr std::size_t block = 64;
struct alignas(64) Block {
  double y[states][block];
};

CORVIVO_INLINE Cell cell(double voltage, const Block &b, std::size_t i) {
  return {voltage,    b.y[Xr1][i],   b.y[Xr2][i], b.y[Xs][i], b.y[m][i],    b.y[h][i],     b.y[j][i],    b.y[d][i],  b.y[f][i],
          b.y[f2][i], b.y[fCass][i], b.y[s][i],   b.y[r][i],  b.y[Ca_i][i], b.y[Ca_ss][i], b.y[Na_i][i], b.y[K_i][i]};
}

/// Exponential step of a gate whose V is frozen (Rush & Larsen 1978).
CORVIVO_INLINE double rush_larsen(double y, Gate gate, double dt) {
  return gate.steady + (y - gate.steady) * std::exp(-dt * gate.rate);
}

template <bool endocardial>
void advance_block(const Parameters &p_in, const double *__restrict voltage, Block &b, std::size_t cells, double dt,
                   double *__restrict current) {
  const Parameters p = p_in;
#pragma omp simd
  for (std::size_t i = 0; i < cells; ++i) {
    const Cell c = cell(voltage[i], b, i);
    const Currents now = currents(p, c);
    const ConcentrationRates rate = concentration_rates(p, c, b.y[R_prime][i], b.y[Ca_SR][i], now);
    current[i] = now.total;
    b.y[Xr1][i] = rush_larsen(c.xr1, gate_Xr1(c.v), dt);
    b.y[Xr2][i] = rush_larsen(c.xr2, gate_Xr2(c.v), dt);
    b.y[Xs][i] = rush_larsen(c.xs, gate_Xs(c.v), dt);
    b.y[m][i] = rush_larsen(c.m, gate_m(c.v), dt);
    b.y[h][i] = rush_larsen(c.h, gate_h(c.v), dt);
    b.y[j][i] = rush_larsen(c.j, gate_j(c.v), dt);
    b.y[d][i] = rush_larsen(c.d, gate_d(c.v), dt);
    b.y[f][i] = rush_larsen(c.f, gate_f(c.v), dt);
    b.y[f2][i] = rush_larsen(c.f2, gate_f2(c.v), dt);
    b.y[fCass][i] = rush_larsen(c.fcass, gate_fCass(c.ca_ss), dt);
    b.y[s][i] = rush_larsen(c.s, gate_s<endocardial>(c.v), dt);
    b.y[r][i] = rush_larsen(c.r, gate_r(c.v), dt);
    b.y[Ca_i][i] = c.ca + dt * rate.ca;
    b.y[R_prime][i] += dt * rate.r_prime;
    b.y[Ca_SR][i] += dt * rate.ca_sr;
    b.y[Ca_ss][i] = c.ca_ss + dt * rate.ca_ss;
    b.y[Na_i][i] = c.na + dt * rate.na;
    b.y[K_i][i] = c.k + dt * rate.k;
  }
}

void current_of_block(const Parameters &p_in, const double *__restrict voltage, const Block &b, std::size_t cells,
                      double *__restrict current) {
  const Parameters p = p_in;
#pragma omp simd
  for (std::size_t i = 0; i < cells; ++i)
    current[i] = currents(p, cell(voltage[i], b, i)).total;
}

void load(Block &b, const double *values, std::size_t stride, std::size_t cells) {
  for (std::size_t k = 0; k < states; ++k)
    std::memcpy(b.y[k], values + k * stride, cells * sizeof(double));
}

template <bool endocardial> void rates_of_cell(const Parameters &p, const Cell &c, double r_prime, double ca_sr, double *rate) {
  const ConcentrationRates moved = concentration_rates(p, c, r_prime, ca_sr, currents(p, c));
  const Gate gates[] = {gate_Xr1(c.v),
                        gate_Xr2(c.v),
                        gate_Xs(c.v),
                        gate_m(c.v),
                        gate_h(c.v),
                        gate_j(c.v),
                        gate_d(c.v),
                        gate_f(c.v),
                        gate_f2(c.v),
                        gate_fCass(c.ca_ss),
                        gate_s<endocardial>(c.v),
                        gate_r(c.v)};
  const double y[] = {c.xr1, c.xr2, c.xs, c.m, c.h, c.j, c.d, c.f, c.f2, c.fcass, c.s, c.r};
  for (std::size_t g = 0; g < 12; ++g)
    rate[g] = (gates[g].steady - y[g]) * gates[g].rate;
  rate[Ca_i] = moved.ca;
  rate[R_prime] = moved.r_prime;
  rate[Ca_SR] = moved.ca_sr;
  rate[Ca_ss] = moved.ca_ss;
  rate[Na_i] = moved.na;
  rate[K_i] = moved.k;
}

} // namespace

void advance(const Parameters &p, const double *voltage, double *values, std::size_t stride, std::size_t cells, double dt, double *total) {
  Block b;
  for (std::size_t begin = 0; begin < cells; begin += block) {
    const std::size_t count = cells - begin < block ? cells - begin : block;
    load(b, values + begin, stride, count);
    if (p.endocardial)
      advance_block<true>(p, voltage + begin, b, count, dt, total + begin);
    else
      advance_block<false>(p, voltage + begin, b, count, dt, total + begin);
    for (std::size_t k = 0; k < states; ++k)
      std::memcpy(values + k * stride + begin, b.y[k], count * sizeof(double));
  }
}

void current(const Parameters &p, const double *voltage, const double *values, std::size_t stride, std::size_t cells, double *total) {
  Block b;
  for (std::size_t begin = 0; begin < cells; begin += block) {
    const std::size_t count = cells - begin < block ? cells - begin : block;
    load(b, values + begin, stride, count);
    current_of_block(p, voltage + begin, b, count, total + begin);
  }
}

void rates(const Parameters &p, double voltage, const double *values, double *voltage_rate, double *state_rates) {
  Block b;
  load(b, values, 1, 1);
  const Cell c = cell(voltage, b, 0);
  *voltage_rate = -currents(p, c).total;
  if (p.endocardial)
    rates_of_cell<true>(p, c, values[R_prime], values[Ca_SR], state_rates);
  else
    rates_of_cell<false>(p, c, values[R_prime], values[Ca_SR], state_rates);
}

} // namespace corvivo::physics::ten_tusscher_2006
