"""How fast a corpus is encoded, beside the same model through plain ``SentenceTransformer.encode``.

    python -m core.bench.encoding [--items 2000] [--rounds 3] [--only kure-v1]

One run, one process, one thread and fp32 for both; they take turns, and the baseline gets the best of its batch sizes.
``loaders`` is our model object in this process; ``engine`` is the whole way: wire, waiting line, small batches that let
a person's query in between. Seconds are the least of the rounds: what disturbs only ever adds.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import os
import pstats
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SEED = 11
BATCHES = (8, 16, 32)
MODELS = ("qwen3-vl-embedding-2b", "kure-v1", "siglip-base")
QUERY = "두 일차함수의 그래프가 한 점에서 만나는 문제"
AIM, AIM_MS = 1.3, 3.0


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts, each with its picture where it has one."""

    name: str
    rows: tuple[tuple[str, bytes | None], ...]


def shipped() -> Corpus:
    """The 100 items of the repository as the encoders read them."""
    from core.items.content import embedding_image, embedding_text
    from core.items.importers import read
    from core.items.record import Item

    folder = Path(__file__).parents[2] / "data"
    items = [item for item in read(folder / "items.json") if isinstance(item, Item)]
    rows = ((embedding_text(item), embedding_image([(folder / path).read_bytes() for path in item.images])) for item in items)
    return Corpus("shipped", tuple(rows))


def generated(count: int) -> Corpus:
    """Generated items, mixed as they come; drawn once, then kept among the temporary files."""
    from core.items.content import embedding_text
    from core.items.generator.generate import items

    kept = Path(tempfile.gettempdir()) / f"itembank-bench-{os.getuid()}-{SEED}-{count}.npz"
    if not kept.exists():
        rows = [(embedding_text(each.item), each.figure or b"") for each in items(count, seed=SEED, with_figures=True)]
        with kept.open("wb") as file:
            np.savez(file, texts=np.array([text for text, _ in rows]),
                     sizes=[len(figure) for _, figure in rows], figures=np.frombuffer(b"".join(f for _, f in rows), np.uint8))
    with np.load(kept) as stored:
        ends, data = np.cumsum(stored["sizes"]), stored["figures"].tobytes()
        figures = [data[end - size : end] or None for end, size in zip(ends, stored["sizes"], strict=True)]
        return Corpus("generated", tuple(zip(map(str, stored["texts"]), figures, strict=True)))


def plain(record: Any) -> Any:
    """The model as sentence-transformers loads it: same files, fp32, the normalising left to ``encode``."""
    import torch
    from sentence_transformers import SentenceTransformer

    if record.kind == "qwen3-vl-embedding":
        from transformers import AutoProcessor, Qwen3VLConfig

        from core.models.qwen3_vl import processor_class

        # Its own processor class would need torchvision for videos that nobody has.
        AutoProcessor.register(Qwen3VLConfig, processor_class(), exist_ok=True)
        import transformers

        transformers.Qwen3VLProcessor = processor_class()
    return SentenceTransformer(str(record.path), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32})


def encode_plainly(model: Any, record: Any, corpus: Corpus, size: int) -> np.ndarray:
    """Encode a corpus as sentence-transformers' manual shows it; it takes one modality a call where the model has two towers."""
    from core.pictures import open_rgb

    def call(inputs: list[Any], **options: Any) -> np.ndarray:
        return model.encode(inputs, batch_size=size, normalize_embeddings=True, show_progress_bar=False, **options)

    if record.kind == "sentence-transformer":
        return call([text for text, _ in corpus.rows])
    if record.kind == "qwen3-vl-embedding":
        inputs = [{"image": open_rgb(image), "text": text} if image else text for text, image in corpus.rows]
        return call(inputs, prompt=record.prompts["document"])
    out = np.empty((len(corpus.rows), record.dims), dtype=np.float32)
    seen = [row for row, (_, image) in enumerate(corpus.rows) if image]
    read = [row for row, (_, image) in enumerate(corpus.rows) if not image]
    out[seen] = call([open_rgb(corpus.rows[row][1] or b"") for row in seen])
    full = {"text": {"padding": "max_length", "truncation": True, "max_length": record.max_tokens}}
    out[read] = call([corpus.rows[row][0] for row in read], processing_kwargs=full)
    return out


