"""The Qwen3-VL reranker: does this document answer this query, yes or no."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.models.contract import Content, LoadedModel
from core.models.precision import Placement
from core.models.qwen3_vl import Prompter, chat, flatten_patches
from core.models.registry import ModelRecord

SYSTEM = (
    "Judge whether the Document meets the requirements based on the Query and the Instruct provided. "
    'Note that the answer can only be "yes" or "no".'
)
BATCH = 8


def user_turn(instruct: str, query: str, document: str) -> str:
    """The official layout: there is no line break between the instruction and ``<Query>:``."""
    return f"<Instruct>: {instruct}<Query>:{query}\n<Document>:{document}"


class Qwen3VLReranker:
    """sigmoid(h · (W_yes − W_no)) at the last token of the opened assistant turn, in fp32."""

    def __init__(self, record: ModelRecord, *, model: Any, prompter: Prompter, placement: Placement, info: LoadedModel) -> None:
        import torch

        self.info = info
        self._record, self._model, self._prompter, self._placement = record, model, prompter, placement
        flatten_patches(model.model)
        yes, no = prompter.processor.tokenizer.convert_tokens_to_ids(["yes", "no"])
        head = model.get_output_embeddings().weight
        with torch.inference_mode():
            self._direction = head[yes].float() - head[no].float()

    def prompt(self, query: Content, document: Content) -> tuple[str, list[Any]]:
        """The whole prompt of one pair and its images; room is taken from the document's end first, then the query's."""
        instruct = self._record.prompts["query"]
        asked, asked_images = self._prompter.part(query)
        found, found_images = self._prompter.part(document)
        images = asked_images + found_images
        room = self._record.max_tokens - self._prompter.room_taken(chat(SYSTEM, user_turn(instruct, "", "")), images)
        asked = self._prompter.cut(asked, room)
        found = self._prompter.cut(found, room - self._prompter.length(asked))
        return chat(SYSTEM, user_turn(instruct, asked, found)), images

    def score(self, query: Content, documents: list[Content]) -> NDArray[np.float32]:
        """See ``core.models.contract.Reranker``."""
        order = sorted(range(len(documents)), key=lambda row: (documents[row].image is not None, len(documents[row].text or "")))
        scores = np.empty(len(documents), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            scores[rows] = self._forward(query, [documents[row] for row in rows])
        return scores

    def _forward(self, query: Content, documents: list[Content]) -> NDArray[np.float32]:
        import torch

        prompts, images = zip(*(self.prompt(query, document) for document in documents), strict=True)
        inputs = self._prompter.inputs(list(prompts), [image for each in images for image in each], side="left")
        inputs = {name: value.to(self._placement.device) for name, value in inputs.items()}
        if "pixel_values" in inputs:
            inputs["pixel_values"] = inputs["pixel_values"].to(self._placement.dtype)
        with torch.inference_mode():
            hidden = self._model.model(**inputs, use_cache=False).last_hidden_state[:, -1].float()
            return torch.sigmoid(hidden @ self._direction).cpu().numpy()
