#include "tui/app_worker.h"

#include "model/table.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STOP_TRIES = 100, STOP_WAIT_MS = 20 };

struct job {
    struct job *next;
    struct rc_view *view;
    struct rc_opened *opened; /* NULL: it reads none */
    const struct rc_job_ops *ops;
    void *job;
    uint64_t started_ms;
    atomic_bool cancelled;
    bool ok;
    struct rc_error err;
};

struct rc_worker {
    pthread_mutex_t mutex;
    pthread_cond_t wanted;
    pthread_t thread;
    bool started, stop;
    int wake[2];
    struct job *waiting; /* newest first: it is what somebody looks at */
    struct job *running;
    struct job *results, **results_end;
};

static _Thread_local struct job *running_here;

bool rc_app_cancelled(void)
{
    return running_here && atomic_load(&running_here->cancelled);
}

/* ----- on the worker's thread ----- */

static void wake(const struct rc_worker *worker)
{
    while (write(worker->wake[1], "", 1) < 0 && errno == EINTR)
        ; /* a full pipe wakes, too */
}

/* With the mutex held. */
static void hand_back(struct rc_worker *worker, struct job *job)
{
    job->next = NULL;
    *worker->results_end = job;
    worker->results_end = &job->next;
    wake(worker);
}

/* The model of a day file is opened with the first job, so that opening costs the start
 * nothing. It is set here and interrupted by the other thread. */
static bool open_model(struct rc_worker *worker, struct rc_opened *opened, struct rc_error *err)
{
    if (!opened || opened->beside)
        return true;
    struct rc_model *model = rc_model_open(opened->path, err);
    pthread_mutex_lock(&worker->mutex);
    opened->beside = model;
    pthread_mutex_unlock(&worker->mutex);
    return model != NULL;
}

static void run_job(struct rc_worker *worker, struct job *job)
{
    running_here = job;
    if (!atomic_load(&job->cancelled))
        job->ok = open_model(worker, job->opened, &job->err) &&
                  job->ops->run(job->job, job->opened ? job->opened->beside : NULL, &job->err);
    running_here = NULL;
}

static void *work(void *context)
{
    struct rc_worker *worker = context;
    pthread_mutex_lock(&worker->mutex);
    while (!worker->stop) {
        struct job *job = worker->waiting;
        if (!job) {
            pthread_cond_wait(&worker->wanted, &worker->mutex);
            continue;
        }
        worker->waiting = job->next;
        worker->running = job;
        pthread_mutex_unlock(&worker->mutex);
        run_job(worker, job);
        pthread_mutex_lock(&worker->mutex);
        worker->running = NULL;
        hand_back(worker, job);
    }
    pthread_mutex_unlock(&worker->mutex);
    return NULL;
}

/* ----- on the UI thread ----- */

struct rc_worker *rc_worker_new(struct rc_error *err)
{
    struct rc_worker *worker = calloc(1, sizeof *worker);
    if (!worker) {
        rc_error_nomem(err);
        return NULL;
    }
    if (pipe2(worker->wake, O_NONBLOCK | O_CLOEXEC) != 0) {
        rc_error_errno(err, RC_IO, "no pipe can be made");
        free(worker);
        return NULL;
    }
    worker->results_end = &worker->results;
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->wanted, NULL);
    return worker;
}

int rc_worker_fd(const struct rc_worker *worker)
{
    return worker->wake[0];
}

/* Signals are for the UI thread; only faults stay with whoever makes them. */
static bool start_thread(struct rc_worker *worker, struct rc_error *err)
{
    sigset_t all, before;
    if (worker->started)
        return true;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    errno = pthread_create(&worker->thread, NULL, work, worker);
    int failed = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    if (failed)
        rc_error_errno(err, RC_LIMIT, "no thread can be started");
    worker->started = !failed;
    return !failed;
}

/* With the mutex held. */
static void interrupt(const struct job *running)
{
    if (running->opened && running->opened->beside)
        rc_model_interrupt(running->opened->beside);
}

/* With the mutex held. */
static void cancel(struct rc_worker *worker, const struct rc_view *view)
{
    for (struct job **at = &worker->waiting; *at;) {
        struct job *job = *at;
        if (view && job->view != view) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        atomic_store(&job->cancelled, true);
        hand_back(worker, job);
    }
    struct job *running = worker->running;
    if (running && (!view || running->view == view)) {
        atomic_store(&running->cancelled, true);
        interrupt(running);
    }
    for (struct job *job = worker->results; job; job = job->next)
        if (!view || job->view == view)
            atomic_store(&job->cancelled, true);
}

