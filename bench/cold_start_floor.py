"""The least that a fresh process can do with boto3: imports it, makes a client, puts one item.

The argument is the item as JSON, its binaries in base 64.
"""

import json
import sys
import time

from bench.dynamodb_server.boto3_values import native

began = time.perf_counter(), time.process_time()

import boto3  # noqa: E402

client = boto3.client("dynamodb")
imported = time.perf_counter(), time.process_time()
answer = client.put_item(TableName="smartlink-clicks", Item=native(json.loads(sys.argv[1])))
answered = time.perf_counter(), time.process_time()

if __name__ == "__main__":
    marks = [mark for pair in (began, imported, answered) for mark in pair]
    print(json.dumps({"status": answer["ResponseMetadata"]["HTTPStatusCode"], "marks": marks}))
