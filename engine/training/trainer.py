"""simpletransformers' training loop on exactly the blocks that it is given, with checkpoints that can be trusted.

It leaves no other way to hand it a sampler, an optimizer and a writer for TensorBoard than the names of its module.
"""

import logging
import math
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import torch
from simpletransformers.language_modeling import LanguageModelingArgs, LanguageModelingModel, language_modeling_model
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import AdamW
from transformers import GPT2LMHeadModel, PreTrainedTokenizerBase

from engine.training import lora
from engine.training.blocks import Blocks, Shuffled
from engine.training.checkpoints import BEST, Checkpoints, state_of, step_of, weights_of
from engine.training.course import Course
from engine.training.curve import Curve, Points
from engine.training.loss import Loss, measured
from engine.training.progress import Going
from engine.training.ranks import Rank

log = logging.getLogger(__name__)

LOG_EVERY_STEPS: Final = 10
WEIGHT_DECAY: Final = 0.1
# Quicker to forget an early gradient than the usual .999: a fine-tuning takes few steps.
ADAM_BETAS: Final = (0.9, 0.98)


class Trainer(LanguageModelingModel):  # type: ignore[misc]  # it has no types
    """One training of the model in the folder `base`. `new_tokens` are ids whose embeddings LoRA trains, too."""

    model: Any  # with the others' gradients, where there are others; `core` is without

    def __init__(
        self,
        base: Path,
        tokenizer: PreTrainedTokenizerBase,
        new_tokens: Sequence[int],
        held_out: Sequence[str],
        course: Course,
        rank: Rank,
        checkpoints: Checkpoints,
    ) -> None:
        # Its own choice of a device knows neither Metal nor a card for each process.
        super().__init__("gpt2", base.as_posix(), args=_arguments(course), use_cuda=False)
        self.device = rank.device
        self.args.fp16 = course.dtype == torch.float16
        self.tokenizer = tokenizer
        plain: GPT2LMHeadModel = self.model
        if course.less_memory:
            plain.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        self.core: Final[nn.Module] = lora.added(plain, course.lora_rank, new_tokens) if course.lora_rank else plain
        nn.Module.to(self.core, rank.device)
        self.model = self.core
        if rank.count > 1:
            cards = [rank.device] if rank.device.type == "cuda" else None
            self.model = DistributedDataParallel(self.core, device_ids=cards)
        self._course, self._rank, self._checkpoints = course, rank, checkpoints
        self._texts = held_out
        self._best_loss = float("inf")
        self.curve: Curve | None = None

    def fit(self, blocks: Blocks, going: Going) -> Points:
        """Trains from the latest checkpoint on; the model is then the best that was seen. The points of the curve."""
        order = Shuffled(len(blocks), self._course, self._rank)
        points = self._resumed(order, blocks)
        blocks.on_batch = going.batch
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self.curve = Curve(
                self._checkpoints.folder.parent / "tensorboard" if self._rank.is_first else folder,
                points,
                order.resumed_at,
            )
            stack.callback(self.curve.close)
            going.begin(self.curve, order.done)
            stack.enter_context(_handed(order, self.curve))
            stack.enter_context(self._precision())
            # It leaves empty folders there after each epoch; of the names of checkpoints only the last part is ours.
            self.args.output_dir = str(folder)
            self.train(blocks, str(folder), show_running_loss=False, eval_file="", verbose=False)
            going.end()
            self._end()
        return self.curve.points

    def eval_model(self, *_: object, **__: object) -> dict[str, float]:
        """The held-out loss, in place of its own, which asks for another library's data sets."""
        loss = self.held_out_loss()
        return {"eval_loss": loss.mean, "perplexity": loss.perplexity}

    def held_out_loss(self) -> Loss:
        """Each process measures its share, and all get the same sum."""
        share = self._texts[self._rank.number :: self._rank.count]
        mine = measured(self.core, self.config.n_positions, self.tokenizer, share)
        nats, tokens, text_bytes = self._rank.total(mine.nats, mine.tokens, mine.text_bytes)
        return Loss(nats, int(tokens), int(text_bytes))

    def save_model(
        self,
        output_dir: str = "",
        optimizer: Any = None,
        scheduler: Any = None,
        model: Any = None,
        results: dict[str, float] | None = None,
    ) -> None:
        """In place of its own, which writes pickles of its settings and leaves a folder for each checkpoint."""
        # The best comes first: an interruption between the two must not lose it.
        if results is None or optimizer is None or self.curve is None or not math.isfinite(results["eval_loss"]):
            return
        is_best = results["eval_loss"] < self._best_loss
        self._best_loss = min(self._best_loss, results["eval_loss"])
        if not self._rank.is_first:
            return
        weights = lora.learnt(self.core)
        state = {"points": self.curve.points, "best_loss": self._best_loss}
        if is_best:
            self._checkpoints.save(BEST, weights, state)
        name = Path(output_dir).name
        if name != BEST:
            states = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
            self._checkpoints.save(name, weights, state, **states)

    def is_world_master(self) -> bool:
        return self._rank.is_first

    def _resumed(self, order: Shuffled, blocks: Blocks) -> Points:
        """Goes to where the latest checkpoint was saved; its points."""
        if self._checkpoints.best:
            self._best_loss = state_of(self._checkpoints.best)["best_loss"]
        latest = self._checkpoints.latest
        if latest is None:
            return {}
        lora.restore(self.core, weights_of(latest))
        # From here it takes the states of the optimizer and of the schedule, and the number of the step.
        self.args.model_name = latest.as_posix()
        epoch, step = divmod(step_of(latest), order.steps)
        order.resume(epoch, step)
        blocks.thrown_away = step
        log.info("going on after step %d, in epoch %d", step_of(latest), epoch + 1)
        return cast(Points, state_of(latest)["points"])

    def _precision(self) -> torch.autocast | nullcontext[None]:
        """Its own mixed precision is fp16 on CUDA; bfloat16 needs no scaling and is known to some CPUs, too."""
        if self._course.dtype != torch.bfloat16:
            return nullcontext()
        # The cache would keep the first step's weights until the end.
        return torch.autocast(self._rank.device.type, dtype=torch.bfloat16, cache_enabled=False)

    def _end(self) -> None:
        """The best weights, unless the very last are better."""
        last, best = self.held_out_loss().mean, self._checkpoints.best
        # Not `>`: where a training went astray, the last loss is no number.
        if best and not last <= self._best_loss:
            lora.restore(self.core, weights_of(best))
            log.info("held out, the last model lost %.4f and the best %.4f, which is kept", last, self._best_loss)


