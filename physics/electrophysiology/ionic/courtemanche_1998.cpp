/// Courtemanche, Ramirez & Nattel, Ionic mechanisms underlying human atrial action potential properties: insights from a mathematical
/// model, Am J Physiol Heart Circ Physiol 275:H301, 1998.
#include <physics/electrophysiology/ionic/courtemanche_1998_kernel.hpp>
#include <physics/electrophysiology/ionic/kernel_model.hpp>
#include <physics/electrophysiology/ionic/models.hpp>

namespace corvivo::physics {

namespace {

using Parameters = Courtemanche1998Parameters;

void describe(io::Schema &schema, Parameters &p) {
  const std::string source = "Courtemanche 1998, table 1";
  schema.quantity("external_sodium", p.Na_o, "mM", io::positive, "Extracellular sodium.", source);
  schema.quantity("external_calcium", p.Ca_o, "mM", io::positive, "Extracellular calcium.", source);
  schema.quantity("external_potassium", p.K_o, "mM", io::positive, "Extracellular potassium.", source);
}

const ModelDefinition<Parameters> &definition() {
  using namespace courtemanche_1998;
  static const ModelDefinition<Parameters> definition{
      {"m", "h", "j", "oa", "oi", "ua", "ui", "xr", "xs", "d", "f", "f_Ca", "u", "v", "w", "Na_i", "K_i", "Ca_i", "Ca_up", "Ca_rel"},
      {{"i_Na", &Parameters::g_Na, "Fast sodium."},
       {"i_to", &Parameters::g_to, "Transient outward potassium."},
       {"i_CaL", &Parameters::g_CaL, "L-type calcium."},
       {"i_Kur", &Parameters::kur, "Ultrarapid delayed rectifier potassium."},
       {"i_Kr", &Parameters::g_Kr, "Rapid delayed rectifier potassium (hERG)."},
       {"i_Ks", &Parameters::g_Ks, "Slow delayed rectifier potassium."},
       {"i_K1", &Parameters::g_K1, "Inward rectifier potassium."},
       {"i_NaCa", &Parameters::i_NaCa, "Sodium-calcium exchanger."},
       {"i_NaK", &Parameters::i_NaK, "Sodium-potassium pump."},
       {"i_pCa", &Parameters::i_pCa, "Sarcolemmal calcium pump."},
       {"i_bNa", &Parameters::g_bNa, "Background sodium."},
       {"i_bCa", &Parameters::g_bCa, "Background calcium."},
       {"J_rel", &Parameters::k_rel, "Release of calcium from the sarcoplasmic reticulum."},
       {"J_up", &Parameters::i_up, "Uptake of calcium by the sarcoplasmic reticulum, and its leak."}},
      choose(portable::kernels, avx2::kernels, avx512::kernels),
      Ca_i,
      K_i,
      capacitance / (v_i * F),
      describe};
  return definition;
}

} // namespace

std::unique_ptr<IonicModel> courtemanche_1998_model() {
  // The paper's cell at rest (its table of initial values; four digits as in the CellML file).
  return std::make_unique<KernelModel<Parameters>>(
      definition(), Parameters{},
      InitialValues{-81.18, {2.908e-3, 0.9649, 0.9775, 3.043e-2, 0.9992, 4.966e-3, 0.9986, 3.296e-5, 1.869e-2, 1.367e-4,
                             0.9996,   0.7755, 0.0,    1.0,      0.9992, 11.17,    139.0,  1.013e-4, 1.488,    1.488}});
}

} // namespace corvivo::physics
