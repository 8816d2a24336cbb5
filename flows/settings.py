"""The settings that a flow runs under: those of the file that the service was started with, read anew for each run."""

import os

from flows.runs.settings import GateConfig, Settings, read

CONFIG = "WINNOW_CONFIG"
"""Variable that names the settings file; else `winnow.toml` of the working directory where it exists."""


def settings_in_force(*, ignore_gate: bool = False) -> Settings:
    """The settings as they stand now. Raises: ConfigError."""
    settings = read(os.environ.get(CONFIG)).settings
    if not ignore_gate:
        return settings
    return settings.model_copy(update={"gate": GateConfig()})
