#include <physics/activation/rdq20_mf.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

namespace {

/// Longest part of a step that the thin filament takes at once, ms.
constexpr double longest_part = 2.0;

/// Number of the triplet: n in 0 to 2, the centre in 0 (N), 1 (P), its troponin in 0 (free), 1 (bound).
constexpr unsigned triplet(unsigned n, unsigned centre, unsigned troponin) {
  return 4 * n + 2 * centre + troponin;
}

/// dt^(k + 1) g_k: the integral of s^k exp(-r s) over a step, k = 0 to 3, from x = r dt.
std::array<double, 4> decay_integrals(double r, double dt) {
  const double x = r * dt, decay = std::exp(-x);
  std::array<double, 4> g;
  if (x < 1.0) { // the recursion upwards would cancel
    double term = 1.0, sum = 0.25;
    for (int j = 1; j < 18; ++j) {
      term *= -x / j;
      sum += term / (j + 4);
    }
    g[3] = sum;
    for (int k = 3; k > 0; --k)
      g[k - 1] = (x * g[k] + decay) / k;
  } else {
    g[0] = (1.0 - decay) / x;
    for (int k = 1; k < 4; ++k)
      g[k] = (k * g[k - 1] - decay) / x;
  }
  double power = dt;
  for (double &integral : g) {
    integral *= power;
    power *= dt;
  }
  return g;
}

} // namespace

/// I - h M, M the matrix of the rates, factorised. Its columns are dominated by their diagonals: no pivoting, and no negative entry in the
/// inverse. A change moves at most 4 places; rows past the last are zero, so that all loops have the same length.
class Rdq20MeanField::Generator {
public:
  Generator(const FixedRates &fixed, const MovingRates &moving, double h) {
    const auto flow = [&](unsigned from, unsigned to, double rate) {
      at(from, from) += h * rate;
      at(to, from) -= h * rate;
    };
    for (unsigned i = 0; i < triplets; ++i)
      at(i, i) = 1.0;
    for (unsigned n = 0; n < 3; ++n)
      for (unsigned centre = 0; centre < 2; ++centre)
        for (unsigned troponin = 0; troponin < 2; ++troponin) {
          const unsigned i = triplet(n, centre, troponin);
          flow(i, i ^ 2, centre ? fixed.down[n] : fixed.up[n][troponin]);
          flow(i, i ^ 1, troponin ? fixed.unbind[centre] : moving.bind);
          if (n < 2)
            flow(i, i + width, (2 - n) * moving.outer[0][centre]);
          if (n > 0)
            flow(i, i - width, n * moving.outer[1][centre]);
        }
#pragma GCC unroll 12
    for (unsigned k = 0; k < triplets; ++k) {
      at(k, k) = 1.0 / at(k, k);
      for (unsigned i = k + 1; i <= k + width; ++i) {
        const double factor = at(i, k) *= at(k, k);
        for (unsigned j = k + 1; j <= k + width; ++j)
          at(i, j) -= factor * at(k, j);
      }
    }
  }

  /// x becomes (I - h M)^(-1) x, and its slope with it: (I - h M) x' = b' + h M' x.
  void solve(Probabilities &x, const MovingRates &slope, double h) const {
    solve(x.value);
    add_flow(x.slope, x.value, slope, h);
    solve(x.slope);
  }

private:
  static constexpr unsigned width = 4;
  double &at(unsigned i, unsigned j) {
    return bands_[i][j + width - i];
  }
  double at(unsigned i, unsigned j) const {
    return bands_[i][j + width - i];
  }

  void solve(std::array<double, padded> &x) const {
#pragma GCC unroll 12
    for (unsigned k = 0; k < triplets; ++k)
      for (unsigned i = k + 1; i <= k + width; ++i)
        x[i] -= at(i, k) * x[k];
#pragma GCC unroll 12
    for (unsigned k = triplets; k-- > 0;) {
      for (unsigned j = k + width; j > k; --j) // the last to be known at the end
        x[k] -= at(k, j) * x[j];
      x[k] *= at(k, k);
    }
  }

