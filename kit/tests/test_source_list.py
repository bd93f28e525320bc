from pathlib import Path

import pytest

from surveyor_kit.settings import ListedSource, load_source_list, read_text


class Place(ListedSource):
    """What these tests list."""

    key_file: Path | None = None
    depth: int = 0


def loaded(path: Path, text: str) -> tuple[Place, ...]:
    path.write_text(text)
    return load_source_list(path, Place)


def test_files_are_looked_for_beside_the_list(tmp_path: Path) -> None:
    (source,) = loaded(tmp_path / "list.yaml", "- {source_id: a, key_file: keys/a}")
    assert source.key_file == tmp_path / "keys" / "a"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "must be a list of sources"),
        ("- [canary", "is neither YAML nor JSON (line 1)"),
        ("- {depth: 1}", "source number 1: source_id: must be set"),
        ("- {source_id: a b}", "source a b: source_id: "),
        ("- {source_id: a, depth: canary}", "source a: depth: "),
        ("- {source_id: a, hight: 1}", "source a: hight: is not a setting"),
        ("- {source_id: a}\n- {source_id: a}", "source_id a stands there twice"),
    ],
)
def test_what_is_wrong_is_named_without_values(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ValueError) as fault:
        loaded(tmp_path / "list.yaml", text)
    assert says in str(fault.value)
    assert "canary" not in str(fault.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot read .*absent"):
        read_text(tmp_path / "absent")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="not UTF-8"):
        read_text(tmp_path / "binary")
