#include <tests/style/source_rules.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>

using namespace corvivo::test;
using Rule = std::vector<std::string> (*)(const Source &);

namespace {

std::string violations_in_project(Rule rule) {
  std::string all;
  for (const Source &source : project_sources(CORVIVO_SOURCE_DIR))
    for (const std::string &sentence : rule(source))
      all += sentence + "\n";
  return all;
}

std::size_t count(Rule rule, const std::string &path, const std::string &text) {
  return rule({path, text}).size();
}

} // namespace

TEST(ProjectStyle, TheSourcesAreFound) {
  const auto sources = project_sources(CORVIVO_SOURCE_DIR);
  EXPECT_GT(sources.size(), 50u);
  EXPECT_TRUE(std::any_of(sources.begin(), sources.end(), [](const Source &s) { return s.path == "physics/forward_model.hpp"; }));
}

TEST(ProjectStyle, EachLayerIncludesOnlyTheLayersBelowIt) {
  EXPECT_EQ(violations_in_project(dependency_violations), "");
}

TEST(ProjectStyle, HeavyLibrariesStayWhereTheyBelong) {
  EXPECT_EQ(violations_in_project(library_violations), "");
}

TEST(ProjectStyle, FilesAreShort) {
  EXPECT_EQ(violations_in_project(length_violations), "");
}

TEST(ProjectStyle, HeadersOpenNoNamespaces) {
  EXPECT_EQ(violations_in_project(header_violations), "");
}

TEST(ProjectStyle, NothingIsPutOff) {
  EXPECT_EQ(violations_in_project(word_violations), "");
}

TEST(ProjectStyle, NoPathOfOneMachineIsWrittenDown) {
  EXPECT_EQ(violations_in_project(path_violations), "");
}

// The rules themselves: each must fail on what breaks it.

TEST(StyleRules, ALayerMayNotIncludeAHigherOne) {
  EXPECT_EQ(count(dependency_violations, "mesh/a.cpp", "#include <physics/simulation.hpp>\n"), 1u);
  EXPECT_EQ(count(dependency_violations, "io/base/a.hpp", "#pragma once\n#include <io/formats/nifti.hpp>\n"), 1u);
  EXPECT_EQ(count(dependency_violations, "physics/mechanics/a.cpp", "#include <io/report/html.hpp>\n"), 1u);
  EXPECT_EQ(count(dependency_violations, "io/report/a.cpp", "  #  include <io/cli/commands.hpp> // why\n"), 1u);
  const auto sentence = dependency_violations({"mesh/a.cpp", "\n#include <calibration/posterior.hpp>\n"}).front();
  EXPECT_EQ(sentence, "mesh/a.cpp:2: mesh includes <calibration/posterior.hpp>, but may not see calibration");
}

TEST(StyleRules, SurrogateAndCalibrationDoNotSeeEachOther) {
  EXPECT_EQ(count(dependency_violations, "surrogate/a.cpp", "#include <calibration/prior.hpp>\n"), 1u);
  EXPECT_EQ(count(dependency_violations, "calibration/methods/a.cpp", "#include <surrogate/surrogate_model.hpp>\n"), 1u);
}

TEST(StyleRules, ALayerMayIncludeItselfAndTheLowerOnes) {
  EXPECT_EQ(count(dependency_violations, "surrogate/a.cpp",
                  "#include <surrogate/b.hpp>\n#include <physics/forward_model.hpp>\n#include <io/base/errors.hpp>\n#include <vector>\n"),
            0u);
  EXPECT_EQ(count(dependency_violations, "io/cli/main.cpp", "#include <io/report/html.hpp>\n#include <calibration/prior.hpp>\n"), 0u);
  EXPECT_EQ(count(dependency_violations, "tests/mesh/a.cpp", "#include <io/cli/commands.hpp>\n"), 0u) << "tests stand outside";
}

TEST(StyleRules, AnIncludeThatHidesItsLayerIsRefused) {
  EXPECT_EQ(count(dependency_violations, "mesh/a.cpp", "#include \"../physics/simulation.hpp\"\n"), 1u);
  EXPECT_EQ(count(dependency_violations, "mesh/a.cpp", "#include <tests/support/temporary_folder.hpp>\n"), 1u);
  EXPECT_EQ(count(dependency_violations, "mesh/a.cpp", "#include <io/other/thing.hpp>\n"), 1u);
}

TEST(StyleRules, LibrariesOutsideTheirHomeAreRefused) {
  EXPECT_EQ(count(library_violations, "surrogate/a.cpp", "#include <torch/torch.h>\n"), 0u);
  EXPECT_EQ(count(library_violations, "surrogate/a.hpp", "#include <torch/torch.h>\n"), 1u);
  EXPECT_EQ(count(library_violations, "calibration/a.cpp", "#include <ATen/ATen.h>\n"), 1u);
  EXPECT_EQ(count(library_violations, "mesh/a.cpp", "#include <CGAL/Mesh_3.h>\n"), 0u);
  EXPECT_EQ(count(library_violations, "mesh/a.hpp", "#include <CGAL/Mesh_3.h>\n"), 1u);
  EXPECT_EQ(count(library_violations, "io/formats/a.cpp", "#include <vtkPolyData.h>\n"), 0u);
  EXPECT_EQ(count(library_violations, "physics/a.cpp", "#include <vtkPolyData.h>\n"), 1u);
}

TEST(StyleRules, LongFilesHeadersThatOpenNamespacesAndMachinePathsAreRefused) {
  EXPECT_EQ(count(length_violations, "mesh/a.cpp", std::string(499, '\n')), 0u);
  EXPECT_EQ(count(length_violations, "mesh/a.cpp", std::string(500, '\n')), 1u);
  EXPECT_EQ(count(header_violations, "mesh/a.hpp", "#pragma once\nusing namespace std;\n"), 1u);
  EXPECT_EQ(count(header_violations, "mesh/a.hpp", "#pragma once\nnamespace io = corvivo::io;\n"), 0u);
  EXPECT_EQ(count(header_violations, "mesh/a.hpp", "#include <vector>\n"), 1u);
  EXPECT_EQ(count(word_violations, "mesh/a.cpp", std::string("// TO") + "DO later\n"), 1u);
  const std::string slash = "/"; // so that this file keeps the rule
  EXPECT_EQ(count(path_violations, "mesh/a.cpp", "open(\"" + slash + "home/someone/mesh.vtu\");\n"), 1u);
  EXPECT_EQ(count(path_violations, "mesh/a.cpp", "open(\"" + slash + "tmp/x\");\n"), 1u);
  EXPECT_EQ(count(path_violations, "mesh/a.cpp", "#include <mesh" + slash + "home/work/tmp.hpp> // a/b\n"), 0u);
}
