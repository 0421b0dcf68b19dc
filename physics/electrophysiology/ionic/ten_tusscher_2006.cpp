#include <io/base/errors.hpp>
#include <physics/electrophysiology/ionic/ten_tusscher_2006.hpp>
#include <physics/electrophysiology/ionic/ten_tusscher_2006_kernel.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>

namespace corvivo::physics {

namespace {

/// Published initial values: V, then the states in the order of the kernel. Epicardial: Niederer et al., Phil Trans R Soc A 369:4331, 2011,
/// table 3; endocardial and midmyocardial: the model's CellML files (physiomeproject.org, ten Tusscher & Panfilov 2006).
struct InitialValues {
  double voltage;
  std::vector<double> states;
};

InitialValues published_initial_values(TenTusscher2006::Layer layer) {
  switch (layer) {
  case TenTusscher2006::Layer::epicardium:
    return {-85.23,
            {0.00621, 0.4712, 0.0095, 0.00172, 0.7444, 0.7045, 3.373e-5, 0.7888, 0.9755, 0.9953, 0.999998, 2.42e-8, 0.000126, 0.9073, 3.64,
             0.00036, 8.604, 136.89}};
  case TenTusscher2006::Layer::endocardium:
    return {-86.709,
            {0.00448, 0.476, 0.0087, 0.00155, 0.7573, 0.7225, 3.164e-5, 0.8009, 0.9778, 0.9953, 0.3212, 2.235e-8, 0.00013, 0.9068, 3.715,
             0.00036, 10.355, 138.4}};
  default:
    return {-85.423,
            {0.0165, 0.473, 0.0174, 0.00165, 0.749, 0.6788, 3.288e-5, 0.7026, 0.9526, 0.9942, 0.999998, 2.347e-8, 0.000153, 0.8978, 4.272,
             0.00042, 10.132, 138.52}};
  }
}

const ten_tusscher_2006::Kernels &kernels() {
  using namespace ten_tusscher_2006;
  return choose(portable::kernels, avx2::kernels, avx512::kernels);
}

} // namespace

TenTusscher2006::TenTusscher2006(Layer layer) {
  if (layer == Layer::endocardium) {
    parameters_.g_to = 0.073;
    parameters_.endocardial = true;
  }
  if (layer == Layer::midmyocardium)
    parameters_.g_Ks = 0.098;
  const InitialValues initial = published_initial_values(layer);
  resting_voltage_ = initial.voltage;
  initial_ = initial.states;
}

void TenTusscher2006::describe(io::Schema &schema) {
  const std::string source = "ten Tusscher & Panfilov 2006";
  schema.quantity("sodium_conductance", parameters_.g_Na, "1", io::not_negative, "Largest fast sodium conductance, nS/pF.", source);
  schema.quantity("slow_potassium_conductance", parameters_.g_Ks, "1", io::not_negative,
                  "Largest slow delayed-rectifier conductance, nS/pF.", source);
  schema.quantity("rapid_potassium_conductance", parameters_.g_Kr, "1", io::not_negative,
                  "Largest rapid delayed-rectifier conductance, nS/pF.", source);
  schema.quantity("transient_outward_conductance", parameters_.g_to, "1", io::not_negative, "Largest transient outward conductance, nS/pF.",
                  source);
  schema.quantity("external_potassium", parameters_.K_o, "1", io::positive, "Extracellular potassium, mM.", source);
}

const std::vector<std::string> &TenTusscher2006::state_names() const {
  static const std::vector<std::string> names = {"Xr1",   "Xr2", "Xs", "m",    "h",       "j",     "d",     "f",    "f2",
                                                 "fCass", "s",   "r",  "Ca_i", "R_prime", "Ca_SR", "Ca_ss", "Na_i", "K_i"};
  return names;
}

std::size_t TenTusscher2006::calcium_state() const {
  return ten_tusscher_2006::Ca_i;
}

void TenTusscher2006::advance_packs(const double *voltage, double *states, std::size_t stride, const PackedCells &cells,
                                    double *total) const {
  kernels().advance(parameters_, voltage, states, stride, cells, total);
}

void TenTusscher2006::current(const double *voltage, const double *states, std::size_t stride, std::size_t cells, double *total) const {
  CORVIVO_ASSERT(cells % pack == 0, "cells come in whole packs");
  kernels().current(parameters_, voltage, states, stride, cells, total);
}

void TenTusscher2006::rates(double voltage, const double *states, double *voltage_rate, double *state_rates) const {
  kernels().rates(parameters_, voltage, states, voltage_rate, state_rates);
}

} // namespace corvivo::physics
