"""What surfaces is read: files, PDF with and without text, pictures of pages; in a child with hard limits."""

import io
import json
import socket
import subprocess
import sys
import tempfile
import textwrap
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from whosecopy.errors import InputError
from whosecopy.media import sandbox
from whosecopy.media.hyphens import joined
from whosecopy.media.leak import LeakText, open_leak
from whosecopy.media.normal import normalise

FOLDER = Path(__file__).parents[1] / "documents" / "media"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
TEXT = (
    "The records office will move to the new building in the second week of May. We do not expect the work to take "
    "more than four days, but the reading room will be closed for the whole week. Staff who need a file in that time "
    "should ask for it before the end of April. The budget is 1.5 million, which is less than the board had allowed. "
    "It covers transport and insurance for both sites, and nobody is asked to carry anything themselves."
)
LINES = textwrap.wrap(TEXT, 60)


@cache
def page() -> Image.Image:
    """A page of A4 at 200 dpi."""
    drawn = Image.new("L", (1654, 2339), 255)
    pen = ImageDraw.Draw(drawn)
    for k, line in enumerate(LINES):
        pen.text((160, 200 + 48 * k), line, fill=0, font=ImageFont.truetype(FONT, 34))
    return drawn


def stored(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def photographed(picture: Image.Image) -> Image.Image:
    """Slightly turned, unevenly lit, noisy."""
    rng = np.random.default_rng(7)
    turned = np.asarray(picture.rotate(1.0, Image.Resampling.BICUBIC, fillcolor=255), dtype=float)
    light = np.linspace(0.4, 0.95, turned.shape[1])[None, :]
    return Image.fromarray(np.clip(turned * light + rng.normal(0, 7, turned.shape), 0, 255).astype(np.uint8))


def text_pdf(lines: list[str]) -> bytes:
    """The least PDF with a text layer."""
    shown = "".join(f"1 0 0 1 60 {780 - 16 * k} Tm ({line}) Tj\n" for k, line in enumerate(lines))
    stream = f"BT /F1 11 Tf\n{shown}ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
    ]
    out, offsets = "%PDF-1.4\n", []
    for k, item in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{k} 0 obj{item}endobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return f"{out}xref\n0 6\n0000000000 65535 f \n{table}{trailer}".encode()


def character_errors(leak: LeakText) -> float:
    found = normalise(leak.text).text
    return Levenshtein.distance(normalise(TEXT).text, found) / len(TEXT)


@pytest.mark.parametrize("name", ["memo.txt", "memo.md", "memo.html", "memo.eml"])
def test_a_file_is_read_as_it_would_be_sealed(name):
    leak = open_leak((FOLDER / name).read_bytes(), name)
    assert leak.channel == "file"
    assert "take more than four days" in leak.text
    assert leak.notes == ()


def test_a_signed_mail_can_be_a_leak_though_not_a_master():
    data = (FOLDER / "memo.eml").read_bytes().replace(b"multipart/mixed", b"multipart/signed")
    assert "Files that are in use" in open_leak(data, "memo.eml").text


def test_the_text_of_a_pdf_is_read():
    leak = open_leak(text_pdf(LINES), "leak.pdf")
    assert (leak.media, leak.channel) == ("application/pdf", "pdf text")
    assert character_errors(leak) == 0


@pytest.mark.parametrize(
    ("picture", "form", "media"),
    [
        (page(), "PNG", "image/png"),
        (photographed(page()), "JPEG", "image/jpeg"),
        (page().resize((827, 1170), Image.Resampling.LANCZOS), "WEBP", "image/webp"),
        (page().rotate(90, expand=True), "TIFF", "image/tiff"),
        (page().rotate(270, expand=True), "TIFF", "image/tiff"),
        (page().rotate(180), "PNG", "image/png"),
        (page().transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG", "image/png"),
        (page().resize((3308, 4678), Image.Resampling.LANCZOS), "PNG", "image/png"),
        (page().resize((3308, 4678), Image.Resampling.LANCZOS).rotate(90, expand=True), "PNG", "image/png"),
        (Image.eval(page(), lambda value: 255 - value), "PNG", "image/png"),
    ],
    ids=["scan", "photo", "screenshot", "left", "right", "upside down", "mirrored", "400 dpi", "400 left", "dark mode"],
)
def test_pictures_of_a_page_are_read(picture, form, media):
    leak = open_leak(stored(picture, form), "leak")
    assert (leak.media, leak.channel) == (media, "ocr")
    assert character_errors(leak) < 0.01


@pytest.mark.parametrize(
    "turned", [page(), page().rotate(180), page().resize((3308, 4678))], ids=["upright", "upside down", "400 dpi"]
)
def test_words_are_where_the_picture_handed_on_shows_them(turned):
    (shown,) = open_leak(stored(turned, "PNG"), "leak").pictures
    pixels = np.frombuffer(shown.pixels, np.uint8).reshape(shown.height, shown.width)
    left, top, right, bottom = (
        round(side * shown.height / 2339) for side in (150, 190, 1654, 210 + 48 * len(LINES))
    )  # fmt: skip
    assert shown.upright
    assert len(shown.words) == len(TEXT.split())
    for box in shown.boxes:
        assert left < box[0] < box[2] < right
        assert top < box[1] < box[3] < bottom
        assert pixels[int(box[1]) : int(box[3]), int(box[0]) : int(box[2])].min() < 60


def test_a_scan_in_a_pdf_is_read_as_a_picture():
    leak = open_leak(stored(page(), "PDF", resolution=200), "scan.pdf")
    assert (leak.media, leak.channel) == ("application/pdf", "ocr")
    assert character_errors(leak) < 0.01


def test_all_pages_of_a_tiff_are_read():
    leak = open_leak(stored(page(), "TIFF", save_all=True, append_images=[page()]), "fax.tif")
    assert leak.text.count("second week of May") == 2


def test_a_page_too_small_to_read_does_not_take_the_others_with_it():
    speck = Image.fromarray(np.array([[0, 255]], np.uint8))
    leak = open_leak(stored(page(), "TIFF", save_all=True, append_images=[speck, page()]), "fax.tif")
    assert leak.text.count("second week of May") == 2
    assert [bool(shown.words) for shown in leak.pictures] == [True, False, True]
    assert leak.notes == ("pages that Tesseract could not read: 1",)


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("a require-\nment", "a requirement"),
        ("a require\u00ad\nment", "a requirement"),
        ("a com\ufffepile", "a compile"),
        ("the well-\nknown plan is well-known", "the well-known plan is well-known"),
        ("well-\nknown: known well", "well-known: known well"),
        ("a re-\nquirement, quirement re requirement", "a requirement, quirement re requirement"),
        ("Smith-\nJones", "Smith-\nJones"),
        ("2023-\n2024", "2023-\n2024"),
        ("a dash -\nand on", "a dash -\nand on"),
        ("a require-\r\nment", "a requirement"),
    ],
)
def test_words_cut_at_a_line_end_are_joined_where_that_is_clear(printed, read):
    assert joined(printed) == read


