/* The glue between a connector and its host; see rapidbyte.h. One thread, as the contract promises. */
#include "rapidbyte.h"

RB_HOST("emit-batch") void host_emit_batch(const uint8_t *ipc, uint32_t len, rb_result *result);
RB_HOST("next-batch") void host_next_batch(rb_result *result);
RB_HOST("checkpoint")
void host_checkpoint(uint32_t kind, uint64_t id, const uint8_t *payload, uint32_t payload_len, rb_result *result);
RB_HOST("log") void host_log(uint32_t level, const char *message, uint32_t len);

/* ---- memory: blocks of a power of two, kept in lists by their size ---- */

extern uint8_t __heap_base;
static uintptr_t fresh;

typedef struct block {
    uint32_t size_class;
    uint32_t unused;
    struct block *next; /* while free; a user's bytes begin here */
} block;

#define HEADER_BYTES 8
#define PAGE_BYTES 65536
static block *free_blocks[32];

static bool reserve(uintptr_t end) {
    uintptr_t have = __builtin_wasm_memory_size(0) * (uintptr_t)PAGE_BYTES;
    if (end <= have) {
        return true;
    }
    uintptr_t pages = (end - have + PAGE_BYTES - 1) / PAGE_BYTES;
    return __builtin_wasm_memory_grow(0, pages) != (size_t)-1;
}

void *rb_alloc(uint32_t size) {
    uint32_t size_class = 5;
    while (size_class < 31 && (1u << size_class) - HEADER_BYTES < size) {
        size_class++;
    }
    if ((1u << size_class) - HEADER_BYTES < size) {
        __builtin_trap();
    }
    block *found = free_blocks[size_class];
    if (found) {
        free_blocks[size_class] = found->next;
    } else {
        if (!fresh) {
            fresh = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
        }
        /* The host tells a connector that outgrows its limit from one that traps by the memory it asked for. */
        if (!reserve(fresh + (1u << size_class))) {
            __builtin_trap();
        }
        found = (block *)fresh;
        fresh += 1u << size_class;
        found->size_class = size_class;
    }
    return (uint8_t *)found + HEADER_BYTES;
}

void rb_free(void *user) {
    if (!user) {
        return;
    }
    block *freed = (block *)((uint8_t *)user - HEADER_BYTES);
    freed->next = free_blocks[freed->size_class];
    free_blocks[freed->size_class] = freed;
}

/* The host calls it to put down what it hands over. */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, uint32_t old_size, uint32_t align, uint32_t size) {
    (void)align; /* every block is aligned to eight */
    void *made = rb_alloc(size);
    for (uint32_t i = 0; i < old_size && i < size; i++) {
        ((uint8_t *)made)[i] = ((uint8_t *)old)[i];
    }
    rb_free(old);
    return made;
}

/* What compilers call for copies and zeros of their own. */
void *memset(void *target, int value, size_t count) {
    for (size_t i = 0; i < count; i++) {
        ((volatile uint8_t *)target)[i] = (uint8_t)value;
    }
    return target;
}

void *memcpy(void *target, const void *source, size_t count) {
    for (size_t i = 0; i < count; i++) {
        ((volatile uint8_t *)target)[i] = ((const uint8_t *)source)[i];
    }
    return target;
}

/* ---- results ---- */

rb_text rb_literal(const char *text) {
    uint32_t len = 0;
    while (text[len]) {
        len++;
    }
    return (rb_text){(const uint8_t *)text, len};
}

bool rb_same(rb_text one, rb_text other) {
    uint32_t at = 0;
    while (at < one.len && at < other.len && one.bytes[at] == other.bytes[at]) {
        at++;
    }
    return at == one.len && at == other.len;
}

rb_result *rb_ok(void) {
    static rb_result ok;
    ok = (rb_result){0};
    return &ok;
}

rb_result *rb_list(const void *elements, uint32_t count) {
    rb_result *list = rb_ok();
    list->halves[0] = (uint32_t)(uintptr_t)elements;
    list->halves[1] = count;
    return list;
}

rb_result *rb_error(enum rb_category category, const char *code, const char *message) {
    static rb_result error;
    error = (rb_result){.failed = 1};
    /* connector-error: category, scope, code, message, retryable, retry-after-ms, backoff, safe-to-retry, commit-state, details */
    error.bytes[0] = (uint8_t)category;
    error.bytes[1] = 0; /* per-stream */
    error.halves[1] = (uint32_t)(uintptr_t)code;
    error.halves[2] = rb_literal(code).len;
    error.halves[3] = (uint32_t)(uintptr_t)message;
    error.halves[4] = rb_literal(message).len;
    error.bytes[40] = 1; /* normal */
    return &error;
}

