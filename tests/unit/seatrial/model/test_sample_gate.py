"""The gate on real data: networks for handwritten digits, judged on 1,100 that trained none of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from examples.digits.network import Network, train, weakened

import digits
from seatrial.check_result import Check
from seatrial.model.evaluation.by_class import compare_classes, worse_classes
from seatrial.model.evaluation.paired import compare
from seatrial.model.evaluation.power import smallest_loss
from seatrial.model.validation.checks import examine
from seatrial.model.validation.live import NoLiveModel
from seatrial.settings import Validate

LIMITS = Validate()
NOT_WORSE = "evaluation: not worse than the live model"
NO_CLASS_WORSE = "evaluation: no class worse than the live model"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the golden set, the evaluation set and the live model."""
    folder = tmp_path_factory.mktemp("digits")
    digits.write_golden(folder / "golden")
    digits.write_evaluation(folder / "evaluation")
    digits.write_model(folder / "live")
    return folder


def judge(data: Path, new: Path, live: Path | NoLiveModel, limits: Validate = LIMITS) -> dict[str, Check]:
    """Return the checks of a model by their names."""
    found = examine(new, data / "golden", live, limits, evaluation=data / "evaluation").checks
    return {each.name: each for each in found}


def right(network: Network) -> list[float]:
    """Return which held-out digits a network gets right."""
    sample = digits.held_out()
    return [float(each) for each in network.predict(sample.images) == sample.digits]


def spread(loss: float) -> Network:
    """Return the good network with noise that costs all digits about the same."""
    sample = digits.held_out()
    wanted = digits.good().accuracy(sample.images, sample.digits) - loss
    return weakened(digits.good(), sample.images, sample.digits, wanted, seed=4)


def visible_loss(new: Network) -> float:
    """Return the smallest loss that the held-out digits show for a network, at its own rate of gains."""
    found = compare(right(new), right(digits.good()), LIMITS.margin)
    gains = found.better / found.originals
    loss = smallest_loss(found.originals, gains, LIMITS.level / 2, LIMITS.margin, LIMITS.power)
    assert loss is not None
    return loss


def test_a_retrained_network_passes(data: Path, tmp_path: Path) -> None:
    """With another seed every check passes, and every comparison is judged."""
    digits.write_model(tmp_path / "new", digits.retrained())
    found = judge(data, tmp_path / "new", data / "live")
    assert {each.status for each in found.values()} == {"passed"}


def test_the_smallest_visible_loss_is_refused_and_half_of_it_passes(data: Path, tmp_path: Path) -> None:
    """The loss that the report names is one that this sample shows."""
    seen = visible_loss(spread(0.03))
    assert 0.02 < seen < 0.04
    statuses = []
    for name, loss in (("refused", seen), ("passes", seen / 2)):
        digits.write_model(tmp_path / name, spread(loss))
        found = judge(data, tmp_path / name, data / "live")
        statuses.append((found[NOT_WORSE].status, all(each.passed for each in found.values())))
    assert statuses == [("failed", False), ("passed", True)]


def test_a_worse_network_is_refused_though_the_golden_set_passes_it(data: Path, tmp_path: Path) -> None:
    """Trained with a tenth of the digits: the gate that has five photos to go by cannot tell."""
    digits.write_model(tmp_path / "new", digits.worse())
    found = judge(data, tmp_path / "new", data / "live", Validate(min_agreement=0.5))
    failed = {name for name, each in found.items() if not each.passed and name.startswith("evaluation: ")}
    assert {NOT_WORSE, NO_CLASS_WORSE} <= failed


def test_a_first_model_with_rotated_labels_is_worse_than_guessing(data: Path, tmp_path: Path) -> None:
    """Without a live model its labels still do not fit the photos."""
    rotated = (*digits.LABELS[1:], digits.LABELS[0])
    digits.write_model(tmp_path / "new", labels=rotated)
    found = judge(data, tmp_path / "new", NoLiveModel("no other model is known to be live"))
    assert found["evaluation: labels of the set"].status == "failed"
    assert found["evaluation: better than guessing"].status == "failed"


def test_two_swapped_labels_are_found_in_their_classes(data: Path, tmp_path: Path) -> None:
    """The network is the live one; `three` and `eight` are swapped in its last layer."""
    order = [0, 1, 2, 8, 4, 5, 6, 7, 3, 9]
    good = digits.good()
    swapped = Network(good.hidden, good.hidden_bias, good.output[:, order], good.output_bias[order])
    digits.write_model(tmp_path / "new", swapped)
    found = judge(data, tmp_path / "new", data / "live")[NO_CLASS_WORSE]
    assert found.status == "failed"
    assert "three (3)" in found.detail
    assert "eight (8)" in found.detail


def test_retrained_networks_are_refused_at_most_at_the_level() -> None:
    """Of 90 pairs of 10 seeds, each judged against the other, at most 5 % are refused."""
    sample = digits.training()
    found = [right(train(sample.images, sample.digits, seed=seed)) for seed in range(10)]
    classes = digits.held_out().digits.tolist()
    refused = [_refused(classes, new, live) for new in found for live in found if new is not live]
    assert sum(refused) / len(refused) <= LIMITS.level


def _refused(classes: list[int], new: list[float], live: list[float]) -> bool:
    by_class = compare_classes(classes, new, live, LIMITS.class_photos, LIMITS.class_margin)
    in_all = compare(new, live, LIMITS.margin).shows_a_loss(LIMITS.level / 2)
    return in_all or bool(worse_classes(by_class, LIMITS.level / 4))
