// The stub upstream of the benchmarks: one small epoll server that must never be the bottleneck.
//
//   stub PORT          listens on 127.0.0.1:PORT, one thread, until it is killed
//
// POST …/chat/completions   OpenAI's shape          POST …/messages   Anthropic's shape
//   "stream":true in the body → SSE; otherwise a JSON reply of about 1 KB with usage.
// The model name says how: "…-stream-20x50ms" = 20 chunks 50 ms apart, the first after 50 ms; "…-f500ms" at the end sets the
// first delay; "…-json-500ms" delays a non-streamed reply.
// POST …/audio/transcriptions   forms         POST …/images/edits   forms, a small reply
// POST …/images/generations     a reply with one picture, 20 MB in base64
// Every content chunk carries @@<monotonic ns at which it was written>@@ inside its text, so that a client on the same machine
// knows how long the chunk was under way, whatever dialect it was translated into.
// Bodies (Content-Length or chunked, any size) are read fully; only their first and last bytes are looked at.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 16384, FRONT = 2048, TAIL = 1024, SCRATCH = 262144, MAX_FD = 65536 };
enum state { READ_HEAD, READ_BODY, READ_CHUNKED, WAITING };
enum shape { NONE, CHAT, MESSAGES, SPEECH, EDITS, PICTURES };
enum { PICTURE = 20 * 1024 * 1024 };

struct conn {
    int fd, state, shape, streaming;
    int head_len;
    int64_t left;                  // body bytes still to come (READ_BODY), or of the current chunk (READ_CHUNKED)
    int chunk_state;               // 0 size line, 1 data, 2 CRLF after data, 3 trailers
    int64_t chunk_size;
    int line_len;
    int front_len, tail_len;
    int total, sent;               // content chunks
    int64_t first_ms, interval_ms, due, started;
    int heap;                      // place in the timer heap, -1 = none
    int backlog_len, backlog_cap;  // bytes that did not fit into the socket
    char *backlog;
    const char *rest;              // of a reply that all connections share, sent behind the backlog
    int rest_len;
    int epoll_out, closing;
    char model[96];
    char front[FRONT + 1], tail[TAIL + 1];
    char head[HEAD_MAX + 1];
};

static struct conn *conns[MAX_FD];
static struct conn *heap[MAX_FD];
static int heap_len, ep;
static char scratch[SCRATCH];
static char chat_json[4096], messages_json[4096];
static int chat_json_len, messages_json_len;
static char *picture_json;
static int picture_json_len;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// ---- timers: a binary heap, one entry per connection --------------------------------------------------------------------------
static void heap_set(int i, struct conn *c) { heap[i] = c; c->heap = i; }

static void heap_up(int i) {
    struct conn *c = heap[i];
    while (i > 0 && heap[(i - 1) / 2]->due > c->due) { heap_set(i, heap[(i - 1) / 2]); i = (i - 1) / 2; }
    heap_set(i, c);
}

static void heap_down(int i) {
    struct conn *c = heap[i];
    for (;;) {
        int child = 2 * i + 1;
        if (child >= heap_len) break;
        if (child + 1 < heap_len && heap[child + 1]->due < heap[child]->due) child++;
        if (heap[child]->due >= c->due) break;
        heap_set(i, heap[child]);
        i = child;
    }
    heap_set(i, c);
}

static void timer_remove(struct conn *c) {
    if (c->heap < 0) return;
    int i = c->heap;
    struct conn *last = heap[--heap_len];
    c->heap = -1;
    if (last == c) return;
    heap_set(i, last);
    heap_up(i);
    heap_down(last->heap);
}

static void timer_set(struct conn *c, int64_t due) {
    timer_remove(c);
    c->due = due;
    heap_set(heap_len++, c);
    heap_up(heap_len - 1);
}

// ---- output -------------------------------------------------------------------------------------------------------------------
static void conn_close(struct conn *c) {
    timer_remove(c);
    close(c->fd);
    conns[c->fd] = NULL;
    free(c->backlog);
    free(c);
}

static void want(struct conn *c, int out) {
    if (c->epoll_out == out) return;
    struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP | (out ? EPOLLOUT : 0), .data.fd = c->fd };
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
    c->epoll_out = out;
}

