"""What can be set, where it comes from, and what is refused."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.runs.options import field_docs, options
from flows.runs.settings import Settings, faults, known, read, value_of
from flows.runs.settings_text import page, template
from ingest.errors import ConfigError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """No `winnow.toml` of the developer's is found."""
    monkeypatch.chdir(tmp_path)


def written(text):
    """A settings file in the working folder."""
    path = Path("winnow.toml")
    path.write_text(text, "utf-8")
    return path


def test_every_key_and_section_is_documented():
    assert [path for path, option in known().items() if not option.doc] == []
    assert {
        "corpus.location",
        "run.workers",
        "load.max_bytes",
        "load.fields.text",
        "clean.threshold",
        "gate.max_cut_share",
    } <= set(known())


def test_defaults_are_those_of_the_configs():
    effective = read(environ={})
    assert effective.settings == Settings()
    assert effective.file is None
    assert set(effective.origins.values()) == {"default"}
    assert set(effective.origins) == set(known())


def test_the_file_in_the_working_folder_is_found():
    written("[clean]\nthreshold = 0.4\n[load.fields]\ntext = ['story']\n")
    effective = read(environ={})
    assert effective.settings.clean.threshold == 0.4
    assert effective.settings.load.fields.text == ("story",)
    assert effective.settings.load.fields.url == Settings().load.fields.url
    assert effective.origins["clean.threshold"] == "winnow.toml"
    assert effective.origins["run.workers"] == "default"


def test_a_named_file_replaces_the_one_in_the_working_folder(tmp_path):
    written("[clean]\nthreshold = 0.4\n")
    other = tmp_path / "other.toml"
    other.write_text("[run]\nworkers = 3\n")
    settings = read(other, {}).settings
    assert (settings.run.workers, settings.clean) == (3, Settings().clean)


def test_the_environment_beats_the_file_and_the_command_line_beats_both():
    written("[run]\nworkers = 1\nshard_documents = 10\n[clean]\nthreshold = 0.1\n")
    effective = read(environ={"WINNOW_RUN__WORKERS": "2", "WINNOW_CLEAN__THRESHOLD": "0.2"}, given={"run.workers": 3})
    assert effective.settings.run.workers == 3
    assert effective.settings.run.shard_documents == 10
    assert effective.settings.clean.threshold == 0.2
    assert effective.origins["run.workers"] == "the command line"
    assert effective.origins["clean.threshold"] == "WINNOW_CLEAN__THRESHOLD"


def test_winnow_corpus_is_short_for_the_location():
    environ = {"WINNOW_CORPUS": "a", "WINNOW_CORPUS__LOCATION": "b", "WINNOW_SHARED": "x", "WINNOW_MODEL": "y"}
    effective = read(environ=environ)
    assert effective.settings.corpus.location == "a"
    assert effective.origins["corpus.location"] == "WINNOW_CORPUS"
    assert read(environ={"WINNOW_CORPUS": ""}).settings.corpus.location == "./corpus"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[clean]\nthresold = 1", "unknown key clean.thresold in winnow.toml: did you mean clean.threshold?"),
        ("[claen]\nthreshold = 1", "unknown section claen in winnow.toml: did you mean clean?"),
        ("[run]\nthreshold = 0.1", "unknown key run.threshold in winnow.toml: did you mean clean.threshold?"),
        ("workers = 2", "unknown key workers in winnow.toml: did you mean run.workers?"),
        ("[load.feilds]\ntext = []", "unknown section load.feilds in winnow.toml: did you mean load.fields?"),
        ("[run]\nqqqq = 2", "unknown key run.qqqq in winnow.toml: `winnow config show` lists all of them"),
        ("[run]\nworkers = 2.5", "run.workers in winnow.toml must be a whole number, not 2.5"),
        ("[run]\nworkers = true", "run.workers in winnow.toml must be a whole number, not true"),
        ("[clean]\nthreshold = '0.5'", "clean.threshold in winnow.toml must be a number or empty, not '0.5'"),
        ("[corpus]\nlocation = 1", "corpus.location in winnow.toml must be a text, not 1"),
        ("[load.fields]\ntext = 'body'", "load.fields.text in winnow.toml must be a list of texts, not 'body'"),
        ("[load.fields]\ntext = [1]", "load.fields.text in winnow.toml must be a list of texts, not [1]"),
        ("[clean.threshold]\na = 1", "clean.threshold in winnow.toml must be a number or empty, not {'a': 1}"),
        ("clean = 3", "clean in winnow.toml is a section and has keys: write [clean]"),
        ("[gate]\nmax_cut_share = 1.5", "gate.max_cut_share must be from 0 to 1 (set in winnow.toml)"),
        ("[run]\nworkers = -1", "run.workers must be 0 (one per core) or more (set in winnow.toml)"),
    ],
)
def test_a_fault_is_one_sentence_that_names_what_was_meant(text, sentence):
    written(text)
    assert faults(environ={}) == [sentence]
    with pytest.raises(ConfigError) as caught:
        read(environ={})
    assert str(caught.value) == sentence


