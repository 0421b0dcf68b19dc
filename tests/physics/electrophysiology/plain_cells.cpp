#include "plain_cells.hpp"

#include <cmath>

namespace corvivo::physics {

PlainRates plain_tor_ord(int layer); // 0 endo, 1 epi, 2 mid

namespace {

double step(double x) {
  return x < 0.0 ? 0.0 : 1.0;
}

/// Mitchell & Schaeffer 2003, equations 1 and 2; V = -80 mV + 100 mV v.
void mitchell_schaeffer(const double *y, double *rate) {
  const double v = (y[0] + 80.0) / 100.0, h = y[1];
  rate[0] = 100.0 * (h * v * v * (1.0 - v) / 0.3 - v / 6.0);
  rate[1] = v < 0.13 ? (1.0 - h) / 120.0 : -h / 150.0;
}

/// Columns of table 1 of Bueno-Orovio 2008, in the order of its rows from u_u on without those that all layers share.
struct BuenoOrovioColumn {
  double u_u, theta_v_minus, theta_o, tau_v1_minus, tau_v2_minus, tau_w1_minus, tau_w2_minus, k_w_minus, u_w_minus, tau_w_plus, tau_fi,
      tau_o1, tau_o2, tau_so1, tau_so2, k_so, u_so, tau_s2, tau_si, tau_w_infinity, w_infinity;
};
constexpr BuenoOrovioColumn epi{1.55, 0.006, 0.006,   60,     1150,   60,   15, 65,     0.03, 200, 0.11,
                                400,  6,     30.0181, 0.9957, 2.0458, 0.65, 16, 1.8875, 0.07, 0.94};
constexpr BuenoOrovioColumn endo{1.56, 0.2, 0.006, 75, 10, 6, 140, 200, 0.016, 280, 0.1, 470, 6, 40, 1.2, 2, 0.65, 2, 2.9013, 0.0273, 0.78};
constexpr BuenoOrovioColumn mid{1.61, 0.1, 0.005, 80,  1.4506, 70,  8, 200,    0.016, 280, 0.078,
                                410,  7,   91,    0.8, 2.1,    0.6, 4, 3.3849, 0.01,  0.5};

/// Equations 1 to 4 of the paper; V = 85.7 mV u - 84 mV.
void bueno_orovio(const BuenoOrovioColumn &p, const double *y, double *rate) {
  const double u = (y[0] + 84.0) / 85.7, v = y[1], w = y[2], s = y[3];
  const double tau_v_minus = (1 - step(u - p.theta_v_minus)) * p.tau_v1_minus + step(u - p.theta_v_minus) * p.tau_v2_minus;
  const double tau_w_minus = p.tau_w1_minus + (p.tau_w2_minus - p.tau_w1_minus) * (1 + std::tanh(p.k_w_minus * (u - p.u_w_minus))) / 2;
  const double tau_so = p.tau_so1 + (p.tau_so2 - p.tau_so1) * (1 + std::tanh(p.k_so * (u - p.u_so))) / 2;
  const double tau_s = (1 - step(u - 0.13)) * 2.7342 + step(u - 0.13) * p.tau_s2;
  const double tau_o = (1 - step(u - p.theta_o)) * p.tau_o1 + step(u - p.theta_o) * p.tau_o2;
  const double v_infinity = u < p.theta_v_minus ? 1 : 0;
  const double w_infinity = (1 - step(u - p.theta_o)) * (1 - u / p.tau_w_infinity) + step(u - p.theta_o) * p.w_infinity;
  const double J_fi = -v * step(u - 0.3) * (u - 0.3) * (p.u_u - u) / p.tau_fi;
  const double J_so = u * (1 - step(u - 0.13)) / tau_o + step(u - 0.13) / tau_so;
  const double J_si = -step(u - 0.13) * w * s / p.tau_si;
  rate[0] = -85.7 * (J_fi + J_so + J_si);
  rate[1] = (1 - step(u - 0.3)) * (v_infinity - v) / tau_v_minus - step(u - 0.3) * v / 1.4506;
  rate[2] = (1 - step(u - 0.13)) * (w_infinity - w) / tau_w_minus - step(u - 0.13) * w / p.tau_w_plus;
  rate[3] = ((1 + std::tanh(2.0994 * (u - 0.9087))) / 2 - s) / tau_s;
}

/// Gates of Courtemanche 1998, equations 29 to 56; `y` starts with V.
void courtemanche_gates(const double *y, double *rate) {
  using std::exp;
  const double V = y[0];
  const auto gate = [&](int k, double infinity, double tau) { rate[k] = (infinity - y[k]) / tau; };
  const auto from = [&](int k, double a, double b) { gate(k, a / (a + b), 1 / (a + b)); };
  from(1, 0.32 * (V + 47.13) / (1 - exp(-0.1 * (V + 47.13))), 0.08 * exp(-V / 11));
  if (V < -40) {
    from(2, 0.135 * exp((V + 80) / -6.8), 3.56 * exp(0.079 * V) + 3.1e5 * exp(0.35 * V));
    from(3, (-127140 * exp(0.2444 * V) - 3.474e-5 * exp(-0.04391 * V)) * (V + 37.78) / (1 + exp(0.311 * (V + 79.23))),
         0.1212 * exp(-0.01052 * V) / (1 + exp(-0.1378 * (V + 40.14))));
  } else {
    from(2, 0, 1 / (0.13 * (1 + exp((V + 10.66) / -11.1))));
    from(3, 0, 0.3 * exp(-2.535e-7 * V) / (1 + exp(-0.1 * (V + 32))));
  }
  const double a_o = 0.65 / (exp((V + 10) / -8.5) + exp((V - 30) / -59.0)), b_o = 0.65 / (2.5 + exp((V + 82) / 17));
  gate(4, 1 / (1 + exp((V + 20.47) / -17.54)), 1 / (3 * (a_o + b_o)));
  gate(5, 1 / (1 + exp((V + 43.1) / 5.3)), 1 / (3 * (1 / (18.53 + exp((V + 113.7) / 10.95)) + 1 / (35.56 + exp((V + 1.26) / -7.44)))));
  gate(6, 1 / (1 + exp((V + 30.3) / -9.6)), 1 / (3 * (a_o + b_o)));
  gate(7, 1 / (1 + exp((V - 99.45) / 27.48)), 1 / (3 * (1 / (21 + exp((V - 185) / -28)) + exp((V - 158) / 16))));
  gate(8, 1 / (1 + exp((V + 14.1) / -6.5)),
       1 / (0.0003 * (V + 14.1) / (1 - exp((V + 14.1) / -5)) + 7.3898e-5 * (V - 3.3328) / (exp((V - 3.3328) / 5.1237) - 1)));
  gate(9, 1 / std::sqrt(1 + exp((V - 19.9) / -12.7)),
       0.5 / (4e-5 * (V - 19.9) / (1 - exp((V - 19.9) / -17)) + 3.5e-5 * (V - 19.9) / (exp((V - 19.9) / 9) - 1)));
  gate(10, 1 / (1 + exp((V + 10) / -8)), (1 - exp((V + 10) / -6.24)) / (0.035 * (V + 10) * (1 + exp((V + 10) / -6.24))));
  gate(11, 1 / (1 + exp((V + 28) / 6.9)), 9 / (0.0197 * exp(-std::pow(0.0337 * (V + 10), 2)) + 0.02));
  gate(12, 1 / (1 + y[18] / 0.00035), 2);
}

/// Currents and concentrations, equations 1 to 28 and 57 to 75.
void courtemanche(const double *y, double *rate) {
  using std::exp, std::log, std::pow;
  courtemanche_gates(y, rate);
  const double V = y[0], Na = y[16], K = y[17], Ca = y[18], Ca_up = y[19], Ca_rel = y[20];
  const double R = 8.3143, T = 310, F = 96.4867, RTF = R * T / F, V_cell = 20100, V_i = 0.68 * V_cell, V_up = 0.0552 * V_cell,
               V_rel = 0.0048 * V_cell, C = 100;
  const double E_Na = RTF * log(140 / Na), E_K = RTF * log(5.4 / K), E_Ca = RTF / 2 * log(1.8 / Ca);
  const double I_Na = 7.8 * pow(y[1], 3) * y[2] * y[3] * (V - E_Na), I_K1 = 0.09 * (V - E_K) / (1 + exp(0.07 * (V + 80)));
  const double I_to = 0.1652 * pow(y[4], 3) * y[5] * (V - E_K);
  const double I_Kur = (0.005 + 0.05 / (1 + exp((V - 15) / -13))) * pow(y[6], 3) * y[7] * (V - E_K);
  const double I_Kr = 0.029411765 * y[8] * (V - E_K) / (1 + exp((V + 15) / 22.4)), I_Ks = 0.12941176 * y[9] * y[9] * (V - E_K);
  const double I_CaL = 0.12375 * y[10] * y[11] * y[12] * (V - 65);
  const double sigma = (exp(140 / 67.3) - 1) / 7, f_NaK = 1 / (1 + 0.1245 * exp(-0.1 * V / RTF) + 0.0365 * sigma * exp(-V / RTF));
  const double I_NaK = 0.59933874 * f_NaK * 5.4 / (5.4 + 1.5) / (1 + pow(10 / Na, 1.5));
  const double I_NaCa = 1600 * (exp(0.35 * V / RTF) * pow(Na, 3) * 1.8 - exp(-0.65 * V / RTF) * pow(140, 3) * Ca) /
                        ((pow(87.5, 3) + pow(140, 3)) * (1.38 + 1.8) * (1 + 0.1 * exp(-0.65 * V / RTF)));
  const double I_bCa = 0.001131 * (V - E_Ca), I_bNa = 0.0006744375 * (V - E_Na), I_pCa = 0.275 * Ca / (0.0005 + Ca);
  const double I_rel = 30 * y[13] * y[13] * y[14] * y[15] * (Ca_rel - Ca), I_tr = (Ca_up - Ca_rel) / 180;
  const double I_up = 0.005 / (1 + 0.00092 / Ca), I_leak = 0.005 * Ca_up / 15;
  const double F_n = 1e-12 * V_rel * I_rel - 5e-13 / F * (0.5 * I_CaL - 0.2 * I_NaCa) * C;
  rate[0] = -(I_Na + I_K1 + I_to + I_Kur + I_Kr + I_Ks + I_CaL + I_pCa + I_NaK + I_NaCa + I_bNa + I_bCa);
  const double open = 1 / (1 + exp(-(F_n - 3.4175e-13) / 13.67e-16));
  rate[13] = (open - y[13]) / 8;
  rate[14] = (1 - 1 / (1 + exp(-(F_n - 6.835e-14) / 13.67e-16)) - y[14]) / (1.91 + 2.09 * open);
  const double e = exp(-(V - 7.9) / 5);
  rate[15] = (1 - 1 / (1 + exp(-(V - 40) / 17)) - y[15]) / (6 * (1 - e) / ((1 + 0.3 * e) * (V - 7.9)));
  rate[16] = (-3 * I_NaK - 3 * I_NaCa - I_bNa - I_Na) * C / (V_i * F);
  rate[17] = (2 * I_NaK - I_K1 - I_to - I_Kur - I_Kr - I_Ks) * C / (V_i * F);
  const double B1 = (2 * I_NaCa - I_pCa - I_CaL - I_bCa) * C / (2 * V_i * F) + (V_up * (I_leak - I_up) + I_rel * V_rel) / V_i;
  rate[18] = B1 / (1 + 0.07 * 0.0005 / pow(Ca + 0.0005, 2) + 0.05 * 0.00238 / pow(Ca + 0.00238, 2));
  rate[19] = I_up - I_leak - I_tr * V_rel / V_up;
  rate[20] = (I_tr - I_rel) / (1 + 10 * 0.8 / pow(Ca_rel + 0.8, 2));
}

} // namespace

PlainRates plain_rates(const std::string &model) {
  const auto is = [&](const char *layer) { return model.size() > 4 && model.substr(model.rfind('_') + 1) == layer; };
  if (model == "mitchell_schaeffer_2003")
    return mitchell_schaeffer;
  if (model == "courtemanche_1998")
    return courtemanche;
  if (model.rfind("bueno_orovio_2008", 0) == 0)
    return [&column = is("epi") ? epi : is("endo") ? endo : mid](const double *y, double *rate) { bueno_orovio(column, y, rate); };
  if (model.rfind("tor_ord_2019", 0) == 0)
    return plain_tor_ord(is("epi") ? 1 : is("endo") ? 0 : 2);
  return {};
}

} // namespace corvivo::physics
