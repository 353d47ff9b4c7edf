"""Personal data: addresses and numbers that could reach or name somebody."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from phonenumbers import SUPPORTED_REGIONS, Leniency, PhoneNumberMatcher
from phonenumbers import __version__ as phonenumbers_version

from builders.critics.base import CriticConfig, Shared, Verdict
from builders.critics.sentence_critic import SentenceCritic
from builders.errors import ConfigError

# Begins at the last letter of the name: from its first on, each letter of a long run would be tried.
_EMAIL = re.compile(r"[\w.+-]@(?:[\w-]+\.)+[a-z]{2,}\b", re.IGNORECASE)
_NAME = r"(?:[NSEW]\.? )?(?:[A-Z][\w'\u2019]*\.? |\d+(?:st|nd|rd|th) ){1,3}"
_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Terrace|Square|Highway|Hwy)\b"
)
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY"
).replace(" ", "|")
_COURT = r"(?:\w+\.? ){0,2}(?:Supreme|High|District|Circuit|Federal|Appeals|County|Crown|Superior|Criminal) Court\b"
_ADDRESS = re.compile(
    # No addresses: "1989 Tiananmen Square", "5 High Court judges", and "5 Wall Street banks", where a plural follows.
    rf"\b(?!(?:19|20)\d\d )\d{{1,5}}[A-Za-z]? (?!{_COURT}){_NAME}{_STREET}(?! (?!was\b|is\b|has\b)[a-z]+s\b)"
    r"|\bP\.? ?O\.? Box \d+"
    rf"|\b(?:{_STATES}) \d{{5}}(?:-\d{{4}})?\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b"  # a British postcode
)
_IP = re.compile(r"(?<![\w.:-])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}(?::[\da-f]{0,4}){3,7})(?![\w:-]|\.\d)", re.I)
_VERSION = re.compile(r"(?:versions?|release|section|v)\.? ?$", re.IGNORECASE)  # numbers like 2.4.1.0
_VERSION_LENGTH = len("versions. ")  # looking further back takes long where there are many
# The issuers' first digits; years in a row, 2010 2011 2012 2013, pass the check of the last digit.
_CARD = re.compile(r"(?<![\d.,-])(?:4\d|5[1-5]|2[2-7]|3\d|6\d)\d{2}(?:[ -]?\d){9,15}(?![\d,-]|\.\d)")
_SSN = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_MAYBE_PHONE = re.compile(r"\d(?:[ ().\-/]{0,3}\d){6}")  # the matcher takes 50 times as long


@dataclass(frozen=True, kw_only=True)
class PersonalDataConfig(CriticConfig):
    """What a sentence must not hold.

    Args:
        kinds: Of `email`, `address`, `ip`, `phone`, `card` (payment cards) and `ssn` (social security numbers of the
            US).
        region: Whose phone numbers may go without a country code, such as `US` or `GB`.
    """

    kinds: tuple[str, ...] = ("email", "address", "ip", "phone", "card", "ssn")  # ours: all there are
    region: str = "US"  # the paper's teachers are of American English for the most part

    def __post_init__(self) -> None:
        wrong = [kind for kind in self.kinds if kind not in _FINDERS]
        if wrong or not self.kinds:
            raise ConfigError(f"personal_data.kinds must be of {', '.join(_FINDERS)}, got {list(self.kinds)}")
        if self.region not in SUPPORTED_REGIONS:
            raise ConfigError(f"personal_data.region must be two capitals such as US, got '{self.region}'")

    def build(self, shared: Shared) -> "PersonalData":
        """The critic."""
        return PersonalData(self)

    def identity(self) -> dict[str, Any]:
        """The settings and, where phone numbers are looked for, the release that knows how each country writes them."""
        release = {"phonenumbers": phonenumbers_version} if "phone" in self.kinds else {}
        return {**super().identity(), **release}


def passes_luhn(digits: str) -> bool:
    """Whether the last digit checks the others, as on payment cards (ISO/IEC 7812-1, Annex B)."""
    doubled = [int(digit) * (1 + i % 2) for i, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _has_email(sentence: str, region: str) -> bool:
    return "@" in sentence and _EMAIL.search(sentence) is not None


def _has_address(sentence: str, region: str) -> bool:
    return _ADDRESS.search(sentence) is not None


def _has_ip(sentence: str, region: str) -> bool:
    """A machine on the open internet; one's own network and what is kept for examples reach nobody."""
    for match in _IP.finditer(sentence):
        try:
            if ip_address(match[0]).is_global and not _VERSION.search(
                sentence, max(0, match.start() - _VERSION_LENGTH), match.start()
            ):
                return True
        except ValueError:
            continue
    return False


def _has_phone(sentence: str, region: str) -> bool:
    if not _MAYBE_PHONE.search(sentence):
        return False
    return any(True for _ in PhoneNumberMatcher(sentence, region, leniency=Leniency.STRICT_GROUPING))


def _has_card(sentence: str, region: str) -> bool:
    return any(passes_luhn(re.sub(r"\D", "", match[0])) for match in _CARD.finditer(sentence))


def _has_ssn(sentence: str, region: str) -> bool:
    return _SSN.search(sentence) is not None


_FINDERS: dict[str, Callable[[str, str], bool]] = {
    "email": _has_email,
    "address": _has_address,
    "ip": _has_ip,
    "phone": _has_phone,
    "card": _has_card,
    "ssn": _has_ssn,
}


class PersonalData(SentenceCritic):
    """Drops pairs of which a sentence holds personal data; scores say of which kind, never what."""

    reasons = ("personal_data",)

    def __init__(self, config: PersonalDataConfig) -> None:
        super().__init__()
        self._finders = {kind: _FINDERS[kind] for kind in config.kinds}
        self._region = config.region

    def judge_sentences(self, sentences: list[str]) -> list[Verdict]:
        """One verdict a sentence, in order."""
        return [self._verdict(sentence) for sentence in sentences]

    def _verdict(self, sentence: str) -> Verdict:
        found = {kind: 1.0 for kind, finds in self._finders.items() if finds(sentence, self._region)}
        return Verdict("personal_data" if found else None, found)
