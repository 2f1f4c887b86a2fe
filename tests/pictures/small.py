"""A screenshot in few colours, which takes a third of the bytes; the browser does the reading."""

import base64
from pathlib import Path

from playwright.sync_api import Page

from app.render.png import Canvas

COLOURS = (64, 32, 16)  # the most frequent ones; every other becomes the nearest of them
LARGEST = 60_000  # bytes, for which as few are taken as it needs
REDUCE = """async ([png, most]) => {
    const image = await createImageBitmap(await (await fetch(png)).blob());
    const {width, height} = image;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, 0, 0);
    const bytes = context.getImageData(0, 0, width, height).data;
    const pixels = Array.from({length: width * height}, (_, n) =>
        (bytes[4 * n] << 16) | (bytes[4 * n + 1] << 8) | bytes[4 * n + 2]);
    const often = new Map();
    for (const one of pixels) often.set(one, (often.get(one) ?? 0) + 1);
    const parts = one => [one >> 16, (one >> 8) & 255, one & 255];
    const kept = [...often.keys()].sort((a, b) => often.get(b) - often.get(a)).slice(0, most);
    const apart = (a, b) => parts(a).reduce((sum, one, n) => sum + (one - parts(b)[n]) ** 2, 0);
    const nearest = one => kept.reduce((best, _, n) =>
        apart(one, kept[n]) < apart(one, kept[best]) ? n : best, 0);
    const index = new Map([...often.keys()].map(one => [one, nearest(one)]));
    const rows = pixels.map(one => String.fromCharCode(index.get(one))).join("");
    return {width, height, colours: kept.map(parts), rows: btoa(rows)};
}"""


def keep(page: Page, png: bytes, path: Path) -> None:
    """Keep a screenshot as a file; `page` may be any page that is open."""
    source = "data:image/png;base64," + base64.b64encode(png).decode()
    for most in COLOURS:
        read = page.evaluate(REDUCE, [source, most])
        canvas, rows = Canvas(read["width"], read["height"]), base64.b64decode(read["rows"])
        for y in range(canvas.height):
            canvas.rows[y][:] = rows[y * canvas.width : (y + 1) * canvas.width]
        path.write_bytes(canvas.png([tuple(one) for one in read["colours"]]))
        if path.stat().st_size <= LARGEST:
            return
