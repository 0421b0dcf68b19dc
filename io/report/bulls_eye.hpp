#pragma once
/// The 17 segments of the left ventricle as cardiologists draw them, as inline SVG.
#include <array>
#include <string>

namespace corvivo::io {

/// The whole `<svg>` element: rings from base (outside) to apex (middle), anterior on top, septum on the left, as seen from the apex
/// (Cerqueira et al., Circulation 105:539, 2002). `values[i]` is that of segment i + 1, in `unit`; one that is not finite is grey with a
/// dash. Numbers carry one decimal. `what` is told to readers who cannot see the picture. All text is escaped.
std::string bulls_eye(const std::array<double, 17> &values, const std::string &unit, const std::string &what);

} // namespace corvivo::io
