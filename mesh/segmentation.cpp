#include <mesh/segmentation.hpp>

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/atrium.hpp>
#include <mesh/reslice.hpp>
#include <mesh/segmentation_checks.hpp>
#include <mesh/segmentation_repair.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

void SegmentationOptions::describe(io::Schema &schema) {
  schema.file("ed", ed,
              "Label map at end-diastole: short-axis stack as .nii, .nii.gz, .nrrd or .mha; or surfaces with "
              "an array class, or a folder with one surface file each (names that end in base, epi, endo_lv, endo_rv).",
              true);
  schema.file("es", es, "Label map at end-systole; without it there is no ejection fraction.");
  schema.integer("ed_frame", ed_frame, 0, 10000, "Which volume of 'ed' is end-diastole where the file holds several, counted from 1.");
  schema.integer("es_frame", es_frame, 0, 10000, "Which volume of 'es' is end-systole where the file holds several, counted from 1.");
  schema.section("labels", labels, "What the numbers in the maps mean: acdc, emidec, mnms or ukbb, or each number spelt out.",
                 label_conventions(), label_convention);
  schema.optional_section("late_enhancement", late_enhancement,
                          "Scar and border zone by the intensity of a late-gadolinium image within the end-diastolic wall, instead of by "
                          "labels.");
  schema.file(
      "atrium", atrium,
      "Contours of the left atrium in the four- and two-chamber view (JSON): its volumes by biplane area and length, and the mitral "
      "annulus.",
      false);
  schema.choice("mirrored", mirrored, {"refused", "allowed"},
                "What to do when the header puts the right ventricle on the patient's left: a mirrored affine, or dextrocardia.");
  schema.choice(
      "slice_shifts", slice_shifts, {"corrected", "reported", "ignored"},
      "Slices that lie off the ventricle's long axis, because the breath was held differently: moved back within their plane, only "
      "reported, or not looked for.");
}

void SegmentationOptions::check() const {
  if (late_enhancement)
    late_enhancement->check(labels);
}