@contextmanager
def _handed(order: Shuffled, curve: Curve) -> Iterator[None]:
    """While it trains, its module takes our order of the blocks, our curve, and an AdamW of one pass over memory."""
    names = {
        "AdamW": partial(AdamW, fused=True),
        "RandomSampler": lambda _blocks: order,
        "SummaryWriter": lambda **_: curve,
    }
    own = {name: getattr(language_modeling_model, name) for name in names}
    for name, ours in names.items():
        setattr(language_modeling_model, name, ours)
    try:
        yield
    finally:
        for name, theirs in own.items():
            setattr(language_modeling_model, name, theirs)


def _arguments(course: Course) -> LanguageModelingArgs:
    return LanguageModelingArgs(
        adam_betas=ADAM_BETAS,
        best_model_dir=BEST,
        early_stopping_delta=1e-9,  # at 0 its first evaluation counts as one without progress
        early_stopping_patience=course.patience - 1,  # it stops at the one after so many
        evaluate_during_training=True,
        evaluate_during_training_steps=course.evaluate_every,
        evaluate_each_epoch=False,
        fp16=False,
        gradient_accumulation_steps=course.accumulate,
        learning_rate=course.learning_rate,
        logging_steps=LOG_EVERY_STEPS,
        manual_seed=course.seed,
        mlm=False,
        num_train_epochs=course.epochs,
        save_model_every_epoch=False,
        save_steps=-1,
        scheduler="cosine_schedule_with_warmup",
        silent=True,
        train_batch_size=course.batch,
        use_early_stopping=True,
        use_multiprocessing=False,
        weight_decay=WEIGHT_DECAY,
    )
