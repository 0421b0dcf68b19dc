#include <physics/ecg/electrodes.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <physics/ecg/bounded_conductor.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::physics {

using namespace io;
using mesh::HeartMesh;
using mesh::Vector3;

namespace {

constexpr std::array<const char *, electrodes> names = {"RA", "LA", "LL", "V1", "V2", "V3", "V4", "V5", "V6"};
constexpr double far = 30; ///< mm that an electrode is moved without a word

/// mm, the edge of a regular tetrahedron with the volume of the cell whose centre is nearest.
double local_edge(const HeartMesh &mesh, const Vector3 &place) {
  std::size_t nearest = 0;
  double least = INFINITY;
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c) {
    Vector3 centre{};
    for (const std::size_t node : mesh.tetrahedra[c])
      centre = centre + 0.25 * mesh.nodes[node];
    if (const double distance = norm(centre - place); distance < least) {
      least = distance;
      nearest = c;
    }
  }
  return std::cbrt(6 * std::sqrt(2.0) * mesh::cell_volume(mesh, nearest));
}

void solve_torso(const HeartMesh &heart, const TorsoOptions &options, Electrodes &found) {
  if (found.positions.empty())
    throw CaseError("electrophysiology.torso: the body has no long axis to place electrodes by; give electrophysiology.electrodes");
  const BoundedConductor conductor(read_torso(options.surface));
  const TorsoSurface &torso = conductor.surface();
  const double edge = torso.mean_edge(), closest = torso.require_inside(heart, edge);
  say("electrophysiology: torso of " + std::to_string(torso.points.size()) + " points, mean edge " + fixed(edge, 1) + " mm");
  if (closest < edge)
    warn("electrophysiology.torso: the heart is " + fixed(closest, 1) + " mm from the surface, whose triangles have edges of " +
         fixed(edge, 1) + " mm; a dipole that near is off by 5 % (refine the surface there)"); // tests/benchmarks/torso.cpp
  found.surface = torso.points;
  for (std::size_t e = 0; e < electrodes; ++e) {
    const SurfacePoint place = torso.nearest(found.positions[e]);
    if (place.distance > far)
      warn("electrophysiology.torso: electrode " + std::string(names[e]) + " was " + fixed(place.distance, 0) +
           " mm from the torso and moved to its nearest point; give electrophysiology.electrodes on the skin");
    found.positions[e] = place.position;
    found.charges.push_back(conductor.charges(place));
  }
}

} // namespace

void TorsoOptions::describe(Schema &schema) {
  schema.file("surface", surface,
              "Closed triangulated skin (.vtp .vtk .ply .stl), mm, in the space of the mesh, at most 8000 points; homogeneous inside, with "
              "bath_conductivity, and insulated outside.",
              true);
}

ElectrodePositions::ElectrodePositions() {
  position.fill(Vector3{std::numeric_limits<double>::quiet_NaN(), 0, 0});
}

void ElectrodePositions::describe(Schema &schema) {
  for (std::size_t e = 0; e < electrodes; ++e)
    schema.vector(names[e], position[e], "mm", "Place of electrode " + std::string(names[e]) + ", in the space of the mesh.");
}

void ElectrodePositions::check() const {
  std::vector<std::string> missing;
  for (std::size_t e = 0; e < electrodes; ++e)
    if (std::isnan(position[e][0]))
      missing.push_back(names[e]);
  if (!missing.empty())
    throw CaseError("electrophysiology.electrodes: found no place of " + join(missing, ", ") + "; expected all nine, or no section at all");
  for (std::size_t e = 0; e < electrodes; ++e)
    for (std::size_t other = 0; other < e; ++other)
      if (norm(position[e] - position[other]) < 1)
        throw CaseError(std::string("electrophysiology.electrodes: found ") + names[other] + " and " + names[e] +
                        " in one place (within 1 mm); expected nine different ones");
}

void Electrogram::describe(Schema &schema) {
  schema.text("name", name, "Its column of electrograms.csv.");
  schema.vector("position", position, "mm", "In the tissue or a cavity.");
}

Electrodes place_electrodes(const HeartMesh &heart, const HeartMesh &fine, const std::optional<TorsoOptions> &torso,
                            const std::optional<ElectrodePositions> &given, const std::vector<Electrogram> &electrograms) {
  if (given)
    given->check();
  Electrodes found;
  found.positions = given ? std::vector<Vector3>(given->position.begin(), given->position.end()) : standard_electrodes(heart);
  if (torso)
    solve_torso(heart, *torso, found);
  for (const Electrogram &electrogram : electrograms) {
    found.electrograms.push_back(electrogram.position);
    found.softening.push_back(local_edge(fine, electrogram.position));
  }
  return found;
}

TimeSeries ecg_table() {
  TimeSeries ecg;
  ecg.add_column("time", "ms");
  for (const char *name : lead_names)
    ecg.add_column(name, "mV");
  return ecg;
}

TimeSeries electrogram_table(const std::vector<Electrogram> &electrograms) {
  TimeSeries table;
  if (electrograms.empty())
    return table;
  table.add_column("time", "ms");
  for (const Electrogram &electrogram : electrograms)
    table.add_column(electrogram.name, "mV");
  return table;
}

void append_potentials(double time, const std::vector<double> &potential, TimeSeries &ecg, TimeSeries &electrograms) {
  const std::size_t nine = ecg.columns().empty() ? 0 : static_cast<std::size_t>(electrodes);
  if (nine > 0) {
    std::array<double, electrodes> skin{};
    std::copy(potential.begin(), potential.begin() + electrodes, skin.begin());
    std::vector<double> row{time};
    for (const double lead : leads(skin))
      row.push_back(lead);
    ecg.append_row(row);
  }
  if (!electrograms.columns().empty()) {
    std::vector<double> row{time};
    row.insert(row.end(), potential.begin() + static_cast<std::ptrdiff_t>(nine), potential.end());
    electrograms.append_row(row);
  }
}

void share(Electrodes &all, MPI_Comm comm) {
  for (std::vector<Vector3> *points : {&all.positions, &all.surface, &all.electrograms}) {
    std::vector<double> flat;
    for (const Vector3 &point : *points)
      flat.insert(flat.end(), point.begin(), point.end());
    flat = broadcast(flat, comm);
    points->resize(flat.size() / 3);
    for (std::size_t i = 0; i < flat.size(); ++i)
      (*points)[i / 3][i % 3] = flat[i];
  }
  all.softening = broadcast(all.softening, comm);
  all.charges.resize(all.surface.empty() ? 0 : all.positions.size());
  for (std::vector<double> &charges : all.charges)
    charges = broadcast(charges, comm);
}

} // namespace corvivo::physics
