/* The HTTP front: libmicrohttpd on the loop. It reads a request whole, has it served (serve.h),
 * and answers. */
#ifndef RC_LOCAL_SERVER_H
#define RC_LOCAL_SERVER_H

#include "local/local.h"

/* Listens on 127.0.0.1 at options->port and sets local->endpoint. NULL, with the reason,
 * when the port cannot be had. Close it when the parts are closed: requests that wait for
 * them end without an answer. */
struct rc_server *rc_server_open(struct rc_local *local, struct rc_error *err);
void rc_server_close(struct rc_server *server);

#endif
