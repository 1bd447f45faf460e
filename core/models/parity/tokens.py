"""Tokenizer files read raw: no tokenizer class of any model, nothing added that the rule does not name."""

from __future__ import annotations

import re
import string
from pathlib import Path

from core.models.record import ModelRecord


class RawTokenizer:
    """Text to token numbers and back, from ``spiece.model`` (SigLIP) or ``tokenizer.json``."""

    def __init__(self, record: ModelRecord, *, folder: Path | None = None) -> None:
        folder = folder or record.path
        self._lower = record.kind == "siglip"
        self._pieces = self._fast = None
        if record.kind == "siglip" and (folder / "spiece.model").is_file():
            import sentencepiece

            self._pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
        else:
            import tokenizers

            self._fast = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._fast.no_padding()
            self._fast.no_truncation()

    def ids(self, text: str) -> list[int]:
        """Token numbers, control tokens in the text recognised, none added."""
        if self._pieces is not None:
            return self._pieces.encode(_bare(text))
        return self._fast.encode(text.lower() if self._lower else text, add_special_tokens=False).ids

    def text(self, ids: list[int]) -> str:
        """The text of token numbers, control tokens included; exact for byte-level vocabularies."""
        return self._fast.decode(ids, skip_special_tokens=False) if self._fast is not None else self._pieces.decode(ids)

    def control(self, token: str) -> int:
        """The number of one control token.

        Raises:
            KeyError: there is no such token.
        """
        number = self._pieces.piece_to_id(token) if self._pieces is not None else self._fast.token_to_id(token)
        if number is None or (self._pieces is not None and self._pieces.id_to_piece(number) != token):
            raise KeyError(token)
        return number

    def surround(self) -> tuple[str, str]:
        """The tokens that the file's own post-processor puts before and after a text; empty where it puts none.

        Raises:
            ValueError: it is not a file that has one, or it puts more than one on a side.
        """
        if self._fast is None:
            raise ValueError("a SentencePiece file has no post-processor")
        bare, whole = (self._fast.encode("1", add_special_tokens=special).tokens for special in (False, True))
        place = next(number for number in range(len(whole)) if whole[number : number + len(bare)] == bare)
        start, end = whole[:place], whole[place + len(bare) :]
        if len(start) > 1 or len(end) > 1:
            raise ValueError(f"{start} … {end}")
        return "".join(start), "".join(end)

    def word(self, word: str) -> int:
        """The number of a word that is one token.

        Raises:
            KeyError: it is several.
        """
        ids = self.ids(word)
        if len(ids) != 1:
            raise KeyError(word)
        return ids[0]


def _bare(text: str) -> str:
    """SigLIP learnt from lower-case texts without ASCII punctuation and with single spaces."""
    return re.sub(r"\s+", " ", text.lower().translate(str.maketrans("", "", string.punctuation))).strip()
