#include <physics/mechanics/unloading.hpp>

#include <physics/mechanics/fixed_point_unloading.hpp>
#include <physics/mechanics/inverse_solid.hpp>
#include <physics/mechanics/material.hpp>
#include <physics/mechanics/newton.hpp>

#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using io::Vector3;

/// The heart without its contraction.
SolidModel passive(const MechanicsOptions &options, std::size_t cavities) {
  SolidModel model = SolidModel::heart(options, 0.0, cavities);
  model.activation = nullptr;
  return model;
}

/// The inverse problem with its solver.
class Search {
public:
  Search(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const MechanicsOptions &options)
      : solid_(comm, mesh, fibres, passive(options, cavities_of(comm, mesh))), newton_(solid_, tight(options.newton)),
        v_(solid_.domain().make_vector()) {}
  /// Collective. Throws SolveError.
  void solve(const PerCavity &pressure);
  /// The first solve begins at the stress-free `places` (rank 0). Collective.
  void start_at(const std::vector<Vector3> &places, const std::vector<Vector3> &imaged);
  PerCavity volumes() { return (1 / io::mm3_per_mL) * solid_.unloaded_volume(); }
  int iterations() const { return newton_.iterations(); }
  std::vector<Vector3> moved() const { return solid_.domain().gather(v_); }
  /// Places of the stress-free nodes of mesh::refine(mesh); rank 0. Collective.
  std::vector<Vector3> places(const mesh::HeartMesh &mesh) const;

private:
  static NewtonOptions tight(NewtonOptions options) { // assembly costs more than a factorisation here
    options.krylov_iterations = 2;
    options.linear_tolerance = 1e-6;
    options.exact_factors = true; // rigid motions are held a thousand times more softly than the wall holds itself
    return options;
  }
  void raise_pressure(const PerCavity &full);

  InverseSolid solid_;
  Newton newton_;
  petsc::Vector v_;
  bool started_ = false;
};

std::vector<Vector3> Search::places(const mesh::HeartMesh &mesh) const {
  std::vector<Vector3> found = moved();
  if (found.empty())
    return found;
  const std::vector<Vector3> &imaged = mesh::refine(mesh).nodes;
  for (std::size_t i = 0; i < found.size(); ++i)
    found[i] = found[i] + imaged[i];
  return found;
}

void Search::start_at(const std::vector<Vector3> &places, const std::vector<Vector3> &imaged) {
  std::vector<Vector3> moved;
  for (std::size_t i = 0; i < places.size(); ++i)
    moved.push_back(places[i] - imaged[i]);
  solid_.domain().spread(moved, v_);
  started_ = true;
}

/// From the shape that was found last, if there is one and it is near enough, else from the imaged one.
void Search::solve(const PerCavity &pressure) {
  if (started_ && newton_.solve(v_, pressure, 0, 0).converged)
    return;
  petsc::check(VecSet(v_, 0.0));
  raise_pressure(pressure);
  started_ = true;
}

/// Pushes v to the inverse balance at `full` kPa: steps of the pressures, alike, that grow while Newton converges and halve where it does
/// not, each started from the last change continued.
void Search::raise_pressure(const PerCavity &full) {
  const petsc::Vector before = petsc::like(v_), start = petsc::like(v_);
  // A thin right wall bends far under the first tenth of its pressure: its body is followed in small steps.
  double done = 0, last = 0, stride = solid_.cavities() == 2 ? 1.0 / 32 : 0.2;
  io::Progress progress("unloading", 100, "% of the pressure");
  while (done < 1) {
    const double next = std::min(done + stride, 1.0);
    petsc::copy(v_, start);
    if (last > 0) {
      const double share = (next - done) / last;
      petsc::check(VecScale(v_, 1 + share));
      petsc::add(v_, -share, before);
    }
    NewtonResult result = newton_.solve(v_, next * full, 0, 0);
    if (!result.converged && last > 0) {
      petsc::copy(start, v_);
      result = newton_.solve(v_, next * full, 0, 0);
    }
    if (result.converged) {
      petsc::copy(start, before);
      last = next - done;
      done = next;
      stride *= 1.5;
      progress.update(100 * done);
      continue;
    }
    petsc::copy(start, v_);
    stride /= 2;
    if (stride < 1.0 / 256)
      throw io::SolveError("unloading stopped at " + io::fixed(done * full[0] / io::kPa_per_mmHg, 2) + " mmHg of " +
                               io::fixed(full[0] / io::kPa_per_mmHg, 2) + " mmHg: " + result.reason +
                               "; try a stiffer material, a lower end-diastolic pressure or a finer mesh",
                           result.residuals);
  }
}

