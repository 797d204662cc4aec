/* Which operation of a service a request asks for. */
#ifndef RC_LOCAL_ROUTE_H
#define RC_LOCAL_ROUTE_H

#include "local/exchange.h"

/* Decodes the query of the target into the exchange. False when it has too many. */
bool rc_route_query(struct rc_exchange *exchange);

/* Finds the operation, and for REST the parts of the path; NULL when there is none of
 * the kind. For the query protocol the form is added to the exchange's query. */
const struct rc_local_operation *rc_route_find(struct rc_exchange *exchange,
                                               const struct rc_local_service *service);

/* A copy in the exchange's arena with percent-encoding undone; "+" is a blank in forms
 * alone. NULL without memory. */
char *rc_route_decode(struct rc_exchange *exchange, const char *text, size_t length, bool form);

#endif
