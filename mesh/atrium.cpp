#include <mesh/atrium.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::mesh {

using io::cross;
using io::dot;
using io::norm;
using io::normalized;
using io::Vector3;
using io::operator+;
using io::operator-;
using io::operator*;

namespace {

using Json = nlohmann::json;

/// Points under `name`_lps_mm, else those under `name`_px_col_row in millimetres of the image's own plane; empty where there are neither.
std::vector<Vector3> points_of(const Json &contour, const std::string &name) {
  std::vector<Vector3> points;
  if (contour.contains(name + "_lps_mm")) {
    contour.at(name + "_lps_mm").get_to(points);
  } else if (contour.contains(name + "_px_col_row")) {
    const auto spacing = contour.at("pixel_spacing_mm").get<std::array<double, 2>>();
    for (const auto &pixel : contour.at(name + "_px_col_row").get<std::vector<std::array<double, 2>>>())
      points.push_back({pixel[0] * spacing[1], pixel[1] * spacing[0], 0});
  }
  return points;
}

AtrialContour contour_of(const Json &json, const std::string &place) {
  AtrialContour contour;
  json.at("view").get_to(contour.view);
  if (contour.view != "4CH" && contour.view != "2CH")
    throw io::CaseError(place + ": found the view '" + contour.view + "', expected 4CH or 2CH");
  json.at("frame_index").get_to(contour.frame);
  const std::string phase = json.value("phase", "");
  contour.phase = phase.rfind("ED", 0) == 0 ? "ED" : phase.rfind("ES", 0) == 0 ? "ES" : "";
  contour.points = points_of(json, "contour");
  if (contour.points.size() < 5)
    throw io::CaseError(place + ": found " + std::to_string(contour.points.size()) +
                        " points, expected a contour of at least five (contour_lps_mm or contour_px_col_row)");
  const std::vector<Vector3> annulus = points_of(json, "mitral_annulus");
  contour.annulus_from = annulus.size() == 2 ? annulus[0] : contour.points.front();
  contour.annulus_to = annulus.size() == 2 ? annulus[1] : contour.points.back();
  for (const Vector3 &p : contour.points)
    if (!(norm(p) < 1e4))
      throw io::CaseError(place + ": a point lies more than 10 m away, or is no number");
  return contour;
}

} // namespace

std::vector<AtrialContour> read_atrial_contours(const std::filesystem::path &file) {
  std::vector<AtrialContour> contours;
  try {
    const Json json = Json::parse(io::read_file(file.string()));
    for (const Json &contour : json.at("contours"))
      contours.push_back(contour_of(contour, file.string() + ": contour " + std::to_string(contours.size() + 1)));
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(file.string() + ": not a file of atrial contours (" + error.what() +
                        "); expected JSON with contours, each with view, frame_index and contour_lps_mm or contour_px_col_row");
  }
  return contours;
}

AtrialMeasures measure(const AtrialContour &contour) {
  const std::vector<Vector3> &p = contour.points;
  Vector3 twice{};
  for (std::size_t i = 1; i + 1 < p.size(); ++i)
    twice = twice + cross(p[i] - p[0], p[i + 1] - p[0]);
  AtrialMeasures m;
  m.area = 0.5 * norm(twice);
  m.annulus = norm(contour.annulus_to - contour.annulus_from);
  const Vector3 middle = 0.5 * (contour.annulus_from + contour.annulus_to), along = normalized(contour.annulus_to - contour.annulus_from);
  const Vector3 away = normalized(cross(twice, along));
  for (std::size_t i = 0; i < p.size(); ++i) { // where the contour crosses the line at right angles to the annulus
    const Vector3 from = p[i] - middle, to = p[(i + 1) % p.size()] - middle;
    const double s = dot(from, along), e = dot(to, along);
    if ((s < 0) == (e < 0))
      continue;
    m.length = std::max(m.length, std::abs(dot(from, away) + s / (s - e) * dot(to - from, away)));
  }
  if (!(m.length > 0 && m.area > 0 && m.annulus > 0))
    throw io::CaseError("the atrial contour in view " + contour.view + ", frame " + std::to_string(contour.frame) +
                        ", has no wall opposite the middle of its annulus; trace it from one end of the annulus round to the other");
  return m;
}

double biplane_volume(const AtrialMeasures &four_chambers, const AtrialMeasures &two_chambers, double length) {
  return 8 * four_chambers.area * two_chambers.area / (3 * M_PI * length) / io::mm3_per_mL;
}

namespace {

void add_annulus(const AtrialMeasures &four, const AtrialMeasures &two, const std::string &phase, io::Quantities &quantities) {
  quantities.set("mitral_annulus_4ch_" + phase, four.annulus, "mm");
  quantities.set("mitral_annulus_2ch_" + phase, two.annulus, "mm");
  quantities.set("mitral_annulus_diameter_" + phase, 0.5 * (four.annulus + two.annulus), "mm");
}

} // namespace

void add_atrial_measures(const std::vector<AtrialContour> &contours, io::Quantities &quantities) {
  std::map<int, std::map<std::string, AtrialContour>> frames;
  for (const AtrialContour &contour : contours)
    if (!frames[contour.frame].emplace(contour.view, contour).second)
      throw io::CaseError("the atrial contours have two of view " + contour.view + " in frame " + std::to_string(contour.frame) +
                          "; expected one");
  const auto set = [&](const std::string &name, double shorter, double mean) {
    io::Quantity &quantity = quantities.set(name, shorter, "mL");
    if (name == "la_volume_max")
      quantity.reference_range =
          io::ReferenceRange{30, 110, "Petersen 2017, J Cardiovasc Magn Reson 19:18, UK Biobank (from memory, to be re-checked)"};
    quantities.set(name + "_mean_length", mean, "mL");
  };
  double smallest = 1e300, largest = 0;
  for (auto &[frame, views] : frames) {
    if (views.size() < 2)
      continue;
    const AtrialMeasures four = measure(views["4CH"]), two = measure(views["2CH"]);
    const double shorter = biplane_volume(four, two, std::min(four.length, two.length)),
                 mean = biplane_volume(four, two, 0.5 * (four.length + two.length));
    if (shorter < smallest)
      set("la_volume_min", shorter, mean);
    if (shorter > largest)
      set("la_volume_max", shorter, mean);
    smallest = std::min(smallest, shorter);
    largest = std::max(largest, shorter);
    const std::string &phase = views["4CH"].phase;
    if (phase == "ED")
      set("la_volume_lv_ed", shorter, mean);
    if (!phase.empty())
      add_annulus(four, two, phase == "ED" ? "ed" : "es", quantities);
  }
  if (largest == 0)
    throw io::CaseError("the atrial contours have no frame with both views; biplane volumes need 4CH and 2CH of one frame");
}

} // namespace corvivo::mesh
