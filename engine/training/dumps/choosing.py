"""Chooses threads, post by post: which comments survive the rules, and which paths through them are lessons."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.training.dumps.items import Post, Reply
from engine.training.dumps.judges import Judges
from engine.training.dumps.lessons import Lessons
from engine.training.dumps.paths import Children, Path, all_paths, best_path
from engine.training.dumps.rules import UNANSWERED, Rules
from engine.training.dumps.tally import Tally
from engine.training.dumps.tree import Tree, plant
from engine.training.dumps.verdicts import Verdicts
from engine.training.dumps.work_file import Found, Place, WorkFile


class Chosen(NamedTuple):
    """A post and its lessons, tagged."""

    post: str
    tagged: list[str]


class Chooser:
    def __init__(self, rules: Rules, judges: Judges, lessons: Lessons, tally: Tally) -> None:
        self._find_paths = best_path if rules.paths == "best" else all_paths
        self._are_toxic = judges.are_toxic
        self._lessons = lessons
        self._verdicts = Verdicts(rules)
        self._tally = tally

    def chosen(self, work: WorkFile) -> Iterator[Chosen]:
        files = [file.path.name for file in work.files()]
        for of_post, under_it in work.threads():
            self._tally.posts_read += len(of_post)
            self._tally.comments_read += len(under_it)
            for again in of_post[1:]:
                self._tally.note_bad("post given twice", _place(again, files))
            if not of_post:
                for comment in under_it:
                    self._tally.note_bad("comment whose post is not there", _place(comment, files))
                continue
            tree = plant(Reply.of(found) for found in under_it)
            self._tally.note_misfits(tree.misfits, files)
            post = Post.of(of_post[0].row)
            if tagged := self._chosen_of(post, tree, len(under_it) - len(tree.misfits)):
                yield Chosen(post.id, tagged)

    def _chosen_of(self, post: Post, tree: Tree, replies: int) -> list[str]:
        """The lessons of a post with so many comments in their places; each of these is counted once."""
        if rule := self._verdicts.on_post(post) or self._toxic_post(post):
            self._tally.posts_dropped[rule] += 1
            self._tally.comments_dropped["below a dropped post"] += replies
            return []
        survivors = self._survivors(post, tree)
        paths = self._find_paths(survivors)
        on_paths = {reply.id for path in paths for reply in path}
        self._tally.comments_dropped["not on the best path"] += sum(map(len, survivors.values())) - len(on_paths)
        return self._tagged(post, paths, len(on_paths))

    def _tagged(self, post: Post, paths: Sequence[Path], on_paths: int) -> list[str]:
        tally, tagged, kept = self._tally, list[str](), set[str]()
        for path in paths:
            lesson = self._lessons.of(post, path)
            if isinstance(lesson, str):
                tally.threads_dropped[lesson] += 1
            else:
                tally.shortened += lesson.length < len(path)
                kept.update(reply.id for reply in path[: lesson.length])
                tagged.append(lesson.tagged)
        tally.comments_dropped["in a dropped thread, or beyond its length"] += on_paths - len(kept)
        tally.comments_kept += len(kept)
        if tagged:
            tally.posts_kept += 1
        else:
            tally.posts_dropped["all its threads dropped" if paths else UNANSWERED] += 1
        return tagged

    def _survivors(self, post: Post, tree: Tree) -> Children:
        """Those that no rule drops, of the post and of each that survives."""
        toxic = self._toxic_replies(tree)
        survivors: dict[str | None, list[Reply]] = {}
        waiting: list[Path] = [()]
        while waiting:
            above = waiting.pop()
            parent = above[-1].id if above else None
            for reply in tree.children.get(parent, ()):
                rule = self._verdicts.on_reply(reply, post, above)
                if rule is None and reply.id in toxic:
                    rule = "toxicity_model"
                if rule:
                    self._tally.comments_dropped[rule] += 1
                    self._tally.comments_dropped["below a dropped comment"] += tree.below(reply)
                else:
                    survivors.setdefault(parent, []).append(reply)
                    waiting.append((*above, reply))
        return survivors

    def _toxic_post(self, post: Post) -> str | None:
        is_toxic = self._are_toxic and self._are_toxic([f"{post.title}\n{post.body}".strip()])[0]
        return "toxicity_model" if is_toxic else None

    def _toxic_replies(self, tree: Tree) -> frozenset[str]:
        if not self._are_toxic:
            return frozenset()
        replies = [reply for children in tree.children.values() for reply in children]
        found = zip(replies, self._are_toxic([reply.text for reply in replies]), strict=True)
        return frozenset(reply.id for reply, is_toxic in found if is_toxic)


def _place(found: Found, files: Sequence[str]) -> Place:
    return Place(files[found.file], found.line, str(found.row.id))