def test_a_whole_number_is_a_number():
    written("[clean]\nthreshold = 0")
    assert read(environ={}).settings.clean.threshold == 0.0


def test_unknown_variables_are_refused_with_the_nearest_name():
    assert faults(environ={"WINNOW_CLEAN__THRESOLD": "1"}) == [
        "unknown environment variable WINNOW_CLEAN__THRESOLD: did you mean WINNOW_CLEAN__THRESHOLD?"
    ]
    assert faults(environ={"WINNOW_REQUIRE": "shared", "OTHER__NAME": "1"}) == []


def test_variables_are_read_as_the_type_of_their_key():
    environ = {"WINNOW_LOAD__FIELDS__TEXT": "story, body", "WINNOW_RUN__WORKERS": "two"}
    assert faults(environ=environ) == ["run.workers in WINNOW_RUN__WORKERS must be a whole number, not 'two'"]
    del environ["WINNOW_RUN__WORKERS"]
    assert read(environ=environ).settings.load.fields.text == ("story", "body")


def test_every_fault_is_told_and_the_first_raised():
    written("[run]\nworkrs = 1\n[clean]\nthreshold = 'x'")
    assert len(faults(environ={})) == 2
    with pytest.raises(ConfigError, match=r"did you mean run.workers\? \(and 1 more: winnow config check\)"):
        read(environ={})


@pytest.mark.parametrize(
    ("content", "part"), [(b"[run", "not valid TOML"), (b"\xff", "not UTF-8 text"), (None, "cannot be read: No such file")]
)
def test_a_file_that_is_no_settings_file_is_one_sentence(content, part):
    path = Path("mine.toml")
    if content is not None:
        path.write_bytes(content)
    (fault,) = faults(path, {})
    assert fault.startswith("mine.toml: ")
    assert part in fault


def test_the_template_holds_every_key_with_its_default_and_doc():
    text = template()
    uncommented = "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in text.splitlines()
    )
    assert all(" ".join(option.doc.split()[:3]) in text for option in known().values())
    path = written(uncommented)
    effective = read(path, {})
    assert effective.settings == Settings()
    unset = {path for path, option in known().items() if option.default is None}
    assert {origin for path, origin in effective.origins.items() if path not in unset} == {"winnow.toml"}


def test_the_template_as_it_is_sets_nothing():
    assert all(not table or set(table) == {"fields"} for table in tomllib.loads(template()).values())
    written(template())
    assert set(read(environ={}).origins.values()) == {"default"}


def test_the_page_of_the_documentation_is_what_the_configs_say(root):
    assert (root / "docs" / "settings.md").read_text("utf-8") == page(), (
        "run: python -m flows.runs.settings_text > docs/settings.md"
    )
    assert [path for path, option in known().items() if f"`{option.key}`" not in page()] == []


def test_values_are_found_by_path():
    assert value_of(Settings(), "load.fields.id") == Settings().load.fields.id


@dataclass(frozen=True)
class Inner:
    """Of nothing."""

    deep: str = "a"
    """Nested."""


@dataclass(frozen=True)
class Sample:
    """Of nothing."""

    first: int = 1
    """Doc of
    two lines."""
    bare: float = 2.0
    inner: Inner = Inner("b")
    last: tuple[str, ...] = ()
    """The last."""


def test_docs_are_the_texts_under_the_fields():
    assert field_docs(Sample) == {"first": "Doc of two lines.", "last": "The last."}


def test_options_of_nested_configs_take_the_defaults_they_are_given():
    assert [(option.path, option.default) for option in options(Sample(), "x")] == [
        ("x.first", 1),
        ("x.bare", 2.0),
        ("x.inner.deep", "b"),
        ("x.last", ()),
    ]
