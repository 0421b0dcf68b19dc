/// Bueno-Orovio, Cherry & Fenton, Minimal model for human ventricular action potentials in tissue, J Theor Biol 253:544, 2008.
#include <physics/electrophysiology/ionic/bueno_orovio_2008_kernel.hpp>
#include <physics/electrophysiology/ionic/kernel_model.hpp>
#include <physics/electrophysiology/ionic/models.hpp>

namespace corvivo::physics {

namespace {

using Parameters = BuenoOrovio2008Parameters;

/// Table 1 of the paper.
Parameters parameters_of(Layer layer) {
  Parameters p;
  if (layer == Layer::endocardium) {
    p.u_u = 1.56, p.theta_v_minus = 0.2, p.tau_v1_minus = 75, p.tau_v2_minus = 10, p.tau_w1_minus = 6, p.tau_w2_minus = 140;
    p.k_w_minus = 200, p.u_w_minus = 0.016, p.tau_w_plus = 280, p.tau_fi = 0.1, p.tau_o1 = 470, p.tau_so1 = 40, p.tau_so2 = 1.2;
    p.k_so = 2, p.tau_s2 = 2, p.tau_si = 2.9013, p.tau_w_infinity = 0.0273, p.w_infinity = 0.78;
  }
  if (layer == Layer::midmyocardium) {
    p.u_u = 1.61, p.theta_v_minus = 0.1, p.theta_o = 0.005, p.tau_v1_minus = 80, p.tau_v2_minus = 1.4506, p.tau_w1_minus = 70;
    p.tau_w2_minus = 8, p.k_w_minus = 200, p.u_w_minus = 0.016, p.tau_w_plus = 280, p.tau_fi = 0.078, p.tau_o1 = 410, p.tau_o2 = 7;
    p.tau_so1 = 91, p.tau_so2 = 0.8, p.k_so = 2.1, p.u_so = 0.6, p.tau_s2 = 4, p.tau_si = 3.3849, p.tau_w_infinity = 0.01;
    p.w_infinity = 0.5;
  }
  return p;
}

void describe(io::Schema &schema, Parameters &p) {
  const std::string source = "Bueno-Orovio 2008, table 1";
  schema.quantity("tau_fi", p.tau_fi, "ms", io::positive, "Time constant of the fast inward current.", source);
  schema.quantity("tau_si", p.tau_si, "ms", io::positive, "Time constant of the slow inward current.", source);
  schema.quantity("tau_w_plus", p.tau_w_plus, "ms", io::positive, "Closing of the slow inward current.", source);
}

const ModelDefinition<Parameters> &definition() {
  using namespace bueno_orovio_2008;
  static const ModelDefinition<Parameters> definition{{"v", "w", "s"},
                                                      {{"J_fi", &Parameters::J_fi, "Fast inward current."},
                                                       {"J_so", &Parameters::J_so, "Slow outward current."},
                                                       {"J_si", &Parameters::J_si, "Slow inward current."}},
                                                      choose(portable::kernels, avx2::kernels, avx512::kernels),
                                                      IonicModel::none,
                                                      IonicModel::none,
                                                      0,
                                                      describe};
  return definition;
}

} // namespace

std::unique_ptr<IonicModel> bueno_orovio_2008_model(Layer layer) {
  const Parameters parameters = parameters_of(layer);
  return std::make_unique<KernelModel<Parameters>>(definition(), parameters, InitialValues{parameters.rest, {1.0, 1.0, 0.0}});
}

} // namespace corvivo::physics
