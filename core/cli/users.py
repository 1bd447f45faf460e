"""``users``: who may log in, with which role."""

from __future__ import annotations

import argparse
import getpass
import sys

from core.accounts import identities, users
from core.accounts.person import ROLES
from core.cli.output import print_json, print_table, say
from core.errors import InputError
from core.settings import settings
from core.store import open_database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="사람을 더합니다")
    adding.add_argument("name", help="로그인할 이름")
    promoting = actions.add_parser("role", help="역할을 바꿉니다")
    promoting.add_argument("name")
    for sub in (adding, promoting):
        sub.add_argument("--role", required=True, choices=list(ROLES),
                         help=", ".join(f"{role}: {title}" for role, title in ROLES.items()))
    changing = actions.add_parser("password", help="비밀번호를 바꾸고 그 사람을 모두 로그아웃합니다")
    changing.add_argument("name")
    for sub in (adding, changing):
        sub.add_argument("--password-stdin", action="store_true", help="비밀번호를 표준 입력의 첫 줄에서 읽습니다")
    blocking = actions.add_parser("disable", help="로그인을 막고 그 사람을 모두 로그아웃합니다")
    blocking.add_argument("name")
    admitting = actions.add_parser("enable", help="막았던 사람을 다시 들입니다")
    admitting.add_argument("name")
    linking = actions.add_parser("link", help="회사 로그인(OIDC)의 사용자를 이미 있는 사람과 잇습니다")
    linking.add_argument("name")
    linking.add_argument("--subject", required=True, help="회사 로그인이 보내는 sub 값")
    listing = actions.add_parser("list", help="로그인할 수 있는 사람을 봅니다")
    for sub in (adding, promoting, changing, blocking, admitting, linking, listing):
        sub.add_argument("--json", action="store_true", help="JSON으로 출력합니다")


def run(arguments: argparse.Namespace) -> int:
    """Run the action."""
    database = open_database()
    if arguments.action == "list":
        return _list(database, as_json=arguments.json)
    name = users.clean_name(arguments.name)
    if arguments.action == "add":
        first = not users.listing(database)
        made = users.add(database, name=name, role=arguments.role, password=_password(arguments))
        done = {"name": made.name, "role": made.role, "added": True}
        words = f"{made.name}({ROLES[made.role]})을(를) 더했습니다." + (" 이제부터 모든 화면이 로그인을 묻습니다." if first else "")
    elif arguments.action == "role":
        users.set_role(database, name=name, role=arguments.role)
        done = {"name": name, "role": arguments.role}
        words = f"{name}의 역할을 {ROLES[arguments.role]}(으)로 바꾸었습니다."
    elif arguments.action == "link":
        identities.link(database, issuer=settings().oidc_issuer, subject=arguments.subject, name=name)
        done = {"name": name, "subject": arguments.subject, "linked": True}
        words = f"이제 회사 로그인의 {arguments.subject}은(는) {name}입니다."
    elif arguments.action == "password":
        ended = users.set_password(database, name=name, password=_password(arguments))
        done = {"name": name, "logins_ended": ended}
        words = f"{name}의 비밀번호를 바꾸고 로그인 {ended}개를 끝냈습니다."
    else:
        disabled = arguments.action == "disable"
        ended = users.set_disabled(database, name=name, disabled=disabled)
        done = {"name": name, "disabled": disabled, "logins_ended": ended}
        words = f"{name}의 로그인을 막고, 열려 있던 {ended}개를 끝냈습니다." if disabled else f"{name}이(가) 다시 로그인할 수 있습니다."
    if arguments.json:
        print_json(done)
    else:
        print(words)
    return 0


def _list(database, *, as_json: bool) -> int:
    found = users.listing(database)
    if as_json:
        print_json({"users": [{"name": each.name, "role": each.role, "disabled": each.disabled,
                               "created_at": each.created_at.isoformat()} for each in found]})
    elif not found:
        print("아직 아무도 없습니다. 이 컴퓨터에서는 로그인 없이 열립니다.")
    else:
        print_table(("이름", "역할", "상태", "만든 날"),
                    [(each.name, f"{ROLES[each.role]} ({each.role})", "막음" if each.disabled else "사용",
                      f"{each.created_at.astimezone():%Y-%m-%d}") for each in found])
    return 0


def _password(arguments: argparse.Namespace) -> str:
    """Return the new password; never from the command line, where other users of the machine could read it."""
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("비밀번호를 물을 화면이 없습니다. --password-stdin을 붙이고 표준 입력으로 넣어 주세요.")
    first = getpass.getpass("비밀번호 (8자 이상): ", stream=sys.stderr)
    if getpass.getpass("한 번 더: ", stream=sys.stderr) != first:
        say("")
        raise InputError("두 번 적은 비밀번호가 다릅니다. 다시 실행해 주세요.")
    return first
