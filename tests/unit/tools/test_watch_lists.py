"""The watch of the lists' pages, on pages written here: nothing is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

import watch_lists


def test_records_and_report(tmp_path: Path) -> None:
    """Each page's hosts are recorded; what its list lacks is reported; a page that is gone keeps its record."""
    (tmp_path / "defender.txt").write_text("old.example.com\n")

    def get(address: str) -> str:
        if "defender" in address:
            raise OSError("404")
        return (
            "Moved"
            if "delivery" in address
            else "| `*.update.microsoft.com` | https://new.example.com/ |"
        )

    report, failed = watch_lists.watch(tmp_path, get)
    assert "*.update.microsoft.com\nnew.example.com https\n" == (tmp_path / "wsus.txt").read_text()
    assert "old.example.com\n" == (tmp_path / "defender.txt").read_text()
    assert "- lacks `new.example.com`" in report
    assert "lacks `*.update.microsoft.com`" not in report
    assert ["defender: ", "delivery-optimization: "] == [
        line.partition("http")[0] for line in failed
    ]
    assert "names no host" in failed[1]


def test_it_fails_where_a_page_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are recorded before."""
    monkeypatch.setattr(watch_lists, "RECORDS", tmp_path)
    monkeypatch.setattr(
        watch_lists, "fetch", lambda address: "a.example.com" if "memdocs" in address else ""
    )
    with pytest.raises(SystemExit) as ended:
        watch_lists.main()
    assert 1 == ended.value.code
    assert "lacks `a.example.com`" in capsys.readouterr().out
    assert (tmp_path / "automatic-updates.txt").exists()
