#include <mesh/slab.hpp>
#include <physics/ecg/intervals.hpp>
#include <physics/ecg/lead_field.hpp>
#include <physics/ecg/torso.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::physics {
namespace {

using namespace io;
using mesh::Vector3;

TEST(PseudoEcg, OfAPolarisedCubeIsADipole) {
  const double edge = 10;
  const mesh::HeartMesh cube = mesh::make_slab({edge, edge, edge}, 2.0);
  const Tissue tissue =
      serial_tissue(cube, std::vector<Vector3>(cube.tetrahedra.size(), Vector3{0, 0, 1}), std::vector<double>(cube.tetrahedra.size(), 1.0));
  const Diffusivity diffusivity{0.1, 0.02};
  const double conductance = 7.0;
  const std::vector<Vector3> positions = {{5, 5, 205}, {5, 155, 105}, {105, 5, 155}};
  const LeadField lead_field(tissue, diffusivity, positions, conductance);
  std::vector<double> v;
  const Vector3 slope{2.0, 0.0, 8.0}; // mV/mm
  for (const Vector3 &x : tissue.nodes)
    v.push_back(-85.0 + dot(slope, x));
  const std::vector<double> phi = lead_field.potentials(v);
  for (std::size_t p = 0; p < positions.size(); ++p) {
    const Vector3 r = positions[p] - Vector3{5, 5, 5};
    const Vector3 current{0.02 * slope[0], 0.0, 0.1 * slope[2]}; // D grad V
    const double exact = -conductance * edge * edge * edge * dot(current, r) / (4 * std::acos(-1.0) * std::pow(norm(r), 3));
    // A cube has no quadrupole; its next moment and the one-point rule are of relative size (edge / r)^4 and (2 / r)^2.
    EXPECT_NEAR(phi[p], exact, 1e-3 * std::abs(exact) + 1e-9);
  }
}

TEST(PseudoEcg, OfUniformTissueIsZero) {
  const mesh::HeartMesh cube = mesh::make_slab({6, 5, 4}, 1.0);
  const Tissue tissue =
      serial_tissue(cube, std::vector<Vector3>(cube.tetrahedra.size(), Vector3{1, 0, 0}), std::vector<double>(cube.tetrahedra.size(), 1.0));
  const LeadField lead_field(tissue, {0.1, 0.02}, {{50, 20, 10}}, 7.0);
  EXPECT_NEAR(lead_field.potentials(std::vector<double>(tissue.nodes.size(), 25.0))[0], 0.0, 1e-12) << "rounding";
}

TEST(TwelveLeads, ObeyEinthovenAndGoldberger) {
  std::array<double, electrodes> potential{};
  for (std::size_t e = 0; e < electrodes; ++e)
    potential[e] = std::sin(1.0 + 2.0 * static_cast<double>(e));
  const auto lead = leads(potential);
  EXPECT_NEAR(lead[0] + lead[2], lead[1], 1e-15) << "I + III = II";
  EXPECT_NEAR(lead[3] + lead[4] + lead[5], 0.0, 1e-15) << "aVR + aVL + aVF = 0";
}

TEST(StandardElectrodes, LieRoundTheHeartByItsAxes) {
  mesh::HeartMesh heart;
  EXPECT_TRUE(standard_electrodes(heart).empty()) << "no long axis";
  heart.long_axis = {0, 0, 1};
  heart.to_right_ventricle = {1, 0, 0};
  heart.base_centre = {0, 0, 80};
  const auto positions = standard_electrodes(heart);
  ASSERT_EQ(positions.size(), electrodes);
  EXPECT_GT(positions[RA][2], 40.0) << "right arm on the side of the base";
  EXPECT_LT(positions[V5][2], 40.0) << "V5 on the side of the apex";
  EXPECT_GT(positions[V1][0], 0.0) << "V1 in front of the right ventricle";
  EXPECT_LT(positions[V6][0], 0.0) << "V6 beside the left ventricle";
}

double bump(double t, double centre, double width) {
  return std::exp(-0.5 * std::pow((t - centre) / width, 2));
}

TEST(EcgIntervals, AreThoseOfABuiltSignal) {
  TimeSeries ecg;
  ecg.add_column("time", "ms");
  for (const char *name : lead_names)
    ecg.add_column(name, "mV");
  for (int t = 0; t <= 700; ++t) {
    std::vector<double> row{static_cast<double>(t)};
    for (std::size_t l = 0; l < lead_names.size(); ++l) {
      const double scale = 1.0 + 0.1 * static_cast<double>(l);
      row.push_back(scale * (bump(t, 60, 10) - 0.5 * bump(t, 85, 8) + 0.3 * bump(t, 320, 30)));
    }
    ecg.append_row(row);
  }
  const auto intervals = ecg_intervals(ecg);
  ASSERT_TRUE(intervals && intervals->t_end);
  // A bump of width w has a derivative above 5 % of its largest within 3.1 w of its middle.
  EXPECT_NEAR(intervals->qrs_onset, 60 - 31, 2.0);
  EXPECT_NEAR(intervals->qrs_end, 85 + 24, 4.0);
  EXPECT_NEAR(*intervals->t_end, 320 + 60, 2.0) << "the steepest tangent of a bump, one width after its middle, ends two widths after it";
}

TEST(EcgIntervals, NeedASignal) {
  TimeSeries flat;
  flat.add_column("time", "ms");
  for (const char *name : lead_names)
    flat.add_column(name, "mV");
  for (int t = 0; t < 10; ++t)
    flat.append_row(std::vector<double>(13, 0.0));

  EXPECT_FALSE(ecg_intervals(flat));
}

} // namespace
} // namespace corvivo::physics