GREEDY = """
import json
import sys
from whosecopy.media.sandbox import allow, confine_self
confine_self(sys.argv[1:])
what = sys.stdin.buffer.read().decode()
if what == "memory":
    try:
        held = bytearray(600 * 2**20)
    except MemoryError:
        print("refused")
elif what == "time":
    while True:
        pass
elif what == "pages":
    import time
    for page in range(3):
        allow(1)
        began = time.process_time()
        while time.process_time() < began + 0.7:
            pass
    print("read")
elif what == "sleep":
    import time
    time.sleep(60)
elif what == "output":
    sys.stdout.write("x" * 20_000_000)
elif what == "crash":
    import os
    os.abort()
elif what == "limits":
    import resource
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    print(json.dumps([resource.getrlimit(kind) for kind in kinds]))
elif what.startswith("reach"):
    import os, pathlib, socket
    _, port, path = what.split("|")
    found = [key for key in os.environ if "SECRET" in key]
    found += ["file"] if pathlib.Path(path).exists() else []
    try:
        socket.create_connection(("127.0.0.1", int(port)), timeout=2)
        found.append("network")
    except OSError:
        pass
    print(json.dumps(found))
"""
SMALL = sandbox.Limits(memory_bytes=400 * 2**20, cpu_s=1, wall_s=20, output_bytes=2**20)


@pytest.fixture
def greedy(tmp_path, monkeypatch):
    """A child that does what a broken or hostile parser would."""
    (tmp_path / "greedy_child.py").write_text(GREEDY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("MY_SECRET", "x")
    sandbox._bubblewrap.cache_clear()
    yield lambda what, limits=SMALL: sandbox.run_sandboxed("greedy_child", what.encode(), limits, "leak.bin")
    sandbox._bubblewrap.cache_clear()


@pytest.mark.parametrize(
    ("what", "cause"),
    [("time", "over 1 s of processor time"), ("output", "over 1 MiB"), ("crash", "the parser broke off")],
)
def test_a_child_that_exceeds_its_limits_ends_in_one_line(greedy, what, cause):
    with pytest.raises(InputError, match=cause) as refused:
        greedy(what)
    assert str(refused.value).startswith("leak.bin: ")
    assert "\n" not in str(refused.value)


def test_a_child_that_hangs_is_ended(greedy):
    with pytest.raises(InputError, match="took over 1 s"):
        greedy("sleep", sandbox.Limits(SMALL.memory_bytes, 5, 1, 2**20))


def test_memory_is_bounded_and_every_limit_is_final(greedy):
    assert greedy("memory") == b"refused\n"
    memory, cpu, output = SMALL.memory_bytes, [SMALL.cpu_s, SMALL.wall_s], SMALL.output_bytes
    assert json.loads(greedy("limits")) == [[memory, memory], cpu, [output, output], [0, 0]]


def test_every_page_of_many_may_take_its_time(greedy):
    assert greedy("pages") == b"read\n"


def test_a_child_sees_no_secrets_and_in_bubblewrap_no_network_and_no_files(greedy, tmp_path_factory):
    secret = tmp_path_factory.mktemp("vault") / "root.key"
    secret.write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = json.loads(greedy(f"reach|{server.getsockname()[1]}|{secret}"))
    assert found == ([] if sandbox._bubblewrap() else ["file", "network"])


def test_a_script_may_lie_in_the_folder_of_temporary_files():
    """The parser of a leak has that folder to itself, and needs nothing of what lies beside a script."""
    read = "from whosecopy.media.leak import open_leak; import sys; print(open_leak(sys.stdin.buffer.read(), 'x').text)"
    with tempfile.NamedTemporaryFile("w", suffix=".py", dir="/tmp") as script:
        script.write(read)
        script.flush()
        done = subprocess.run([sys.executable, script.name], input=text_pdf(LINES), capture_output=True, check=True)
    assert b"second week of May" in done.stdout


def test_a_picture_that_takes_too_long_is_refused(monkeypatch):
    from whosecopy.media import leak

    monkeypatch.setattr(leak, "LIMITS", sandbox.Limits(2**31, 120, 1, 2**20))
    noise = np.random.default_rng(1).integers(0, 255, (2000, 1500), dtype=np.uint8)
    with pytest.raises(InputError, match="hand in a part of it"):
        open_leak(stored(Image.fromarray(noise), "PNG"), "noise.png")
