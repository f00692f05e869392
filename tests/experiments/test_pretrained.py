"""The pretrained option: nothing is fetched unasked, and offline it answers in words."""

import socket

import pytest
import torch
import torchvision
from torchvision.models import DenseNet121_Weights

from densenet_lessons.data.small import load_photo
from densenet_lessons.densenet import densenet121, pretrained
from densenet_lessons.experiments.pretrained import NAMES, classify_photo

FILE = DenseNet121_Weights.DEFAULT.url.rpartition("/")[2]


@pytest.fixture(autouse=True)
def attempts(monkeypatch, tmp_path):
    """No network and an empty cache; the list tells what was tried to be reached."""
    tried = []

    def refuse(*address, **_):
        tried.append(address[-1])
        raise ConnectionRefusedError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tried


def put_weights(folder, bias):
    """A stand-in for the file that torchvision would fetch: seeded weights, a telling bias."""
    generator = torch.Generator().manual_seed(0)
    net = torchvision.models.densenet121(weights=None)
    with torch.no_grad():
        for tensor in net.parameters():
            if tensor.ndim > 1:
                tensor.copy_(torch.randn(tensor.shape, generator=generator) / tensor[0].numel())
        net.classifier.bias.copy_(bias)
    checkpoints = folder / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    torch.save(net.state_dict(), checkpoints / FILE)
    return net.eval()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_unasked(name, attempts):
    guess = classify_photo(name)
    assert attempts == []
    assert guess.top5 == ()
    assert "Nothing was downloaded" in str(guess)
    assert "With download=True" in guess.sentence
    assert f"of {name} once, about " in guess.sentence


def test_unasked_the_cache_is_not_read_either(tmp_path):
    put_weights(tmp_path, torch.zeros(1000))
    assert classify_photo().top5 == ()


def test_offline_it_says_so_and_goes_on(attempts):
    guess = classify_photo(download=True)
    assert attempts, "it should have tried"
    assert guess.top5 == ()
    assert guess.sentence.startswith("The lesson goes on without them")
    assert "the download failed" in guess.sentence
    assert "try again with a network connection" in guess.sentence


def test_a_damaged_file_is_named_with_the_remedy(tmp_path, attempts):
    put_weights(tmp_path, torch.zeros(1000))
    file = tmp_path / "hub" / "checkpoints" / FILE
    for content in (file.read_bytes(), file.read_bytes()[:5000], b"", b"<html>Not found</html>"):
        file.write_bytes(content)
        guess = classify_photo(download=True)
        assert guess.top5 == ()
        assert str(file) in guess.sentence
        assert "delete it and try again" in guess.sentence
        with pytest.raises(RuntimeError, match=r"is damaged \(wrong checksum\); delete it"):
            densenet121(weights="DEFAULT")
    assert attempts == []


@pytest.mark.parametrize(
    "option", [{"num_classes": 10}, {"growth_rate": 16}, {"small_inputs": True}, {"in_channels": 1}]
)
def test_a_net_that_the_weights_cannot_fill_is_refused_before_anything_is_fetched(option, attempts):
    [name] = option
    with pytest.raises(ValueError, match=f"^{name} must be .* with pretrained weights, got .*; "):
        densenet121(weights="DEFAULT", **option)
    assert attempts == []


def test_with_weights_it_names_what_torchvision_names(tmp_path, attempts, monkeypatch):
    monkeypatch.setattr(pretrained, "_has_its_checksum", lambda file: True)
    theirs = put_weights(tmp_path, torch.linspace(0, 5, 1000))
    guess = classify_photo(download=True)
    assert attempts == []
    weights = DenseNet121_Weights.DEFAULT
    with torch.no_grad():
        logits = theirs(weights.transforms()(load_photo()).unsqueeze(0))[0]
    best = logits.argsort(descending=True)[:5].tolist()
    assert [category for category, _ in guess.top5] == [weights.meta["categories"][i] for i in best]
    expected = (logits.exp() / logits.exp().sum())[best].tolist()
    assert [probability for _, probability in guess.top5] == pytest.approx(expected, rel=1e-4)
    assert guess.top5[0][0] in str(guess)


@pytest.mark.parametrize("name", ["densenet264", "resnet50", None])
def test_a_net_without_weights_is_refused(name):
    with pytest.raises(ValueError, match=r"name must be one of densenet121, .*, got"):
        classify_photo(name)