// Sends, or keeps what the socket does not take; -1 = the connection is gone (and freed).
static int put(struct conn *c, const char *data, int len) {
    if (c->backlog_len == 0) {
        ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) { conn_close(c); return -1; }
        if (n < 0) n = 0;
        data += n;
        len -= n;
        if (len == 0) return 0;
    }
    if (c->backlog_len + len > c->backlog_cap) {
        c->backlog_cap = (c->backlog_len + len) * 2;
        c->backlog = realloc(c->backlog, c->backlog_cap);
        if (!c->backlog) abort();
    }
    memcpy(c->backlog + c->backlog_len, data, len);
    c->backlog_len += len;
    want(c, 1);
    return 0;
}

// Sends of the shared reply what the socket takes; -1 = the connection is gone.
static int pour(struct conn *c) {
    while (c->rest_len > 0) {
        ssize_t n = send(c->fd, c->rest, c->rest_len, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) { want(c, 1); return 0; }
        if (n < 0) { conn_close(c); return -1; }
        c->rest += n;
        c->rest_len -= n;
    }
    want(c, 0);
    return 0;
}

static int flush(struct conn *c) {
    if (c->backlog_len > 0) {
        ssize_t n = send(c->fd, c->backlog, c->backlog_len, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
            conn_close(c);
            return -1;
        }
        memmove(c->backlog, c->backlog + n, c->backlog_len - n);
        c->backlog_len -= n;
    }
    return c->backlog_len == 0 ? pour(c) : 0;
}

static int put_json(struct conn *c, const char *status, const char *body, int body_len) {
    char out[8192];
    int n = snprintf(out, sizeof out,
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%.*s", status, body_len, body_len, body);
    return put(c, out, n);
}

// ---- replies ------------------------------------------------------------------------------------------------------------------
static const char *words = "Benchmarks tell you what a change costs, provided that the things compared were measured side by side. ";

static void prepare(void) {
    char text[1024] = "";
    while (strlen(text) < 720) strcat(text, words);
    chat_json_len = snprintf(chat_json, sizeof chat_json,
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1760000000,\"model\":\"bench-json\",\"choices\":[{\"index\":0,"
        "\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
        "\"usage\":{\"prompt_tokens\":250,\"completion_tokens\":150,\"total_tokens\":400,\"prompt_tokens_details\":{\"cached_tokens\":100}}}", text);
    messages_json_len = snprintf(messages_json, sizeof messages_json,
        "{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"bench-json\",\"content\":[{\"type\":\"text\",\"text\":\"%s\"}],"
        "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":150,\"cache_read_input_tokens\":100,"
        "\"cache_creation_input_tokens\":0,\"output_tokens\":150}}", text);
}

// Made when the first one is asked for, so that no other case pays for it.
static void prepare_picture(void) {
    static const char end[] = "\"}],\"usage\":{\"input_tokens\":22,\"output_tokens\":6240,\"total_tokens\":6262,\"input_tokens_details\":{\"text_tokens\":22,\"image_tokens\":0}}}";
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    picture_json = malloc(PICTURE + 512);
    if (!picture_json) abort();
    int n = sprintf(picture_json, "{\"created\":1760000000,\"size\":\"1024x1024\",\"quality\":\"high\",\"data\":[{\"b64_json\":\"");
    uint32_t x = 20261123;
    for (int i = 0; i < PICTURE; i++) {
        x = x * 1664525 + 1013904223;
        picture_json[n++] = digits[x >> 26];
    }
    memcpy(picture_json + n, end, sizeof end - 1);
    picture_json_len = n + sizeof end - 1;
}

static int put_picture(struct conn *c) {
    if (!picture_json) prepare_picture();
    char head[256];
    int n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", picture_json_len);
    if (put(c, head, n) < 0) return -1;
    c->rest = picture_json;
    c->rest_len = picture_json_len;
    return c->backlog_len == 0 ? pour(c) : 0;
}

static void finish(struct conn *c) {
    timer_remove(c);
    c->state = READ_HEAD;
    c->streaming = 0;
}

// Writes one HTTP chunk around an SSE text.
static int put_sse(struct conn *c, const char *text, int len) {
    char out[4096];
    int n = snprintf(out, sizeof out, "%x\r\n%.*s\r\n", len, len, text);
    return put(c, out, n);
}

static int stream_head(struct conn *c) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
    return put(c, head, sizeof head - 1);
}

