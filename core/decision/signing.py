"""Signing a decision: three roles, each once, on the decision as it was read."""

from __future__ import annotations

from typing import get_args

from core import typed
from core.accounts.person import Person
from core.decision import roles
from core.decision.body import signature_sha256
from core.decision.verifying import verify
from core.errors import InputError
from core.store import decisions
from core.store.database import Database
from core.store.decisions import Signature, SignerRole


def sign(database: Database, decision_id: int, *, role: SignerRole, name: str, comment: str = "", read_sha256: str = "",
         who: Person | None = None, demanded: bool = False) -> Signature:
    """Sign a decision by name; the account is kept where one is logged in.

    Args:
        read_sha256: hash of the decision as the signer read it; empty: as it is now.
        who: the account at the dashboard, ``demanded`` whether a login is asked for there.

    Raises:
        InputError: this person may not, there is no name, the role has signed, the decision is superseded or not what was read, or
            its evidence is no longer what it rests on.
        NotFoundError: there is no such decision.
    """
    if role not in get_args(SignerRole):
        raise InputError(f"'{role}'이라는 자리는 없습니다. 서명하는 자리: {', '.join(get_args(SignerRole))}.")
    roles.need_signer(who, role, demanded=demanded)
    name, comment = typed.line(name, "이름"), typed.block(comment, "의견", longest=2000)
    if not name:
        raise InputError("서명하는 사람의 이름을 적어 주세요.")
    account = who.name if who is not None and not who.picked else ""
    with database.connection() as conn:
        decision = decisions.get(conn, decision_id)
        with decisions.locked(conn, decision.collection_id):
            newest = decisions.listing(conn, decision.collection_id)[0]
            if newest.id != decision.id:
                raise InputError(f"{decision.id}번 결정은 {newest.id}번 결정으로 바뀌었습니다. 새 결정을 읽고 서명해 주세요.")
            if read_sha256 and read_sha256 != decision.sha256:
                raise InputError("읽으신 결정과 지금 적힌 결정이 다릅니다. 화면을 새로 고쳐 다시 읽고 서명해 주세요.")
            if not (found := verify(conn, decision)).unchanged:
                raise InputError(f"{found.headline} 결정을 새로 적은 뒤 서명해 주세요.")
            words = {"role": role, "name": name, "account": account, "comment": comment, "decision_sha256": decision.sha256}
            if not decisions.sign(conn, decision.id, **words, sha256=signature_sha256(**words)):
                raise InputError(f"{roles.ROLES[role]} 자리에는 이미 서명이 있습니다. 서명은 고칠 수 없습니다.")
        return next(each for each in decisions.signatures(conn, decision.id) if each.role == role)
