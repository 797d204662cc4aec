/* Finds secrets by the name that stands before them, in any of the forms that
 * names and values have in requests, answers and files, and a few by what they
 * look like. What is not closed is taken to the end: too much rather than too
 * little. */
#include "aws/log.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    NAME_BYTES = 96, /* of a name's end; no secret's name is longer */
    KEY_LETTERS = 4, /* of an access key that are shown */
};

struct out {
    char *text;
    size_t room, length;
};

static void add(struct out *out, const char *bytes, size_t length)
{
    size_t left = out->room - 1 - out->length;
    if (length > left)
        length = left;
    memcpy(out->text + out->length, bytes, length);
    out->length += length;
}

static void add_stars(struct out *out)
{
    add(out, "***", 3);
}

/* ----- names ----- */

enum verdict { PLAIN, SECRET, ACCESS_KEY };

/* Letters and digits of a name, in lower case: x-amz-security-token,
 * aws_security_token and SecurityToken end alike. */
static const char *const secret_ends[] = {
    "signature",         "securitytoken",      "sessiontoken",  "secretaccesskey", "secretkey",
    "accesstoken",       "refreshtoken",       "idtoken",       "bearertoken",     "identitytoken",
    "metadatatoken",     "authorizationtoken", "clientsecret",  "password",        "passwd",
    "passphrase",        "privatekey",         "customerkey",   "apikey",          "tokencode",
    "tasktoken",         "samlassertion",      "authorization", "setcookie",       "devicecode",
    "authorizationcode",
};

/* The whole name, or its part behind the last point: NextToken is no secret. */
static const char *const secret_names[] = {"token", "secret", "cookie"};

static const char *const access_key_ends[] = {"accesskeyid", "accesskey", "credential"};

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static bool ends_in(const char *name, const char *const *ends, size_t count)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < count; i++) {
        size_t end = strlen(ends[i]);
        if (length >= end && strcmp(name + length - end, ends[i]) == 0)
            return true;
    }
    return false;
}

static bool is_one_of(const char *name, size_t length, const char *const *names, size_t count)
{
    const char *point = memrchr(name, '.', length);
    if (point) {
        length -= (size_t)(point + 1 - name);
        name = point + 1;
    }
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == length && strncasecmp(name, names[i], length) == 0)
            return true;
    return false;
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

static enum verdict judge(const char *name, size_t length)
{
    char plain[NAME_BYTES];
    size_t kept = 0;
    size_t from = length > NAME_BYTES - 1 ? length - (NAME_BYTES - 1) : 0;
    for (size_t i = from; i < length; i++)
        if (isalnum((unsigned char)name[i]))
            plain[kept++] = (char)tolower((unsigned char)name[i]);
    plain[kept] = '\0';
    if (ends_in(plain, secret_ends, COUNT(secret_ends)) ||
        is_one_of(name, length, secret_names, COUNT(secret_names)))
        return SECRET;
    return ends_in(plain, access_key_ends, COUNT(access_key_ends)) ? ACCESS_KEY : PLAIN;
}

/* ----- values ----- */

static bool is_escape(const char *text, const char *hex)
{
    return text[0] == '%' && text[1] == hex[0] && toupper((unsigned char)text[2]) == hex[1];
}