static int stream_chunk(struct conn *c) {
    char text[2048];
    int n = 0;
    if (c->shape == CHAT) {
        n = snprintf(text, sizeof text,
            "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"%s\",\"system_fingerprint\":\"fp_bench\","
            "\"choices\":[{\"index\":0,\"delta\":{%s\"content\":\" token @@%lld@@\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
            c->model, c->sent == 0 ? "\"role\":\"assistant\"," : "", (long long)now_ns());
    } else {
        if (c->sent == 0)
            n = snprintf(text, sizeof text,
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"%s\","
                "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":150,\"cache_read_input_tokens\":100,"
                "\"cache_creation_input_tokens\":0,\"output_tokens\":1}}}\n\n"
                "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n", c->model);
        n += snprintf(text + n, sizeof text - n,
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" token @@%lld@@\"}}\n\n",
            (long long)now_ns());
    }
    c->sent++;
    return put_sse(c, text, n);
}

static int stream_end(struct conn *c) {
    char text[2048];
    int n;
    if (c->shape == CHAT)
        n = snprintf(text, sizeof text,
            "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"%s\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
            "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"%s\",\"choices\":[],\"usage\":{\"prompt_tokens\":250,"
            "\"completion_tokens\":%d,\"total_tokens\":%d,\"prompt_tokens_details\":{\"cached_tokens\":100}}}\n\ndata: [DONE]\n\n",
            c->model, c->model, c->total, 250 + c->total);
    else
        n = snprintf(text, sizeof text,
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
            "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":%d}}\n\n"
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", c->total);
    if (put_sse(c, text, n) < 0) return -1;
    return put(c, "0\r\n\r\n", 5);
}

// A timer went off: the next chunk, or the delayed reply. -1 = the connection is gone.
static int tick(struct conn *c) {
    timer_remove(c);
    if (!c->streaming) {
        static const char heard[] = "{\"text\":\"Benchmarks tell you what a change costs.\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":120,\"output_tokens\":12,\"total_tokens\":132}}";
        static const char edited[] = "{\"created\":1760000000,\"data\":[{\"b64_json\":\"iVBORw0KGgo=\"}],\"usage\":{\"input_tokens\":350,\"output_tokens\":6240,\"total_tokens\":6590,\"input_tokens_details\":{\"text_tokens\":22,\"image_tokens\":328}}}";
        int r = c->shape == PICTURES ? put_picture(c) : c->shape == EDITS ? put_json(c, "200 OK", edited, sizeof edited - 1)
            : c->shape == SPEECH ? put_json(c, "200 OK", heard, sizeof heard - 1) : c->shape == CHAT ? put_json(c, "200 OK", chat_json, chat_json_len) : put_json(c, "200 OK", messages_json, messages_json_len);
        if (r < 0) return -1;
        finish(c);
        return 0;
    }
    if (c->sent == 0 && stream_head(c) < 0) return -1;
    if (stream_chunk(c) < 0) return -1;
    if (c->sent < c->total) { timer_set(c, c->started + (c->first_ms + c->sent * c->interval_ms) * 1000000); return 0; }
    if (stream_end(c) < 0) return -1;
    finish(c);
    return 0;
}

// ---- requests -----------------------------------------------------------------------------------------------------------------
static const char *find_after(const char *text, const char *name) {
    const char *p = strstr(text, name);
    if (!p) return NULL;
    p += strlen(name);
    while (*p == ' ' || *p == ':') p++;
    return p;
}

static int says_stream(const char *text) {
    const char *p = find_after(text, "\"stream\"");
    return p && strncmp(p, "true", 4) == 0;
}

