package io.rapidbyte.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Looks at the JVM's own count of direct memory. Nobody calls the garbage collector. */
class GuestMemoryTest {
    private static final int INSTANCES = 16;
    private static final int PAGE_BYTES = 64 << 10;

    /** Below what a single instance of these tests takes, above what else the JVM may do meanwhile. */
    private static final long LITTLE_BYTES = 4L << 20;

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    @Test
    void a_closed_instance_gives_its_memory_back_at_once() throws Exception {
        long before = directBytes();
        for (int i = 0; i < INSTANCES; i++) {
            Fixture.with(guest -> {
                guest.call("guest#grow", 150);
                assertThat(directBytes()).isGreaterThan(before + LITTLE_BYTES);
            });
        }
        assertThat(directBytes()).isLessThan(before + LITTLE_BYTES);
    }

    @Test
    void what_growing_leaves_behind_is_given_back_while_the_guest_lives() throws Exception {
        long before = directBytes();
        Fixture.with(guest -> {
            for (int pages = 0; pages < 150; pages++) {
                guest.call("guest#grow", 1);
            }
            // The engine makes room for half as much again.
            assertThat(directBytes() - before).isLessThan(guest.memoryBytes() * 3 / 2 + PAGE_BYTES);
        });
    }

    @Test
    void what_growing_for_the_hosts_answer_leaves_behind_is_given_back_too() throws Exception {
        long before = directBytes();
        Fixture.with(guest -> {
            assertThat(guest.call("guest#call-read", 8 << 20, 32)).isEqualTo(4L << 20);
            assertThat(directBytes() - before).isLessThan(guest.memoryBytes() * 3 / 2 + PAGE_BYTES);
        });
    }

    @Test
    void an_instance_that_failed_gives_its_memory_back() throws Exception {
        long before = directBytes();
        for (int i = 0; i < INSTANCES; i++) {
            Fixture.with(guest -> {
                guest.call("guest#grow", 150);
                assertThatThrownBy(() -> guest.call("guest#call-fail", "checked"))
                        .isInstanceOf(IOException.class);
            });
        }
        assertThat(directBytes()).isLessThan(before + LITTLE_BYTES);
    }

    @Test
    void a_cancelled_instance_gives_its_memory_back() throws Exception {
        long before = directBytes();
        for (int i = 0; i < INSTANCES; i++) {
            Fixture.with(guest -> {
                guest.call("guest#grow", 150);
                guest.cancel();
            });
        }
        assertThat(directBytes()).isLessThan(before + LITTLE_BYTES);
    }
}
