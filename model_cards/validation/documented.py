"""What the Hub accepts by its documentation, where no package holds it: each list with its source."""

from typing import Literal

RepoType = Literal["dataset", "model", "space"]

# hub-docs, docs/hub/repositories-licenses.md, August 2026. The Hub refuses every other identifier, SPDX or not
# (huggingface_hub issue 4218).
LICENCES = frozenset(
    [
        "afl-3.0",
        "agpl-3.0",
        "apache-2.0",
        "apple-amlr",
        "apple-ascl",
        "artistic-2.0",
        "bigcode-openrail-m",
        "bigscience-bloom-rail-1.0",
        "bigscience-openrail-m",
        "bsd",
        "bsd-2-clause",
        "bsd-3-clause",
        "bsd-3-clause-clear",
        "bsl-1.0",
        "c-uda",
        "cc",
        "cc-by-2.0",
        "cc-by-2.5",
        "cc-by-3.0",
        "cc-by-4.0",
        "cc-by-nc-2.0",
        "cc-by-nc-3.0",
        "cc-by-nc-4.0",
        "cc-by-nc-nd-3.0",
        "cc-by-nc-nd-4.0",
        "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0",
        "cc-by-nc-sa-4.0",
        "cc-by-nd-4.0",
        "cc-by-sa-3.0",
        "cc-by-sa-4.0",
        "cc0-1.0",
        "cdla-permissive-1.0",
        "cdla-permissive-2.0",
        "cdla-sharing-1.0",
        "creativeml-openrail-m",
        "deepfloyd-if-license",
        "ecl-2.0",
        "epl-1.0",
        "epl-2.0",
        "etalab-2.0",
        "eupl-1.1",
        "eupl-1.2",
        "fair-noncommercial-research-license",
        "gemma",
        "gfdl",
        "gpl",
        "gpl-2.0",
        "gpl-3.0",
        "grok2-community",
        "h-research",
        "intel-research",
        "isc",
        "lgpl",
        "lgpl-2.1",
        "lgpl-3.0",
        "lgpl-lr",
        "llama2",
        "llama3",
        "llama3.1",
        "llama3.2",
        "llama3.3",
        "llama4",
        "lppl-1.3c",
        "mit",
        "mpl-2.0",
        "ms-pl",
        "ncsa",
        "odbl",
        "odc-by",
        "ofl-1.1",
        "openmdw-1.0",
        "openmdw-1.1",
        "openrail",
        "openrail++",
        "osl-3.0",
        "other",
        "pddl",
        "postgresql",
        "unknown",
        "unlicense",
        "wtfpl",
        "zlib",
    ]
)
# `language` takes an ISO 639 code or one of these (huggingface_hub, ModelCardData).
SPECIAL_LANGUAGES = frozenset({"code", "multilingual"})

# datasets 5.2, utils/resources: creators.json, multilingualities.json, size_categories.json.
LANGUAGE_CREATORS = frozenset({"found", "crowdsourced", "expert-generated", "machine-generated", "other"})
ANNOTATIONS_CREATORS = LANGUAGE_CREATORS | {"no-annotation"}
MULTILINGUALITY = frozenset({"monolingual", "multilingual", "translation", "other"})
SIZE_CATEGORIES = (
    "n<1K",
    "1K<n<10K",
    "10K<n<100K",
    "100K<n<1M",
    "1M<n<10M",
    "10M<n<100M",
    "100M<n<1B",
    "1B<n<10B",
    "10B<n<100B",
    "100B<n<1T",
    "n>1T",
    "unknown",
)

# hub-docs, docs/hub/model-cards.md.
BASE_MODEL_RELATIONS = frozenset({"adapter", "merge", "quantized", "finetune"})

# hub-docs, docs/hub/spaces-config-reference.md; the length is what the Hub's own refusal states.
SPACE_SDKS = frozenset({"gradio", "docker", "static"})
SPACE_COLOURS = frozenset({"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"})
MAX_SHORT_DESCRIPTION = 60

# hub-docs, docs/hub/storage-limits.md, August 2026.
MAX_FILE_BYTES = 500 * 10**9
MAX_FOLDER_ENTRIES = 10_000
MAX_FILES = 100_000
