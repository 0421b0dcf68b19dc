#include <io/base/schema.hpp>
#include <physics/electrophysiology/bidomain_options.hpp>

namespace corvivo::physics {

void DomainConductivity::describe(io::Schema &schema) {
  schema.quantity("along", along, "S/m", io::positive, "Along the fibres.", "Niederer 2011");
  schema.quantity("across", across, "S/m", io::positive, "Across the fibres.", "Niederer 2011");
}

void CurrentElectrode::describe(io::Schema &schema) {
  schema.text("name", name, "Name of the electrode, for messages.");
  schema.vector("centre", centre, "mm", "Middle of the ball.");
  schema.quantity("radius", radius, "mm", io::positive, "Radius of the ball.");
  schema.required_quantity("current", current, "uA", io::any,
                           "Into the extracellular space of the ball: positive anode, negative cathode.");
  schema.quantity("start", start, "ms", io::not_negative, "When the current begins.");
  schema.quantity("duration", duration, "ms", io::positive, "How long it flows.");
}

void BidomainOptions::describe(io::Schema &schema) {
  schema.section("intracellular", intracellular,
                 "Conductivities of the intracellular space. Both spaces are scaled alike where velocities are tuned or the mesh corrected "
                 "for, so that their harmonic mean s_i s_e / (s_i + s_e) is the monodomain's conductivity.");
  schema.section("extracellular", extracellular, "Conductivities of the extracellular space.");
  schema.optional_section("ground", ground, "Tissue whose extracellular potential is zero; without, its mean over the tissue is.");
  schema.list("electrodes", electrodes,
              "Currents sent into the extracellular space (method: bidomain); in sum zero unless there is a ground.");
  schema.quantity("interval", interval, "ms", io::Range{1},
                  "Time between the extracellular potentials of the points (extracellular.csv), a whole number of ms.");
  schema.quantity("tolerance", tolerance, "1", io::Range{0, 1e-2, true, false},
                  "Of the linear solver: preconditioned residual, relative to that of the right-hand side.");
}

} // namespace corvivo::physics