/* ---- the host's functions ---- */

static rb_result answer;

rb_result *rb_emit(const uint8_t *ipc, uint32_t len) {
    host_emit_batch(ipc, len, &answer);
    return answer.failed ? &answer : NULL;
}

rb_result *rb_barrier(rb_text payload) {
    host_checkpoint(0, 0, payload.bytes, payload.len, &answer); /* barrier */
    return answer.failed ? &answer : NULL;
}

rb_result *rb_confirm(uint64_t barrier, const uint8_t *payload, uint32_t payload_len) {
    host_checkpoint(2, barrier, payload, payload_len, &answer); /* committed */
    return answer.failed ? &answer : NULL;
}

void rb_next(rb_inbound *inbound) {
    *inbound = (rb_inbound){.kind = RB_END};
    host_next_batch(&answer);
    if (answer.failed) {
        inbound->kind = RB_FAILED;
        inbound->error = &answer;
    } else if (answer.bytes[0] == 1) {
        /* an option, eight bytes on a variant, eight bytes on its value */
        if (answer.bytes[8] == 0) {
            inbound->kind = RB_BATCH;
            inbound->ipc = (uint8_t *)(uintptr_t)answer.halves[4];
            inbound->len = answer.halves[5];
        } else {
            inbound->kind = RB_BARRIER;
            inbound->barrier = answer.words[2];
            inbound->payload = (uint8_t *)(uintptr_t)answer.halves[6];
            inbound->payload_len = answer.halves[7];
        }
    }
}

void rb_log(enum rb_level level, const char *message) {
    host_log(level, message, rb_literal(message).len);
}

/* ---- a look at Arrow ---- */

static uint32_t u32_at(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t u16_at(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

/* Where a field of a FlatBuffers table lies, or 0. `size` is that of the buffer. */
static uint32_t field(const uint8_t *buffer, uint32_t size, uint32_t table, uint32_t slot, uint32_t width) {
    if (table > size - 4) {
        return 0;
    }
    uint32_t vtable = table - u32_at(buffer + table);
    if (vtable > size - 4 || size - vtable < u16_at(buffer + vtable) || u16_at(buffer + vtable) < 6 + 2 * slot) {
        return 0;
    }
    uint32_t offset = u16_at(buffer + vtable + 4 + 2 * slot);
    return offset == 0 || offset > size || table > size - offset || table + offset > size - width ? 0 : table + offset;
}

/* The table that a field points to, or 0. */
static uint32_t follow(const uint8_t *buffer, uint32_t size, uint32_t at) {
    uint32_t offset = at == 0 ? 0 : u32_at(buffer + at);
    return offset == 0 || offset > size || at > size - offset ? 0 : at + offset;
}

int64_t rb_rows(const uint8_t *ipc, uint32_t len) {
    enum { SCHEMA = 1, RECORD_BATCH = 3 };
    uint32_t at = 0;
    int64_t rows = 0;
    bool schema = false;
    while (len - at >= 8) {
        uint32_t size = u32_at(ipc + at + 4);
        if (u32_at(ipc + at) != 0xFFFFFFFF) {
            return -1;
        }
        at += 8;
        if (size == 0) {
            return schema ? rows : -1;
        }
        if (size < 8 || size > len - at) {
            return -1;
        }
        const uint8_t *metadata = ipc + at;
        uint32_t message = u32_at(metadata);
        uint32_t kind = field(metadata, size, message, 1, 1);
        uint32_t body = field(metadata, size, message, 3, 8);
        uint32_t body_len = body ? u32_at(metadata + body) : 0;
        if (kind == 0 || (body && u32_at(metadata + body + 4) != 0) || body_len > len - at - size) {
            return -1;
        }
        if (metadata[kind] == SCHEMA) {
            schema = true;
        } else if (metadata[kind] == RECORD_BATCH) {
            uint32_t batch = follow(metadata, size, field(metadata, size, message, 2, 4));
            uint32_t count = batch ? field(metadata, size, batch, 0, 8) : 0;
            rows += count ? u32_at(metadata + count) : 0;
        }
        at += size + body_len;
    }
    return schema && at == len ? rows : -1;
}
