/* An Arrow IPC stream is a row of messages: the schema, one batch, an end. A message is a FlatBuffers table, and a batch's is followed by
 * its columns' bytes. Here all fields of a table take eight bytes, which FlatBuffers allows and which spares the arithmetic. */
#include "arrow.h"

static void grow(rb_bytes *to, uint32_t count) {
    if (to->capacity - to->len >= count) {
        return;
    }
    uint32_t capacity = to->capacity < 256 ? 256 : to->capacity;
    while (capacity - to->len < count) {
        capacity *= 2;
    }
    uint8_t *bytes = rb_alloc(capacity);
    memcpy(bytes, to->bytes, to->len);
    rb_free(to->bytes);
    to->bytes = bytes;
    to->capacity = capacity;
}

static void put(rb_bytes *to, const void *bytes, uint32_t count) {
    grow(to, count);
    memcpy(to->bytes + to->len, bytes, count);
    to->len += count;
}

static void put_number(rb_bytes *to, uint64_t number, uint32_t width) {
    put(to, &number, width); /* both are little-endian */
}

/* Zeros up to a multiple of eight behind `from`. */
static void pad(rb_bytes *to, uint32_t from) {
    put_number(to, 0, (8 - (to->len - from) % 8) % 8);
}

/* ---- columns ---- */

static void push_validity(rb_column *column, bool valid) {
    if (column->rows % 8 == 0) {
        put_number(&column->valid, 0, 1);
    }
    if (valid) {
        column->valid.bytes[column->rows / 8] |= (uint8_t)(1u << column->rows % 8);
    } else {
        column->nulls++;
    }
    column->rows++;
}

void rb_push_int64(rb_batch *batch, uint32_t column, int64_t value) {
    put_number(&batch->columns[column].values, (uint64_t)value, 8);
    push_validity(&batch->columns[column], true);
}

/* Notes where a text begins; where the last one ends is noted by rb_send. */
static void push_offset(rb_column *column) {
    put_number(&column->offsets, column->values.len, 4);
}

void rb_push_utf8(rb_batch *batch, uint32_t column, rb_text text) {
    push_offset(&batch->columns[column]);
    put(&batch->columns[column].values, text.bytes, text.len);
    push_validity(&batch->columns[column], true);
}

void rb_push_null(rb_batch *batch, uint32_t column) {
    if (batch->fields[column].type == RB_UTF8) {
        push_offset(&batch->columns[column]);
    } else {
        put_number(&batch->columns[column].values, 0, 8);
    }
    push_validity(&batch->columns[column], false);
}

/* ---- FlatBuffers: positions are counted from a message's begin ---- */

typedef struct {
    rb_bytes *to;
    uint32_t begin;
} message;

static void patch(message m, uint32_t at, uint64_t value, uint32_t width) {
    memcpy(m.to->bytes + m.begin + at, &value, width);
}

static uint32_t here(message m) {
    return m.to->len - m.begin;
}

/* Makes the field at `at` point here. */
static void point(message m, uint32_t at) {
    patch(m, at, here(m) - at, 4);
}

/* A table of `count` fields, all of them zero, of which the bits of `left_out` are not there. */
static uint32_t table(message m, uint32_t parent, uint32_t count, uint32_t left_out) {
    pad(m.to, m.begin);
    uint32_t vtable = here(m);
    put_number(m.to, 4 + 2 * count, 2);
    put_number(m.to, 8 + 8 * count, 2);
    for (uint32_t i = 0; i < count; i++) {
        put_number(m.to, left_out >> i & 1 ? 0 : 8 + 8 * i, 2);
    }
    pad(m.to, m.begin);
    point(m, parent);
    uint32_t at = here(m);
    put_number(m.to, at - vtable, 8);
    for (uint32_t i = 0; i < count; i++) {
        put_number(m.to, 0, 8);
    }
    return at;
}

static uint32_t field_of(uint32_t table, uint32_t slot) {
    return table + 8 + 8 * slot;
}

/* The count of a vector whose elements follow and are aligned to eight bytes. */
static void vector(message m, uint32_t parent, uint32_t count) {
    pad(m.to, m.begin);
    put_number(m.to, 0, 4);
    point(m, parent);
    put_number(m.to, count, 4);
}

static void text(message m, uint32_t parent, rb_text value) {
    pad(m.to, m.begin);
    point(m, parent);
    put_number(m.to, value.len, 4);
    put(m.to, value.bytes, value.len);
    put_number(m.to, 0, 1);
}

