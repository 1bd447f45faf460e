"""Logging in with the company's account, against a provider that can be made to lie."""

from __future__ import annotations

import time
from http.cookies import SimpleCookie
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from psycopg import sql
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.accounts import company, entrance, identities, logins, users
from core.accounts import issuer as published
from core.cli.main import main
from core.errors import InputError, StoreError
from core.settings import settings
from pages import _login, _wall
from tests.company_login import CLIENT, SECRET, provider

pytestmark = pytest.mark.slow
ROLES = "itembank-tf=tf,itembank-dev=developer,content=rater"


@pytest.fixture(scope="module")
def issuer():
    with provider() as found:
        yield found


@pytest.fixture
def house(elsewhere, issuer, monkeypatch):
    """Nobody has an account; the company's login is set up."""
    fresh = issuer.__class__()
    for name in ("claims", "spoil", "algorithm", "told", "methods", "odd_keys", "broken"):
        setattr(issuer, name, getattr(fresh, name))
    issuer.published = issuer.key
    for name, value in {"OIDC_ISSUER": issuer.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET, "OIDC_ROLES": ROLES,
                        "OIDC_ADDRESS": "http://127.0.0.1", "OIDC_DEFAULT_ROLE": "", "OIDC_ROLES_CLAIM": ""}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    published._metadata.clear()
    published._silent.clear()
    monkeypatch.setattr(entrance, "open_database", lambda: elsewhere)
    monkeypatch.setattr(logins, "open_database", lambda: elsewhere)
    _empty(elsewhere)
    yield elsewhere
    _empty(elsewhere)
    monkeypatch.undo()
    settings.cache_clear()


def _empty(database) -> None:
    with database.connection() as conn:
        for table in ("user_identities", "logins", "users"):
            conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    logins.forget()


