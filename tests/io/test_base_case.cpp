#include <io/base/schema.hpp>
#include <io/base/text.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

using namespace corvivo::io;
using corvivo::test::TemporaryFolder;

namespace {

struct Material {
  virtual ~Material() = default;
  virtual void describe(Schema &schema) = 0;
};
struct Soft final : Material {
  double a = 0.5; // kPa
  void describe(Schema &schema) override { schema.quantity("a", a, "kPa", positive, "Stiffness.", "Demiray 1972"); }
};
struct Stiff final : Material {
  double bulk = 650; // kPa
  void describe(Schema &schema) override { schema.quantity("bulk", bulk, "kPa", positive, "Bulk modulus."); }
};
const Catalogue<Material> &materials() {
  static const Catalogue<Material> all("material",
                                       {{"soft", "Demiray 1972", make<Soft, Material>}, {"stiff", "nobody | 1900", make<Stiff, Material>}});
  return all;
}

struct Stimulus {
  Vector3 centre{0, 0, 0};
  double start = 0; // ms
  std::string name;
  void describe(Schema &schema) {
    schema.vector("centre", centre, "mm", "Where.");
    schema.quantity("start", start, "ms", not_negative, "When.");
    schema.text("name", name, "What it is called.");
  }
};

struct Label {
  std::string name;
  void describe(Schema &schema) { schema.text("name", name, "What it is called."); }
};

struct Probe {
  int node = 3;
  void describe(Schema &schema) { schema.integer("node", node, 0, 100, "Which node."); }
};

/// Every kind of key once.
struct Everything {
  double size = 1.0;                   // mm
  double end = std::nan("");           // ms
  std::optional<double> cut;           // mm
  std::vector<double> angles{60, -60}; // deg
  int steps = 10, seed = -1;
  std::vector<int> labels{1, 2};
  bool quiet = false;
  std::optional<bool> diabetic;
  std::string title = "a heart", patient, rule = "linear", nyha;
  std::vector<std::string> words{"one"};
  std::filesystem::path image, atlas;
  Measurement pressure, flow;
  Stimulus first;
  std::optional<Probe> probe;
  std::vector<Stimulus> stimuli;
  std::vector<Label> tags{Label{"default tag"}};
  std::string material_name = "soft";
  std::unique_ptr<Material> material;