namespace {

/// Volumes as the file shows them, before any repair, mL.
struct RawVolumes {
  double cavity = 0, wall = 0, right = 0;
};

/// One phase, ready.
struct Phase {
  RawVolumes raw;
  io::Image labels;
  BasePlane base;
  std::optional<io::Image> tissue;
  double fat = 0; ///< mL
  std::vector<AbsentTissue> absent;
  std::optional<LateEnhancement> enhancement;
};

/// Fills holes and closes thin gaps of the slices that are kept (those above the base plane stay as they came) and finds the base plane.
BasePlane close_wall(io::Image &image, std::vector<std::string> &notes) {
  io::Image filled = with_holes_filled(image);
  const std::vector<float> only_filled = filled.voxels;
  close_thin_gaps(filled, notes);
  const std::size_t kept = (find_base_plane(filled).slice + 1) * image.size[0] * image.size[1];
  std::copy(image.voxels.begin() + static_cast<long>(kept), image.voxels.end(), filled.voxels.begin() + static_cast<long>(kept));
  std::size_t holes = 0;
  for (std::size_t v = 0; v < kept; ++v)
    holes += only_filled[v] != image.voxels[v];
  if (holes > 0)
    notes.push_back(image.phase + ": " + std::to_string(holes) + " unlabelled voxels that the ventricle encloses were filled");
  image = std::move(filled);
  return find_base_plane(image);
}

/// Finds the slices that lie off the long axis and, where wanted, moves them back, with their tissue.
BasePlane straighten(io::Image &image, std::optional<io::Image> &tissue, const BasePlane &base, bool correct,
                     std::vector<std::string> &notes) {
  const std::vector<SliceShift> shifts = estimate_shifts(image, base);
  for (const SliceShift &shift : shifts)
    notes.push_back(image.phase + ": slice " + std::to_string(shift.slice + 1) + " (counted from the apex) lies " +
                    io::fixed(std::hypot(shift.off[0], shift.off[1]), 1) + " mm off the long axis, as after another breath-hold; " +
                    (correct ? "moved back by " + std::to_string(shift.pixels[0]) + " and " + std::to_string(shift.pixels[1]) + " pixels"
                             : "left there"));
  if (!correct || shifts.empty())
    return base;
  apply_shifts(image, shifts);
  if (tissue)
    apply_shifts(*tissue, shifts);
  return find_base_plane(image);
}

Phase read_phase(const std::filesystem::path &path, int frame, const std::string &name, const SegmentationOptions &options,
                 const LateEnhancementOptions *late_enhancement, std::vector<std::string> &notes) {
  const io::Image read = io::read_label_image(path.string(), frame);
  check_convention(read, options.labels);
  const io::Image raw = across_long_axis(read, options.labels);
  io::Image image = with_our_labels(read, options.labels);
  const RawVolumes volumes{label_volume(image, lv_cavity), label_volume(image, lv_wall), label_volume(image, rv_cavity)};
  image = with_our_labels(raw, options.labels);
  image.phase = name;
  for (const std::string &note : image.notes)
    notes.push_back(name + ": " + note);
  image = slices_last(image);
  if (base_at_end(image) < 0)
    image = slices_reversed(image);
  std::optional<io::Image> tissue;
  const LabelNumbers &numbers = options.labels;
  if (late_enhancement || std::max({numbers.scar, numbers.no_reflow, numbers.border_zone, numbers.right_wall}) > 0)
    tissue = tissue_map(image, raw, options.labels);
  remove_specks(image, notes);
  remove_thin_bridges(image, notes);
  BasePlane base = close_wall(image, notes);
  std::optional<LateEnhancement> enhancement;
  if (late_enhancement)
    enhancement = mark_enhanced(image, base, raw, *late_enhancement, *tissue, notes);
  if (options.slice_shifts != "ignored")
    base = straighten(image, tissue, base, options.slice_shifts == "corrected", notes);
  check_proportions(image, base);
  check_handedness(image, base, options.mirrored == "allowed", notes);
  const std::string below = io::fixed(base.cavity_below, 1), off = io::fixed(base.cavity_cut_off, 1);
  notes.push_back(name + ": " + std::to_string(base.closed_slices) +
                  " slices have a closed wall; the base plane lies above the last of them and keeps " + below + " mL of the cavity, " +
                  off + " mL above it are cut off");
  return {volumes,
          std::move(image),
          base,
          std::move(tissue),
          numbers.fat > 0 ? label_volume(raw, numbers.fat) : 0,
          absent_tissue(read, numbers),
          enhancement};
}

/// Healthy adults at rest, mean +- 2 SD pooled over sexes. Petersen 2017, J Cardiovasc Magn Reson 19:18 (UK Biobank, 804 healthy of 5065).
struct Healthy {
  const char *name;
  double low, high;
  bool read; ///< seen in the abstract; else quoted from memory
};
constexpr Healthy healthy[] = {{"lv_edv", 93, 218, false}, {"lv_esv", 27, 103, false}, {"lv_sv", 47, 136, false},
                               {"lv_ef", 48, 71, true},    {"rv_edv", 83, 258, false}, {"rv_ef", 43, 70, false}};

void add_reference_range(io::Quantity &quantity) {
  for (const Healthy &h : healthy)
    if (quantity.name == h.name)
      quantity.reference_range = io::ReferenceRange{h.low, h.high,
                                                    std::string("Petersen 2017, J Cardiovasc Magn Reson 19:18, UK Biobank") +
                                                        (h.read ? "" : " (from memory, to be re-checked)")};
}

constexpr double tissue_density = 1.05; // g/mL

double ejection_fraction(double edv, double esv) {
  return 100 * (edv - esv) / edv;
}

void add_enhancement(const LateEnhancement &found, double voxel, io::Quantities &quantities) {
  quantities.set("late_enhancement_remote_mean", found.remote.mean, "1");
  quantities.set("late_enhancement_remote_sd", found.remote.deviation, "1");
  quantities.set("late_enhancement_remote_volume", static_cast<double>(found.remote.voxels) * voxel / io::mm3_per_mL, "mL");
  quantities.set("late_enhancement_maximum", found.maximum, "1");
  quantities.set("late_enhancement_scar_threshold", found.scar_above, "1");
  if (found.border_above)
    quantities.set("late_enhancement_border_threshold", *found.border_above, "1");
}

void measure(const Segmentation &s, const LabelNumbers &numbers, bool by_image, io::Quantities &quantities) {
  const bool with_right = numbers.right != 0, labelled = std::max({numbers.scar, numbers.no_reflow, numbers.border_zone}) > 0;
  const auto set = [&](const std::string &name, double value, const std::string &unit) -> io::Quantity & {
    io::Quantity &quantity = quantities.set(name, value, unit);
    add_reference_range(quantity);
    for (const io::Image *image : {&s.ed, s.es ? &*s.es : nullptr})
      if (image)
        for (const std::string &note : image->notes)
          if (quantity.warning.find(note) == std::string::npos)
            quantity.warning += (quantity.warning.empty() ? "" : "; ") + note;
    return quantity;
  };
  const double edv = label_volume(s.ed, lv_cavity);
  set("lv_edv", edv, "mL");
  set("lv_mass", tissue_density * label_volume(s.ed, lv_wall), "g");
  set("lv_volume_cut_off", s.base_ed.cavity_cut_off, "mL");
  set("lv_edv_below_base", s.base_ed.cavity_below, "mL");
  if (with_right)
    set("rv_edv", label_volume(s.ed, rv_cavity), "mL");
  if (const double wall = s.tissue_ed ? label_volume(*s.tissue_ed, right_free_wall) : 0; wall > 0)
    set("rv_wall_volume", wall, "mL");
  if (s.tissue_ed && (labelled || by_image)) {
    const double scar = label_volume(*s.tissue_ed, scarred_wall), wall = label_volume(s.ed, lv_wall);
    set("scar_volume", scar, "mL");
    set("scar_mass", tissue_density * scar, "g");
    set("scar_share", 100 * scar / wall, "%");
    if (labelled)
      set("no_reflow_volume", label_volume(*s.tissue_ed, no_reflow_wall), "mL");
    if (const double border = label_volume(*s.tissue_ed, border_zone_wall); border > 0) {
      set("border_zone_volume", border, "mL");
      set("border_zone_share", 100 * border / wall, "%");
    }
  }
  if (!s.es)
    return;
  const double esv = label_volume(*s.es, lv_cavity);
  if (esv >= edv)
    throw io::CaseError(s.es->source + ": the cavity at end-systole (" + io::fixed(esv, 1) + " mL) is not smaller than at end-diastole (" +
                        io::fixed(edv, 1) + " mL); are 'ed' and 'es' exchanged?");
  set("lv_esv", esv, "mL");
  set("lv_sv", edv - esv, "mL");
  set("lv_ef", ejection_fraction(edv, esv), "%");
  set("lv_esv_below_base", s.base_es->cavity_below, "mL");
  set("lv_ef_below_base", ejection_fraction(s.base_ed.cavity_below, s.base_es->cavity_below), "%");
  if (!with_right)
    return;
  const double rv_edv = quantities.value("rv_edv"), rv_esv = label_volume(*s.es, rv_cavity);
  set("rv_esv", rv_esv, "mL");
  set("rv_sv", rv_edv - rv_esv, "mL");
  set("rv_ef", ejection_fraction(rv_edv, rv_esv), "%");
}

/// A number that the case spells out and the map lacks is likely a mistake; a convention names what many hearts have not.
void tell_absent(const std::vector<AbsentTissue> &absent, const Segmentation &s, const LabelNumbers &numbers, io::Quantities &quantities) {
  for (const AbsentTissue &tissue : absent) {
    if (numbers.convention.empty())
      io::warn(s.ed.source + ": " + tissue.sentence + "; is the number right, and is there any in this heart?");
    if (const io::Quantity *found = quantities.find(tissue.quantity)) {
      io::Quantity doubtful = *found;
      doubtful.warning += (doubtful.warning.empty() ? "" : "; ") + tissue.sentence;
      quantities.set(std::move(doubtful));
    }
  }
}

/// Of the file itself: what repairs and shifted slices are compared with.
void measure_raw(const RawVolumes &ed, const std::optional<RawVolumes> &es, bool with_right, io::Quantities &quantities) {
  quantities.set("lv_edv_raw", ed.cavity, "mL");
  quantities.set("lv_wall_volume_raw", ed.wall, "mL");
  if (with_right)
    quantities.set("rv_edv_raw", ed.right, "mL");
  if (!es)
    return;
  quantities.set("lv_esv_raw", es->cavity, "mL");
  if (with_right)
    quantities.set("rv_esv_raw", es->right, "mL");
}

void check_masses(const Segmentation &s, std::vector<std::string> &notes) {
  if (!s.es)
    return;
  const double ed = tissue_density * label_volume(s.ed, lv_wall), es = tissue_density * label_volume(*s.es, lv_wall);
  if (std::abs(es / ed - 1) > 0.25)
    notes.push_back("the wall weighs " + io::fixed(ed, 0) + " g at end-diastole and " + io::fixed(es, 0) +
                    " g at end-systole; muscle keeps its mass, so one of the maps is off");
}

} // namespace

