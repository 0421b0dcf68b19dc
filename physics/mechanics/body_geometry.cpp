#include <physics/mechanics/body_geometry.hpp>

#include <io/base/parallel.hpp>
#include <mesh/slab.hpp>

#include <cmath>
#include <memory>

namespace corvivo::physics {
namespace {

class Slab final : public BodyGeometry {
public:
  Slab() { slab_.size = {10, 1, 1}, slab_.element = {0.5, 0.5, 0.5}; }
  void describe(io::Schema &schema) override { slab_.describe(schema); }
  BodyMesh make() const override { return {mesh::straight(mesh::make_slab(slab_.size, slab_.element)), {}, {}}; }

private:
  mesh::SlabOptions slab_;
};

class Ellipsoid final : public BodyGeometry {
public:
  void describe(io::Schema &schema) override {
    const std::string land = "Land et al., Proc R Soc A 471:20150641, 2015";
    auto &s = shape_;
    schema.quantity("endocardium_short_radius", s.endocardium_short_radius, "mm", io::positive, "Radius of the cavity across its axis.",
                    land);
    schema.quantity("endocardium_long_radius", s.endocardium_long_radius, "mm", io::positive, "Radius of the cavity along its axis.", land);
    schema.quantity("epicardium_short_radius", s.epicardium_short_radius, "mm", io::positive, "Outer radius across the axis.", land);
    schema.quantity("epicardium_long_radius", s.epicardium_long_radius, "mm", io::positive, "Outer radius along the axis.", land);
    schema.quantity("base_z", s.base_z, "mm", io::any, "Height of the base plane over the ellipsoids' centre; the apex points to -z.",
                    land);
    schema.optional_quantity("epicardium_base_z", s.epicardium_base_z, "mm", io::any, "Where the epicardium ends, if elsewhere.");
    schema.integer("rings", s.rings, 1, 200, "Rings of triangles from apex to base; ring k has 6 k of them around the axis.");
    schema.integer("layers", s.layers, 1, 50, "Layers through the wall.");
    schema.quantity("apex_grading", s.apex_grading, "1", io::positive,
                    "Ring k of n lies at (k/n)^apex_grading of the way from apex to base: above 1 the apex has smaller elements.");
    schema.flag("curved", curved_, "Midpoints of edges lie on the ellipsoids instead of on straight edges.");
  }
  BodyMesh make() const override {
    mesh::CurvedMesh made = mesh::make_layered_ellipsoid(shape_);
    return {curved_ ? std::move(made) : mesh::straight(std::move(made.mesh)), {}, {}};
  }

private:
  mesh::LayeredEllipsoid shape_;
  bool curved_ = true;
};

class SphereOctant final : public BodyGeometry {
public:
  void describe(io::Schema &schema) override {
    schema.quantity("inner", inner_, "mm", io::positive, "Inner radius.");
    schema.quantity("outer", outer_, "mm", io::positive, "Outer radius.");
    schema.integer("rings", rings_, 1, 100, "Rows of triangles from one corner to the opposite edge.");
    schema.integer("layers", layers_, 1, 50, "Layers through the wall.");
  }
  BodyMesh make() const override {
    if (!(outer_ > inner_))
      throw io::CaseError("sphere: the outer radius must be larger than the inner one");
    return {mesh::make_sphere_octant(inner_, outer_, rings_, layers_), {}, {}};
  }

private:
  double inner_ = 7, outer_ = 10;
  int rings_ = 4, layers_ = 2;
};

class CylinderQuarter final : public BodyGeometry {
public:
  void describe(io::Schema &schema) override {
    schema.quantity("inner", inner_, "mm", io::positive, "Inner radius.");
    schema.quantity("outer", outer_, "mm", io::positive, "Outer radius.");
    schema.quantity("height", height_, "mm", io::positive, "Length along the axis.");
    schema.quantity("element_size", element_size_, "mm", io::positive, "Largest edge of the small boxes, six tetrahedra each.");
  }
  BodyMesh make() const override {
    if (!(outer_ > inner_))
      throw io::CaseError("cylinder: the outer radius must be larger than the inner one");
    return {mesh::make_cylinder_quarter(inner_, outer_, height_, element_size_), {}, {}};
  }

private:
  double inner_ = 7, outer_ = 10, height_ = 1, element_size_ = 1;
};

class FileGeometry final : public BodyGeometry {
public:
  void describe(io::Schema &schema) override {
    options_.describe(schema);
    schema.vector("long_axis", long_axis_, "1", "From apex to base; zero: from the surfaces endocardium_lv and base.");
  }
  BodyMesh make() const override {
    mesh::ImportedMesh imported = mesh::import_mesh(options_);
    if (io::norm(long_axis_) > 0)
      imported.mesh.long_axis = io::normalized(long_axis_);
    return {mesh::straight(std::move(imported.mesh)), std::move(imported.fibre), std::move(imported.sheet)};
  }
  std::vector<std::filesystem::path> files() const override {
    return options_.boundary.empty() ? std::vector<std::filesystem::path>{options_.file}
                                     : std::vector<std::filesystem::path>{options_.file, options_.boundary};
  }

private:
  mesh::ImportOptions options_;
  io::Vector3 long_axis_{};
};

mesh::Frame completed(const io::Vector3 &fibre, const io::Vector3 &sheet) {
  const io::Vector3 f = io::normalized(fibre), s = io::normalized(sheet - io::dot(sheet, f) * f);
  return {f, s, io::cross(f, s)};
}

class UniformFibres final : public BodyFibres {
public:
  void describe(io::Schema &schema) override {
    schema.vector("fibre", fibre_, "1", "Direction of the fibres.");
    schema.vector("sheet", sheet_, "1", "Direction within the sheets, across the fibres.");
  }
  Field field(MPI_Comm, const BodyMesh &) const override {
    if (!(io::norm(io::cross(fibre_, sheet_)) > 1e-6 * io::norm(fibre_) * io::norm(sheet_)))
      throw io::CaseError("fibres: fibre and sheet must be two different directions");
    const mesh::Frame frame = completed(fibre_, sheet_);
    return [frame](std::size_t, const Barycentric &, const io::Vector3 &) { return frame; };
  }

private:
  io::Vector3 fibre_{1, 0, 0}, sheet_{0, 1, 0};
};

/// f = sin(a) e_up + cos(a) e_theta on layers that are ellipsoids of revolution, a linear in the depth.
class EllipsoidFibres final : public BodyFibres {
public:
  void describe(io::Schema &schema) override {
    const std::string land = "Land et al., Proc R Soc A 471:20150641, 2015";
    auto &s = shape_;
    schema.quantity("endocardium_angle", inner_angle_, "deg", io::between(-90, 90), "Helix angle at the endocardium.", land);
    schema.quantity("epicardium_angle", outer_angle_, "deg", io::between(-90, 90), "Helix angle at the epicardium.", land);
    schema.quantity("endocardium_short_radius", s.endocardium_short_radius, "mm", io::positive, "Radius of layer 0 across the axis.", land);
    schema.quantity("endocardium_long_radius", s.endocardium_long_radius, "mm", io::positive, "Radius of layer 0 along the axis.", land);
    schema.quantity("epicardium_short_radius", s.epicardium_short_radius, "mm", io::positive, "Radius of layer 1 across the axis.", land);
    schema.quantity("epicardium_long_radius", s.epicardium_long_radius, "mm", io::positive, "Radius of layer 1 along the axis.", land);
    schema.vector("axis", axis_, "1", "From apex to base, through the origin.");
    schema.choice(
        "depth", depth_, {"radii", "harmonic"},
        "Depth in the wall: the layer of the radii through the point, or the solution of Laplace's equation between the surfaces.");
    schema.choice("sheet", sheet_, {"transmural", "in_layer"},
                  "Direction of the sheets: through the wall, or in the layer across the fibres.");
    schema.choice("interpolation", interpolation_, {"none", "linear", "linear_unit"},
                  "The rule at every quadrature point, or at the corners of the tetrahedra and linear between them, where directions are "
                  "shorter than one, or made one again.");
  }

