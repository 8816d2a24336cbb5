"""The command against a loopback site: killed in mid-fetch, started again, and what the site's own log says of it."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import WINNOW
from tests.e2e.reading import add_up, read
from tests.e2e.test_kill import finish, kill, wait_until_staged
from tests.loopback import Page, Site, article, rss, serving

GAP_S = 0.25


def environment(folder: Path, site: Site, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "WINNOW_FETCH__CONTACT": "ada@winnow.example",
        "WINNOW_FETCH__GAP_S": str(GAP_S),
        "WINNOW_FETCH__ALLOW_HOSTS": site.authority,
        "WINNOW_FETCH__STATE_FOLDER": str(folder / "hosts"),
        "WINNOW_RUN__SHARD_DOCUMENTS": "3",
        **more,
    }


def start(folder: Path, site: Site, *arguments: str) -> subprocess.Popen[str]:
    command = [WINNOW, "ingest", *arguments, "--into", str(folder / "corpus"), "--workers", "1", "--json"]
    return subprocess.Popen(
        command,
        env=environment(folder, site),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def with_feed(folder: Path, site: Site, pages: int) -> None:
    site.pages["/feed.xml"] = Page(rss(*((f"/{number}", None) for number in range(pages))))
    site.pages |= {f"/{number}": Page(article(number, edition=number + 1)) for number in range(pages)}
    table = f'[[source]]\nslug = "desk"\nkind = "feed"\nlocation = "{site.url("/feed.xml")}"\n'
    (folder / "winnow.toml").write_text(table)


@pytest.mark.slow
def test_a_fetch_that_is_killed_goes_on_politely_and_asks_for_nothing_twice(tmp_path: Path) -> None:
    with serving() as site:
        with_feed(tmp_path, site, 12)
        process = start(tmp_path, site)
        wait_until_staged(process, tmp_path / "corpus", 2)
        (plan,) = (tmp_path / "corpus").glob("clean/runs/*.plan.json")
        kill(process)
        before = set(site.paths()) - {"/robots.txt", "/feed.xml"}
        asked = len(site.log)
        report = finish(start(tmp_path, site))
        assert report["run_id"] == plan.name.removesuffix(".plan.json")
        assert add_up(report)
        assert (report["inputs"], report["kept"] + report["duplicates"]) == (12, 12)
        again = [path for path in site.paths()[asked:] if path in before]
        assert len(before) >= 6
        assert len(again) <= len(before) - 6  # two staged shards of three pages are not asked for again
        assert min(site.gaps()) >= GAP_S - 0.01
        assert len(read(tmp_path / "corpus", "documents")) == 12
        asked = len(site.log)
        report = finish(start(tmp_path, site))
        assert (report["unchanged"], report["seq"]) == (12, None)
        assert {request.status for request in site.log[asked:] if request.path != "/robots.txt"} == {304}


@pytest.mark.slow
def test_ctrl_c_in_mid_fetch_ends_at_once_with_one_line(tmp_path: Path) -> None:
    with serving() as site:
        with_feed(tmp_path, site, 12)
        process = start(tmp_path, site)
        wait_until_staged(process, tmp_path / "corpus", 1)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=20)
        assert process.returncode == 130
        assert len(complaint.strip().splitlines()) == 1
        finish(start(tmp_path, site))


def test_without_a_contact_the_command_says_what_to_set(tmp_path: Path) -> None:
    with serving() as site:
        env = environment(tmp_path, site, WINNOW_FETCH__CONTACT="")
        command = [WINNOW, "ingest", site.url("/a"), "--into", str(tmp_path / "corpus"), "--json"]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "fetch.contact" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert site.connections == 0
        assert not (tmp_path / "corpus").exists()


def test_a_dry_run_says_what_would_be_fetched(tmp_path: Path) -> None:
    with serving() as site:
        with_feed(tmp_path, site, 3)
        report = finish(start(tmp_path, site, "--dry-run"))
        assert report["would_fetch"] == 3
        assert site.paths() == ["/robots.txt", "/feed.xml"]
        assert json.dumps(report).count("would fetch") == 3
