"""A course's pages: who has what, for the instructor, for each student, and without names."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from course.cli import main
from graders.engine.final import results_json
from graders.engine.results import ClassResults, points_by_task
from graders.engine.writing import write_atomically
from graders.nbgrader import gradebook
from graders.nbgrader.final_scores import final_scores
from tests.graders.chromium import chromium
from tests.graders.class_results import small_class, submission, write_results
from tests.graders.reports.course_helpers import FAILED, PASSED, graded, rows_of, text_of

ROSTER = (
    "id,name,email,section\n"
    'ada,"Lovelace, Ada",ada@x.edu,A\n'
    'bob,"<script>alert(1)</script>",,A\n'
    'cleo,"=1+1",,B\n'
    'zoe,"Zo\u00eb / \u738b",,B\n'
)


def parse(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def save(results: ClassResults, folder: str) -> None:
    Path(folder).mkdir(parents=True)
    write_results(results, Path(folder))
    Path(folder, "report.html").touch()


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two assignments; bob is late in the second, which half of the class did not hand in."""
    monkeypatch.chdir(tmp_path)
    Path("roster.csv").write_text(ROSTER, encoding="utf-8")
    save(small_class(), "grades/softmax")
    second = graded(
        submission("ada", "passed", "failed", "passed"),
        submission("bob", *PASSED, submitted_at="2026-03-02T12:00:00+00:00"),
        name="backprop",
    )
    second = replace(
        second,
        submissions=tuple(
            replace(item, submitted_at_source="timestamp.txt") for item in second.submissions
        ),
    )
    tasks = points_by_task(second.submissions[0].tests)
    out = Path("grades/backprop")
    gradebook.update(second, tasks, out, datetime(2026, 3, 1, 13), penalty=lambda *_: 15.0)
    lines = final_scores(second, out / "gradebook.db")
    write_atomically(out / "results.json", results_json(second, lines))
    (out / "report.html").touch()
    return tmp_path


def report(*options: str) -> Path:
    assert main(["course-report", "--from", "grades", "--out", "out", *options]) == 0
    return Path("out")


def test_the_page_says_who_has_what(course: Path) -> None:
    page = parse(report() / "course.html")
    assert rows_of(page) == {
        "ada": ["180", "90", "80", "100"],
        "bob": ["165", "82.5", "85 late −15", "80"],
        "cleo": ["0", "0", "–", "0"],
        "dan": ["0", "0", "–", "0 missing"],
        "eve": ["0", "0", "–", "0 rejected"],
        "fay": ["0 so far", "…", "–", "…"],
    }
    assert "softmax is not final: grade it again, or read what waits 1 fay" in text_of(page)
    assert "nothing that was graded, in any assignment 2 dan , eve" in text_of(page)


def test_distributions_hardest_tests_and_messages(course: Path) -> None:
    page = parse(report() / "course.html")
    assert [text_of(tile) for tile in page.select(".tile")] == [
        "57.5 % mean total", "82.5 % median total", "0–90 % range of totals",
        "2 without graded work", "1 not final",
    ]  # fmt: skip
    assert "Number of students by total in per cent: 0 to 10: 1;" in text_of(page.svg.title)
    first, second = page.select("[aria-labelledby=assignments] tbody tr")
    assert text_of(first) == "backprop 100 points 82.5 82.5 2 4 1"
    assert text_of(second) == "softmax 100 points 60 80 3 1 0"
    assert "80 to 90: 2" in first.svg["aria-label"]
    hardest = [text_of(row) for row in page.select("[aria-labelledby=tasks], #tests + .card tr")]
    assert hardest[1].startswith("What test_large_scores asks. softmax 33 %")
    assert hardest[2].startswith("What test_large_scores asks. backprop 50 %")
    assert "None was met by two students" in text_of(page)


def test_a_roster_gives_names_and_sections_and_tells_who_is_missing(course: Path) -> None:
    page = parse(report("--roster", "roster.csv") / "course.html")
    rows = rows_of(page)
    assert rows["Lovelace, Ada ada · A"] == ["180", "90", "80", "100"]
    assert rows["Zo\u00eb / \u738b zoe · B"] == ["0", "0", "–", "–"]
    text = text_of(page)
    assert "not in the roster, and graded 3 dan , eve , fay" in text
    sections = [text_of(row) for row in page.select("[aria-labelledby=sections] tbody tr")]
    assert sections == ["none 3 – –", "A 2 86.2 % 86.2 %", "B 2 0 % 0 %"]
    own = text_of(parse(course / "out/students/zoe.html"))
    assert "Zo\u00eb / \u738b · zoe · B 0 of 200 points" in own
    assert own.count("nothing on record") == 2