  Field field(MPI_Comm comm, const BodyMesh &body) const override {
    auto depth = std::make_shared<std::vector<double>>();
    if (depth_ == "harmonic") {
      mesh::FibreOptions options;
      options.depth = "harmonic";
      io::Quantities unreported;
      *depth = mesh::compute_fibres(comm, body.curved.mesh, options, unreported).depth;
    }
    const mesh::HeartMesh *mesh = &body.curved.mesh;
    const auto depth_of = [depth](std::size_t node) { return depth->empty() ? -1 : (*depth)[node]; };
    if (interpolation_ == "none")
      return [this, depth_of, mesh](std::size_t cell, const Barycentric &at, const io::Vector3 &place) {
        double t = 0;
        for (int v = 0; v < 4; ++v)
          t += at[v] * depth_of(mesh->tetrahedra[cell][v]);
        return frame(place, t);
      };
    return [this, depth_of, mesh](std::size_t cell, const Barycentric &at, const io::Vector3 &) {
      io::Vector3 fibre{}, sheet{};
      for (int v = 0; v < 4; ++v) {
        const std::size_t node = mesh->tetrahedra[cell][v];
        const mesh::Frame corner = frame(mesh->nodes[node], depth_of(node));
        fibre = fibre + at[v] * corner.fibre;
        sheet = sheet + at[v] * corner.sheet;
      }
      const mesh::Frame unit = completed(fibre, sheet);
      return interpolation_ == "linear" ? mesh::Frame{fibre, sheet, unit.normal} : unit;
    };
  }

private:
  /// `depth` below 0: that of the layer through the place.
  mesh::Frame frame(const io::Vector3 &place, double depth) const {
    const io::Vector3 up = io::normalized(axis_);
    const double along = io::dot(place, up);
    const io::Vector3 across = place - along * up;
    const double rho = io::norm(across), t = depth >= 0 ? depth : shape_.layer({rho, 0, along});
    const io::Vector3 out = rho > 0 ? (1 / rho) * across : io::normalized(io::cross(up, {up[1], up[2], up[0]}));
    const double s = rho / shape_.short_radius(t), c = along / shape_.long_radius(t);
    const io::Vector3 up_layer = io::normalized(shape_.long_radius(t) * s * up - shape_.short_radius(t) * c * out);
    const io::Vector3 around = io::cross(up, out), normal = io::cross(around, up_layer);
    const double angle = (inner_angle_ + t * (outer_angle_ - inner_angle_)) * M_PI / 180;
    const io::Vector3 fibre = std::sin(angle) * up_layer + std::cos(angle) * around, in_layer = io::cross(fibre, normal);
    if (sheet_ == "in_layer")
      return {fibre, in_layer, -1.0 * normal};
    return {fibre, normal, in_layer};
  }

