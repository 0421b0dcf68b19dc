#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <surrogate/dataset.hpp>
#include <surrogate/sampling.hpp>
#include <tests/support/temporary_folder.hpp>
#include <tests/surrogate/windkessel_toy.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

using namespace corvivo;
using namespace corvivo::surrogate;
using test::TemporaryFolder;
using test::WindkesselToy;

namespace {

// Folders of rank 0, for all ranks to share.
std::string shared_folder(const TemporaryFolder &folder) {
  return io::broadcast(folder.path().string(), MPI_COMM_WORLD);
}

void expect_same_runs(const Dataset &a, const Dataset &b) {
  EXPECT_EQ(a.members, b.members);
  EXPECT_EQ(a.inputs, b.inputs) << "bit for bit";
  EXPECT_EQ(a.results, b.results) << "bit for bit";
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  ASSERT_EQ(a.failures.size(), b.failures.size());
  for (std::size_t i = 0; i < a.failures.size(); ++i) {
    EXPECT_EQ(a.failures[i].member, b.failures[i].member);
    EXPECT_EQ(a.failures[i].message, b.failures[i].message);
  }
}

} // namespace

TEST(Sampling, StaysInTheBoxAndRepeatsForTheSameSeed) {
  const WindkesselToy model;
  const auto points = sobol_points(model.space(), 256, 7);
  ASSERT_EQ(points.size(), 256u);
  for (const auto &point : points)
    for (std::size_t i = 0; i < point.size(); ++i) {
      EXPECT_GE(point[i], model.space()[i].lower);
      EXPECT_LE(point[i], model.space()[i].upper);
    }
  EXPECT_EQ(points, sobol_points(model.space(), 256, 7));
  EXPECT_NE(points, sobol_points(model.space(), 256, 8));
}

TEST(Sampling, ALongerSequenceBeginsWithTheShorterOne) {
  const WindkesselToy model;
  auto longer = sobol_points(model.space(), 100, 3);
  longer.resize(60);
  EXPECT_EQ(longer, sobol_points(model.space(), 60, 3));
}

TEST(Sampling, FillsTheBoxMoreEvenlyThanChance) {
  // Integral of the product of (1 + (x_i - 1/2)) over the unit box is 1. The random error with 1024 points in 6 dimensions is
  // sqrt((13/12)^6 - 1)/32 = 0.025; Sobol's is nearer 1/1024: a tenth of chance is asked.
  physics::ParameterSpace space(6, {"x", "1", "", 0, 1, 0.5});
  double mean = 0;
  const auto points = sobol_points(space, 1024, 11);
  for (const auto &point : points) {
    double product = 1;
    for (const double x : point)
      product *= 1 + (x - 0.5);
    mean += product / 1024;
  }
  EXPECT_NEAR(mean, 1.0, 0.0025);
  // Each coordinate of a net with 1024 points has 16 in every 64th of the axis; the sequence starts after its zero: one more or less.
  for (std::size_t i = 0; i < space.size(); ++i) {
    std::vector<int> bins(64, 0);
    for (const auto &point : points)
      ++bins[std::min<std::size_t>(63, static_cast<std::size_t>(64 * point[i]))];
    EXPECT_NEAR(*std::min_element(bins.begin(), bins.end()), 16, 1);
    EXPECT_NEAR(*std::max_element(bins.begin(), bins.end()), 16, 1);
  }
}

TEST(Sampling, RefusesABoxWithoutWidth) {
  EXPECT_THROW(sobol_points({{"a", "1", "", 2, 2, 2}}, 4, 1), io::CaseError);
  EXPECT_THROW(sobol_points({{"a", "1", "", 0, std::numeric_limits<double>::infinity(), 2}}, 4, 1), io::CaseError);
  EXPECT_THROW(sobol_points({}, 4, 1), io::CaseError);
}

