"""Generated items as files, in either schema: they read back whole, and the same seed writes the same bytes."""

import pytest

from core.items.importers.reading import read
from core.items.importers.refusals import Refusal

pytestmark = pytest.mark.slow

@pytest.mark.parametrize(("schema", "quirks"), [("plan", False), ("bank", False), ("bank", True)])
def test_any_number_reads_back_and_is_reproducible(tmp_path, schema, quirks):
    from core.items.generator.scale import write

    paths = [write(96, tmp_path / name, schema=schema, seed=5, figures=False, quirks=quirks) for name in "ab"]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    back = list(read(paths[0]))
    assert len(back) == 96 and not any(isinstance(item, Refusal) for item in back)
    assert len({item.unit for item in back}) == 6


def test_figures_go_beside_the_file(tmp_path):
    from core.items.generator.scale import write

    items = list(read(write(48, tmp_path, schema="plan", seed=5)))
    named = {image for item in items for image in item.images}
    assert named and {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.png")} == named
