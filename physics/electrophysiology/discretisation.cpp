#include <io/base/errors.hpp>
#include <io/base/schema.hpp>
#include <io/base/units.hpp>
#include <physics/electrophysiology/discretisation.hpp>

namespace corvivo::physics {

void Discretisation::describe(io::Schema &schema) {
  schema.choice("element", element, {"P1", "P2"},
                "Tetrahedra with linear shape functions, or with quadratic ones and nodes at the middles of the edges as well (monodomain "
                "alone, with consistent_mass: 1 and an implicit step).");
  schema.choice("current", current, {"interpolated_states", "nodal"},
                "Ionic current at the wave front: evaluated from interpolated potential and states, or of the nodes.", false);
  schema.integer("quadrature_level", quadrature_level, 0, 2, "Cells of the front are cut into eight this often before points are taken.");
  schema.quantity("consistent_mass", consistent_mass, "1", io::between(0, 1), "Share of the consistent mass matrix; 0: lumped.",
                  "Pathmanathan 2012, Int J Numer Meth Biomed Eng 28:890, on why it matters");
  schema.choice("time", time, {"godunov", "strang"}, "Splitting of reaction and diffusion: of first or of second order.");
  schema.quantity(
      "implicitness", implicitness, "1", io::between(0, 1),
      "Of the diffusion: 0 explicit (lumped mass only; method: bidomain takes 0.5 for it), 0.5 Crank-Nicolson, 1 backward Euler.");
}

void Discretisation::check() const {
  if (quadratic() && (consistent_mass < 1 || implicitness == 0))
    throw io::CaseError("electrophysiology.discretisation: element P2 has no lumped mass (its vertices' would be negative) and hence no "
                        "explicit step; found consistent_mass " +
                        io::print_number(consistent_mass) + " and implicitness " + io::print_number(implicitness) +
                        ", expected 1 and at least 0.5; try consistent_mass: 1 and implicitness: 0.5");
  if (quadratic() && quadrature_level > 0)
    throw io::CaseError("electrophysiology.discretisation: element P2 takes fourteen points of an element of the front; found "
                        "quadrature_level " +
                        std::to_string(quadrature_level) + ", expected 0");
  if (implicitness == 0 && consistent_mass > 0)
    throw io::CaseError("electrophysiology.discretisation: consistent_mass needs an implicit step; found implicitness 0, try 0.5");
  if (implicitness > 0 && implicitness < 0.5)
    throw io::CaseError("electrophysiology.discretisation: found an implicitness between 0 and 0.5, which is unstable; try 0.5 or 1");
  if (time == "strang" && consistent_mass > 0 && current != "nodal")
    throw io::CaseError("electrophysiology.discretisation: strang with a consistent mass takes the nodal current; try current: nodal");
  if (time == "strang" && implicitness == 0)
    throw io::CaseError("electrophysiology.discretisation: strang needs a diffusion of second order in time; try implicitness 0.5");
}

} // namespace corvivo::physics
