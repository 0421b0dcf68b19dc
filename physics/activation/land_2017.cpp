#include <physics/activation/land_2017.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace corvivo::physics {

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

constexpr double longest_effective_stretch = 1.2;
/// T^(nTm/2) is kept above this (T > 0.004 with nTm = 5): below, tension is under 1e-7 kPa and the unblocking rate leaves all scales
/// behind.
constexpr double least_unblocking = 1e-6;

Vector operator*(const Matrix &A, const Vector &x) {
  Vector y;
  for (unsigned i = 0; i < 3; ++i)
    y[i] = A[i][0] * x[0] + A[i][1] * x[1] + A[i][2] * x[2];
  return y;
}

/// a + factor b.
Vector sum(const Vector &a, double factor, const Vector &b) {
  return {a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]};
}

Matrix inverse(const Matrix &A) {
  Matrix adjugate;
  for (unsigned i = 0; i < 3; ++i)
    for (unsigned j = 0; j < 3; ++j) {
      const unsigned r = (j + 1) % 3, s = (j + 2) % 3, c = (i + 1) % 3, e = (i + 2) % 3;
      adjugate[i][j] = A[r][c] * A[s][e] - A[r][e] * A[s][c];
    }
  const double determinant = A[0][0] * adjugate[0][0] + A[0][1] * adjugate[1][0] + A[0][2] * adjugate[2][0];
  for (Vector &row : adjugate)
    for (double &entry : row)
      entry /= determinant;
  return adjugate;
}

} // namespace

Land2017Parameters Land2017Parameters::skinned() {
  Land2017Parameters p;
  p.Ca50 = 2.5, p.nTm = 2.2, p.kuw = 0.026, p.kws = 0.004, p.reference_tension = 40.5;
  return p;
}

void Land2017Parameters::describe(io::Schema &schema) {
  const std::string source = "Land et al., J Mol Cell Cardiol 106:68, 2017";
  const auto number = [&](const char *key, double &member, const char *unit, const io::Range &range, const char *meaning) {
    schema.quantity(key, member, unit, range, meaning, source);
  };
  const io::Range fraction{0, 1, true, true};
  number("reference_tension", reference_tension, "kPa", io::positive,
         "Tension of full activation at stretch 1: contractility, the number with which the stroke volume is fitted.");
  number("Ca50", Ca50, "uM", io::positive, "Calcium that half saturates troponin at stretch 1.");
  number("beta1", beta1, "uM", io::any, "Change of Ca50 with stretch.");
  number("beta0", beta0, "1", io::not_negative, "Growth of tension with stretch.");
  number("k_trpn", k_trpn, "1/ms", io::positive, "Unbinding of calcium from troponin.");
  number("n_trpn", n_trpn, "1", io::positive, "Cooperativity of calcium binding.");
  number("nTm", nTm, "1", io::positive, "Cooperativity of unblocking.");
  number("trpn50", trpn50, "1", fraction, "Troponin saturation at which half of the sites are unblocked.");
  number("ku", ku, "1/ms", io::positive, "Unblocking of binding sites.");
  number("kuw", kuw, "1/ms", io::positive, "Weak attachment of cross-bridges.");
  number("kws", kws, "1/ms", io::positive, "Passage from weak to strong attachment.");
  number("rw", rw, "1", fraction, "Weakly bound share of the bridges that are not strongly bound, fully activated and isometric.");
  number("rs", rs, "1", fraction, "Strongly bound share, fully activated and isometric.");
  number("gs", gs, "1/ms", io::not_negative, "Detachment of strong bridges by distortion.");
  number("gw", gw, "1/ms", io::not_negative, "Detachment of weak bridges by distortion.");
  number("phi", phi, "1", io::positive, "Speed of recovery from distortion.");
  number("Aeff", Aeff, "1", io::not_negative, "Distortion for a sudden change of stretch: instantaneous stiffness.");
}

Land2017::Land2017(const Land2017Parameters &parameters) : p_(parameters), d_(derive(parameters)) {}

void Land2017::describe(io::Schema &schema) {
  p_.describe(schema);
  d_ = derive(p_);
}

Land2017::Derived Land2017::derive(const Land2017Parameters &p) {
  const double unbound = (1.0 - p.rs) * (1.0 - p.rw), weak = (1.0 - p.rs) * p.rw;
  Derived d;
  d.kb = p.ku * std::pow(p.trpn50, p.nTm) / unbound;
  d.kwu = p.kuw * (1.0 / p.rw - 1.0) - p.kws;
  d.ksu = p.kws * p.rw * (1.0 / p.rs - 1.0);
  d.distortion = p.Aeff * p.rs / (weak + p.rs);
  d.cs = p.phi * p.kws * weak / p.rs;
  d.cw = p.phi * p.kuw * unbound / weak;
  return d;
}

void Land2017::initialise(double *state, double calcium, double stretch) const {
  const double bound = binding(calcium, stretch).value, T = bound / (1.0 + bound);
  const double X = std::max(std::pow(T, 0.5 * p_.nTm), least_unblocking);
  const double blocked = d_.kb / (p_.ku * X * X), weak = p_.kuw / (d_.kwu + p_.kws), strong = weak * p_.kws / d_.ksu;
  const double U = 1.0 / (1.0 + blocked + weak + strong);
  const std::array<double, 7> steady{T, blocked * U, weak * U, strong * U, 0.0, 0.0, calcium};
  std::copy(steady.begin(), steady.end(), state);
}