static size_t backslashes(const char *text)
{
    return strspn(text, "\\");
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* A quote with the backslashes before it (JSON within JSON), or %22; 0: none. */
static size_t quote_length(const char *text)
{
    if (is_escape(text, "22") || is_escape(text, "27"))
        return 3;
    size_t before = backslashes(text);
    return text[before] == '"' || text[before] == '\'' ? before + 1 : 0;
}

/* Where a quoted value ends; `mark` is its opening quote of mark_length bytes. */
static const char *quoted_end(const char *value, const char *mark, size_t mark_length)
{
    if (*mark == '%') {
        const char *end = value;
        while (*end && strncmp(end, mark, 3) != 0)
            end++;
        return end;
    }
    size_t depth = mark_length - 1;
    for (const char *c = value; *c; c++) {
        size_t run = backslashes(c);
        if (c[run] == mark[depth] && (depth ? run <= depth : run % 2 == 0))
            return depth ? c : c + run;
        c += run;
        if (!*c)
            return c;
    }
    return value + strlen(value);
}

/* Behind the bracket that closes the one at `value`, strings passed over. */
static const char *bracket_end(const char *value)
{
    int depth = 0;
    for (const char *c = value; *c; c++) {
        if (*c == '"') {
            c = quoted_end(c + 1, "\"", 1);
            if (!*c)
                return c;
        }
        depth += (*c == '[' || *c == '{') - (*c == ']' || *c == '}');
        if (depth == 0)
            return c + 1;
    }
    return value + strlen(value);
}

/* Where a value without quotes ends. A header's goes to the end of its line, that
 * of a parameter or setting to the next blank or separator. */
static const char *bare_end(const char *value, bool header)
{
    if (header)
        return value + strcspn(value, "\r\n");
    const char *end = value;
    while (*end && !strchr(" \t\r\n&\"'<>,;)]}", *end) && !is_escape(end, "26") &&
           !is_escape(end, "22"))
        end++;
    return end;
}

static size_t alnum_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]))
        length++;
    return length;
}

static void add_value(struct out *out, enum verdict verdict, const char *value, const char *end)
{
    size_t length = (size_t)(end - value);
    if (verdict == ACCESS_KEY)
        add(out, value, length < KEY_LETTERS ? length : KEY_LETTERS);
    if (length && (verdict == SECRET || length > KEY_LETTERS))
        add_stars(out);
}

/* What joins a name and its value: "=", ": ", "\": \"", ">", "%3D"; gives where the
 * value, or its quote, begins, and NULL when nothing does. */
static const char *join_end(const char *text, bool option, bool *header)
{
    *header = false;
    if (*text == '>')
        return text + 1;
    if (option && (*text == ' ' || *text == '='))
        return skip_blanks(text + 1);
    size_t quote = quote_length(text);
    const char *c = skip_blanks(text + quote);
    if (is_escape(c, "3D") || is_escape(c, "3A"))
        return c + 3;
    if (*c == '=')
        return skip_blanks(c + (c[1] == '>' ? 2 : 1));
    if (*c != ':')
        return NULL;
    *header = quote == 0;
    return c + 1 + strspn(c + 1, quote ? " \t\r\n" : " \t");
}

/* Copies what stands behind a name, with its value replaced; gives where to go on. */
static const char *redact_value(struct out *out, const char *text, bool option,
                                enum verdict verdict)
{
    bool header;
    const char *value = join_end(text, option, &header);
    if (!value)
        return text;
    size_t quote = quote_length(value);
    add(out, text, (size_t)(value - text) + quote);
    const char *end;
    if (verdict == ACCESS_KEY) /* the rest is looked at as all text: day, region, service */
        end = value + quote + alnum_length(value + quote);
    else if (quote)
        end = quoted_end(value + quote, value, quote);
    else if (*value == '[' || *value == '{')
        end = bracket_end(value);
    else
        end = bare_end(value, header);
    add_value(out, verdict, value + quote, end);
    return end;
}

/* ----- what is seen without a name ----- */

/* Beginnings of tokens: a JSON Web Token, and session tokens of STS, which are
 * base64 of texts that begin alike ("origin", "er/aws", "aws"). */
static const char *const token_starts[] = {"eyJ",          "IQoJb3JpZ2lu", "FwoGZXIvYXdz",
                                           "FQoGZXIvYXdz", "AQoDYXdz",     "AgoJb3JpZ2lu"};

enum { TOKEN_BYTES = 20, ACCESS_KEY_BYTES = 16 }; /* the least that is taken for one */

static size_t token_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) ||
           (text[length] && strchr("+/=_-.%", text[length])))
        length++;
    return length;
}

static bool is_token(const char *text)
{
    for (size_t i = 0; i < COUNT(token_starts); i++)
        if (strncmp(text, token_starts[i], strlen(token_starts[i])) == 0)
            return token_length(text) >= TOKEN_BYTES;
    return false;
}

