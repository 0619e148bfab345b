package io.rapidbyte.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.wasm.abi.HostValueException;
import io.rapidbyte.wasm.abi.Unit;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuestInstanceTest {
    @AfterEach
    void no_instance_is_left_open() {
        assertThat(GuestEngine.shared().liveInstances()).isZero();
    }

    @Test
    void the_engine_says_what_it_is() {
        assertThat(GuestEngine.shared().implementation()).isNotBlank();
        assertThat(GuestEngine.shared().optimising()).isTrue();
    }

    @Test
    void strings_go_there_and_back_and_the_guest_cleans_up() throws Exception {
        Fixture.with(guest -> {
            assertThat(guest.call("guest#echo", "Zürich 🐘 \u0000")).isEqualTo("Zürich 🐘 \u0000");
            assertThat(guest.call("guest#echo", "")).isEqualTo("");
            assertThat(guest.call("guest#clean-ups")).isEqualTo(2L);
        });
    }

    @Test
    void a_guest_hands_bytes_to_the_host() throws Exception {
        Fixture.with(guest -> {
            guest.call("guest#write-byte", 100, 200);
            guest.call("guest#write-byte", 101, 3);
            assertThat(guest.call("guest#call-sum", 100, 2)).isEqualTo(203L);
            assertThat(guest.call("guest#call-sum", 131072, 0)).isEqualTo(0L);
        });
    }

    @Test
    void the_host_fills_guest_memory_and_gives_back_what_it_did_not_need() throws Exception {
        Fixture.with(guest -> {
            assertThat(guest.call("guest#call-read", 1000, 32)).isEqualTo(500L);
            assertThat(guest.call("guest#call-sum", 4096, 500)).isEqualTo(3500L);
        });
    }

    @Test
    void an_error_found_while_filling_reaches_the_guest_as_the_error_case() throws Exception {
        Fixture.with(guest -> {
            assertThat(guest.call("guest#call-read", 1001, 32)).isEqualTo(0xFFFF_FFFFL);
        });
    }

    @Test
    void bytes_are_found_after_the_memory_has_grown() throws Exception {
        Fixture.with(guest -> {
            long before = guest.memoryBytes();
            assertThat(guest.call("guest#grow", 100)).isEqualTo(2);
            assertThat(guest.memoryBytes()).isEqualTo(before + 100 * 65536);
            guest.call("guest#write-byte", before + 5, 9);
            assertThat(guest.call("guest#call-sum", before, 10)).isEqualTo(9L);
            assertThat(guest.call("guest#call-read", 8 << 20, 32)).isEqualTo(4L << 20);
        });
    }

    @Test
    void what_a_host_function_throws_surfaces_unchanged_and_ends_the_instance() throws Exception {
        Fixture.with(guest -> {
            assertThatThrownBy(() -> guest.call("guest#call-fail", "checked"))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("a checked one");
            assertThatThrownBy(() -> guest.call("guest#echo", "more"))
                    .isInstanceOf(GuestUnusable.class)
                    .hasMessageContaining("guest#call-fail");
        });
        Fixture.with(guest -> {
            assertThatThrownBy(() -> guest.call("guest#call-fail", "unchecked"))
                    .isExactlyInstanceOf(ArithmeticException.class);
        });
    }

    @Test
    void a_host_function_that_answers_wrongly_is_found_out() throws Exception {
        Fixture.with(guest -> {
            assertThatThrownBy(() -> guest.call("guest#call-fail", "wrong value"))
                    .isInstanceOf(HostValueException.class);
        });
        Fixture.with(guest -> {
            assertThatThrownBy(() -> guest.call("guest#call-fail", "error without result"))
                    .isInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void a_wrong_argument_is_refused_and_harms_nothing() throws Exception {
        Fixture.with(guest -> {
            assertThatThrownBy(() -> guest.call("guest#echo", 5))
                    .isInstanceOf(HostValueException.class)
                    .hasMessageContaining("text: expected a String, got Integer");
            assertThatThrownBy(() -> guest.call("guest#echo")).isInstanceOf(HostValueException.class);
            assertThatThrownBy(() -> guest.call("guest#nothing")).isInstanceOf(IllegalArgumentException.class);
            assertThat(guest.call("guest#echo", "fine")).isEqualTo("fine");
        });
    }

    @Test
    void another_thread_is_refused() throws Exception {
        Fixture.with(guest -> {
            CompletableFuture<Unit> other = Fixture.begin(() -> guest.call("guest#echo", "hello"));
            assertThatThrownBy(() -> other.get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("belongs to");
        });
    }

    @Test
    void a_thread_with_a_small_stack_is_refused() {
        assertThatThrownBy(() -> new Fixture().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GuestThread");
    }

    @Test
    void a_host_function_may_not_call_the_guest() throws Exception {
        Fixture.onGuestThread(() -> {
            Fixture fixture = new Fixture();
            GuestInstance<?>[] self = new GuestInstance<?>[1];
            fixture.host.put("host#pause", args -> {
                try {
                    return self[0].call("guest#echo", "again");
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IOException(e);
                }
            });
            try (GuestInstance<IOException> guest = fixture.start()) {
                self[0] = guest;
                assertThatThrownBy(() -> guest.call("guest#call-pause")).isInstanceOf(IllegalStateException.class);
            }
        });
    }

    @Test
    void a_closed_instance_is_refused_and_can_be_closed_again() throws Exception {
        Fixture.with(guest -> {
            guest.close();
            guest.close();
            assertThatThrownBy(() -> guest.call("guest#echo", "hello")).isInstanceOf(GuestUnusable.class);
            assertThat(guest.memoryBytes()).isZero();
        });
    }

    @Test
    void output_arrives_in_lines() throws Exception {
        Fixture.onGuestThread(() -> {
            Fixture fixture = new Fixture();
            try (GuestInstance<IOException> guest = fixture.start()) {
                guest.call("guest#print", "one\r\ntw");
                guest.call("guest#print", "o\n" + "x".repeat(LineSink.LINE_BYTES_MAX + 100) + "\nrest");
            }
            assertThat(fixture.output).containsExactly("one", "two", "x".repeat(LineSink.LINE_BYTES_MAX), "rest");
        });
    }

    @Test
    void a_flood_of_output_ends() throws Exception {
        Fixture.onGuestThread(() -> {
            Fixture fixture = new Fixture();
            try (GuestInstance<IOException> guest = fixture.start()) {
                guest.call("guest#print", "\n".repeat(LineSink.LINES_MAX + 50));
            }
            assertThat(fixture.output).hasSize(LineSink.LINES_MAX + 1);
            assertThat(fixture.output.getLast()).contains("dropped");
        });
    }

    @Test
    void random_numbers_are_random() throws Exception {
        Fixture.with(guest -> {
            assertThat(guest.call("guest#random")).isNotEqualTo(guest.call("guest#random"));
        });
    }

    @Test
    void many_instances_of_one_module_keep_to_themselves() throws Exception {
        Fixture.onGuestThread(() -> {
            try (GuestInstance<IOException> one = new Fixture().start();
                    GuestInstance<IOException> other = new Fixture().start()) {
                one.call("guest#write-byte", 100, 1);
                assertThat(one.call("guest#call-sum", 100, 1)).isEqualTo(1L);
                assertThat(other.call("guest#call-sum", 100, 1)).isEqualTo(0L);
                assertThat(GuestEngine.shared().liveInstances()).isEqualTo(2);
                assertThat(one.call("guest#call-fail", "not at all")).isEqualTo(Unit.UNIT);
            }
        });
    }
}
