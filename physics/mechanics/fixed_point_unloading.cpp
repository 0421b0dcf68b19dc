#include <physics/mechanics/fixed_point_unloading.hpp>

#include <physics/mechanics/newton.hpp>

#include <io/base/parallel.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using io::Vector3;

/// A guess of the stress-free places, where its nodes come to under load minus where they were imaged, and the largest of these distances.
/// Places and misses are on rank 0.
struct Guess {
  std::vector<Vector3> places, miss;
  double distance = 1e300;
};

std::vector<Vector3> combine(const std::vector<Vector3> &a, double factor, const std::vector<Vector3> &b) {
  std::vector<Vector3> sum(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (int d = 0; d < 3; ++d)
      sum[i][d] = a[i][d] + factor * b[i][d];
  return sum;
}

double product(const std::vector<Vector3> &a, const std::vector<Vector3> &b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += io::dot(a[i], b[i]);
  return sum;
}

/// Loads guesses to one pressure.
class Loading {
public:
  Loading(const mesh::HeartMesh &mesh, const PerCavity &pressure, Solid &solid, const NewtonOptions &options)
      : mesh_(mesh), pressure_(pressure), solid_(solid), newton_(solid, options), u_(solid.domain().make_vector()) {
    io::on_rank_0(comm(), [&] { imaged_ = mesh::refine(mesh).nodes; });
  }
  /// Whether the body of the guess can be loaded; its miss and distance then.
  bool load(Guess &guess, const std::vector<Vector3> &expected_miss) {
    const std::vector<Vector3> rest = combine(imaged_, -1, guess.places);
    try {
      solid_.set_reference(mesh_, guess.places);
    } catch (const io::SolveError &) {
      return false;
    }
    solid_.set_rest(rest);
    solid_.domain().spread(rest, u_);
    solid_.accept(u_, 0); // the valve planes are those of the image
    solid_.domain().spread(combine(rest, 1, expected_miss), u_);
    if (!newton_.solve(u_, pressure_, 0, 0).converged && !inflated())
      return false;
    guess.miss = combine(solid_.domain().gather(u_), -1, rest);
    guess.distance = 0;
    for (const Vector3 &far : guess.miss)
      guess.distance = std::max(guess.distance, io::norm(far));
    MPI_Bcast(&guess.distance, 1, MPI_DOUBLE, 0, comm());
    return true;
  }
  int iterations() const { return newton_.iterations(); }
  MPI_Comm comm() const { return solid_.domain().communicator(); }

private:
  /// Whether the pressure can be reached from none.
  bool inflated() {
    petsc::check(VecSet(u_, 0.0));
    try {
      inflate(solid_, newton_, u_, 0, pressure_, 4);
    } catch (const io::SolveError &) {
      return false;
    }
    return true;
  }

  const mesh::HeartMesh &mesh_;
  PerCavity pressure_;
  Solid &solid_;
  Newton newton_;
  petsc::Vector u_;
  std::vector<Vector3> imaged_; ///< on rank 0
};

/// Aitken's factor of the step after `now`, which came from `before` by a step of `last`. Collective.
double aitken(const Guess &before, const Guess &now, double last, MPI_Comm comm) {
  double factor = last;
  if (!now.miss.empty()) {
    const std::vector<Vector3> change = combine(now.miss, -1, before.miss);
    factor = -last * product(before.miss, change) / std::max(product(change, change), 1e-300);
  }
  MPI_Bcast(&factor, 1, MPI_DOUBLE, 0, comm);
  return std::clamp(factor, 0.25, 4.0);
}

} // namespace

void unload_by_loading(const mesh::HeartMesh &mesh, const PerCavity &full, double tolerance, Solid &solid, const NewtonOptions &newton,
                       Reference &reference) {
  constexpr int most = 200;
  Loading loading(mesh, full, solid, newton);
  Guess now{reference.places, std::vector<Vector3>(reference.places.size(), Vector3{})};
  const auto give_up = [&](const std::string &why) {
    throw io::SolveError("unloading by repeated loading stopped " +
                             (now.distance < 1e300 ? io::fixed(now.distance, 3) + " mm from the image" : std::string("at its beginning")) +
                             ": " + why +
                             "; try heartbeat.unloading.method: inverse_elastostatics, a stiffer material or a lower "
                             "end-diastolic pressure",
                         {now.distance});
  };
  if (!loading.load(now, now.miss))
    give_up("the imaged shape cannot be loaded");
  double factor = 1;
  for (int round = 0; now.distance > tolerance; ++round) {
    if (round == most)
      give_up("not within " + io::fixed(tolerance, 3) + " mm after " + std::to_string(most) + " rounds");
    Guess next;
    bool nearer = false;
    for (; !nearer && factor >= 1.0 / 64; factor = nearer ? factor : factor / 2) {
      next = {combine(now.places, -factor, now.miss), {}};
      nearer = loading.load(next, combine(now.miss, -factor, now.miss)) && next.distance < now.distance;
    }
    if (!nearer)
      give_up("no step comes nearer");
    factor = aitken(now, next, factor, loading.comm());
    now = std::move(next);
  }
  reference.places = now.places;
  reference.iterations = loading.iterations();
}

} // namespace corvivo::physics
