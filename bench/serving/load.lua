-- wrk's script: sends the requests of a file in turn, counts the answers that are not 302, ends with a line of JSON.
-- The argument is the file: whole HTTP requests, each ended by a NUL.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests, at, wrong = {}, 0, 0
  local file = assert(io.open(args[1], "rb"))
  for each in file:read("*a"):gmatch("([^%z]+)%z") do
    table.insert(requests, each)
  end
  file:close()
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function response(status)
  if status ~= 302 then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local others, errors = 0, summary.errors
  for _, thread in ipairs(threads) do
    others = others + thread:get("wrong")
  end
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  print(string.format(
    '{"answered": %d, "wrong": %d, "broken": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f}',
    summary.requests, others, broken, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