Segmentation segment(const SegmentationOptions &options, io::Quantities &quantities) {
  options.check();
  Segmentation s;
  Phase ed =
      read_phase(options.ed, options.ed_frame, "ED", options, options.late_enhancement ? &*options.late_enhancement : nullptr, s.notes);
  s.ed = std::move(ed.labels);
  s.base_ed = ed.base;
  s.tissue_ed = std::move(ed.tissue);
  std::optional<RawVolumes> raw_es;
  if (!options.es.empty()) {
    Phase es = read_phase(options.es, options.es_frame, "ES", options, nullptr, s.notes);
    s.es = std::move(es.labels);
    s.base_es = es.base;
    raw_es = es.raw;
    if (io::dot(s.base_ed.normal, s.base_es->normal) < 0.9)
      s.notes.push_back("base and apex of the two phases do not lie the same way; check that both maps are of one patient");
  }
  measure(s, options.labels, ed.enhancement.has_value(), quantities);
  if (ed.enhancement)
    add_enhancement(*ed.enhancement, s.ed.voxel_volume(), quantities);
  tell_absent(ed.absent, s, options.labels, quantities);
  const bool other_grid =
      s.es && (s.es->size[0] != s.ed.size[0] || s.es->size[1] != s.ed.size[1] || std::abs(s.es->spacing(0) - s.ed.spacing(0)) > 1e-3 ||
               std::abs(s.es->spacing(1) - s.ed.spacing(1)) > 1e-3);
  if (other_grid) {
    s.notes.push_back("the maps of the two phases have slices of " + std::to_string(s.ed.size[0]) + " x " + std::to_string(s.ed.size[1]) +
                      " pixels of " + io::fixed(s.ed.spacing(0), 3) + " mm and " + std::to_string(s.es->size[0]) + " x " +
                      std::to_string(s.es->size[1]) + " of " + io::fixed(s.es->spacing(0), 3) +
                      " mm; check that both are of one exam of one patient");
    for (const char *name : {"lv_ef", "rv_ef", "lv_sv", "rv_sv"})
      if (quantities.has(name)) {
        io::Quantity doubtful = *quantities.find(name);
        doubtful.warning = "the maps of the two phases do not share their grid: are they of one patient?";
        quantities.set(std::move(doubtful));
      }
  }
  measure_raw(ed.raw, raw_es, options.labels.right != 0, quantities);
  if (ed.fat > 0)
    quantities.set("epicardial_fat_volume", ed.fat, "mL");
  if (!options.atrium.empty())
    add_atrial_measures(read_atrial_contours(options.atrium), quantities);
  check_masses(s, s.notes);
  for (const std::string &note : s.notes)
    io::say("  " + note);
  return s;
}

