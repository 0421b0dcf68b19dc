// The patients of a cohort over processes and ranks.
#include <io/cli/cohort.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>

#include <memory>
#include <thread>
#include <utility>

namespace corvivo::cli {

namespace fs = std::filesystem;

namespace {

void pause() {
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

/// Hands out the numbers 0 ... count-1, each once, to whichever rank asks next. Rank 0 answers between its own work; waiting ranks sleep.
class Dispenser {
public:
  Dispenser(MPI_Comm comm, std::size_t count) : comm_(comm), count_(count), at_work_(io::ranks(comm) - 1) {}

  /// Nothing when all are given out. A rank tells by the way how many it has finished since it asked last.
  std::optional<std::size_t> next(int finished) {
    if (io::rank(comm_) == 0)
      return take(finished);
    long answer = -1;
    MPI_Request request;
    MPI_Irecv(&answer, 1, MPI_LONG, 0, answers, comm_, &request);
    MPI_Send(&finished, 1, MPI_INT, 0, questions, comm_);
    for (int there = 0; !there; pause())
      MPI_Test(&request, &there, MPI_STATUS_IGNORE);
    return answer < 0 ? std::nullopt : std::optional<std::size_t>(answer);
  }

  /// Tells rank 0 that this rank has nothing left to do.
  void leave(int finished) const {
    if (io::rank(comm_) != 0)
      MPI_Send(&finished, 1, MPI_INT, 0, farewells, comm_);
  }

  /// Rank 0: answers everyone who has asked by now.
  void serve() {
    if (io::rank(comm_) != 0)
      return;
    MPI_Status status;
    for (int there = 1; there != 0;) {
      MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm_, &there, &status);
      if (!there)
        return;
      int finished = 0;
      MPI_Recv(&finished, 1, MPI_INT, status.MPI_SOURCE, status.MPI_TAG, comm_, MPI_STATUS_IGNORE);
      if (status.MPI_TAG == farewells) {
        note(finished);
        --at_work_;
        continue;
      }
      const auto given = take(finished);
      const long answer = given ? static_cast<long>(*given) : -1;
      MPI_Send(&answer, 1, MPI_LONG, status.MPI_SOURCE, answers, comm_);
    }
  }

  void note(int finished) { finished_ += finished; } ///< rank 0: of its own
  bool others_work() const { return io::rank(comm_) == 0 && at_work_ > 0; }
  int finished() const { return finished_; } ///< rank 0: what all have told

private:
  enum Tag { questions = 71, answers, farewells };

  std::optional<std::size_t> take(int finished) {
    note(finished);
    return next_ < count_ ? std::optional<std::size_t>(next_++) : std::nullopt;
  }

  MPI_Comm comm_;
  std::size_t count_, next_ = 0;
  int at_work_, finished_ = 0;
};

std::unique_ptr<PatientProcess> start(const CohortTask &task, const CohortOptions &options) {
  std::error_code error;
  fs::create_directories(task.folder, error);
  for (const char *old : {"outcome.json", "results.json", "report.html", "thumbnail.png"})
    fs::remove(task.folder / old, error);
  io::write_file((task.folder / "case.yaml").string(), task.case_text);
  std::vector<std::string> words = {fs::read_symlink("/proc/self/exe").string(), "run", (task.folder / "case.yaml").string(), "--output",
                                    task.folder.string()};
  if (options.force)
    words.push_back("--force");
  return std::make_unique<PatientProcess>(words, task.folder / "log.txt", options.limits);
}

/// The processes of one rank.
class Crew {
public:
  Crew(const std::vector<CohortTask> &tasks, const CohortOptions &options) : tasks_(tasks), options_(options) {}
  bool has_room() const { return running_.size() < static_cast<std::size_t>(options_.jobs); }
  bool works() const { return !running_.empty(); }

  /// Also a patient whose process cannot be started has an outcome.
  void begin(std::size_t number) {
    try {
      running_.push_back({number, start(tasks_[number], options_)});
    } catch (const io::CaseError &error) {
      end(number, {"crashed", error.what()});
    }
  }

  /// Takes note of those that ended.
  void look() {
    for (std::size_t i = 0; i < running_.size();)
      if (const auto ended = running_[i].process->poll()) {
        end(running_[i].number, *ended);
        running_.erase(running_.begin() + static_cast<long>(i));
      } else
        ++i;
  }

  /// How many ended since the last call.
  int ended() { return std::exchange(ended_, 0); }

private:
  struct Running {
    std::size_t number;
    std::unique_ptr<PatientProcess> process;
  };

  void end(std::size_t number, const ProcessEnd &end) {
    const CohortTask &task = tasks_[number];
    ++ended_;
    if (end.status != "done")
      io::say("  " + task.id + " " + end.status + ": " + end.sentence);
    try {
      write_outcome(task, end);
    } catch (const io::CaseError &error) { // the overview will say that this patient was not run
      io::warn(error.what());
    }
  }

  const std::vector<CohortTask> &tasks_;
  const CohortOptions &options_;
  std::vector<Running> running_;
  int ended_ = 0;
};

} // namespace

void run_tasks(MPI_Comm comm, const std::vector<CohortTask> &tasks, const std::vector<std::size_t> &todo, const CohortOptions &options) {
  Dispenser dispenser(comm, todo.size());
  io::Progress progress("cohort", static_cast<double>(todo.size()), "patients");
  Crew crew(tasks, options);
  const bool first = io::rank(comm) == 0;
  bool more = true;
  while (more || crew.works() || dispenser.others_work()) {
    while (more && crew.has_room()) {
      const auto number = dispenser.next(crew.ended());
      more = number.has_value();
      if (number)
        crew.begin(todo[*number]);
    }
    crew.look();
    dispenser.serve();
    if (first) {
      dispenser.note(crew.ended());
      progress.update(dispenser.finished());
    }
    pause();
  }
  dispenser.leave(crew.ended());
}

} // namespace corvivo::cli