/* An access key: "Understanding unique ID prefixes" in the IAM User Guide. */
static size_t access_key_length(const char *text)
{
    if (strncmp(text, "AKIA", 4) != 0 && strncmp(text, "ASIA", 4) != 0)
        return 0;
    size_t length = 0;
    while (isupper((unsigned char)text[length]) || isdigit((unsigned char)text[length]))
        length++;
    return length >= ACCESS_KEY_BYTES ? length : 0;
}

/* "https://user:password@host": gives the @, or NULL. */
static const char *user_end(const char *text)
{
    const char *end = text + strcspn(text, "/?#@ \t\r\n\"'<>");
    return *end == '@' ? end : NULL;
}

/* A private key in PEM, to the end of its last line. */
static const char *pem_end(const char *text)
{
    const char *name = text + strlen("-----BEGIN ");
    const char *dashes = strstr(name, "-----");
    const char *key = strstr(name, "PRIVATE KEY");
    if (!dashes || !key || key > dashes)
        return NULL;
    const char *end = strstr(dashes, "-----END ");
    const char *last = end ? strstr(end + strlen("-----END "), "-----") : NULL;
    return last ? last + 5 : text + strlen(text);
}

/* Gives where to go on behind a secret that stands at `text`, or NULL. */
static const char *redact_bare(struct out *out, const char *text)
{
    const char *end = NULL;
    if (strncmp(text, "://", 3) == 0 && (end = user_end(text + 3))) {
        add(out, text, 3);
        add_stars(out);
        return end;
    }
    if (strncmp(text, "-----BEGIN ", 11) == 0 && (end = pem_end(text))) {
        add_stars(out);
        return end;
    }
    return NULL;
}

/* A word that is a secret or is followed by one; NULL when it is neither. */
static const char *redact_word(struct out *out, const char *word, size_t length)
{
    size_t key = access_key_length(word);
    if (key) {
        add_value(out, ACCESS_KEY, word, word + key);
        return word + key;
    }
    if (is_token(word)) {
        add_stars(out);
        return word + token_length(word);
    }
    bool scheme = (length == 6 && strncasecmp(word, "bearer", 6) == 0) ||
                  (length == 5 && strncasecmp(word, "basic", 5) == 0);
    if (scheme && word[length] == ' ' && token_length(word + length + 1) >= TOKEN_BYTES) {
        add(out, word, length + 1);
        add_stars(out);
        return word + length + 1 + token_length(word + length + 1);
    }
    return NULL;
}

/* A word behind %XX or \n has a beginning that is not its own. */
static size_t foreign_start(const char *text, const char *word, size_t length)
{
    if (word == text)
        return 0;
    if (word[-1] == '%' && length > 2 && isxdigit((unsigned char)word[0]) &&
        isxdigit((unsigned char)word[1]))
        return 2;
    return word[-1] == '\\' && length > 1 && strchr("nrtbf", word[0]) ? 1 : 0;
}

static const char *take_word(struct out *out, const char *text, const char *word)
{
    size_t length = 0;
    while (is_name(word[length]))
        length++;
    size_t foreign = foreign_start(text, word, length);
    add(out, word, foreign);
    word += foreign;
    length -= foreign;
    const char *end = redact_word(out, word, length);
    if (end)
        return end;
    add(out, word, length);
    bool option = length > 2 && word[0] == '-' && word[1] == '-';
    enum verdict verdict = judge(word, length);
    return verdict == PLAIN ? word + length : redact_value(out, word + length, option, verdict);
}

void rc_log_redact(const char *text, char *out_text, size_t room)
{
    if (!room)
        return;
    struct out out = {.text = out_text, .room = room};
    for (const char *c = text; *c;) {
        const char *end = redact_bare(&out, c);
        if (end) {
            c = end;
        } else if (is_name(*c)) {
            c = take_word(&out, text, c);
        } else {
            add(&out, c, 1);
            c++;
        }
    }
    out_text[out.length] = '\0';
}
