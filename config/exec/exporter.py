"""An exporter in Python: writes an HTML page with one section per row.

Options: `title` of the page, and `heading`, the column that becomes the heading of each section.
"""

import contextlib
import html
import json
import os
import sys


def send(**line):
    """Writes one line and flushes it."""
    print(json.dumps(line), flush=True)


def to_html(value):
    """Escapes text, and any other value as JSON, for HTML."""
    return html.escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


sys.stdin.reconfigure(encoding="utf-8")
hello = json.loads(sys.stdin.readline())
options = hello["config"]
heading = options.get("heading")
if not heading:
    send(error={"kind": "config", "message": "`heading` is missing", "config_key": "options"})
    sys.exit(78)
send(ready=1)

page, part, path, rows = None, None, None, 0
try:
    for line in sys.stdin:
        message = json.loads(line)
        if "begin" in message:
            path = message["begin"]["path"]
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            # The page is written to a temporary name, so that a failed run leaves an earlier page unchanged.
            part = path + ".part"
            page = open(part, "w", encoding="utf-8")
            title = html.escape(options.get("title", "Rows"))
            page.write(f"<!doctype html>\n<meta charset=utf-8>\n<h1>{title}</h1>\n")
        elif "rows" in message:
            for row in message["rows"]:
                rows += 1
                page.write(f"<h2>{to_html(row.pop(heading, ''))}</h2>\n<dl>\n")
                for name, value in row.items():
                    page.write(f"<dt>{html.escape(name)}<dd>{to_html(value)}\n")
                page.write("</dl>\n")
        elif "finish" in message:
            page.close()
            location = path
            if message["finish"] == "complete":
                os.replace(part, path)
            elif message["finish"] == "partial":
                base, extension = os.path.splitext(path)
                location = base + ".partial" + extension
                os.replace(part, location)
            else:
                os.remove(part)
            send(done=True, location=location, rows=rows)
finally:
    # The file still exists if the input ended without `finish`, or after an error.
    if page and os.path.exists(part):
        # Closing fails on a full disk; the file is removed regardless.
        with contextlib.suppress(OSError):
            page.close()
        os.remove(part)
