-- Script for wrk: send the requests of a file in turn, count the responses that are not 302, print a line of JSON.
-- The argument is the file: complete HTTP requests, each terminated by a NUL.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests, position, wrong = {}, 0, 0
  local file = assert(io.open(args[1], "rb"))
  for text in file:read("*a"):gmatch("([^%z]+)%z") do
    table.insert(requests, text)
  end
  file:close()
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function response(status)
  if status ~= 302 then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local wrong_total, errors = 0, summary.errors
  for _, thread in ipairs(threads) do
    wrong_total = wrong_total + thread:get("wrong")
  end
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  print(string.format(
    '{"answered": %d, "wrong": %d, "broken": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f}',
    summary.requests, wrong_total, broken, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
