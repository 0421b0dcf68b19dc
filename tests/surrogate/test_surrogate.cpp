#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <surrogate/train_surrogate.hpp>
#include <tests/support/temporary_folder.hpp>
#include <tests/surrogate/windkessel_toy.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>

using namespace corvivo;
using namespace corvivo::surrogate;
using test::TemporaryFolder;
using test::WindkesselToy;

namespace {

SurrogateOptions quick_options() {
  SurrogateOptions options;
  options.seed = 1;
  options.training_runs = 120;
  options.width = 16;
  options.epochs = 300;
  options.lbfgs_iterations = 300;
  return options;
}

const SurrogateModel &trained() {
  static const SurrogateModel surrogate = fit_surrogate(build_dataset(MPI_COMM_SELF, WindkesselToy(), 120, 1), quick_options());
  return surrogate;
}

std::string message_of(const std::function<void()> &call) {
  try {
    call();
  } catch (const io::CaseError &error) {
    return error.what();
  }
  return "nothing was thrown";
}

} // namespace

TEST(Split, IsDisjointCompleteAndRepeats) {
  const Split split = split_rows(200, quick_options());
  EXPECT_EQ(split.test.size(), 30u);
  EXPECT_EQ(split.validation.size(), 30u);
  std::vector<std::size_t> all = split.training;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::sort(all.begin(), all.end());
  std::vector<std::size_t> expected(200);
  std::iota(expected.begin(), expected.end(), std::size_t{0});
  EXPECT_EQ(all, expected);
  EXPECT_EQ(split.test, split_rows(200, quick_options()).test);
  EXPECT_THROW(split_rows(12, quick_options()), io::CaseError);
}

TEST(Surrogate, AnswersFreshPointsAsTheModelDoes) {
  const WindkesselToy model;
  const Dataset fresh = build_dataset(MPI_COMM_SELF, model, 300, /*seed=*/99);
  std::vector<double> squares(3, 0.0);
  for (std::size_t row = 0; row < fresh.inputs.size(); ++row)
    for (std::size_t i = 0; i < 3; ++i)
      squares[i] += std::pow(trained().evaluate(fresh.inputs[row])[i] - fresh.results[row][i], 2) / 300;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_LT(std::sqrt(squares[i]), 0.01 * trained().errors()[i].range) << "1 % of the output's range";
    EXPECT_LT(std::sqrt(squares[i]), 3 * trained().model_error()[i]) << "its own estimate from 18 held-out runs is no boast";
    EXPECT_GT(std::sqrt(squares[i]), trained().model_error()[i] / 3);
  }
}

TEST(Surrogate, PredictsNamedObservablesWithItsOwnErrorAsUncertainty) {
  const auto answer = trained().predict({1.0, 1.5, 75});
  EXPECT_NEAR(answer.value("mean"), 93.75, 0.01 * trained().errors()[2].range);
  EXPECT_EQ(answer.find("mean")->unit, "mmHg");
  EXPECT_EQ(*answer.find("mean")->uncertainty, trained().model_error()[2]);
  EXPECT_EQ(trained().evaluate({1.0, 1.5, 75})[2], answer.value("mean"));
}

TEST(Surrogate, HasTheModelsGradient) {
  // mean = R SV / T: d/dR = SV/T, d/dSV = R/T. A gradient is learnt less well than a value: 5 %.
  const auto jacobian = trained().jacobian({1.0, 1.5, 75});
  EXPECT_NEAR(jacobian[2][0], 75 / 0.8, 0.05 * 75 / 0.8);
  EXPECT_NEAR(jacobian[2][2], 1 / 0.8, 0.05 / 0.8);
}

TEST(Surrogate, RefusesAPointOutsideItsBox) {
  const auto message = message_of([] { trained().predict({1.0, 2.6, 75}); });
  for (const char *part : {"compliance", "2.6", "[0.8, 2.5]", "mL/mmHg"})
    EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
  EXPECT_THROW(trained().jacobian({0.69, 1.5, 75}), io::CaseError);
  EXPECT_THROW(trained().evaluate({1.0, 1.5, std::nan("")}), io::CaseError);
  EXPECT_THROW(trained().evaluate({1.0, 1.5}), io::Bug) << "a wrong number of parameters is the caller's mistake";
  EXPECT_NO_THROW(trained().predict({0.7, 2.5, 110})) << "the faces belong to the box";
}

TEST(Surrogate, AnswersInLessThanFiftyMicroseconds) {
  const auto start = std::chrono::steady_clock::now();
  double sum = 0;
  for (int i = 0; i < 2000; ++i)
    sum += trained().predict({1.0, 1.5, 75}).value("mean") + trained().jacobian({1.0, 1.5, 75})[0][0];
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 4000;
  EXPECT_LT(seconds, 50e-6);
  EXPECT_TRUE(std::isfinite(sum));
}

TEST(SurrogateFile, ReadsBackToTheSameBits) {
  const TemporaryFolder folder;
  trained().save(folder.path() / "surrogate");
  const SurrogateModel again = SurrogateModel::load(folder.path() / "surrogate");
  for (const physics::ParameterVector &point : {physics::ParameterVector{1.0, 1.5, 75}, {0.71, 2.4, 41}, {1.6, 0.8, 110}}) {
    EXPECT_EQ(trained().evaluate(point), again.evaluate(point));
    EXPECT_EQ(trained().jacobian(point), again.jacobian(point));
  }
  EXPECT_EQ(trained().model_error(), again.model_error());
  EXPECT_EQ(again.space()[1].upper, 2.5);
  EXPECT_EQ(again.provenance().model, "corvivo::test::WindkesselToy");
  EXPECT_EQ(again.provenance().runs, 120);
  EXPECT_EQ(again.provenance().held_out_runs, 18);
  EXPECT_FALSE(again.provenance().git_hash.empty());
}

