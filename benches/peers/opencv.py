"""The core set of measurements as one writes it with OpenCV and NumPy, on one thread: `opencv.py FILE...` prints its versions on one
line, then for each number read from standard input measures that file (counted from 0), decoding included, and prints CPU ms."""
import sys, time

import cv2, imagehash, numpy as np, pdqhash
from PIL import Image

cv2.setNumThreads(1)
TILE = 64
NOISE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def core(data):
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    histograms = [cv2.calcHist([grey], [0], None, [256], [0, 256])] + [cv2.calcHist([bgr], [c], None, [256], [0, 256]) for c in range(3)]
    percentiles = np.searchsorted(np.cumsum(histograms[0]) / grey.size, [0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999])
    blue, green, red = cv2.split(bgr)
    high, low = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    clipping = [cv2.countNonZero(cv2.compare(*pair)) for pair in ((high, 255, cv2.CMP_EQ), (low, 255, cv2.CMP_EQ), (low, 0, cv2.CMP_EQ), (high, 0, cv2.CMP_EQ))]
    laplacian = cv2.Laplacian(grey, cv2.CV_16S, ksize=1)
    mean, deviation = cv2.meanStdDev(laplacian)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    tenengrad = cv2.mean(cv2.multiply(gx, gx) + cv2.multiply(gy, gy))[0]
    noise = cv2.norm(cv2.filter2D(grey, cv2.CV_16S, NOISE), cv2.NORM_L1) / grey.size
    across, down = cv2.absdiff(grey[:, 1:], grey[:, :-1]), cv2.absdiff(grey[1:], grey[:-1])
    blockiness = [np.mean(across[:, 7::8]) / np.mean(across), np.mean(down[7::8]) / np.mean(down)]
    tiles = (width // TILE, height // TILE)
    squares = cv2.multiply(laplacian, laplacian, dtype=cv2.CV_32F)
    focus = cv2.resize(squares, tiles, interpolation=cv2.INTER_AREA) - cv2.resize(laplacian.astype(np.float32), tiles, interpolation=cv2.INTER_AREA) ** 2
    rg = cv2.subtract(red, green, dtype=cv2.CV_16S)
    yb = cv2.subtract(cv2.addWeighted(red, 0.5, green, 0.5, 0, dtype=cv2.CV_16S), blue, dtype=cv2.CV_16S)
    colorfulness = [cv2.meanStdDev(rg), cv2.meanStdDev(yb)]
    scale = 768 / max(width, height)
    preview = cv2.resize(bgr, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".jpg", preview, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    small = cv2.resize(preview, (256, max(1, round(256 * height / width))), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    near = (np.hypot(lab[..., 1], lab[..., 2]) < 12) & (lab[..., 0] > 20) & (lab[..., 0] < 95)
    cast = lab[near].mean(0) if near.any() else None
    points = cv2.cvtColor(cv2.resize(small, (128, max(1, 128 * height // width)), interpolation=cv2.INTER_AREA).astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    palette = cv2.kmeans(points.reshape(-1, 3), 6, None, (cv2.TERM_CRITERIA_MAX_ITER, 40, 0), 1, cv2.KMEANS_PP_CENTERS)
    rgb = cv2.cvtColor(cv2.resize(preview, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
    hashes = pdqhash.compute(rgb), imagehash.phash(Image.fromarray(rgb))
    return histograms, percentiles, clipping, mean, deviation, tenengrad, noise, blockiness, focus, colorfulness, coded, cast, palette, hashes


files = [open(path, "rb").read() for path in sys.argv[1:]]
print(f"OpenCV {cv2.__version__}, NumPy {np.__version__}", flush=True)
for line in sys.stdin:
    before = time.process_time()
    core(files[int(line)])
    print(f"{(time.process_time() - before) * 1000:.3f}", flush=True)
