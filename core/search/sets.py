"""Which embedding set a channel of a variant searches."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import Connection

from core.engine.remote.routes import REMOTE
from core.errors import NotFoundError
from core.models import registry
from core.models.record import ModelRecord
from core.models.revision import installed_revision
from core.search.systems import Channel
from core.search.variants import Variant
from core.settings import settings
from core.store import embedding_sets
from core.store.collections import Collection
from core.store.embedding_sets import EmbeddingSet, SetIdentity

JOINED = "+"
"""Between the keys of two models whose vectors are joined in one set."""


def embedding_set(conn: Connection, collection: Collection, channel: Channel, variant: Variant) -> EmbeddingSet:
    """Return the set: of the installed checkpoint (real before miniature), with the content and settings of the variant.

    What a variant leaves open is the setting's: its precision and pixel budget. With PRECISION=auto it is the set that the
    latest run without a precision suffix made: embedding a variant never changes what the plain system searches.
    While ENGINE_URL names the model, the plain system searches what its servers embedded, and otherwise never does.

    Raises:
        NotFoundError: the collection has no such vectors yet; the message names the command that makes them.
    """
    record = registry.resolve(channel.model)
    revision = None if record.key in settings().remote_keys else installed_revision(record)
    fitting = [found for found in embedding_sets.list_sets(conn, collection.id)
               if found.identity.model_key == record.key and found.identity.content == channel.content
               and revision in (None, found.identity.revision) and _fits(found, record, variant)]
    if not fitting:
        raise missing(collection, variant, record.key)
    return max(fitting, key=lambda found: (found.plain_since or found.created_at, found.id))


def joined_set(conn: Connection, collection: Collection, parts: Iterable[EmbeddingSet], variant: Variant) -> EmbeddingSet:
    """Return the set of joined vectors (``@concat``) of two sets.

    Raises:
        NotFoundError: it has not been made yet.
    """
    wanted = joined_identity([part.identity for part in parts], weight=variant.weight)
    found = embedding_sets.find_set(conn, collection.id, wanted)
    if found is None:
        raise missing(collection, variant, wanted.model_key)
    return found


def joined_identity(parts: list[SetIdentity], *, weight: float) -> SetIdentity:
    """Return the identity of the set that joins two; its prompt says how, and names the sets it was made from."""
    first, second = parts
    return SetIdentity(
        model_key=JOINED.join((first.model_key, second.model_key)),
        hub_id=JOINED.join((first.hub_id, second.hub_id)),
        revision=JOINED.join((first.digest[:16], second.digest[:16])),
        precision=JOINED.join(dict.fromkeys((first.precision, second.precision))),
        dims=first.dims + second.dims,
        max_pixels=second.max_pixels,
        prompt=f"[sqrt({weight:g}) first ; sqrt({1 - weight:g}) second]",
        content="all",
        miniature=first.miniature or second.miniature,
    )


def missing(collection: Collection, variant: Variant, key: str) -> NotFoundError:
    """Return the error for vectors that do not exist yet, with the command that makes them."""
    return NotFoundError(
        f"'{collection.name}' 컬렉션에는 {variant.name}에 쓸 {key} 임베딩이 아직 없습니다. "
        f"`python -m core embed --collection {collection.name} --system {variant.name}`을(를) 실행한 뒤 다시 검색해 주세요."
    )


def pixel_budget(record: ModelRecord, wanted: int | None) -> int | None:
    """Return the image budget a set of this model has: asked for or set, within the model's own limits."""
    if record.max_pixels is None:
        return None
    return max(record.min_pixels or 0, min(wanted or settings().max_pixels, record.max_pixels))


def _fits(found: EmbeddingSet, record: ModelRecord, variant: Variant) -> bool:
    identity = found.identity
    served = record.key in settings().remote_keys and variant.precision is None
    if identity.precision.startswith(REMOTE) != served:
        return False
    precision = variant.precision or (settings().precision if settings().precision != "auto" else None)
    if served:
        precision = None  # the servers' own, which the setting does not decide
    if precision is None and found.plain_since is None:
        return False
    if precision is not None and identity.precision != precision and not _unquantised(record, identity, variant):
        return False
    if identity.miniature and not record.miniature:  # a server that said it serves the miniature
        record = registry.record(record.key + registry.MINI_SUFFIX)
    return identity.max_pixels is None or identity.max_pixels == pixel_budget(record, variant.max_pixels)


def _unquantised(record: ModelRecord, identity: SetIdentity, variant: Variant) -> bool:
    """SigLIP cannot be 4-bit: under PRECISION=nf4 it runs, and says so, in a plain precision."""
    return variant.precision is None and record.kind == "siglip" and settings().precision == "nf4" and identity.precision != "nf4"
