/// ToR-ORd: Tomek et al., Development, calibration, and validation of a novel human ventricular myocyte model in health, disease, and drug
/// block, eLife 8:e48890, 2019.
#include <physics/electrophysiology/ionic/kernel_model.hpp>
#include <physics/electrophysiology/ionic/models.hpp>
#include <physics/electrophysiology/ionic/tor_ord_2019_kernel.hpp>

namespace corvivo::physics {

namespace {

using Parameters = TorOrd2019Parameters;

/// The authors' published states after a thousand beats at 1 Hz, in the order of the kernel.
InitialValues published_initial_values(Layer layer) {
  switch (layer) {
  case Layer::epicardium:
    return {
        -89.0154768721342,
        {0.000763228908104755, 0.833544909403616,    0.678841695234194,    0.833497781389367,    0.833311768661844,    0.000155293652653466,
         0.536468471494865,    0.300980562176301,    0.000934977025106033, 0.999626696605431,    0.999623652971323,    0.000476380566651530,
         0.999626696659922,    0.999626199062997,    3.44090020293841e-37, 0.999999993064605,    0.948443428743038,    0.999999993064610,
         0.999933400688481,    0.999981769973542,    0.000456804180120420, 0.000830893014440888, 0.999999993064818,    0.999999993064276,
         0.232708882444918,    0.000172120093619941, 0.000836058850210933, 0.000685608512717355, 0.000282493081467249, 9.84492151787658e-06,
         4.14953854790051e-24, 1.70514183624061e-22, 0.0129726050063671,   12.8382605269815,     12.8386296068886,     142.460122044002,
         142.460073757800,     7.44971662963012e-05, 6.38115248479545e-05, 1.83376662673169,     1.83451041520486}};
  case Layer::endocardium:
    return {-88.8691566357934,
            {0.000787657400526199, 0.830658198588696,     0.674096901201792,    0.830466744399495,    0.830093612199637,
             0.000159670117055769, 0.528261721740178,     0.288775833197764,    0.000944249645410894, 0.999616956857814,
             0.593680589620082,    0.000481107253796778,  0.999616964658062,    0.654092074678260,    8.86091322819384e-29,
             0.999999992783113,    0.938965241412012,     0.999999992783179,    0.999900458262832,    0.999977476316330,
             0.000492094765239740, 0.000833711885764158,  0.999999992566681,    0.999999992766279,    0.247156543918935,
             0.000175017075236424, 0.000844745297078649,  0.000698171876592920, 0.000370404872169913, 1.30239063420973e-05,
             3.90843796133124e-24, -1.88428892080206e-22, 0.0110752904836162,   12.0996647655188,     12.1000028563765,
             142.412524737626,     142.412481425842,      7.45541572746214e-05, 6.50418928341426e-05, 1.53037019085812,
             1.52803094224238}};
  default:
    return {
        -88.9590090659588,
        {0.000772566809118471, 0.832434326858963,    0.677013343047248,    0.832290316009961,    0.831808572855801,    0.000156968260425169,
         0.527174936474434,    0.280556044033432,    0.000938545400571819, 0.999622955471138,    0.568989935607894,    0.000478199529001736,
         0.999622960224351,    0.627685396742549,    5.59921706285619e-28, 0.999999992950244,    0.921126200688429,    0.999999992957103,
         0.999799367958552,    0.999967255695472,    0.000748915074620697, 0.00184513039130798,  0.999999992835124,    0.999999992956490,
         0.264964501338528,    0.000173243302385262, 0.000839251201866205, 0.000704846358850060, 0.000536619999494324, 1.88036392748250e-05,
         2.12311882737393e-20, 9.41901389088170e-19, 0.0187898657397651,   14.9968170642505,     14.9974341914714,     142.625375608671,
         142.625316420398,     9.17163015407947e-05, 7.25139659488411e-05, 1.94322774406231,     1.95039622434061}};
  }
}

void describe(io::Schema &schema, Parameters &p) {
  const std::string source = "Tomek 2019";
  schema.quantity("external_sodium", p.Na_o, "mM", io::positive, "Extracellular sodium.", source);
  schema.quantity("external_calcium", p.Ca_o, "mM", io::positive, "Extracellular calcium.", source);
  schema.quantity("external_potassium", p.K_o, "mM", io::positive, "Extracellular potassium.", source);
}

const ModelDefinition<Parameters> &definition() {
  using namespace tor_ord_2019;
  static const ModelDefinition<Parameters> definition{
      {"m",    "h",    "hp",      "j",      "jp",           "mL",   "hL",     "hLp",   "a",    "iF",    "iS",    "ap",     "iFp",   "iSp",
       "d",    "ff",   "fs",      "fcaf",   "fcas",         "jca",  "nca_ss", "nca_i", "ffp",  "fcafp", "xs1",   "xs2",    "Kr_C2", "Kr_C1",
       "Kr_O", "Kr_I", "Jrel_np", "Jrel_p", "CaMK_trapped", "Na_i", "Na_ss",  "K_i",   "K_ss", "Ca_i",  "Ca_ss", "Ca_nsr", "Ca_jsr"},
      {{"i_Na", &Parameters::g_Na, "Fast sodium."},
       {"i_NaL", &Parameters::g_NaL, "Late sodium."},
       {"i_to", &Parameters::g_to, "Transient outward potassium."},
       {"i_CaL", &Parameters::P_CaL, "L-type calcium, with the sodium and potassium that its channels carry."},
       {"i_Kr", &Parameters::g_Kr, "Rapid delayed rectifier potassium (hERG)."},
       {"i_Ks", &Parameters::g_Ks, "Slow delayed rectifier potassium."},
       {"i_K1", &Parameters::g_K1, "Inward rectifier potassium."},
       {"i_NaCa", &Parameters::g_NaCa, "Sodium-calcium exchanger."},
       {"i_NaK", &Parameters::P_NaK, "Sodium-potassium pump."},
       {"i_pCa", &Parameters::g_pCa, "Sarcolemmal calcium pump."},
       {"i_bK", &Parameters::g_bK, "Background potassium."},
       {"i_bNa", &Parameters::P_bNa, "Background sodium."},
       {"i_bCa", &Parameters::P_bCa, "Background calcium."},
       {"i_ClCa", &Parameters::g_ClCa, "Calcium-activated chloride."},
       {"i_bCl", &Parameters::g_bCl, "Background chloride."},
       {"J_rel", &Parameters::release, "Release of calcium from the sarcoplasmic reticulum."},
       {"J_up", &Parameters::uptake, "Uptake of calcium by the sarcoplasmic reticulum, and its leak."}},
      choose(portable::kernels, avx2::kernels, avx512::kernels),
      Ca_i,
      K_i,
      area / (F * v_myo),
      describe};
  return definition;
}

/// Factors of the layers: the paper, and the authors' published supplement. (Their published states of epi- and midmyocardial cells are not
/// those that these factors end at; that of the endocardial cell is.)
Parameters parameters_of(Layer layer) {
  Parameters p;
  if (layer == Layer::epicardium) {
    p.g_NaL *= 0.6, p.g_to *= 2.0, p.P_CaL *= 1.2, p.g_Kr *= 1.3, p.g_Ks *= 1.4, p.g_K1 *= 1.2, p.g_NaCa *= 1.1, p.P_NaK *= 0.9;
    p.g_bK *= 0.6, p.serca = 1.3, p.calmodulin *= 1.3, p.delta_epi = 0.95;
  }
  if (layer == Layer::midmyocardium) {
    p.g_to *= 2.0, p.P_CaL *= 2.0, p.g_Kr *= 0.8, p.g_K1 *= 1.3, p.g_NaCa *= 1.4, p.P_NaK *= 0.7;
    p.release_steady = 1.7;
  }
  return p;
}

} // namespace

std::unique_ptr<IonicModel> tor_ord_2019_model(Layer layer) {
  return std::make_unique<KernelModel<Parameters>>(definition(), parameters_of(layer), published_initial_values(layer));
}

} // namespace corvivo::physics