  void describe(Schema &schema) {
    schema.quantity("size", size, "mm", positive, "Edge | length.", "measured");
    schema.required_quantity("end", end, "ms", not_negative, "Last time.");
    schema.optional_quantity("cut", cut, "mm", any, "Where the base is cut.");
    schema.quantities("angles", angles, "deg", between(-90, 90), "Through the wall.");
    schema.integer("steps", steps, 1, 1000, "How many.");
    schema.required_integer("seed", seed, 0, 99, "Seed.");
    schema.integers("labels", labels, 0, 255, "Labels.");
    schema.flag("quiet", quiet, "Say nothing.");
    schema.optional_flag("diabetic", diabetic, "Diabetes.");
    schema.text("title", title, "Title.");
    schema.required_text("patient", patient, "Who.");
    schema.texts("words", words, "Words.");
    schema.choice("rule", rule, {"linear", "slerp"}, "Which rule.");
    schema.choice("nyha", nyha, {"I", "II"}, "Class; absent when unknown.");
    schema.file("image", image, "The image.", true);
    schema.file("atlas", atlas, "The atlas.");
    schema.measurement("pressure", pressure, "mmHg", positive, "Cuff pressure.", true);
    schema.measurement("flow", flow, "mL/s", any, "Flow.");
    schema.section("first", first, "The first stimulus.");
    schema.optional_section("probe", probe, "A probe.");
    schema.list("stimuli", stimuli, "All stimuli.");
    schema.list("tags", tags, "Tags.");
    schema.model("material", material_name, material, materials(), "The wall.");
  }
};

Describe describing(Everything &everything) {
  return [&everything](Schema &schema) { everything.describe(schema); };
}

const std::string smallest = "corvivo: 1\nend: 1 s\nseed: 4\npatient: one\nimage: data/a.nii\npressure: {value: 120 mmHg, sd: 5 mmHg}\n";

class CaseFile : public testing::Test {
protected:
  Everything read(const std::string &text, const std::vector<std::string> &overrides = {}) {
    write_file(path(), text);
    Everything everything;
    read_case(path(), overrides, describing(everything));
    return everything;
  }
  std::string complaints(const std::string &text, const std::vector<std::string> &overrides = {}) {
    try {
      read(text, overrides);
    } catch (const CaseError &error) {
      return error.what();
    }
    return "nothing was thrown";
  }
  std::string path() const { return folder_.file("case.yaml"); }
  const TemporaryFolder folder_;
};

void expect_parts(const std::string &text, const std::vector<std::string> &parts) {
  for (const std::string &part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in:\n" << text;
}

} // namespace

TEST_F(CaseFile, ReadsEveryKindOfKey) {
  const Everything e =
      read(smallest + "size: 0.2 cm\ncut: -3 mm\nangles: [50 deg, -0.5 rad]\nsteps: 12\nlabels: [3, 4]\nquiet: true\n"
                      "diabetic: no\ntitle: 'two: words'\nwords: [a, 'b, c']\nrule: slerp\nnyha: II\natlas: /an/atlas.nii\n"
                      "flow: {value: 0.3 L/min, sd: 1 mL/s, assumed: true}\n"
                      "first: {centre: [1 mm, 2 mm, 0.3 cm], start: 5 ms}\nprobe: {node: 7}\n"
                      "stimuli:\n  - {start: 1 ms}\n  - start: 2 ms\n    centre: [0 mm, 0 mm, 1 mm]\n"
                      "material: {model: stiff, bulk: 1 MPa}\n");
  EXPECT_DOUBLE_EQ(e.size, 2);
  EXPECT_DOUBLE_EQ(e.end, 1000);
  EXPECT_DOUBLE_EQ(*e.cut, -3);
  EXPECT_NEAR(e.angles[1], -28.6478897565, 1e-9);
  EXPECT_EQ(e.steps, 12);
  EXPECT_EQ(e.seed, 4);
  EXPECT_EQ(e.labels, (std::vector<int>{3, 4}));
  EXPECT_TRUE(e.quiet);
  EXPECT_FALSE(*e.diabetic);
  EXPECT_EQ(e.title, "two: words");
  EXPECT_EQ(e.words, (std::vector<std::string>{"a", "b, c"}));
  EXPECT_EQ(e.rule, "slerp");
  EXPECT_EQ(e.nyha, "II");
  EXPECT_EQ(e.image, folder_.path() / "data" / "a.nii") << "relative to the case";
  EXPECT_EQ(e.atlas, "/an/atlas.nii");
  EXPECT_DOUBLE_EQ(e.pressure.value, 120);
  EXPECT_FALSE(e.pressure.assumed);
  EXPECT_DOUBLE_EQ(e.flow.value, 5);
  EXPECT_TRUE(e.flow.assumed);
  EXPECT_EQ(e.first.centre, (Vector3{1, 2, 3}));
  EXPECT_EQ(e.probe->node, 7);
  ASSERT_EQ(e.stimuli.size(), 2u);
  EXPECT_EQ(e.stimuli[1].centre[2], 1);
  EXPECT_DOUBLE_EQ(dynamic_cast<const Stiff &>(*e.material).bulk, 1000);
}

TEST_F(CaseFile, LeavesDefaultsWhereNothingIsGiven) {
  const Everything e = read(smallest);
  EXPECT_EQ(e.size, 1.0);
  EXPECT_FALSE(e.cut);
  EXPECT_FALSE(e.diabetic);
  EXPECT_FALSE(e.probe);
  EXPECT_EQ(e.angles.size(), 2u);
  EXPECT_TRUE(e.nyha.empty());
  EXPECT_TRUE(e.atlas.empty());
  EXPECT_TRUE(std::isnan(e.flow.value));
  EXPECT_EQ(e.tags.size(), 1u);
  EXPECT_EQ(dynamic_cast<const Soft &>(*e.material).a, 0.5);
}

TEST_F(CaseFile, ReportsAllErrorsAtOnceWithTheirPlaces) {
  const std::string text = complaints("corvivo: 1\n"       // 1
                                      "end: 10 mm\n"       // 2
                                      "seed: 100\n"        // 3
                                      "siez: 1 mm\n"       // 4
                                      "patient: one\n"     // 5
                                      "image: a.nii\n"     // 6
                                      "pressure:\n"        // 7
                                      "  value: -5 mmHg\n" // 8
                                      "stimuli:\n"         // 9
                                      "  - start: -1 ms\n" // 10
                                      "  - strat: 1 ms\n"  // 11
                                      "rule: linaer\n"     // 12
                                      "quiet: perhaps\n"); // 13
  expect_parts(text, {path() + ":2:6: end: found '10 mm', expected a number with unit 'ms'",
                      path() + ":3:7: seed: found '100', expected a whole number from 0 to 99",
                      path() + ":4:1: siez: unknown key; did you mean 'size'?",
                      ":8:10: pressure.value: found '-5 mmHg', expected a value in (0, inf) mmHg",
                      ":8:3: pressure.sd: missing; expected number with unit 'mmHg'",
                      ":10:12: stimuli[0].start: found '-1 ms', expected a value in [0, inf) ms",
                      ":11:5: stimuli[1].strat: unknown key; did you mean 'start'?", ":12:7: rule: found 'linaer'; did you mean 'linear'?",
                      ":13:8: quiet: found 'perhaps', expected true or false"});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 8) << "nine errors:\n" << text;
}