void rc_worker_cancel(struct rc_worker *worker, const struct rc_view *view)
{
    pthread_mutex_lock(&worker->mutex);
    cancel(worker, view);
    pthread_mutex_unlock(&worker->mutex);
}

void rc_worker_start(struct rc_worker *worker, struct rc_view *view, struct rc_opened *opened,
                     const struct rc_job_ops *ops, void *job, uint64_t now_ms)
{
    struct job *made = calloc(1, sizeof *made);
    struct rc_error err = {0};
    rc_worker_cancel(worker, view);
    if (!made || worker->stop) {
        rc_error_nomem(&err);
        ops->done(view, job, false, worker->stop, &err);
        free(made);
        return;
    }
    *made = (struct job){.view = view,
                         .opened = rc_opened_hold(opened),
                         .ops = ops,
                         .job = job,
                         .started_ms = now_ms};
    bool running = start_thread(worker, &made->err);
    pthread_mutex_lock(&worker->mutex);
    if (running) {
        made->next = worker->waiting;
        worker->waiting = made;
        pthread_cond_signal(&worker->wanted);
    } else {
        hand_back(worker, made);
    }
    pthread_mutex_unlock(&worker->mutex);
}

bool rc_worker_deliver(struct rc_worker *worker)
{
    char bytes[64];
    while (read(worker->wake[0], bytes, sizeof bytes) > 0)
        ;
    pthread_mutex_lock(&worker->mutex);
    struct job *job = worker->results;
    worker->results = NULL;
    worker->results_end = &worker->results;
    pthread_mutex_unlock(&worker->mutex);
    bool any = job != NULL;
    while (job) {
        struct job *next = job->next;
        bool cancelled = atomic_load(&job->cancelled);
        job->ops->done(job->view, job->job, job->ok && !cancelled, cancelled, &job->err);
        rc_opened_release(job->opened);
        free(job);
        job = next;
    }
    return any;
}

bool rc_worker_insist(struct rc_worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    bool still = worker->running && atomic_load(&worker->running->cancelled);
    if (still)
        interrupt(worker->running);
    pthread_mutex_unlock(&worker->mutex);
    return still;
}

static struct job *job_of(struct rc_worker *worker, const struct rc_view *view, bool cancelled)
{
    struct job *lists[] = {worker->running, worker->waiting, worker->results};
    for (int list = 0; list < 3; list++)
        for (struct job *job = lists[list]; job; job = list == 0 ? NULL : job->next)
            if (job->view == view && (cancelled || !atomic_load(&job->cancelled)))
                return job;
    return NULL;
}

const struct rc_job_ops *rc_worker_busy(struct rc_worker *worker, const struct rc_view *view,
                                        uint64_t *started_ms)
{
    pthread_mutex_lock(&worker->mutex);
    struct job *job = job_of(worker, view, false);
    const struct rc_job_ops *ops = job ? job->ops : NULL;
    if (job)
        *started_ms = job->started_ms;
    pthread_mutex_unlock(&worker->mutex);
    return ops;
}

bool rc_worker_holds(struct rc_worker *worker, const struct rc_view *view)
{
    pthread_mutex_lock(&worker->mutex);
    bool holds = job_of(worker, view, true) != NULL;
    pthread_mutex_unlock(&worker->mutex);
    return holds;
}

bool rc_worker_stop(struct rc_worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    worker->stop = true;
    cancel(worker, NULL);
    pthread_cond_signal(&worker->wanted);
    pthread_mutex_unlock(&worker->mutex);
    for (int i = 0; worker->started && i < STOP_TRIES; i++) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += STOP_WAIT_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (pthread_timedjoin_np(worker->thread, NULL, &until) == 0)
            worker->started = false;
        else
            rc_worker_insist(worker);
    }
    if (worker->started)
        return false;
    rc_worker_deliver(worker);
    return true;
}

void rc_worker_free(struct rc_worker *worker)
{
    if (!worker)
        return;
    close(worker->wake[0]);
    close(worker->wake[1]);
    pthread_cond_destroy(&worker->wanted);
    pthread_mutex_destroy(&worker->mutex);
    free(worker);
}