// The body is complete: answer. -1 = the connection is gone.
static int answer(struct conn *c) {
    if (c->shape == NONE) {
        static const char ok[] = "{\"object\":\"list\",\"data\":[{\"id\":\"bench-json\",\"object\":\"model\"}]}";
        c->state = READ_HEAD;
        return put_json(c, "200 OK", ok, sizeof ok - 1);
    }
    c->front[c->front_len] = 0;
    c->tail[c->tail_len] = 0;
    c->streaming = says_stream(c->front) || says_stream(c->tail);
    // A form names it in a part of its own.
    static const char part[] = "name=\"model\"\r\n\r\n";
    const char *form = c->shape == SPEECH || c->shape == EDITS ? memmem(c->front, c->front_len, part, sizeof part - 1) : NULL;
    const char *m = form ? form + sizeof part - 2 : find_after(c->front, "\"model\"");
    if (!m) m = find_after(c->tail, "\"model\"");
    int n = 0;
    if (m && (form || *m == '"'))
        for (m++; *m && *m != '"' && *m != '\\' && *m != '\r' && n < (int)sizeof c->model - 1; m++) c->model[n++] = *m;
    c->model[n] = 0;
    c->started = now_ns();
    c->sent = 0;
    if (c->streaming) {
        int count = 20, interval = 20, first = 50;
        const char *s = strstr(c->model, "-stream-");
        if (s) sscanf(s + 8, "%dx%dms", &count, &interval);
        const char *f = strstr(c->model, "-f");
        if (f) sscanf(f + 2, "%dms", &first);
        c->total = count < 1 ? 1 : count > 100000 ? 100000 : count;
        c->interval_ms = interval < 0 ? 0 : interval;
        c->first_ms = first < 0 ? 0 : first;
        c->state = WAITING;
        timer_set(c, c->started + c->first_ms * 1000000);
        return 0;
    }
    int delay = 0;
    const char *j = strstr(c->model, "-json-");
    if (j) sscanf(j + 6, "%dms", &delay);
    if (delay > 0) {
        c->state = WAITING;
        timer_set(c, c->started + (int64_t)delay * 1000000);
        return 0;
    }
    return tick(c);
}

static void keep(struct conn *c, const char *p, int n) {
    int f = FRONT - c->front_len < n ? FRONT - c->front_len : n;
    memcpy(c->front + c->front_len, p, f);
    c->front_len += f;
    if (n >= TAIL) { memcpy(c->tail, p + n - TAIL, TAIL); c->tail_len = TAIL; return; }
    int old = c->tail_len + n > TAIL ? TAIL - n : c->tail_len;
    memmove(c->tail, c->tail + c->tail_len - old, old);
    memcpy(c->tail + old, p, n);
    c->tail_len = old + n;
}

static const char *header(const char *head, const char *name) {
    size_t n = strlen(name);
    for (const char *p = strstr(head, "\r\n"); p; p = strstr(p, "\r\n")) {
        p += 2;
        if (strncasecmp(p, name, n) == 0 && p[n] == ':') {
            p += n + 1;
            while (*p == ' ') p++;
            return p;
        }
    }
    return NULL;
}

// Eats bytes; returns how many were used, or -1 when the connection is gone.
static int feed(struct conn *c, const char *p, int n) {
    if (c->state == READ_HEAD) {
        int room = HEAD_MAX - c->head_len, take = n < room ? n : room, before = c->head_len;
        memcpy(c->head + before, p, take);
        c->head_len += take;
        c->head[c->head_len] = 0;
        char *from = c->head + (before > 3 ? before - 3 : 0);
        char *end = memmem(from, c->head + c->head_len - from, "\r\n\r\n", 4);
        if (!end) {
            if (c->head_len == HEAD_MAX) { conn_close(c); return -1; }
            return take;
        }
        int head_total = end + 4 - c->head;
        int used = head_total - before;
        end[2] = 0;
        char *line_end = strstr(c->head, "\r\n");
        *line_end = 0;
        c->shape = strstr(c->head, "/chat/completions ") ? CHAT : strstr(c->head, "/messages ") ? MESSAGES : strstr(c->head, "/audio/transcriptions ") ? SPEECH
            : strstr(c->head, "/images/edits ") ? EDITS : strstr(c->head, "/images/generations ") ? PICTURES : NONE;
        *line_end = '\r';
        const char *length = header(c->head, "content-length"), *coding = header(c->head, "transfer-encoding"), *expect = header(c->head, "expect");
        c->head_len = 0;
        c->front_len = c->tail_len = 0;
        c->left = 0;
        if (expect && strncasecmp(expect, "100-continue", 12) == 0 && put(c, "HTTP/1.1 100 Continue\r\n\r\n", 25) < 0) return -1;
        if (coding && strncasecmp(coding, "chunked", 7) == 0) {
            c->state = READ_CHUNKED;
            c->chunk_state = 0;
            c->chunk_size = 0;
            return used;
        }
        c->left = length ? strtoll(length, NULL, 10) : 0;
        c->state = READ_BODY;
        if (c->left <= 0 && answer(c) < 0) return -1;
        return used;
    }
    if (c->state == READ_BODY) {
        int take = n < c->left ? n : (int)c->left;
        keep(c, p, take);
        c->left -= take;
        if (c->left == 0 && answer(c) < 0) return -1;
        return take;
    }
    int i = 0;
    while (i < n && c->state == READ_CHUNKED) {
        char b = p[i];
        switch (c->chunk_state) {
        case 0:
            i++;
            if (b == '\n') { c->left = c->chunk_size; c->chunk_state = c->chunk_size ? 1 : 3; c->line_len = 0; c->chunk_size = 0; }
            else if (b >= '0' && b <= '9') c->chunk_size = c->chunk_size * 16 + b - '0';
            else if ((b | 32) >= 'a' && (b | 32) <= 'f') c->chunk_size = c->chunk_size * 16 + (b | 32) - 'a' + 10;
            break;
        case 1: {
            int take = n - i < c->left ? n - i : (int)c->left;
            keep(c, p + i, take);
            i += take;
            c->left -= take;
            if (c->left == 0) c->chunk_state = 2;
            break;
        }
        case 2:
            i++;
            if (b == '\n') c->chunk_state = 0;
            break;
        default:
            i++;
            if (b == '\n') {
                if (c->line_len == 0) { if (answer(c) < 0) return -1; return i; }
                c->line_len = 0;
            } else if (b != '\r') c->line_len++;
        }
    }
    return i;
}

