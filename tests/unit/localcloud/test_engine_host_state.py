"""Restoring the state of the machine after an engine has stopped."""

from __future__ import annotations

from pathlib import Path

from localcloud.engine import host_state, iptables
from localcloud.engine.host_state import HostState
from other_user import closed_directory, unprivileged

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
BRIDGES = ["docker0", "br-0123456789ab"]


def test_the_engines_rules_are_removed() -> None:
    """The engine's chains, the rules of its bridges and its FORWARD policy are removed."""
    left = iptables.remove_engine_rules(NOW, BEFORE, BRIDGES)

    assert left == [*BEFORE, "*nat", ":POSTROUTING ACCEPT", "COMMIT"]


def test_a_rule_that_others_added_stays() -> None:
    """A rule for a bridge of another program stays."""
    other = "-A FORWARD -i br-ffffffffffff -j ACCEPT"

    left = iptables.remove_engine_rules([*NOW[:-5], other, "COMMIT"], BEFORE, BRIDGES)

    assert other in left


def test_a_previous_drop_policy_stays() -> None:
    """A FORWARD policy that was DROP before the engine is DROP after it."""
    before = [line.replace(":FORWARD ACCEPT", ":FORWARD DROP") for line in BEFORE]

    assert ":FORWARD DROP" in iptables.remove_engine_rules(NOW, before, ["docker0"])


def test_only_new_and_empty_paths_are_removed(tmp_path: Path) -> None:
    """A directory that existed before, or that contains a file of another program, stays."""
    created, used = tmp_path / "created", tmp_path / "used"
    (created / "below").mkdir(parents=True)
    used.mkdir()
    (used / "file").write_text("x")

    host_state.remove_new_paths(HostState(boot="", absent=[str(created), str(used), str(tmp_path / "never")]))

    assert not created.exists()
    assert (used / "file").exists()


def test_forwarding_is_restored(tmp_path: Path) -> None:
    """An IP forwarding setting gets its previous value."""
    setting = tmp_path / "net/ipv4/ip_forward"
    setting.parent.mkdir(parents=True)
    setting.write_text("1\n")

    host_state.restore_forwarding(HostState(boot="", forwarding={"net/ipv4/ip_forward": "0"}), tmp_path)

    assert setting.read_text() == "0"


def test_a_control_group_of_another_engine_stays(tmp_path: Path) -> None:
    """Empty control groups named docker are removed; one that existed before stays."""
    (tmp_path / "memory/other").mkdir(parents=True)
    (tmp_path / "cpu/docker/theirs").mkdir(parents=True)
    absent = [str(path) for path in host_state.engine_paths(tmp_path) if host_state.is_absent(path)]
    (tmp_path / "memory/docker/abc").mkdir(parents=True)

    host_state.remove_new_paths(
        HostState(boot="", absent=[path for path in absent if path.startswith(str(tmp_path))])
    )

    assert [path.name for path in (tmp_path / "memory").iterdir()] == ["other"]
    assert (tmp_path / "cpu/docker/theirs").is_dir()


def test_a_path_that_this_user_may_not_look_at_is_not_recorded_as_absent(tmp_path: Path) -> None:
    """Such a path of another engine is never removed."""
    with closed_directory() as closed, unprivileged():
        assert not host_state.is_absent(closed / "s")
        assert not host_state.is_absent(closed)
    assert host_state.is_absent(tmp_path / "none")
    assert host_state.is_absent(tmp_path / "none" / "below")


def test_links_are_those_of_the_current_namespace() -> None:
    """The loopback interface is among the links."""
    assert "lo" in host_state.links()