TEST_F(CaseFile, SaysWhatIsMissing) {
  expect_parts(complaints("corvivo: 1\n"),
               {": end: missing; expected number with unit 'ms' (Last time.)", ": seed: missing; expected whole number",
                ": patient: missing", ": image: missing; expected file", ": pressure.value: missing"});
}

TEST_F(CaseFile, RefusesKeysGivenTwice) {
  expect_parts(complaints(smallest + "size: 1 mm\nsize: 2 mm\n"), {":8:1: size: given twice"});
}

TEST_F(CaseFile, RefusesTheWrongKindOfValue) {
  expect_parts(complaints(smallest + "size: [1 mm]\n"), {"size: found a list, expected number"});
  expect_parts(complaints(smallest + "size: {a: 1}\n"), {"size: found a group of keys, expected number"});
  expect_parts(complaints(smallest + "size:\n"), {"size: found nothing, expected number"});
  expect_parts(complaints(smallest + "angles: 3 deg\n"), {"angles: found one value, expected list of numbers, as [a, b]"});
  expect_parts(complaints(smallest + "angles: [3 deg, [1 deg]]\n"), {"angles: found a list or group as an item"});
  expect_parts(complaints(smallest + "angles: [3 deg, 91 deg]\n"), {"angles: found '91 deg', expected a value in [-90, 90] deg"});
  expect_parts(complaints(smallest + "steps: 1.5\n"), {"steps: found '1.5', expected a whole number"});
  expect_parts(complaints(smallest + "steps: 99999999999\n"), {"steps: found '99999999999', expected a whole number"});
  expect_parts(complaints(smallest + "first: 3 mm\n"), {"first: found a value, expected a group of keys"});
  expect_parts(complaints(smallest + "first: {centre: [1 mm, 2 mm]}\n"), {"first.centre: found 2 values, expected three"});
  expect_parts(complaints(smallest + "stimuli: {start: 1 ms}\n"), {"stimuli: found no list"});
  expect_parts(complaints(smallest + "stimuli: [1 ms]\n"), {"stimuli[0]: found a value, expected a group of keys"});
  expect_parts(complaints(smallest + "material: soft\n"), {"material: found a value, expected a group of keys"});
}

TEST_F(CaseFile, RefusesKeysOfAnotherModel) {
  expect_parts(complaints(smallest + "material: {model: stiff, a: 1 kPa}\n"), {"material.a: unknown key"});
  expect_parts(complaints(smallest + "material: {model: sotf}\n"), {"material.model: found 'sotf'; did you mean 'soft'?"});
}

TEST_F(CaseFile, AsksForAModelThatHasNoDefault) {
  write_file(path(), "corvivo: 1\nmaterial: {}\n");
  std::string name;
  std::unique_ptr<Material> material;
  const Describe describe = [&](Schema &schema) { schema.model("material", name, material, materials(), "The wall."); };
  try {
    read_case(path(), {}, describe);
    FAIL() << "no model was named";
  } catch (const CaseError &error) {
    expect_parts(error.what(), {"material.model: missing; expected name"});
  }
}

