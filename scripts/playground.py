"""`impossible playground`: the Space's page on this machine."""

import argparse
import os
import threading
from contextlib import suppress
from pathlib import Path

from builders.errors import RunError, UsageError, one_line
from scripts.paraphrases import load_paraphraser

ADDRESS = "127.0.0.1"
EXAMPLES = (
    "Acme's profit rose by 5 percent in the first quarter.",
    "It was fresh tariffs that pushed output sharply higher on Monday.",
    "The council approved the budget on Tuesday, as confirmed by the mayor.",
)


def playground(options: argparse.Namespace) -> None:
    """Serves the page until it is interrupted."""
    if not 0 <= options.port <= 65535:
        raise UsageError(f"--port must lie in 0..65535, got {options.port}")
    _keep_to_this_machine()
    try:
        import gradio  # noqa: F401  (an extra of this project)
    except ImportError as error:
        remedy = "install it by pip install 'impossible-distillation[space]'"
        raise RunError(f"the playground needs gradio, which cannot be imported ({one_line(error)}); {remedy}") from None
    from model_cards.shipped.space.app import FORM_RANKED, FORM_READ, build_page, launch

    paraphraser = load_paraphraser(options.model)
    form = FORM_READ if paraphraser.reads_form else FORM_RANKED
    page = build_page(paraphraser.paraphrase, Path(options.model).name, EXAMPLES, form=form)
    try:
        _, address, _ = launch(
            page,
            server_name=ADDRESS,
            server_port=options.port or None,
            share=False,  # the environment may say otherwise
            prevent_thread_lock=True,
            quiet=True,
        )
    except OSError as error:
        raise RunError(f"port {options.port} cannot be used ({one_line(error)}); choose another by --port") from None
    print(f"{address}  (Ctrl-C ends it)", flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    page.close(verbose=False)


def _keep_to_this_machine() -> None:
    """Settings that gradio reads when it is imported and started."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # It asks its own page whether it is there, and a proxy could not say.
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = f"{direct},{ADDRESS}" if direct else ADDRESS