namespace {

using Json = nlohmann::json;

Json to_json(const io::Image &image) {
  return {{"phase", image.phase}, {"source", image.source}, {"notes", image.notes}, {"oriented", image.oriented}};
}

io::Image read_saved(const std::filesystem::path &path, const Json &json) {
  io::Image image = io::read_label_image(path.string());
  json.at("phase").get_to(image.phase);
  json.at("source").get_to(image.source);
  json.at("notes").get_to(image.notes);
  json.at("oriented").get_to(image.oriented);
  return image;
}

Json to_json(const BasePlane &base) {
  return {{"point", base.point},
          {"normal", base.normal},
          {"slice", base.slice},
          {"first", base.first},
          {"closed_slices", base.closed_slices},
          {"cavity_below", base.cavity_below},
          {"cavity_cut_off", base.cavity_cut_off},
          {"wall_below", base.wall_below},
          {"wall_cut_off", base.wall_cut_off}};
}

BasePlane base_plane_from(const Json &json) {
  BasePlane base;
  json.at("point").get_to(base.point);
  json.at("normal").get_to(base.normal);
  json.at("slice").get_to(base.slice);
  json.at("first").get_to(base.first);
  json.at("closed_slices").get_to(base.closed_slices);
  json.at("cavity_below").get_to(base.cavity_below);
  json.at("cavity_cut_off").get_to(base.cavity_cut_off);
  json.at("wall_below").get_to(base.wall_below);
  json.at("wall_cut_off").get_to(base.wall_cut_off);
  return base;
}

} // namespace

