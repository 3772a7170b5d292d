"""A small classifier that looks at a picture and says which thing, colour and background it sees."""

import random

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, cross_entropy

from engine.aside import LastInLine
from engine.training.images.pictures import as_floats, draw_all
from engine.training.images.scenes import COLOURS, THINGS, Scene, random_scene

COLOUR_NAMES = tuple(COLOURS)
BATCH = 64
LEARNING_RATE = 2e-3
LAYERS = ((3, 32, 2), (32, 64, 2), (64, 64, 1), (64, 96, 2), (96, 96, 1), (96, 128, 2))  # from, to, stride


class Judge(nn.Module):
    """Trained on drawings alone, so that it owes nothing to the painter it judges."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after, stride in LAYERS:
            layers += [nn.Conv2d(before, after, 3, stride, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        self.body = nn.Sequential(*layers)  # (batch, 3, 64, 64) -> (batch, 128, 4, 4)
        self.thing, self.colour, self.background = (nn.Linear(256, len(words)) for words in (THINGS, COLOURS, COLOURS))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        seen = self.body(pictures)
        # The strongest and the mean, wherever in the picture they are: things stand anywhere.
        seen = torch.cat([seen.amax((2, 3)), seen.mean((2, 3))], dim=1)  # (batch, 256)
        return self.thing(seen), self.colour(seen), self.background(seen)

    @torch.no_grad()
    def look(self, pictures: Tensor) -> list[Scene]:
        """What byte pictures (n, 3, 64, 64) show; size and place are not judged."""
        answers = zip(*(logits.argmax(1).tolist() for logits in self(as_floats(pictures))), strict=True)
        return [Scene(THINGS[thing], COLOUR_NAMES[colour], COLOUR_NAMES[ground]) for thing, colour, ground in answers]


def train_judge(steps: int, seed: int) -> Judge:
    """Every batch is drawn afresh, and half of them blurred, because painted edges are softer than drawn ones."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    judge = Judge()
    optimizer = torch.optim.AdamW(judge.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    line = LastInLine()
    for step in range(steps):
        line.wait()
        scenes = [_any_scene(rng) for _ in range(BATCH)]
        batch = as_floats(draw_all(scenes, rng))
        batch = avg_pool2d(batch, 3, stride=1, padding=1, count_include_pad=False) if step % 2 else batch
        labels = torch.tensor([_label(scene) for scene in scenes])  # (batch, 3)
        answers = judge(batch + 0.05 * torch.randn_like(batch))
        losses = [cross_entropy(logits, labels[:, i]) for i, logits in enumerate(answers)]
        optimizer.zero_grad()
        torch.stack(losses).sum().backward()
        optimizer.step()
        schedule.step()
    return judge.eval()


def _any_scene(rng: random.Random) -> Scene:
    """Held-out pairs too: the judge must know what the painter is asked for."""
    scene = random_scene(rng)
    colour = rng.choice([name for name in COLOURS if name != scene.background])
    return Scene(scene.thing, colour, scene.background, scene.size, scene.place)


def _label(scene: Scene) -> tuple[int, int, int]:
    return THINGS.index(scene.thing), COLOUR_NAMES.index(scene.colour), COLOUR_NAMES.index(scene.background)
