"""What is measured on a sample of tiles, written from its definition in docs/measurements.md with NumPy and SciPy.

Definitions leave open where tiles lie and what is asked of an edge; that is said here in full. None stands for a number that there is
no reason to give: too few tiles, blocks or edges.
"""
import numpy as np
from scipy import fft, ndimage, optimize

SIDE = 512


def tiles(luma):
    """At most 3 x 3 of 512 px a side, evenly spread, corners on multiples of 16."""
    def spans(length):
        size, count = min(length, SIDE), min(max(length // SIDE, 1), 3)
        spare = length - size
        return [(corner // 16 * 16, size) for corner in ([spare // 2] if count == 1 else [spare * i // (count - 1) for i in range(count)])]
    return [luma[top:top + height, left:left + width].astype(float)
            for top, height in spans(luma.shape[0]) for left, width in spans(luma.shape[1])]


def numbers(luma):
    """Of one plane of luma."""
    sample = tiles(luma)
    shadows, midtones, highlights = sigma_flat(sample)
    width, overshoot = edges(sample)
    return {"eff-res": fine_detail(sample), "edge-width": width, "oversharp": overshoot, "sigma-flat-shadows": shadows,
            "sigma-flat-midtones": midtones, "sigma-flat-highlights": highlights, "error-level-mean": error_level(luma)}


def fine_detail(sample):
    """The three tiles with the steepest steps to the next column and row of every fourth row, at least 1 level² in the mean."""
    def energy(tile):
        rows = tile[:-1:4]
        return ((rows[:, 1:] - rows[:, :-1]) ** 2).sum() + ((tile[1::4][:len(rows), :-1] - rows[:, :-1]) ** 2).sum()
    whole = [(energy(tile), tile) for tile in sample if tile.shape == (SIDE, SIDE)]
    steep = sorted((pair for pair in whole if pair[0] >= 2 * (SIDE / 4) * (SIDE - 1)), key=lambda pair: -pair[0])[:3]
    if not steep:
        return None
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIDE) / SIDE)
    across = np.fft.fftfreq(SIDE)
    radius = np.hypot(across[:, None], across[None, :])
    power = sum(np.array([spectrum[(radius >= low) & (radius < high)].mean() for low, high in ((0.15, 0.25), (0.40, 0.50))])
                for spectrum in (np.abs(np.fft.fft2((tile - tile.mean()) * np.outer(hann, hann))) ** 2 for _, tile in steep))
    return 10 * np.log10(power[1] / power[0])


def sigma_flat(sample):
    """Immerkaer over the flattest tenth, at least eight, of the blocks of each brightness that are not clipped."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    blocks = []
    for tile in sample:
        noise = np.abs(ndimage.convolve(tile, mask))
        for y in range(0, tile.shape[0] - 31, 32):
            for x in range(0, tile.shape[1] - 31, 32):
                block = tile[y:y + 32, x:x + 32]
                means = block.reshape(8, 4, 8, 4).mean((1, 3))
                steps = (np.diff(means, axis=0) ** 2).sum() + (np.diff(means, axis=1) ** 2).sum()
                clipped = np.isin(block, (0, 255)).sum()
                blocks.append((steps, noise[y + 1:y + 31, x + 1:x + 31].sum(), block.mean(), clipped))
    if len(blocks) < 8:
        return None, None, None
    def sigma(band):
        flattest = sorted((block for block in blocks if block[3] <= 10 and band(block[2])), key=lambda block: block[0])
        flattest = flattest[:max(-(-len(flattest) // 10), 8)]
        level = lambda magnitudes, count: np.sqrt(np.pi / 2) * magnitudes / (6 * 900 * count)
        # flat besides what its own noise makes
        used = [noise for steps, noise, _, _ in flattest if steps / 112 <= 4 + 0.5 * level(noise, 1) ** 2]
        return level(sum(used), len(used)) if len(used) >= 4 else None
    return sigma(lambda mean: mean < 64), sigma(lambda mean: 64 <= mean <= 192), sigma(lambda mean: mean > 192)


def edges(sample):
    """Median width, and 95th percentile of over- and undershoot in %, along every eighth row and column."""
    widths, shoots = [], []
    large = [tile for tile in sample if min(tile.shape) > 32]
    for tile in large:
        for lines in (tile, tile.T):
            for y in range(4, lines.shape[0] - 1, 8):
                for x in steepest(lines[y]):
                    found = edge(lines[y - 1:y + 2], x)
                    if found:
                        widths.append(found[0])
                        shoots.extend(found[1:])
    return (None, None) if len(widths) < 20 else (np.median(widths), 100 * np.percentile(shoots, 95))


def steepest(line):
    """Where a line changes fastest within two pixels, by at least 7 levels over two; the first of equals."""
    slope = np.zeros(len(line))
    slope[1:-1] = np.abs(line[2:] - line[:-2])
    x = np.arange(16, len(line) - 16)
    here = slope[x]
    return x[(here >= 7) & (slope[x - 1] < here) & (slope[x - 2] < here) & (slope[x + 1] <= here) & (slope[x + 2] <= here)]


def edge(lines, x):
    """Width across, overshoot and undershoot of the edge at `x` of the middle line, if it stands alone."""
    around = lines[1, x - 16:x + 17]
    left, right = around[:5], around[28:]
    height = abs(right.mean() - left.mean())
    if height < 40 or max(np.ptp(left), np.ptp(right)) > 0.1 * height:
        return None
    across = abs(lines[:, x + 1].sum() - lines[:, x - 1].sum())
    along = abs(lines[2, x - 1:x + 2].sum() - lines[0, x - 1:x + 2].sum())
    if across == 0 or along > 0.5 * across:
        return None
    rise = (around - left.mean()) / (right.mean() - left.mean())
    low, high = crossing(rise), crossing(1 - rise[::-1])
    if low is None or high is None or 32 - high - low <= 0 or not ((rise[4:6] < 0.25).all() and (rise[27:29] > 0.75).all()):
        return None
    return (32 - high - low) * across / np.hypot(across, along), max(rise[16:27].max() - 1, 0), max(-rise[6:17].min(), 0)


def crossing(rise):
    """Where the cubic of Catmull and Rom through a rise goes through a tenth, for the first time on the way down."""
    for place in range(18, 1, -1):
        if rise[place] > 0.1 >= rise[place - 1]:
            a, b, c, d = rise[place - 2:place + 2]
            spline = np.polynomial.Polynomial([2 * b, c - a, 2 * a - 5 * b + 4 * c - d, 3 * (b - c) + d - a]) / 2
            return place - 1 + optimize.bisect(lambda t: spline(t) - 0.1, 0, 1) if spline(0) < 0.1 else place - 1
    return None


# ITU-T T.81 K.1 at quality 90 of the IJG scale
IJG_90 = np.array([max((step * 20 + 50) // 100, 1) for step in (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100,
    103, 99)]).reshape(8, 8)


def coefficients(plane):
    """Cosine transforms of whole blocks: rows of blocks, columns of blocks, 8, 8."""
    height, width = (side // 8 * 8 for side in plane.shape)
    blocks = plane[:height, :width].astype(float).reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2)
    return fft.dctn(blocks - 128, axes=(2, 3), norm="ortho")


def error_level(luma):
    if min(luma.shape) < 8:
        return None
    found = coefficients(luma)
    return np.sqrt(((found - np.rint(found / IJG_90) * IJG_90) ** 2).mean())


def double_jpeg(luma, table):
    """Of five low modes the histogram of values in steps of the table: its logarithm, less a running mean, under a Hann window."""
    found = [coefficients(tile) for tile in tiles(luma)]
    if sum(blocks.shape[0] * blocks.shape[1] for blocks in found) < 1024:
        return None
    table, peaks = np.reshape(table, (8, 8)), []
    for v, u in ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0)):
        steps = np.concatenate([blocks[..., v, u].ravel() for blocks in found]) / table[v, u]
        counts, _ = np.histogram(np.rint(steps), np.arange(-128.5, 128))
        values = counts.astype(float)
        # most are 0, and their number says nothing
        values[128] = (values[127] + values[129]) / 2
        values = np.log1p(values)
        values = (values - np.convolve(np.pad(values, 4, "edge"), np.full(9, 1 / 9), "valid")) * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(256) / 256))
        spectrum = np.abs(np.fft.rfft(values))[51:]
        if np.median(spectrum) > 1e-9:
            peaks.append(spectrum.max() / np.median(spectrum))
    return max(peaks, default=None)