static void readable(struct conn *c) {
    int fd = c->fd;
    for (int rounds = 0; rounds < 16; rounds++) {
        ssize_t n = recv(fd, scratch, SCRATCH, 0);
        if (n == 0) { conn_close(c); return; }
        if (n < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK) conn_close(c);
            return;
        }
        for (int i = 0; i < n;) {
            if (c->state == WAITING) { conn_close(c); return; }  // pipelining is not spoken here
            int used = feed(c, scratch + i, n - i);
            if (used < 0) return;
            i += used;
        }
        if (n < SCRATCH) return;  // level-triggered: what is left is told again
    }
}

int main(int argc, char **argv) {
    if (argc != 2) { fprintf(stderr, "usage: stub PORT\n"); return 2; }
    signal(SIGPIPE, SIG_IGN);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) { limit.rlim_cur = limit.rlim_max; setrlimit(RLIMIT_NOFILE, &limit); }
    prepare();
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0) { perror("stub"); return 1; }
    ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event add = { .events = EPOLLIN, .data.fd = listener };
    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &add);
    struct epoll_event events[512];
    for (;;) {
        struct timespec wait, *timeout = NULL;
        if (heap_len > 0) {
            int64_t left = heap[0]->due - now_ns();
            if (left < 0) left = 0;
            wait.tv_sec = left / 1000000000;
            wait.tv_nsec = left % 1000000000;
            timeout = &wait;
        }
        int n = epoll_pwait2(ep, events, 512, timeout, NULL);
        if (n < 0 && errno != EINTR) { perror("epoll"); return 1; }
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                for (int k = 0; k < 256; k++) {
                    int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                    if (accepted < 0) break;
                    if (accepted >= MAX_FD) { close(accepted); break; }
                    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    struct conn *c = calloc(1, sizeof *c);
                    if (!c) abort();
                    c->fd = accepted;
                    c->heap = -1;
                    conns[accepted] = c;
                    struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP, .data.fd = accepted };
                    epoll_ctl(ep, EPOLL_CTL_ADD, accepted, &e);
                }
                continue;
            }
            struct conn *c = conns[fd];
            if (!c) continue;
            if (events[i].events & (EPOLLHUP | EPOLLERR)) { conn_close(c); continue; }
            if ((events[i].events & EPOLLOUT) && (c->backlog_len > 0 || c->rest_len > 0) && flush(c) < 0) continue;
            if (events[i].events & (EPOLLIN | EPOLLRDHUP)) readable(c);
        }
        int64_t now = now_ns();
        while (heap_len > 0 && heap[0]->due <= now) tick(heap[0]);
    }
}