@pytest.fixture
def browser(house):
    with TestClient(_wall.Wall(Starlette(routes=_login.ROUTES)), base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


def go(client: TestClient, *, wanted: str = "", spoil: dict[str, str] | None = None):
    """Go to the company and come back; ``spoil`` changes what comes back. Returns the last answer."""
    return client.get(f"{company.BACK}?{urlencode(there(client, wanted=wanted) | (spoil or {}))}")


def there(client: TestClient, *, wanted: str = "") -> dict[str, str]:
    """Go to the company and return what it sends the browser back with."""
    away = client.get(company.PATH, params={"next": wanted})
    assert away.status_code == 303, away.text
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *words: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(away.headers["location"])
    except urllib.error.HTTPError as answer:
        back = answer.headers["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def test_the_company_lets_a_person_in_under_the_role_of_the_claims(browser, house, issuer):
    answer = go(browser, wanted="/metrics?collection=a")
    assert (answer.status_code, answer.headers["location"]) == (303, "/metrics?collection=a")
    cookies = SimpleCookie()
    for each in answer.headers.get_list("set-cookie"):
        cookies.load(each)
    morsel = cookies[logins.COOKIE]
    assert morsel["httponly"] and morsel["samesite"] == "lax" and int(morsel["max-age"]) == 12 * 3600
    assert (logins.person_of(morsel.value, db=house).name, logins.person_of(morsel.value, db=house).role) == ("김하늘", "tf")
    assert issuer.asked[-1]["code_challenge_method"] == "S256" and issuer.asked[-1]["redirect_uri"] == "http://127.0.0.1/login/company/back"
    issuer.claims = {"sub": "u-1", "name": "김하늘", "roles": ["other", "itembank-dev"]}
    assert go(browser).status_code == 303 and [(each.name, each.role) for each in users.listing(house)] == [("김하늘", "developer")]
    # The same name from another subject is another person.
    issuer.claims = {"sub": "u-2", "name": "김하늘", "email": "haneul2@example.kr", "roles": ["content"]}
    assert go(browser).headers["location"] == "/label"
    assert [(each.name, each.role) for each in users.listing(house)] == [("haneul2@example.kr", "rater"), ("김하늘", "developer")]
    with pytest.raises(InputError, match="맞지 않습니다"):
        users.prove(house, name="김하늘", password="company login", address="a")


def test_without_a_role_nobody_comes_in_and_open_browsers_are_logged_out(browser, house, issuer):
    value = logins.begin("김하늘", picked=False, db=house)
    assert go(browser).status_code == 303
    value = logins.begin("김하늘", picked=False, db=house)
    issuer.claims = {"sub": "u-1", "name": "김하늘", "roles": []}
    answer = go(browser)
    assert answer.status_code == 401 and "역할이 없습니다" in answer.text and logins.person_of(value, db=house) is None
    issuer.claims = {"sub": "u-3", "name": "<b>나</b>"}
    assert "&lt;b&gt;나&lt;/b&gt; 님에게는" in go(browser).text and len(users.listing(house)) == 1


def test_where_roles_are_kept_here_a_new_account_waits_to_be_opened(browser, house, issuer, monkeypatch):
    monkeypatch.setenv("OIDC_ROLES", "")
    settings.cache_clear()
    answer = go(browser)
    assert answer.status_code == 401 and "users enable 김하늘" in answer.text
    users.set_disabled(house, name="김하늘", disabled=False)
    users.set_role(house, name="김하늘", role="senior")
    assert go(browser).status_code == 303 and users.listing(house)[0].role == "senior"


def test_a_name_here_is_not_taken_over_but_linked_by_somebody(browser, house, issuer, monkeypatch, capsys):
    users.add(house, name="김하늘", role="developer", password="맑은-가을-하늘")
    answer = go(browser)
    assert answer.status_code == 401 and "이미 다른 사람이 쓰는 이름" in answer.text
    monkeypatch.setattr("core.cli.users.open_database", lambda: house)
    assert main(["users", "link", "김하늘", "--subject", "u-1", "--json"]) == 0 and '"linked": true' in capsys.readouterr().out
    assert go(browser).status_code == 303 and users.listing(house)[0].role == "tf"
    assert main(["users", "link", "없음", "--subject", "u-9"]) == 1


@pytest.mark.parametrize("lie", [
    {"iss": "http://evil.example"}, {"aud": "another"}, {"exp": 1}, {"nonce": "other"}, {"aud": [CLIENT, "another"]}, {"azp": "another"},
    {"sub": None}, {"iat": int(time.time()) + 9999},
])
def test_a_token_that_proves_nothing_opens_nothing(browser, house, issuer, lie):
    issuer.spoil = lie
    answer = go(browser)
    assert answer.status_code == 401 and company.UNPROVEN in answer.text and logins.COOKIE not in answer.headers.get("set-cookie", "")
    assert users.listing(house) == []


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_only_public_key_signatures_of_the_published_keys_count(browser, house, issuer, algorithm):
    issuer.algorithm = algorithm
    assert company.UNPROVEN in go(browser).text
    issuer.algorithm, issuer.published = "RS256", issuer.key.__class__.generate_key(2048, parameters={"kid": "one"})
    assert company.UNPROVEN in go(browser).text and users.listing(house) == []


def test_another_browsers_way_back_is_refused(browser, house, issuer):
    assert company.EXPIRED in go(browser, spoil={"state": "other"}).text
    assert company.REFUSED in go(browser, spoil={"code": "stolen"}).text
    assert company.REFUSED in go(browser, spoil={"error": "access_denied"}).text
    browser.cookies.clear()
    assert company.EXPIRED in browser.get(company.BACK, params={"state": "a", "code": "b"}).text
    assert company.EXPIRED in browser.get(company.BACK, params={"state": "a", "code": "b"},
                                          headers={"Cookie": "itembank_company_a=forged.forged.forged"}).text
    assert users.listing(house) == []


def test_names_and_roles_that_only_the_userinfo_endpoint_tells_count(browser, house, issuer):
    issuer.told = issuer.claims | {"sub": "u-1"}
    assert go(browser).status_code == 303 and [(each.name, each.role) for each in users.listing(house)] == [("김하늘", "tf")]
    issuer.told = issuer.claims | {"sub": "u-2", "name": "남의 이름"}
    answer = go(browser)
    assert answer.status_code == 401 and company.UNPROVEN in answer.text and len(users.listing(house)) == 1


def test_a_client_that_may_only_name_itself_in_the_body_does(browser, house, issuer):
    issuer.methods = ["client_secret_post"]
    assert go(browser).status_code == 303


def test_a_published_key_of_an_unknown_kind_keeps_nobody_out(browser, house, issuer):
    issuer.odd_keys = [{"kty": "EC", "crv": "P-9", "x": "a", "y": "b", "kid": "new"},
                       {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "e"}]
    assert go(browser).status_code == 303


def test_a_proxys_page_in_place_of_a_token_is_said_so(browser, house, issuer):
    issuer.broken = True
    answer = go(browser)
    assert answer.status_code == 503 and published.UNREACHABLE in answer.text


def test_two_tabs_log_in_side_by_side_and_cookies_of_tabs_left_alone_do_not_pile_up(browser, house):
    first, second = there(browser, wanted="/metrics"), there(browser, wanted="/vram")
    assert browser.get(company.BACK, params=first).headers["location"] == "/metrics"
    assert browser.get(company.BACK, params=second).headers["location"] == "/vram"
    for _ in range(20):
        there(browser)
    assert 0 < sum(each.name.startswith("itembank_company_") for each in browser.cookies.jar) <= 5


def test_the_back_button_of_somebody_who_is_in_leads_home(browser, house):
    asked = there(browser)
    assert browser.get(company.BACK, params=asked).status_code == 303
    again = browser.get(company.BACK, params=asked)
    assert (again.status_code, again.headers["location"], again.headers.get("set-cookie")) == (303, "/report", None)
    browser.cookies.delete(logins.COOKIE)
    assert company.EXPIRED in browser.get(company.BACK, params=asked).text


def test_with_the_companys_login_everything_asks_for_one(browser, house, monkeypatch):
    picked = logins.begin("아무나", picked=True, db=house)
    assert logins.demanded(db=house) and logins.person_of(picked, db=house) is None
    page = browser.get("/login", params={"next": "/label"}).text
    assert f'href="{company.PATH}?next=%2Flabel"' in page and "회사 계정" in page
    assert browser.get("/", headers={"Accept": "text/html"}).headers["location"] == "/login"
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "")
    settings.cache_clear()
    with pytest.raises(Exception, match="OIDC_CLIENT_SECRET"):
        _wall.refuse_open_network("127.0.0.1")
    assert browser.get("/login").status_code == 503


def test_an_issuer_that_is_not_the_one_or_does_not_answer_is_said_so(browser, house, issuer, monkeypatch):
    published._metadata.clear()
    monkeypatch.setenv("OIDC_ISSUER", f"{issuer.issuer}/other")
    settings.cache_clear()
    with pytest.raises(StoreError, match="닿지 못했습니다"):
        company.depart(house, wanted="")
    monkeypatch.setenv("OIDC_ISSUER", "http://127.0.0.1:9")
    settings.cache_clear()
    answer = browser.get(company.PATH)
    assert answer.status_code == 503 and published.UNREACHABLE in answer.text


def test_an_issuer_that_went_silent_is_noticed_before_anybody_is_sent_there_and_asked_once_in_a_while(house, issuer, monkeypatch):
    clock, asked = [1000.0], []

    def silent(address, headers=None):
        asked.append(address)
        raise StoreError(published.UNREACHABLE)

    monkeypatch.setattr(published, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    published._metadata.clear()
    monkeypatch.setattr(published, "_silent", {})
    assert company.depart(house, wanted="").address.startswith(issuer.issuer)
    with monkeypatch.context() as down:
        down.setattr(published, "_fetched", silent)
        clock[0] += 61
        for _ in range(3):
            with pytest.raises(StoreError, match="닿지 못했습니다"):
                company.depart(house, wanted="")
        assert len(asked) == 1
        clock[0] += 6
        with pytest.raises(StoreError, match="닿지 못했습니다"):
            company.depart(house, wanted="")
        assert len(asked) == 2
    clock[0] += 6
    assert company.depart(house, wanted="").address.startswith(issuer.issuer)


@pytest.mark.parametrize(("claim", "claims", "role"), [
    ("roles", {"roles": ["content", "itembank-tf"]}, "tf"), ("roles", {"roles": "content"}, "rater"), ("roles", {"roles": [1]}, None),
    ("realm_access.roles", {"realm_access": {"roles": ["itembank-dev"]}}, "developer"), ("realm_access.roles", {"realm_access": 3}, None),
    ("roles", {}, None),
])
def test_roles_come_from_the_claim_that_is_set(house, monkeypatch, claim, claims, role):
    monkeypatch.setenv("OIDC_ROLES_CLAIM", claim)
    settings.cache_clear()
    assert identities.role_of(claims) == role