/// Loads the stress-free shape again from where it was imaged: how far do the nodes move, and how large is the unloaded cavity?
void load_again(MPI_Comm comm, const MechanicsOptions &options, const PerCavity &pressure, Reference &reference) {
  Solid solid(comm, reference.mesh, reference.fibres, passive(options, cavities_of(comm, reference.mesh)));
  solid.set_reference(reference.mesh, reference.places);
  const std::vector<Vector3> imaged = displacement_as_imaged(reference);
  solid.set_rest(imaged);
  const petsc::Vector u = solid.domain().make_vector();
  reference.volume = (1 / io::mm3_per_mL) * solid.unloaded_volume();
  solid.domain().spread(imaged, u);
  solid.accept(u, 0);
  Newton newton(solid, options.newton);
  const NewtonResult result = newton.solve(u, pressure, 0, 0);
  if (!result.converged)
    throw io::SolveError("the unloaded shape does not carry the end-diastolic pressure: " + result.reason, result.residuals);
  const std::vector<Vector3> found = solid.domain().gather(u);
  for (std::size_t i = 0; i < found.size(); ++i)
    reference.residual = std::max(reference.residual, io::norm(found[i] - imaged[i]));
  MPI_Bcast(&reference.residual, 1, MPI_DOUBLE, 0, comm);
}

} // namespace

std::vector<Vector3> displacement_as_imaged(const Reference &reference) {
  std::vector<Vector3> displacement;
  if (reference.places.empty())
    return displacement;
  const std::vector<Vector3> &imaged = mesh::refine(reference.mesh).nodes;
  for (std::size_t i = 0; i < imaged.size(); ++i)
    displacement.push_back(imaged[i] - reference.places[i]);
  return displacement;
}

std::size_t cavities_of(MPI_Comm comm, const mesh::HeartMesh &mesh) {
  int cavities = 1;
  io::on_rank_0(comm, [&] { cavities = mesh.has_surface("endocardium_rv") ? 2 : 1; });
  MPI_Bcast(&cavities, 1, MPI_INT, 0, comm);
  return static_cast<std::size_t>(cavities);
}

PerCavity end_diastolic_wall_pressures(const MechanicsOptions &options, std::size_t cavities) {
  const std::optional<double> &right = options.right_end_diastolic_pressure;
  if (right && cavities < 2)
    throw io::CaseError("heartbeat.right_end_diastolic_pressure: found " + io::fixed(*right, 1) +
                        " mmHg, but the mesh has no right ventricle; use mesh.ventricles: both, or leave the key out");
  const PerCavity blood{options.end_diastolic_pressure, right.value_or(MechanicsOptions::usual_right_end_diastolic_pressure)};
  PerCavity walls;
  for (std::size_t k = 0; k < cavities; ++k) {
    walls[k] = (blood[k] - options.pericardial_pressure) * io::kPa_per_mmHg;
    if (options.pericardial_pressure > 0 && !(walls[k] > 0))
      throw io::CaseError("heartbeat.pericardial_pressure: found " + io::fixed(options.pericardial_pressure, 1) +
                          " mmHg, not below the end-diastolic pressure of the " + (k == 0 ? "left" : "right") + " ventricle, " +
                          io::fixed(blood[k], 1) + " mmHg; try about 1 mmHg less than the lower of the two");
  }
  return walls;
}

PerCavity imaged_volumes(MPI_Comm comm, const mesh::HeartMesh &mesh) {
  PerCavity volumes;
  io::on_rank_0(comm, [&] {
    volumes[0] = mesh::cavity_volume(mesh, "endocardium_lv") / io::mm3_per_mL;
    if (mesh.has_surface("endocardium_rv"))
      volumes[1] = mesh::cavity_volume(mesh, "endocardium_rv") / io::mm3_per_mL;
  });
  MPI_Bcast(volumes.data(), most_cavities, MPI_DOUBLE, 0, comm);
  return volumes;
}

Reference as_imaged(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres) {
  Reference reference{mesh, fibres, {}, imaged_volumes(comm, mesh), 0, 0};
  io::on_rank_0(comm, [&] { reference.places = mesh::refine(mesh).nodes; });
  return reference;
}

Reference unload(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const MechanicsOptions &options,
                 const std::vector<Vector3> *guess) {
  const PerCavity full = end_diastolic_wall_pressures(options, cavities_of(comm, mesh));
  Reference reference = as_imaged(comm, mesh, fibres);
  if (options.unloading.method == "fixed_point") {
    if (guess)
      reference.places = *guess;
    Solid solid(comm, mesh, fibres, passive(options, cavities_of(comm, mesh)));
    unload_by_loading(mesh, full, options.unloading.tolerance, solid, options.newton, reference);
  } else {
    Search search(comm, mesh, fibres, options);
    if (guess)
      search.start_at(*guess, reference.places);
    search.solve(full);
    reference.iterations = std::max(search.iterations(), 1);
    reference.places = search.places(mesh);
  }
  load_again(comm, options, full, reference);
  if (reference.residual > options.unloading.tolerance)
    throw io::SolveError("the unloaded shape loads to " + io::fixed(reference.residual, 3) + " mm from the image, not within " +
                             io::fixed(options.unloading.tolerance, 3) + " mm; try a tighter heartbeat.newton.tolerance",
                         {reference.residual});
  return reference;
}

