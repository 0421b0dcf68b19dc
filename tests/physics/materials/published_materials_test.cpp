/// Against closed-form incompressible solutions. Our materials are only nearly incompressible, so each deformation is given
/// volume-preserving (J = 1) and the unknown pressure is eliminated through a stress-free face: what is compared is the difference of two
/// Cauchy stresses.
#include "material_support.hpp"

#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::test {
namespace {

const char *const digits = "the tables carry eight digits; stiffness times 1e-8 of stretch is below 1e-5 kPa";

/// The table switches fibres off sharply at stretch 1; so does this within |I4 - 1| = 4e-5.
std::unique_ptr<physics::Material> sharp_holzapfel_ogden() {
  return material_with("holzapfel_ogden", "transition: 1e-9\n");
}

double tolerance(double value) {
  return 1e-5 + 1e-6 * std::abs(value);
}

class PublishedMaterials : public testing::Test {
protected:
  physics::FibreFrame frame_ = axes();
};

TEST_F(PublishedMaterials, HolzapfelOgdenShearsAsInThePaper) {
  const auto path = shared("reference/analytic/ho2009_simple_shear.csv");
  SKIP_WITHOUT(path);
  const auto table = csv_columns(path);
  const auto gamma = numbers(table.at("gamma"));
  const std::map<char, unsigned> axis{{'f', 0}, {'s', 1}, {'n', 2}};
  const auto material = sharp_holzapfel_ogden();
  for (const std::string plane : {"fs", "fn", "sf", "sn", "nf", "ns"}) {
    const unsigned i = axis.at(plane[0]), j = axis.at(plane[1]);
    const auto expected = numbers(table.at(plane));
    for (std::size_t row = 0; row < gamma.size(); ++row) {
      Deformation F = diagonal(1, 1, 1);
      F[j][i] = gamma[row];
      EXPECT_NEAR(cauchy(*material, F, frame_)[i][j], expected[row], tolerance(expected[row])) << plane << " " << gamma[row] << digits;
    }
  }
}

TEST_F(PublishedMaterials, HolzapfelOgdenPulledAlongOneAxis) {
  const auto path = shared("reference/analytic/ho2009_uniaxial.csv");
  SKIP_WITHOUT(path);
  const auto table = csv_columns(path);
  const auto f = numbers(table.at("lam_f")), s = numbers(table.at("lam_s")), expected = numbers(table.at("cauchy_kPa"));
  const auto material = sharp_holzapfel_ogden();
  for (std::size_t row = 0; row < f.size(); ++row) {
    const Stress sigma = cauchy(*material, diagonal(f[row], s[row], 1.0 / (f[row] * s[row])), frame_);
    const unsigned pulled = std::string("fsn").find(table.at("axis")[row]), one = (pulled + 1) % 3, other = (pulled + 2) % 3;
    EXPECT_NEAR(sigma[pulled][pulled] - sigma[one][one], expected[row], 1e-4 + 1e-5 * std::abs(expected[row])) << "row " << row << digits;
    EXPECT_NEAR(sigma[one][one], sigma[other][other], 1e-4 + 1e-5 * std::abs(expected[row])) << "both side faces are free; row " << row;
  }
}

TEST_F(PublishedMaterials, HolzapfelOgdenPulledAlongFibreAndSheet) {
  const auto path = shared("reference/analytic/ho2009_equibiaxial_fs.csv");
  SKIP_WITHOUT(path);
  const auto table = csv_columns(path);
  const auto lambda = numbers(table.at("lambda")), ff = numbers(table.at("sigma_ff_kPa")), ss = numbers(table.at("sigma_ss_kPa"));
  const auto material = sharp_holzapfel_ogden();
  for (std::size_t row = 0; row < lambda.size(); ++row) {
    const double l = lambda[row];
    const Stress sigma = cauchy(*material, diagonal(l, l, 1.0 / (l * l)), frame_);
    EXPECT_NEAR(sigma[0][0] - sigma[2][2], ff[row], tolerance(ff[row])) << digits;
    EXPECT_NEAR(sigma[1][1] - sigma[2][2], ss[row], tolerance(ss[row])) << digits;
  }
}

TEST_F(PublishedMaterials, HolzapfelOgdenSmoothSwitchIsCloseToTheSharpOneInTension) {
  const auto sharp = sharp_holzapfel_ogden(), smooth = material_with("holzapfel_ogden", "");
  const Deformation F = diagonal(1.05, 1.0, 1.0 / 1.05);
  const double expected = cauchy(*sharp, F, frame_)[0][0];
  EXPECT_NEAR(cauchy(*smooth, F, frame_)[0][0], expected, 0.01 * expected) << "1 - h and h'/k are below 1e-4 at I4 - 1 = 0.1";
}

TEST_F(PublishedMaterials, HealthyHumanHeartIsSofterThanExcisedPigTissue) {
  const auto pig = physics::materials().make("holzapfel_ogden"), human = physics::materials().make("holzapfel_ogden_human");
  const double l = 1.15, across = 1.0 / std::sqrt(l);
  const auto fibre_stress = [&](const physics::Material &material) {
    const Stress sigma = cauchy(material, diagonal(l, across, across), frame_);
    return sigma[0][0] - sigma[2][2];
  };
  EXPECT_NEAR(fibre_stress(*human), 3.8 + 0.12, 0.5) << "2 l^2 a_f x exp(b_f x^2) with x = l^2 - 1, and a little matrix, by hand";
  EXPECT_GT(fibre_stress(*pig), 10.0 * fibre_stress(*human));
}

TEST_F(PublishedMaterials, GuccionePulledAlongTheFibre) {
  const auto path = shared("reference/analytic/guccione_uniaxial_fibre.csv");
  SKIP_WITHOUT(path);
  const auto table = csv_columns(path);
  const auto lambda = numbers(table.at("lambda")), expected = numbers(table.at("cauchy_ff_kPa"));
  const auto material = physics::materials().make("guccione");
  for (std::size_t row = 0; row < lambda.size(); ++row) {
    const double across = 1.0 / std::sqrt(lambda[row]);
    const Stress sigma = cauchy(*material, diagonal(lambda[row], across, across), frame_);
    EXPECT_NEAR(sigma[0][0] - sigma[1][1], expected[row], tolerance(expected[row])) << digits;
  }
}

TEST_F(PublishedMaterials, GuccioneShortensUntilItBalancesItsActiveTension) {
  const auto path = shared("reference/analytic/guccione_free_active_contraction.csv");
  SKIP_WITHOUT(path);
  const auto table = csv_columns(path);
  const auto tension = numbers(table.at("Ta_kPa(S=Ta f0xf0)")), lambda = numbers(table.at("lambda_f"));
  const auto material = physics::materials().make("guccione");
  for (std::size_t row = 0; row < lambda.size(); ++row) {
    const double l = lambda[row], across = 1.0 / std::sqrt(l);
    const Stress sigma = cauchy(*material, diagonal(l, across, across), frame_);
    EXPECT_NEAR(sigma[0][0] - sigma[1][1] + tension[row] * l * l, 0.0, 1e-5) << digits;
  }
}

/// Pressure in an incompressible thick sphere (or plane-strain cylinder), p = m int (sigma_theta - sigma_r) dr / r with m = 2 (or 1), by
/// Simpson's rule over the reference radius.
double cavity_pressure(const physics::Material &material, double inner, double outer, double stretch, bool sphere) {
  const int intervals = 2000, power = sphere ? 3 : 2;
  const double shift = std::pow(stretch * inner, power) - std::pow(inner, power), h = (outer - inner) / intervals;
  double sum = 0;
  for (int i = 0; i <= intervals; ++i) {
    const double R = inner + i * h, r = std::pow(std::pow(R, power) + shift, 1.0 / power), l = r / R;
    const Deformation F = sphere ? diagonal(1.0 / (l * l), l, l) : diagonal(1.0 / l, l, 1.0);
    const Stress sigma = cauchy(material, F, axes());
    const double weight = i == 0 || i == intervals ? 1.0 : i % 2 ? 4.0 : 2.0;
    sum += weight * (sigma[1][1] - sigma[0][0]) / r * F[0][0];
  }
  return (sphere ? 2.0 : 1.0) * sum * h / 3.0;
}

TEST_F(PublishedMaterials, IsotropicGuccioneHoldsThePressureOfAThickSphere) {
  const auto path = shared("reference/analytic/thick_sphere_guccione_iso_C10_b1_A7_B10.csv");
  SKIP_WITHOUT(path);
  const auto table = csv_columns(path);
  const auto stretch = numbers(table.at("lambda_a")), pressure = numbers(table.at("pressure_kPa"));
  const auto material = material_with("guccione", "C: 10 kPa\nbf: 1\nbt: 1\nbfs: 1\n");
  for (std::size_t row = 0; row < stretch.size(); ++row)
    EXPECT_NEAR(cavity_pressure(*material, 7, 10, stretch[row], true), pressure[row], 1e-7 + 1e-6 * pressure[row])
        << "Simpson's rule over 2000 intervals is exact to rounding here";
}

TEST_F(PublishedMaterials, NeoHookeHoldsThePressureOfThickWalls) {
  const auto path = shared("reference/analytic/thick_wall_neohookean.csv");
  SKIP_WITHOUT(path);
  const auto table = csv_columns(path);
  const auto stretch = numbers(table.at("lambda_a")), pressure = numbers(table.at("pressure_over_units_of_mu"));
  const auto inner = numbers(table.at("A")), outer = numbers(table.at("B"));
  const auto material = material_with("neo_hooke", "mu: 1 kPa\n");
  for (std::size_t row = 0; row < stretch.size(); ++row)
    EXPECT_NEAR(cavity_pressure(*material, inner[row], outer[row], stretch[row], table.at("shape")[row] == "sphere"), pressure[row], 1e-7)
        << "the table carries ten digits; Simpson's rule over 2000 intervals is exact to rounding here";
}

} // namespace
} // namespace corvivo::test
