/* @NAME@: passes every batch on and counts its rows. Put your own work in its place. */
#include "rapidbyte.h"

static bool is_open;

static rb_result *not_open(void) {
    return rb_error(RB_INTERNAL, "@NAME@.not-open", "it was called before open");
}

/* The settings as JSON; this connector has none. */
RB_TRANSFORM("open") rb_result *transform_open(uint8_t *config, uint32_t len) {
    (void)len;
    rb_free(config);
    is_open = true;
    return rb_ok();
}

/* The streams as a list of stream contexts; no findings. */
RB_TRANSFORM("validate") rb_result *transform_validate(void *streams, uint32_t count) {
    (void)count;
    rb_free(streams);
    return is_open ? rb_ok() : not_open();
}

RB_TRANSFORM("run-transform") rb_result *transform_run(void *context) {
    rb_free(context);
    if (!is_open) {
        return not_open();
    }
    uint64_t rows_taken = 0;
    for (;;) {
        rb_inbound inbound;
        rb_next(&inbound);
        switch (inbound.kind) {
        case RB_FAILED: /* the upstream failed, or the run was cancelled */
            return inbound.error;
        case RB_BARRIER: /* the host carries barriers around a transform */
            rb_free(inbound.payload);
            break;
        case RB_BATCH: {
            int64_t rows = rb_rows(inbound.ipc, inbound.len);
            rb_result *failed = rows < 0 ? rb_error(RB_DATA, "@NAME@.no-arrow", "a batch is no Arrow stream")
                                         : rb_emit(inbound.ipc, inbound.len);
            rb_free(inbound.ipc);
            if (failed) {
                return failed;
            }
            rows_taken += (uint64_t)rows;
            break;
        }
        case RB_END: {
            rb_result *summary = rb_ok();
            summary->words[0] = rows_taken; /* rows-in */
            summary->words[1] = rows_taken; /* rows-out */
            return summary;
        }
        }
    }
}

RB_TRANSFORM("close") rb_result *transform_close(void) {
    is_open = false;
    return rb_ok();
}
