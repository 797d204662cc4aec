/* What becomes of a request that was read: which service and operation it is for, whether it is
 * signed, what the weather does to it, and its handler. The server (server.h) reads requests and
 * sends answers; nothing here knows a connection. */
#ifndef RC_LOCAL_SERVE_H
#define RC_LOCAL_SERVE_H

#include "local/auth.h"
#include "local/exchange.h"

/* Finds the service, in whose words errors are answered, whatever there is to say of the
 * signature. `name`: of the service as it was signed for; "" when it was not. */
enum rc_auth rc_serve_find_service(struct rc_exchange *exchange, char name[32]);

/* Service, signature, operation and JSON; false: the exchange has failed, in the service's
 * words. */
bool rc_serve_prepare(struct rc_exchange *exchange);

/* Whether the handler is to run, and how many milliseconds from now. A handler may run whose
 * answer gets lost. */
bool rc_serve_weather(struct rc_exchange *exchange, int64_t *late_ms);

/* Runs the handler in a transaction of its own. */
void rc_serve_handle(struct rc_exchange *exchange);

#endif
