#!/usr/bin/env bash
# Builds, starts and measures the hub beside nginx, YARP and the bare stub; prints one Markdown table, writes JSON into bench/results/.
#   bench/run.sh [quick|full] [--check]        quick: under 3 minutes; --check: exit 3 when a "must" is missed
# Loopback only; everything it starts is ended by process id, everything it writes outside bench/results/ is in one temporary folder.
set -euo pipefail

mode=quick check=
for argument in "$@"; do
  case $argument in
    quick | full) mode=$argument ;;
    --check) check=--check ;;
    *) echo "usage: bench/run.sh [quick|full] [--check]" >&2; exit 2 ;;
  esac
done

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
tmp=$(mktemp -d "${TMPDIR:-/tmp}/aiohub-bench.XXXXXX")
pids=$tmp/pids
: >"$pids"

finish() {
  trap - EXIT INT TERM
  set +e
  # The load program ends what it started; this is for when it could not. A process whose command line does not name our folder is not ours (any more).
  [ -n "${load_pid:-}" ] && kill "$load_pid" 2>/dev/null
  local pid signal try
  for signal in TERM KILL; do
    for try in $(seq 30); do
      local left=
      while read -r pid; do
        if [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$tmp"; then
          left=1
          [ "$try" = 1 ] && kill -$signal "$pid" 2>/dev/null
        fi
      done <"$pids"
      [ -z "$left" ] && break 2
      sleep 0.1
    done
  done
  if [ -n "${BENCH_KEEP:-}" ]; then say "kept: $tmp"; else rm -rf "$tmp"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
notes=()

say() { echo "$*" >&2; }

free_port() {
  local port try
  for try in $(seq 100); do
    port=$((20000 + (RANDOM + try * 7919) % 12000))   # below the range the kernel hands out to clients
    case " ${ports:-} " in *" $port "*) continue ;; esac
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then ports="${ports:-} $port"; free=$port; return 0; fi
  done
  say "no free port found"; exit 1
}

# publish PROJECT NAME: builds one contestant; a failure leaves its column out.
publish() {
  say "building $2"
  if ! dotnet publish -c Release -v q "$root/$1" -o "$tmp/$2" >"$tmp/$2.build" 2>&1; then
    grep -m 3 -E 'error' "$tmp/$2.build" >&2 || tail -5 "$tmp/$2.build" >&2
    return 1
  fi
}

# ---- build -----------------------------------------------------------------------------------------------------------------
if ! command -v gcc >/dev/null; then say "gcc is needed for the stub upstream (Debian: gcc libc6-dev)"; exit 1; fi
gcc -O2 -Wall -o "$tmp/stub" "$here/stub/stub.c"
publish bench/load load || exit 1
publish bench/yarp yarp && yarp=1 || { yarp=; notes+=("YARP: did not build"); }
publish src/AioHub.Host hub && hub=1 || { hub=; notes+=("aiohub: did not build"); }
unmetered=
if [ -n "$hub" ] && { [ $mode = full ] || [ -n "${BENCH_UNMETERED:-}" ]; }; then
  publish bench/unmetered unmetered && unmetered=1 || notes+=("aiohub-unmetered: did not build")
fi

# ---- doses -----------------------------------------------------------------------------------------------------------------
streams=5000
limit=$(ulimit -n)
if [ "$limit" != unlimited ] && [ $(((limit - 500) / 2)) -lt $streams ]; then
  streams=$(((limit - 500) / 2))
  notes+=("held streams: $streams instead of 5000, the limit on open files is $limit")
fi
if [ $mode = quick ]; then
  doses='"rounds":3,"warm":1.2,"small":0.8,"rate":1,"large":0.6,"streamCalls":2,"freshRounds":1,"heldRounds":1,"heldStreams":'$streams',"heldChunks":4,"heldRamp":2,"idleWait":0.5'
  # Compiling for the first time is not held against the measurements.
  seconds=${BENCH_SECONDS:-$((172 - SECONDS > 140 ? 172 - SECONDS : 140))}
  direct_cases='' loaded_cases='"small","rate"'
else
  doses='"rounds":7,"warm":16,"small":4,"rate":5,"large":3,"streamCalls":8,"freshRounds":3,"heldRounds":3,"heldStreams":'$streams',"heldChunks":9,"heldRamp":4,"idleWait":3'
  seconds=${BENCH_SECONDS:-3600}
  direct_cases=',"messages","held"' loaded_cases='"small","rate","stream"'
fi
held_chunks=$(sed -E 's/.*"heldChunks":([0-9]+).*/\1/' <<<"$doses")
[ -n "${BENCH_ROUNDS:-}" ] && doses=$(sed -E "s/\"rounds\":[0-9]+/\"rounds\":$BENCH_ROUNDS/" <<<"$doses")

# ---- contestants -----------------------------------------------------------------------------------------------------------
key=sk-bench-0123456789abcdef0123456789abcdef0123456789abcdef
free_port; stub_port=$free
fresh='"peak","forms","edits","pictures","generated"'
warm='"small","rate","stream","100k","1m"'
contestants=()

# contestant NAME PORT READY READY-SECONDS CASES UPSTREAM COMMAND…
contestant() {
  local name=$1 port=$2 ready=$3 ready_seconds=$4 cases=$5 upstream=$6 command='' part
  shift 6
  for part in "$@"; do command="$command${command:+,}\"$part\""; done
  contestants+=("{\"name\":\"$name\",\"port\":$port,\"ready\":\"$ready\",\"readySeconds\":$ready_seconds,\"cases\":[$cases],\"upstream\":$upstream,\"command\":[$command],\"log\":\"$tmp/$name.log\"}")
}

contestant direct "$stub_port" / 10 "$warm$direct_cases" true "$tmp/stub" "$stub_port"

if command -v nginx >/dev/null; then
  free_port
  mkdir -p "$tmp/nginx"
  cat >"$tmp/nginx/nginx.conf" <<N
daemon off;
worker_processes 2;
worker_rlimit_nofile $limit;
$([ "$(id -u)" = 0 ] && echo 'user root;')
pid $tmp/nginx/pid;
error_log $tmp/nginx/error.log error;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path $tmp/nginx/body;
  proxy_temp_path $tmp/nginx/proxy;
  fastcgi_temp_path $tmp/nginx/fastcgi;
  uwsgi_temp_path $tmp/nginx/uwsgi;
  scgi_temp_path $tmp/nginx/scgi;
  client_max_body_size 64m;
  keepalive_requests 1000000000;
  upstream stub { server 127.0.0.1:$stub_port; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:$free backlog=4096;
    location / {
      proxy_pass http://stub;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_request_buffering off;
    }
  }
}
N
  contestant nginx "$free" / 10 "$warm,\"held\",$fresh" false "$(command -v nginx)" -p "$tmp/nginx" -e "$tmp/nginx/error.log" -c "$tmp/nginx/nginx.conf"
