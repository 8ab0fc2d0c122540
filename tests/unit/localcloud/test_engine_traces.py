"""What an engine leaves outside its directories is taken back, and nothing of anybody else."""

from __future__ import annotations

from pathlib import Path

from localcloud.engine import traces as engine_traces
from localcloud.engine.home import Before

BEFORE = [
    "*filter",
    ":INPUT ACCEPT",
    ":FORWARD ACCEPT",
    ":OUTPUT ACCEPT",
    "-A INPUT -p tcp --dport 23 -j DROP",
    "COMMIT",
]
NOW = [
    "*filter",
    ":INPUT ACCEPT",
    ":FORWARD DROP",
    ":OUTPUT ACCEPT",
    ":DOCKER -",
    ":DOCKER-USER -",
    "-A INPUT -p tcp --dport 23 -j DROP",
    "-A FORWARD -j DOCKER-USER",
    "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    "-A FORWARD -i br-0123456789ab ! -o br-0123456789ab -j ACCEPT",
    "-A DOCKER-USER -j RETURN",
    "COMMIT",
    "*nat",
    ":POSTROUTING ACCEPT",
    ":DOCKER -",
    "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
    "COMMIT",
]


def test_rules_are_as_before() -> None:
    """The engine's chains, the rules of its bridges and its FORWARD policy go."""
    left = engine_traces.without_engine(NOW, BEFORE, ["docker0", "br-0123456789ab"])

    assert left == [*BEFORE, "*nat", ":POSTROUTING ACCEPT", "COMMIT"]


def test_rule_that_somebody_added_since_stays() -> None:
    """A rule on a bridge that is not the engine's is nobody's to remove."""
    strangers = "-A FORWARD -i br-ffffffffffff -j ACCEPT"

    left = engine_traces.without_engine(
        [*NOW[:-5], strangers, "COMMIT"], BEFORE, ["docker0", "br-0123456789ab"]
    )

    assert strangers in left


def test_policy_that_was_drop_before_stays_drop() -> None:
    """A machine that dropped forwarded packets before us drops them after us."""
    before = [line.replace(":FORWARD ACCEPT", ":FORWARD DROP") for line in BEFORE]

    assert ":FORWARD DROP" in engine_traces.without_engine(NOW, before, ["docker0"])


def test_only_paths_that_were_absent_go(tmp_path: Path) -> None:
    """A directory that was there, or that holds a file of somebody, stays."""
    made, used = tmp_path / "made", tmp_path / "used"
    (made / "below").mkdir(parents=True)
    used.mkdir()
    (used / "somebodys").write_text("x")

    engine_traces.remove_paths(Before(boot="", absent=[str(made), str(used), str(tmp_path / "never")]))

    assert not made.exists()
    assert (used / "somebodys").exists()


def test_switches_go_back(tmp_path: Path) -> None:
    """Forwarding is what it was."""
    switch = tmp_path / "net/ipv4/ip_forward"
    switch.parent.mkdir(parents=True)
    switch.write_text("1\n")

    engine_traces.restore_switches(Before(boot="", forwarding={"net/ipv4/ip_forward": "0"}), tmp_path)

    assert switch.read_text() == "0"


def test_control_groups_go_only_where_nothing_lives(tmp_path: Path) -> None:
    """Empty control groups named docker go from the bottom up; one that another engine had before stays."""
    (tmp_path / "memory/other").mkdir(parents=True)
    (tmp_path / "cpu/docker/theirs").mkdir(parents=True)
    absent = [str(path) for path in engine_traces.places(tmp_path) if not path.exists()]
    (tmp_path / "memory/docker/abc").mkdir(parents=True)

    engine_traces.remove_paths(
        Before(boot="", absent=[path for path in absent if path.startswith(str(tmp_path))])
    )

    assert [path.name for path in (tmp_path / "memory").iterdir()] == ["other"]
    assert (tmp_path / "cpu/docker/theirs").is_dir()
