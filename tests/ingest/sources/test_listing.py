import hashlib
import os

import pytest

from ingest.errors import ConfigError, SourceError
from ingest.load import LoadConfig
from ingest.sources.fingerprint import fingerprint
from ingest.sources.listing import is_skipped, list_inputs
from ingest.sources.opener import LOCAL

CONFIG = LoadConfig()


@pytest.fixture
def news(tmp_path):
    """A folder with two articles, one of them in a folder of its own."""
    folder = tmp_path / "news"
    write(folder / "b.txt", folder / "sub" / "a.html")
    return folder


def write(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)


def listed(*paths, source=None, config=CONFIG):
    return [(ref.source, ref.name) for ref in list_inputs([str(path) for path in paths], source, config)]


def test_a_folder_names_its_source_and_its_files_by_relative_path(news):
    assert listed(news) == [("news", "b.txt"), ("news", "sub/a.html")]
    assert listed(f"{news}/") == listed(news)


def test_a_file_is_named_after_itself_within_its_folder(news):
    assert listed(news / "sub" / "a.html") == [("sub", "a.html")]


def test_the_given_source_replaces_the_folder(news):
    assert listed(news, source="wire") == [("wire", "b.txt"), ("wire", "sub/a.html")]


def test_the_order_of_paths_does_not_matter(news, tmp_path):
    write(tmp_path / "more" / "c.txt")
    assert listed(tmp_path / "more", news) == listed(news, tmp_path / "more")


def test_a_relative_path_names_the_folder_that_it_leads_to(news, monkeypatch):
    monkeypatch.chdir(news / "sub")
    assert listed(".") == [("sub", "a.html")]
    assert listed("..") == listed(news)


def test_what_two_paths_lead_to_is_listed_once_by_its_longer_name(news):
    assert listed(news, news / "sub", news / "b.txt") == listed(news)
    assert listed(news / "sub", news) == listed(news)


def test_two_files_of_one_name_in_one_source_are_refused(tmp_path):
    write(tmp_path / "monday" / "a.txt", tmp_path / "tuesday" / "a.txt")
    with pytest.raises(ConfigError, match=r"monday.*tuesday.*--source"):
        listed(tmp_path / "monday", tmp_path / "tuesday", source="wire")
    assert len(listed(tmp_path / "monday", tmp_path / "tuesday")) == 2


def test_a_path_to_nothing_is_an_error(tmp_path):
    with pytest.raises(SourceError, match=r"absent\.txt: there is no such file or folder"):
        listed(tmp_path / "absent.txt")


def test_hidden_and_other_files_are_left_out_unless_given(news):
    others = [
        news / name for name in (".hidden.txt", ".git/a.txt", "README.md", "README", "LICENSE-MIT", "logo.PNG", "sub/style.css")
    ]
    write(*others)
    assert listed(news) == [("news", "b.txt"), ("news", "sub/a.html")]
    assert listed(news / "README") == [("news", "README")]
    assert listed(news / ".hidden.txt") == [("news", ".hidden.txt")]


@pytest.mark.parametrize(
    "name", ["license-plates-cost-more.txt", "readme-a-column.html", "notice-to-readers.txt", "a.docx", "plain", "x.md.txt"]
)
def test_articles_are_not_taken_for_other_files(name):
    assert not is_skipped(name, CONFIG.skip)


def test_patterns_with_a_slash_see_the_path_and_small_letters_ignore_case():
    assert is_skipped("drafts/a.txt", ("drafts/*",))
    assert not is_skipped("a/drafts.txt", ("drafts/*",))
    assert is_skipped("sub/A.TXT", ("*.txt",))
    assert not is_skipped("a.txt", ("*.TXT",))
    assert not is_skipped("a.txt", ())


def test_links_to_folders_are_followed_once(news, tmp_path):
    write(tmp_path / "elsewhere" / "c.txt")
    (news / "up").symlink_to(news)
    (news / "again").symlink_to(news / "sub")
    (news / "sub" / "other").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(news / "sub")
    assert listed(news) == [("news", "b.txt"), ("news", "sub/a.html"), ("news", "sub/other/c.txt")]


def test_links_that_lead_nowhere_are_listed(news):
    (news / "loop.txt").symlink_to(news / "loop2.txt")
    (news / "loop2.txt").symlink_to(news / "loop.txt")
    (news / "gone.txt").symlink_to(news / "absent")
    names = [("news", name) for name in ("b.txt", "gone.txt", "loop.txt", "loop2.txt", "sub/a.html")]
    assert listed(news) == names
    assert listed(news / "loop.txt") == [("news", "loop.txt")]


def test_names_that_are_no_utf8_can_be_stored(news):
    (news / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    (ref,) = (ref for ref in list_inputs([str(news)], None, CONFIG) if "caf" in ref.name)
    assert ref.name == "caf\\xe9.txt"
    assert fingerprint(ref, LOCAL).sha256 == hashlib.sha256(b"x").hexdigest()


def test_a_digest_is_that_of_the_bytes(news):
    first, *_ = list_inputs([str(news)], None, CONFIG)
    assert fingerprint(first, LOCAL).sha256 == hashlib.sha256(b"b.txt").hexdigest()
    (news / "b.txt").unlink()
    with pytest.raises(SourceError, match=r"b\.txt: no such file or directory"):
        fingerprint(first, LOCAL)
