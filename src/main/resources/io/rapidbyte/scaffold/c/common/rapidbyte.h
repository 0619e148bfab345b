/* The contract of a Rapidbyte connector in C: what wit/rapidbyte-connector.wit says, as the component model's canonical ABI lays it out
 * in a 32-bit memory. Needs no libc, so a module built from it asks its host for nothing but the contract. */
#ifndef RAPIDBYTE_H
#define RAPIDBYTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RB_HOST(name) __attribute__((import_module("rapidbyte:connector/host@2.0.0"), import_name(name)))
#define RB_TRANSFORM(name) __attribute__((export_name("rapidbyte:connector/transform-connector@2.0.0#" name)))
#define RB_DESTINATION(name) __attribute__((export_name("rapidbyte:connector/dest-connector@2.0.0#" name)))

/* Where a result lies: a discriminant (0 ok, 1 error), and behind eight bytes the value or the error. */
typedef struct {
    uint8_t failed;
    union {
        uint64_t words[7];
        uint32_t halves[14];
        uint8_t bytes[56];
    };
} rb_result;

enum rb_category {
    RB_CONFIG,
    RB_AUTH,
    RB_PERMISSION,
    RB_RATE_LIMIT,
    RB_TRANSIENT_NETWORK,
    RB_TRANSIENT_DB,
    RB_DATA,
    RB_SCHEMA,
    RB_CANCELLED,
    RB_INTERNAL
};

enum rb_level { RB_ERROR, RB_WARN, RB_INFO, RB_DEBUG, RB_TRACE };

/* What next-batch gave. */
enum rb_kind { RB_BATCH, RB_BARRIER, RB_END, RB_FAILED };

typedef struct {
    enum rb_kind kind;
    /* RB_BATCH: an Arrow IPC stream, to be freed with rb_free. */
    uint8_t *ipc;
    uint32_t len;
    /* RB_BARRIER */
    uint64_t barrier;
    uint8_t *payload;
    uint32_t payload_len;
    /* RB_FAILED: hand it on as it is. */
    rb_result *error;
} rb_inbound;

void *rb_alloc(uint32_t size);
void rb_free(void *block);

/* A result without a value, and an error that stays valid until the next one is made. Texts are literals. */
rb_result *rb_ok(void);
rb_result *rb_error(enum rb_category category, const char *code, const char *message);

/* NULL if all went well, or an error of the host's to hand on. */
rb_result *rb_emit(const uint8_t *ipc, uint32_t len);
rb_result *rb_confirm(uint64_t barrier, const uint8_t *payload, uint32_t payload_len);
void rb_next(rb_inbound *inbound);
void rb_log(enum rb_level level, const char *message);

/* How many rows an Arrow IPC stream holds; -1 if it is none. Looks at nothing outside of it. */
int64_t rb_rows(const uint8_t *ipc, uint32_t len);

#endif
