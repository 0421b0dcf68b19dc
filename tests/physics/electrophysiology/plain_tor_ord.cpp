/// ToR-ORd term by term, after Tomek et al., eLife 8:e48890, 2019, and the authors' published supplement.
#include "plain_cells.hpp"

#include <cmath>

namespace corvivo::physics {

PlainRates plain_tor_ord(int layer);

namespace {

using std::exp, std::log, std::pow, std::sqrt;

/// Positions in y: V, then the states in the order of the model.
enum Index {
  V,
  m,
  h,
  hp,
  j,
  jp,
  mL,
  hL,
  hLp,
  a,
  iF,
  iS,
  ap,
  iFp,
  iSp,
  d,
  ff,
  fs,
  fcaf,
  fcas,
  jca,
  nca,
  nca_i,
  ffp,
  fcafp,
  xs1,
  xs2,
  c1,
  c2,
  o,
  i,
  Jrelnp,
  Jrelp,
  CaMKt,
  nai,
  nass,
  ki,
  kss,
  cai,
  cass,
  cansr,
  cajsr,
  count
};

const double R = 8314, T = 310, F = 96485, frt = F / (R * T), nao = 140, cao = 1.8, ko = 5, cli = 24, clo = 150;
const double vcell = 1000 * 3.14 * 0.0011 * 0.0011 * 0.01, Acap = 2 * (2 * 3.14 * 0.0011 * 0.0011 + 2 * 3.14 * 0.0011 * 0.01);
const double vmyo = 0.68 * vcell, vnsr = 0.0552 * vcell, vjsr = 0.0048 * vcell, vss = 0.02 * vcell;

/// Value for endo, epi, mid.
double by(int layer, double endo, double epi, double mid) {
  return layer == 0 ? endo : layer == 1 ? epi : mid;
}

void sodium_gates(const double *y, double *rate) {
  const double v = y[V];
  const double taum = 0.1292 * exp(-pow((v + 45.79) / 15.54, 2)) + 0.06487 * exp(-pow((v - 4.823) / 51.12, 2));
  rate[m] = (1 / pow(1 + exp(-(56.86 + v) / 9.03), 2) - y[m]) / taum;
  const bool low = v < -40;
  const double ah = low ? 0.057 * exp(-(v + 80) / 6.8) : 0;
  const double bh = low ? 2.7 * exp(0.079 * v) + 3.1e5 * exp(0.3485 * v) : 0.77 / (0.13 * (1 + exp(-(v + 10.66) / 11.1)));
  const double aj = low ? (-2.5428e4 * exp(0.2444 * v) - 6.948e-6 * exp(-0.04391 * v)) * (v + 37.78) / (1 + exp(0.311 * (v + 79.23))) : 0;
  const double bj =
      low ? 0.02424 * exp(-0.01052 * v) / (1 + exp(-0.1378 * (v + 40.14))) : 0.6 * exp(0.057 * v) / (1 + exp(-0.1 * (v + 32)));
  const double hss = 1 / pow(1 + exp((v + 71.55) / 7.43), 2), hssp = 1 / pow(1 + exp((v + 77.55) / 7.43), 2);
  rate[h] = (hss - y[h]) * (ah + bh);
  rate[hp] = (hssp - y[hp]) * (ah + bh);
  rate[j] = (hss - y[j]) * (aj + bj);
  rate[jp] = (hss - y[jp]) * (aj + bj) / 1.46;
  rate[mL] = (1 / (1 + exp(-(v + 42.85) / 5.264)) - y[mL]) / taum;
  rate[hL] = (1 / (1 + exp((v + 87.61) / 7.488)) - y[hL]) / 200;
  rate[hLp] = (1 / (1 + exp((v + 93.81) / 7.488)) - y[hLp]) / 600;
}

void outward_gates(const double *y, double *rate, int layer) {
  const double v = y[V];
  const double ta = 1.0515 / (1 / (1.2089 * (1 + exp(-(v - 18.4099) / 29.3814))) + 3.5 / (1 + exp((v + 100) / 29.3814)));
  rate[a] = (1 / (1 + exp(-(v - 14.34) / 14.82)) - y[a]) / ta;
  rate[ap] = (1 / (1 + exp(-(v - 24.34) / 14.82)) - y[ap]) / ta;
  const double epi = layer == 1 ? 1 - 0.95 / (1 + exp((v + 70) / 5)) : 1, iss = 1 / (1 + exp((v + 43.94) / 5.711));
  const double tiF = epi * (4.562 + 1 / (0.3933 * exp(-(v + 100) / 100) + 0.08004 * exp((v + 50) / 16.59)));
  const double tiS = epi * (23.62 + 1 / (0.001416 * exp(-(v + 96.52) / 59.05) + 1.780e-8 * exp((v + 114.1) / 8.079)));
  const double more = (1.354 + 1e-4 / (exp((v - 167.4) / 15.89) + exp(-(v - 12.23) / 0.2154))) * (1 - 0.5 / (1 + exp((v + 70) / 20)));
  rate[iF] = (iss - y[iF]) / tiF;
  rate[iS] = (iss - y[iS]) / tiS;
  rate[iFp] = (iss - y[iFp]) / (more * tiF);
  rate[iSp] = (iss - y[iSp]) / (more * tiS);
  const double xs1ss = 1 / (1 + exp(-(v + 11.60) / 8.932));
  rate[xs1] = (xs1ss - y[xs1]) / (817.3 + 1 / (2.326e-4 * exp((v + 48.28) / 17.80) + 0.001292 * exp(-(v + 210) / 230)));
  rate[xs2] = (xs1ss - y[xs2]) * (0.01 * exp((v - 50) / 20) + 0.0193 * exp(-(v + 66.54) / 31));
}

void calcium_gates(const double *y, double *rate) {
  const double v = y[V], dss = v > 31.4978 ? 1 : 1.0763 * exp(-1.0070 * exp(-0.0829 * v)), fss = 1 / (1 + exp((v + 19.58) / 3.696));
  rate[d] = (dss - y[d]) / (0.6 + 1 / (exp(-0.05 * (v + 6)) + exp(0.09 * (v + 14))));
  const double tff = 7 + 1 / (0.0045 * exp(-(v + 20) / 10) + 0.0045 * exp((v + 20) / 10));
  const double tfcaf = 7 + 1 / (0.04 * exp(-(v - 4) / 7) + 0.04 * exp((v - 4) / 7));
  rate[ff] = (fss - y[ff]) / tff;
  rate[ffp] = (fss - y[ffp]) / (2.5 * tff);
  rate[fs] = (fss - y[fs]) / (1000 + 1 / (0.000035 * exp(-(v + 5) / 4) + 0.000035 * exp((v + 5) / 6)));
  rate[fcaf] = (fss - y[fcaf]) / tfcaf;
  rate[fcafp] = (fss - y[fcafp]) / (2.5 * tfcaf);
  rate[fcas] = (fss - y[fcas]) / (100 + 1 / (0.00012 * exp(-v / 3) + 0.00012 * exp(v / 7)));
  rate[jca] = (1 / (1 + exp((v + 18.08) / 2.7916)) - y[jca]) / 75;
  rate[nca] = 500 / (500 / y[jca] + pow(1 + 0.002 / y[cass], 4)) - y[nca] * y[jca];
  rate[nca_i] = 500 / (500 / y[jca] + pow(1 + 0.002 / y[cai], 4)) - y[nca_i] * y[jca];
}

void rapid_potassium(const double *y, double *rate) {
  const double x = y[V] * frt, c0 = 1 - y[c1] - y[c2] - y[o] - y[i];
  const double alpha = 0.1161 * exp(0.2990 * x), beta = 0.2442 * exp(-1.604 * x), alpha1 = 1.25 * 0.1235, beta1 = 0.1911;
  const double alpha2 = 0.0578 * exp(0.9710 * x), beta2 = 0.349e-3 * exp(-1.062 * x), alphai = 0.2533 * exp(0.5953 * x);
  const double betai = 1.25 * 0.0522 * exp(-0.8209 * x), to_i = 0.52e-4 * exp(1.525 * x), from_i = beta2 * betai * to_i / (alpha2 * alphai);
  rate[c1] = c0 * alpha + y[c2] * beta1 - y[c1] * (beta + alpha1);
  rate[c2] = y[c1] * alpha1 + y[o] * beta2 + y[i] * from_i - y[c2] * (beta1 + alpha2 + to_i);
  rate[o] = y[c2] * alpha2 + y[i] * betai - y[o] * (beta2 + alphai);
  rate[i] = y[c2] * to_i + y[o] * alphai - y[i] * (from_i + betai);
}

struct Carried {
  double Ca, Na, K, gamma_ca_in, gamma_ca_out;
};

/// Driving forces of the L-type channels, with activities after Davies.
Carried driving(double v, double na, double k, double ca) {
  const double Io = 0.5 * (nao + ko + clo + 4 * cao) / 1000, Ii = 0.5 * (na + k + cli + 4 * ca) / 1000, A = 1.82e6 * pow(74.0 * T, -1.5);
  const auto gamma = [&](double charge, double I) { return exp(-A * charge * charge * (sqrt(I) / (1 + sqrt(I)) - 0.3 * I)); };
  const auto phi = [&](double z, double in, double out) {
    return z * z * v * F * frt * (gamma(z, Ii) * in * exp(z * v * frt) - gamma(z, Io) * out) / (exp(z * v * frt) - 1);
  };
  return {phi(2, ca, cao), phi(1, na, nao), phi(1, k, ko), gamma(2, Ii), gamma(2, Io)};
}

/// Charge carried by one exchanger of a compartment.
double exchanger(double v, double na, double ca) {
  const double kna1 = 15, kna2 = 5, kna3 = 88.12, kasymm = 12.5, wna = 6e4, wca = 6e4, wnaca = 5e3, kcaon = 1.5e6, kcaoff = 5e3;
  const double hca = exp(0.1670 * v * frt), hna = exp(0.5224 * v * frt);
  const double h1 = 1 + na / kna3 * (1 + hna), h2 = na * hna / (kna3 * h1), h3 = 1 / h1, h4 = 1 + na / kna1 * (1 + na / kna2);
  const double h5 = na * na / (h4 * kna1 * kna2), h6 = 1 / h4, h7 = 1 + nao / kna3 * (1 + 1 / hna), h8 = nao / (kna3 * hna * h7),
               h9 = 1 / h7;
  const double h10 = kasymm + 1 + nao / kna1 * (1 + nao / kna2), h11 = nao * nao / (h10 * kna1 * kna2), h12 = 1 / h10;
  const double k1 = h12 * cao * kcaon, k2 = kcaoff, k3pp = h8 * wnaca, k3 = h9 * wca + k3pp, k4pp = h2 * wnaca, k4 = h3 * wca / hca + k4pp;
  const double k5 = kcaoff, k6 = h6 * ca * kcaon, k7 = h5 * h2 * wna, k8 = h8 * h11 * wna;
  const double x1 = k2 * k4 * (k7 + k6) + k5 * k7 * (k2 + k3), x2 = k1 * k7 * (k4 + k5) + k4 * k6 * (k1 + k8);
  const double x3 = k1 * k3 * (k7 + k6) + k8 * k6 * (k2 + k3), x4 = k2 * k8 * (k4 + k5) + k3 * k5 * (k1 + k8), x = x1 + x2 + x3 + x4;
  const double E1 = x1 / x, E2 = x2 / x, E3 = x3 / x, E4 = x4 / x, allo = 1 / (1 + pow(150e-6 / ca, 2));
  return allo * (3 * (E4 * k7 - E1 * k8) + E3 * k4pp - E2 * k3pp + 2 * (E2 * k2 - E1 * k1));
}

double pump(double v, double na, double k) {
  const double delta = -0.1550, Knai = 9.073 * exp(delta * v * frt / 3), Knao = 27.78 * exp((1 - delta) * v * frt / 3), Kki = 0.5,
               Kko = 0.3582;
  const double MgATP = 9.8, Kmgatp = 1.698e-7, H = 1e-7, P = 4.2 / (1 + H / 1.698e-7 + na / 224 + k / 292);
  const double in = pow(1 + na / Knai, 3) + pow(1 + k / Kki, 2) - 1, out = pow(1 + nao / Knao, 3) + pow(1 + ko / Kko, 2) - 1;
  const double a1 = 949.5 * pow(na / Knai, 3) / in, b1 = 182.4 * 0.05, a2 = 687.2, b2 = 39.4 * pow(nao / Knao, 3) / out;
  const double a3 = 1899 * pow(ko / Kko, 2) / out, b3 = 79300 * P * H / (1 + MgATP / Kmgatp);
  const double a4 = 639 * MgATP / Kmgatp / (1 + MgATP / Kmgatp), b4 = 40 * pow(k / Kki, 2) / in;
  const double x1 = a4 * a1 * a2 + b2 * b4 * b3 + a2 * b4 * b3 + b3 * a1 * a2,
               x2 = b2 * b1 * b4 + a1 * a2 * a3 + a3 * b1 * b4 + a2 * a3 * b4;
  const double x3 = a2 * a3 * a4 + b3 * b2 * b1 + b2 * b1 * a4 + a3 * a4 * b1,
               x4 = b4 * b3 * b2 + a3 * a4 * a1 + b2 * a4 * a1 + b3 * b2 * a1;
  const double x = x1 + x2 + x3 + x4;
  return 3 * (x1 * a3 - x2 * b3) / x + 2 * (x4 * b1 - x3 * a1) / x;
}

struct Currents {
  double Na, CaL_ss, CaNa_ss, CaK_ss, CaL_i, CaNa_i, CaK_i, K, NaCa_i, NaCa_ss, NaK, bNa, bCa, pCa, chloride;
};

Currents currents(const double *y, int layer, double ph) {
  const double v = y[V], E_Na = log(nao / y[nai]) / frt, E_K = log(ko / y[ki]) / frt;
  const double E_Ks = log((ko + 0.01833 * nao) / (y[ki] + 0.01833 * y[nai])) / frt, E_Cl = log(cli / clo) / frt;
  Currents c;
  c.Na = 11.7802 * (v - E_Na) * pow(y[m], 3) * ((1 - ph) * y[h] * y[j] + ph * y[hp] * y[jp]) +
         0.0279 * by(layer, 1, 0.6, 1) * (v - E_Na) * y[mL] * ((1 - ph) * y[hL] + ph * y[hLp]);
  const double AiF = 1 / (1 + exp((v - 213.6) / 151.2));
  const double to = 0.16 * by(layer, 1, 2, 2) * (v - E_K) *
                    ((1 - ph) * y[a] * (AiF * y[iF] + (1 - AiF) * y[iS]) + ph * y[ap] * (AiF * y[iFp] + (1 - AiF) * y[iSp]));
  const double f = 0.6 * y[ff] + 0.4 * y[fs], fp = 0.6 * y[ffp] + 0.4 * y[fs], A = 0.3 + 0.6 / (1 + exp((v - 10) / 10));
  const double fca = A * y[fcaf] + (1 - A) * y[fcas], fcap = A * y[fcafp] + (1 - A) * y[fcas], P = 8.3757e-5 * by(layer, 1, 1.2, 2);
  const auto open = [&](double n) {
    return y[d] * ((1 - ph) * P * (f * (1 - n) + y[jca] * fca * n) + ph * 1.1 * P * (fp * (1 - n) + y[jca] * fcap * n));
  };
  const Carried ss = driving(v, y[nass], y[kss], y[cass]), in = driving(v, y[nai], y[ki], y[cai]);
  c.CaL_ss = 0.8 * open(y[nca]) * ss.Ca, c.CaNa_ss = 0.8 * 0.00125 * open(y[nca]) * ss.Na, c.CaK_ss = 0.8 * 3.574e-4 * open(y[nca]) * ss.K;
  c.CaL_i = 0.2 * open(y[nca_i]) * in.Ca, c.CaNa_i = 0.2 * 0.00125 * open(y[nca_i]) * in.Na,
  c.CaK_i = 0.2 * 3.574e-4 * open(y[nca_i]) * in.K;
  const double Kr = 0.0321 * by(layer, 1, 1.3, 0.8) * y[o] * (v - E_K);
  const double Ks = 0.0011 * by(layer, 1, 1.4, 1) * (1 + 0.6 / (1 + pow(3.8e-5 / y[cai], 1.4))) * y[xs1] * y[xs2] * (v - E_Ks);
  const double x = v - E_K, aK1 = 4.094 / (1 + exp(0.1217 * (x - 49.934)));
  const double bK1 = (15.72 * exp(0.0674 * (x - 3.257)) + exp(0.0618 * (x - 594.31))) / (1 + exp(-0.1629 * (x + 14.207)));
  const double K1 = 0.6992 * by(layer, 1, 1.2, 1.3) * aK1 / (aK1 + bK1) * x;
  const double Kb = 0.0189 * by(layer, 1, 0.6, 1) / (1 + exp(-(v - 10.8968) / 23.9871)) * x;
  c.K = to + Kr + Ks + K1 + Kb;
  const double G = 0.0034 * by(layer, 1, 1.1, 1.4);
  c.NaCa_i = 0.65 * G * exchanger(v, y[nai], y[cai]), c.NaCa_ss = 0.35 * G * exchanger(v, y[nass], y[cass]);
  c.NaK = 15.4509 * by(layer, 1, 0.9, 0.7) * pump(v, y[nai], y[ki]);
  c.bNa = 1.9239e-9 * v * F * frt * (y[nai] * exp(v * frt) - nao) / (exp(v * frt) - 1);
  c.bCa = 5.9194e-8 * 4 * v * F * frt * (in.gamma_ca_in * y[cai] * exp(2 * v * frt) - in.gamma_ca_out * cao) / (exp(2 * v * frt) - 1);
  c.pCa = 5e-4 * y[cai] / (0.0005 + y[cai]);
  c.chloride = 0.2843 / (1 + 0.1 / y[cass]) * (v - E_Cl) + 1.98e-3 * (v - E_Cl);
  return c;
}

void all_rates(const double *y, double *rate, int layer) {
  sodium_gates(y, rate);
  outward_gates(y, rate, layer);
  calcium_gates(y, rate);
  rapid_potassium(y, rate);
  const double bound = 0.05 * (1 - y[CaMKt]) / (1 + 0.0015 / y[cass]), active = bound + y[CaMKt], ph = 1 / (1 + 0.15 / active);
  rate[CaMKt] = 0.05 * bound * active - 0.00068 * y[CaMKt];
  const Currents c = currents(y, layer, ph);
  rate[V] = -(c.Na + c.CaL_ss + c.CaNa_ss + c.CaK_ss + c.CaL_i + c.CaNa_i + c.CaK_i + c.K + c.NaCa_i + c.NaCa_ss + c.NaK + c.bNa + c.bCa +
              c.pCa + c.chloride);
  const double steady = by(layer, 1, 1, 1.7) * -c.CaL_ss / (1 + pow(1.7 / y[cajsr], 8)), slower = 1 + 0.0123 / y[cajsr];
  const double tau = 4.75 / slower < 0.001 ? 0.001 : 4.75 / slower, tau_p = 5.9375 / slower < 0.001 ? 0.001 : 5.9375 / slower;
  rate[Jrelnp] = (0.5 * 4.75 * steady - y[Jrelnp]) / tau;
  rate[Jrelp] = (0.5 * 5.9375 * steady - y[Jrelp]) / tau_p;
  const double Jrel = 1.5378 * ((1 - ph) * y[Jrelnp] + ph * y[Jrelp]);
  const double Jup = by(layer, 1, 1.3, 1) * 0.005425 * ((1 - ph) * y[cai] / (y[cai] + 0.00092) + ph * 2.75 * y[cai] / (y[cai] + 0.00075)) -
                     0.0048825 * y[cansr] / 15;
  const double Jtr = (y[cansr] - y[cajsr]) / 60, JNa = (y[nass] - y[nai]) / 2, JK = (y[kss] - y[ki]) / 2, JCa = (y[cass] - y[cai]) / 0.2;
  rate[nai] = -(c.CaNa_i + c.Na + 3 * c.NaCa_i + 3 * c.NaK + c.bNa) * Acap / (F * vmyo) + JNa * vss / vmyo;
  rate[nass] = -(c.CaNa_ss + 3 * c.NaCa_ss) * Acap / (F * vss) - JNa;
  rate[ki] = -(c.CaK_i + c.K - 2 * c.NaK) * Acap / (F * vmyo) + JK * vss / vmyo;
  rate[kss] = -c.CaK_ss * Acap / (F * vss) - JK;
  const double Bi = 1 / (1 + 0.05 * by(layer, 1, 1.3, 1) * 0.00238 / pow(0.00238 + y[cai], 2) + 0.07 * 0.0005 / pow(0.0005 + y[cai], 2));
  rate[cai] = Bi * (-(c.CaL_i + c.pCa + c.bCa - 2 * c.NaCa_i) * Acap / (2 * F * vmyo) - Jup * vnsr / vmyo + JCa * vss / vmyo);
  const double Bss = 1 / (1 + 0.047 * 0.00087 / pow(0.00087 + y[cass], 2) + 1.124 * 0.0087 / pow(0.0087 + y[cass], 2));
  rate[cass] = Bss * (-(c.CaL_ss - 2 * c.NaCa_ss) * Acap / (2 * F * vss) + Jrel * vjsr / vss - JCa);
  rate[cansr] = Jup - Jtr * vjsr / vnsr;
  rate[cajsr] = (Jtr - Jrel) / (1 + 10 * 0.8 / pow(0.8 + y[cajsr], 2));
}

} // namespace

PlainRates plain_tor_ord(int layer) {
  return [layer](const double *y, double *rate) { all_rates(y, rate, layer); };
}

} // namespace corvivo::physics
