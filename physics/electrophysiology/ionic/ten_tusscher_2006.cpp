/// ten Tusscher & Panfilov, Alternans and spiral breakup in a human ventricular tissue model, Am J Physiol Heart Circ Physiol 291:H1088,
/// 2006.
#include <physics/electrophysiology/ionic/kernel_model.hpp>
#include <physics/electrophysiology/ionic/models.hpp>
#include <physics/electrophysiology/ionic/ten_tusscher_2006_kernel.hpp>

namespace corvivo::physics {

namespace {

/// Epicardial: Niederer et al., Phil Trans R Soc A 369:4331, 2011, table 3; endocardial and midmyocardial: the model's CellML files
/// (physiomeproject.org, ten Tusscher & Panfilov 2006).
InitialValues published_initial_values(Layer layer) {
  switch (layer) {
  case Layer::epicardium:
    return {-85.23,
            {0.00621, 0.4712, 0.0095, 0.00172, 0.7444, 0.7045, 3.373e-5, 0.7888, 0.9755, 0.9953, 0.999998, 2.42e-8, 0.000126, 0.9073, 3.64,
             0.00036, 8.604, 136.89}};
  case Layer::endocardium:
    return {-86.709,
            {0.00448, 0.476, 0.0087, 0.00155, 0.7573, 0.7225, 3.164e-5, 0.8009, 0.9778, 0.9953, 0.3212, 2.235e-8, 0.00013, 0.9068, 3.715,
             0.00036, 10.355, 138.4}};
  default:
    return {-85.423,
            {0.0165, 0.473, 0.0174, 0.00165, 0.749, 0.6788, 3.288e-5, 0.7026, 0.9526, 0.9942, 0.999998, 2.347e-8, 0.000153, 0.8978, 4.272,
             0.00042, 10.132, 138.52}};
  }
}

using Parameters = TenTusscher2006Parameters;

void describe(io::Schema &schema, Parameters &p) {
  const std::string source = "ten Tusscher & Panfilov 2006";
  schema.quantity("sodium_conductance", p.g_Na, "1", io::not_negative, "Largest fast sodium conductance, nS/pF.", source);
  schema.quantity("slow_potassium_conductance", p.g_Ks, "1", io::not_negative, "Largest slow delayed-rectifier conductance, nS/pF.",
                  source);
  schema.quantity("rapid_potassium_conductance", p.g_Kr, "1", io::not_negative, "Largest rapid delayed-rectifier conductance, nS/pF.",
                  source);
  schema.quantity("transient_outward_conductance", p.g_to, "1", io::not_negative, "Largest transient outward conductance, nS/pF.", source);
  schema.quantity("external_potassium", p.K_o, "1", io::positive, "Extracellular potassium, mM.", source);
}

const ModelDefinition<Parameters> &definition() {
  using namespace ten_tusscher_2006;
  const Parameters p;
  static const ModelDefinition<Parameters> definition{
      {"Xr1", "Xr2", "Xs", "m", "h", "j", "d", "f", "f2", "fCass", "s", "r", "Ca_i", "R_prime", "Ca_SR", "Ca_ss", "Na_i", "K_i"},
      {{"i_Na", &Parameters::g_Na, "Fast sodium."},
       {"i_to", &Parameters::g_to, "Transient outward potassium."},
       {"i_CaL", &Parameters::g_CaL, "L-type calcium."},
       {"i_Kr", &Parameters::g_Kr, "Rapid delayed rectifier potassium (hERG)."},
       {"i_Ks", &Parameters::g_Ks, "Slow delayed rectifier potassium."},
       {"i_K1", &Parameters::g_K1, "Inward rectifier potassium."},
       {"i_NaCa", &Parameters::k_NaCa, "Sodium-calcium exchanger."},
       {"i_NaK", &Parameters::P_NaK, "Sodium-potassium pump."},
       {"i_pCa", &Parameters::g_pCa, "Sarcolemmal calcium pump."},
       {"i_pK", &Parameters::g_pK, "Plateau potassium."},
       {"i_bNa", &Parameters::g_bNa, "Background sodium."},
       {"i_bCa", &Parameters::g_bCa, "Background calcium."},
       {"J_rel", &Parameters::V_rel, "Release of calcium from the sarcoplasmic reticulum."},
       {"J_up", &Parameters::Vmax_up, "Uptake of calcium by the sarcoplasmic reticulum."}},
      choose(portable::kernels, avx2::kernels, avx512::kernels),
      Ca_i,
      K_i,
      p.capacitance / (p.V_c * p.F),
      describe};
  return definition;
}

} // namespace

std::unique_ptr<IonicModel> ten_tusscher_2006_model(Layer layer) {
  Parameters parameters;
  if (layer == Layer::endocardium) {
    parameters.g_to = 0.073;
    parameters.endocardial = true;
  }
  if (layer == Layer::midmyocardium)
    parameters.g_Ks = 0.098;
  return std::make_unique<KernelModel<Parameters>>(definition(), parameters, published_initial_values(layer));
}

} // namespace corvivo::physics