def least_seconds(calls: Sequence[Callable[[], Any]], *, rounds: int) -> list[tuple[float, float]]:
    """Return each call's least wall and processor seconds; the calls take turns."""
    taken: list[list[tuple[float, float]]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, list_of in zip(calls, taken, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            call()
            list_of.append((time.perf_counter() - wall, time.process_time() - cpu))
    return [(min(wall for wall, _ in each), min(cpu for _, cpu in each)) for each in taken]


def bench_corpus(client: Any, ours: Any, theirs: Any, record: Any, corpus: Corpus, *, rounds: int) -> None:
    """Print items per second of the loaders, the engine and the baseline, and the ratios."""
    from core.models.contract import Content

    contents = [Content(text, image if "image" in record.modalities else None) for text, image in corpus.rows]
    first, second = ours.encode(contents, role="document"), encode_plainly(theirs, record, corpus, 16)
    cosine = (first * second).sum(axis=1)
    calls: list[Callable[[], Any]] = [
        lambda: ours.encode(contents, role="document"),
        lambda: client.encode(record.key, contents, role="document", precision="fp32", priority="batch", timeout=600),
        *(lambda size=size: encode_plainly(theirs, record, corpus, size) for size in BATCHES),
    ]
    calls[1]()
    loaders, engine, *sizes = least_seconds(calls, rounds=rounds)
    best = min(range(len(sizes)), key=lambda number: sizes[number][0])
    count = len(contents)
    rates = " ".join(f"{size}: {count / seconds[0]:.0f}" for size, seconds in zip(BATCHES, sizes, strict=True))
    print(f"\n{record.key} · {corpus.name} · {count:,} items, {sum(c.image is not None for c in contents):,} with a picture")
    print(f"  sentence-transformers, items/s by batch size: {rates}")
    print(f"  loaders {count / loaders[0]:8.1f} items/s  = {sizes[best][0] / loaders[0]:.2f} x the best (aim {AIM});"
          f" of processor time {min(cpu for _, cpu in sizes) / loaders[1]:.2f} x")
    print(f"  engine  {count / engine[0]:8.1f} items/s  = {sizes[best][0] / engine[0]:.2f} x the best")
    print(f"  cosine to sentence-transformers: mean {cosine.mean():.6f}, least {cosine.min():.6f}", flush=True)


def split(ours: Any, record: Any, corpus: Corpus) -> None:
    """Print where the loaders' processor time goes, by a profile without the preparing thread's overlap."""
    from core.models import batching
    from core.models.contract import Content

    contents = [Content(text, image if "image" in record.modalities else None) for text, image in corpus.rows]
    profile = cProfile.Profile()
    threaded, module = batching.ahead, __import__(type(ours).__module__, fromlist=["ahead"])
    module.ahead = lambda prepare, parts: ((part, prepare(part)) for part in list(parts))
    try:
        profile.runcall(ours.encode, contents, role="document")
    finally:
        module.ahead = threaded
    stats = pstats.Stats(profile, stream=io.StringIO())
    own: dict[str, float] = {}
    for (file, _, name), (_, _, seconds, _, _) in stats.stats.items():
        own[_part(file, name)] = own.get(_part(file, name), 0.0) + seconds
    whole = sum(own.values())
    print("  split: " + ", ".join(f"{part} {100 * seconds / whole:.0f} %" for part, seconds in sorted(own.items(), key=lambda x: -x[1])))


def _part(file: str, name: str) -> str:
    if "linear" in name and file == "~":
        return "matrix products"
    if "scaled_dot_product" in name:
        return "attention"
    if "Tokenizer" in name or "tokeniz" in file or "sentencepiece" in file:
        return "tokens"
    if "/PIL/" in file or "Imaging" in name or "_imaging" in name or file.endswith(("pictures.py", "pixels.py")):
        return "pictures"
    return "the rest of the network and Python"


def bench_query(client: Any, ours: Any, record: Any, *, times: int) -> None:
    """Print what the engine adds to one query over the bare forward pass."""
    from core.models.contract import Content

    query = [Content(QUERY)]
    direct: list[float] = []
    through: list[float] = []
    for turn in range(times + 5):
        for taken, call in (
            (direct, lambda: ours.encode(query, role="query")),
            (through, lambda: client.encode(record.key, query, role="query", precision="fp32")),
        ):
            start = time.perf_counter()
            call()
            if turn >= 5:
                taken.append(1000 * (time.perf_counter() - start))
    added = statistics.median(through) - statistics.median(direct)
    print(f"  one query: {statistics.median(through):.2f} ms through the engine, {statistics.median(direct):.2f} ms bare:"
          f" {added:+.2f} ms (aim {AIM_MS}); quietest tenth {np.quantile(through, 0.1) - np.quantile(direct, 0.1):+.2f} ms")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all of it in a scratch data folder, on the miniature models."""
    parser = argparse.ArgumentParser(prog="python -m core.bench.encoding")
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=MODELS)
    asked = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="itembank-bench-"))
    os.environ |= {"DATA_DIR": str(folder), "MODELS": "mini", "DEVICE": "cpu", "TORCH_THREADS": "1", "ENGINE_URL": ""}
    from core.engine.client import engine, stop_engine
    from core.models import registry
    from core.models.loading import load

    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, 1 thread, fp32")
    try:
        corpora = [shipped(), generated(asked.items)]
        for key in [asked.only] if asked.only else MODELS:
            record = registry.record(key + registry.MINI_SUFFIX)
            ours, theirs = load(record, precision="fp32", device="cpu"), plain(record)
            for corpus in corpora:
                bench_corpus(engine(), ours, theirs, record, corpus, rounds=asked.rounds)
                split(ours, record, corpus)
            bench_query(engine(), ours, record, times=60)
    finally:
        stop_engine()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
