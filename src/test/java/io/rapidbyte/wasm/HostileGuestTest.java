package io.rapidbyte.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rapidbyte.wasm.abi.AbiLimits;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileGuestTest {
    private static final long CANCEL_MILLIS_MAX = 100;

    @AfterEach
    void no_instance_is_left_open() {
        assertThat(GuestEngine.shared().liveInstances()).isZero();
    }

    /** I30. */
    @ParameterizedTest
    @CsvSource({
        "0, 131073",
        "131072, 1",
        "131071, 2",
        "4294967295, 1",
        "4294967295, 0",
        "1, 4294967295",
        "2147483648, 2147483648",
        "2147483647, 2147483647",
        "0, 2147483648",
        "131073, 0"
    })
    void a_wild_pointer_to_bytes_is_refused(long pointer, long length) throws Exception {
        Fixture.with(guest -> assertThatThrownBy(() -> guest.call("guest#call-sum", pointer, length))
                .isInstanceOf(GuestViolation.class)
                .hasMessageContaining("host#sum")
                .hasMessageContaining("bytes: ")
                .hasMessageContaining("leave the memory of 131072 bytes")
                .satisfies(e -> assertThat(((GuestViolation) e).path()).isEqualTo("bytes")));
    }

    @ParameterizedTest
    @CsvSource({"131070, multiple", "131068, leave", "4294967292, leave", "2147483648, leave", "33, multiple"})
    void a_wild_place_for_a_result_is_refused_before_the_host_acts(long place, String message) throws Exception {
        Fixture.onGuestThread(() -> {
            Fixture fixture = new Fixture();
            fixture.host.put("host#read", args -> {
                throw new IOException("the host function ran");
            });
            try (GuestInstance<IOException> guest = fixture.start()) {
                assertThatThrownBy(() -> guest.call("guest#call-read", 10, place))
                        .isInstanceOf(GuestViolation.class)
                        .hasMessageContaining("host#read")
                        .hasMessageContaining(message);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"1, no memory for 5 bytes", "3, ok", "4, leave the memory", "5, trapped", "6, must not call the host"})
    void an_allocator_that_lies_is_found_out(int mode, String message) throws Exception {
        Fixture.with(guest -> {
            guest.call("guest#set-allocator", mode);
            if (message.equals("ok")) {
                // eight bytes before the end are room for five
                assertThat(guest.call("guest#echo", "hello")).isEqualTo("hello");
                assertThatThrownBy(() -> guest.call("guest#echo", "hello again"))
                        .isInstanceOf(GuestViolation.class)
                        .hasMessageContaining("leave the memory");
                return;
            }
            assertThatThrownBy(() -> guest.call("guest#echo", "hello"))
                    .isInstanceOf(GuestException.class)
                    .hasMessageContaining(message);
            assertThatThrownBy(() -> guest.call("guest#echo", "hello")).isInstanceOf(GuestUnusable.class);
        });
    }

    @Test
    void an_allocator_that_lies_during_a_host_call_is_found_out() throws Exception {
        Fixture.with(guest -> {
            guest.call("guest#set-allocator", 4);
            assertThatThrownBy(() -> guest.call("guest#call-read", 100, 32))
                    .isInstanceOf(GuestViolation.class)
                    .hasMessageContaining("host#read")
                    .hasMessageContaining("ok.cabi_realloc: 100 bytes at 4294967288 leave the memory");
        });
        Fixture.with(guest -> {
            guest.call("guest#set-allocator", 5);
            assertThatThrownBy(() -> guest.call("guest#call-read", 100, 32))
                    .isInstanceOf(GuestTrap.class)
                    .hasMessageContaining("cabi_realloc");
        });
        Fixture.with(guest -> {
            guest.call("guest#set-allocator", 6);
            assertThatThrownBy(() -> guest.call("guest#call-read", 100, 32))
                    .isInstanceOf(GuestViolation.class)
                    .hasMessageContaining("host#pause");
        });
    }

    @Test
    void a_result_that_is_not_there_is_refused() throws Exception {
        Fixture.with(guest -> assertThatThrownBy(() -> guest.call("guest#raw-string", 0xFFFF_FFF0L, 32))
                .isInstanceOf(GuestViolation.class)
                .hasMessageContaining("guest#raw-string: result: 32 bytes at 4294967280"));
        Fixture.with(guest -> assertThatThrownBy(() -> guest.call("guest#raw-string", 0, 0xFFFF_FFFFL))
                .isInstanceOf(GuestViolation.class)
                .hasMessageContaining("longer than the limit"));
    }

    @Test
    void a_string_that_is_not_utf8_is_refused() throws Exception {
        Fixture.with(guest -> {
            guest.call("guest#write-byte", 100, 0xC0);
            guest.call("guest#write-byte", 101, 0xAF);
            assertThatThrownBy(() -> guest.call("guest#raw-string", 100, 2))
                    .isInstanceOf(GuestViolation.class)
                    .hasMessageContaining("not UTF-8");
        });
    }

    @Test
    void lists_are_limited_and_the_element_is_named() throws Exception {
        Fixture.with(guest -> assertThatThrownBy(() -> guest.call("guest#call-labels", 0, 0xFFFF_FFFFL))
                .isInstanceOf(GuestViolation.class)
                .hasMessageContaining("all: a list of 4294967295 elements"));
        Fixture.with(guest -> assertThatThrownBy(() -> guest.call("guest#call-labels", 2, 1))
                .isInstanceOf(GuestViolation.class)
                .hasMessageContaining("all: pointer 2 is not a multiple of 4"));
        Fixture.with(guest -> {
            guest.call("guest#write-byte", 32 + 8 + 3, 0xFF);
            assertThatThrownBy(() -> guest.call("guest#call-labels", 32, 3))
                    .isInstanceOf(GuestViolation.class)
                    .hasMessageContaining("all[1]: ");
        });
    }

    @Test
    void a_small_guest_cannot_describe_a_huge_value() throws Exception {
        Fixture.onGuestThread(() -> {
            Fixture fixture = new Fixture();
            AbiLimits limits = new AbiLimits(1 << 16, 1 << 16, 1 << 20);
            GuestOptions options = new GuestOptions(Fixture.MEMORY_BYTES_MAX, limits, fixture.output::add);
            try (GuestInstance<IOException> guest =
                    Fixture.module().instantiate(Fixture.WORLD, fixture.host, options)) {
                // 128 strings that are all the same 32 KiB
                for (int i = 0; i < 128; i++) {
                    guest.call("guest#write-byte", 1024 + i * 8 + 2, 1);
                    guest.call("guest#write-byte", 1024 + i * 8 + 5, 0x80);
                }
                assertThatThrownBy(() -> guest.call("guest#call-labels", 1024, 128))
                        .isInstanceOf(GuestViolation.class)
                        .hasMessageContaining("more than 1048576 bytes in all");
            }
        });
    }

    @Test
    void a_trap_tells_the_guests_stack_and_ends_the_instance() throws Exception {
        Fixture.with(guest -> {
            GuestTrap trap = catchThrowableOfType(GuestTrap.class, () -> guest.call("guest#trap"));
            assertThat(trap).hasMessageContaining("guest#trap").hasMessageContaining("unreachable");
            assertThat(trap.frames().get(0).function()).contains("inner_trap");
            assertThat(trap.frames().get(1).function()).endsWith("#trap");
            assertThatThrownBy(() -> guest.call("guest#clean-ups"))
                    .isInstanceOf(GuestUnusable.class)
                    .hasMessageContaining("guest#trap");
        });
    }

    @Test
    void a_trap_tells_what_the_guest_said_last() throws Exception {
        Fixture.with(guest -> {
            guest.call("guest#print", "thread 'main' panicked at src/lib.rs:1\n");
            assertThatThrownBy(() -> guest.call("guest#trap")).hasMessageContaining("panicked at src/lib.rs:1");
        });
    }

    @Test
    void leaving_by_exit_is_a_trap() throws Exception {
        Fixture.with(guest -> assertThatThrownBy(() -> guest.call("guest#exit", 3))
                .isInstanceOf(GuestTrap.class)
                .hasMessageContaining("status 3"));
    }

    @Test
    void unbounded_recursion_is_told_from_a_trap() throws Exception {
        Fixture.with(guest -> {
            GuestStackOverflow overflow =
                    catchThrowableOfType(GuestStackOverflow.class, () -> guest.call("guest#recurse"));
            assertThat(overflow.frames()).isNotEmpty();
            assertThat(overflow.frames().getFirst().function()).contains("recurse");
        });
    }

    /** Compiled, a guest's frames are tiny and very many. */
    @Test
    void unbounded_recursion_ends_soon_even_when_compiled() throws Exception {
        for (int round = 0; round < 6; round++) {
            Fixture.with(guest ->
                    assertThatThrownBy(() -> guest.call("guest#recurse")).isInstanceOf(GuestStackOverflow.class));
        }
    }

    @Test
    void memory_ends_at_the_limit() throws Exception {
        Fixture.with(guest -> {
            long free = (Fixture.MEMORY_BYTES_MAX - guest.memoryBytes()) / 65536;
            assertThat(guest.call("guest#grow", free + 1)).isEqualTo(-1);
            assertThat(guest.call("guest#grow", free)).isEqualTo(2);
            assertThat(guest.call("guest#grow", 1)).isEqualTo(-1);
            assertThat(guest.memoryBytes()).isEqualTo(Fixture.MEMORY_BYTES_MAX);
        });
    }

    @Test
    void allocating_without_end_is_told_from_a_trap() throws Exception {
        Fixture.with(guest -> assertThatThrownBy(() -> guest.call("guest#exhaust"))
                .isInstanceOf(GuestOutOfMemory.class)
                .hasMessageContaining("of " + Fixture.MEMORY_BYTES_MAX + " bytes")
                .satisfies(e -> assertThat(((GuestOutOfMemory) e).limitBytes()).isEqualTo(Fixture.MEMORY_BYTES_MAX)));
    }

    @Test
    void a_module_that_starts_above_the_limit_is_refused() throws Exception {
        Fixture.onGuestThread(() -> {
            GuestOptions options = new GuestOptions(65536, AbiLimits.DEFAULT, line -> {});
            assertThatThrownBy(() -> Fixture.module().instantiate(Fixture.WORLD, new Fixture().host, options))
                    .isInstanceOf(GuestOutOfMemory.class)
                    .hasMessageContaining("131072")
                    .hasMessageContaining("65536");
        });
    }

    @Test
    void a_spinning_guest_is_stopped() throws Exception {
        assertThat(bestMillisToCancel("guest#spin")).isLessThan(CANCEL_MILLIS_MAX);
    }

    @Test
    void a_guest_that_is_blocked_in_the_host_is_stopped() throws Exception {
        assertThat(bestMillisToCancel("guest#call-pause")).isLessThan(CANCEL_MILLIS_MAX);
    }

    /** The best of some: the first loads classes, and other tests may keep the processors busy. */
    private static long bestMillisToCancel(String function) throws Exception {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            best = Math.min(best, millisToCancel(function));
        }
        return best;
    }

    /** From the call of cancel to the end of the guest's call, which must be the right one. */
    private static long millisToCancel(String function) throws Exception {
        CompletableFuture<GuestInstance<IOException>> started = new CompletableFuture<>();
        CompletableFuture<?> ended = Fixture.begin(() -> {
            try (GuestInstance<IOException> guest = new Fixture().start()) {
                started.complete(guest);
                guest.call(function);
            }
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
        GuestInstance<IOException> guest = started.get(10, TimeUnit.SECONDS);
        Thread.sleep(100);
        assertThat(ended).isNotDone();
        long begun = System.nanoTime();
        guest.cancel();
        guest.cancel();
        assertThatThrownBy(() -> ended.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(GuestCancelled.class);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    @Test
    void a_cancelled_instance_refuses_calls_and_can_be_closed() throws Exception {
        Fixture.with(guest -> {
            guest.cancel();
            assertThatThrownBy(() -> guest.call("guest#echo", "hello")).isInstanceOf(GuestCancelled.class);
        });
    }
}
