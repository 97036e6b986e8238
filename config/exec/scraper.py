"""A scraper in Python: reads one row from each Markdown file of a folder.

Options: `folder`, and `pattern` for the file names (default "*.md").
"""

import json
import pathlib
import sys


def send(**line):
    """Writes one line and flushes it."""
    print(json.dumps(line), flush=True)


def refuse(key, message):
    send(error={"kind": "config", "message": message, "config_key": "options." + key})
    sys.exit(78)


sys.stdin.reconfigure(encoding="utf-8")
hello = json.loads(sys.stdin.readline())
options = hello["config"]
for key in options:
    if key not in ("folder", "pattern"):
        refuse(key, f"unknown option `{key}`")
folder = pathlib.Path(options.get("folder", ""))
if not options.get("folder") or not folder.is_dir():
    refuse("folder", f"there is no folder `{folder}`")
send(ready=1)

if hello["task"] == "list":
    for path in sorted(folder.parent.iterdir()):
        if path.is_dir():
            send(listing={"name": str(path), "about": f"{len(list(path.glob('*.md')))} files"})
else:
    for path in sorted(folder.glob(options.get("pattern", "*.md"))):
        text = path.read_text(encoding="utf-8")
        title, _, body = text.partition("\n")
        body = body.split("Visit the following resources")[0].strip()
        send(row={"Title": title.lstrip("# "), "Text": body, "Words": len(body.split()), "File": path.name})
send(done=True)