void save(const Segmentation &segmentation, const std::filesystem::path &folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  Json json{{"format", "corvivo segmentation 1"},
            {"ed", to_json(segmentation.ed)},
            {"base_ed", to_json(segmentation.base_ed)},
            {"notes", segmentation.notes}};
  io::write_nifti(segmentation.ed, (folder / "labels_ed.nii.gz").string());
  if (segmentation.tissue_ed) {
    io::write_nifti(*segmentation.tissue_ed, (folder / "tissue_ed.nii.gz").string());
    json["tissue_ed"] = tissue_names();
  }
  if (segmentation.es) {
    io::write_nifti(*segmentation.es, (folder / "labels_es.nii.gz").string());
    json["es"] = to_json(*segmentation.es);
    json["base_es"] = to_json(*segmentation.base_es);
  }
  io::write_file((folder / "segmentation.json").string(), json.dump(1) + "\n"); // last: it says that the maps are whole
}

Segmentation load_segmentation(const std::filesystem::path &folder) {
  const std::string path = (folder / "segmentation.json").string();
  Segmentation segmentation;
  try {
    const Json json = Json::parse(io::read_file(path));
    if (json.at("format") != "corvivo segmentation 1")
      throw io::CaseError(path + ": saved by another version; delete it and run again");
    segmentation.ed = read_saved(folder / "labels_ed.nii.gz", json.at("ed"));
    segmentation.base_ed = base_plane_from(json.at("base_ed"));
    json.at("notes").get_to(segmentation.notes);
    if (json.contains("tissue_ed")) { // may be healthy throughout, so not an image of labels
      io::Image tissue = segmentation.ed;
      tissue.voxels = io::read_image((folder / "tissue_ed.nii.gz").string()).voxels;
      if (tissue.voxels.size() != segmentation.ed.voxels.size())
        throw io::CaseError(path + ": the saved tissue does not fit the saved labels; delete it and run again");
      segmentation.tissue_ed = std::move(tissue);
    }
    if (json.contains("es")) {
      segmentation.es = read_saved(folder / "labels_es.nii.gz", json.at("es"));
      segmentation.base_es = base_plane_from(json.at("base_es"));
    }
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(path + ": not a saved segmentation (" + error.what() + "); delete it and run again");
  }
  return segmentation;
}

} // namespace corvivo::mesh