TEST(Ensemble, HoldsWhatTheModelAnswersInTheOrderOfItsOutputs) {
  const WindkesselToy model;
  const Dataset data = build_dataset(MPI_COMM_WORLD, model, 30, 5);
  ASSERT_EQ(data.inputs.size(), 30u);
  EXPECT_EQ(data.model, "corvivo::test::WindkesselToy");
  for (std::size_t row = 0; row < 30; ++row) {
    const auto answer = model.predict(data.inputs[row]);
    EXPECT_EQ(data.results[row], (std::vector<double>{answer.value("systolic"), answer.value("diastolic"), answer.value("mean")}));
  }
}

TEST(Ensemble, IsTheSameOnAnyNumberOfRanks) {
  const WindkesselToy model;
  expect_same_runs(build_dataset(MPI_COMM_WORLD, model, 37, 5), build_dataset(MPI_COMM_SELF, model, 37, 5));
}

TEST(Ensemble, RecordsAndDropsMembersThatFail) {
  WindkesselToy model;
  model.before_answer = [](const physics::ParameterVector &p) {
    if (p[2] > 100)
      throw io::SolveError("stroke volume\ntoo large for this toy", {1.0, 2.0});
  };
  const Dataset data = build_dataset(MPI_COMM_WORLD, model, 64, 5);
  EXPECT_EQ(data.inputs.size() + data.failures.size(), 64u);
  EXPECT_NEAR(static_cast<double>(data.failures.size()), 64.0 / 7, 2) << "the last seventh of an evenly filled range";
  EXPECT_NE(data.failures.front().message.find("too large for this toy"), std::string::npos);
  for (const auto &input : data.inputs)
    EXPECT_LE(input[2], 100);
  const auto points = sobol_points(model.space(), 64, 5);
  for (const FailedRun &failure : data.failures)
    EXPECT_GT(points[static_cast<std::size_t>(failure.member)][2], 100);
}

TEST(Ensemble, CountsAnAnswerThatIsNotANumberAsFailed) {
  WindkesselToy model;
  model.before_answer = [&model](const physics::ParameterVector &p) { model.period = p[0] > 1.5 ? std::nan("") : 0.8; };
  const Dataset data = build_dataset(MPI_COMM_WORLD, model, 45, 5);
  EXPECT_GT(data.failures.size(), 0u);
  for (const auto &row : data.results)
    for (const double value : row)
      EXPECT_TRUE(std::isfinite(value));
}

TEST(Ensemble, EndsOnEveryRankWhenOneMemberBreaksAPromise) {
  WindkesselToy model;
  const auto culprit = sobol_points(model.space(), 20, 5)[7];
  model.before_answer = [&culprit](const physics::ParameterVector &p) {
    if (p == culprit)
      throw io::CaseError("a file that this member needs is gone");
  };
  EXPECT_THROW(build_dataset(MPI_COMM_WORLD, model, 20, 5), io::CaseError);
}

TEST(EnsembleCheckpoint, AKilledEnsembleGoesOnWhereItStopped) {
  const WindkesselToy whole;
  const Dataset expected = build_dataset(MPI_COMM_WORLD, whole, 24, 5);
  const TemporaryFolder mine;
  const std::string folder = shared_folder(mine);
  WindkesselToy model;
  int answered = -1; // the first answer is the fingerprint's, on rank 0 only
  const int quota = 5;
  model.before_answer = [&](const physics::ParameterVector &) {
    if (io::rank() != 0 && answered < 0)
      answered = 0;
    if (answered++ == quota)
      throw io::Bug("killed here");
  };
  EXPECT_THROW(build_dataset(MPI_COMM_WORLD, model, 24, 5, folder), io::Bug);
  const int before = answered - 1; // complete members of this rank
  EXPECT_EQ(before, quota);
  answered = -1;
  model.before_answer = [&](const physics::ParameterVector &) {
    if (io::rank() != 0 && answered < 0)
      answered = 0;
    ++answered;
  };
  expect_same_runs(build_dataset(MPI_COMM_WORLD, model, 24, 5, folder), expected);
  int total = answered;
  MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  EXPECT_EQ(total, 24 - quota * io::ranks()) << "only what was not done yet";
}

