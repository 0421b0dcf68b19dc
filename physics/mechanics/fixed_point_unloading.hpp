#pragma once
/// The stress-free shape by repeated loading.
#include <physics/mechanics/solid.hpp>
#include <physics/mechanics/unloading.hpp>

namespace corvivo::physics {

/// Guesses the stress-free places X, loads them to `full` (kPa) and takes the distance r of the loaded nodes from the imaged ones off the
/// guess, X <- X - a r, until it is below `tolerance` mm (Sellier, Inverse Probl Sci Eng 19:573, 2011). a is Aitken's factor (Rausch, Genet
/// & Humphrey, J Biomech 58:227, 2017), halved as long as the loaded shape is further away than the last one or cannot be found. Sets the
/// places and iterations of `reference`, whose places are the imaged ones or a guess nearby. Collective; throws SolveError when a step of
/// 1/64 does not come nearer.
void unload_by_loading(const mesh::HeartMesh &mesh, const PerCavity &full, double tolerance, Solid &solid, const NewtonOptions &newton,
                       Reference &reference);

} // namespace corvivo::physics
