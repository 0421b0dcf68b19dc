#pragma once
/// DICOM cine series of a cardiac exam: what there is, where it lies, when it was acquired; and exports that do not say whose it is.
/// DICOM PS3.3 C.7.6.2 (image plane), C.7.6.1 and C.8.3 (MR image, trigger time), PS3.15 annex E (de-identification).
#include <io/base/image.hpp>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::io {

/// One image file: what its header says. `row` is the direction in which the column index grows (LPS), `column` that of the row index.
struct DicomImage {
  std::string file;
  std::string patient, series; ///< PatientID and SeriesInstanceUID: identifying, never exported
  std::string description, modality;
  int series_number = 0, instance = 0;
  std::size_t columns = 0, rows = 0;
  Vector3 position{}, row{}, column{}; ///< mm, LPS: centre of the first pixel, unit vectors
  std::array<double, 2> spacing{};     ///< mm from column to column, from row to row
  double thickness = 0;                ///< mm, 0 when the header does not say
  double trigger_time = -1;            ///< ms after the R wave, -1 when the header does not say
  double rr_interval = 0;              ///< ms, 0 when the header does not say
  std::string rr_source;               ///< "NominalInterval" or "HeartRate"
};

/// A cine: the same slices at the same phases. slices() x phases() images, slice after slice along the normal row x column.
struct DicomSeries {
  std::vector<DicomImage> images; ///< image of slice s and phase p at s * phases + p
  std::size_t phases = 0;
  double pitch = 0; ///< mm from slice to slice; the thickness where there is one slice
  std::size_t slices() const { return phases == 0 ? 0 : images.size() / phases; }
  const DicomImage &image(std::size_t slice, std::size_t phase) const { return images[slice * phases + phase]; }
  /// Trigger times of the first slice, ms.
  std::vector<double> trigger_times() const;
  /// Mean over the slices, which are acquired in breath-holds of their own, ms; 0 when a header does not say.
  double rr_interval() const;
  std::array<double, 2> rr_range() const;
};

/// Header of a file, after a look at its structure that keeps damaged files from GDCM. Throws CaseError.
DicomImage read_dicom_header(const std::string &content, const std::string &path);
/// Pixels (columns fastest) after rescaling. Throws CaseError for colours, several frames in a file, or more bytes than the file can hold.
std::vector<float> read_dicom_pixels(const std::string &content, const std::string &path);

/// Every series below `folder`, ordered by number. Files that are not DICOM are passed over; `notes` says how many, and what was left out
/// and why. Throws CaseError where no series is found, where patients are mixed, or where a series is not a whole grid of slices and
/// phases.
std::vector<DicomSeries> read_dicom_folder(const std::filesystem::path &folder, std::vector<std::string> &notes);

/// Series of single slices that are parallel, of one grid and evenly spaced (within 1 mm), put together; a short-axis stack is often stored
/// so. Others stay as they are.
std::vector<DicomSeries> joined_stacks(std::vector<DicomSeries> series);

/// A table for people, with free text of the scanner (series descriptions) and without names: number, description, size, spacing, slices,
/// pitch, phases, R-R and heart rate.
std::string series_table(const std::vector<DicomSeries> &series);

/// Geometry of a series as an image without voxels (RAS, mm).
Image dicom_geometry(const DicomSeries &series);
/// The stack at one phase (from 0), RAS mm. Slices run along the third axis.
Image read_dicom_phase(const DicomSeries &series, std::size_t phase);

/// Writes into `folder`, for each series: series_NN.nii.gz (all phases), dicom/series_NN/*.dcm (only what geometry, timing and display
/// need: no name, no date, no private element, no text of the scanner, new UIDs), and series.csv for all. The patient is a code that only
/// the holder of `key` can repeat: HMAC-SHA256(key, PatientID). Throws CaseError for a key below 16 bytes.
void export_dicom(const std::vector<DicomSeries> &series, const std::string &key, const std::filesystem::path &folder);

} // namespace corvivo::io
