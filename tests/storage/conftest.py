"""Settings of this folder's property tests."""

from hypothesis import settings

# A loaded machine is no defect of the code: only what a property says may fail it.
settings.register_profile("storage", deadline=None)
settings.load_profile("storage")
