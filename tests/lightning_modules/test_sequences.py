"""Cells, attention, language models and their data, against torch's own and slow ones."""

from __future__ import annotations

import math
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from lightning_modules.callbacks.sequence_reports import (
    AttentionMaps,
    ForecastFigure,
    TextSamples,
)
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.datamodules import text
from lightning_modules.datamodules.names import EDGE, PAD, Names, decode, encode
from lightning_modules.datamodules.series import CYCLE, Sunspots, windows
from lightning_modules.datamodules.text import NO_TARGET, Shakespeare, cut_streams, stream_indices
from lightning_modules.errors import BadInput
from lightning_modules.models.attention import (
    attention_weights,
    causal_mask,
    scaled_dot_product_attention,
)
from lightning_modules.models.forecasters import RecurrentForecaster, naive, seasonal_naive
from lightning_modules.models.language_models import (
    AttentionLanguageModel,
    RecurrentLanguageModel,
    sample,
)
from lightning_modules.models.ngram import NGram
from lightning_modules.models.recurrent import Cell, Recurrent, rnn_step
from lightning_modules.models.sequence_classifiers import AttentionClassifier, RecurrentClassifier
from lightning_modules.tasks.classification import Classification
from lightning_modules.tasks.forecast import Forecast
from lightning_modules.tasks.language import LanguageModelling

CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def as_tuple(state: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return state if isinstance(state, tuple) else (state,)


def as_torch(state: tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
    return state if len(state) > 1 else state[0]


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_torchs(name: str) -> None:
    torch.manual_seed(0)
    ours, theirs = Cell(name, 5, 7), CELLS[name](5, 7)  # type: ignore[arg-type]
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(3, 5)
    state = tuple(torch.randn(3, 7) for _ in range(2 if name == "lstm" else 1))
    expected = as_tuple(theirs(x, as_torch(state)))
    for mine, other in zip(ours(x, state), expected, strict=True):
        torch.testing.assert_close(mine, other, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_over_time_and_their_gradients_are_torchs(name: str) -> None:
    torch.manual_seed(0)
    ours = Recurrent(name, 5, 7, num_layers=2)  # type: ignore[arg-type]
    theirs = LAYERS[name](5, 7, num_layers=2, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(3, 6, 5)
    outputs, state = ours(x)
    expected, expected_state = theirs(x)
    torch.testing.assert_close(outputs, expected, atol=1e-6, rtol=0)
    for mine, other in zip(state, as_tuple(expected_state), strict=True):
        torch.testing.assert_close(mine, other, atol=1e-6, rtol=0)
    outputs.square().sum().backward()
    expected.square().sum().backward()
    for (key, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad, atol=1e-5, rtol=1e-5, msg=key)


@pytest.mark.parametrize("name", LAYERS)
def test_variable_lengths_are_torchs_packed_sequences(name: str) -> None:
    torch.manual_seed(0)
    ours = Recurrent(name, 4, 6, num_layers=2)  # type: ignore[arg-type]
    theirs = LAYERS[name](4, 6, num_layers=2, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    x, lengths = torch.randn(4, 7, 4), torch.tensor([7, 1, 4, 2])
    _, state = ours(x, lengths=lengths)
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    for mine, other in zip(state, as_tuple(theirs(packed)[1]), strict=True):
        torch.testing.assert_close(mine, other, atol=1e-6, rtol=0)


@pytest.mark.parametrize("masked", [False, True])
def test_attention_is_torchs(masked: bool) -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(2, 3, 5, 4), torch.randn(2, 3, 5, 4), torch.randn(2, 3, 5, 6)
    mask = causal_mask(5) if masked else None
    expected = F.scaled_dot_product_attention(query, key, value, is_causal=masked)
    found = scaled_dot_product_attention(query, key, value, mask)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


def test_a_query_that_may_look_nowhere_gets_nothing_and_finite_gradients() -> None:
    query = torch.randn(2, 3, 4, requires_grad=True)
    mask = torch.tensor([[True, False], [False, False], [True, True]])
    weights = attention_weights(query, torch.randn(2, 2, 4), mask)
    torch.testing.assert_close(weights.sum(dim=-1), torch.tensor([[1.0, 0, 1], [1, 0, 1]]))
    weights.square().sum().backward()
    assert query.grad is not None
    assert query.grad.isfinite().all()


@pytest.mark.parametrize(
    "model",
    [
        RecurrentClassifier(28, 2, cell="rnn"),
        RecurrentClassifier(28, 2, cell="lstm", num_layers=2),
        RecurrentClassifier(28, 2, cell="gru"),
        AttentionClassifier(28, 2, num_layers=2),
    ],
)
def test_padding_has_no_effect(model: nn.Module) -> None:
    names = encode(["Al", "Bartholomew", "Eve"])  # (3, 11)
    alone = torch.cat([model(encode([name])) for name in ("Al", "Bartholomew", "Eve")])
    torch.testing.assert_close(model(names), alone, atol=1e-5, rtol=1e-5)
    wider = F.pad(names, (0, 5), value=PAD)
    torch.testing.assert_close(model(wider), alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "model",
    [RecurrentLanguageModel(11, "lstm"), AttentionLanguageModel(11, max_length=8, num_layers=2)],
)
def test_no_character_is_seen_before_it_was_said(model: nn.Module) -> None:
    torch.manual_seed(0)
    tokens = torch.randint(11, (2, 8))
    changed = tokens.clone()
    changed[:, 5:] = (changed[:, 5:] + 1) % 11
    before, after = model(tokens)[0], model(changed)[0]
    torch.testing.assert_close(before[:, :5], after[:, :5])
    assert not torch.allclose(before[:, 5:], after[:, 5:])


SAVES = {"enable_checkpointing": True}


class Tokens(Shakespeare):
    """A text that counts upwards: the next character is known from the last."""

    def __init__(self, num_characters: int = 403, **options: int) -> None:
        super().__init__(**options)
        self.num_characters = num_characters

    def tokens(self) -> dict[str, Tensor]:
        self.alphabet = "\nabcdefgh"
        counting = torch.arange(self.num_characters) % 9
        return {"train": counting, "val": counting[:200], "test": counting[:100]}


def train(
    task: pl.LightningModule,
    data: pl.LightningDataModule,
    ckpt_path: Path | None = None,
    **options: object,
) -> pl.Trainer:
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "num_sanity_val_steps": 0,
        "log_every_n_steps": 1,
        "accelerator": "cpu",
        "callbacks": [StepSeed()],
        "use_distributed_sampler": False,
    }
    trainer = pl.Trainer(**{**quiet, **options})  # type: ignore[arg-type]
    trainer.fit(task, datamodule=data, ckpt_path=ckpt_path)
    return trainer


def language_task(**options: object) -> LanguageModelling:
    torch.manual_seed(0)
    model = RecurrentLanguageModel(9, "lstm", embedding_size=4, hidden_size=8)
    return LanguageModelling(model, optimizer="SGD", **options)  # type: ignore[arg-type]


def test_streams_hold_every_character_once_and_go_on_from_batch_to_batch() -> None:
    tokens = torch.arange(1, 104)
    inputs, targets = cut_streams(tokens, num_streams=4, length=6)
    assert torch.equal(targets[targets != NO_TARGET].sort().values, tokens[1:])
    counted = targets != NO_TARGET
    assert torch.equal(targets[counted], inputs[counted] + 1)
    for rank in range(2):
        batches = stream_indices(len(inputs), num_streams=4, rank=rank, world_size=2)
        streams = torch.cat([inputs[rows] for rows in batches], dim=1)  # (2, pieces * 6)
        assert torch.equal(streams[0, :20], torch.arange(20) + 1 + 26 * rank)


def test_carried_state_sees_the_whole_past_and_gradients_stop_at_the_batch() -> None:
    """Two batches with the state carried give the losses of one batch twice as long, and the second
    one's gradient is that of its own steps from the state as a constant."""
    task = language_task(carry_state=True)
    tokens = torch.randint(9, (3, 13), generator=torch.Generator().manual_seed(1))
    whole, _, _ = task.nats((tokens[:, :12], tokens[:, 1:]), None)
    first, _, state = task.nats((tokens[:, :6], tokens[:, 1:7]), None)
    assert not any(part.requires_grad for part in state)
    second, _, _ = task.nats((tokens[:, 6:12], tokens[:, 7:]), state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    fresh, _, _ = task.nats((tokens[:, 6:12], tokens[:, 7:]), None)
    assert not torch.allclose(second, fresh)


def test_a_run_resumed_in_mid_epoch_goes_on_with_the_carried_state(tmp_path: Path) -> None:
    whole = language_task(carry_state=True)
    train(whole, Tokens(batch_size=4, length=5), max_epochs=2)
    saver = ModelCheckpoint(tmp_path, filename="middle", every_n_train_steps=30)
    stopped, path = language_task(carry_state=True), tmp_path / "middle.ckpt"
    callbacks = [StepSeed(), saver]
    train(stopped, Tokens(batch_size=4, length=5), max_epochs=2, callbacks=callbacks, **SAVES)
    saved = torch.load(path, weights_only=True)
    assert saved["epoch"] == 1  # an epoch has 20 steps
    assert saved["carried_state"][0].abs().sum() > 0
    resumed = language_task(carry_state=True)
    train(resumed, Tokens(batch_size=4, length=5), max_epochs=2, ckpt_path=path)
    for key, value in whole.model.state_dict().items():
        torch.testing.assert_close(resumed.model.state_dict()[key], value, atol=0, rtol=0)


def test_bits_per_character_are_those_of_the_whole_text_at_once() -> None:
    task, data = language_task(carry_state=True), Tokens(batch_size=4, length=5)
    trainer = train(task, data, max_epochs=1)
    streams = cut_streams(data.tokens()["val"], text.EVALUATION_STREAMS, 10_000)
    with torch.no_grad():
        logits, _ = task.model(streams[0])
        expected = F.cross_entropy(logits.flatten(0, 1), streams[1].flatten()) / math.log(2)
    torch.testing.assert_close(trainer.callback_metrics["val_bpc"], expected)


def descend(max_norm: float | None) -> float:
    """The loss that a recurrent unit ends with: it is to be 0.5 after 50 steps.

    With a weight of 1 and a state of 0 every Jacobian is 1, and the bias counts once a step: the
    gradient of the last state with respect to it is 50.
    """
    weight, bias = (torch.tensor([value], requires_grad=True) for value in (1.0, 0.0))
    loss = torch.tensor(0.0)
    for _ in range(60):
        state: tuple[Tensor, ...] = (torch.zeros(1, 1),)
        for _ in range(50):
            state = rnn_step(bias.view(1, 1), state, weight.view(1, 1), torch.zeros(1))
        loss = (state[0] - 0.5).square().sum()
        weight.grad = bias.grad = None
        loss.backward()
        if max_norm is not None:
            nn.utils.clip_grad_norm_([weight, bias], max_norm)
        with torch.no_grad():
            weight -= 0.05 * weight.grad  # type: ignore[operator]
            bias -= 0.05 * bias.grad  # type: ignore[operator]
    return loss.item()


def test_without_clipping_one_exploding_gradient_ends_all_learning() -> None:
    """The first step is 2.5 long and lands where tanh is flat: there is no way back."""
    assert descend(max_norm=1.0) < 1e-3
    assert descend(max_norm=None) > 0.2


def test_temperature_near_zero_takes_the_likeliest_and_draws_repeat() -> None:
    torch.manual_seed(0)
    for model in (RecurrentLanguageModel(9), AttentionLanguageModel(9, max_length=6)):
        start = torch.tensor([[1], [4]])
        cold = sample(model, start, 8, temperature=1e-4)
        tokens = start
        for _ in range(8):
            logits, _ = model(tokens[:, -6:] if model.max_length else tokens)
            tokens = torch.cat([tokens, logits[:, -1:].argmax(dim=2)], dim=1)
        assert torch.equal(cold, tokens)
        drawn = [sample(model, start, 8, 1.0, torch.Generator().manual_seed(3)) for _ in range(2)]
        assert torch.equal(*drawn)


def test_each_epochs_samples_are_written_and_repeat_with_the_seed(tmp_path: Path) -> None:
    texts = []
    for run in ("first", "second"):
        logger = CSVLogger(tmp_path, name="", version=run)
        train(
            language_task(learning_rate=0.1),
            Tokens(batch_size=4, length=5),
            max_epochs=2,
            logger=logger,
            callbacks=[TextSamples(num_samples=3, length=20)],
        )
        files = sorted((tmp_path / run / "texts").iterdir())
        assert [file.name for file in files] == ["samples_001.txt", "samples_002.txt"]
        texts.append([file.read_text() for file in files])
    assert texts[0] == texts[1]
    assert len(texts[0][0]) == 3 * (1 + 20 + 1)  # the start, what was drawn, the end of a line


def test_attention_maps_show_a_row_of_heads_for_each_name_and_follow_the_weights(
    tmp_path: Path,
) -> None:
    names = ["Ann", "Patricia"]
    torch.manual_seed(0)
    task = Classification(
        AttentionClassifier(28, 2, width=8, num_heads=2), optimizer="SGD", learning_rate=1.0
    )
    pictures = []
    logger = CSVLogger(tmp_path, name="", version="run")
    data = Names("sex", batch_size=64, train_size=640)
    train(task, data, max_epochs=2, logger=logger, callbacks=[AttentionMaps(names)])
    for epoch in (1, 2):
        with Image.open(tmp_path / "run" / "pictures" / f"attention_{epoch:03d}.png") as picture:
            pictures.append(np.asarray(picture))
    height, width = pictures[0].shape[:2]
    assert (width, height) == (2.4 * 2 * 100, 2.6 * 2 * 100)  # two heads, two names
    assert not np.array_equal(*pictures)
    weights = task.model.attention(encode(names))  # (2, h, T, T)
    assert weights[0, :, :, len("Ann") :].abs().max() == 0  # padding gets nothing
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(weights.shape[:-1]))


def test_names_are_shifted_by_one_and_split_without_overlap() -> None:
    data, labelled = Names("next"), Names("sex")
    for module in (data, labelled):
        module.setup("fit")
    inputs, targets = data._splits["train"]
    assert torch.equal(inputs[:, 0], torch.full((len(inputs),), EDGE))
    assert [decode(row) for row in inputs[:50]] == [decode(row) for row in targets[:50]]
    assert torch.equal((inputs != PAD).sum(dim=1), (targets != PAD).sum(dim=1))
    names = {split: {decode(row) for row in labelled._splits[split][0]} for split in data._splits}
    assert {split: len(found) for split, found in names.items()} == {
        "train": 4160,
        "val": 500,
        "test": 500,
    }
    assert not names["test"] & (names["train"] | names["val"])
    letters, labels = labelled._splits["train"]
    women = {decode(row) for row, label in zip(letters, labels, strict=True) if label}
    assert {"Mary", "Patricia", "Linda"} & women
    assert not {"James", "John", "Robert"} & women


def test_a_wrong_vocabulary_is_named_before_any_work() -> None:
    task = LanguageModelling(RecurrentLanguageModel(7), optimizer="SGD")
    with pytest.raises(BadInput, match=r"num_tokens is 7; set 9$"):
        train(task, Tokens(batch_size=4, length=5), max_epochs=1)


def test_no_month_that_is_forecast_was_trained_on() -> None:
    data = Sunspots(context=CYCLE, horizon=6)
    data.setup("fit")
    series = np.load(text.load.__globals__["DATA_DIR"] / "sunspots.npz")["months"]
    assert data._splits["train"][1][-1].tolist() == series[12 * (1920 - 1749) - 6 :][:6].tolist()
    assert data._splits["val"][1][0].tolist() == series[12 * (1920 - 1749) :][:6].tolist()
    assert data._splits["test"][1][0].tolist() == series[12 * (1964 - 1749) :][:6].tolist()
    assert data._splits["test"][1][-1].tolist() == series[-6:].tolist()


def test_forecasts_are_measured_beside_their_rules_and_drawn(tmp_path: Path) -> None:
    torch.manual_seed(0)
    task = Forecast(RecurrentForecaster(6, hidden_size=4, stride=12), optimizer="SGD")
    data = Sunspots(batch_size=512, context=CYCLE, horizon=6)
    logger = CSVLogger(tmp_path, name="", version="run")
    trainer = train(task, data, max_epochs=1, logger=logger, callbacks=[ForecastFigure()])
    assert (tmp_path / "run" / "pictures" / "forecasts_001.png").stat().st_size > 5000
    past, future = data._splits["val"]
    for name, forecast in (
        ("val_rmse_naive", naive(past, 6)),
        ("val_rmse_seasonal", seasonal_naive(past, 6, CYCLE)),
        ("val_rmse", task(past)),
    ):
        expected = np.sqrt(np.mean((forecast.detach() - future).numpy() ** 2, dtype=np.float64))
        assert trainer.callback_metrics[name].item() == pytest.approx(expected, rel=1e-4)


def test_seasonal_naive_repeats_the_last_season() -> None:
    past, future = windows(torch.arange(20.0) % 4, context=9, horizon=6)
    torch.testing.assert_close(seasonal_naive(past, 6, 4), future)
    torch.testing.assert_close(naive(past, 2), past[:, -1:].repeat(1, 2))


def test_an_ngrams_probabilities_sum_to_one_and_follow_the_formula() -> None:
    tokens = [0, 1, 2, 0, 1, 0, 2, 1, 0, 1]
    model = NGram(order=3, num_tokens=4).fit(tokens)
    for context in ([], [0], [0, 1], [3, 3], [2, 0]):
        assert sum(model.probability(context, token) for token in range(4)) == pytest.approx(1)
    bits = [-math.log2(model.probability(tokens[max(0, i - 2) : i], tokens[i])) for i in range(10)]
    assert model.bits(tokens) == pytest.approx(bits)
    assert np.mean(bits) < 2.0
