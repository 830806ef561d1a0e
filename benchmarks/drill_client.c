/* Drives complete sessions of practice over keep-alive connections, as cheaply as it can be done.
 *
 *   drill_client PORT CONNECTIONS SECONDS ACCOUNTS PAPER SUBMIT
 *
 * ACCOUNTS is a file with one account a line: its Cookie header, a tab, its plan. A session is GET PAPER + plan, then POST
 * SUBMIT with the token of the reply and one answer for each question. Prints one JSON object. Every reply that is not
 * 200 is an error and ends its session; a connection that breaks is made anew.
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

#define BUFFER (1 << 19)
#define REQUEST (1 << 16)
#define MOST_SAMPLES (1 << 23)

struct account { char *cookie, *plan; };
struct connection {
    int fd, account, submitting, got, length, sent;
    double began, session_began;
    char *buffer, *request;
};

static struct account *accounts;
static int account_count, port, connection_count;
static const char *paper_path, *submit_path;
static double deadline;
static unsigned *papers, *submits;
static long paper_count, submit_count, errors, refused[600];
static int epoll;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) { perror(what); exit(2); }

static void load(const char *name) {
    FILE *file = fopen(name, "r");
    if (!file) fail(name);
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int room = 0;
    while ((length = getline(&line, &size, file)) > 0) {
        if (account_count == room) accounts = realloc(accounts, (room = room ? 2 * room : 1024) * sizeof *accounts);
        line[strcspn(line, "\n")] = 0;
        char *tab = strchr(line, '\t');
        if (!tab) continue;
        *tab = 0;
        accounts[account_count].cookie = strdup(line);
        accounts[account_count++].plan = strdup(tab + 1);
    }
    fclose(file);
    if (!account_count) { fprintf(stderr, "no accounts\n"); exit(2); }
}

static void open_connection(struct connection *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (;;) {
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (c->fd < 0) fail("socket");
        if (!connect(c->fd, (struct sockaddr *)&to, sizeof to)) break;
        close(c->fd);
        if (now() > deadline) exit(3);
        usleep(20000);
    }
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}

/* Requests are far smaller than a socket's buffer, so that a write takes them whole. */
static void send_request(struct connection *c, int length) {
    c->got = c->length = 0;
    c->began = now();
    if (write(c->fd, c->request, length) != length) { /* the read that follows finds the broken connection */ }
}

static void ask(struct connection *c) {
    c->account = (c->account + connection_count) % account_count;
    struct account *a = &accounts[c->account];
    c->submitting = 0;
    c->session_began = now();
    send_request(c, snprintf(c->request, REQUEST, "GET %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\nAccept: application/json\r\n\r\n",
        paper_path, a->plan, port, a->cookie));
}

/* One answer of the right shape for each question of the paper. */
static int answers(const char *body, char *out) {
    int length = 0, count = 0;
    for (const char *at = body; (at = strstr(at, "\"kind\":\"")); at += 8, count++) {
        const char *kind = at + 8, *answer = "null";
        if (!strncmp(kind, "single", 6)) answer = count & 1 ? "[1]" : "[0]";
        else if (!strncmp(kind, "multiple", 8)) answer = "[0,1]";
        else if (!strncmp(kind, "true_false", 10)) answer = "true";
        length += sprintf(out + length, "%s%s", count ? "," : "", answer);
    }
    for (; count == 0 && length < 39; ) length += sprintf(out + length, "%s[0]", length ? "," : "");
    return length;
}

