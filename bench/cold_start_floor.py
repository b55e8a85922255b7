"""The minimum of a cold start with boto3: import it, create a client, put one item, print the times.

The argument is the item as JSON, with binaries in base 64.
"""

import json
import sys
import time

from bench.dynamodb_server.boto3_values import to_boto3

start = time.perf_counter(), time.process_time()

import boto3  # noqa: E402

client = boto3.client("dynamodb")
imported = time.perf_counter(), time.process_time()
response = client.put_item(TableName="smartlink-clicks", Item=to_boto3(json.loads(sys.argv[1])))
responded = time.perf_counter(), time.process_time()

if __name__ == "__main__":
    marks = [mark for pair in (start, imported, responded) for mark in pair]
    print(json.dumps({"status": response["ResponseMetadata"]["HTTPStatusCode"], "marks": marks}))
