"""What cannot train is refused before a weight has changed; and what else may be trained from."""

import math

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset

from densenet_lessons.data import LabelledImages, flip_and_crop, load_images
from densenet_lessons.densenet import DenseNet
from densenet_lessons.training import evaluate, text_progress, train

pytestmark = pytest.mark.usefixtures("one_thread")


def images_of(count, *, channels=1, side=8):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(count, channels, side, side, generator=generator), torch.arange(count) % 4


def small_net(blocks=(1, 1)):
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        return DenseNet(4, blocks, 8, num_classes=4, in_channels=1, small_inputs=True)


def state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(left, right):
    return all(torch.equal(left[name], right[name]) for name in left)


def with_label(value, count=20):
    images, labels = images_of(count)
    labels[7] = value
    return images, labels


def with_pixel(value):
    images, labels = images_of(20)
    images[7, 0, 2, 2] = value
    return images, labels


def loader_of(data, **settings):
    return DataLoader(TensorDataset(*data), batch_size=8, **settings)


class NoLabelsAtHand(Dataset):
    def __init__(self, data):
        self.pairs = list(zip(*data, strict=True))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        return self.pairs[index]


class Stream(IterableDataset):
    def __iter__(self):
        return iter(zip(*images_of(20), strict=True))


WRONG = {
    "label too large": (with_label(4), r"labels from 0 to 3, the classes of the model, got 4 at"),
    "label negative": (with_label(-1), r"labels from 0 to 3, .* got -1 at \[7\]"),
    "labels of floats": ((images_of(20)[0], torch.rand(20)), "whole numbers as labels, got torch"),
    "nan": (with_pixel(math.nan), r"must hold finite images, got nan or infinity in \[7\]"),
    "infinity": (with_pixel(math.inf), r"must hold finite images, got nan or infinity in \[7\]"),
    "no images": (images_of(0), r"must be images .* got tuple with shapes \(0, 1, 8, 8\)"),
    "labels missing": ((images_of(20)[0], torch.zeros(19).long()), "as many labels"),
    "one image": ((torch.rand(1, 8, 8), torch.zeros(1).long()), "must be images"),
    "three channels": (images_of(20, channels=3), r"must fit the model: .*\d, 3, 8, 8"),
    "too small": (images_of(20, side=1), "must fit the model: "),
    "a dataset": (TensorDataset(*images_of(20)), "or a DataLoader of both, got TensorDataset"),
    "loader with a bad label": (loader_of(with_label(9)), r"labels from 0 to 3, .* got 9 at \[7\]"),
    "part with a bad label": (
        DataLoader(Subset(TensorDataset(*with_label(9)), range(5, 20)), batch_size=5),
        r"labels from 0 to 3, .* got 9 at \[2\]",
    ),
    "loader of one tensor": (DataLoader(torch.rand(8, 1, 8, 8), batch_size=4), "must be images"),
    "empty loader": (DataLoader(TensorDataset(*images_of(3)), batch_size=4, drop_last=True),
                     "at least one batch, got an empty DataLoader"),
    "stream": (DataLoader(Stream(), batch_size=4), "that knows its length, got one over Stream"),
}  # fmt: skip


@pytest.mark.parametrize("argument", ["train_data", "test_data"])
@pytest.mark.parametrize("wrong", WRONG)
def test_data_that_cannot_be_learnt_from_is_refused_before_a_step(argument, wrong, tmp_path):
    data, message = WRONG[wrong]
    net = small_net()
    before, modes = state(net), [module.training for module in net.modules()]
    arguments = {"train_data": images_of(20), argument: data}
    with pytest.raises(ValueError, match=rf"^{argument} .*{message}"):
        train(net, **arguments, epochs=1, device="cpu", progress=lambda _: pytest.fail("a step"))
    assert same(state(net), before)
    assert [module.training for module in net.modules()] == modes


@pytest.mark.parametrize("wrong", WRONG)
def test_evaluate_refuses_the_same(wrong):
    net = small_net().train()
    with pytest.raises((ValueError, RuntimeError)) as caught:
        evaluate(net, WRONG[wrong][0])
    if wrong not in ("three channels", "too small"):  # there the net itself speaks
        assert isinstance(caught.value, ValueError)
        assert str(caught.value).startswith("data must")
    assert all(module.training for module in net.modules())


def test_a_last_batch_of_one_image_is_refused():
    """Its norms would take one image's statistics for all; at 1x1 pixels torch fails, mid-epoch."""
    advice = "batch_size must not leave a single image for the last batch.* got 8 for 17 images of"
    with pytest.raises(ValueError, match=advice):
        train(small_net(), images_of(17), epochs=1, batch_size=8)
    with pytest.raises(ValueError, match=advice):
        train(small_net(), loader_of(images_of(17)), epochs=1)
    train(small_net(), loader_of(images_of(17), drop_last=True), epochs=1, device="cpu")
    train(small_net(), images_of(17), epochs=1, batch_size=17, device="cpu")
    without = nn.Sequential(nn.Flatten(), nn.Linear(64, 4))
    train(without, images_of(17), epochs=1, batch_size=8, device="cpu")
    with pytest.raises(ValueError, match=r"train_data must fit the model: .*[Ee]xpected more than"):
        train(small_net((1, 1)), images_of(4, side=2), epochs=1, batch_size=1)