TEST_F(CaseFile, RefusesWhatIsNoCase) {
  expect_parts(complaints(""), {":1:1: found no keys"});
  expect_parts(complaints("- a\n- b\n"), {":1:1: found no keys"});
  expect_parts(complaints("end: 1 s\n"), {":1:1: corvivo: missing"});
  expect_parts(complaints("corvivo: 1\nend: [1 s\n"), {"not YAML"});
  expect_parts(complaints("corvivo: 1\nfirst:\n  centre: [0 mm, 0 mm, 0 mm]\n\tstart: 1 s\n"),
               {":4:", "not YAML", "the line is indented by a tab, expected spaces"});
  expect_parts(complaints("corvivo: one\n"), {":1:10: corvivo: expected a whole number"});
  expect_parts(complaints("corvivo:\n"), {"corvivo: expected a whole number"});
  Everything e;
  EXPECT_THROW(read_case(folder_.file("none.yaml"), {}, describing(e)), CaseError);
  EXPECT_THROW(read_case(folder_.path(), {}, describing(e)), CaseError) << "a folder";
}

TEST_F(CaseFile, RefusesACaseOfANewerVersion) {
  expect_parts(complaints("# my case\ncorvivo: 2\n"),
               {":2:10: corvivo: found case format 2, this program understands up to 1; try a newer corvivo"});
}

TEST_F(CaseFile, TakesOverridesOfValuesGroupsAndItems) {
  const Everything e = read(smallest + "stimuli: [{start: 1 ms}, {start: 2 ms}]\nlabels: [1, 2]\n",
                            {"size=0.2 mm", "first.start=7 ms", "stimuli[1].start=9 ms", "probe.node=5", "angles=[1 deg, 2 deg]",
                             "labels[1]=77", "material={model: stiff, bulk: 3 kPa}", "title=k=v"});
  EXPECT_DOUBLE_EQ(e.size, 0.2);
  EXPECT_DOUBLE_EQ(e.first.start, 7);
  EXPECT_DOUBLE_EQ(e.stimuli[0].start, 1);
  EXPECT_DOUBLE_EQ(e.stimuli[1].start, 9);
  EXPECT_EQ(e.probe->node, 5);
  EXPECT_EQ(e.angles[1], 2);
  EXPECT_EQ(e.labels[1], 77);
  EXPECT_EQ(dynamic_cast<const Stiff &>(*e.material).bulk, 3);
  EXPECT_EQ(e.title, "k=v");
}

TEST_F(CaseFile, RefusesOverridesThatMakeNoSense) {
  for (const char *bad :
       {"size", "=3", "stimuli[0].start=1 ms", "first.start.x=3", "patient.name=3", "labels[x]=3", "a..b=3", "first.=3", "size=[1"})
    expect_parts(complaints(smallest + "first: {start: 1 ms}\n", {bad}), {std::string("--set ") + bad});
  expect_parts(complaints(smallest, {"siez=1 mm"}), {"--set siez=1 mm: siez: unknown key; did you mean 'size'?"});
  expect_parts(complaints(smallest, {"frist.start=3 ms"}), {"--set frist.start=3 ms: frist: unknown key; did you mean 'first'?"});
  expect_parts(complaints(smallest, {"first.start=3"}), {"--set first.start=3: first.start: found '3' without a unit"});
}

TEST_F(CaseFile, ResolvedReadsBackToTheSameValues) {
  Everything first =
      read(smallest + "size: 0.1 cm\nangles: []\nlabels: []\ntitle: ''\nwords: ['null', '~', '- a', 'b: c', ' d ', \"line\\nend\\ttab\", "
                      "'#e', 'true', '\"', '\\', '']\nprobe: {}\ncut: 0.3333333333333333 mm\ndiabetic: true\nnyha: I\n"
                      "flow: {value: -1e-7 mL/s, sd: 1 mL/s}\ntags: []\n"
                      "stimuli:\n  - {}\n  - {name: null-like, start: 1 ms}\nmaterial: {model: stiff}\n");
  const std::string once = resolved_case(describing(first));
  Everything second = read(once);
  EXPECT_EQ(resolved_case(describing(second)), once);
  EXPECT_TRUE(second.angles.empty()) << "an empty list is not the default one";
  EXPECT_TRUE(second.tags.empty());
  EXPECT_EQ(second.title, "");
  EXPECT_EQ(second.words, first.words);
  EXPECT_EQ(second.words[5], "line\nend\ttab");
  EXPECT_EQ(*second.cut, *first.cut) << "to the last bit";
  EXPECT_EQ(second.stimuli[1].name, "null-like");
  EXPECT_EQ(second.image, first.image);
  EXPECT_EQ(second.flow.value, first.flow.value);
  EXPECT_EQ(second.probe->node, 3);
  EXPECT_EQ(second.material_name, "stiff");
}

