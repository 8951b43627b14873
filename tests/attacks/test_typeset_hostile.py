"""Typesetting untrusted files: nothing is fetched, crashes are survived, limits hold, nothing is left behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.test_typeset import FIELD, SENTENCE, SMALL, docx, one_line, seen

from whosecopy.errors import InputError
from whosecopy.media import sandbox
from whosecopy.media.dispatch import DOCX, HTML, MARKDOWN, PLAIN
from whosecopy.media.typeset import Typesetter, open_typesetter, setter

IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
LINKED_PICTURE = """<w:p><w:r><w:drawing>
<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">
<wp:extent cx="990600" cy="990600"/><wp:docPr id="1" name="P"/>
<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">
<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">
<pic:nvPicPr><pic:cNvPr id="0" name="P"/><pic:cNvPicPr/></pic:nvPicPr>
<pic:blipFill><a:blip r:link="rId99"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>
<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="990600" cy="990600"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>
</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"""


@pytest.fixture(scope="module")
def word() -> Iterator[Typesetter]:
    """A typesetter for DOCX."""
    with open_typesetter(DOCX) as typesetter:
        yield typesetter


def offices(ancestor: int) -> list[int]:
    """The running LibreOffice processes that `ancestor` started, directly or not."""
    return [one for one in _processes() if b"soffice.bin" in _read(one, "cmdline") and ancestor in _ancestors(one)]


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _read(process: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except OSError:
        return b""


def _ancestors(process: int) -> Iterator[int]:
    while process > 1:
        fields = _read(process, "stat").rpartition(b")")[2].split()
        process = int(fields[1]) if fields else 0
        yield process


def eventually(happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while not happens():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_nothing_is_fetched_from_the_network_or_the_disk(word: Typesetter, tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text('p::after { content: " a secret" }')
    with socket.create_server(("127.0.0.1", 0)) as listener:
        at = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        page = (
            f'<link rel="stylesheet" href="{at}1"><link rel="stylesheet" href="{secret.as_uri()}">'
            f'<link rel="attachment" href="{secret.as_uri()}"><style>@import "{at}2"; p {{ background: url({at}3) }}'
            f'</style><p>Text</p><img src="{at}4"><object data="{at}5"></object><iframe src="{at}6"></iframe>'
            f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{at}7" width="9" height="9"/></svg>'
        )
        fields = FIELD.format(f'INCLUDEPICTURE "{at}8" \\d', "one") + FIELD.format(f'INCLUDETEXT "{secret}"', "two")
        relation = f'<Relationship Id="rId99" Type="{IMAGE}" Target="{at}9" TargetMode="External"/>'
        for media in (HTML, MARKDOWN):
            with open_typesetter(media) as typesetter:
                assert one_line(seen(typesetter.pdf(page.encode(), "page")).text) == "Text 1"
        data = docx("Text", xml=LINKED_PICTURE + fields, relations=relation)
        assert one_line(seen(word.pdf(data, "page.docx")).text) == "Plan Text one two"
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_crash_of_libreoffice_between_two_files_is_survived(word: Typesetter) -> None:
    first = word.pdf(SMALL[DOCX], "plan.docx")
    for process in offices(os.getpid()):
        os.kill(process, signal.SIGKILL)
    assert word.pdf(SMALL[DOCX], "plan.docx") == first


def test_a_crash_of_libreoffice_while_it_sets_a_file_is_survived(word: Typesetter) -> None:
    data = docx(*[SENTENCE * 20] * 60)
    first = word.pdf(data, "plan.docx")

    def kill_at_work() -> None:
        if eventually(lambda: len(offices(os.getpid())) == 2):
            for process in offices(os.getpid()):
                os.kill(process, signal.SIGKILL)

    killer = threading.Thread(target=kill_at_work)
    killer.start()
    assert word.pdf(data, "plan.docx") == first
    killer.join()


@pytest.mark.parametrize("media", [DOCX, PLAIN])
def test_a_file_that_takes_too_long_is_refused_and_the_next_one_set(
    media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_typesetter(media) as typesetter:
        monkeypatch.setattr(setter, "FILE_S", 0.05)
        with pytest.raises(InputError, match="took over"):
            typesetter.pdf(SMALL[media], "plan")
        monkeypatch.undo()
        assert SENTENCE in one_line(seen(typesetter.pdf(SMALL[media], "plan")).text)


def test_a_file_that_is_broken_off_leaves_nothing_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_bubblewrap", tuple)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with open_typesetter(DOCX) as typesetter:
        typesetter.pdf(SMALL[DOCX], "plan.docx")
        assert list(tmp_path.rglob("document.docx"))
        monkeypatch.setattr(setter, "FILE_S", 0.05)
        with pytest.raises(InputError, match="took over"):
            typesetter.pdf(SMALL[DOCX], "plan.docx")
        assert list(tmp_path.iterdir()) == []


def test_a_page_that_needs_too_much_is_refused_and_the_next_one_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setter, "PRINTER_LIMITS", replace(setter.PRINTER_LIMITS, cpu_s=1))
    with open_typesetter(HTML) as typesetter:
        for page in ("<p>word " * 100_000, "<div>" * 20_000):
            with pytest.raises(InputError, match=r"seal (it in parts|a PDF of it)"):
                typesetter.pdf(page.encode(), "page.html")
        assert "fine" in seen(typesetter.pdf(b"<p>fine</p>", "page.html")).text


def test_a_killed_process_leaves_no_office_behind(tmp_path: Path) -> None:
    program = (
        "import sys; from whosecopy.media.typeset import open_typesetter;"
        f"setter = open_typesetter({DOCX!r}); setter.pdf(sys.stdin.buffer.read(), 'x'); print(flush=True);"
        "import time; time.sleep(60)"
    )
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(SMALL[DOCX])
        process.stdin.close()
        process.stdout.readline()
        started = offices(process.pid)
        process.kill()
    assert started
    assert eventually(lambda: not any(b"soffice.bin" in _read(one, "cmdline") for one in started))


def test_two_typesetters_at_once_do_not_meet() -> None:
    texts = [f"{SENTENCE} {name}" for name in ("one", "two")]
    found: dict[str, str] = {}

    def work(text: str) -> None:
        with open_typesetter(DOCX) as typesetter:
            for _ in range(2):
                found[text] = one_line(seen(typesetter.pdf(docx(text), "plan.docx")).text)

    threads = [threading.Thread(target=work, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {text: f"Plan {text}" for text in texts}


@pytest.mark.parametrize("data", [b"", b"PK\3\4 no archive", b"%PDF-1.7", SMALL[DOCX][:-30], b"\0" * 400])
def test_damaged_docx_is_refused(data: bytes, word: Typesetter) -> None:
    with pytest.raises(InputError, match=r"plan\.docx: "):
        word.pdf(data, "plan.docx")


def test_flipped_bytes_end_in_pages_or_a_refusal(word: Typesetter) -> None:
    rng = np.random.default_rng(41)
    ends = []
    for _ in range(12):
        data = bytearray(SMALL[DOCX])
        for at in rng.integers(0, len(data), 3):
            data[at] ^= 1 << int(rng.integers(8))
        try:
            ends.append(word.pdf(bytes(data), "plan.docx")[:5] == b"%PDF-")
        except InputError as error:
            ends.append("\n" not in str(error))
    assert all(ends)
