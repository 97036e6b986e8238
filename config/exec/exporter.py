"""An exporter in Python: an HTML page with one section for each row.

Options: `title` of the page, and `heading`, the column that heads each section.
"""

import contextlib
import html
import json
import os
import sys


def say(**line):
    """Writes one line and sees to it that it leaves at once."""
    print(json.dumps(line), flush=True)


def shown(value):
    """A text as it is, anything else as JSON, for HTML."""
    return html.escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


sys.stdin.reconfigure(encoding="utf-8")
hello = json.loads(sys.stdin.readline())
options = hello["config"]
heading = options.get("heading")
if not heading:
    say(error={"kind": "config", "message": "`heading` is missing", "config_key": "options"})
    sys.exit(78)
say(ready=1)

page, part, path, rows = None, None, None, 0
try:
    for line in sys.stdin:
        message = json.loads(line)
        if "begin" in message:
            path = message["begin"]["path"]
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            # The page grows under another name, so that a run that fails leaves an earlier page as it was.
            part = path + ".part"
            page = open(part, "w", encoding="utf-8")
            title = html.escape(options.get("title", "Rows"))
            page.write(f"<!doctype html>\n<meta charset=utf-8>\n<h1>{title}</h1>\n")
        elif "rows" in message:
            for row in message["rows"]:
                rows += 1
                page.write(f"<h2>{shown(row.pop(heading, ''))}</h2>\n<dl>\n")
                for name, value in row.items():
                    page.write(f"<dt>{html.escape(name)}<dd>{shown(value)}\n")
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
            say(done=True, location=location, rows=rows)
finally:
    # It is still there when the input ended without `finish`, or when something failed.
    if page and os.path.exists(part):
        # A full disk makes closing fail; the file goes all the same.
        with contextlib.suppress(OSError):
            page.close()
        os.remove(part)
