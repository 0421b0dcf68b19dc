#include <io/base/schema.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>

namespace corvivo::physics {

void NamedPoint::describe(io::Schema &schema) {
  schema.text("name", name, "The time is reported as activation_time_<name>.");
  schema.vector("position", position, "mm", "The nearest node answers.");
}

void VelocityOptions::describe(io::Schema &schema) {
  schema.quantity("along", along, "m/s", io::Range{0, 5, true, false}, "Conduction velocity along the fibres.",
                  "Durrer 1970; Taggart 2000");
  schema.quantity("across", across, "m/s", io::Range{0, 5, true, false}, "Conduction velocity across the fibres.",
                  "Durrer 1970; Taggart 2000");
}

void ConductivityOptions::describe(io::Schema &schema) {
  schema.quantity("along", along, "S/m", io::positive, "Monodomain conductivity along the fibres.", "Niederer 2011");
  schema.quantity("across", across, "S/m", io::positive, "Monodomain conductivity across the fibres.", "Niederer 2011");
}

void FastLayerOptions::describe(io::Schema &schema) {
  schema.quantity("depth", depth, "1", io::Range{0, 1, true, false}, "Share of the wall, from the endocardium, that conducts faster.");
  schema.quantity("factor", factor, "1", io::Range{1}, "On the diffusivity of that layer; velocity grows with its square root.");
}

void VulnerabilityOptions::describe(io::Schema &schema) {
  schema.list("places", places, "Balls that are stimulated, one at a time.");
  schema.quantity("from", from, "ms", io::not_negative, "First time of a premature stimulus; the case's stimuli before it come first.");
  schema.quantity("to", to, "ms", io::not_negative, "Last time.");
  schema.quantity("every", every, "ms", io::Range{1}, "Time between them, a whole number of ms.");
  schema.quantity("follow", follow, "ms", io::positive, "How long each is followed: tissue that is then still activated re-enters.");
  schema.quantity("quiet", quiet, "ms", io::positive, "A run in which nothing was activated for so long has ended.");
  schema.quantity("strength", strength, "1", io::positive, "Of the premature stimuli, times stimulus_amplitude.");
}

Discretisation ElectrophysiologyOptions::diffusion_discretisation() const {
  Discretisation chosen = discretisation;
  if (method == "bidomain" && chosen.implicitness == 0)
    chosen.implicitness = 0.5;
  return chosen;
}

ConductivityOptions ElectrophysiologyOptions::monodomain_conductivity() const {
  if (!has_extracellular_space())
    return conductivity;
  const BidomainOptions space = extracellular_space();
  const DomainConductivity &i = space.intracellular, &e = space.extracellular;
  return {i.along * e.along / (i.along + e.along), i.across * e.across / (i.across + e.across)};
}

bool ElectrophysiologyOptions::names_a_stimulus() const {
  return (bidomain && !bidomain->electrodes.empty()) || !sites.empty() || !boxes.empty() || !balls.empty() || !surfaces.empty() ||
         !regions.empty() || purkinje;
}

std::vector<StimulusSite> ElectrophysiologyOptions::stimulated_sites(bool biventricle) const {
  if (names_a_stimulus())
    return sites;
  std::vector<StimulusSite> early = default_stimulus_sites();
  if (biventricle)
    for (const StimulusSite &site : default_right_stimulus_sites())
      early.push_back(site);
  return early;
}

void ElectrophysiologyOptions::describe(io::Schema &schema) {
  schema.choice(
      "method", method, {"monodomain", "bidomain", "pseudo_bidomain", "reaction_eikonal"},
      "monodomain: the reaction-diffusion equation. bidomain: with the extracellular potential, both in one implicit step; some twenty "
      "times the work. pseudo_bidomain: the monodomain, and from its potential now and then the extracellular one. reaction_eikonal: "
      "arrival times of an eikonal equation at the wanted velocities, and at each the travelling wave of the ionic model; seconds "
      "instead of minutes.");
  schema.model("cell", ionic_model_name, ionic_model, ionic_models(), "Model of the myocytes.");
  schema.optional_section("prepacing", prepacing,
                          "Pace a cell to its limit cycle first and start the beat from there; else from the published initial values.");
  schema.quantity("element_size", element_size, "mm", io::positive,
                  "The mesh is refined until its mean edge is at most this (each refinement halves edges), at least once.");
  schema.integer("refinements", refinements, -1, 6, "Exact number of refinements instead; -1 leaves it to element_size.");
  schema.quantity("duration", duration, "ms", io::positive, "Length of the beat.");
  schema.quantity("time_step", time_step, "ms", io::Range{0, 0.2, true, false}, "Step until all tissue is activated.");
  schema.quantity("late_time_step", late_time_step, "ms", io::Range{0, 0.5, true, false}, "Step afterwards.");
  schema.section("discretisation", discretisation, "Of the monodomain equation; the defaults are the measured best.");
  schema.flag("tune_conductivities", tune_conductivities,
              "Find the conductivities that give `velocity` on elements of this mesh's size; else use `conductivity`.");
  schema.flag(
      "mesh_correction", mesh_correction,
      "Scale given conductivities by what makes plane waves on elements of this mesh's size travel as fast as in the continuum (1 on "
      "fine meshes).");
  schema.section("velocity", velocity, "Wanted conduction velocities.");
  schema.section("conductivity", conductivity, "Conductivities, used when they are not tuned.");
  schema.optional_section("bidomain", bidomain,
                          "The extracellular space, for method: bidomain and pseudo_bidomain; without, with these defaults.");
  schema.quantity("surface_to_volume", surface_to_volume, "1/mm", io::positive, "Membrane area per tissue volume.", "Niederer 2011");
  schema.quantity("capacitance", capacitance, "uF/mm^2", io::positive, "Membrane capacitance per area.", "Niederer 2011");
  schema.optional_section("fast_endocardium", fast_endocardium,
                          "A layer under each endocardium that conducts faster, as Purkinje fibres do.");
  schema.optional_section(
      "purkinje", purkinje,
      "Fractal trees on the endocardium whose ends excite the muscle: the conduction system itself instead of a faster layer.");
  schema.list("tissue", tissue,
              "Parts of the tissue that differ: scar, border zone, layers of the wall; the last that covers a place counts.");
  schema.list(
      "sites", sites,
      "Stimuli on an endocardium; five early sites on the left one, and one on the right one of a biventricle, when no stimulus of any "
      "kind and no Purkinje network is given.");
  schema.list("boxes", boxes, "Stimulated boxes of space.");
  schema.list("balls", balls, "Stimulated balls of space.");
  schema.list("surfaces", surfaces, "Stimulated surfaces of the mesh.");
  schema.list("regions", regions, "Stimulated regions of the mesh.");
  schema.quantity("stimulus_amplitude", stimulus_amplitude, "mV/ms", io::positive, "Rise of the potential under a stimulus.",
                  "Niederer 2011");
  schema.quantity("stimulus_duration", stimulus_duration, "ms", io::positive, "Duration of every stimulus.", "Niederer 2011");
  schema.quantity("calcium_interval", calcium_interval, "ms", io::Range{1}, "Time between saved calcium fields, a whole number of ms.");
  schema.quantity("bath_conductivity", bath_conductivity, "S/m", io::positive, "Of the torso, for the electrocardiogram.",
                  "Gabriel 1996 (mean of the trunk)");
  schema.optional_section("torso", torso, "A bounded torso for the electrocardiogram; without, the conductor is unbounded.");
  schema.optional_section("electrodes", electrodes,
                          "Given electrodes, all nine; without, by the heart's axes. With a torso each moves to its nearest point.");
  schema.list("electrograms", electrograms,
              "Points whose extracellular potential in an unbounded conductor is written to electrograms.csv every ms; distances are "
              "softened by the size of the elements there.");
  schema.quantity("checkpoint_every", checkpoint_every, "ms", io::not_negative,
                  "Time of the beat between checkpoints, a whole number of ms; a killed run goes on from the last. 0: none.");
  schema.quantity(
      "save_every", save_every, "ms", io::not_negative,
      "Time between saved fields of the potential, with an extracellular space of both (voltage.pvd), a whole number of ms; 0: none.");
  schema.list("points", points, "Points whose activation time is reported and whose potential is written to points.csv.");
  schema.optional_section("vulnerability", vulnerability,
                          "Try premature stimuli at several places and times and tell which start a re-entry (vulnerability.csv).");
  schema.flag("stop_when_activated", stop_when_activated, "End once all tissue is activated.");
}

bool has_calcium(const ElectrophysiologyOptions &options) {
  const auto published = options.ionic_model ? nullptr : ionic_models().make(options.ionic_model_name);
  return (published ? *published : *options.ionic_model).calcium_state() != IonicModel::none;
}

} // namespace corvivo::physics
