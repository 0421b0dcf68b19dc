#pragma once
/// Include in one source of a test executable that uses PETSc: starts it after MPI (see test_main.cpp) and ends it before.
#include <deal.II/base/multithread_info.h>

#include <gtest/gtest.h>
#include <petscsys.h>

namespace corvivo::test {

class PetscEnvironment final : public testing::Environment {
public:
  void SetUp() override {
    dealii::MultithreadInfo::set_thread_limit(1); // as the program does: ranks, not threads
    PetscInitializeNoArguments();
    PetscPopSignalHandler();
  }
  void TearDown() override { PetscFinalize(); }
};

inline testing::Environment *const petsc_environment = testing::AddGlobalTestEnvironment(new PetscEnvironment);

} // namespace corvivo::test
