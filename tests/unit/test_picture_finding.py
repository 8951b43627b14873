"""Which page a picture shows and where, by the words read in it; and what picture files hold."""

import io

import numpy as np
import pytest
from PIL import Image

from whosecopy.errors import InputError
from whosecopy.media.picture.anchors import register_by_words
from whosecopy.media.picture.features import Change, Features, PictureFeatures
from whosecopy.media.picture.frames import frames, grey_of, media_of
from whosecopy.media.picture.likely import likely_pages
from whosecopy.media.picture.sheet import Sheet, make_sheet
from whosecopy.model.layout import Word

PAGES = [
    ["the", "ninth", "officer", "found", "no", "flawed", "fifth", "in", "the", "harbour"],
    ["the", "tenth", "officer", "found", "a", "rusted", "anchor", "in", "the", "harbour"],
    ["minutes", "of", "the", "meeting", "about", "ferry", "tickets", "and", "the", "weather"],
]


def test_the_page_whose_own_words_were_read_comes_first() -> None:
    assert likely_pages(["THE", "tenth", "oflicer;", "found", "a", "rusted", "anch0r"], PAGES)[0] == 1
    assert likely_pages(["Ferry", "tickets,"], PAGES) == [2]


def test_where_nothing_was_read_the_first_pages_are_tried() -> None:
    assert likely_pages([], PAGES * 3) == [0, 1, 2]


def test_of_pages_in_letters_that_ocr_may_not_know_more_are_tried() -> None:
    foreign = [["דוח", "ישיבה", "2031"], ["ספר", "שלום", "4417"]] * 6
    assert likely_pages([], foreign) == list(range(8))
    assert likely_pages(["4417"], foreign)[0] == 1


def test_pages_without_words_are_not_looked_for() -> None:
    assert likely_pages([], [[], PAGES[0]]) == [1]


def prose(seed: int, words: int) -> list[str]:
    """The same 150 words again and again, in another order for each seed."""
    return [f"word{number}" for number in np.random.default_rng(seed).integers(0, 150, words)]


def test_a_page_is_not_looked_for_in_a_picture_of_another_text_that_is_read_well() -> None:
    page, other = prose(1, 400), prose(2, 400)
    assert likely_pages(other, [page], sensible=True) == []
    assert likely_pages(other, [page]) == [0]


def test_a_piece_of_a_page_is_looked_for_among_much_else() -> None:
    page, other = prose(1, 400), prose(2, 250)
    misread = ["?" if k % 8 == 0 else word for k, word in enumerate(page[100:150])]
    assert likely_pages([*other, *misread], [page], sensible=True) == [0]
    assert likely_pages(page[100:120], [page], sensible=True) == [0]


def ledger() -> tuple[Sheet, list[str]]:
    """A page whose lines are all the same but for a number."""
    words, texts = [], []
    for line in range(30):
        for place, text in enumerate((str(1000 + 7 * line), "paid", "to", "the", "harbour", "office")):
            left, top = 40.0 + 60 * place, 40.0 + 14 * line
            words.append(Word(0, 0, 0, (left, top, left + 40, top + 10), 10.0, line))
            texts.append(text)
    return make_sheet(np.full((1500, 1200), 255, np.uint8), 2.5, words, np.zeros((len(words), 2))), texts


def seen_at(sheet: Sheet, matrix: np.ndarray) -> np.ndarray:
    """The boxes of the words where a homography takes them."""
    corners = np.column_stack([sheet.box_px.reshape(-1, 2), np.ones(2 * len(sheet.box_px))]) @ matrix.T
    return (corners[:, :2] / corners[:, 2:]).reshape(-1, 4)


def test_a_ledger_of_equal_lines_is_laid_by_its_words_though_some_are_misread() -> None:
    sheet, texts = ledger()
    rng = np.random.default_rng(3)
    matrix = np.array([[0.7, 0.05, 90], [-0.04, 0.72, 60], [2e-5, 1e-5, 1.0]])
    kept = np.sort(rng.choice(len(texts), 150, replace=False))
    boxes = seen_at(sheet, matrix)[kept] + rng.normal(0, 2, (150, 4))
    words = ["rnisread" if rng.random() < 0.2 else texts[k] for k in kept]
    found = register_by_words(words, boxes, (1400, 1200), texts, sheet)
    assert found.found
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    laid = np.column_stack([centres, np.ones(150)]) @ found.homography.T
    off = laid[:, :2] / laid[:, 2:] - sheet.centres[kept]
    assert np.median(np.hypot(*off.T)) < 5


