/* The contract of a Rapidbyte connector in C: what wit/rapidbyte-connector.wit says, as the component model's canonical ABI lays it out
 * in a 32-bit memory. Needs no libc, so a module built from it asks its host for nothing but the contract. */
#ifndef RAPIDBYTE_H
#define RAPIDBYTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RB_HOST(name) __attribute__((import_module("rapidbyte:connector/host@2.0.0"), import_name(name)))
#define RB_SOURCE(name) __attribute__((export_name("rapidbyte:connector/source-connector@2.0.0#" name)))
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

typedef struct {
    const uint8_t *bytes;
    uint32_t len;
} rb_text;

typedef struct {
    uint8_t given;
    rb_text value;
} rb_optional_text;

typedef struct {
    uint64_t max_batch_bytes;
    uint64_t max_record_bytes;
    uint32_t max_inflight_batches;
    uint64_t checkpoint_interval_bytes;
    uint64_t checkpoint_interval_rows;
    uint64_t checkpoint_interval_seconds;
} rb_limits;

/* A stream-context: C lays structs out as the ABI does records. The fields in between are in the contract too. */
typedef struct {
    rb_text name;
    uint8_t sync_mode, write_mode;
    rb_text primary_key; /* a list of texts */
    rb_optional_text selected_columns;
    uint64_t cursor[12];
    rb_optional_text position;
    rb_optional_text schema_columns; /* the list of columns; behind it that of the key's names */
    rb_text schema_key;
    rb_limits limits;
    uint8_t policies[5];
    uint32_t partition[4];
    rb_text pipeline, run_id, load_id, state_id;
    uint64_t epoch;
    uint32_t attempt;
} rb_stream;

_Static_assert(offsetof(rb_stream, position) == 128 && offsetof(rb_stream, limits) == 160 && sizeof(rb_stream) == 280, "as in the contract");

typedef struct {
    rb_text name, native_type, arrow_type;
    uint8_t nullable;
} rb_discovered_column;

typedef struct {
    rb_text name;
    const rb_discovered_column *columns;
    uint32_t column_count;
    const rb_text *primary_key;
    uint32_t primary_key_count;
    uint8_t has_rows;
    uint64_t rows; /* estimated */
    uint8_t has_bytes;
    uint64_t bytes; /* estimated */
    const uint8_t *sync_modes; /* 0 full-refresh, 1 incremental, 2 cdc */
    uint32_t sync_mode_count;
} rb_discovered;

_Static_assert(sizeof(rb_discovered_column) == 28 && sizeof(rb_discovered) == 64, "as in the contract");

enum rb_finding_level { RB_FOUND, RB_WARNING, RB_WRONG };

/* What validate has to say of a stream. */
typedef struct {
    uint8_t level;
    rb_optional_text stream;
    rb_text code, message;
} rb_finding;

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
void *memcpy(void *target, const void *source, size_t count);

/* A text that ends with a zero byte, and whether two are the same. */
rb_text rb_literal(const char *text);
bool rb_same(rb_text one, rb_text other);

/* A result without a value, one that is a list, and an error that stays valid until the next one is made. Texts are literals. */
rb_result *rb_ok(void);
rb_result *rb_list(const void *elements, uint32_t count);
rb_result *rb_error(enum rb_category category, const char *code, const char *message);

/* NULL if all went well, or an error of the host's to hand on. */
rb_result *rb_emit(const uint8_t *ipc, uint32_t len);
rb_result *rb_barrier(rb_text payload);
rb_result *rb_confirm(uint64_t barrier, const uint8_t *payload, uint32_t payload_len);
void rb_next(rb_inbound *inbound);
void rb_log(enum rb_level level, const char *message);

/* How many rows an Arrow IPC stream holds; -1 if it is none. Looks at nothing outside of it. */
int64_t rb_rows(const uint8_t *ipc, uint32_t len);

#endif
