#pragma once
#include <io/report/report.hpp>

namespace corvivo::test {

/// Plausible made-up data for every part of the page: an ellipsoid for the heart, bumps for the ECG, a beat of an elastance.
io::ReportData sample_report();

} // namespace corvivo::test
