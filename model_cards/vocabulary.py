"""The words in which cards and reports speak of figures, critics, rounds and columns."""

import re
from dataclasses import dataclass

MICROWORLD_LIMITS = (
    "These figures come from the embedded microworld, two small generated languages whose sentences have known "
    "meanings, with models trained on those languages alone. They show that the machinery works; they do not show how "
    "GPT-2, or any model of real text, behaves."
)

BIBTEX = """\
@inproceedings{jung-etal-2024-impossible,
    title = "Impossible Distillation for Paraphrasing and Summarization: How to Make High-quality Lemonade out of Small, Low-quality Model",
    author = "Jung, Jaehun and West, Peter and Jiang, Liwei and Brahman, Faeze and Lu, Ximing and Fisher, Jillian and Sorensen, Taylor and Choi, Yejin",
    booktitle = "Proceedings of the 2024 Conference of the North American Chapter of the Association for Computational Linguistics: Human Language Technologies (Volume 1: Long Papers)",
    year = "2024",
    address = "Mexico City, Mexico",
    publisher = "Association for Computational Linguistics",
    url = "https://aclanthology.org/2024.naacl-long.250",
    doi = "10.18653/v1/2024.naacl-long.250",
    pages = "4439--4454",
}"""  # noqa: E501  (a BibTeX field is one line)


@dataclass(frozen=True)
class FigureWords:
    """How to name and print a figure.

    Args:
        label: Its name in tables.
        meaning: One line for readers who meet it first.
        is_share: Whether it is a share of rows, printed in percent.
        decimals: Digits behind the point when it is not.
        in_unit: Whether it lies in [0, 1] where the paper's tables have 0 to 100, though it is no share.
    """

    label: str
    meaning: str
    is_share: bool = False
    decimals: int = 2
    in_unit: bool = False


FIGURES = {
    "faithful_non_copy": FigureWords(
        "faithful non-copies", "same meaning as the source by the oracle, and ROUGE-L to it at most 0.75", True
    ),
    "faithful": FigureWords("faithful", "same meaning as the source by the oracle", True),
    "faithful_summary": FigureWords(
        "faithful summaries", "follows from the source by the oracle, says less, and is shorter than 0.8 of it", True
    ),
    "entailed": FigureWords("entailed", "follows from the source by the oracle", True),
    "copy": FigureWords("copies", "the source's words in the source's order", True),
    "compression": FigureWords("length ratio", "words of the output over words of the source", decimals=3),
    "entailed_nli": FigureWords(
        "faithful by NLI", "entailed by the source, of a paraphrase the other way too, with a probability of 0.75", True
    ),
    "rouge_l": FigureWords("ROUGE-L", "words shared with the source, 0 to 1; lower is freer", decimals=3, in_unit=True),
    "rouge_l_reference": FigureWords(
        "ROUGE-L to reference", "words shared with the reference, 0 to 1", decimals=3, in_unit=True
    ),
    "entailment_forward": FigureWords(
        "entailment, source to target", "the critic's probability that the target follows from the source", decimals=3
    ),
    "entailment_backward": FigureWords(
        "entailment, target to source", "the critic's probability that the source follows from the target", decimals=3
    ),
    "tree_edit_distance": FigureWords("tree edit distance", "edits between the parses of source and output"),
    "ibleu": FigureWords(
        "iBLEU",
        "0.7 BLEU to the reference less 0.3 BLEU to the source, -30 to 70; sentences averaged, add-one smoothing",
    ),
    "bert_ibleu": FigureWords(
        "BERT-iBLEU", "likeness to the source by BERTScore, held against BLEU to it, 0 to 100; a copy has 0"
    ),
    "bleu": FigureWords("BLEU", "n-grams shared with the reference, 0 to 100; sentences averaged, add-one smoothing"),
    "self_bleu": FigureWords("Self-BLEU", "the same with the source in place of the reference; lower is freer"),
    "ibleu_corpus": FigureWords("iBLEU, corpus", "iBLEU of two corpus scores by sacrebleu in place of sentence means"),
    "bleu_corpus": FigureWords("BLEU, corpus", "n-grams that all outputs share with all references, by sacrebleu"),
    "bert_score": FigureWords("BERTScore", "likeness of tokens' states to the reference's, F1, 0 to 100"),
    "conformity": FigureWords(
        "TED-F to the exemplar",
        "edits between the whole parse trees of exemplar and output, words left out; lower is closer",
    ),
    "in_bucket": FigureWords("in the asked bucket", "as long, or as abstract, as was asked for", True),
    "h2": FigureWords("H2", "entropy of the targets' word pairs (2-grams), in bits; higher is more varied"),
    "h3": FigureWords("H3", "the same for 3-grams"),
    "msttr": FigureWords("MSTTR", "different words per 100 words of the targets, read in a random order"),
    "jaccard": FigureWords(
        "Jaccard", "words that source and target share, in per cent of the words in either; lower is freer"
    ),
    "cosine_similarity": FigureWords(
        "cosine similarity", "of the encoder's vectors of source and target, times 100; higher is closer in meaning"
    ),
    "source_words": FigureWords("words a source", "between spaces"),
    "target_words": FigureWords("words a target", "between spaces"),
    "repeated": FigureWords("repeated pairs", "pairs that are equal to another one before them", True),
    "ted_3": FigureWords("TED-3", "edits between the first three layers of the two parse trees, the root the first"),
    "ted_f": FigureWords("TED-F", "edits between the whole parse trees, words included"),
}

