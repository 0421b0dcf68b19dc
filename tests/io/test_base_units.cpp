#include <io/base/errors.hpp>
#include <io/base/units.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace corvivo::io;

namespace {

std::string message_of(const std::string &text, const std::string &unit) {
  try {
    parse_quantity(text, unit);
  } catch (const CaseError &error) {
    return error.what();
  }
  return "nothing was thrown";
}

} // namespace

TEST(Units, ConvertAsTheirDefinitionsSay) {
  EXPECT_DOUBLE_EQ(conversion_factor("mmHg", "kPa"), 0.133322387415) << "BIPM: conventional millimetre of mercury";
  EXPECT_DOUBLE_EQ(conversion_factor("mL", "mm^3"), 1000);
  EXPECT_DOUBLE_EQ(conversion_factor("min", "s"), 60);
  EXPECT_DOUBLE_EQ(conversion_factor("bpm", "1/s"), 1.0 / 60);
  EXPECT_DOUBLE_EQ(conversion_factor("deg", "rad"), std::acos(-1.0) / 180);
  EXPECT_DOUBLE_EQ(conversion_factor("%", "1"), 0.01);
  EXPECT_DOUBLE_EQ(conversion_factor("mM", "umol/L"), 1000);
  EXPECT_DOUBLE_EQ(conversion_factor("mmHg*mL", "J"), 1.33322387415e-4) << "stroke work";
}

TEST(Units, TheInternalSystemIsConsistent) { // design: mm, ms, mg, mV, uA, mS, uF, kPa
  EXPECT_NEAR(conversion_factor("kPa", "mg/(mm*ms^2)"), 1, 1e-12);
  EXPECT_NEAR(conversion_factor("mS*mV", "uA"), 1, 1e-12);
  EXPECT_NEAR(conversion_factor("uF*mV/ms", "uA"), 1, 1e-12);
}

TEST(Units, ProductsQuotientsPowersAndParentheses) {
  EXPECT_NEAR(conversion_factor("uA/cm^3", "uA/mm3"), 1e-3, 1e-15);
  EXPECT_NEAR(conversion_factor("mmHg*s/mL", "kPa*ms/mm^3"), 0.133322387415, 1e-12);
  EXPECT_NEAR(conversion_factor("mmHg*s/mL", "mmHg/(mL/s)"), 1, 1e-12);
  EXPECT_NEAR(conversion_factor("mL/(s*mmHg)", "mL/s/mmHg"), 1, 1e-12);
  EXPECT_NEAR(conversion_factor("m/s*kg", "kg*m/s"), 1, 1e-12) << "only what follows the '/' divides";
  EXPECT_NEAR(conversion_factor("1/(mm)*mm", "1"), 1, 1e-12);
  EXPECT_NEAR(conversion_factor("(cm/s)^2", "mm2/s2"), 100, 1e-12);
  EXPECT_NEAR(conversion_factor("kg m^-3", "mg/mm^3"), 1e-3, 1e-15);
  EXPECT_NEAR(conversion_factor("1/ms", "Hz"), 1000, 1e-9);
  EXPECT_NEAR(conversion_factor("\xC2\xB5m\xC2\xB2/ms", "um^2/ms"), 1, 1e-12) << "µm²";
  EXPECT_NEAR(conversion_factor("\xC2\xB0/cm", "deg/cm"), 1, 1e-12);
}

TEST(Units, OfAnotherDimensionAreRefused) {
  EXPECT_THROW(conversion_factor("kg", "mm"), CaseError);
  EXPECT_THROW(conversion_factor("mmHg*s", "mmHg/s"), CaseError);
  EXPECT_THROW(conversion_factor("deg", "1"), CaseError);
  EXPECT_THROW(conversion_factor("V", "mS"), CaseError);
}

TEST(Units, ThatCannotBeReadAreRefused) {
  for (const char *bad :
       {"", "/", "mm/", "*mm", "mm**s", "mm^", "mm^x", "mm^2.5", "mm^99", "(mm", "mm)", "()", "mm;", "furlong", "mm^^2", "2mm"})
    EXPECT_THROW(conversion_factor(bad, "s"), CaseError) << bad;
}

TEST(Quantity, IsReadInTheAskedUnit) {
  EXPECT_DOUBLE_EQ(parse_quantity("0.17 S/m", "S/m"), 0.17);
  EXPECT_DOUBLE_EQ(parse_quantity("0.17 S/m", "mS/mm"), 0.17);
  EXPECT_DOUBLE_EQ(parse_quantity("120mmHg", "mmHg"), 120);
  EXPECT_DOUBLE_EQ(parse_quantity("  +1.5e-1 cm  ", "mm"), 1.5);
  EXPECT_DOUBLE_EQ(parse_quantity("-86.2 mV", "mV"), -86.2);
  EXPECT_DOUBLE_EQ(parse_quantity("0.6", "1"), 0.6);
  EXPECT_DOUBLE_EQ(parse_quantity("60 %", "1"), 0.6);
}

TEST(Quantity, WithoutItsUnitIsRefusedWithWhatToWrite) {
  const std::string message = message_of("120", "mmHg");
  EXPECT_NE(message.find("without a unit"), std::string::npos) << message;
  EXPECT_NE(message.find("try '120 mmHg'"), std::string::npos) << message;
}

TEST(Quantity, OfAnotherDimensionSaysWhatWasFoundAndExpected) {
  const std::string message = message_of("5 kg", "mm");
  for (const char *part : {"found '5 kg'", "expected a number with unit 'mm'", "'kg' is not a unit like 'mm'"})
    EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
  EXPECT_NE(message_of("5 furlong", "mm").find("unknown unit 'furlong'"), std::string::npos);
  EXPECT_NE(message_of("5 mm", "1").find("without a unit"), std::string::npos);
}

TEST(Quantity, WithADecimalCommaSaysWhatToWrite) {
  const std::string message = message_of("0,5 uM", "uM");
  for (const char *part : {"found '0,5 uM' with a comma in its number", "expected a point for decimals", "try '0.5 uM'"})
    EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
  EXPECT_NE(message_of("0,5", "1").find("try '0.5'"), std::string::npos);
}

TEST(Quantity, ThatIsNoFiniteNumberIsRefused) {
  for (const char *bad : {"", "   ", "mm", "ten mm", "nan mm", "inf mm", "1e999 mm", "1,5 mm", "1.2.3 mm", "+-3 mm", "--3 mm", "1e308 m"})
    EXPECT_THROW(parse_quantity(bad, "mm"), CaseError) << bad;
}

TEST(Quantity, PrintedReadsBackToTheSameDouble) {
  for (const double value : {0.1, 1.0 / 3, 1e-300, 6.02214076e23, -0.0, 5e-324, std::numeric_limits<double>::max()}) {
    EXPECT_EQ(parse_quantity(print_quantity(value, "kPa"), "kPa"), value);
    EXPECT_EQ(parse_quantity(print_quantity(value, "1"), "1"), value);
  }
  EXPECT_EQ(print_quantity(0.17, "S/m"), "0.17 S/m");
  EXPECT_EQ(print_number(0.1), "0.1");
}