def test_words_of_another_page_lay_nothing() -> None:
    sheet, texts = ledger()
    rng = np.random.default_rng(4)
    boxes = rng.uniform(0, 1000, (200, 4))
    assert not register_by_words(list(rng.permutation(texts * 2)[:200]), boxes, (1400, 1200), texts, sheet).found


def stored(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def half_dark(mode: str) -> Image.Image:
    """Left half dark, right half light."""
    picture = Image.new("L", (60, 40), 240)
    picture.paste(10, (0, 0, 30, 40))
    return picture.convert(mode, dither=Image.Dither.NONE)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "LA", "I;16"])
def test_every_kind_of_pixel_becomes_grey(mode: str) -> None:
    if mode == "I;16":
        deep = np.asarray(half_dark("L")).astype(np.uint16) * 257
        data = stored(Image.fromarray(deep), "TIFF")
    else:
        data = stored(half_dark(mode), "TIFF" if mode in ("CMYK", "LA") else "PNG")
    (page,) = frames(data, "picture", [])
    assert page.shape == (40, 60)
    assert page.dtype == np.uint8
    assert page[:, :30].max() < 60
    assert page[:, 30:].min() > 180


def test_clear_pixels_are_white_paper() -> None:
    assert grey_of(Image.new("RGBA", (4, 4), (0, 0, 0, 0))).min() == 255


@pytest.mark.parametrize(("form", "media"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")])
def test_moving_pictures_are_read_by_their_first_page(form: str, media: str) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    more = [half_dark("RGB").rotate(turn) for turn in (90, 180)]
    data = stored(half_dark("RGB"), form, save_all=True, append_images=more)
    notes: list[str] = []
    assert media_of(data) == media
    assert len(list(frames(data, "picture", notes))) == 1
    assert notes == ["2 pages of the picture were left out"]


def test_pictures_as_phones_store_them_are_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (page,) = frames(stored(half_dark("L"), "JPEG", exif=exif), "photo", [])
    assert page.shape == (60, 40)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP", "HEIF"])
def test_damaged_pictures_are_refused_or_read(form: str) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    data = stored(half_dark("RGB").resize((300, 200)), form)
    rng = np.random.default_rng(5)
    for _ in range(40):
        broken = bytearray(data[: rng.integers(12, len(data) + 1)])
        for place in rng.integers(12, max(13, len(broken)), 6):
            broken[min(place, len(broken) - 1)] ^= int(rng.integers(1, 256))
        try:
            pages = list(frames(bytes(broken), "picture", []))
        except InputError as error:
            refused = str(error)
        else:
            refused = ""
            assert all(page.dtype == np.uint8 and page.ndim == 2 for page in pages)
        assert not refused or "the picture cannot be read" in refused or "megapixels" in refused


def known_again(some: Features, others: Features) -> float:
    """The share of features that others are at the same place and look the same."""
    near = np.hypot(*(some.places[:, None] - others.places[None]).transpose(2, 0, 1)) < 1.5
    unlike = (some.looks**2).sum(axis=1)[:, None] + (others.looks**2).sum(axis=1) - 2 * some.looks @ others.looks.T
    return float((near & (unlike < 60**2)).any(axis=1).mean())


@pytest.mark.parametrize("change", [Change(mirrored=True), Change(inverted=True), Change(mirrored=True, inverted=True)])
def test_a_picture_changed_on_trial_has_the_features_that_it_would_be_found_to_have(change: Change) -> None:
    specks = np.random.default_rng(8).integers(0, 256, (40, 30), np.uint8)
    grey = np.asarray(Image.fromarray(specks).resize((240, 320)))
    sought = PictureFeatures(change.of_picture(grey)).seen(0)
    assert known_again(PictureFeatures(grey).changed(change).seen(0), sought) > 0.6
    assert known_again(PictureFeatures(grey).seen(0), sought) < 0.05
