#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/cli/command_line.hpp>

#include <petscsys.h>

#include <exception>
#include <new>

/// Exit status: 0 done, 1 the user's input is wrong, 2 the numerics failed (a partial result is kept), 3 a bug.
int main(int argc, char **argv) {
  using namespace corvivo;
  MPI_Init(&argc, &argv);
  PetscInitializeNoArguments();
  PetscPopSignalHandler(); // a reader that closes the pipe (`corvivo explain | head`) ends the program without a word
  int status = 0;
  try {
    status = cli::run_command({argv + 1, argv + argc});
  } catch (const io::CaseError &error) {
    io::say(std::string("corvivo: ") + error.what());
    status = 1;
  } catch (const io::SolveError &error) {
    io::say(std::string("corvivo: the numerics failed: ") + error.what());
    status = 2;
  } catch (const std::bad_alloc &) {
    io::say("corvivo: the memory of this machine is not enough for this case; try larger elements, or more ranks on more machines");
    MPI_Abort(MPI_COMM_WORLD, 2);
  } catch (const std::exception &error) {
    io::say(std::string("corvivo: this is a bug of ours, please report it: ") + error.what());
    MPI_Abort(MPI_COMM_WORLD, 3);
  }
  PetscFinalize();
  MPI_Finalize();
  return status;
}