/* Begins a message of that kind; gives the place that its header is to be pointed from. */
static message begin(rb_bytes *to, uint32_t kind, uint32_t *table_at) {
    put_number(to, 0xFFFFFFFF, 8); /* a mark, and the metadata's size, which is patched */
    message m = {to, to->len};
    put_number(to, 0, 4);
    *table_at = table(m, 0, 4, 0);
    patch(m, field_of(*table_at, 0), 4, 2); /* metadata version 5 */
    patch(m, field_of(*table_at, 1), kind, 1);
    return m;
}

static void end(message m) {
    pad(m.to, m.begin);
    uint32_t size = here(m);
    memcpy(m.to->bytes + m.begin - 4, &size, 4);
}

static void write_schema(rb_batch *batch) {
    uint32_t head;
    message m = begin(&batch->ipc, 1, &head);
    uint32_t schema = table(m, field_of(head, 2), 2, 1); /* not its endianness, which is little */
    vector(m, field_of(schema, 1), batch->width);
    uint32_t pointers = here(m);
    for (uint32_t i = 0; i < batch->width; i++) {
        put_number(m.to, 0, 4);
    }
    for (uint32_t i = 0; i < batch->width; i++) {
        const rb_field *field = &batch->fields[i];
        uint32_t at = table(m, pointers + 4 * i, 6, 1 << 4); /* no dictionary */
        patch(m, field_of(at, 1), field->nullable, 1);
        patch(m, field_of(at, 2), field->type, 1);
        text(m, field_of(at, 0), rb_literal(field->name));
        uint32_t type = table(m, field_of(at, 3), field->type == RB_INT64 ? 2 : 0, 0);
        if (field->type == RB_INT64) {
            patch(m, field_of(type, 0), 64, 4);
            patch(m, field_of(type, 1), true, 1); /* signed */
        }
        vector(m, field_of(at, 5), 0); /* no children */
    }
    end(m);
}

/* Notes where a buffer of the body lies, and gives where the next one begins. */
static uint64_t note(message m, uint64_t at, uint32_t len) {
    put_number(m.to, at, 8);
    put_number(m.to, len, 8);
    return at + (len + 7) / 8 * 8;
}

static void write_rows(rb_batch *batch, uint32_t rows) {
    uint32_t head;
    message m = begin(&batch->ipc, 3, &head);
    uint32_t record = table(m, field_of(head, 2), 3, 0);
    patch(m, field_of(record, 0), rows, 8);
    vector(m, field_of(record, 1), batch->width);
    uint32_t buffers = 0;
    for (uint32_t i = 0; i < batch->width; i++) {
        put_number(m.to, rows, 8);
        put_number(m.to, batch->columns[i].nulls, 8);
        buffers += batch->fields[i].type == RB_UTF8 ? 3 : 2;
    }
    vector(m, field_of(record, 2), buffers);
    uint64_t body = 0;
    for (uint32_t i = 0; i < batch->width; i++) {
        rb_column *column = &batch->columns[i];
        body = note(m, body, column->nulls ? column->valid.len : 0);
        if (batch->fields[i].type == RB_UTF8) {
            body = note(m, body, column->offsets.len);
        }
        body = note(m, body, column->values.len);
    }
    patch(m, field_of(head, 3), body, 8);
    end(m);
    uint32_t from = batch->ipc.len;
    for (uint32_t i = 0; i < batch->width; i++) {
        rb_column *column = &batch->columns[i];
        put(m.to, column->valid.bytes, column->nulls ? column->valid.len : 0);
        pad(m.to, from);
        if (batch->fields[i].type == RB_UTF8) {
            put(m.to, column->offsets.bytes, column->offsets.len);
            pad(m.to, from);
        }
        put(m.to, column->values.bytes, column->values.len);
        pad(m.to, from);
    }
}

rb_result *rb_send(rb_batch *batch) {
    batch->ipc.len = 0;
    write_schema(batch);
    uint32_t rows = batch->columns[0].rows;
    if (rows > 0) {
        for (uint32_t i = 0; i < batch->width; i++) {
            push_offset(&batch->columns[i]);
        }
        write_rows(batch, rows);
    }
    put_number(&batch->ipc, 0xFFFFFFFF, 8); /* the end */
    for (uint32_t i = 0; i < batch->width; i++) {
        rb_column *column = &batch->columns[i];
        column->valid.len = column->offsets.len = column->values.len = 0;
        column->rows = column->nulls = 0;
    }
    return rb_emit(batch->ipc.bytes, batch->ipc.len);
}
