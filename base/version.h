/* What the programs answer to --version. */
#ifndef RC_BASE_VERSION_H
#define RC_BASE_VERSION_H

#ifndef RC_VERSION
#define RC_VERSION "0.1.0"
#endif

#endif
