"""A tokenizer that needs no training: its tokens are bytes."""

from collections.abc import Sequence

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

# Their names among the tokens.
ASCII = {"Ġ", "Ċ", *map(chr, range(ord("!"), ord("~") + 1))}


def bytewise_tokenizer(end: str, marks: Sequence[str] = (), *, only_ascii: bool = False) -> PreTrainedTokenizerFast:
    """`end` and `marks` are its special tokens; without other bytes than ASCII's, any tokens in a row are a text."""
    letters = ASCII if only_ascii else pre_tokenizers.ByteLevel.alphabet()
    vocabulary = {letter: number for number, letter in enumerate(sorted(letters))}
    bytewise = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytewise, eos_token=end, pad_token=end)
    tokenizer.add_tokens([AddedToken(mark, special=True, normalized=False) for mark in marks])
    return tokenizer
