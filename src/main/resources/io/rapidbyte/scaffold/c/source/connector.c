/* @NAME@: makes rows up, a stream of numbers and one of nothing. Put your own system in its place.
 *
 * It shows what a source owes: a schema even without rows, batches within the limit, barriers where they are due, and a read that goes
 * on behind one. */
#include "arrow.h"

#define ROWS 1000

/* A row's value, its offset and its share of the validity; and what surrounds the rows of a batch. */
#define ROW_BYTES 40
#define FRAME_BYTES 1024

static const rb_field fields[] = {{"id", RB_INT64, false}, {"name", RB_UTF8, true}};

static bool is_open;

static rb_result *not_open(void) {
    return rb_error(RB_INTERNAL, "@NAME@.not-open", "it was called before open");
}

static rb_result *no_comparison(void *what) {
    rb_free(what);
    return rb_error(RB_CONFIG, "connector.no-comparison", "this connector cannot compare tables");
}

/* How many rows a stream has; -1 if there is none of that name. */
static int64_t rows_of(rb_text stream) {
    return rb_same(stream, rb_literal("numbers")) ? ROWS : rb_same(stream, rb_literal("nothing")) ? 0 : -1;
}

/* A number as text, in a buffer of 20 bytes; and back, -1 if it is none. */
static rb_text printed(uint64_t number, uint8_t *buffer) {
    uint8_t *at = buffer + 20;
    do {
        *--at = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (rb_text){at, (uint32_t)(buffer + 20 - at)};
}

static int64_t parsed(rb_text text) {
    int64_t number = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9' || number > ROWS) {
            return -1;
        }
        number = number * 10 + text.bytes[i] - '0';
    }
    return text.len == 0 ? -1 : number;
}

/* The settings as JSON; this connector has none. */
RB_SOURCE("open") rb_result *source_open(uint8_t *config, uint32_t len) {
    (void)len;
    rb_free(config);
    is_open = true;
    return rb_ok();
}

/* A finding for each stream. */
RB_SOURCE("validate") rb_result *source_validate(const rb_stream *streams, uint32_t count) {
    if (!is_open) {
        return not_open();
    }
    rb_finding *findings = rb_alloc(count * sizeof(rb_finding));
    for (uint32_t i = 0; i < count; i++) {
        bool found = rows_of(streams[i].name) >= 0;
        findings[i] = (rb_finding){
            .level = found ? RB_FOUND : RB_WRONG,
            .stream = {true, streams[i].name},
            .code = rb_literal(found ? "@NAME@.found" : "@NAME@.no-stream"),
            .message = rb_literal(found ? "the stream is there" : "there is no such stream; there are numbers and nothing"),
        };
    }
    return rb_list(findings, count);
}

RB_SOURCE("discover") rb_result *source_discover(void) {
    static rb_discovered_column columns[2];
    static rb_text key[1];
    static rb_discovered streams[2];
    static const uint8_t full_refresh[] = {0};
    if (!is_open) {
        return not_open();
    }
    columns[0] = (rb_discovered_column){rb_literal("id"), rb_literal("bigint"), rb_literal("int64"), false};
    columns[1] = (rb_discovered_column){rb_literal("name"), rb_literal("text"), rb_literal("utf8"), true};
    key[0] = rb_literal("id");
    for (uint32_t i = 0; i < 2; i++) {
        rb_text name = rb_literal(i == 0 ? "numbers" : "nothing");
        streams[i] = (rb_discovered){
            .name = name,
            .columns = columns,
            .column_count = 2,
            .primary_key = key,
            .primary_key_count = 1,
            .has_rows = true,
            .rows = (uint64_t)rows_of(name),
            .sync_modes = full_refresh,
            .sync_mode_count = 1,
        };
    }
    return rb_list(streams, 2);
}

/* Reads from the payload of the barrier behind which an earlier attempt was cut off, or from the beginning. */
RB_SOURCE("run-read") rb_result *source_read(const rb_stream *stream) {
    static rb_batch batch;
    uint8_t buffer[20];
    if (!is_open) {
        return not_open();
    }
    int64_t end = rows_of(stream->name);
    int64_t first = stream->position.given ? parsed(stream->position.value) : 0;
    if (end < 0) {
        return rb_error(RB_SCHEMA, "@NAME@.no-stream", "there is no such stream; there are numbers and nothing");
    }
    if (first < 0) {
        return rb_error(RB_INTERNAL, "@NAME@.bad-position", "the kept position is no number");
    }
    batch.fields = fields;
    batch.width = 2;
    uint64_t limit = stream->limits.max_batch_bytes;
    uint64_t most = limit > FRAME_BYTES + ROW_BYTES ? (limit - FRAME_BYTES) / ROW_BYTES : 1;
    uint64_t due = stream->limits.checkpoint_interval_rows;
    uint64_t rows = 0, since_barrier = 0, bytes = 0, batches = 0;
    for (int64_t id = first; id < end || batches == 0;) {
        uint32_t taken = 0;
        for (; id < end && taken < most; id++, taken++) {
            rb_push_int64(&batch, 0, id);
            if (id % 10 == 9) {
                rb_push_null(&batch, 1);
            } else {
                rb_push_utf8(&batch, 1, printed((uint64_t)id, buffer));
            }
        }
        rb_result *failed = rb_send(&batch);
        rows += taken;
        bytes += batch.ipc.len;
        batches++;
        since_barrier += taken;
        if (!failed && due > 0 && since_barrier >= due && id < end) {
            failed = rb_barrier(printed((uint64_t)id, buffer));
            since_barrier = 0;
        }
        if (failed) {
            return failed;
        }
    }
    rb_result *summary = rb_ok();
    summary->words[0] = rows;
    summary->words[1] = bytes;
    summary->words[2] = batches;
    return summary;
}

RB_SOURCE("comparable") rb_result *source_comparable(void *context) { return no_comparison(context); }
RB_SOURCE("slices") rb_result *source_slices(void *what) { return no_comparison(what); }
RB_SOURCE("digest") rb_result *source_digest(void *what) { return no_comparison(what); }
RB_SOURCE("row-digests") rb_result *source_row_digests(void *what) { return no_comparison(what); }
RB_SOURCE("read-rows") rb_result *source_read_rows(void *what) { return no_comparison(what); }

/* It reads no log, so no server keeps one for it. */
RB_SOURCE("slots") rb_result *source_slots(void *streams, uint32_t count) {
    (void)count;
    rb_free(streams);
    return rb_ok();
}

RB_SOURCE("drop-slot") rb_result *source_drop_slot(uint8_t *name, uint32_t len) {
    (void)len;
    rb_free(name);
    return rb_error(RB_CONFIG, "connector.no-slots", "this connector reads no log");
}

RB_SOURCE("close") rb_result *source_close(void) {
    is_open = false;
    return rb_ok();
}