static void hand_in(struct connection *c) {
    static char body[REQUEST / 2], given[REQUEST / 4];
    const char *token = strstr(c->buffer, "\"token\":\"");
    int size = 300;
    if (token) size = strcspn(token += 9, "\"");
    else token = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    answers(c->buffer, given);
    int length = snprintf(body, sizeof body, "{\"token\":\"%.*s\",\"answers\":[%s]}", size, token, given);
    struct account *a = &accounts[c->account];
    c->submitting = 1;
    send_request(c, snprintf(c->request, REQUEST, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\nAccept: application/json\r\n"
        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", submit_path, port, a->cookie, length, body));
}

static void broken(struct connection *c) {
    errors++;
    close(c->fd);
    open_connection(c);
    ask(c);
}

static void answered(struct connection *c) {
    int status = atoi(c->buffer + 9);
    if (status != 200) {
        errors++;
        refused[status < 600 && status > 0 ? status : 0]++;
        ask(c);
    } else if (!c->submitting) {
        if (paper_count < MOST_SAMPLES) papers[paper_count] = (now() - c->began) * 1e6;
        paper_count++;
        hand_in(c);
    } else {
        if (submit_count < MOST_SAMPLES) submits[submit_count] = (now() - c->began) * 1e6;
        submit_count++;
        ask(c);
    }
}

static void readable(struct connection *c) {
    int got = read(c->fd, c->buffer + c->got, BUFFER - 1 - c->got);
    if (got <= 0) {
        if (got < 0 && errno == EAGAIN) return;
        broken(c);
        return;
    }
    c->got += got;
    c->buffer[c->got] = 0;
    if (!c->length) {
        char *end = strstr(c->buffer, "\r\n\r\n");
        if (!end) return;
        char *size = strcasestr(c->buffer, "\r\ncontent-length:");
        if (!size || size > end) { fprintf(stderr, "a reply without a length\n"); exit(2); }
        c->length = end + 4 - c->buffer + atoi(size + 17);
    }
    if (c->got >= c->length) answered(c);
}

static int by_size(const void *a, const void *b) {
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

static double quantile(unsigned *sample, long count, double q) {
    if (count > MOST_SAMPLES) count = MOST_SAMPLES;
    return count ? sample[(long)(q * (count - 1))] / 1000.0 : 0;
}

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    port = atoi(argv[1]);
    connection_count = atoi(argv[2]);
    double seconds = atof(argv[3]);
    load(argv[4]);
    paper_path = argv[5];
    submit_path = argv[6];
    papers = malloc(MOST_SAMPLES * sizeof *papers);
    submits = malloc(MOST_SAMPLES * sizeof *submits);
    epoll = epoll_create1(0);
    double start = now();
    deadline = start + seconds;
    for (int i = 0; i < connection_count; i++) {
        struct connection *c = calloc(1, sizeof *c);
        c->buffer = malloc(BUFFER);
        c->request = malloc(REQUEST);
        c->account = i;
        open_connection(c);
        ask(c);
    }
    struct epoll_event events[256];
    while (now() < deadline) {
        int count = epoll_wait(epoll, events, 256, 100);
        for (int i = 0; i < count; i++) readable(events[i].data.ptr);
    }
    double took = now() - start;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    long paper_kept = paper_count < MOST_SAMPLES ? paper_count : MOST_SAMPLES;
    long submit_kept = submit_count < MOST_SAMPLES ? submit_count : MOST_SAMPLES;
    qsort(papers, paper_kept, sizeof *papers, by_size);
    qsort(submits, submit_kept, sizeof *submits, by_size);
    printf("{\"sessions\":%ld,\"seconds\":%.3f,\"errors\":%ld,\"cpu\":%.3f,\"paper_p50\":%.2f,\"paper_p99\":%.2f,"
           "\"submit_p50\":%.2f,\"submit_p99\":%.2f,\"refused\":{",
        submit_count, took, errors,
        used.ru_utime.tv_sec + used.ru_utime.tv_usec / 1e6 + used.ru_stime.tv_sec + used.ru_stime.tv_usec / 1e6,
        quantile(papers, paper_count, .5), quantile(papers, paper_count, .99), quantile(submits, submit_count, .5),
        quantile(submits, submit_count, .99));
    const char *comma = "";
    for (int i = 0; i < 600; i++) if (refused[i]) { printf("%s\"%d\":%ld", comma, i, refused[i]); comma = ","; }
    printf("}}\n");
    return 0;
}
