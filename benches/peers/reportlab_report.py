"""Draws a placed report with ReportLab: `reportlab_report.py LIST...` prints its version and the size of each report on one line, then for each
number read from standard input draws that list (counted from 0) and prints CPU ms. No tags, no PDF/A: ReportLab has neither."""
import base64, io, json, os, sys, time

import reportlab
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from PIL import Image

rl_config.useA85 = 0  # smaller and faster than its default
WIDTH, HEIGHT = 595.28, 841.89
PAPER = (0xFB / 255, 0xFA / 255, 0xF7 / 255)


def ink(levels):
    return [level / 255 for level in levels]


class Report:
    def __init__(self, data):
        placed = json.loads(data)
        self.pages, self.marks, self.title, self.outline = (placed[key] for key in ("pages", "marks", "title", "outline"))
        self.pictures = {key: base64.b64decode(text) for key, text in placed["pictures"].items()}
        self.fonts = {name: base64.b64decode(text) for name, text in placed["fonts"].items()}

    def draw(self):
        for name, data in self.fonts.items():
            pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))
        out = io.BytesIO()
        self.canvas = canvas.Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1)
        self.canvas.setTitle(self.title)
        self.readers = {}
        self.drawn = {}
        for number, page in enumerate(self.pages, 1):
            self.canvas.bookmarkPage(f"page{number}")
            for placed in page["items"]:
                item = placed["item"]
                getattr(self, item["kind"])(item)
            self.canvas.showPage()
        self.entries(self.outline, 0)
        self.canvas.save()
        return out.getvalue()

    def entries(self, entries, level):
        for entry in entries:
            page = min(entry["page"], len(self.pages))
            self.canvas.addOutlineEntry(entry["title"], f"page{page}", level, closed=True)
            self.entries(entry["below"], level + 1)

    def text(self, item):
        text = self.canvas.beginText()
        text.setFillColorRGB(*ink(item["ink"]))
        text.setCharSpace(item["tracking"] * item["size"])
        for run in item["runs"]:
            text.setTextOrigin(run["x"], HEIGHT - item["y"])
            text.setFont(run["face"], item["size"])
            text.textOut(run["text"])
        self.canvas.drawText(text)

    def fill(self, item):
        x, y, width, height = item["frame"]
        self.canvas.setFillColorRGB(*ink(item["ink"]))
        self.canvas.rect(x, HEIGHT - y - height, width, height, stroke=0, fill=1)

    def through(self, points):
        path = self.canvas.beginPath()
        path.moveTo(points[0][0], HEIGHT - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, HEIGHT - y)
        return path

    def area(self, item):
        path = self.through(item["points"])
        path.close()
        self.canvas.setFillColorRGB(*ink(item["ink"]))
        self.canvas.drawPath(path, stroke=0, fill=1)

    def stroke(self, item):
        self.canvas.setStrokeColorRGB(*ink(item["ink"]))
        self.canvas.setLineWidth(item["width"])
        self.canvas.setLineCap(1 if item["round"] else 0)
        self.canvas.setLineJoin(1)
        self.canvas.setDash(item["dash"])
        self.canvas.drawPath(self.through(item["points"]), stroke=1, fill=0)

    def place(self, key, make, frame):
        if key not in self.readers:
            self.readers[key] = ImageReader(make())
        x, y, width, height = frame
        self.canvas.drawImage(self.readers[key], x, HEIGHT - y - height, width, height)

    def picture(self, item):
        self.place(item["key"], lambda: io.BytesIO(self.pictures[item["key"]]), item["frame"])

    def grid(self, samples, columns, frame):
        data = bytes(level for cell in samples for level in cell)
        self.place(data, lambda: Image.frombytes("RGB", (columns, len(samples) // columns), data), frame)

    def tiles(self, item):
        self.canvas.saveState()
        self.canvas.setFillAlpha(item["opacity"])
        self.grid(item["cells"], item["columns"], item["frame"])
        self.canvas.restoreState()

    def bits(self, item):
        self.grid([item["ink"] if cell else (0xFB, 0xFA, 0xF7) for cell in item["cells"]], item["side"], item["frame"])

    def mark(self, item):
        mark = self.marks[item["id"]]
        x, y, width, height = item["frame"]
        key = f"{item['id']}-{'-'.join(map(str, item['ink']))}-{item['halo']}".replace("-", "_")
        if key not in self.drawn:
            self.drawn[key] = True
            self.canvas.beginForm(key, -4, -4, mark["width"] + 4, mark["height"] + 4)
            path = self.canvas.beginPath()
            for step, px, py in mark["steps"]:
                if step == "m":
                    path.moveTo(px, py)
                elif step == "l":
                    path.lineTo(px, py)
                else:
                    path.close()
            if item["halo"]:
                self.canvas.setStrokeColorRGB(*PAPER, alpha=0.55)
                self.canvas.setLineWidth(2.6)
                self.canvas.drawPath(path, stroke=1, fill=0)
            self.canvas.setFillColorRGB(*ink(item["ink"]))
            self.canvas.drawPath(path, stroke=0, fill=1, fillMode=1)
            self.canvas.endForm()
        self.canvas.saveState()
        self.canvas.transform(width / mark["width"], 0, 0, -height / mark["height"], x, HEIGHT - y)
        self.canvas.doForm(key)
        self.canvas.restoreState()

    def wash(self, item):
        x, y, width, height = item["frame"]
        self.canvas.saveState()
        self.canvas.setFillColorRGB(*PAPER)
        if item["gray"]:
            self.canvas.setBlendMode("Saturation")
        else:
            self.canvas.setFillAlpha(0.6)
        self.canvas.rect(x, HEIGHT - y - height, width, height, stroke=0, fill=1)
        self.canvas.restoreState()

    def clip(self, item):
        path = self.canvas.beginPath()
        for x, y, width, height in item["frames"]:
            path.rect(x, HEIGHT - y - height, width, height)
        self.canvas.saveState()
        self.canvas.clipPath(path, stroke=0, fill=0, fillMode=1)

    def endclip(self, item):
        self.canvas.restoreState()

    def link(self, item):
        x, y, width, height = item["frame"]
        if item["page"] <= len(self.pages):
            self.canvas.linkRect(item["words"], f"page{item['page']}", (x, HEIGHT - y - height, x + width, HEIGHT - y), relative=0, thickness=0)


reports = [Report(open(path, "rb").read()) for path in sys.argv[1:]]
drawn = [report.draw() for report in reports]
if folder := os.environ.get("PEERS_KEEP"):
    for number, data in enumerate(drawn):
        with open(os.path.join(folder, f"reportlab-{number}.pdf"), "wb") as file:
            file.write(data)
print(f"ReportLab {reportlab.Version}, bytes {' '.join(str(len(data)) for data in drawn)}", flush=True)
for line in sys.stdin:
    before = time.process_time()
    reports[int(line)].draw()
    print(f"{(time.process_time() - before) * 1000:.3f}", flush=True)
