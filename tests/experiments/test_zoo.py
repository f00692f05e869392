"""The zoo: its records are measured again, its files are checked, its command resumes."""

import json
import shutil
from dataclasses import FrozenInstanceError

import pytest
import torch

from densenet_lessons.costs.counting import count_macs, count_parameters
from densenet_lessons.data.small import LabelledImages, load_images
from densenet_lessons.experiments import zoo
from densenet_lessons.experiments.zoo import GROWTH_RATES, ZooRecord, train_zoo, trained_densenet
from densenet_lessons.training import evaluate

#: Accuracy may differ from the record by this much on another machine: float arithmetic is not
#: the same everywhere, and some images lie on the border of two classes.
MARGIN = 0.005


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("growth_rate", GROWTH_RATES)
def test_parameters_and_macs_are_those_of_the_record(growth_rate):
    model, record = trained_densenet(growth_rate)
    assert record.growth_rate == model.spec.growth_rate == growth_rate
    assert record.block_config == model.spec.block_config
    built = sum(parameter.numel() for parameter in model.parameters())
    assert record.parameters == built == count_parameters(model.spec)
    assert record.macs == count_macs(model.spec, 28)
    assert not any(module.training for module in model.modules())
    assert all(torch.isfinite(value).all() for value in model.state_dict().values())
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    with pytest.raises(FrozenInstanceError):
        record.seed = 1


def test_the_records_keep_what_the_course_promises():
    records = {growth_rate: trained_densenet(growth_rate)[1] for growth_rate in GROWTH_RATES}
    assert all(records[growth_rate].test_accuracy >= 0.925 for growth_rate in (12, 16, 24))
    assert max(record.test_accuracy for record in records.values()) >= 0.935
    assert sum(path.stat().st_size for path in zoo.FOLDER.iterdir()) < 6e6


def test_all_nets_were_trained_alike():
    records = [trained_densenet(growth_rate)[1] for growth_rate in GROWTH_RATES]
    recipe = ("epochs", "batch_size", "learning_rate", "schedule", "seed", "block_config")
    assert len({tuple(getattr(record, name) for name in recipe) for record in records}) == 1


def test_accuracy_on_all_shipped_test_images():
    model, record = trained_densenet(8)
    found = evaluate(model, load_images(split="test")).accuracy
    assert found == pytest.approx(record.small_test_accuracy, abs=MARGIN)


@pytest.mark.parametrize("growth_rate", [2, 4, 12, 16, 24])
def test_accuracy_on_some_shipped_test_images(growth_rate):
    """A fifth of the images is quicker; the margin is four standard errors of so many."""
    model, record = trained_densenet(growth_rate)
    data = load_images(split="test")
    found = evaluate(model, (data.images[:400], data.labels[:400])).accuracy
    p = record.small_test_accuracy
    assert found == pytest.approx(p, abs=4 * (p * (1 - p) / 400) ** 0.5)


@pytest.mark.parametrize("growth_rate", [3, 0, "12", None, True])
def test_another_growth_rate_is_refused(growth_rate):
    with pytest.raises(ValueError, match="growth_rate must be one of 2, 4, 8, 12, 16, 24, got "):
        trained_densenet(growth_rate)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    folder = tmp_path / "zoo"
    shutil.copytree(zoo.FOLDER, folder)
    monkeypatch.setattr(zoo, "FOLDER", folder)
    return folder


@pytest.mark.parametrize("name", ["manifest.json", "growth_rate_12.pt"])
def test_a_missing_file_says_how_to_restore_it(copy, name):
    (copy / name).unlink()
    message = rf"{name} is missing; restore it with: git checkout -- .*{name}"
    with pytest.raises(FileNotFoundError, match=message):
        trained_densenet(12)


@pytest.mark.parametrize("name", ["manifest.json", "growth_rate_12.pt"])
def test_a_damaged_file_says_how_to_restore_it(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2 :] = b"{" + content[len(content) // 2 :][1:-9]
    (copy / name).write_bytes(content)
    with pytest.raises(RuntimeError, match=rf"{name} is damaged.*git checkout -- "):
        trained_densenet(12)
    if name == "growth_rate_12.pt":
        assert trained_densenet(8)[1].growth_rate == 8


def test_training_again_resumes_and_writes_what_is_loaded(tmp_path, monkeypatch, capsys):
    small = {split: load_images(split=split) for split in ("train", "test")}

    def few(name="fashion_mnist_small", *, split, root=None, download=False):
        data = small[split]
        return LabelledImages(name, split, data.images[:64], data.labels[:64], data.class_names)

    monkeypatch.setattr(zoo, "load_images", few)
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "zoo")
    options = {"root": tmp_path, "runs": tmp_path / "runs", "epochs": 2, "batch_size": 32}

    def interrupted(progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(zoo, "text_progress", interrupted)
    train_zoo([2], **options)
    assert not (tmp_path / "zoo").exists()  # a net that is not trained to the end isn't stored
    monkeypatch.undo()
    monkeypatch.setattr(zoo, "load_images", few)
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "zoo")
    capsys.readouterr()
    train_zoo([2, 4], **options)
    told = capsys.readouterr().out
    assert "epoch 2/2" in told.split("growth rate 4")[0]
    assert "epoch 1/2" not in told.split("growth rate 4")[0]
    for growth_rate in (2, 4):
        model, record = trained_densenet(growth_rate)
        assert isinstance(record, ZooRecord)
        assert record.epochs == 2
        assert evaluate(model, few(split="test")).accuracy == pytest.approx(
            record.test_accuracy, abs=1e-4
        )
    manifest = json.loads((tmp_path / "zoo/manifest.json").read_text())
    assert list(manifest["nets"]) == ["2", "4"]


def test_the_command_passes_its_arguments_on(monkeypatch):
    calls = []
    monkeypatch.setattr(zoo, "train_zoo", lambda rates, **options: calls.append((rates, options)))
    zoo.main(["12", "4", "--root", "there", "--runs", "here", "--epochs", "3", "--download"])
    zoo.main(["--root", "there"])
    assert calls[0] == (
        [12, 4],
        {"root": "there", "runs": "here", "epochs": 3, "download": True, "bfloat16": False},
    )
    assert calls[1][0] == list(GROWTH_RATES)
