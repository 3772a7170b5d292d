"""Runs a pipeline of diffusers, which can only call back, one denoising step at a time."""

import inspect
import queue
import threading
from dataclasses import dataclass

import torch
from diffusers import DiffusionPipeline
from PIL import Image

from engine.failures import UnsafePictureError


@dataclass(frozen=True, slots=True)
class Latents:
    """One denoising step is done."""

    step: int
    steps: int
    latents: torch.Tensor  # (1, channels, height, width), or packed by pipelines of transformers


class _ClosedError(Exception):
    """Raised inside the pipeline to leave it between two steps."""


class Strokes:
    """The pipeline runs in a thread that takes one step for each `next`."""

    def __init__(self, pipeline: DiffusionPipeline, wishes: dict[str, object], steps: int, seed: int) -> None:
        self._pipeline = pipeline
        self._wishes = wishes
        self._steps = steps
        self._seed = seed
        self._made: queue.SimpleQueue[Latents | Image.Image | Exception] = queue.SimpleQueue()
        self._turns: queue.SimpleQueue[bool] = queue.SimpleQueue()  # False: leave
        # A daemon, so that a picture nobody pulls any more cannot hold up the end of the process.
        self._thread = threading.Thread(target=self._run, name="painter", daemon=True)
        self._thread.start()

    def next(self) -> Latents | Image.Image:
        """Lets the pipeline take its next step; what goes wrong in it is raised here."""
        self._turns.put(True)
        made = self._made.get()
        if not isinstance(made, Exception):
            return made
        try:
            raise made
        finally:
            # An error and the frame that names it would keep each other, and all of the pipeline's tensors, alive.
            del made

    def close(self) -> None:
        """Returns when the thread has ended, at most one step later."""
        self._turns.put(False)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._wait_for_turn()
            # Noise from the CPU's generator is the same for every device.
            noise = torch.Generator("cpu").manual_seed(self._seed)
            # Old pipelines call back in another way; the few that never do paint in one go.
            callback = known_to(self._pipeline, {"callback_on_step_end": self._step_done}) or known_to(
                self._pipeline, {"callback": self._old_step_done, "callback_steps": 1}
            )
            painted = self._pipeline(**self._wishes, **callback, generator=noise)
            # A checkpoint that brings a checker of its own blackens what that finds.
            if any(getattr(painted, "nsfw_content_detected", None) or ()):
                raise UnsafePictureError("found by the checkpoint's own checker")
            self._made.put(painted.images[0])
        except _ClosedError:
            pass
        except Exception as error:  # noqa: BLE001 — handed over, and raised by `next`
            self._made.put(error)

    def _step_done(
        self, pipeline: DiffusionPipeline, index: int, _time: object, tensors: dict[str, torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        # Some samplers take more steps than they are asked for, and most pipelines say so.
        steps = getattr(pipeline, "num_timesteps", self._steps)
        self._made.put(Latents(index + 1, steps, tensors["latents"]))
        self._wait_for_turn()
        return tensors

    def _old_step_done(self, index: int, _time: object, latents: torch.Tensor) -> None:
        self._step_done(self._pipeline, index, _time, {"latents": latents})

    def _wait_for_turn(self) -> None:
        if not self._turns.get():
            raise _ClosedError


def known_to(pipeline: DiffusionPipeline, wishes: dict[str, object]) -> dict[str, object]:
    """Those of the wishes that the pipeline has a parameter for."""
    parameters = inspect.signature(type(pipeline).__call__).parameters
    return {name: wish for name, wish in wishes.items() if name in parameters}