  mesh::LayeredEllipsoid shape_;
  double inner_angle_ = 90, outer_angle_ = -90;
  io::Vector3 axis_{0, 0, 1};
  std::string depth_ = "radii", sheet_ = "transmural", interpolation_ = "none";
};

class FileFibres final : public BodyFibres {
public:
  void describe(io::Schema &) override {}
  Field field(MPI_Comm comm, const BodyMesh &body) const override {
    io::on_rank_0(comm, [&] {
      if (body.fibre.empty() || body.sheet.empty())
        throw io::CaseError(
            "fibres: the mesh's file has no directions of fibre and sheet for its tetrahedra; choose another model of fibres");
    });
    const BodyMesh *mesh = &body;
    return [mesh](std::size_t cell, const Barycentric &, const io::Vector3 &) { return completed(mesh->fibre[cell], mesh->sheet[cell]); };
  }
};

} // namespace

const io::Catalogue<BodyGeometry> &body_geometries() {
  using io::make;
  static const io::Catalogue<BodyGeometry> list(
      "geometry",
      {
          {"slab", "a box from the origin; surfaces x0 x1 y0 y1 z0 z1", make<Slab, BodyGeometry>},
          {"ellipsoid", "truncated ellipsoidal ventricle; endocardium_lv epicardium base", make<Ellipsoid, BodyGeometry>},
          {"sphere_octant", "an eighth of a thick sphere; endocardium_lv epicardium x y z", make<SphereOctant, BodyGeometry>},
          {"cylinder_quarter", "a quarter of a thick cylinder; endocardium_lv epicardium x y z0 z1", make<CylinderQuarter, BodyGeometry>},
          {"file", "tetrahedra of another program", make<FileGeometry, BodyGeometry>},
      });
  return list;
}

const io::Catalogue<BodyFibres> &body_fibres() {
  using io::make;
  static const io::Catalogue<BodyFibres> list(
      "fibre field", {
                         {"uniform", "the same everywhere", make<UniformFibres, BodyFibres>},
                         {"ellipsoid", "helix angle linear in the depth of ellipsoidal layers", make<EllipsoidFibres, BodyFibres>},
                         {"file", "directions of the mesh's file", make<FileFibres, BodyFibres>},
                     });
  return list;
}

} // namespace corvivo::physics