def test_one_person_under_two_names_is_one_line(course: Path, capsys) -> None:
    save(graded(submission("Ada@X.edu", *PASSED), name="optimizers"), "grades/optimizers")
    page = parse(report("--roster", "roster.csv") / "course.html")
    assert rows_of(page)["Lovelace, Ada ada · A"] == ["280", "93.3", "80", "100", "100"]
    both = (submission("ada", *PASSED), submission("ada@x.edu", *PASSED))
    save(graded(*both, name="sequences"), "grades/sequences")
    arguments = ["course-report", "--from", "grades", "--out", "out", "--roster", "roster.csv"]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert "grades/sequences/results.json" in error
    assert "one person by the roster" in error


def test_ids_that_look_alike_are_pointed_out(course: Path) -> None:
    save(graded(submission("Ada", *PASSED), name="optimizers"), "grades/optimizers")
    page = parse(report() / "course.html")
    assert "ids that look alike: one person? 2 Ada , ada" in text_of(page)
    pages = {text_of(parse(course / "out" / unquote(link["href"])).select_one("p.quiet"))
             for link in page.select(".matrix a")}  # fmt: skip
    assert len(pages) == 7


def test_the_table_is_for_a_spreadsheet(course: Path) -> None:
    report("--roster", "roster.csv")
    with Path("out/course.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert len(rows) == 7
    assert rows["bob"] == {
        "student": "bob", "name": "<script>alert(1)</script>", "section": "A", "total": "165",
        "max_total": "200", "percent": "82.5", "late_penalties": "15", "left_out": "",
        "not_final": "", "backprop": "85", "softmax": "80",
    }  # fmt: skip
    assert rows["cleo"]["name"] == "'=1+1"  # never run as a formula
    assert (rows["zoe"]["total"], rows["zoe"]["backprop"]) == ("0", "")
    # an open score is no zero
    assert (rows["fay"]["total"], rows["fay"]["softmax"]) == ("", "")
    assert rows["fay"]["not_final"] == "softmax"


def test_a_students_page_says_what_counts_and_where_points_were_lost(course: Path) -> None:
    page = parse(report() / "students" / "bob.html")
    text = text_of(page)
    assert "bob 165 of 200 points, 82.5 %" in text
    assert "backprop late −15 85 / 100 –" in text  # of two scores a median tells too much
    assert "softmax softmax 20 of 60" in text
    others = {"ada", "cleo", "dan", "eve", "fay"}
    assert not others & set(re.findall(r"\w+", text))
    waiting = text_of(parse(Path("out/students/fay.html")))
    assert "… not final: a part has to be graded or read; 0 of 200 points so far" in waiting


def test_a_median_is_shown_where_enough_were_graded(course: Path) -> None:
    five = [submission(f"s{i}", *PASSED) for i in range(4)] + [submission("ada", *FAILED)]
    save(graded(*five, name="optimizers"), "grades/optimizers")
    assert "optimizers 0 / 100 100" in text_of(parse(report() / "students" / "ada.html"))


def test_points_by_hand_count_and_pages_that_are_older_are_told(course: Path, capsys) -> None:
    with gradebook.open_gradebook(Path("grades/backprop/gradebook.db")) as book:
        book.find_grade("softmax", "backprop", "backprop", "bob").manual_score = 50
        book.db.commit()
    page = parse(report() / "students" / "bob.html")
    assert "backprop late −15 75 / 100" in text_of(page)
    said = capsys.readouterr()
    assert "backprop: graded by hand since `dlcourse grade` last ran: 1 of 2 students" in said.err
    assert "bob" not in said.err + said.out


def test_what_the_course_drops_is_in_no_total(course: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("DLCOURSE_ROOT", str(course))
    Path("allowances.csv").write_text(
        "kind,assignment,student,value\n"
        "drop lowest,,,1\ndrop,softmax,ADA@x.edu,yes\ndrop,softmax,stranger,yes\n"
        "drop,softmax,mistaken,yes\ndrop,softmax,mistaken,\n"
    )
    save(graded(submission("ada", *FAILED), name="optimizers"), "grades/optimizers")
    rows = rows_of(parse(report("--roster", "roster.csv") / "course.html"))
    # ada's lowest is of those that are left
    assert rows["Lovelace, Ada ada \u00b7 A"] == ["80", "80", "80", "0 lowest", "100 dropped"]
    assert rows["fay"] == ["0 so far", "…", "– lowest", "–", "…"]
    own = text_of(parse(Path("out/students/ada.html")))
    assert "80 of 100 points, 80 %" in own
    assert "optimizers lowest: does not count 0 / 100" in own
    others = text_of(parse(Path("out/without_names.html")))
    assert "0 lowest" in others
    assert "dropped" not in others
    said = capsys.readouterr().err
    assert "1 of the students in it are in neither" in said  # who was taken back is not
    assert "stranger" not in said


def test_twice_the_same_and_nobody_who_is_gone(course: Path) -> None:
    out = report()
    before = {path: (path.read_bytes(), path.stat().st_ino) for path in out.rglob("*.html")}
    (out / "students" / "mine.html").write_text("my own")
    report()
    assert before == {path: (path.read_bytes(), path.stat().st_ino) for path in before}
    left = tuple(item for item in small_class().submissions if item.student != "cleo")
    write_results(replace(small_class(), submissions=left), Path("grades/softmax"))
    report()
    assert not (out / "students" / "cleo.html").exists()
    assert (out / "students" / "mine.html").exists()
    assert all("cleo" not in path.read_text() for path in out.rglob("*.*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "nowhere"], "nowhere is not a folder"),
        (["--from", "empty"], "empty holds no grades: run `dlcourse grade NAME SUBMISSIONS"),
        (
            ["--from", "grades", "copy"],
            "grades/softmax and copy/softmax both hold grades of softmax: move",
        ),
        (["--from", "cut"], "cut/backprop was not graded to the end"),
        (["--from", "broken"], "broken/softmax/results.json cannot be read"),
        (["--from", "grades", "--roster", "no.csv"], "no.csv cannot be read"),
        (["--from", "grades", "--out", "roster.csv"], "roster.csv is a file"),
    ],
)
def test_bad_input_is_one_line(course: Path, capsys, arguments: list[str], said: str) -> None:
    Path("empty").mkdir()
    Path("cut/backprop").mkdir(parents=True)
    Path("cut/backprop/records.jsonl").touch()
    Path("broken/softmax").mkdir(parents=True)
    Path("broken/softmax/results.json").write_text("{")
    save(small_class(), "copy/softmax")
    assert main(["course-report", "--out", "out", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("dlcourse: ")
    assert error.count("\n") == 1
    assert not Path("out").exists()


def test_one_folder_may_be_named_itself(course: Path) -> None:
    words = ["--from", "grades/softmax", "grades", "--out", "out"]
    assert main(["course-report", *words]) == 0  # and once is enough
    assert rows_of(parse(Path("out/course.html")))["ada"] == ["180", "90", "100", "80"]


def test_where_nothing_needs_a_human_nothing_says_so(course: Path) -> None:
    save(graded(submission("ada", *PASSED)), "fine/softmax")
    assert main(["course-report", "--from", "fine", "--out", "out"]) == 0
    assert "Needs a human" not in text_of(parse(Path("out/course.html")))


def test_an_empty_class_makes_pages(course: Path) -> None:
    save(graded(), "new/softmax")
    assert main(["course-report", "--from", "new", "--out", "out"]) == 0
    assert "0 students · 1 assignment" in text_of(parse(Path("out/course.html")))


def test_pages_are_safe_and_whole(course: Path) -> None:
    out = report("--roster", "roster.csv")
    for path in out.rglob("*.html"):
        page, html = parse(path), path.read_text()
        assert not page.select("script, img, iframe, object, link, base, form")
        assert not re.search(r"https?://|url\(|@import", html)
        assert "default-src 'none'" in page.select_one("meta[http-equiv]")["content"]
        assert page.title.get_text().strip()
        assert len(page.select("h1")) == 1
        assert all(header.get("scope") for header in page.select("th"))
        ids = [tag["id"] for tag in page.select("[id]")]
        assert len(ids) == len(set(ids))
        assert all(tag["aria-labelledby"] in ids for tag in page.select("[aria-labelledby]"))
        for link in page.select("a"):
            assert (out / unquote(link["href"])).exists()
    assert "<script>alert(1)</script>" in text_of(parse(out / "students/bob.html"))


def test_pages_fit_a_phone(course: Path, tmp_path: Path) -> None:
    for name in ("architectures", "representations", "regularization", "least_squares"):
        save(replace(small_class(), assignment=name), f"grades/{name}")
    out = report("--roster", "roster.csv").absolute()
    fits = """
    JSON.stringify([document.documentElement.scrollWidth,
      [...document.querySelectorAll(".card:not(.matrix)")].every(
        card => card.scrollWidth <= card.clientWidth)])
    """
    with chromium("about:blank", tmp_path / "profile") as browser:
        browser.resize(390, phone=True)
        for name in ("course.html", "without_names.html", "students/bob.html"):
            browser.open((out / name).as_uri())
            across, cards = json.loads(browser.evaluate(fits))
            assert (across, cards) == (390, True), name
