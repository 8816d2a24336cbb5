"""What can fail in a command or a run that is neither an input's nor the store's fault.

FlowError
├── NotFoundError          a document or value that the user names is not in the corpus, or the name fits several
├── PlanError              a plan of a reprocess cannot be applied as it is: preview again
│   └── AlreadyAppliedError    it stands in the corpus already: nothing is left to do
├── FolderError            a folder for pages holds something else
└── ServiceError           the service cannot start, or a part of it has ended
"""


class FlowError(Exception):
    """The root of this package's errors; its text is one sentence for the user."""


class NotFoundError(FlowError):
    """What the user names is not there, or not one thing."""


class PlanError(FlowError):
    """A plan of a reprocess is unknown, was made under other settings, or is not approved by anyone."""


class AlreadyAppliedError(PlanError):
    """A plan was applied before; nothing was changed."""


class FolderError(FlowError):
    """A folder for pages holds something else."""


class ServiceError(FlowError):
    """The service is up already, cannot start, or has lost one of its processes."""
