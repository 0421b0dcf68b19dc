#include <physics/electrophysiology/solver_settings.hpp>

namespace corvivo::physics {

SolverSettings::SolverSettings() {
  petsc::check(PetscOptionsCreate(&options_));
  petsc::check(PetscOptionsPush(options_));
}

SolverSettings::~SolverSettings() {
  PetscOptionsPop();
  PetscOptionsDestroy(&options_);
}

void SolverSettings::set(const std::string &name, const std::string &value) {
  petsc::check(PetscOptionsSetValue(options_, ("-" + name).c_str(), value.c_str()));
}

void SolverSettings::precondition(const std::string &prefix, const std::string &kind) {
  const auto own = [&](const std::string &name, const std::string &value) { set(prefix + name, value); };
  if (kind == "icc") {
    own("pc_type", "bjacobi");
    own("sub_pc_type", "icc");
  } else if (kind == "hypre") {
    own("pc_type", "hypre");
    own("pc_hypre_type", "boomeramg");
    own("pc_hypre_boomeramg_strong_threshold", "0.25");
    own("pc_hypre_boomeramg_coarsen_type", "HMIS");
    own("pc_hypre_boomeramg_agg_nl", "1");
    own("pc_hypre_boomeramg_interp_type", "ext+i");
    own("pc_hypre_boomeramg_P_max", "4");
    own("pc_hypre_boomeramg_relax_type_all", "symmetric-SOR/Jacobi"); // also on the coarsest grid, whose matrix may be singular
  } else if (kind == "gamg") {
    own("pc_type", "gamg");
    own("pc_gamg_aggressive_coarsening", "0"); // 8 iterations instead of 10
    own("mg_levels_ksp_type", "richardson");
    own("mg_levels_ksp_max_it", "1");
    own("mg_levels_pc_type", "sor");
    own("mg_coarse_ksp_type", "preonly");
    own("mg_coarse_pc_type", "jacobi"); // that matrix may be singular
  } else {
    CORVIVO_ASSERT(kind == "jacobi", "a preconditioner that is known");
    own("pc_type", "jacobi");
  }
}

} // namespace corvivo::physics