else
  notes+=("nginx: not installed (Debian: nginx-light), its column is left out")
fi

if [ -n "$yarp" ]; then
  free_port
  contestant YARP "$free" / 20 "$warm,\"held\",$fresh" false "$tmp/yarp/bench-yarp" "http://127.0.0.1:$free" "http://127.0.0.1:$stub_port/"
fi

models="bench-json bench-json-1500ms bench-stream-20x20ms bench-stream-400x1ms bench-stream-${held_chunks}x1000ms"
xm_models="bench-xm-stream-20x20ms bench-xm-stream-400x1ms"

yaml_models() { local m; for m in "$@"; do printf '  - id: %s\n    context_window: 2000000\n    prices: [{ from: 2026-01-01, input: 1, output: 2, cache_read: 0.1 }]\n' "$m"; done; }
yaml_list() { local IFS=,; echo "[${*}]"; }

# A hub as its owner would run it: one user, one key, one channel for Chat and one for Messages.
small_config() {
  cat <<Y
version: 1
groups:
  - name: openai
    status: active
    channels: [{ channel: bench, priority: 0, weight: 10 }, { channel: bench-messages, priority: 0, weight: 10 }]
channels:
  - name: bench
    type: openai-compatible
    base_url: http://127.0.0.1:$stub_port/v1
    dialects: [openai-chat]
    allow_private_network: true
    credentials: [{ name: a, secret: stub }]
    models: $(yaml_list $models)
  - name: bench-messages
    type: anthropic
    base_url: http://127.0.0.1:$stub_port
    allow_private_network: true
    credentials: [{ name: a, secret: stub }]
    models: $(yaml_list $xm_models)
models:
$(yaml_models $models $xm_models)
users:
  - email: bench@example.com
    role: user
    balance_usd: 1000000
keys:
  - name: bench
    user: bench@example.com
    secret: $key
    groups: [openai]
Y
}