double klotz_unloaded_volume(double volume, double pressure) {
  return volume * (0.6 - 0.006 * pressure);
}

PerCavity klotz_unloaded_volumes(const PerCavity &volume, const MechanicsOptions &options, std::size_t cavities) {
  const PerCavity kPa = end_diastolic_wall_pressures(options, cavities);
  PerCavity unloaded;
  for (std::size_t k = 0; k < cavities; ++k)
    unloaded[k] = klotz_unloaded_volume(volume[k], kPa[k] / io::kPa_per_mmHg);
  return unloaded;
}

namespace {

/// Of wall `k` after the runs so far.
double next_stiffness(const StiffnessFit &fit, std::size_t k, double target) {
  const std::size_t run = fit.scales.size() - 1;
  const double scale = fit.scales[run][k];
  double slope = 0.5 * target; // mL per unit of log(scale), of the order that hearts have
  if (run > 0 && fit.scales[run - 1][k] != scale)
    slope = (fit.volumes[run][k] - fit.volumes[run - 1][k]) / std::log(scale / fit.scales[run - 1][k]);
  const double miss = fit.volumes[run][k] - target;
  return scale * std::exp(std::clamp(-miss / std::max(slope, 0.1 * target), -0.7, 0.7));
}

/// What was found about the stiffness, and the options that have it.
class StiffnessSearch {
public:
  StiffnessSearch(MechanicsOptions &options, std::size_t cavities)
      : options_(options), cavities_(cavities), scale_{1, options.rv_stiffness_scale.value_or(1)} {}
  const PerCavity &scale() const { return scale_; }
  void move_to(const PerCavity &wanted) {
    fit.factors.push_back(wanted[0] / scale_[0]);
    options_.material->multiply_stiffness(fit.factors.back());
    scale_ = wanted;
    if (cavities_ == 2)
      options_.rv_stiffness_scale = wanted[1] / wanted[0];
  }
  /// Twice as stiff where nothing was found yet, else halfway back to what was.
  void shrink_from_failure() {
    if (fit.volumes.empty())
      return move_to(2 * scale_);
    const PerCavity &good = fit.scales.back();
    move_to({std::sqrt(scale_[0] * good[0]), std::sqrt(scale_[1] * good[1])});
  }
  StiffnessFit fit;

private:
  MechanicsOptions &options_;
  std::size_t cavities_;
  PerCavity scale_;
};

double largest(const PerCavity &numbers) {
  return std::max(std::abs(numbers[0]), std::abs(numbers[1]));
}

} // namespace

StiffnessFit fit_stiffness(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, MechanicsOptions &options,
                           const PerCavity &target, double tolerance, int runs) {
  const std::size_t cavities = cavities_of(comm, mesh);
  const PerCavity full = end_diastolic_wall_pressures(options, cavities);
  std::vector<Vector3> imaged, last;
  io::on_rank_0(comm, [&] { imaged = mesh::refine(mesh).nodes; });
  StiffnessSearch at(options, cavities);
  StiffnessFit &fit = at.fit;
  for (int run = 0; run < runs; ++run) {
    Search search(comm, mesh, fibres, options); // the right wall's stiffness is built in
    if (!fit.scales.empty())
      search.start_at(last, imaged);
    try {
      search.solve(full);
    } catch (const io::SolveError &) {
      if (run + 1 == runs && fit.scales.empty())
        throw;
      at.shrink_from_failure();
      continue;
    }
    last = search.places(mesh);
    fit.scales.push_back(at.scale());
    fit.volumes.push_back(search.volumes());
    PerCavity miss;
    for (std::size_t k = 0; k < cavities; ++k)
      miss[k] = fit.volumes.back()[k] - target[k];
    if (fit.scales.size() == 1 || largest(miss) < largest(fit.residual)) {
      fit.residual = miss;
      fit.scale = at.scale();
      fit.places = last;
    }
    if (largest(miss) <= tolerance || run + 1 == runs)
      break;
    PerCavity next = at.scale();
    for (std::size_t k = 0; k < cavities; ++k)
      next[k] = next_stiffness(fit, k, target[k]);
    at.move_to(next);
  }
  at.move_to(fit.scale);
  return fit;
}

} // namespace corvivo::physics
