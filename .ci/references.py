#!/usr/bin/env python3
"""Makes pictures and what other people's code measures in them.

    .ci/references.py FOLDER [--small]

FOLDER gets lossless arrays (PNG), coded files, and expected.json: for each its numbers by NumPy, OpenCV, scikit-image, PyWavelets,
ImageHash, pdqhash and Pillow. `cargo test --test it references` holds ours against them. With --small a few small arrays and files,
which are kept in fixtures/references so that the tests need no Python.
"""
import io, json, sys
from pathlib import Path

import cv2, imagehash, numpy, pdqhash, PIL, pywt, scipy, scipy.fftpack, skimage
import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.special import ndtr
from skimage.color import deltaE_ciede2000, rgb2lab, rgb2xyz
from skimage.measure import blur_effect, shannon_entropy

import references_sample

ROOT = Path(__file__).parent.parent
PHOTOS = ["astronaut.png", "brushes-display-p3.jpg", "cameraman-grey.jpg", "coffee-tagged.jpg", "dogs-rotated.jpg", "mountain-2mp.jpg",
          "rocket.jpg", "sunset-burnt.jpg"]
SHARES = [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9]


def main():
    folder, small = Path(sys.argv[1]), "--small" in sys.argv
    folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    entries = []
    for name, pixels in arrays(96 if small else 480, small):
        file = f"{name}.png"
        Image.fromarray(pixels).save(folder / file, optimize=True)
        entries.append({"file": file, "kind": "array", **expected(pixels, luma_of(pixels), True)})
    for name, data in files(small):
        (folder / name).write_bytes(data)
        entries.append({"file": name, "kind": "file", **coded(data)})
    made = [] if small else list(saves(folder))
    versions = {m.__name__: m.__version__ for m in (numpy, scipy, skimage, cv2, PIL, pywt, imagehash)} | {"pdqhash": "0.2.8"}
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    (folder / "expected.json").write_text(f'{{"versions":{json.dumps(versions)},"pictures":[\n{lines}\n],"saves":{json.dumps(made)}}}\n')
    print(f"{sum(e['kind'] == 'array' for e in entries)} arrays, {sum(e['kind'] == 'file' for e in entries)} files by {versions}")


