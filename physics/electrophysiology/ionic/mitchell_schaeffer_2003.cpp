/// Mitchell & Schaeffer, A two-current model for the dynamics of cardiac membrane, Bull Math Biol 65:767, 2003.
#include <physics/electrophysiology/ionic/kernel_model.hpp>
#include <physics/electrophysiology/ionic/mitchell_schaeffer_2003_kernel.hpp>
#include <physics/electrophysiology/ionic/models.hpp>

namespace corvivo::physics {

namespace {

using Parameters = MitchellSchaeffer2003Parameters;

void describe(io::Schema &schema, Parameters &p) {
  const std::string source = "Mitchell & Schaeffer 2003";
  schema.quantity("tau_in", p.tau_in, "ms", io::positive, "Time constant of the inward current: upstroke.", source);
  schema.quantity("tau_out", p.tau_out, "ms", io::positive, "Time constant of the outward current: repolarisation.", source);
  schema.quantity("tau_open", p.tau_open, "ms", io::positive, "Opening of the gate: recovery.", source);
  schema.quantity("tau_close", p.tau_close, "ms", io::positive, "Closing of the gate: length of the action potential.", source);
  schema.quantity("gate", p.gate, "1", io::Range{0, 1, true, true}, "Scaled potential at which the gate turns.", source);
  schema.quantity("resting_potential", p.rest, "mV", io::any, "Potential that the scaled potential 0 stands for.");
  schema.quantity("amplitude", p.amplitude, "mV", io::positive, "Potential between the scaled potentials 0 and 1.");
}

const ModelDefinition<Parameters> &definition() {
  using namespace mitchell_schaeffer_2003;
  static const ModelDefinition<Parameters> definition{
      {"h"},
      {{"J_in", &Parameters::J_in, "Inward current."}, {"J_out", &Parameters::J_out, "Outward current."}},
      choose(portable::kernels, avx2::kernels, avx512::kernels),
      IonicModel::none,
      IonicModel::none,
      0,
      describe};
  return definition;
}

} // namespace

std::unique_ptr<IonicModel> mitchell_schaeffer_2003_model() {
  const Parameters parameters;
  return std::make_unique<KernelModel<Parameters>>(definition(), parameters, InitialValues{parameters.rest, {1.0}});
}

} // namespace corvivo::physics
