/// A heartbeat under way on disk, so that a killed run goes on where it was.
#include <physics/simulation_parts.hpp>

#include <physics/activation/active_tension.hpp>
#include <physics/mechanics/material.hpp>

#include <io/base/hash.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>

namespace corvivo::physics {
namespace {

/// A schema that writes changes nothing.
template <class Options> std::string as_text(const Options &options) {
  return io::resolved_case([&](io::Schema &schema) { const_cast<Options &>(options).describe(schema); });
}

std::vector<double> as_numbers(const std::vector<EmulatedStart> &starts) {
  std::vector<double> numbers;
  for (const EmulatedStart &start : starts)
    numbers.insert(numbers.end(), {static_cast<double>(start.beat), static_cast<double>(start.beats), start.end_diastolic[0],
                                   start.end_diastolic[1], start.stroke[0], start.stroke[1]});
  return numbers;
}

std::vector<EmulatedStart> as_starts(const std::vector<double> &numbers) {
  std::vector<EmulatedStart> starts;
  for (auto n = numbers.begin(); numbers.end() - n >= 6; n += 6)
    starts.push_back({static_cast<std::size_t>(n[0]), static_cast<int>(n[1]), {n[2], n[3]}, {n[4], n[5]}});
  return starts;
}

} // namespace

/// Of all that the beat depends on. Collective.
std::string Simulation::Parts::fingerprint() const {
  std::string hash;
  io::on_rank_0(comm, [&] {
    const mesh::HeartMesh &mesh = input.mesh;
    const mesh::Fibres &fibres = input.fibres;
    std::string bytes = as_text(options) + as_text(input.circulation.options()) + as_text(fibres.options);
    const std::vector<double> loads = {input.circulation_time, input.tension_scale, input.rv_tension_scale,
                                       input.until_end_systole ? 1.0 : 0.0, options.end_diastolic_pressure};
    const std::vector<io::Vector3> directions = {input.to_septum, mesh.to_right_ventricle};
    const std::vector<double> start(input.state.begin(), input.state.end());
    for (const std::vector<double> *numbers : {&loads, &start, &fibres.depth, &input.calcium.times})
      bytes += io::to_bytes(*numbers);
    for (const std::vector<io::Vector3> *vectors :
         {&mesh.nodes, &result.reference.places, &fibres.transmural, &fibres.longitudinal, &directions})
      bytes += io::to_bytes(*vectors);
    bytes += io::to_bytes(mesh.tetrahedra) + io::to_bytes(mesh.triangles) + io::to_bytes(mesh.surface) + io::to_bytes(mesh.region) +
             io::to_bytes(fibres.right);
    bytes += io::to_bytes(input.calcium.values);
    hash = io::content_hash(bytes);
  });
  return io::broadcast(hash, comm);
}

/// Forgets the factorisation, which a run that goes on does not have, and writes a checkpoint where one is asked for. Collective.
void Simulation::Parts::keep() {
  newton.forget();
  if (!checkpoints)
    return;
  count_effort();
  io::ArchiveWriter archive;
  archive(std::vector<char>(of_case.begin(), of_case.end()));
  std::vector<double> values;
  for (const double *number : numbers())
    values.push_back(*number);
  archive(values);
  archive(std::vector<int>{result.steps, result.newton_iterations, result.factorisations, result.linear_iterations});
  archive(std::vector<double>(state.begin(), state.end()));
  for (const petsc::Vector *vector : {&u, &before})
    archive(petsc::owned_entries(*vector));
  archive(result.series);
  archive(result.segment_strains);
  archive(result.beat_starts);
  archive(as_numbers(result.emulated));
  archive(end_diastole);
  solid.keep_past(archive);
  energy.keep(archive);
  checkpoints.save(result.steps, archive);
}

/// Whether there was a checkpoint of this beat. Collective.
bool Simulation::Parts::go_on(const Restart &restart) {
  if (!checkpoints)
    return false;
  of_case = fingerprint();
  std::optional<io::ArchiveReader> archive = checkpoints.load();
  if (!archive)
    return false;
  std::vector<char> of;
  (*archive)(of);
  int same = std::string(of.begin(), of.end()) == of_case;
  MPI_Allreduce(MPI_IN_PLACE, &same, 1, MPI_INT, MPI_MIN, comm);
  if (!same) {
    io::warn(checkpoint_stem + ": a checkpoint of another heartbeat; it is left aside");
    checkpoints.clear();
    return false;
  }
  std::vector<double> values;
  std::vector<int> counted;
  const auto read = [&](auto &numbers, std::size_t size) {
    (*archive)(numbers);
    if (numbers.size() != size)
      throw io::CaseError(checkpoint_stem + ": a checkpoint that is not of a heartbeat; delete it and run again");
  };
  read(values, numbers().size());
  for (std::size_t i = 0; i < values.size(); ++i)
    *numbers()[i] = values[i];
  read(counted, counts().size());
  for (std::size_t i = 0; i < counted.size(); ++i)
    *counts()[i] = counted[i];
  read(values, state.size());
  std::copy(values.begin(), values.end(), state.begin());
  for (const petsc::Vector *vector : {&u, &before}) {
    (*archive)(values);
    petsc::set_owned_entries(*vector, values);
  }
  (*archive)(result.series);
  (*archive)(result.segment_strains);
  (*archive)(result.beat_starts);
  (*archive)(values);
  result.emulated = as_starts(values);
  std::vector<io::Vector3> vertices;
  (*archive)(vertices);
  measure_strains_from(std::move(vertices));
  solid.restore_past(*archive);
  energy.restore(solid, *archive);
  io::on_rank_0(comm, [&] {
    if (restart.goes_on)
      restart.goes_on(time);
  });
  io::say("    the heartbeat goes on at " + io::fixed(time, 1) + " ms, where an earlier run was stopped");
  return true;
}

} // namespace corvivo::physics