# The same with 10,000 keys of 100 users, 1,000 channels in one group, 500 models of which every channel has ten and twenty channels have the measured ones.
large_config() {
  awk -v port="$stub_port" -v key="$key" -v measured="$models" '
    BEGIN {
      print "version: 1\ngroups:\n  - name: openai\n    status: active\n    channels:"
      for (i = 0; i < 1000; i++) printf "      - { channel: ch-%d, priority: 0, weight: 10 }\n", i
      print "channels:"
      gsub(/ /, ", ", measured)
      for (i = 0; i < 1000; i++) {
        list = i < 20 ? measured : ""
        for (k = 0; k < 10; k++) list = list (list == "" ? "" : ", ") "model-" ((i * 7 + k * 53) % 500)
        printf "  - name: ch-%d\n    type: openai-compatible\n    base_url: http://127.0.0.1:%d/v1\n    dialects: [openai-chat]\n    allow_private_network: true\n", i, port
        printf "    credentials: [{ name: a, secret: stub }]\n    models: [%s]\n", list
      }
      print "models:"
      n = split(measured, m, ", ")
      for (i = 0; i < n + 500; i++)
        printf "  - id: %s\n    context_window: 2000000\n    prices: [{ from: 2026-01-01, input: 1, output: 2, cache_read: 0.1 }]\n", i < n ? m[i + 1] : "model-" (i - n)
      print "users:"
      for (i = 0; i < 100; i++) printf "  - { email: user-%d@example.com, role: user, balance_usd: 1000000 }\n", i
      print "keys:"
      for (i = 0; i < 10000; i++)
        printf "  - { name: key-%d, user: user-%d@example.com, secret: %s, groups: [openai] }\n", i, i % 100, i == 5000 ? key : sprintf("sk-bench-%048d", i)
    }'
}

if [ -n "$hub" ]; then
  free_port
  mkdir -p "$tmp/data" "$tmp/data-10k"
  small_config >"$tmp/bench.yaml"
  contestant aiohub "$free" /readyz 30 "$warm,\"messages\",\"messages-to-chat\",\"chat-to-messages\",\"held\",$fresh" false \
    "$tmp/hub/aiohub" serve --urls "http://127.0.0.1:$free" --data "$tmp/data" --config "$tmp/bench.yaml"
  free_port
  large_config >"$tmp/bench-10k.yaml"
  contestant aiohub-10k "$free" /readyz 90 "$loaded_cases" false \
    "$tmp/hub/aiohub" serve --urls "http://127.0.0.1:$free" --data "$tmp/data-10k" --config "$tmp/bench-10k.yaml"
  if [ -n "$unmetered" ]; then
    free_port
    mkdir -p "$tmp/data-unmetered"
    contestant aiohub-unmetered "$free" /readyz 30 '"small","rate","stream"' false \
      "$tmp/unmetered/bench-unmetered" "http://127.0.0.1:$free" "$tmp/data-unmetered" "$tmp/bench.yaml"
  fi
fi

# ---- measure ---------------------------------------------------------------------------------------------------------------
mkdir -p "$here/results"
result=$here/results/$mode-$(date -u +%Y%m%dT%H%M%SZ).json
quoted=()
for note in "${notes[@]+"${notes[@]}"}"; do quoted+=("\"$note\""); done
join() { local IFS=,; echo "$*"; }
cat >"$tmp/plan.json" <<J
{ "mode": "$mode", "resultsFile": "$result", "pidFile": "$pids", "key": "$key", "deadlineSeconds": $seconds, "doses": { $doses },
  "only": [$([ -n "${BENCH_CASES:-}" ] && echo "\"${BENCH_CASES//,/\",\"}\"")],
  "notes": [$(join "${quoted[@]+"${quoted[@]}"}")], "contestants": [$(join "${contestants[@]}")] }
J
"$tmp/load/bench-load" "$tmp/plan.json" $check &
load_pid=$!
code=0
wait $load_pid || code=$?
load_pid=
if [ $code -ne 0 ] && [ $code -ne 3 ]; then
  for log in "$tmp"/*.log; do [ -s "$log" ] && { say "--- ${log##*/}"; tail -5 "$log" >&2; }; done
else
  say "figures: bench/results/${result##*/}"
fi
exit $code