# Figures for those who look closer: the report's table has them, and cards leave them out.
DETAILS = {"self_bleu", "ibleu_corpus", "bleu_corpus"}

REASONS = {
    "rouge_l": "ROUGE-L: too many words in common",
    "screen": "screen: a word has no like in the other sentence",
    "entailment_forward": "entailment: the target does not follow from the source",
    "entailment_backward": "entailment: the source does not follow from the target",
    "tree_edit_distance": "tree edit distance: syntax too much alike",
    "compression": "compression: target not short enough",
    "restatement": "restatement: the target says as much as the source",
    "selection": "selection: another target of the same source was chosen",
    "diversity": "diversity: a better pair says the same",
    "numbers": "numbers: one sentence has a number that the other lacks",
    "length_ratio": "length ratio: target too short or too long for its source",
    "broken_text": "language: broken characters",
    "script": "language: letters of another script",
    "language": "language: another language",
    "repetition": "repetition: a sentence says the same words again and again",
    "personal_data": "personal data: an address or number that could reach or name somebody",
    "toxicity": "toxicity: a sentence that the classifier finds toxic",
    "decontamination": "decontamination: shares a run of words with a benchmark file",
    "duplicate": "duplicate: the same pair, met again",
    "near_duplicate": "near-duplicate: another pair says it almost word for word",
    "leak": "leak: a training pair with a sentence that test holds too",
    "no_text": "no text: the source or the target is empty",
}

# Why a sampled sentence did not qualify.
REFUSALS = {
    "too_short": "too short",
    "too_long": "too long",
    "newline": "several lines",
    "unfinished": "no end of a sentence",
    "unprintable": "broken or invisible characters",
    "fragment": "begins within a sentence",
    "no_words": "no words",
    "url": "a web address",
    "banned": "a banned string",
    "repetition": "says the same again and again",
    "passage_too_short": "passage with too few whole sentences for a context",
    "repeated_context": "context that was drawn before",
    "context_too_long": "context too long for the teacher",
}

# What a critic cannot see, so that a reader knows what to look for.
BLIND_SPOTS = {
    "semantic_equivalence": (
        "The semantic critic is an NLI model. Such models can overlook a changed number, date or name, who did what to "
        "whom, a dropped detail, or a hedge such as *may*; it judges a pair without its context, and its probabilities "
        "are its own, not a measure of truth. Compare numbers and names yourself where they matter."
    ),
    "screen": (
        "The screen drops pairs before the NLI model sees them. It loses some that the model would keep, sooner those "
        "that say a thing in quite other words."
    ),
    "rouge_l": (
        "ROUGE-L counts words in order: a sentence with every word swapped for a synonym passes, one that says the "
        "same freely but keeps long names may not, and of meaning it knows nothing."
    ),
    "tree_edit_distance": (
        "Tree edit distance depends on the parser, and its threshold is a number of edits: long sentences reach it "
        "with small changes, short ones hardly at all, and swapped words count as edits."
    ),
    "compression": "The compression critic counts words: a target can be short and leave out what matters most.",
    "restatement": (
        "The critic of restatements asks an NLI model whether the source follows from the target: where it overlooks a "
        "detail that the target leaves out, a summary is dropped."
    ),
    "selection": (
        "Selection compares one score: the target with the least ROUGE-L may be the one that leaves most out, that "
        "with the highest entailment the one that changes least."
    ),
    "diversity": (
        "The diversity filter compares pairs of one context only: the same thing can be said after several contexts."
    ),
    "numbers": (
        "The critic of numbers compares them without their units and what they count, and does not know *half*, "
        "*twice* or that *the third quarter* is *July to September*: it lets swapped numbers pass and drops such good "
        "pairs."
    ),
    "length_ratio": "The length ratio counts characters; a target of the right length can still leave something out.",
    "language": (
        "The language critic looks at characters and, where a language is set, asks a model that cannot tell short "
        "sentences; a few foreign words in an English sentence pass."
    ),
    "repetition": "The critic of repetition finds the same words in a row again, not the same thing in other words.",
    "personal_data": (
        "The critic of personal data knows patterns of addresses and numbers, most of them American: names of people "
        "pass, and so do addresses written in another way."
    ),
    "toxicity": (
        "The toxicity critic is a classifier with blind spots and biases of its own: it can miss what is toxic in "
        "context, and drop harmless sentences for the groups that they name."
    ),
    "decontamination": (
        "Decontamination finds runs of the same words; a benchmark's sentence in other words passes, and so does any "
        "benchmark whose file was not given."
    ),
}

