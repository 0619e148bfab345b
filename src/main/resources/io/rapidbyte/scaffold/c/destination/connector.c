/* @NAME@: counts rows and throws them away. Put your own system in its place. */
#include "rapidbyte.h"

static bool is_open;

static rb_result *not_open(void) {
    return rb_error(RB_INTERNAL, "@NAME@.not-open", "it was called before open");
}

static rb_result *no_comparison(void *what) {
    rb_free(what);
    return rb_error(RB_CONFIG, "connector.no-comparison", "this connector cannot compare tables");
}

/* The settings as JSON; this connector has none. */
RB_DESTINATION("open") rb_result *dest_open(uint8_t *config, uint32_t len) {
    (void)len;
    rb_free(config);
    is_open = true;
    return rb_ok();
}

/* The streams as a list of stream contexts; no findings. */
RB_DESTINATION("validate") rb_result *dest_validate(void *streams, uint32_t count) {
    (void)count;
    rb_free(streams);
    return is_open ? rb_ok() : not_open();
}

/* None: it keeps no receipts, so rows come twice where a load is continued. */
RB_DESTINATION("resume") rb_result *dest_resume(void *context) {
    rb_free(context);
    return is_open ? rb_ok() : not_open();
}

RB_DESTINATION("run-write") rb_result *dest_run(void *context) {
    rb_free(context);
    if (!is_open) {
        return not_open();
    }
    uint64_t all_rows = 0, bytes = 0, batches = 0;
    for (;;) {
        rb_inbound inbound;
        rb_next(&inbound);
        switch (inbound.kind) {
        case RB_FAILED: /* the upstream failed, or the run was cancelled: nothing more is confirmed */
            return inbound.error;
        case RB_BARRIER: { /* everything before it has to be durable before it is confirmed */
            rb_result *failed = rb_confirm(inbound.barrier, inbound.payload, inbound.payload_len);
            rb_free(inbound.payload);
            if (failed) {
                return failed;
            }
            break;
        }
        case RB_BATCH: {
            int64_t rows = rb_rows(inbound.ipc, inbound.len);
            bytes += inbound.len;
            rb_free(inbound.ipc);
            if (rows < 0) {
                return rb_error(RB_DATA, "@NAME@.no-arrow", "a batch is no Arrow stream");
            }
            all_rows += (uint64_t)rows;
            batches++;
            break;
        }
        case RB_END: {
            rb_result *summary = rb_ok();
            summary->words[0] = all_rows; /* rows */
            summary->words[1] = 0;        /* rejected */
            summary->words[2] = bytes;
            summary->words[3] = batches;
            return summary;
        }
        }
    }
}

RB_DESTINATION("comparable") rb_result *dest_comparable(void *context) { return no_comparison(context); }
RB_DESTINATION("slices") rb_result *dest_slices(void *what) { return no_comparison(what); }
RB_DESTINATION("digest") rb_result *dest_digest(void *what) { return no_comparison(what); }
RB_DESTINATION("row-digests") rb_result *dest_row_digests(void *what) { return no_comparison(what); }
RB_DESTINATION("repair") rb_result *dest_repair(void *what) { return no_comparison(what); }

RB_DESTINATION("close") rb_result *dest_close(void) {
    is_open = false;
    return rb_ok();
}
