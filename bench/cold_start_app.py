"""A fresh process as a cold Lambda: import the application, serve the first click, print the times.

The argument is the event as JSON. Before the clock starts, only the modules that both programs need are imported.
"""

import json
import sys
import time

start = time.perf_counter(), time.process_time()

import app  # noqa: E402

imported = time.perf_counter(), time.process_time()
response = app.app(json.loads(sys.argv[1]), None)
responded = time.perf_counter(), time.process_time()

if __name__ == "__main__":
    marks = [mark for pair in (start, imported, responded) for mark in pair]
    print(json.dumps({"status": response["statusCode"], "marks": marks}))