ORIGINS = {
    "teacher": "pairs of teacher sentences",
    "self-distillation": "self-distilled pairs",
    "control": "control, not part of the dataset",
}

SYSTEMS = {
    "plain teacher": "the teacher itself, and the sentence that it goes on with after the source",
    "copy of the source": "the source as it stands",
    "untrained base": "the model that the student was trained from, as it was before",
    "student, round 0": "trained on the pairs of teacher sentences",
    "student, self-distilled": "the same student trained further on those of its own rewritings that critics kept",
    "student, led by exemplars": "given the form of another sentence, to say the source in it",
    "student, led by the references' buckets": "asked for a summary about as long, or as abstract, as the reference",
    "led student, asked for nothing": "the same student, given the source alone",
    "student, preferred (ORPO)": "trained further to prefer what the critics accepted to what they refused",
    "student, preferred (DPO)": "trained further to prefer what the critics accepted to what they refused",
    "control: plain fine-tuning on the chosen texts, same updates": (
        "the student before that, fine-tuned on what the critics accepted alone"
    ),
    "control: more training on the old pairs": "the student of round 0, trained just as much longer on the same pairs",
    "control: fresh contexts, ordinary pairs": "the same, but longer on new pairs of teacher sentences",
    "ceiling: trained on true pairs, same updates": (
        "the same base, trained as long as all rounds together on pairs that are known to be true, none of them twice"
    ),
}

_LATER_ROUND = re.compile(r"student, self-distilled, round (\d+)")

# What the oracle's yes to an output says; a summary that says all that its source does is entailed too.
VERDICTS = {"paraphrase": "faithful", "summary": "entailed"}

COLUMNS = {
    "id": "hash of domain, source and target; unique",
    "source": "the sentence to rewrite",
    "target": "its rewriting",
    "context": "the text after which the teacher wrote the source",
    "context_id": "hash of domain and context",
    "passage_id": "the passage that the context was cut from; splits go by it",
    "domain": "the kind of text",
    "round": "0 = pair of teacher sentences; 1 and up = self-distilled, the target is a student's",
    "entailment_forward": "critic's probability that the source entails the target",
    "entailment_backward": "critic's probability that the target entails the source",
    "rouge_l": "ROUGE-L of source and target, 0 to 1",
    "tree_edit_distance": "edits between the parse trees of source and target",
    "compression": "words of the target over words of the source",
    "target_tree": "bracketed parse of the target",
    "prompt": "the sentence to rewrite",
    "chosen": "a rewriting the critics accepted",
    "rejected": "a rewriting they did not accept",
    "rejected_by": (
        "why: entailment_forward = the prompt does not entail it, entailment_backward = it does not entail the prompt, "
        "rouge_l = it is a near-copy of the prompt"
    ),
}


def figure_words(name: str) -> FigureWords:
    """The words for a figure; one that has none is called by its name."""
    return FIGURES.get(name) or FigureWords(name.replace("_", " "), name.replace("_", " "), decimals=3)


def system_words(name: str) -> str:
    """What a system of an evaluation is; empty for one that this project does not name."""
    if later := _LATER_ROUND.fullmatch(name):
        return f"after round {later[1]} of self-distillation, each on rewritings by the student before"
    if name not in SYSTEMS and name.startswith("led student, asked for "):
        return "the same student, asked for summaries of that bucket alone"
    return SYSTEMS.get(name, "")


def compared_label(name: str) -> str:
    """A figure's name where ROUGE-L without more would be taken for that to the reference."""
    return "ROUGE-L to source" if name == "rouge_l" else figure_words(name).label


def reason_words(reason: str) -> str:
    """What a critic's reason means."""
    return REASONS.get(reason) or reason.replace("_", " ")


def refusal_words(reason: str) -> str:
    """Why a sentence did not qualify."""
    return REFUSALS.get(reason) or reason.replace("_", " ")


def blind_spot(critic: str) -> str:
    """What a critic of a recipe cannot see; of one that this project does not have, whose it is."""
    if re.fullmatch(r"[\w.]+:[\w.]+", critic):
        return f"The critic `{critic}` is code of the recipe's author; what it cannot see is not known here."
    return BLIND_SPOTS.get(critic, "")


def column_words(column: str) -> str:
    """What a column of the tables holds; empty for one that this project does not write."""
    return COLUMNS.get(column, "")


def round_words(number: int, origin: str) -> str:
    """A heading for a round."""
    return f"Round {number}: {ORIGINS.get(origin, origin)}"