def photo(name, long_edge):
    picture = Image.open(ROOT / "fixtures/photos" / name).convert("RGB")
    picture.thumbnail((long_edge, long_edge), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def arrays(long_edge, small):
    """Name and R'G'B' of 8 bit."""
    random = np.random.default_rng(20261122)
    for name in PHOTOS[:2] if small else PHOTOS:
        stem, p = name.split(".")[0].split("-")[0], photo(name, long_edge)
        clip = lambda values: np.clip(np.rint(values), 0, 255).astype(np.uint8)
        f = p.astype(float)
        height, width = p.shape[:2]
        toned = lambda *e: np.stack([clip(255 * (luma_of(p) / 255.0) ** v) for v in e], 2)
        made = {
            "as-is": p, "odd": p[3:-2, 5:-6], "noise-5": clip(f + random.normal(0, 5, p.shape)), "grey": np.repeat(luma_of(p)[..., None], 3, 2),
        }
        if name.startswith("astronaut") or not small:
            made["sepia"] = toned(0.74, 1, 1.4)
        if not small:
            made |= {"selenium": toned(1, 1.12, 1.03), "cyanotype": toned(1.9, 1.09, 0.6), "faded": clip(toned(0.9, 1, 1.1) * [0.8, 0.78, 0.7] + [40, 30, 20])}
            made |= {f"noise-{s}": clip(f + random.normal(0, s, p.shape)) for s in (1, 10, 20)}
            made |= {f"blur-{s}": clip(ndimage.gaussian_filter(f, (s, s, 0))) for s in (0.7, 1, 2, 4)}
            made |= {f"gamma-{g}": clip(255 * (f / 255) ** g) for g in (0.5, 1.6)}
            made |= {f"stretch-{s}": clip((f - 128) * s + 128) for s in (0.2, 1.7)}
            made |= {f"jpeg-{q}": np.asarray(Image.open(io.BytesIO(jpeg(p, quality=q)))) for q in (20, 50, 85)}
            made |= {f"up-{s}": np.asarray(Image.fromarray(p[: int(height / s), : int(width / s)]).resize((width, height), Image.Resampling.BICUBIC))
                     for s in (1.25, 1.5, 2)}
            made |= {"levels-32": p // 8 * 8, "turned": np.rot90(p).copy(), "mirrored": p[:, ::-1].copy(), "warm": clip(f * [1.15, 1, 0.8]),
                     "channels": p[..., ::-1].copy(), "crop": p[height // 4 : -height // 4, width // 3 : -width // 4].copy()}
        for change, pixels in made.items():
            yield f"{stem}-{change}", np.ascontiguousarray(pixels)
        if not small:
            yield from large(stem, photo(name, 1200), random)
    yield from synthetic(random, small)
    yield from spatial(random, small)


def large(stem, p, random):
    """Large enough for a sample of whole tiles."""
    clip = lambda values: np.clip(np.rint(values), 0, 255).astype(np.uint8)
    f, (height, width) = p.astype(float), p.shape[:2]
    yield f"{stem}-large", p
    yield f"{stem}-large-noise-4", clip(f + random.normal(0, 4, p.shape))
    yield f"{stem}-large-sharp", clip(f + 1.2 * (f - ndimage.gaussian_filter(f, (1.5, 1.5, 0))))
    part = Image.fromarray(p[: int(height / 1.5), : int(width / 1.5)])
    yield f"{stem}-large-up-1.5", np.asarray(part.resize((width, height), Image.Resampling.BICUBIC))


def spatial(random, small):
    """Edges whose width is known, flat grounds of known noise."""
    grey = lambda plane: np.repeat(np.clip(np.rint(plane), 0, 255).astype(np.uint8)[..., None], 3, 2)
    side = 192 if small else 800
    y, x = np.mgrid[:side, :side].astype(float)
    for sigma in (1.5,) if small else (0.7, 1, 1.5, 2, 3, 4):
        turned = (np.mod(x + 0.2 * y, 64) - 32) / sigma
        rise = np.where(np.mod(x + 0.2 * y, 128) < 64, 1, -1) * (ndtr(turned) - 0.5)
        yield f"edges-{sigma}", grey(128 + 120 * rise)
    for sigma in (3,) if small else (1, 3, 8):
        yield f"grounds-{sigma}", grey(np.choose((3 * x / side).astype(int), (40, 128, 215)) + random.normal(0, sigma, (side, side)))


def synthetic(random, small):
    side = 64 if small else 256
    grey = lambda plane: np.repeat(np.clip(np.rint(plane), 0, 255).astype(np.uint8)[..., None], 3, 2)
    y, x = np.mgrid[:side, :side].astype(float)
    yield "flat-noise-3", grey(128 + random.normal(0, 3, (side, side)))
    yield "ramp", grey(x * 255 / (side - 1))
    yield "checker", grey(((x // 8 + y // 8) % 2) * 255)
    yield "colors", np.stack([x * 255 / (side - 1), y * 255 / (side - 1), 255 - x * 255 / (side - 1)], 2).astype(np.uint8)
    y, x = np.mgrid[:97, :1531]
    yield "wide", grey(40 + 90 * ((x // 37 + y // 29) % 3 == 0) + (3 * x + 5 * y) % 64)
    if small:
        return
    y, x = np.mgrid[:side, :side].astype(float)
    for sigma in (0.5, 1, 2, 5, 10, 20, 30):
        yield f"noise-{sigma}", grey(120 + random.normal(0, sigma, (side, side)))
    for cycles in (4, 16, 60):
        yield f"sine-{cycles}", grey(128 + 100 * np.sin(2 * np.pi * cycles * x / side))
    for radius in (10, 60, 120):
        disc = (x - side / 2) ** 2 + (y - side / 2) ** 2 < radius**2
        yield f"disc-{radius}", grey(np.where(disc, 255, 60) + random.normal(0, 1, (side, side)) * ~disc)
    for sigma in (0.5, 1, 2, 4):
        yield f"edge-{sigma}", grey(60 + 140 * (1 + np.tanh((x - side / 2 + 0.08 * y) / sigma)) / 2)
    for width, height in ((7, 5), (16, 16), (33, 17), (511, 8), (8, 511), (96, 480), (1025, 61), (77, 2048), (2047, 130), (4032, 150)):
        yield f"size-{width}x{height}", random.integers(0, 256, (height, width, 3), dtype=np.uint8)


def saves(folder):
    """Pictures, each lossless, saved once at many settings, and saved again at a higher quality. Made smaller first and cut off any
    grid, because most photographs come as JPEG."""
    for index, name in enumerate(PHOTOS):
        original = Image.open(ROOT / "fixtures/photos" / name).convert("RGB")
        edge = min(int(0.77 * max(original.size)), 700)
        original.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        for part in (original.crop((3 + index, 5, *original.size)), original.crop((0, 1 + index, int(0.9 * original.width), int(0.9 * original.height)))):
            stem = f"save-{name.split('.')[0]}-{part.width}"
            part.save(folder / f"{stem}.png")
            pixels, once, twice = np.asarray(part), [], []
            for at, quality in enumerate((50, 60, 70, 75, 80, 85, 90, 92, 95, 98)):
                once.append(f"{stem}-q{quality}.jpg")
                options = {"quality": quality, "subsampling": (at + index) % 3, "optimize": at % 2 == 0, "progressive": at % 4 == 1}
                (folder / once[-1]).write_bytes(jpeg(pixels, **options))
            for first, second in ((60, 75), (60, 90), (75, 85), (85, 90), (90, 95)):
                twice.append(f"{stem}-q{first}-q{second}.jpg")
                (folder / twice[-1]).write_bytes(jpeg(np.asarray(Image.open(io.BytesIO(jpeg(pixels, quality=first)))), quality=second))
            yield {"lossless": f"{stem}.png", "once": once, "twice": twice}


def jpeg(pixels, **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **options)
    return out.getvalue()


def files(small):
    # not made smaller: chroma of a shrunk picture has more detail than any camera's, and is all that 4:2:0 differs in
    whole = [np.asarray(Image.open(ROOT / "fixtures/photos" / name).convert("RGB")) for name in ("mountain-2mp.jpg", "dogs-rotated.jpg")]
    sources = [("mountain", whole[0]), ("part", whole[0][200:776, 300:1068]), ("dogs", whole[1])]
    if small:
        sources = [("part", whole[0][600:696, 800:928])]
    for stem, pixels in sources:
        for quality in (90,) if small else (60, 75, 85, 95):
            for sampling, word in ((0, "444"), (1, "422"), (2, "420")):
                for progressive in (False,) if small else (False, True):
                    data = jpeg(pixels, quality=quality, subsampling=sampling, progressive=progressive)
                    yield f"{stem}-q{quality}-{word}{'-progressive' if progressive else ''}.jpg", data


def luma_of(pixels):
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def coded(data):
    """Of a JPEG: luma is its own plane, as ours."""
    picture = Image.open(io.BytesIO(data))
    facts = {"quantization": [list(map(int, table)) for _, table in sorted(picture.quantization.items())], "progressive": bool(picture.info.get("progressive"))}
    picture.draft("YCbCr", picture.size)
    assert picture.mode == "YCbCr"
    luma = np.asarray(picture)[..., 0]
    found = expected(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), np.ascontiguousarray(luma), False) | facts
    found["numbers"]["double-jpeg"] = references_sample.double_jpeg(luma, facts["quantization"][0])
    return found


def expected(pixels, luma, same_pixels):
    numbers = tone(pixels, luma) | structure(luma) | noise(luma) | color(pixels) | references_sample.numbers(luma)
    out = {"numbers": {k: (None if v is None else float(v)) for k, v in numbers.items()}, "hashes": hashes(pixels),
           "percentiles": [int(v) for v in np.percentile(luma, SHARES, method="inverted_cdf")]}
    if same_pixels:
        planes = {"luma": luma, "red": pixels[..., 0], "green": pixels[..., 1], "blue": pixels[..., 2]}
        out["numbers"] |= {k: float(v) for k, v in levels(planes).items()}
        # larger ones are made smaller in another way first
        out |= composition(pixels) if max(pixels.shape) <= 768 else {}
        out["histogram"] = {k: [int(v) for v in cv2.calcHist([np.ascontiguousarray(p)], [0], None, [256], [0, 256]).ravel()] for k, p in planes.items()}
    return out


def share(mask):
    return 100 * mask.mean()


def tone(pixels, luma):
    high, low = pixels.max(2), pixels.min(2)
    return {"mean-luma": luma.mean(), "rms-contrast": (luma / 255.0).std(), "entropy": shannon_entropy(luma),
            "clip-high": share(high == 255), "clip-high-all": share(low == 255), "clip-low": share(low == 0), "clip-low-all": share(high == 0),
            "near-clip-high": share(high >= 250), "near-clip-low": share(low <= 5), "colored-share": share(high.astype(int) - low > 2)}


def levels(planes):
    """Of untagged pictures: sRGB."""
    at = lambda plane, percent: int(np.percentile(plane, percent, method="inverted_cdf"))
    light = lambda level: max(float(rgb2xyz(np.full((1, 1, 3), level, np.uint8))[0, 0, 1]), 1 / 4095)
    channels = [planes[name] for name in ("red", "green", "blue")]
    numbers = {"tonal-range": np.log2(light(at(planes["luma"], 99.5)) / light(at(planes["luma"], 0.5))),
               "levels-used": min(len(np.unique(plane)) for plane in channels)}
    spans = [(plane, at(plane, 0.1), at(plane, 99.9)) for plane in channels]
    gaps = [share(~np.isin(np.arange(low, high + 1), plane)) for plane, low, high in spans if high - low >= 31]
    if gaps:
        numbers["histogram-gaps"] = max(gaps)
    return numbers


def composition(pixels):
    """The border ring and where the eye goes."""
    pixels = reduced(pixels, 256)
    height, width = pixels.shape[:2]
    out = {}
    if min(height, width) >= 16:
        square = cv2.resize(luma_of(pixels), (64, 64), interpolation=cv2.INTER_AREA) if min(height, width) >= 64 else None
        # where a picture is smooth, rounding decides what stands out in its spectrum
        if square is not None and cv2.Laplacian(square, cv2.CV_64F).std() > 4:
            found, heat = cv2.saliency.StaticSaliencySpectralResidual_create().computeSaliency(square)
            middle = lambda sums: float((sums * (np.arange(64) + 0.5)).sum() / sums.sum() / 64)
            out["saliency"] = [middle(heat.sum(0)), middle(heat.sum(1))]
    pixels = reduced(pixels, 128)
    height, width = pixels.shape[:2]
    if min(height, width) >= 16:
        lab, ring = rgb2lab(pixels), max(1, int(0.03 * min(height, width) + 0.5))
        y, x = np.mgrid[:height, :width]
        sides = [x < ring, x >= width - ring, y < ring, y >= height - ring]
        median = lambda mask: np.percentile(lab[mask], 50, axis=0, method="inverted_cdf")
        apart = lambda colors, color: deltaE_ciede2000(colors, np.broadcast_to(color, colors.shape))
        whole = sides[0] | sides[1] | sides[2] | sides[3]
        ground, white = median(whole), rgb2lab(np.full((1, 1, 3), 255, np.uint8))[0, 0]
        from_ground = apart(lab, ground)
        out["background"] = [*ground, np.percentile(from_ground[whole], 50, method="inverted_cdf"), share(apart(lab, white)[whole] <= 2),
                             share(from_ground[whole] <= 2), *(float(apart(median(a)[None], median(b))[0]) for a, b in (sides[:2], sides[2:]))]
        out["background"] = [float(v) for v in out["background"]]
        center = (x >= width // 4) & (x < width - width // 4) & (y >= height // 4) & (y < height - height // 4)
        out["center_over_ring"] = float(median(center)[0] - ground[0])
        if share(from_ground[whole] <= 5) >= 80:
            out["fill"] = float(share(from_ground > 5))
    return out


def reduced(pixels, long_edge):
    """Rounded means of squares, as cells are made smaller."""
    height, width = pixels.shape[:2]
    edge = -(-max(height, width) // long_edge)
    rows, columns = range(0, height, edge), range(0, width, edge)
    sums = np.add.reduceat(np.add.reduceat(pixels.astype(int), rows, 0), columns, 1)
    counts = np.multiply.outer(np.diff([*rows, height]), np.diff([*columns, width]))[..., None]
    return ((sums + counts // 2) // counts).astype(np.uint8)


def structure(luma):
    f = luma.astype(np.float64)
    laplacian = cv2.Laplacian(f, cv2.CV_64F, ksize=1, borderType=cv2.BORDER_REFLECT_101)
    gx, gy = (cv2.Sobel(f, cv2.CV_64F, *d, ksize=3, borderType=cv2.BORDER_REFLECT_101) for d in ((1, 0), (0, 1)))
    numbers = {"lap-var": laplacian.var(), "tenengrad": (gx**2 + gy**2).mean()} | normalized(luma)
    if min(luma.shape) >= 16:
        across, down = np.abs(np.diff(f, axis=1)), np.abs(np.diff(f, axis=0))
        ratio = lambda steps, axis: np.take(steps, range(7, steps.shape[axis], 8), axis).mean() / np.delete(steps, range(7, steps.shape[axis], 8), axis).mean()
        with np.errstate(invalid="ignore", divide="ignore"):
            numbers["blockiness"] = (ratio(across, 1) + ratio(down, 0)) / 2
    return {k: v for k, v in numbers.items() if np.isfinite(v)}


def normalized(luma):
    """At a long side of 1024 px by area, in integers, rounded half up; never enlarged."""
    height, width = luma.shape
    scaled = lambda side: max(1, (side * 1024 + max(luma.shape) // 2) // max(luma.shape))
    if max(luma.shape) > 1024:
        # sums are below 2**53, so exact
        sums = (overlaps(height, scaled(height)) @ luma.astype(float) @ overlaps(width, scaled(width)).T).astype(np.int64)
        luma = ((2 * sums + luma.size) // (2 * luma.size)).astype(np.uint8)
    f = luma.astype(np.float64)
    gx, gy = (cv2.Sobel(f, cv2.CV_64F, *d, ksize=3, borderType=cv2.BORDER_REFLECT_101) for d in ((1, 0), (0, 1)))
    numbers = {"lap-var-1024": cv2.Laplacian(f, cv2.CV_64F, ksize=1, borderType=cv2.BORDER_REFLECT_101).var(), "tenengrad-1024": (gx**2 + gy**2).mean()}
    if min(luma.shape) >= 32:
        numbers["blur-effect"] = blur_effect(f, h_size=11)
    # ours needs three pixels a side
    return numbers if min(luma.shape) >= 3 else {}


def overlaps(old, new):
    """What each new sample has of the old ones, in parts of which an old one has as many as there are new ones."""
    i, j = np.arange(old), np.arange(new)[:, None]
    return np.maximum(np.minimum((i + 1) * new, (j + 1) * old) - np.maximum(i * new, j * old), 0).astype(float)


def noise(luma):
    f = luma.astype(np.float64)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    numbers = {"sigma-immerkaer": np.sqrt(np.pi / 2) * np.abs(ndimage.convolve(f, mask)[1:-1, 1:-1]).mean() / 6}
    if min(luma.shape) >= 16:
        # as skimage's estimate_sigma; what rounding leaves of zeros counts as zero
        diagonal = pywt.dwtn(f, wavelet="db2")["dd"]
        # above half a megapixel every third, fifth, ... row
        diagonal = diagonal[:: -(-diagonal.size // 2**17) | 1].ravel()
        diagonal = diagonal[np.abs(diagonal) > 1e-9]
        if diagonal.size:
            numbers["sigma-mad"] = np.median(np.abs(diagonal)) / scipy.stats.norm.ppf(0.75)
    return numbers


def color(pixels):
    f = pixels.astype(np.float64)
    rg, yb = f[..., 0] - f[..., 1], (f[..., 0] + f[..., 1]) / 2 - f[..., 2]
    numbers = {"colorfulness": np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())}
    if max(pixels.shape) <= 768:
        small = reduced(pixels, 256)
        lab = rgb2lab(small)
        chroma = np.hypot(lab[..., 1], lab[..., 2])
        near = (chroma < 12) & (lab[..., 0] > 20) & (lab[..., 0] < 95)
        numbers |= {"mean-lightness": lab[..., 0].mean(), "chroma-mean": chroma.mean(), "chroma-median": np.percentile(chroma, 50, method="inverted_cdf"),
                    "chroma-p95": np.percentile(chroma, 95, method="inverted_cdf"), "neutral-share": share(chroma < 4)}
        numbers |= hues(lab, small.max(2).astype(int) - small.min(2) > 2, share(pixels.max(2).astype(int) - pixels.min(2) > 2))
        numbers["saturation-clip"] = share((small.max(2) == 255) & (chroma > 60))
        if near.mean() >= 0.01:
            numbers["cast-strength"] = np.hypot(lab[..., 1][near].mean(), lab[..., 2][near].mean())
            numbers |= {"cast-a": lab[..., 1][near].mean(), "cast-b": lab[..., 2][near].mean(), "cast-share": share(near)}
    return numbers


def hues(lab, colored, colored_share):
    """Whether there is one tone, which and how strong; None where there is not."""
    if colored_share <= 0.1 or not colored.any():
        return {}
    lightness, a, b = np.moveaxis(lab[colored], 1, 0)
    bands = (lightness / 4).astype(int)
    count = np.maximum(np.bincount(bands), 1)
    apart = sum(((v - (np.bincount(bands, v) / count)[bands]) ** 2).sum() for v in (a, b))
    chroma = np.hypot(a, b)
    numbers = {"hue-concentration": np.hypot(a.sum(), b.sum()) / chroma.sum(), "chroma-residual": np.sqrt(apart / len(a)), "tone-hue": None, "tone-chroma": None}
    if numbers["hue-concentration"] >= 0.95 and numbers["chroma-residual"] <= 4.5 and colored_share >= 50:
        numbers |= {"tone-hue": np.degrees(np.arctan2(b.sum(), a.sum())) % 360, "tone-chroma": chroma.mean()}
    return numbers


def hashes(pixels):
    """None where a picture is made smaller first: other pixels."""
    if max(pixels.shape) > 512 or min(pixels.shape[:2]) < 5:
        return None
    vector, quality = pdqhash.compute(pixels)
    bits = "".join(str(int(bit)) for bit in vector)
    return {"pdq": f"{int(bits, 2):064x}", "quality": int(quality), "phash": phash(pixels)}


def phash(pixels):
    """None where rounding decides: frequencies that are zero but for the last digit, as in pictures made by a formula."""
    picture = Image.fromarray(pixels)
    grey = np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.LANCZOS))
    low = scipy.fftpack.dct(scipy.fftpack.dct(grey, axis=0), axis=1)[:8, :8]
    return str(imagehash.phash(picture)) if np.sort(np.abs(low - np.median(low)), axis=None)[2] > 1e-6 else None


main()
