#include <io/formats/vtu.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/formats/mesh_files.hpp>

#include <boost/property_tree/xml_parser.hpp>

#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkCommand.h>
#include <vtkDoubleArray.h>
#include <vtkIdTypeArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkUnsignedCharArray.h>
#include <vtkUnstructuredGrid.h>
#include <vtkXMLUnstructuredGridWriter.h>

#include <algorithm>
#include <sstream>

namespace corvivo::io {

namespace {

struct CellCode {
  CellType type;
  int vtk;
};
constexpr CellCode cell_codes[] = {
    {CellType::line, 3}, {CellType::triangle, 5}, {CellType::tetrahedron, 10}, {CellType::quadratic_tetrahedron, 24}};

int vtk_code(CellType type) {
  for (const CellCode &code : cell_codes)
    if (code.type == type)
      return code.vtk;
  throw Bug("a cell type without a VTK code");
}

/// Turns VTK's errors, which it would print, into a text for our own.
class ErrorText : public vtkCommand {
public:
  static ErrorText *New() { return new ErrorText; }
  void Execute(vtkObject *, unsigned long, void *message) override {
    if (text.empty() && message)
      text = static_cast<const char *>(message);
  }
  std::string text;
};

void add_arrays(vtkDataSetAttributes *attributes, const std::vector<Grid::Array> &arrays, std::size_t tuples) {
  for (const Grid::Array &array : arrays) {
    CORVIVO_ASSERT(array.values.size() == tuples * array.components, "array '" + array.name + "' has the wrong length");
    vtkNew<vtkDoubleArray> values;
    values->SetName(array.name.c_str());
    values->SetNumberOfComponents(static_cast<int>(array.components));
    values->SetNumberOfTuples(static_cast<vtkIdType>(tuples));
    std::copy(array.values.begin(), array.values.end(), values->GetPointer(0));
    attributes->AddArray(values);
  }
}

void add_cells(vtkUnstructuredGrid *out, const Grid &grid) {
  vtkNew<vtkUnsignedCharArray> types;
  types->SetNumberOfTuples(static_cast<vtkIdType>(grid.cells()));
  for (std::size_t c = 0; c < grid.cells(); ++c)
    types->SetValue(static_cast<vtkIdType>(c), static_cast<unsigned char>(vtk_code(grid.cell_types[c])));
  const auto ids = [](const std::vector<std::size_t> &from) {
    vtkNew<vtkIdTypeArray> to;
    to->SetNumberOfTuples(static_cast<vtkIdType>(from.size()));
    std::transform(from.begin(), from.end(), to->GetPointer(0), [](std::size_t v) { return static_cast<vtkIdType>(v); });
    return vtkSmartPointer<vtkIdTypeArray>(to.GetPointer());
  };
  vtkNew<vtkCellArray> cells;
  const auto offsets = ids(grid.cell_offsets.empty() ? std::vector<std::size_t>{0} : grid.cell_offsets);
  const auto points = ids(grid.cell_points);
  cells->SetData(offsets, points);
  out->SetCells(types, cells);
}

vtkSmartPointer<vtkUnstructuredGrid> to_vtk(const Grid &grid) {
  auto out = vtkSmartPointer<vtkUnstructuredGrid>::New();
  vtkNew<vtkPoints> points;
  points->SetDataTypeToDouble();
  points->SetNumberOfPoints(static_cast<vtkIdType>(grid.points.size()));
  for (std::size_t p = 0; p < grid.points.size(); ++p)
    points->SetPoint(static_cast<vtkIdType>(p), grid.points[p].data());
  out->SetPoints(points);
  add_cells(out, grid);
  add_arrays(out->GetPointData(), grid.point_data, grid.points.size());
  add_arrays(out->GetCellData(), grid.cell_data, grid.cells());
  return out;
}

} // namespace

void write_vtu(const Grid &grid, const std::string &path) {
  vtkNew<vtkXMLUnstructuredGridWriter> writer;
  vtkNew<ErrorText> error;
  writer->AddObserver(vtkCommand::ErrorEvent, error);
  writer->SetInputData(to_vtk(grid));
  writer->SetDataModeToAppended();
  writer->EncodeAppendedDataOff();
  writer->SetCompressorTypeToZLib();
  writer->SetHeaderTypeToUInt64();
  writer->WriteToOutputStringOn();
  if (!writer->Write() || !error->text.empty())
    throw Bug(path + ": VTK cannot write it: " + error->text);
  write_file(path, writer->GetOutputString());
}

Grid read_vtu(const std::string &path) {
  const std::string content = read_file(path);
  if (content.substr(0, 1000).find("UnstructuredGrid") == std::string::npos || content.find("</VTKFile>") == std::string::npos)
    throw CaseError(path + ": not a whole VTK XML unstructured grid; is it truncated or another kind of file?");
  return read_vtk_xml(content, path);
}

void write_pvd(const std::vector<std::pair<double, std::string>> &files, const std::string &path) {
  std::string text = "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"0.1\">\n  <Collection>\n";
  for (const auto &[time, file] : files)
    text += "    <DataSet timestep=\"" + print_number(time) + "\" part=\"0\" file=\"" + file + "\"/>\n";
  write_file(path, text + "  </Collection>\n</VTKFile>\n");
}

std::vector<std::pair<double, std::string>> read_pvd(const std::string &path) {
  std::istringstream text(read_file(path));
  boost::property_tree::ptree document;
  std::vector<std::pair<double, std::string>> files;
  try {
    boost::property_tree::read_xml(text, document);
    for (const auto &[name, entry] : document.get_child("VTKFile.Collection"))
      if (name == "DataSet")
        files.emplace_back(entry.get<double>("<xmlattr>.timestep"), entry.get<std::string>("<xmlattr>.file"));
  } catch (const boost::property_tree::ptree_error &error) {
    throw CaseError(path + ": not a list of files over time (" + error.what() + "); run the stage that writes it again");
  }
  return files;
}

} // namespace corvivo::io