  static void add_flow(std::array<double, padded> &y, const std::array<double, padded> &x, const MovingRates &rates, double h) {
    const auto flow = [&](unsigned from, unsigned to, double rate) {
      const double flux = h * rate * x[from];
      y[from] -= flux;
      y[to] += flux;
    };
    for (unsigned n = 0; n < 3; ++n)
      for (unsigned centre = 0; centre < 2; ++centre) {
        const unsigned i = triplet(n, centre, 0);
        flow(i, i + 1, rates.bind);
        for (unsigned j = i; j < i + 2; ++j) {
          if (n < 2)
            flow(j, j + width, (2 - n) * rates.outer[0][centre]);
          if (n > 0)
            flow(j, j - width, n * rates.outer[1][centre]);
        }
      }
  }

  double bands_[padded][2 * width + 1] = {};
};

void Rdq20Parameters::describe(io::Schema &schema) {
  const std::string source = "Regazzoni et al., PLoS Comput Biol 16:e1008294, 2020";
  const auto number = [&](const char *key, double &member, const char *unit, const io::Range &range, const char *meaning) {
    schema.quantity(key, member, unit, range, meaning, source);
  };
  number("reference_tension", reference_tension, "kPa", io::positive,
         "Isometric tension with every unit permissive and full overlap, a_XB mu1_fP/r0: contractility, the number with which the stroke "
         "volume is fitted.");
  schema.quantity("sarcomere_length", sarcomere_length, "um", io::positive,
                  "Sarcomere length at stretch 1, that of the unloaded wall; SL0 for the cells of the paper.",
                  "Guccione et al., J Biomech Eng 115:82, 1993");
  number("SL0", SL0, "um", io::positive, "Sarcomere length that the speed of shortening is relative to.");
  number("LA", LA, "um", io::positive, "Length of an actin filament.");
  number("LM", LM, "um", io::Range{0.5, 5.0, true, false}, "Length of a myosin filament.");
  number("LB", LB, "um", io::between(0, 0.5), "Length of the bare zone of a myosin filament.");
  number("Kd0", Kd0, "uM", io::positive, "Dissociation constant of calcium at a sarcomere length of 2.15 um.");
  number("alphaKd", alphaKd, "uM/um", io::any, "Change of the dissociation constant with sarcomere length.");
  number("koff", koff, "1/ms", io::positive, "Unbinding of calcium from troponin.");
  number("kbasic", kbasic, "1/ms", io::positive, "Turn-over of tropomyosin.");
  number("Q", Q, "1", io::positive, "Preference for the permissive state with calcium bound.");
  number("mu", mu, "1", io::positive, "How much calcium favours the permissive state, and that state binding.");
  number("gamma", gamma, "1", io::positive, "Cooperativity of neighbours.");
  number("r0", r0, "1/ms", io::positive, "Detachment of crossbridges, isometric.");
  number("alpha", alpha, "1", io::not_negative, "Detachment by the speed of shortening or lengthening.");
  number("mu0_fP", mu0_fP, "1/ms", io::positive, "Attachment of crossbridges.");
  number("mu1_fP", mu1_fP, "1/ms", io::positive, "Attachment of crossbridges weighted by their distortion.");
}

Rdq20MeanField::Rdq20MeanField(const Rdq20Parameters &parameters) : p_(parameters), fixed_(derive(parameters)) {}

void Rdq20MeanField::describe(io::Schema &schema) {
  p_.describe(schema);
  fixed_ = derive(p_);
}

Rdq20MeanField::FixedRates Rdq20MeanField::derive(const Rdq20Parameters &p) {
  FixedRates fixed;
  for (int n = 0; n < 3; ++n) {
    fixed.up[n][1] = p.Q * p.kbasic * std::pow(p.gamma, n);
    fixed.up[n][0] = fixed.up[n][1] / p.mu;
    fixed.down[n] = p.kbasic * std::pow(p.gamma, 2 - n);
  }
  fixed.unbind[0] = p.koff;
  fixed.unbind[1] = p.koff / p.mu;
  return fixed;
}

Rdq20MeanField::Along Rdq20MeanField::affinity(double stretch) const {
  const double Kd = p_.Kd0 - p_.alphaKd * (2.15 - stretch * p_.sarcomere_length), least = 0.05 * p_.Kd0; // 0 at 2.82 um
  return Kd > least ? Along{Kd, p_.alphaKd * p_.sarcomere_length} : Along{least, 0.0};
}

