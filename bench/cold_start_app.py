"""A fresh process as a cold Lambda: imports the application, answers its first click, prints how long each took.

The argument is the event as JSON. Nothing is imported before the clock runs but what both starts need to tell it.
"""

import json
import sys
import time

began = time.perf_counter(), time.process_time()

import app  # noqa: E402

imported = time.perf_counter(), time.process_time()
answer = app.app(json.loads(sys.argv[1]), None)
answered = time.perf_counter(), time.process_time()

if __name__ == "__main__":
    marks = [mark for pair in (began, imported, answered) for mark in pair]
    print(json.dumps({"status": answer["statusCode"], "marks": marks}))