TEST_F(CaseFile, ResolvedKeepsItemsThatSayNothing) {
  write_file(path(), "corvivo: 1\nitems: [{}, {number: 3 mm}, {}]\nafter: 4\n");
  struct Item {
    std::optional<double> number;
    void describe(Schema &schema) { schema.optional_quantity("number", number, "mm", any, "A number."); }
  };
  std::vector<Item> items;
  int after = 0;
  const Describe describe = [&](Schema &schema) {
    schema.list("items", items, "Items.");
    schema.integer("after", after, 0, 9, "After.");
  };
  read_case(path(), {}, describe);
  write_file(path(), resolved_case(describe));
  items.clear(), after = 0;
  read_case(path(), {}, describe);
  ASSERT_EQ(items.size(), 3u) << read_file(path());
  EXPECT_EQ(*items[1].number, 3);
  EXPECT_EQ(after, 4);
}

TEST_F(CaseFile, AFileIsFoundFromAnywhere) {
  Everything e = read(smallest);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  Everything relative;
  read_case("case.yaml", {}, describing(relative));
  std::filesystem::current_path(before);
  EXPECT_TRUE(relative.image.is_absolute());
  EXPECT_EQ(relative.image.filename(), "a.nii");
}

TEST(Reference, NamesEveryKeyWithItsUnitRangeAndDefault) {
  Everything e;
  const std::string text = reference_markdown(describing(e));
  expect_parts(text, {"| `size` | number | mm | (0, inf) | 1 mm | Edge \\| length. | measured |",
                      "| `end` | number | ms | [0, inf) | **required** | Last time. |", "### `first`", "| `first.start` |", "### `probe`",
                      "A probe. (optional)", "| `probe.node` | whole number |  | [0, 100] | 3 |", "### `stimuli[]`",
                      "| `stimuli[].centre` | three numbers | mm |", "| `tags[].name` |", "### `material.<soft>`", "Demiray 1972",
                      "| `material.<stiff>.bulk` |", "| `pressure.value` |"});
  EXPECT_FALSE(e.probe) << "documenting changes nothing";
  EXPECT_TRUE(e.stimuli.empty());
}

TEST(Reference, ExplainsOneKeyAGroupOrEverything) {
  Everything e;
  const std::string one = explain_key(describing(e), "size");
  expect_parts(one, {"size\n", "Edge | length.", "unit mm", "(0, inf)", "default 1 mm", "source: measured"});
  EXPECT_EQ(one.find("stimuli"), std::string::npos);
  expect_parts(explain_key(describing(e), "first"), {"first.centre", "first.start"});
  expect_parts(explain_key(describing(e), "material"), {"material.model", "material.<soft>.a", "material.<stiff>.bulk"});
  expect_parts(explain_key(describing(e), "stimuli"), {"stimuli[].start"});
  expect_parts(explain_key(describing(e), ""), {"size", "tags[].name"});
  try {
    explain_key(describing(e), "siez");
    FAIL() << "there is no such key";
  } catch (const CaseError &error) {
    expect_parts(error.what(), {"no key named 'siez'; did you mean 'size'?"});
  }
}

TEST(ModelCatalogue, MakesModelsByNameAndSuggestsTheNearest) {
  EXPECT_EQ(materials().names(), (std::vector<std::string>{"soft", "stiff"}));
  EXPECT_NE(dynamic_cast<Stiff *>(materials().make("stiff").get()), nullptr);
  EXPECT_NE(materials().make("soft").get(), materials().make("soft").get()) << "each is a new one";
  try {
    materials().make("stif");
    FAIL() << "there is no such model";
  } catch (const CaseError &error) {
    EXPECT_STREQ(error.what(), "no material named 'stif'; did you mean 'stiff'?");
  }
}