Land2017::Along Land2017::binding(double calcium, double stretch) const {
  const double least = 0.05 * p_.Ca50; // keeps the power finite for a beta1 that would make Ca50 negative
  const double half = std::max(p_.Ca50 + p_.beta1 * (std::min(stretch, longest_effective_stretch) - 1.0), least);
  const double bound = std::pow(std::max(calcium, 0.0) / half, p_.n_trpn);
  const bool moves = half > least && stretch < longest_effective_stretch;
  return {bound, moves ? -p_.n_trpn * bound / half * p_.beta1 : 0.0};
}

/// Exact for constant calcium and stretch: those at the middle of the step are given, and that stretch moves half as much as the last.
Land2017::Along Land2017::troponin(double old_troponin, double calcium, double stretch, double dt) const {
  const Along bound = binding(calcium, stretch);
  const double sites = 1.0 + bound.value, steady = bound.value / sites, decay = std::exp(-p_.k_trpn * sites * dt);
  const double slope = (1.0 - decay) / (sites * sites) - (old_troponin - steady) * p_.k_trpn * dt * decay;
  return {steady + (old_troponin - steady) * decay, slope * 0.5 * bound.slope};
}

Land2017::Along Land2017::length_factor(double stretch) const {
  const double reached = std::min(stretch, longest_effective_stretch);
  const double h = 1.0 + p_.beta0 * (reached + std::min(reached, 0.87) - 1.87);
  if (h <= 0.0)
    return {};
  return {h, stretch < longest_effective_stretch ? p_.beta0 * (reached < 0.87 ? 2.0 : 1.0) : 0.0};
}

ActiveResponse Land2017::advance(const double *old_state, double *new_state, double calcium, double old_stretch, double stretch,
                                 double dt) const {
  const auto distort = [&](double old_distortion, double rate) -> Along {
    const double decay = std::exp(-rate * dt), gain = d_.distortion * (1.0 - decay) / (rate * dt);
    return {old_distortion * decay + gain * (stretch - old_stretch), gain};
  };
  const Along T = troponin(old_state[0], 0.5 * (old_state[6] + calcium), 0.5 * (old_stretch + stretch), dt);
  const Along zs = distort(old_state[4], d_.cs), zw = distort(old_state[5], d_.cw);

  // Rates of B, W, S at the middle of the step, times dt, and what they change with the stretch.
  const double T_mid = std::max(0.5 * (old_state[0] + T.value), 1e-12), X = std::pow(T_mid, 0.5 * p_.nTm);
  const double Xc = std::max(X, least_unblocking), dX = X > least_unblocking ? 0.25 * p_.nTm * X / T_mid * T.slope : 0.0;
  const double block = dt * d_.kb / Xc, unblock = dt * p_.ku * Xc, dblock = -block / Xc * dX, dunblock = dt * p_.ku * dX;
  const double zw_mid = 0.5 * (old_state[5] + zw.value), zs_mid = 0.5 * (old_state[4] + zs.value);
  const double lost_w = dt * p_.gw * std::abs(zw_mid), dlost_w = dt * p_.gw * 0.5 * zw.slope * (zw_mid > 0 ? 1 : zw_mid < 0 ? -1 : 0);
  const double beyond = zs_mid > 0.0 ? zs_mid : zs_mid < -1.0 ? -zs_mid - 1.0 : 0.0;
  const double lost_s = dt * p_.gs * beyond, dlost_s = dt * p_.gs * 0.5 * zs.slope * (zs_mid > 0 ? 1 : zs_mid < -1 ? -1 : 0);
  const double attach = dt * p_.kuw, pass = dt * p_.kws;
  const Matrix Z{{{-(block + unblock), -block, -block},
                  {-attach, -(attach + dt * d_.kwu + pass + lost_w), -attach},
                  {0.0, pass, -(dt * d_.ksu + lost_s)}}};
  const Matrix dZ{{{-(dblock + dunblock), -dblock, -dblock}, {0.0, -dlost_w, 0.0}, {0.0, 0.0, -dlost_s}}};
  const Vector source{block, attach, 0.0}, dsource{dblock, 0.0, 0.0}, old{old_state[1], old_state[2], old_state[3]};

  // (I - Z + Z^2/2) (x1 - x0) = (I - Z/2) r with r = Z x0 + source; differentiated once for the stiffness.
  Matrix A;
  for (unsigned i = 0; i < 3; ++i)
    for (unsigned j = 0; j < 3; ++j)
      A[i][j] = (i == j ? 1.0 : 0.0) - Z[i][j] + 0.5 * (Z[i][0] * Z[0][j] + Z[i][1] * Z[1][j] + Z[i][2] * Z[2][j]);
  const Matrix solve = inverse(A);
  const Vector r = sum(source, 1.0, Z * old), dr = sum(dsource, 1.0, dZ * old);
  const Vector change = solve * sum(r, -0.5, Z * r);
  Vector right = sum(sum(dr, -0.5, dZ * r), -0.5, Z * dr);
  const Vector moved = dZ * change;
  right = sum(sum(sum(right, 1.0, moved), -0.5, dZ * (Z * change)), -0.5, Z * moved);
  const Vector dx = solve * right;

  const double W = old[1] + change[1], S = old[2] + change[2];
  const std::array<double, 7> next{T.value, old[0] + change[0], W, S, zs.value, zw.value, calcium};
  std::copy(next.begin(), next.end(), new_state);
  const Along h = length_factor(stretch);
  const double bridges = S * (1.0 + zs.value) + W * zw.value;
  const double dbridges = dx[2] * (1.0 + zs.value) + S * zs.slope + dx[1] * zw.value + W * zw.slope;
  const double unit = p_.reference_tension / p_.rs;
  return {unit * h.value * bridges, unit * (h.slope * bridges + h.value * dbridges)};
}

} // namespace corvivo::physics
