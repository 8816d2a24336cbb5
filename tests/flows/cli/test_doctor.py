import json

from storage.local import LocalBucket


def test_a_folder_is_tried_out_and_stays_as_it_was(winnow, tmp_path):
    done = winnow("doctor", tmp_path / "corpus")
    assert done.exit_code == 0, done.output
    assert "several writers are safe" in done.output
    assert "everything that a corpus relies on is there" in done.output
    assert not (tmp_path / "corpus").exists()


def test_what_is_missing_ends_with_1_and_says_what_follows(winnow, tmp_path, monkeypatch):
    monkeypatch.setattr(LocalBucket, "create", lambda self, key, data: self.put(key, data) is None)
    done = winnow("doctor", tmp_path / "corpus")
    assert done.exit_code == 1
    assert "use one writer at a time" in done.output
    assert "missing: conditional create" in done.output


def test_json_is_one_object(winnow, tmp_path):
    told = json.loads(winnow("doctor", tmp_path / "corpus", "--json").output)
    assert told["is_fine"] is True
    assert told["head"] is None
    assert {"probe", "verdict", "seen", "follows"} == set(told["findings"][0])


def test_a_place_that_no_store_can_be_at_is_usage(winnow):
    assert winnow("doctor", "gopher://x").exit_code == 2
    assert winnow("doctor", "s3://").exit_code == 2


def test_without_an_argument_the_configured_corpus_is_tried(winnow, tmp_path, monkeypatch):
    monkeypatch.setenv("WINNOW_CORPUS", str(tmp_path / "mine"))
    assert f"{tmp_path / 'mine'}:" in winnow("doctor").output