def test_a_loader_whose_labels_are_not_at_hand_is_checked_batch_by_batch():
    net = small_net()
    with pytest.raises(ValueError, match=r"train_data must have labels from 0 to 3, .* got 9 at"):
        train(net, DataLoader(NoLabelsAtHand(with_label(9)), batch_size=4), epochs=1)


@pytest.mark.parametrize("kind", ["a folder", "below a file", "a read-only place"])
def test_a_checkpoint_that_cannot_be_written_is_refused_before_a_step(tmp_path, kind):
    (tmp_path / "file").write_text("")
    path = {
        "a folder": tmp_path,
        "below a file": tmp_path / "file" / "net.pt",
        "a read-only place": "/proc/net.pt",
    }[kind]
    if kind == "a read-only place" and not __import__("os").path.isdir("/proc"):
        pytest.skip("no such place")
    net = small_net()
    before = state(net)
    with pytest.raises(ValueError, match=r"^checkpoint must be a file that can be written, got "):
        train(net, images_of(20), epochs=1, checkpoint=path)
    assert same(state(net), before)


def test_augmented_images_may_fit_where_the_images_do_not():
    def grey(images, generator):
        return images.mean(1, keepdim=True)

    history = train(small_net(), images_of(20, channels=3), epochs=1, augment=grey, device="cpu")
    assert len(history) == 1


def test_labelled_images_are_a_dataset():
    data = load_images(split="test")
    assert isinstance(data, Dataset)
    image, label = data[3]
    assert torch.equal(image, data.images[3])
    assert type(label) is int
    assert label == data.labels[3]
    assert torch.equal(data[-1][0], data[len(data) - 1][0])
    with pytest.raises(IndexError):
        data[len(data)]
    with pytest.raises(TypeError):
        data["3"]
    images, labels = next(iter(DataLoader(data, batch_size=16)))
    assert torch.equal(images, data.images[:16])
    assert torch.equal(labels, data.labels[:16])
    assert {data: 1}[data] == 1


def as_data(images, labels):
    return LabelledImages("made up", "train", (images * 255).byte(), labels, tuple("abcd"))


def test_a_loader_trains_as_its_tensors_do():
    images, labels = images_of(20)
    data = as_data(images, labels)
    nets = small_net(), small_net()
    kept = {"shuffle": False, "batch_size": 20}
    histories = [
        train(net, source, epochs=3, device="cpu", **settings)
        for net, source, settings in (
            (nets[0], DataLoader(data, **kept), {}),
            (nets[1], data, {"batch_size": 20}),
        )
    ]
    assert histories[0].loss == pytest.approx(histories[1].loss, rel=1e-4)
    result, expected = evaluate(nets[0], DataLoader(data, batch_size=7)), evaluate(nets[0], data)
    assert torch.equal(result.predictions, expected.predictions)
    assert result.loss == pytest.approx(expected.loss)


def test_a_loaders_training_is_seeded_and_goes_on_after_a_break(tmp_path):
    def loader():
        return loader_of(images_of(20), shuffle=True)

    def stop(progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt

    settings = {"epochs": 3, "augment": flip_and_crop, "device": "cpu", "seed": 4}
    torch.manual_seed(0)
    before = torch.get_rng_state()
    whole, broken = small_net(), small_net()
    expected = train(whole, loader(), **settings, test_data=loader())
    evaluate(whole, loader())
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(1)
    path = tmp_path / "net.pt"
    train(broken, loader(), **settings, test_data=loader(), checkpoint=path, progress=stop)
    found = train(broken, loader(), **settings, test_data=loader(), checkpoint=path)
    assert found.loss == expected.loss
    assert same(state(broken), state(whole))


def test_a_loader_has_its_own_batch_size():
    with pytest.raises(ValueError, match="batch_size must be left out where train_data is a Data"):
        train(small_net(), loader_of(images_of(20)), epochs=1, batch_size=4)
    with pytest.raises(ValueError, match="batch_size must be left out where data is a DataLoader"):
        evaluate(small_net(), loader_of(images_of(20)), batch_size=4)


def test_the_loss_is_read_at_intervals_and_not_at_each_step(monkeypatch):
    """A step that reads its loss waits for the device; a callback that asks has to."""
    net, read = small_net(), []
    tolist, item = torch.Tensor.tolist, torch.Tensor.item
    monkeypatch.setattr(torch.Tensor, "tolist", lambda self: read.append(1) or tolist(self))
    monkeypatch.setattr(torch.Tensor, "item", lambda self: read.append(1) or item(self))
    history = train(net, images_of(32), epochs=1, batch_size=2, device="cpu")
    assert len(history) == 1
    assert len(read) == 2  # the losses and the hits of 16 steps
    train(net, images_of(32), epochs=1, batch_size=2, device="cpu", progress=text_progress)
    assert len(read) == 4
