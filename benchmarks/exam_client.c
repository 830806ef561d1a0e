/* Sits an exam for many candidates at once, on a schedule, each over a connection of its own.
 *
 *   exam_client PORT CANDIDATES START_SECONDS SAVE_SECONDS SAVES POSITIONS OUT
 *
 * CANDIDATES is a file with one candidate a line: Cookie header, tab, entry. Candidate i of n begins at i/n of START_SECONDS,
 * saves SAVES answers evenly over the SAVE_SECONDS that follow, and hands in. Times are measured from when a request was due
 * to when its whole reply was there, however often it had to be sent again: a server that falls behind shows. A connection that
 * breaks is made anew after half a second and the request sent again, as the page does.
 *
 * Prints one JSON object; writes one line a candidate to OUT: its number, which saves were acknowledged (a bit each, as hex
 * words), how many answers the receipt held (-1: no receipt).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_SAVES 128

struct candidate {
    int fd, step, busy, resumes, held, lost;
    double due, first_due;
    char *cookie, *entry, *token;
    unsigned long acked[MOST_SAVES / 64];
    char *in, *out;
    int got, room, length, sent, size;
};

struct timer { double at; int who; };

static struct candidate *all;
static struct timer *heap;
static int count, port, saves, positions, epoll, timers, finished, most_open, now_open;
static double start_seconds, save_seconds;
static unsigned *start_times, *save_times, *submit_times;
static double *save_dues;
static long starts_done, saves_done, submits_done, broken, retried, given_up, statuses[600];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) { perror(what); exit(2); }

static void push(double at, int who) {
    int i = timers++;
    while (i && heap[(i - 1) / 2].at > at) { heap[i] = heap[(i - 1) / 2]; i = (i - 1) / 2; }
    heap[i] = (struct timer){at, who};
}

static int pop(void) {
    int who = heap[0].who, i = 0, child;
    struct timer last = heap[--timers];
    while ((child = 2 * i + 1) < timers) {
        if (child + 1 < timers && heap[child + 1].at < heap[child].at) child++;
        if (heap[child].at >= last.at) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return who;
}

static void load(const char *name) {
    FILE *file = fopen(name, "r");
    if (!file) fail(name);
    char *line = NULL;
    size_t size = 0;
    int room = 0;
    while (getline(&line, &size, file) > 0) {
        if (count == room) all = realloc(all, (room = room ? 2 * room : 1024) * sizeof *all);
        line[strcspn(line, "\n")] = 0;
        char *tab = strchr(line, '\t');
        if (!tab) continue;
        *tab = 0;
        all[count++] = (struct candidate){.fd = -1, .held = -1, .cookie = strdup(line), .entry = strdup(tab + 1)};
    }
    fclose(file);
    if (!count) { fprintf(stderr, "no candidates\n"); exit(2); }
}

static double due_of(struct candidate *c) {
    if (c->step <= saves) return c->first_due + c->step * save_seconds / saves;
    return c->first_due + save_seconds + 1;
}

static void hang_up(struct candidate *c) {
    if (c->fd >= 0) { close(c->fd); now_open--; }
    c->fd = -1;
}

static void again(struct candidate *c, double pause) {
    c->busy = 0;
    c->got = c->length = 0;
    push(now() + pause, c - all);
}

static void write_some(struct candidate *c) {
    while (c->sent < c->size) {
        ssize_t n = send(c->fd, c->out + c->sent, c->size - c->sent, MSG_NOSIGNAL);
        if (n > 0) { c->sent += n; continue; }
        if (n < 0 && (errno == EAGAIN || errno == EINPROGRESS || errno == ENOTCONN)) return;
        broken++;
        hang_up(c);
        again(c, 0.5);
        return;
    }
}

static void ask(struct candidate *c) {
    static char body[8192];
    const char *path;
    int n;
    if (c->step == 0) {
        path = "start";
        n = snprintf(body, sizeof body, "{\"entry\":\"%s\",\"resumes\":%s}", c->entry, c->resumes ? "true" : "false");
    } else if (c->step <= saves) {
        path = "save";
        n = snprintf(body, sizeof body, "{\"token\":\"%s\",\"answers\":[{\"position\":%d,\"count\":%d,\"answer\":[%d]}]}", c->token,
                     (c->step - 1) % positions, c->step, (c->step + (int)(c - all)) % 4);
    } else {
        path = "submit";
        n = snprintf(body, sizeof body, "{\"token\":\"%s\",\"answers\":[]}", c->token);
    }
    free(c->out);
    c->size = asprintf(&c->out,
                       "POST /p/exam/%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nSec-Fetch-Site: same-origin\r\n"
                       "Content-Type: application/json\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n%s",
                       path, port, c->cookie, n, body);
    c->sent = c->got = c->length = 0;
    c->busy = 1;
    if (c->fd < 0) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int one = 1;
        c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (c->fd < 0) fail("socket");
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (++now_open > most_open) most_open = now_open;
        if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) {
            broken++;
            hang_up(c);
            again(c, 0.5);
            return;
        }
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u32 = c - all};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event)) fail("epoll_ctl");
    }
    write_some(c);
}

static char *member(char *body, const char *name) {
    char *found = strstr(body, name);
    return found ? found + strlen(name) : NULL;
}

static void done(struct candidate *c) {
    double at = now();
    unsigned taken = (at - c->due) * 1e6;
    if (c->step == 0) start_times[starts_done++] = taken;
    else if (c->step <= saves) {
        save_dues[saves_done] = c->due;
        save_times[saves_done++] = taken;
        c->acked[(c->step - 1) / 64] |= 1UL << ((c->step - 1) % 64);
    } else submit_times[submits_done++] = taken;
    c->busy = 0;
    if (c->step++ > saves) { finished++; hang_up(c); free(c->in); c->in = NULL; c->room = 0; return; }
    if (c->step == 1) { free(c->in); c->in = NULL; c->room = 0; }
    c->due = due_of(c);
    push(c->due > at ? c->due : at, c - all);
}

static void replied(struct candidate *c, int status, char *body) {
    if (status < 600) statuses[status]++;
    if (status >= 500 || status == 429) { retried++; again(c, 0.5); return; }
    if (status == 409 && c->step == 0 && strstr(body, "\"running\"")) { c->resumes = 1; again(c, 0); return; }
    if (status != 200) {
        if (given_up++ < 5) fprintf(stderr, "candidate %d step %d: %d %.200s\n", (int)(c - all), c->step, status, body);
        c->step = saves + 2;
        c->busy = 0;
        finished++;
        hang_up(c);
        return;
    }
    char *found;
    if (c->step == 0) {
        if (!(found = member(body, "\"token\":\""))) { fprintf(stderr, "no token\n"); exit(2); }
        c->token = strndup(found, strcspn(found, "\""));
    } else if (c->step <= saves) {
        if (!(found = member(body, "\"saved\":[")) || atoi(found) != c->step) c->lost++;
    } else if ((found = member(body, "\"answered\":"))) c->held = atoi(found);
    done(c);
}

static void read_some(struct candidate *c) {
    for (;;) {
        if (c->got + 65536 > c->room) c->in = realloc(c->in, c->room = c->got + 131072);
        ssize_t n = recv(c->fd, c->in + c->got, c->room - c->got - 1, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            hang_up(c);
            if (c->busy) { broken++; again(c, 0.5); }
            return;
        }
        if (!c->busy) continue;
        c->got += n;
        c->in[c->got] = 0;
        char *end = strstr(c->in, "\r\n\r\n");
        if (!end) continue;
        if (!c->length) {
            char *found = strcasestr(c->in, "content-length:");
            if (!found || found > end) { fprintf(stderr, "no length\n"); exit(2); }
            c->length = end + 4 - c->in + atoi(found + 15);
        }
        if (c->got < c->length) continue;
        int status = atoi(c->in + 9);
        c->got = c->length = 0;
        replied(c, status, end + 4);
        if (c->fd < 0) return;
    }
}

static int compare(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return x < y ? -1 : x > y;
}

static void report(const char *name, unsigned *times, long n) {
    qsort(times, n, sizeof *times, compare);
    printf("\"%s\": {\"count\": %ld, \"p50\": %.1f, \"p95\": %.1f, \"p99\": %.1f, \"max\": %.1f}, ", name, n,
           n ? times[n / 2] / 1e3 : 0, n ? times[n * 95 / 100] / 1e3 : 0, n ? times[n * 99 / 100] / 1e3 : 0,
           n ? times[n - 1] / 1e3 : 0);
}

int main(int argc, char **argv) {
    if (argc != 8) { fprintf(stderr, "usage: see the source\n"); return 2; }
    port = atoi(argv[1]);
    load(argv[2]);
    start_seconds = atof(argv[3]);
    save_seconds = atof(argv[4]);
    saves = atoi(argv[5]);
    positions = atoi(argv[6]);
    if (saves > MOST_SAVES) { fprintf(stderr, "at most %d saves\n", MOST_SAVES); return 2; }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    heap = calloc(2 * count + 16, sizeof *heap);
    start_times = calloc(count, sizeof *start_times);
    submit_times = calloc(count, sizeof *submit_times);
    save_times = calloc((long)count * saves, sizeof *save_times);
    save_dues = calloc((long)count * saves, sizeof *save_dues);
    epoll = epoll_create1(0);
    double began = now() + 0.2;
    for (int i = 0; i < count; i++) {
        all[i].due = all[i].first_due = began + start_seconds * i / count;
        push(all[i].due, i);
    }
    /* Behind by this much after everything was due, it is over: whoever is not done has lost their paper. */
    double deadline = began + start_seconds + save_seconds + 120;
    struct epoll_event events[1024];
    while (finished < count && now() < deadline) {
        double at = now();
        while (timers && heap[0].at <= at) {
            struct candidate *c = &all[pop()];
            if (!c->busy && c->step <= saves + 1) ask(c);
        }
        int wait = timers ? (int)((heap[0].at - now()) * 1000) : 50;
        int n = epoll_wait(epoll, events, 1024, wait < 0 ? 0 : wait > 50 ? 50 : wait);
        for (int i = 0; i < n; i++) {
            struct candidate *c = &all[events[i].data.u32];
            if (c->fd >= 0 && events[i].events & EPOLLOUT && c->busy) write_some(c);
            if (c->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_some(c);
        }
    }
    double seconds = now() - began;
    FILE *out = fopen(argv[7], "w");
    if (!out) fail(argv[7]);
    long wrong = 0;
    for (int i = 0; i < count; i++) {
        wrong += all[i].lost;
        fprintf(out, "%d %016lx%016lx %d\n", i, all[i].acked[1], all[i].acked[0], all[i].held);
    }
    fclose(out);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{");
    report("start", start_times, starts_done);
    report("save", save_times, saves_done);
    report("submit", submit_times, submits_done);
    printf("\"seconds\": %.1f, \"finished\": %d, \"broken\": %ld, \"retried\": %ld, \"given_up\": %ld, \"wrong\": %ld, "
           "\"connections\": %d, \"cpu\": %.1f}\n",
           seconds, finished, broken, retried, given_up, wrong, most_open, cpu);
    return 0;
}
