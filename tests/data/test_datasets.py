import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from densenet_lessons.data import small as datasets
from densenet_lessons.data.judged import load_judged_images, write_judged
from densenet_lessons.data.small import flip_and_crop, load_images, load_photo, one_of_each_class


@pytest.mark.parametrize(("split", "count"), [("train", 10_000), ("test", 2_000)])
def test_the_subset_is_balanced(split, count):
    data = load_images(split=split)
    assert data.images.shape == (count, 1, 28, 28)
    assert data.images.dtype == torch.uint8
    assert data.labels.dtype == torch.int64
    assert torch.bincount(data.labels).tolist() == [count // 10] * 10
    assert len(data) == count
    assert not torch.equal(data.labels, data.labels.sort().values)  # shuffled
    assert 60 < data.images.float().mean() < 85  # Fashion-MNIST's own mean is 73


def test_training_and_test_images_are_different_pictures():
    train, test = (
        {image.tobytes() for image in load_images(split=split).images.numpy()}
        for split in ("train", "test")
    )
    assert len(test) > 1_990
    assert not train & test


def test_the_images_that_judge_lie_in_neither_split():
    judged = load_judged_images()
    assert judged.images.shape == (500, 1, 28, 28)
    assert torch.bincount(judged.labels).tolist() == [50] * 10
    assert not torch.equal(judged.labels, judged.labels.sort().values)
    assert 60 < judged.images.float().mean() < 85
    known = {
        image.tobytes()
        for split in ("train", "test")
        for image in load_images(split=split).images.numpy()
    }
    assert not known & {image.tobytes() for image in judged.images.numpy()}
    judged.images.zero_()
    assert load_judged_images().images.any()


def test_one_of_each_class():
    data = load_images(split="test")
    chosen = one_of_each_class(data)
    assert chosen.shape == (10, 1, 28, 28)
    assert torch.equal(chosen[3], data.images[data.labels == 3][0])


def test_a_loaded_split_can_be_changed_without_harm():
    load_images(split="test").images.zero_()
    assert load_images(split="test").images.any()


def test_files_in_the_repository_are_small_and_licensed():
    files = list(datasets.ASSETS.glob("fashion_mnist*"))
    assert sum(path.stat().st_size for path in files) <= 6e6
    manifest = json.loads((datasets.ASSETS / "fashion_mnist_small.json").read_text())
    assert (datasets.ASSETS / manifest["licence"].split("see ")[1]).is_file()


def test_missing_and_damaged_files_say_how_to_restore(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "ASSETS", tmp_path)
    for suffix in ("json", "npz"):
        with pytest.raises(FileNotFoundError, match=rf"small\.{suffix} is missing; .*checkout -- "):
            load_images(split="test")
        shutil.copy(
            Path(datasets.__file__).parent / f"assets/fashion_mnist_small.{suffix}", tmp_path
        )
    manifest = tmp_path / "fashion_mnist_small.json"
    told = manifest.read_text()
    for text, what in [(told[:-20], "damaged"), ("{}", "damaged: it holds no sha256")]:
        manifest.write_text(text)
        with pytest.raises(RuntimeError, match=rf"small\.json is {what}.*git checkout -- "):
            load_images(split="test")
    manifest.write_text(told)
    content = bytearray((tmp_path / "fashion_mnist_small.npz").read_bytes())
    content[5000] ^= 1
    (tmp_path / "fashion_mnist_small.npz").write_bytes(content)
    with pytest.raises(RuntimeError, match=r"small\.npz is damaged: .*git checkout -- "):
        load_images(split="test")


def test_the_subset_is_what_its_command_writes(tmp_path):
    source = Path("/usr/share/datasets/fashion-mnist")
    if not source.is_dir():
        pytest.skip("needs the original files: apt-get install dataset-fashion-mnist")
    datasets.write_subset(source, tmp_path / "again.npz")
    stored, again = (
        datasets._read_subset.__wrapped__(path)
        for path in (datasets.ASSETS / "fashion_mnist_small.npz", tmp_path / "again.npz")
    )
    assert stored.keys() == again.keys()
    assert all((stored[key] == again[key]).all() for key in stored)
    write_judged(source, tmp_path / "judged.npz")
    with np.load(tmp_path / "judged.npz") as judged:
        assert (judged["test_images"] == load_judged_images().images[:, 0].numpy()).all()
        assert (judged["test_labels"] == load_judged_images().labels.numpy()).all()


def test_photo():
    photo = load_photo()
    assert photo.shape == (3, 512, 512)
    assert photo.dtype == torch.float32
    assert 0 <= photo.min() < 0.1
    assert 0.9 < photo.max() <= 1
    small = load_photo(size=64)
    assert small.shape == (3, 64, 64)
    pooled = torch.nn.functional.adaptive_avg_pool2d(photo, 64)
    assert (small - pooled).abs().mean() < 0.02


def versions_of(image, padding):
    """Each flip and each window of an image (C, H, W), one by one."""
    height, width = image.shape[1:]
    for candidate in (image, image.flip(2)):
        framed = F.pad(candidate, (padding,) * 4)
        for top in range(2 * padding + 1):
            for left in range(2 * padding + 1):
                yield framed[:, top : top + height, left : left + width]


@pytest.mark.parametrize("padding", [0, 1, 2])
def test_augmentation_gives_each_flip_and_each_window_of_the_own_image(padding):
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(1, 256, (2, 3, 5, 4), dtype=torch.uint8, generator=generator)
    batch = images.repeat(400, 1, 1, 1)
    result = flip_and_crop(batch, generator, padding=padding)
    assert result.dtype == torch.uint8
    assert result.shape == batch.shape
    assert torch.equal(batch, images.repeat(400, 1, 1, 1))
    for index, image in enumerate(images):
        expected = {version.numpy().tobytes() for version in versions_of(image, padding)}
        found = [version.contiguous().numpy().tobytes() for version in result[index::2]]
        assert set(found) == expected
        counts = [found.count(version) for version in expected]
        assert max(counts) < 6 * 400 / len(expected)  # none is preferred
    flipped = flip_and_crop(images.repeat(400, 1, 1, 1), generator, padding=0)[::2]
    assert 140 < (flipped == images[0]).flatten(1).all(1).sum() < 260


def test_augmentation_repeats_with_its_generator():
    images = torch.rand(50, 1, 8, 8)
    first, second = (flip_and_crop(images, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, flip_and_crop(images, torch.Generator().manual_seed(5)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: load_images("mnist", split="test"), ValueError, "name must be .* got 'mnist'"),
        (lambda: load_images(split="valid"), ValueError, "split must be 'train' .* got 'valid'"),
        (lambda: load_images(split="test", download=True), ValueError, "must be left out .*True"),
        (lambda: load_images("cifar10", split="test"), ValueError, "root must name .* cifar10"),
        (
            lambda: flip_and_crop(torch.zeros(3, 4, 4)),
            ValueError,
            r"images must .* got \(3, 4, 4\)",
        ),
        (
            lambda: flip_and_crop(torch.zeros(1, 3, 4, 4), padding=-1),
            ValueError,
            "padding must be a positive integer, got -1",
        ),
        (lambda: load_photo(size=0), ValueError, "size must be a positive integer, got 0"),
    ],
)
def test_wrong_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