TEST(SurrogateFile, RefusesFilesThatWereCutOffOrAltered) {
  const TemporaryFolder folder;
  const auto stem = folder.path() / "surrogate";
  const std::string weights = folder.file("surrogate.weights"), json = folder.file("surrogate.json");
  EXPECT_THROW(SurrogateModel::load(stem), io::CaseError) << "missing";
  trained().save(stem);
  const std::string good_weights = io::read_file(weights), good_json = io::read_file(json);
  const auto refused = [&](const std::string &bad_weights, const std::string &bad_json) {
    io::write_file(weights, bad_weights);
    io::write_file(json, bad_json);
    return message_of([&] { SurrogateModel::load(stem); });
  };
  std::string flipped = good_weights;
  flipped[flipped.size() / 2] ^= 1;
  EXPECT_NE(refused(flipped, good_json).find("hash"), std::string::npos) << "one bit";
  EXPECT_NE(refused(good_weights.substr(0, 100), good_json).find("surrogate.json"), std::string::npos) << "cut off";
  EXPECT_NE(refused(good_weights, good_json.substr(0, 200)).find("not a surrogate"), std::string::npos);
  EXPECT_NE(refused(good_weights, "").find("not a surrogate"), std::string::npos);
  EXPECT_NE(refused(good_weights, "[1, 2]").find("not a surrogate"), std::string::npos);
  std::string wider = good_json;
  wider.replace(wider.find("\"upper\": 2.5"), 12, "\"upper\": 9.5");
  EXPECT_NE(refused(good_weights, wider).find("hash"), std::string::npos) << "a box that was never trained";
  std::string newer = good_json;
  newer.replace(newer.find("\"surrogate\": 1"), 14, "\"surrogate\": 2");
  EXPECT_NE(refused(good_weights, newer).find("format 2"), std::string::npos);
}

TEST(SurrogateStage, GivesEveryRankTheSameSurrogateAndFillsTheQuantities) {
  io::Quantities quantities;
  const SurrogateModel surrogate = train_surrogate(MPI_COMM_WORLD, WindkesselToy(), quick_options(), {}, quantities);
  EXPECT_EQ(surrogate.to_files().weights, io::broadcast(surrogate.to_files().weights, MPI_COMM_WORLD));
  EXPECT_EQ(surrogate.to_files().weights, trained().to_files().weights) << "the same bits as on one rank";
  EXPECT_EQ(quantities.value("surrogate_training_runs"), 120);
  EXPECT_EQ(quantities.value("surrogate_failed_runs"), 0);
  EXPECT_GT(quantities.value("surrogate_error"), 0);
  EXPECT_LT(quantities.value("surrogate_error"), 1);
  EXPECT_GE(quantities.value("surrogate_error_worst"), quantities.value("surrogate_error"));
  EXPECT_GT(quantities.value("surrogate_speedup"), 0);
  EXPECT_GT(quantities.value("surrogate_training_time"), 0);
}

TEST(SurrogateStage, UsesWhatItsCacheHoldsAndOnlyThen) {
  const TemporaryFolder mine;
  const std::string cache = io::broadcast(mine.path().string(), MPI_COMM_WORLD);
  WindkesselToy model;
  int answered = 0;
  model.before_answer = [&](const physics::ParameterVector &) { ++answered; };
  const auto runs = [&](const SurrogateOptions &options) {
    answered = 0;
    io::Quantities quantities;
    train_surrogate(MPI_COMM_WORLD, model, options, cache, quantities);
    MPI_Allreduce(MPI_IN_PLACE, &answered, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    return answered;
  };
  SurrogateOptions options = quick_options();
  options.training_runs = 60, options.epochs = 20, options.lbfgs_iterations = 10;
  EXPECT_EQ(runs(options), 62) << "60 members and two fingerprints";
  EXPECT_EQ(runs(options), 1) << "the fingerprint alone";
  options.width = 8;
  EXPECT_EQ(runs(options), 1) << "another network learns from the same runs";
  options.seed = 2;
  EXPECT_EQ(runs(options), 62);
  model.period = 0.9;
  EXPECT_EQ(runs(options), 62) << "the model changed";
  if (io::rank() == 0)
    io::write_file(cache + "/surrogate.weights", "not weights");
  EXPECT_EQ(runs(options), 1) << "a broken surrogate is trained again from the runs that are there";
  if (io::rank() == 0) {
    std::filesystem::remove(cache + "/surrogate.json");
    io::write_file(cache + "/dataset.csv", "not a dataset");
  }
  EXPECT_EQ(runs(options), 62);
}

TEST(SurrogateStage, RefusesAnEnsembleThatMostlyFailed) {
  WindkesselToy model;
  model.before_answer = [](const physics::ParameterVector &p) {
    if (p[2] > 80)
      throw io::SolveError("too much blood");
  };
  io::Quantities quantities;
  try {
    train_surrogate(MPI_COMM_WORLD, model, quick_options(), {}, quantities);
    FAIL() << "more than a third of the runs failed";
  } catch (const io::SolveError &error) {
    EXPECT_NE(std::string(error.what()).find("too much blood"), std::string::npos);
  }
}
