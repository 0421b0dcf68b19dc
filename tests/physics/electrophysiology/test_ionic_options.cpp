/// Scaling, drugs and prepacing as a case file asks for them.
#include "single_cell.hpp"

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/electrophysiology/ionic/prepacing.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

namespace corvivo::physics {
namespace {

/// What `electrophysiology.cell` of a case says.
struct CellOptions {
  std::string name = "ten_tusscher_2006_epi";
  std::unique_ptr<IonicModel> model;
  void describe(io::Schema &schema) { schema.model("cell", name, model, ionic_models(), "Model of the myocytes."); }
};

CellOptions read(const std::string &yaml) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "case.yaml";
  io::write_file(file.string(), "corvivo: 1\n" + yaml);
  CellOptions options;
  io::read_case(file, {}, [&](io::Schema &schema) { options.describe(schema); });
  return options;
}

std::string complaint(const std::string &yaml) {
  try {
    read(yaml);
  } catch (const io::CaseError &error) {
    return error.what();
  }
  return "";
}

TEST(IonicOptions, ACaseScalesAndBlocksByName) {
  const CellOptions asked =
      read("cell:\n  model: tor_ord_2019_endo\n  scale: {i_K1: 0.8, J_up: 0.5}\n"
           "  drugs:\n  - name: dofetilide\n    concentration: 2 nM\n    blocks: [{current: i_Kr, ic50: 4.9 nM, hill: 0.9}]\n");
  const auto factors = asked.model->scaling().factors();
  for (std::size_t k = 0; k < factors.size(); ++k) {
    const std::string name = asked.model->scaling().currents()[k].name;
    const double expected = name == "i_K1" ? 0.8 : name == "J_up" ? 0.5 : name == "i_Kr" ? 1.0 / (1.0 + std::pow(2.0 / 4.9, 0.9)) : 1.0;
    EXPECT_NEAR(factors[k], expected, 1e-12) << name;
  }
  const auto same = ionic_models().make("tor_ord_2019_endo");
  same->set_scale("i_K1", 0.8);
  same->set_scale("J_up", 0.5);
  same->add_drug({"dofetilide", 2e-3, {{"i_Kr", 4.9e-3, 0.9, {}}}, {}});
  std::vector<double> a(same->initial_states().size()), b(a);
  double rate_a = 0, rate_b = 0;
  same->rates(-20.0, same->initial_states().data(), &rate_a, a.data());
  asked.model->rates(-20.0, same->initial_states().data(), &rate_b, b.data());
  EXPECT_NEAR(rate_a, rate_b, 1e-12 * std::abs(rate_a));
}

TEST(IonicOptions, AWrongCurrentIsRefusedWhereItStands) {
  const std::string unknown = complaint("cell:\n  model: ten_tusscher_2006_epi\n  scale: {i_Kur: 0.5}\n");
  EXPECT_NE(unknown.find("case.yaml:4:"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("i_Kur"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("i_Kr"), std::string::npos) << unknown;
  const std::string drug = complaint("cell:\n  drugs:\n  - concentration: 1 uM\n    blocks:\n    - {current: i_krr, ic50: 1 uM}\n");
  EXPECT_NE(drug.find("case.yaml:6:"), std::string::npos) << drug;
  EXPECT_NE(drug.find("i_Kr"), std::string::npos) << drug;
}

TEST(IonicOptions, ImpossibleNumbersAreRefused) {
  for (const char *wrong :
       {"scale: {i_Na: -1}", "drugs: [{concentration: -1 uM}]", "drugs: [{blocks: [{current: i_Na, ic50: 0 uM}]}]",
        "drugs: [{blocks: [{current: i_Na, hill: 0}]}]", "drugs: [{blocks: [{ic50: 1 uM}]}]", "drugs: [{concentration: 3 ms}]"})
    EXPECT_NE(complaint("cell:\n  " + std::string(wrong) + "\n").find("case.yaml:3:"), std::string::npos) << wrong;
}

TEST(Prepacing, EndsOnALimitCycle) {
  const auto model = ionic_models().make("bueno_orovio_2008_epi");
  const PacedCell paced = pace(*model, {400.0, 100, 5e-4}); // its rates jump: steps that straddle a jump leave 2e-4
  ASSERT_LT(paced.change, 5e-4) << "after " << paced.beats << " beats";
  ASSERT_GT(paced.beats, 3);
  model->start_from(paced.voltage, paced.states);
  EXPECT_EQ(model->resting_voltage(), paced.voltage);
  const PacedCell next = pace(*model, {400.0, 1, 1e-12});
  EXPECT_NEAR(next.voltage, paced.voltage, 0.05) << "mV; a beat later";
}

TEST(Prepacing, FindsThePublishedStateOfTorOrdPaced) {
  // The authors' endocardial state is that of a thousandth beat at 1 Hz: two more change nothing by more than a percent, most of it in open
  // probabilities of 1e-5 and from our steps of 0.05 ms, and calcium by less than a thousandth.
  const auto model = ionic_models().make("tor_ord_2019_endo");
  const PacedCell paced = pace(*model, {1000.0, 2, 1e-12});
  EXPECT_LT(paced.change, 0.01);
  const std::size_t calcium = model->calcium_state();
  EXPECT_NEAR(paced.states[calcium] / model->initial_states()[calcium], 1.0, 1e-3);
}

TEST(Prepacing, IsKeptByItsInputs) {
  const test::TemporaryFolder folder;
  const PrepacingOptions options{800.0, 2, 1e-9};
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator{});
  };
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const PacedCell made = pace_cached("ten_tusscher_2006_epi", *model, options, folder.path());
  const PacedCell kept = pace_cached("ten_tusscher_2006_epi", *model, options, folder.path());
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(made.voltage, kept.voltage) << "to the last bit";
  EXPECT_EQ(made.states, kept.states);
  model->set_scale("i_Kr", 0.5);
  EXPECT_NE(pace_cached("ten_tusscher_2006_epi", *model, options, folder.path()).states, made.states);
  EXPECT_EQ(files(), 2);
}

} // namespace
} // namespace corvivo::physics
