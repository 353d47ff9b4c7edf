"""The Hub's side of a release: the calls that read a repository and change it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, constants
from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError
from huggingface_hub.hf_api import GitRefs, RepoFile
from huggingface_hub.utils import get_token

from model_cards.release.contents import CARD
from model_cards.release.errors import ReleaseError, explained
from model_cards.release.state import RemoteFile, State
from model_cards.validation.documented import RepoType

MAIN = "main"


class Repository:
    """One repository of the Hub, by the official client. Every error is a `ReleaseError` or a `PassingError`.

    Args:
        repo_type: "dataset", "model" or "space".
        repo_id: NAMESPACE/NAME.
        revision: A branch.
    """

    def __init__(self, repo_type: RepoType, repo_id: str, revision: str = MAIN) -> None:
        self.repo_type, self.repo_id, self.revision = repo_type, repo_id, revision
        self.api = HfApi(library_name="impossible-distillation")

    @property
    def address(self) -> str:
        """Of its page."""
        kind = "" if self.repo_type == "model" else f"{self.repo_type}s/"
        return f"{self.api.endpoint}/{kind}{self.repo_id}"

    def check_access(self) -> None:
        """Finds out before anything is read whether a push can be tried.

        Raises:
            ReleaseError: There is no token, or the client is told to stay offline.
        """
        if constants.HF_HUB_OFFLINE:
            raise ReleaseError("HF_HUB_OFFLINE is set and a push needs the Hub; unset it and push again")
        token = get_token()
        if token is None:
            raise ReleaseError("no Hub token was found; run 'hf auth login' or set HF_TOKEN")
        if not token.isascii():
            raise ReleaseError(
                "the Hub token holds letters that no token has; run 'hf auth login' or set HF_TOKEN anew"
            )

    def state(self) -> State:
        """What it holds now."""
        with self.explaining():
            try:
                main = self.api.repo_info(self.repo_id, repo_type=self.repo_type)
            except RepositoryNotFoundError as error:
                if "Invalid" in (error.server_message or ""):
                    raise
                return State()
            head, has_branch = main, True
            try:
                head = self.api.repo_info(self.repo_id, repo_type=self.repo_type, revision=self.revision)
            except RevisionNotFoundError:  # a new branch starts from the main one
                has_branch = False
            refs = self.api.list_repo_refs(self.repo_id, repo_type=self.repo_type, include_pull_requests=True)
            commits = self.api.list_repo_commits(self.repo_id, repo_type=self.repo_type, revision=head.sha)
            files = self.files(str(head.sha))
            return State(
                commit=head.sha,
                history=[(commit.commit_id, commit.title) for commit in commits],
                private=bool(main.private),
                has_branch=has_branch,
                files=files,
                card=self.card_at(str(head.sha)) if CARD in files else None,
                tags={tag.name: tag.target_commit for tag in refs.tags},
                proposals=self._open_proposals(refs) if refs.pull_requests else {},
            )

    def files(self, commit: str) -> dict[str, RemoteFile]:
        """The files at a commit."""
        with self.explaining():
            tree = self.api.list_repo_tree(self.repo_id, recursive=True, revision=commit, repo_type=self.repo_type)
            return {
                entry.path: RemoteFile(entry.size, entry.lfs.sha256 if entry.lfs else entry.blob_id, bool(entry.lfs))
                for entry in tree
                if isinstance(entry, RepoFile)
            }

    def create(self, private: bool) -> None:
        """Makes it, and its branch, when they are not there."""
        with self.explaining():
            sdk = "gradio" if self.repo_type == "space" else None
            self.api.create_repo(
                self.repo_id, repo_type=self.repo_type, private=private or None, exist_ok=True, space_sdk=sdk
            )
            if self.revision != MAIN:
                self.api.create_branch(self.repo_id, branch=self.revision, repo_type=self.repo_type, exist_ok=True)

    def commit(
        self,
        title: str,
        additions: Mapping[str, Path | bytes],
        deletions: Sequence[str],
        parent: str | None,
        as_proposal: bool,
    ) -> tuple[str, str | None]:
        """One commit with all of it, or none; what was uploaded before a failure is not uploaded again.

        Args:
            title: Of the commit.
            additions: Files to write; those on this machine are streamed.
            deletions: Paths to remove.
            parent: The commit that the changes were worked out against; a later one there is a `PassingError`.
            as_proposal: As a pull request.

        Returns:
            The new commit, and the address of the pull request.
        """
        operations: list[CommitOperationAdd | CommitOperationDelete] = [
            CommitOperationAdd(path, source) for path, source in additions.items()
        ]
        operations += [CommitOperationDelete(path) for path in deletions]
        with self.explaining():
            made = self.api.create_commit(
                self.repo_id,
                operations,
                commit_message=title,
                repo_type=self.repo_type,
                revision=self.revision,
                parent_commit=parent,
                create_pr=as_proposal,
            )
        return made.oid, made.pr_url

    def tags(self) -> dict[str, str]:
        """Tags and their commits."""
        with self.explaining():
            refs = self.api.list_repo_refs(self.repo_id, repo_type=self.repo_type)
            return {tag.name: tag.target_commit for tag in refs.tags}

    def tag(self, name: str, commit: str) -> None:
        """Names a commit; when somebody else has taken the name meanwhile, that is a `PassingError`."""
        with self.explaining():
            self.api.create_tag(self.repo_id, tag=name, revision=commit, repo_type=self.repo_type)

    def _open_proposals(self, refs: GitRefs) -> dict[int, str]:
        """Pull requests that nobody has merged or closed, with their last commits."""
        listed = self.api.get_repo_discussions(
            self.repo_id, repo_type=self.repo_type, discussion_type="pull_request", discussion_status="open"
        )
        is_open = {discussion.num for discussion in listed}
        numbered = {int(ref.ref.rpartition("/")[2]): ref.target_commit for ref in refs.pull_requests or []}
        return {number: commit for number, commit in numbered.items() if number in is_open}

    def card_at(self, commit: str) -> str:
        """Its README.md at a commit."""
        path = self.api.hf_hub_download(self.repo_id, CARD, repo_type=self.repo_type, revision=commit)
        return Path(path).read_text(encoding="utf-8")

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """What the clients raise in it becomes one of our errors."""
        try:
            yield
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, httpx2.TransportError) as error:
            # `from None`: what a client raises may hold the request, and that the token.
            raise explained(error, self.repo_id) from None