TEST(EnsembleCheckpoint, SkipsALineThatWasCutOff) {
  const WindkesselToy whole;
  const Dataset expected = build_dataset(MPI_COMM_SELF, whole, 10, 5);
  const TemporaryFolder folder;
  build_dataset(MPI_COMM_SELF, whole, 10, 5, folder.path());
  const std::string rank_file = folder.file("ensemble.rank" + std::to_string(io::rank(MPI_COMM_SELF)));
  const std::string lines = io::read_file(rank_file);
  io::write_file(rank_file, lines.substr(0, lines.size() - 9)); // inside the last number, which then is another one
  WindkesselToy model;
  int answered = 0;
  model.before_answer = [&](const physics::ParameterVector &) { ++answered; };
  expect_same_runs(build_dataset(MPI_COMM_SELF, model, 10, 5, folder.path()), expected);
  EXPECT_EQ(answered, 2) << "the fingerprint and the member that was cut off";
}

TEST(EnsembleCheckpoint, IsNotUsedForAnotherModelOrSeed) {
  const TemporaryFolder folder;
  WindkesselToy model;
  build_dataset(MPI_COMM_SELF, model, 10, 5, folder.path());
  expect_same_runs(build_dataset(MPI_COMM_SELF, model, 10, 6, folder.path()), build_dataset(MPI_COMM_SELF, model, 10, 6));
  model.period = 1.0; // same space, same outputs, other answers
  expect_same_runs(build_dataset(MPI_COMM_SELF, model, 10, 6, folder.path()), build_dataset(MPI_COMM_SELF, model, 10, 6));
}

TEST(EnsembleCheckpoint, RefusesAFolderThatCannotBeMade) {
  const WindkesselToy model;
  const TemporaryFolder mine;
  const std::string folder = shared_folder(mine);
  if (io::rank() == 0)
    io::write_file(folder + "/a_file", "");
  EXPECT_THROW(build_dataset(MPI_COMM_WORLD, model, 10, 5, folder + "/a_file/below"), io::CaseError);
}

TEST(DatasetFile, ReadsBackToTheSameBits) {
  WindkesselToy model;
  model.before_answer = [](const physics::ParameterVector &p) {
    if (p[2] > 100)
      throw io::SolveError("stroke volume, \"too large\"");
  };
  const Dataset data = build_dataset(MPI_COMM_SELF, model, 40, 5);
  const TemporaryFolder folder;
  save_dataset(data, folder.file("dataset.csv"));
  const Dataset again = load_dataset(folder.file("dataset.csv"));
  expect_same_runs(data, again);
  EXPECT_EQ(again.seed, 5);
  EXPECT_EQ(again.runs, 40);
  EXPECT_EQ(again.space[1].name, "compliance");
  EXPECT_EQ(again.space[1].upper, 2.5);
  EXPECT_EQ(again.outputs[2].unit, "mmHg");
}

TEST(DatasetFile, RefusesWhatIsNotADatasetOrWasCutOff) {
  const TemporaryFolder folder;
  const std::string path = folder.file("dataset.csv");
  EXPECT_THROW(load_dataset(path), io::CaseError) << "missing";
  io::write_file(path, "a [1],b [1]\n1,2\n");
  EXPECT_THROW(load_dataset(path), io::CaseError) << "another table";
  io::write_file(path, "# corvivo dataset {\"model\": 3\n");
  EXPECT_THROW(load_dataset(path), io::CaseError) << "broken json";
  save_dataset(build_dataset(MPI_COMM_SELF, WindkesselToy(), 40, 5), path);
  const std::string content = io::read_file(path);
  io::write_file(path, content.substr(0, content.size() / 2));
  EXPECT_THROW(load_dataset(path), io::CaseError) << "half of it";
}
