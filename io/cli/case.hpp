#pragma once
/// A whole case file: one optional section for each stage. A stage is run when its section is there.
#include <calibration/calibration_options.hpp>
#include <calibration/prognosis/clinical_data.hpp>
#include <calibration/what_if.hpp>
#include <mesh/cohort_shapes.hpp>
#include <mesh/fibres.hpp>
#include <mesh/generate.hpp>
#include <mesh/import.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <mesh/slab.hpp>
#include <mesh/tissue.hpp>
#include <physics/circulation/circulation_model.hpp>
#include <physics/ecg/ecg_record.hpp>
#include <physics/electrophysiology/electrophysiology.hpp>
#include <physics/mechanics/body_case.hpp>
#include <physics/mechanics/options.hpp>
#include <surrogate/options.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace corvivo::cli {

/// From slices to tetrahedra.
struct MeshCase {
  std::optional<mesh::ImportOptions> import; ///< a ready mesh instead of one from the segmentation
  std::optional<mesh::SlabOptions> slab;     ///< a box of tissue instead
  std::vector<std::string> formats;          ///< further files beside fibres.vtu
  mesh::ShapeOptions shape;
  mesh::MeshOptions tetrahedra;
  mesh::TissueOptions tissue;
  bool from_segmentation() const { return !import && !slab; }
  void describe(io::Schema &schema);
};

/// How the passive stiffness of the 3-D ventricle is set from the imaged volume and the end-diastolic pressure.
struct StiffnessFit {
  bool enabled = true;
  int runs = 5;
  double tolerance = 1; ///< mL
  void describe(io::Schema &schema);
};

/// How the 3-D heartbeat is fitted to the circulation before it is run.
struct TensionFit {
  bool enabled = true;
  int runs = 3;
  double tolerance = 2; ///< mL
  void describe(io::Schema &schema);
};

/// What halving the elements' edges or the time step did to the beat of a case, as its README says it was measured.
struct HalvingStudy {
  std::optional<double> ejection_fraction_mesh, ejection_fraction_step; ///< %
  std::optional<double> peak_pressure_mesh, peak_pressure_step;         ///< mmHg
  void describe(io::Schema &schema);
};

struct HeartbeatCase {
  double element_size = 7;     ///< mm: quadratic elements need fewer than the electrical wave does
  double facet_distance = 0.5; ///< mm
  /// mm, of the mesh on which stiffness and tension are fitted, unless that of the beat is coarser
  double coarse_element_size = 9;
  physics::MechanicsOptions mechanics;
  StiffnessFit stiffness_fit;
  TensionFit tension_fit;
  std::optional<HalvingStudy> halving;
  void describe(io::Schema &schema);
};

struct Case {
  std::string title;
  std::string patient; ///< a name or code that the report shows
  std::optional<mesh::SegmentationOptions> segmentation;
  std::optional<MeshCase> mesh;
  std::optional<mesh::FibreOptions> fibres;
  std::optional<physics::EcgRecordOptions> ecg;
  std::optional<physics::ElectrophysiologyOptions> electrophysiology;
  std::optional<physics::CirculationOptions> circulation;
  std::optional<surrogate::SurrogateOptions> surrogate;
  std::optional<calibration::CalibrationOptions> calibration;
  std::optional<calibration::WhatIfOptions> whatif;
  std::optional<HeartbeatCase> heartbeat;
  std::optional<calibration::ClinicalData> clinical;
  std::optional<mesh::ShapesOptions> shapes;
  std::optional<physics::BodyCase> mechanics;

  void describe(io::Schema &schema);
};

/// What the case is called: `<folder>` for folder/case.yaml, `<folder>_<stem>` for any other file, so that two cases of one folder differ.
std::string case_name(const std::filesystem::path &file);

/// Reads and checks a case file, sections that need one another included. Throws CaseError with every complaint.
Case read_case(const std::filesystem::path &file, const std::vector<std::string> &overrides);

} // namespace corvivo::cli
