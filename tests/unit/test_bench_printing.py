"""What happens to a page before its picture surfaces: the simulated machines do what their figures say."""

import numpy as np
import pytest

from whosecopy.bench import printing
from whosecopy.bench.layout_ways import FORECAST, WAYS
from whosecopy.bench.printing import Scanner, part
from whosecopy.bench.printing_camera import EIGHT_MEGAPIXELS, SENT_SMALL, photographed, photographed_screen
from whosecopy.seal.sheets import QUARTERS

INCHES = (3, 4)
SQUARE_INCHES = (0.5, 0.75, 1.0, 1.5)


def draw(dpi):
    """White paper, 3 by 4 inches, with a black rectangle."""
    page = np.full((round(INCHES[1] * dpi), round(INCHES[0] * dpi)), 255, dtype=np.uint8)
    left, top, right, bottom = (round(inches * dpi) for inches in SQUARE_INCHES)
    page[top:bottom, left:right] = 0
    return page


def grey_draw(level):
    return lambda dpi: np.full((round(4 * dpi), round(3 * dpi)), level, dtype=np.uint8)


def rng(seed=1):
    return np.random.default_rng(seed)


def where_dark(picture):
    """Middle of the dark pixels, x and y."""
    rows, columns = np.nonzero(picture < 128)
    return columns.mean(), rows.mean()


@pytest.mark.parametrize("name", WAYS)
def test_every_way_makes_a_grey_picture_and_the_same_again_from_the_same_seed(name):
    pages = [draw] * WAYS[name].pages
    first, again = (WAYS[name].seen(pages, rng()) for _ in range(2))
    assert first.dtype == np.uint8
    assert first.ndim == 2
    assert min(first.shape) > 200
    assert np.array_equal(first, again)


def test_every_row_of_a_forecast_is_a_way():
    assert set(FORECAST) <= set(WAYS)
    assert sum(WAYS[name].quarter for name in FORECAST) == 3


def test_another_seed_is_another_scan_copy_and_photo():
    for name in ("scan", "third-generation copy", "photo of a print", "photo of a screen"):
        assert not np.array_equal(WAYS[name].seen([draw], rng(1)), WAYS[name].seen([draw], rng(2)))


def test_a_scan_has_its_resolution_and_its_levels():
    scan = printing.scanned(draw, Scanner(150), rng())
    assert scan.shape == (600, 450)
    assert np.median(scan) == pytest.approx(255 * 0.85 + 20, abs=3)
    assert where_dark(scan) == pytest.approx((112.5, 168.75), abs=6)


def test_a_scan_is_turned_by_its_angle():
    straight = printing.scanned(draw, Scanner(150, degrees=0.0, stretch=(1.0, 1.0), jitter_pt=0.0), rng())
    turned = printing.scanned(draw, Scanner(150, degrees=1.0, stretch=(1.0, 1.0), jitter_pt=0.0), rng())
    middle = np.array([225.0, 300.0])
    before, after = (np.array(where_dark(one)) - middle for one in (straight, turned))
    angle = np.degrees(np.arctan2(*before[::-1]) - np.arctan2(*after[::-1]))
    assert angle == pytest.approx(1.0, abs=0.1)


def test_photocopies_are_black_and_white_and_keep_the_page_in_its_place():
    for generations in (1, 3):
        copy = printing.photocopied(draw, generations, rng())
        assert sorted(np.unique(copy)) == [0, 255]
        assert copy.shape == (800, 600)
        assert where_dark(copy) == pytest.approx((150, 225), abs=12)


def test_a_print_has_no_grey_but_at_edges():
    assert printing.printed(grey_draw(200)).min() == 255
    assert printing.printed(grey_draw(26)).max() == 0


def test_a_screenshot_is_the_page_as_it_is_drawn():
    assert np.array_equal(printing.screenshot(draw, 96), draw(96))
    assert printing.screenshot(draw, 96, scale=0.8, quality=60).shape == (307, 230)


def test_a_photo_has_its_frame_a_desk_and_uneven_light():
    photo = photographed(draw, EIGHT_MEGAPIXELS, rng())
    assert photo.shape == (3264, 2448)
    assert photo[:60, :60].mean() < 90
    paper = photo[1400:2600:100, 500:2000:100]
    assert np.ptp(paper.astype(int)) > 15
    assert photographed(draw, SENT_SMALL, rng()).shape == (1600, 1200)


def test_a_photo_of_a_screen_shows_its_pixels_where_that_of_a_print_does_not():
    screen, sheet = (
        seen[1500:1900, 1000:1400].astype(float)
        for seen in (photographed_screen(grey_draw(255), rng()), photographed(grey_draw(255), EIGHT_MEGAPIXELS, rng()))
    )
    waves = [np.abs(np.fft.fft2(one - one.mean()))[8:200, 8:200].max() for one in (screen, sheet)]
    assert waves[0] > 2 * waves[1]


def test_a_quarter_is_cut_from_the_page_itself():
    quarters = [part(draw, box)(100) for box in QUARTERS]
    again = np.vstack([np.hstack(quarters[:2]), np.hstack(quarters[2:])])
    assert np.array_equal(again, draw(100))


def test_a_viewer_surrounds_the_shot_and_dark_mode_turns_it_round():
    shot = draw(96)
    height, width = shot.shape
    framed = printing.framed(shot, rng())
    assert np.array_equal(framed[56 + 24 : 56 + 24 + height, 180 + 24 : 180 + 24 + width], shot)
    dark = printing.dark(shot)
    assert (int(dark[0, 0]), int(dark[100, 80])) == (30, 235)


def test_two_pages_stand_beside_each_other_whatever_their_heights():
    tall, short = draw(100), draw(50)
    both = printing.beside(tall, short)
    assert np.array_equal(both[:, :300], tall)
    assert np.array_equal(both[:200, -150:], short)
    assert both.shape == (400, 300 + 20 + 150)


def test_merged_copies_show_in_each_box_what_its_holder_has():
    draws = [grey_draw(level) for level in (10, 20, 30)]
    boxes = np.array([[0.0, 0.0, 0.5, 0.25], [0.5, 0.5, 1.0, 1.0]])
    page = printing.merged(draws, boxes, np.array([2, 1]))(40)
    assert (page[10, 10], page[100, 100], page[100, 10]) == (30, 20, 10)


def test_averaged_copies_show_the_mean_of_their_pictures():
    draws = [grey_draw(level) for level in (10, 20, 60)]
    assert set(printing.averaged(draws)(40).ravel()) == {30}
