"""What the licences of models ask of that which is made with them, and whether a release keeps to it.

A reading of the usual licences, no legal advice: it refuses what they plainly forbid, and says where it knows nothing.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

TEACHER, CRITIC, STUDENT_BASE = "teacher", "critic", "student base"  # a model's role in a run
_CREATIVE_COMMONS = re.compile(r"cc-by(?P<nc>-nc)?(?P<also>-sa|-nd)?-(?P<version>[\d.]+)")


@dataclass(frozen=True)
class Terms:
    """What a licence asks.

    Args:
        words: In a sentence behind the licence's name, for cards.
        non_commercial: Allows no commercial use. It counts for every model of a run, a critic too: the dataset holds
            its scores, and the run is a use of it.
        same_licence: Of a model in these roles, what is made must be under the same licence. A critic hands none on:
            what it judged holds nothing of its text and weights.
        own_kind: What comes from a model in these roles may train only students whose base is under the same licence.
        nothing_made: From a model in these roles nothing may be made and passed on.
    """

    words: str
    non_commercial: bool = False
    same_licence: tuple[str, ...] = ()
    own_kind: tuple[str, ...] = ()
    nothing_made: tuple[str, ...] = ()


_FREE = Terms("asks nothing of what a model writes; copies of the model, changed or not, keep its notices")
_COPYLEFT = Terms("wants a changed model to be under the same licence", same_licence=(STUDENT_BASE,))
# Gemma Terms of Use, 1.1 (e) and 3.1; BigScience RAIL 1.0 and OpenRAIL-M, sections 1 and 4-5, and their kin: a model
# trained on data that theirs wrote is a derivative, and must come with the same restrictions of use.
_RESTRICTED_USE = Terms(
    "restricts what it may be used for, and wants the same of every model that is made from it or trained on its texts",
    same_licence=(TEACHER, STUDENT_BASE),
)
# Llama 2 and Meta Llama 3 Community License, 1.b.v.
_IMPROVES_NONE_BUT_ITS_KIND = Terms(
    "forbids to improve other language models with what it wrote or judged, and wants its agreement to go with copies",
    same_licence=(STUDENT_BASE,),
    own_kind=(TEACHER, CRITIC),
)
# Llama 3.1, 3.2, 3.3 and 4 Community License, 1.b.i.
_NAMED_AFTER_IT = Terms(
    'wants the name of a released model that its texts or judgements helped to train to begin with "Llama", and "Built '
    'with Llama" to be shown',
    same_licence=(STUDENT_BASE,),
)
_RESEARCH = Terms("allows non-commercial research only, also with what is made of it", non_commercial=True)
_KNOWN: dict[str, Terms] = {
    **dict.fromkeys(("afl-3.0", "apache-2.0", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear"), _FREE),
    **dict.fromkeys(("bsl-1.0", "cc0-1.0", "isc", "mit", "ms-pl", "ncsa", "pddl", "unlicense", "wtfpl", "zlib"), _FREE),
    **dict.fromkeys(("agpl-3.0", "gpl", "gpl-2.0", "gpl-3.0"), _COPYLEFT),
    **dict.fromkeys(("bigcode-openrail-m", "bigscience-bloom-rail-1.0", "bigscience-openrail-m"), _RESTRICTED_USE),
    **dict.fromkeys(("creativeml-openrail-m", "gemma"), _RESTRICTED_USE),
    **dict.fromkeys(("llama2", "llama3"), _IMPROVES_NONE_BUT_ITS_KIND),
    **dict.fromkeys(("llama3.1", "llama3.2", "llama3.3", "llama4"), _NAMED_AFTER_IT),
    **dict.fromkeys(("apple-amlr", "fair-noncommercial-research-license"), _RESEARCH),
}


def terms_of(licence: str) -> Terms | None:
    """What a licence asks; None where that is not known here.

    Args:
        licence: As the Hub names it.
    """
    return _creative_commons(licence) or _KNOWN.get(licence)


def licence_problem(role: str, licence: str, released: str, base_licences: Collection[str]) -> str | None:
    """What a model's licence forbids in a run, behind "is under LICENCE, which", with a remedy; None if nothing.

    Args:
        role: "teacher", "critic" or "student base".
        licence: One of the model's.
        released: The licence of the dataset and the student that are released.
        base_licences: Those of the student's base.
    """
    terms, release = terms_of(licence), terms_of(released)
    if terms is None:
        return None
    if role in terms.nothing_made:
        return "allows nothing to be made of it and passed on; name another model"
    if role in terms.own_kind and licence not in base_licences:
        return "allows it to improve no other language model; name another one, or a student.base of its own kind"
    if role in terms.same_licence and not _carries_on(licence, released):
        return f"wants what is made of it under the same licence, not {released}; set license: {licence}"
    if terms.non_commercial and not (release and release.non_commercial):
        return f"allows no commercial use, and {released} does; set license: {licence}, or name another model"
    return None


def _carries_on(licence: str, released: str) -> bool:
    """The same licence or, of Creative Commons with share-alike, a later version of it (4.0, section 3.b.1)."""
    ours, theirs = _CREATIVE_COMMONS.fullmatch(released), _CREATIVE_COMMONS.fullmatch(licence)
    if ours is None or theirs is None:
        return licence == released
    return ours["nc"] == theirs["nc"] and ours["also"] == theirs["also"] and ours["version"] >= theirs["version"]


def _creative_commons(licence: str) -> Terms | None:
    found = _CREATIVE_COMMONS.fullmatch(licence)
    if found is None:
        return None
    asked = ["wants its authors to be named"]
    asked += ["allows no commercial use"] if found["nc"] else []
    asked += {
        "-sa": ["wants what is made of it under the same licence"],
        "-nd": ["allows nothing to be made of it"],
    }.get(found["also"], [])
    made = (TEACHER, STUDENT_BASE)
    return Terms(
        ", ".join(asked),
        non_commercial=bool(found["nc"]),
        same_licence=made if found["also"] == "-sa" else (),
        nothing_made=made if found["also"] == "-nd" else (),
    )
