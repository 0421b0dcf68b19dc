/// Action potentials of the ionic models against published values.
#include "single_cell.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

Beat paced(const std::string &model, double cycle, int beats) {
  return paced(*ionic_models().make(model), cycle, beats);
}

TEST(MitchellSchaeffer2003, HasTheRestitutionOfItsPaper) {
  // APD = tau_close ln(h(DI) / h_min), h(DI) = 1 - (1 - h_min) exp(-DI / tau_open), h_min = 4 tau_in / tau_out, to leading order in
  // tau_in / tau_close (Mitchell & Schaeffer 2003); it leaves out the last phase, in which the potential falls within some tau_out whatever
  // the interval before was. So shortening is compared, to a tenth: the next order.
  const auto model = ionic_models().make("mitchell_schaeffer_2003");
  const auto after = [&](double interval) {
    SingleCell cell(*model);
    const Beat first = paced(cell, 1000.0, 2);
    paced(cell, first.apd90 + interval, 1);
    return paced(cell, 1000.0, 1).apd90;
  };
  const auto predicted = [](double interval) {
    const double h_min = 4.0 * 0.3 / 6.0, h = 1.0 - (1.0 - h_min) * std::exp(-interval / 120.0);
    return 150.0 * std::log(h / h_min);
  };
  for (const double interval : {60.0, 100.0, 200.0})
    EXPECT_NEAR(after(1000.0) - after(interval), predicted(1000.0) - predicted(interval), 0.1 * (predicted(1000.0) - predicted(interval)))
        << "diastolic interval " << interval << " ms";
}

TEST(BuenoOrovio2008, HasThePublishedActionPotentials) {
  const Beat epi = paced("bueno_orovio_2008_epi", 1000, 5), endo = paced("bueno_orovio_2008_endo", 1000, 5);
  const Beat mid = paced("bueno_orovio_2008_mid", 1000, 5);
  // The paper's figures: epi- and endocardial action potentials of about 270 ms, midmyocardial ones of about 410 ms at 1 Hz, peaks between
  // 36 and 50 mV (read off plots, hence 5 %).
  EXPECT_NEAR(epi.apd90, 270.0, 13.0);
  EXPECT_NEAR(endo.apd90, 270.0, 13.0);
  EXPECT_NEAR(mid.apd90, 410.0, 20.0);
  // Restitution: M cells shorten most, by about 150 ms from 1000 to 350 ms; all shorten.
  const double shorter = mid.apd90 - paced("bueno_orovio_2008_mid", 350, 10).apd90;
  EXPECT_GT(shorter, 100.0);
  EXPECT_GT(shorter, 2.0 * (epi.apd90 - paced("bueno_orovio_2008_epi", 350, 10).apd90));
}

TEST(Courtemanche1998, HasThePublishedActionPotential) {
  const auto model = ionic_models().make("courtemanche_1998");
  SingleCell cell(*model);
  const Beat beat = paced(cell, 1000, 10, -40.0); // twice what it takes, as in the paper
  EXPECT_NEAR(model->resting_voltage(), -81.2, 0.1) << "table of initial values";
  EXPECT_NEAR(beat.rest, -81.2, 1.0);
  EXPECT_NEAR(beat.apd90, 300.0, 15.0) << "about 300 ms at 1 Hz (read off the paper's figure, hence 5 %)";
  EXPECT_GT(beat.calcium_peak, 5e-4) << "mM";
  const Beat fast = paced(cell, 400, 10, -40.0);
  EXPECT_LT(fast.apd90, beat.apd90 - 20.0) << "adapts to rate";
  EXPECT_LT(fast.apd50, 0.75 * beat.apd50) << "and loses its plateau (the paper's account of rate adaptation)";
}

TEST(TenTusscher2006, HasThePublishedActionPotentialDurations) {
  // Human epicardial and endocardial cells of the model last about 300 ms at 1 Hz, M cells clearly longer (ten Tusscher & Panfilov 2006,
  // figures 2 and 3; read off plots, hence 5 %).
  const double epi = paced("ten_tusscher_2006_epi", 1000, 5).apd90;
  EXPECT_NEAR(epi, 300.0, 15.0);
  EXPECT_NEAR(paced("ten_tusscher_2006_endo", 1000, 5).apd90, epi, 15.0);
  EXPECT_GT(paced("ten_tusscher_2006_mid", 1000, 5).apd90, epi + 50.0);
}

