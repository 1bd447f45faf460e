"""``cloud estimate|status``: what rented GPUs would cost, and what they have."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from core.cli.output import print_json, print_table
from core.moments import moment
from core.settings import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    estimate = actions.add_parser("estimate", help="문항 수와 잰 속도로 시간과 비용을 계산합니다")
    estimate.add_argument("--items", type=int, required=True, help="임베딩할 문항 수")
    estimate.add_argument("--items-per-s", type=float, required=True, help="서버 한 대에서 잰 초당 문항 수")
    estimate.add_argument("--price", type=float, help="시간당 가격(USD); 없으면 계획서의 서비스들과 비교합니다")
    estimate.add_argument("--hosts", type=int, default=1, help="함께 쓰는 서버 대수 (기본 1)")
    status = actions.add_parser("status", help="원격 서버의 응답과 지금까지 쓴 시간, 비용, 한도를 봅니다")
    for action in (estimate, status):
        action.add_argument("--json", action="store_true", help="결과를 JSON 하나로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Estimate, or show what has been used."""
    return _estimate(arguments) if arguments.action == "estimate" else _status(as_json=arguments.json)


def _estimate(arguments: argparse.Namespace) -> int:
    from core.cloud.estimate import OFFERS, Offer, estimate

    limit = settings().cloud_limit_usd
    offers = OFFERS if arguments.price is None else (Offer("직접 정한 가격", "-", arguments.price),)
    rows = [(offer, estimate(arguments.items, items_per_s=arguments.items_per_s, usd_per_hour=offer.usd_per_hour,
                             hosts=arguments.hosts)) for offer in offers]
    if arguments.json:
        print_json({"items": arguments.items, "items_per_s": arguments.items_per_s, "hosts": arguments.hosts,
                    "limit_usd": limit, "offers": [{**asdict(offer), **asdict(found), "within_limit": found.usd <= limit}
                                                   for offer, found in rows]})
        return 0
    print_table(("서비스", "GPU", "시간당", "걸리는 시간", "비용", f"한도 ${limit:.2f}"), [
        (offer.service, offer.gpu, f"${offer.usd_per_hour:.2f}", f"{found.hours:.1f}시간", f"${found.usd:.2f}",
         "안" if found.usd <= limit else "넘음") for offer, found in rows])
    print("서버를 켜고 모델을 내려받는 시간은 들어 있지 않습니다. 가격은 바뀌므로 빌리기 전에 확인해 주세요.")
    return 0


def _status(*, as_json: bool) -> int:
    from core.store import cloud_usage, open_database

    chosen = settings()
    with open_database().connection() as conn:
        usage = cloud_usage.totals(conn)
    spent, limit, servers = sum(each.usd for each in usage), chosen.cloud_limit_usd, _servers()
    if as_json:
        print_json({"servers": servers, "usd_per_hour": chosen.cloud_price_per_hour, "limit_usd": limit, "usd": spent, "hosts": [
            {"host": each.host, "hours": each.hours, "usd": each.usd, "first_at": each.first_at.isoformat(),
             "last_at": each.last_at.isoformat()} for each in usage]})
        return 0
    if servers:
        print_table(("모델", "주소", "지금"), [(each["model"], each["url"], each["serves"] or each["wrong"]) for each in servers])
    if usage:
        print_table(("서버", "시간", "비용", "처음", "마지막"), [
            (each.host, f"{each.hours:.2f}", f"${each.usd:.2f}", moment(each.first_at), moment(each.last_at)) for each in usage])
    share = f" ({spent / limit:.0%})" if limit else ""
    print(f"모두 ${spent:.2f}, 한도 ${limit:.2f}{share}.")
    if not chosen.cloud_price_per_hour:
        print("CLOUD_PRICE_PER_HOUR가 0이라 지금은 사용 시간을 세지 않습니다.")
    return 0


def _servers() -> list[dict[str, str | None]]:
    """Ask every server of ENGINE_URL what it serves."""
    from core.engine.remote import addresses, identity
    from core.engine.remote.replica import Policy, Replica, UnreachableError
    from core.errors import EngineError

    rows = []
    for address in addresses.parse(settings().engine_url).values():
        for url in address.urls:
            serves, wrong = None, None
            try:
                serves = identity.card(Replica(url, policy=Policy())).root
            except UnreachableError:
                wrong = "응답 없음"
            except EngineError as error:
                wrong = str(error)
            rows.append({"model": address.key, "url": url, "serves": serves, "wrong": wrong})
    return rows