/// Share of myosin heads that face one actin filament and no second one.
Rdq20MeanField::Along Rdq20MeanField::overlap(double stretch) const {
  const double SL = stretch * p_.sarcomere_length, heads = 0.5 * (p_.LM - p_.LB), per_length = p_.sarcomere_length / heads;
  if (SL <= p_.LA || SL >= 2.0 * p_.LA + p_.LM)
    return {};
  if (SL <= p_.LM)
    return {(SL - p_.LA) / heads, per_length};
  if (SL <= 2.0 * p_.LA - p_.LB)
    return {0.5 * (SL + p_.LM - 2.0 * p_.LA) / heads, 0.5 * per_length};
  if (SL <= 2.0 * p_.LA + p_.LB)
    return {1.0, 0.0};
  return {0.5 * (p_.LM + 2.0 * p_.LA - SL) / heads, -0.5 * per_length};
}

/// Steady units are in thermodynamic equilibrium, their rates being in detailed balance: a chain with nearest neighbours,
/// which the mean field describes exactly. Eigenvector of its transfer matrix, weights 1, c, Q/mu, Q c with c = Ca/Kd.
void Rdq20MeanField::initialise(double *state, double calcium, double stretch) const {
  const double c = std::max(calcium, 0.0) / affinity(stretch).value, weight[2] = {1.0 + c, p_.Q / p_.mu + p_.Q * c};
  const double bound[2] = {c / (1.0 + c), p_.mu * c / (1.0 + p_.mu * c)};
  const double mixed = std::sqrt(weight[0] * weight[1]), half = 0.5 * p_.gamma * (weight[0] - weight[1]), root = std::hypot(half, mixed);
  const double largest = 0.5 * p_.gamma * (weight[0] + weight[1]) + root;
  const double vector[2] = {half > 0.0 ? root + half : mixed, half > 0.0 ? mixed : root - half};
  const double norm = vector[0] * vector[0] + vector[1] * vector[1];
  for (unsigned centre = 0; centre < 2; ++centre) {
    const double share = vector[centre] * vector[centre] / norm;
    const double neighbour = (centre ? p_.gamma * weight[1] : mixed * vector[1] / vector[0]) / largest; // is permissive
    const double by_n[3] = {(1.0 - neighbour) * (1.0 - neighbour), 2.0 * neighbour * (1.0 - neighbour), neighbour * neighbour};
    for (unsigned n = 0; n < 3; ++n) {
      state[triplet(n, centre, 0)] = share * by_n[n] * (1.0 - bound[centre]);
      state[triplet(n, centre, 1)] = share * by_n[n] * bound[centre];
    }
  }
  const double permissive = vector[1] * vector[1] / norm;
  state[triplets] = permissive * p_.mu0_fP / p_.r0;
  state[triplets + 1] = permissive * p_.mu1_fP / p_.r0;
  state[triplets + 2] = calcium;
}

Rdq20MeanField::RatesAlong Rdq20MeanField::rates(const Probabilities &x, const Along &bind) const {
  RatesAlong k;
  k.value.bind = bind.value;
  k.slope.bind = bind.slope;
  for (unsigned own = 0; own < 2; ++own)
    for (unsigned neighbour = 0; neighbour < 2; ++neighbour) {
      // Centres in the state `own` of which one neighbour is given: half of those with n = 1.
      double count = 0, dcount = 0, flux = 0, dflux = 0;
      for (unsigned n = neighbour; n < neighbour + 2; ++n)
        for (unsigned troponin = 0; troponin < 2; ++troponin) {
          const unsigned i = triplet(n, own, troponin);
          const double share = n == 1 ? 0.5 : 1.0, rate = own ? fixed_.down[n] : fixed_.up[n][troponin];
          count += share * x.value[i];
          dcount += share * x.slope[i];
          flux += share * rate * x.value[i];
          dflux += share * rate * x.slope[i];
        }
      if (count > 0.0) {
        k.value.outer[own][neighbour] = flux / count;
        k.slope.outer[own][neighbour] = (dflux - flux / count * dcount) / count;
      }
    }
  return k;
}

