#include <io/formats/dicom.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <io/formats/dicom_structure.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

namespace corvivo::io {

namespace {

constexpr double same_place = 0.05; // mm along the normal

Vector3 normal_of(const DicomImage &image) {
  return cross(image.row, image.column);
}
double height_of(const DicomImage &image) {
  return dot(image.position, normal_of(image));
}
bool same_grid(const DicomImage &a, const DicomImage &b) {
  return a.rows == b.rows && a.columns == b.columns && std::abs(a.spacing[0] - b.spacing[0]) < 1e-3 &&
         std::abs(a.spacing[1] - b.spacing[1]) < 1e-3 && dot(a.row, b.row) > 0.9999 && dot(a.column, b.column) > 0.9999;
}

/// Slices along the normal, each with its images in order of time.
std::vector<std::vector<DicomImage>> slices_of(std::vector<DicomImage> images) {
  std::stable_sort(images.begin(), images.end(), [](const DicomImage &a, const DicomImage &b) { return height_of(a) < height_of(b); });
  std::vector<std::vector<DicomImage>> slices;
  for (DicomImage &image : images) {
    if (slices.empty() || height_of(image) > height_of(slices.back().front()) + same_place)
      slices.emplace_back();
    slices.back().push_back(std::move(image));
  }
  for (auto &slice : slices)
    std::sort(slice.begin(), slice.end(), [](const DicomImage &a, const DicomImage &b) {
      return a.trigger_time != b.trigger_time ? a.trigger_time < b.trigger_time : a.instance < b.instance;
    });
  return slices;
}

std::string name_of(const DicomImage &image) {
  return "series " + std::to_string(image.series_number);
}

double pitch_of(const std::vector<std::vector<DicomImage>> &slices, const std::string &name) {
  if (slices.size() < 2)
    return slices.front().front().thickness;
  const double first = height_of(slices.front().front());
  const double pitch = (height_of(slices.back().front()) - first) / static_cast<double>(slices.size() - 1);
  for (std::size_t s = 0; s < slices.size(); ++s)
    if (const double expected = first + pitch * static_cast<double>(s), found = height_of(slices[s].front());
        std::abs(found - expected) > 1)
      throw CaseError(name + ": its slices are not evenly spaced (slice " + std::to_string(s + 1) + " is " + fixed(found - first, 1) +
                      " mm from the first; expected " + fixed(expected - first, 1) + "); is one missing?");
  return pitch;
}

DicomSeries series_of(std::vector<DicomImage> images) {
  const DicomImage first = images.front();
  for (const DicomImage &image : images)
    if (!same_grid(first, image))
      throw CaseError(name_of(first) + ": mixes images of different size, spacing or orientation (" + image.file + ")");
  const auto slices = slices_of(std::move(images));
  DicomSeries series;
  series.phases = slices.front().size();
  series.pitch = pitch_of(slices, name_of(first));
  for (const auto &slice : slices) {
    if (slice.size() != series.phases)
      throw CaseError(name_of(first) + ": one slice has " + std::to_string(series.phases) + " images and another " +
                      std::to_string(slice.size()) + "; a file is missing or double: copy the series again");
    series.images.insert(series.images.end(), slice.begin(), slice.end());
  }
  return series;
}

void check_one_patient(const std::map<std::string, std::vector<DicomImage>> &by_series, const std::string &folder) {
  std::set<std::string> patients;
  for (const auto &entry : by_series)
    for (const DicomImage &image : entry.second)
      patients.insert(image.patient);
  if (patients.size() > 1)
    throw CaseError(folder + ": holds images of " + std::to_string(patients.size()) + " patients; expected one folder a patient");
}

std::vector<std::string> files_below(const std::filesystem::path &folder) {
  std::vector<std::string> files;
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    throw CaseError(folder.string() + ": is no folder; expected one with DICOM files");
  for (auto at = std::filesystem::recursive_directory_iterator(folder, std::filesystem::directory_options::skip_permission_denied, error);
       !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error))
    if (at->is_regular_file(error) && at->file_size(error) < 1000000000U)
      files.push_back(at->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

} // namespace

std::vector<double> DicomSeries::trigger_times() const {
  std::vector<double> times;
  for (std::size_t p = 0; p < phases; ++p)
    times.push_back(image(0, p).trigger_time);
  return times;
}

std::array<double, 2> DicomSeries::rr_range() const {
  std::array<double, 2> range{images.front().rr_interval, images.front().rr_interval};
  for (const DicomImage &i : images)
    range = {std::min(range[0], i.rr_interval), std::max(range[1], i.rr_interval)};
  return range;
}

double DicomSeries::rr_interval() const {
  double sum = 0;
  for (const DicomImage &i : images)
    sum += i.rr_interval;
  return rr_range()[0] > 0 ? sum / static_cast<double>(images.size()) : 0;
}

std::vector<DicomSeries> read_dicom_folder(const std::filesystem::path &folder, std::vector<std::string> &notes) {
  std::map<std::string, std::vector<DicomImage>> by_series;
  std::size_t others = 0;
  const std::vector<std::string> files = files_below(folder);
  Progress progress("reading " + folder.string(), static_cast<double>(files.size()), "files");
  for (std::size_t f = 0; f < files.size(); ++f) {
    progress.update(static_cast<double>(f));
    const std::string content = read_file(files[f]);
    if (!is_dicom(content)) {
      ++others;
      continue;
    }
    try {
      DicomImage image = read_dicom_header(content, files[f]);
      by_series[image.series].push_back(std::move(image));
    } catch (const CaseError &error) {
      notes.push_back(std::string("left out: ") + error.what());
    }
  }
  if (others > 0)
    notes.push_back(std::to_string(others) + " files that are not DICOM were passed over");
  if (by_series.empty())
    throw CaseError(folder.string() + ": holds no DICOM image that can be read" + (notes.empty() ? "" : ":\n  " + join(notes, "\n  ")));
  check_one_patient(by_series, folder.string());
  std::vector<DicomSeries> all;
  for (auto &entry : by_series)
    all.push_back(series_of(std::move(entry.second)));
  std::stable_sort(all.begin(), all.end(), [](const DicomSeries &a, const DicomSeries &b) {
    return a.images.front().series_number < b.images.front().series_number;
  });
  return all;
}

std::vector<DicomSeries> joined_stacks(std::vector<DicomSeries> series) {
  std::vector<DicomSeries> joined;
  std::vector<char> used(series.size(), 0);
  for (std::size_t a = 0; a < series.size(); ++a) {
    if (used[a])
      continue;
    std::vector<DicomImage> images = series[a].images;
    for (std::size_t b = a + 1; b < series.size() && series[a].slices() == 1; ++b) {
      const DicomImage &first = series[a].images.front(), &other = series[b].images.front();
      const Vector3 apart = other.position - first.position;
      const double sideways = norm(apart - dot(apart, normal_of(first)) * normal_of(first));
      if (used[b] || series[b].slices() != 1 || series[b].phases != series[a].phases || !same_grid(first, other) || sideways > 1)
        continue;
      used[b] = 1;
      images.insert(images.end(), series[b].images.begin(), series[b].images.end());
    }
    try {
      joined.push_back(series_of(images));
    } catch (const CaseError &) { // not evenly spaced: each stays on its own
      joined.push_back(series[a]);
      for (std::size_t b = a + 1; b < series.size(); ++b)
        for (const DicomImage &image : images)
          if (image.file == series[b].images.front().file)
            used[b] = 0;
    }
  }
  return joined;
}

std::string series_table(const std::vector<DicomSeries> &series) {
  std::string table =
      "  series  slices  phases  pixels      pixel [mm]     pitch [mm]    R-R [ms]  rate [1/min]  trigger times [ms]  description\n";
  for (const DicomSeries &s : series) {
    const DicomImage &first = s.images.front();
    const std::string pixels = std::to_string(first.columns) + " x " + std::to_string(first.rows),
                      spacing = fixed(first.spacing[0], 3) + " x " + fixed(first.spacing[1], 3), low = fixed(s.rr_range()[0], 0),
                      high = fixed(s.rr_range()[1], 0), rr = s.rr_interval() > 0 ? (low == high ? low : low + " to " + high) : "-",
                      rate = s.rr_interval() > 0 ? fixed(60000 / s.rr_interval(), 1) : "-",
                      times = first.trigger_time < 0 ? "-" : fixed(first.trigger_time, 1) + " to " + fixed(s.trigger_times().back(), 1);
    char line[256];
    std::snprintf(line, sizeof line, "  %-6d  %6zu  %6zu  %-10s  %-13s  %10s  %10s  %12s  %-18s  %.60s\n", first.series_number, s.slices(),
                  s.phases, pixels.c_str(), spacing.c_str(), fixed(s.pitch, 2).c_str(), rr.c_str(), rate.c_str(), times.c_str(),
                  first.description.c_str());
    table += line;
  }
  return table;
}

} // namespace corvivo::io
