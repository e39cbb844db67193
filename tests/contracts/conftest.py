"""What several contract suites share. Never here: a particular pair of stores."""

import pytest

from adapters.states import s3_source
from adapters.states.blob_target import BlobContainer


@pytest.fixture
def short_listings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects are listed by 100, not by 1,000: a hundred and ten of them come in more than one page, as thousands would."""
    monkeypatch.setattr(s3_source, "PAGE", 100)
    monkeypatch.setattr(BlobContainer.pages, "__defaults__", (None, 100))
