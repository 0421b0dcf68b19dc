#include <mesh/heart_shape.hpp>

#include <io/base/errors.hpp>
#include <io/base/headed_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {

Vector3 HeartShape::node(std::size_t i, std::size_t j, std::size_t k) const {
  return origin + (spacing * double(i)) * axes[0] + (spacing * double(j)) * axes[1] + (spacing * double(k)) * axes[2];
}

double HeartShape::value(const std::vector<float> &field, const Vector3 &point) const {
  const Vector3 d = point - origin;
  std::size_t low[3];
  double t[3], outside = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    const double x = io::dot(d, axes[a]) / spacing, last = double(size[a] - 1);
    const double inside = std::clamp(x, 0.0, last);
    outside += (x - inside) * (x - inside);
    low[a] = std::min(static_cast<std::size_t>(inside), size[a] - 2);
    t[a] = inside - double(low[a]);
  }
  const std::size_t dj = size[0], dk = size[0] * size[1];
  const float *f = &field[index(low[0], low[1], low[2])];
  const auto along_i = [&](std::size_t offset) { return (1 - t[0]) * f[offset] + t[0] * f[offset + 1]; };
  const double near = (1 - t[1]) * along_i(0) + t[1] * along_i(dj), far = (1 - t[1]) * along_i(dk) + t[1] * along_i(dk + dj);
  return (1 - t[2]) * near + t[2] * far + spacing * std::sqrt(outside);
}

std::string HeartShape::name_slice(const Vector3 &point) const {
  const double step = io::dot(slice_step, slice_step);
  if (!(step > 0))
    return "";
  const long slice = 1 + std::lround(io::dot(point - slice_origin, slice_step) / step);
  return slice < 1 ? "the closure below slice 1 (counted from the apex)" : "slice " + std::to_string(slice) + " (counted from the apex)";
}

namespace {

constexpr const char *format = "corvivo heart shape 4", *what = "a saved heart shape";

template <class Shape, class Visit> void each_vector(Shape &shape, const Visit &visit) {
  visit("origin", shape.origin);
  visit("axis_0", shape.axes[0]);
  visit("axis_1", shape.axes[1]);
  visit("axis_2", shape.axes[2]);
  visit("base_point", shape.base_point);
  visit("base_normal", shape.base_normal);
  visit("base_centre", shape.base_centre);
  visit("apex", shape.apex);
  visit("cavity_apex", shape.cavity_apex);
  visit("long_axis", shape.long_axis);
  visit("to_right_ventricle", shape.to_right_ventricle);
  visit("slice_origin", shape.slice_origin);
  visit("slice_step", shape.slice_step);
}

template <class Shape, class Visit> void each_number(Shape &shape, const Visit &visit) {
  visit("spacing", shape.spacing);
  visit("label_cavity_volume", shape.label_cavity_volume);
  visit("label_wall_volume", shape.label_wall_volume);
  visit("cavity_volume", shape.cavity_volume);
  visit("wall_volume", shape.wall_volume);
  visit("label_right_volume", shape.label_right_volume);
  visit("right_volume", shape.right_volume);
  visit("label_right_wall_volume", shape.label_right_wall_volume);
}

} // namespace

void save(const HeartShape &shape, const std::string &path) {
  nlohmann::json header{{"size", shape.size}, {"notes", shape.notes}, {"has_right", shape.has_right()}};
  each_vector(shape, [&](const char *name, const Vector3 &v) { header[name] = v; });
  each_number(shape, [&](const char *name, double v) { header[name] = v; });
  io::write_headed_file(path, format,
                        {header.dump(), io::to_bytes(shape.endocardium_field) + io::to_bytes(shape.epicardium_field) +
                                            io::to_bytes(shape.right_field) + io::to_bytes(shape.outer_field)});
}

HeartShape load_heart_shape(const std::string &path) {
  const io::HeadedFile file = io::read_headed_file(path, format, what);
  HeartShape shape;
  bool has_right = false;
  try {
    const auto header = nlohmann::json::parse(file.heading);
    header.at("size").get_to(shape.size);
    header.at("notes").get_to(shape.notes);
    header.at("has_right").get_to(has_right);
    each_vector(shape, [&](const char *name, Vector3 &v) { header.at(name).get_to(v); });
    each_number(shape, [&](const char *name, double &v) { header.at(name).get_to(v); });
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(path + ": not " + what + " (" + error.what() + "); delete it and run again");
  }
  const std::size_t nodes = shape.size[0] * shape.size[1] * shape.size[2];
  std::vector<std::vector<float> *> fields{&shape.endocardium_field, &shape.epicardium_field};
  if (has_right)
    fields.insert(fields.end(), {&shape.right_field, &shape.outer_field});
  io::check_length(file, fields.size() * nodes * sizeof(float), path, what);
  for (std::size_t f = 0; f < fields.size(); ++f)
    *fields[f] = io::numbers_of<float>(file, f * nodes, nodes);
  return shape;
}

} // namespace corvivo::mesh