TEST(TenTusscher2006, HasThePublishedSlopeOfRestitution) {
  // The default parameters are those that the paper's table 2 names by a slope of 1.1: the steepest of the dynamic restitution curve,
  // where the cycle gets so short that the next step loses capture or alternates.
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  SingleCell cell(*model);
  paced(cell, 600, 10);
  double steepest = 0, apd = 0, interval = 0;
  for (const double cycle : {400.0, 350.0, 320.0, 300.0, 280.0, 270.0, 260.0}) {
    const double before = paced(cell, cycle, 14).apd90, next = paced(cell, cycle, 1).apd90;
    if (interval > 0)
      steepest = std::max(steepest, (apd - next) / (interval - (cycle - before)));
    apd = next, interval = cycle - before;
  }
  EXPECT_NEAR(steepest, 1.1, 0.15);
}

TEST(TorOrd2019, ReturnsToThePublishedStateAfterABeat) {
  // The authors' starting state of the endocardial cell is that of a thousandth beat at 1 Hz with a stimulus of -53 uA/uF for 1 ms. One
  // beat of ours must lead back to it: first-order steps of 0.02 ms make 0.1 %, more in what is nearly shut.
  const auto model = ionic_models().make("tor_ord_2019_endo");
  SingleCell cell(*model);
  paced(cell, 1000, 1, -53.0, 0.02);
  EXPECT_NEAR(cell.voltage(), model->resting_voltage(), 0.002) << "mV";
  for (std::size_t k = 0; k < model->state_names().size(); ++k) {
    const double published = model->initial_states()[k];
    const double noise = std::abs(published) > 1e-15 ? 0.0 : 1e-12; // fluxes that have ceased
    EXPECT_NEAR(cell.state(k), published, 0.01 * std::abs(published) + noise) << model->state_names()[k];
  }
  EXPECT_NEAR(cell.calcium(), model->initial_states()[model->calcium_state()], 5e-4 * cell.calcium());
}

TEST(TorOrd2019, IsWithinTheExperimentalRanges) {
  // What the model was calibrated to: ranges of human endocardial cells at 1 Hz (Passini et al., Front Physiol 8:668, 2017).
  const auto model = ionic_models().make("tor_ord_2019_endo");
  SingleCell cell(*model);
  const Beat beat = paced(cell, 1000, 2, -53.0);
  EXPECT_TRUE(beat.apd90 > 180 && beat.apd90 < 440) << beat.apd90;
  EXPECT_TRUE(beat.apd50 > 110 && beat.apd50 < 350) << beat.apd50;
  EXPECT_TRUE(beat.steepest > 100 && beat.steepest < 1000) << beat.steepest;
  EXPECT_TRUE(beat.peak > 10 && beat.peak < 55) << beat.peak;
  EXPECT_TRUE(beat.rest > -95 && beat.rest < -80) << beat.rest;
}

TEST(TorOrd2019, LayersDifferAsInThePaper) {
  const auto epi = paced("tor_ord_2019_epi", 1000, 3), endo = paced("tor_ord_2019_endo", 1000, 3), mid = paced("tor_ord_2019_mid", 1000, 3);
  EXPECT_LT(epi.apd90, endo.apd90 - 20.0);
  EXPECT_GT(mid.apd90, endo.apd90 + 30.0);
  EXPECT_NEAR(epi.rest, -89.14, 0.1) << "mV; initial value of the authors' CellML file of the epicardial cell";
}

TEST(TorOrd2019, BlockOfTheRapidDelayedRectifierProlongsIt) {
  // E-4031 and dofetilide prolong the action potential, L-type block shortens it (the paper's validation).
  const auto with = [](const char *current, double factor) {
    const auto model = ionic_models().make("tor_ord_2019_endo");
    model->set_scale(current, factor);
    return paced(*model, 1000, 5);
  };
  const double control = paced("tor_ord_2019_endo", 1000, 5).apd90;
  EXPECT_GT(with("i_Kr", 0.5).apd90, control + 50.0);
  EXPECT_LT(with("i_CaL", 0.5).apd90, control - 15.0);
}

} // namespace
} // namespace corvivo::physics
