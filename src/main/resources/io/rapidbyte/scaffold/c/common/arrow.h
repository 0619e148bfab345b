/* Writes Arrow: batches of 64-bit integers and texts as IPC streams. Other types are added as these are. */
#ifndef RAPIDBYTE_ARROW_H
#define RAPIDBYTE_ARROW_H

#include "rapidbyte.h"

/* The numbers that Arrow's Type has. */
enum rb_type { RB_INT64 = 2, RB_UTF8 = 5 };

typedef struct {
    const char *name;
    enum rb_type type;
    bool nullable;
} rb_field;

/* Bytes that grow at their end. */
typedef struct {
    uint8_t *bytes;
    uint32_t len, capacity;
} rb_bytes;

typedef struct {
    rb_bytes valid, offsets, values;
    uint32_t rows, nulls;
} rb_column;

#define RB_MAX_COLUMNS 16

typedef struct {
    const rb_field *fields;
    uint32_t width;
    rb_column columns[RB_MAX_COLUMNS];
    rb_bytes ipc;
} rb_batch;

/* The next value of a column, by its number. A row is whole when each column has one value more. */
void rb_push_int64(rb_batch *batch, uint32_t column, int64_t value);
void rb_push_utf8(rb_batch *batch, uint32_t column, rb_text text);
void rb_push_null(rb_batch *batch, uint32_t column);

/* Emits the rows and empties the batch; without rows it is the schema alone. NULL, or an error of the host's to hand on. */
rb_result *rb_send(rb_batch *batch);

#endif
