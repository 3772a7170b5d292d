"""The whole life of a process that answers one message: `one_message.py <folder> <device> <threads> <job as JSON>`.

It imports transformers alone; with simpletransformers, as the original has it, the import takes longer.
"""

import json
import sys
from typing import Any

import torch
import transformers
from torch import nn
from transformers import AutoTokenizer, GPT2LMHeadModel

transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()
folder, device, threads, job = sys.argv[1:]
asked = json.loads(job)
torch.set_num_threads(int(threads))
tokenizer = AutoTokenizer.from_pretrained(folder)
# Its own annotations of `generate` are those of another class.
model: Any = GPT2LMHeadModel.from_pretrained(folder)
nn.Module.to(model, device)
written = model.generate(
    input_ids=torch.tensor([asked["ids"]], device=device),
    max_length=asked["new_tokens"] + len(asked["ids"]),
    temperature=0.8,
    top_k=40,
    top_p=0.9,
    repetition_penalty=1.1,
    do_sample=True,
    num_return_sequences=1,
)
print(tokenizer.decode(written[0].tolist()))
