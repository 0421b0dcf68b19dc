#include <io/formats/dicom.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>
#include <io/formats/dicom_structure.hpp>
#include <io/formats/keyed_code.hpp>
#include <io/formats/label_image.hpp>

#include <gdcmException.h>
#include <gdcmReader.h>
#include <gdcmTrace.h>
#include <gdcmWriter.h>

#include <cstdio>
#include <sstream>

namespace corvivo::io {

namespace {

using gdcm::Tag;

/// What geometry, timing and display need. Everything else is left behind: names, dates, free text, private elements, sequences and
/// whatever a later scanner may invent. Stricter than the basic profile of PS3.15 annex E, which removes by name.
const Tag kept[] = {{0x0008, 0x0008}, // image type: replaced by its first two values
                    {0x0008, 0x0016}, // SOP class
                    {0x0008, 0x0060}, // modality
                    {0x0018, 0x0023}, {0x0018, 0x0050}, {0x0018, 0x0080}, {0x0018, 0x0081}, {0x0018, 0x0087}, {0x0018, 0x0088},
                    {0x0018, 0x1060}, {0x0018, 0x1062}, {0x0018, 0x1088}, {0x0018, 0x1090}, {0x0018, 0x1314}, {0x0018, 0x5100},
                    {0x0020, 0x0011}, {0x0020, 0x0013}, {0x0020, 0x0032}, {0x0020, 0x0037}, {0x0020, 0x1041}, {0x0028, 0x0002},
                    {0x0028, 0x0004}, {0x0028, 0x0010}, {0x0028, 0x0011}, {0x0028, 0x0030}, {0x0028, 0x0100}, {0x0028, 0x0101},
                    {0x0028, 0x0102}, {0x0028, 0x0103}, {0x0028, 0x1050}, {0x0028, 0x1051}, {0x0028, 0x1052}, {0x0028, 0x1053},
                    {0x7fe0, 0x0010}};
const Tag uids[] = {
    {0x0008, 0x0018}, {0x0020, 0x000d}, {0x0020, 0x000e}, {0x0020, 0x0052}}; // SOP instance, study, series, frame of reference

std::string value_of(const gdcm::DataSet &data, const Tag &tag) {
  const gdcm::ByteValue *bytes = data.FindDataElement(tag) ? data.GetDataElement(tag).GetByteValue() : nullptr;
  std::string text = bytes ? std::string(bytes->GetPointer(), bytes->GetLength()) : std::string();
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0'))
    text.pop_back();
  return text;
}

void put(gdcm::DataSet &data, const Tag &tag, gdcm::VR::VRType vr, std::string text) {
  if (text.size() % 2 != 0)
    text += vr == gdcm::VR::UI ? '\0' : ' ';
  gdcm::DataElement element(tag);
  element.SetVR(vr);
  element.SetByteValue(text.data(), static_cast<std::uint32_t>(text.size()));
  data.Replace(element);
}

/// Values of a closed set cannot name anyone; anything else in such an element is not copied.
std::string image_type(const std::string &value) {
  return value.rfind("DERIVED", 0) == 0 ? "DERIVED\\PRIMARY" : "ORIGINAL\\PRIMARY";
}

gdcm::DataSet pseudonymised(const gdcm::DataSet &from, const std::string &key, const std::string &code) {
  gdcm::DataSet to;
  for (const Tag &tag : kept)
    if (from.FindDataElement(tag))
      to.Insert(from.GetDataElement(tag));
  put(to, {0x0008, 0x0008}, gdcm::VR::CS, image_type(value_of(from, {0x0008, 0x0008})));
  for (const Tag &tag : uids)
    if (const std::string uid = value_of(from, tag); !uid.empty())
      put(to, tag, gdcm::VR::UI, keyed_uid(key, uid));
  put(to, {0x0010, 0x0010}, gdcm::VR::PN, code);
  put(to, {0x0010, 0x0020}, gdcm::VR::LO, code);
  put(to, {0x0012, 0x0062}, gdcm::VR::CS, "YES");
  put(to, {0x0012, 0x0063}, gdcm::VR::LO, "Corvivo: geometry, timing and pixels kept; keyed code and UIDs");
  return to;
}

void export_file(const DicomImage &image, const std::string &key, const std::string &code, const std::filesystem::path &path) {
  gdcm::Trace::WarningOff();
  gdcm::Trace::ErrorOff();
  gdcm::Reader reader;
  std::istringstream in(checked_dicom(read_file(image.file), image.file));
  reader.SetStream(in);
  gdcm::Writer writer;
  std::ostringstream out;
  try {
    if (!reader.Read())
      throw CaseError(image.file + ": is damaged DICOM; copy or export it again");
    const gdcm::File &file = reader.GetFile();
    writer.GetFile().SetDataSet(pseudonymised(file.GetDataSet(), key, code));
    writer.GetFile().GetHeader().SetDataSetTransferSyntax(file.GetHeader().GetDataSetTransferSyntax());
    writer.CheckFileMetaInformationOn();
    writer.SetStream(out);
    if (!writer.Write())
      throw CaseError(image.file + ": cannot be written again by GDCM; is its header complete?");
  } catch (const gdcm::Exception &error) {
    throw CaseError(image.file + ": is damaged DICOM (" + error.GetDescription() + "); copy or export it again");
  }
  write_file(path.string(), out.str());
}

std::string number(const char *format, std::size_t value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string table_row(const DicomSeries &series, std::size_t order, const std::string &code) {
  const DicomImage &first = series.images.front();
  const auto text = [](double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", value);
    return std::string(buffer);
  };
  std::vector<std::string> cells{number("%02zu", order),          code,
                                 std::to_string(series.slices()), std::to_string(series.phases),
                                 std::to_string(first.columns),   std::to_string(first.rows)};
  for (const double value :
       {first.spacing[0], first.spacing[1], series.pitch, series.rr_interval(), first.trigger_time, series.trigger_times().back()})
    cells.push_back(text(value));
  for (const Vector3 &v : {first.position, first.row, first.column})
    for (const double x : v)
      cells.push_back(text(x));
  return join(cells, ",") + "\n";
}

void make_folder(const std::filesystem::path &folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw CaseError(folder.string() + ": cannot be made (" + error.message() + "); choose another --output");
}

} // namespace

void export_dicom(const std::vector<DicomSeries> &series, const std::string &key, const std::filesystem::path &folder) {
  make_folder(folder);
  std::string table =
      "series,patient,slices,phases,columns,rows,column_spacing [mm],row_spacing [mm],pitch [mm],rr_interval [ms],"
      "first_trigger [ms],last_trigger [ms],x [mm LPS],y [mm LPS],z [mm LPS],row_x,row_y,row_z,column_x,column_y,column_z\n";
  std::size_t files = 0, done = 0;
  for (const DicomSeries &s : series)
    files += s.images.size();
  Progress progress("exporting", static_cast<double>(files), "images");
  for (std::size_t n = 0; n < series.size(); ++n) {
    const DicomSeries &s = series[n];
    const std::string code = patient_code(key, s.images.front().patient), name = number("series_%02zu", n + 1);
    make_folder(folder / "dicom" / name);
    for (std::size_t i = 0; i < s.images.size(); ++i, progress.update(static_cast<double>(++done)))
      export_file(s.images[i], key, code, folder / "dicom" / name / number("image_%04zu.dcm", i + 1));
    std::vector<Image> phases;
    for (std::size_t p = 0; p < s.phases; ++p)
      phases.push_back(read_dicom_phase(s, p));
    const auto times = s.trigger_times();
    const double step = s.phases > 1 ? (times.back() - times.front()) / static_cast<double>(s.phases - 1) : 0;
    write_nifti(phases, step, (folder / (name + ".nii.gz")).string());
    table += table_row(s, n + 1, code);
  }
  write_file((folder / "series.csv").string(), table);
}

} // namespace corvivo::io
