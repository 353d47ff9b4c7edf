"""What tokens and keys look like, in the part of regular expressions that Python and RE2 read alike."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Test = Callable[[str], bool]


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _is_filled_in(url: str) -> bool:
    """Whether a URL holds a password rather than a place for one, such as ${TOKEN}, {token}, <token> or ***."""
    password = url.rpartition(":")[2]
    return not password.startswith(("$", "{", "<", "[", "%", "*", "..."))


@dataclass(frozen=True)
class SecretPattern:
    """One kind of secret.

    Args:
        kind: What to call it in a message.
        expression: What it looks like; its first `LONGEST` bytes suffice to know it.
        is_secret: A second look at what the expression found, to tell a secret from words.
        is_path: Whether it may be printed, and is allowed in the rows of a table.
    """

    kind: str
    expression: str
    is_secret: Test = lambda text: True
    is_path: bool = False

    def find(self, text: bytes, start: int = 0) -> Iterator[re.Match[bytes]]:
        """The secrets of this kind from `start` on; what stands before it decides whether a word begins there."""
        for match in re.compile(self.expression.encode()).finditer(text, start):  # Python caches the compiled one
            if self.is_secret(match[0].decode("utf-8", "replace")):
                yield match


# Where a word begins, also behind the escape of a line end in JSON. What begins more oddly needs no such place: it may
# stand behind the name of a variable, as in TOKEN_hf_...
_START = r"(?:\b|\\[nrt])"

SECRETS = (
    SecretPattern("a Hugging Face token", r"hf_[A-Za-z0-9]{30,}"),
    SecretPattern("a Hugging Face token", r"api_org_[A-Za-z0-9]{30,}"),
    # OpenAI, Anthropic and those who write keys like them: some run of it is random, words have no digits.
    SecretPattern("an API key", _START + r"sk-[A-Za-z0-9_-]{0,100}?[A-Za-z0-9]{16}[A-Za-z0-9_-]*", _has_digit),
    SecretPattern("a GitHub token", r"gh[opsur]_[A-Za-z0-9]{36,}"),
    SecretPattern("a GitHub token", r"github_pat_[A-Za-z0-9_]{22,}"),
    SecretPattern("a GitLab token", r"glpat-[A-Za-z0-9_-]{20,}"),
    SecretPattern("an AWS key id", _START + r"(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    SecretPattern("a Google API key", r"AIza[A-Za-z0-9_-]{35}"),
    SecretPattern("a Slack token", r"xox[abeoprs]-[A-Za-z0-9-]{10,}", _has_digit),
    SecretPattern("an npm token", _START + r"npm_[A-Za-z0-9]{36}\b"),
    SecretPattern("a PyPI token", r"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{20,}"),
    SecretPattern("a JSON web token", r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"),
    SecretPattern("a private key", r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"),
    SecretPattern(
        "an authorization header",
        r"""(?i:authorization)["']?\s{0,9}[:=]\s{0,9}["']?(?i:bearer|basic)\s{1,9}[A-Za-z0-9._~+/=-]{16,}""",
        _has_digit,
    ),
    SecretPattern(
        "a URL with a password",
        r"""\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@'"<>`]{1,100}:[^\s/@'"<>`]{3,200}@""",
        lambda text: _is_filled_in(text[:-1]),
    ),
)

# No secret needs more bytes than this to be known as one.
LONGEST = 1024


def token_pattern(token: str) -> SecretPattern:
    """One token that is known, whatever it looks like."""
    return SecretPattern("the token that pushes it", re.escape(token))


def path_pattern(path: str) -> SecretPattern:
    """A folder or file of this machine, wherever it stands as a path of its own or begins one."""
    expression = rf"(?:^|[^\w.-]){re.escape(path)}(?:[^\w.-]|\.\W|\.?$)"
    return SecretPattern(f"{path}, a path of the machine that made it", expression, is_path=True)


def any_of(patterns: Iterable[SecretPattern]) -> str:
    """One expression that finds whatever one of the patterns finds."""
    return "|".join(f"(?:{pattern.expression})" for pattern in patterns)
