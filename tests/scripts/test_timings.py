from scripts.timings import Timings


def test_a_stage_is_counted_however_quick_it_was(tmp_path):
    timings = Timings(tmp_path / "timings.json")
    with timings.of("samples round-0"):
        pass
    assert list(timings.read()) == ["samples round-0"]


def test_stages_of_earlier_settings_are_told_from_those_asked_for(tmp_path):
    path = tmp_path / "timings.json"
    with Timings(path).of("students control-more-training"):
        pass
    now = Timings(path)
    with now.of("students round-0"):
        pass
    assert now.asked == {"students round-0"} < now.read().keys()


def test_finding_a_stage_done_is_not_counted(tmp_path):
    timings = Timings(tmp_path / "timings.json")
    with timings.of("dataset"):
        pass
    written = (tmp_path / "timings.json").stat().st_mtime_ns
    with timings.of("dataset"):
        pass
    assert (tmp_path / "timings.json").stat().st_mtime_ns == written