/// Backward Euler with the rates of its start, all positive: of one whole step w and of two halves u comes the second-order u + (u - w);
/// where this would be negative, u - w is taken in part.
void Rdq20MeanField::regulate(Probabilities &x, const Along &bind, double dt) const {
  const double half = 0.5 * dt;
  Probabilities whole = x;
  RatesAlong k = rates(x, bind);
  Generator(fixed_, k.value, dt).solve(whole, k.slope, dt);
  Generator(fixed_, k.value, half).solve(x, k.slope, half);
  k = rates(x, bind);
  Generator(fixed_, k.value, half).solve(x, k.slope, half);

  Along part{1.0, 0.0};
  for (unsigned i = 0; i < triplets; ++i) {
    const double u = x.value[i], gap = whole.value[i] - u;
    if (u < part.value * gap)
      part = {u / gap, (x.slope[i] - u / gap * (whole.slope[i] - x.slope[i])) / gap};
  }
  for (unsigned i = 0; i < triplets; ++i) {
    const double excess = x.value[i] - whole.value[i];
    x.slope[i] += part.value * (x.slope[i] - whole.slope[i]) + part.slope * excess;
    x.value[i] = std::max(x.value[i] + part.value * excess, 0.0);
  }
}

Rdq20MeanField::Along Rdq20MeanField::permissive(const Probabilities &x) {
  Along p;
  for (unsigned i = 0; i < triplets; ++i)
    if (i & 2) {
      p.value += x.value[i];
      p.slope += x.slope[i];
    }
  return p;
}

ActiveResponse Rdq20MeanField::advance(const double *old_state, double *new_state, double calcium, double old_stretch, double stretch,
                                       double dt) const {
  Probabilities x;
  std::copy_n(old_state, triplets, x.value.begin());
  Along mu0{old_state[triplets], 0.0}, mu1{old_state[triplets + 1], 0.0};

  const double parts = std::ceil(dt / longest_part), h = dt / parts, per_stretch = -p_.sarcomere_length / (p_.SL0 * dt);
  const Along v{per_stretch * (stretch - old_stretch), per_stretch};
  const Along r{p_.r0 + p_.alpha * std::abs(v.value), v.value == 0.0 ? 0.0 : std::copysign(p_.alpha, v.value) * v.slope};
  const std::array<double, 4> I = decay_integrals(r.value, h);
  const double decay = std::exp(-r.value * h), ddecay = -h * decay * r.slope;

  Along p = permissive(x);
  for (int part = 0; part < parts; ++part) {
    const double at = (part + 0.5) / parts;
    const Along Kd = affinity(old_stretch + at * (stretch - old_stretch));
    const double bind = p_.koff * std::max(old_state[triplets + 2] + at * (calcium - old_state[triplets + 2]), 0.0) / Kd.value;
    const Along old = p;
    regulate(x, {bind, -bind / Kd.value * Kd.slope * at}, h);
    p = permissive(x);

    // Permissive sites over the part, weighted with exp(-r s) and s exp(-r s) where s is the time left.
    const Along rise{(p.value - old.value) / h, (p.slope - old.slope) / h};
    const Along fresh{p.value * I[0] - rise.value * I[1],
                      p.slope * I[0] - rise.slope * I[1] - r.slope * (p.value * I[1] - rise.value * I[2])};
    const Along aged{p.value * I[1] - rise.value * I[2],
                     p.slope * I[1] - rise.slope * I[2] - r.slope * (p.value * I[2] - rise.value * I[3])};
    const Along moved{mu1.value - v.value * h * mu0.value, mu1.slope - h * (v.slope * mu0.value + v.value * mu0.slope)};
    mu1 = {decay * moved.value + p_.mu1_fP * fresh.value - v.value * p_.mu0_fP * aged.value,
           ddecay * moved.value + decay * moved.slope + p_.mu1_fP * fresh.slope -
               p_.mu0_fP * (v.slope * aged.value + v.value * aged.slope)};
    mu0 = {decay * mu0.value + p_.mu0_fP * fresh.value, ddecay * mu0.value + decay * mu0.slope + p_.mu0_fP * fresh.slope};
  }

  std::copy_n(x.value.begin(), triplets, new_state);
  new_state[triplets] = mu0.value;
  new_state[triplets + 1] = mu1.value;
  new_state[triplets + 2] = calcium;
  const Along chi = overlap(stretch);
  const double a_XB = p_.reference_tension * p_.r0 / p_.mu1_fP;
  return {a_XB * chi.value * mu1.value, a_XB * (chi.slope * mu1.value + chi.value * mu1.slope)};
}

} // namespace corvivo::physics
