package io.rapidbyte.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class FramePoolTest {
    private static final long KEPT = 64 << 10;

    @Test
    void memory_comes_in_powers_of_two_up_to_the_largest_kept_size() {
        assertThat(FramePool.capacityFor(0)).isEqualTo(4 << 10);
        assertThat(FramePool.capacityFor(4 << 10)).isEqualTo(4 << 10);
        assertThat(FramePool.capacityFor((4 << 10) + 1)).isEqualTo(8 << 10);
        assertThat(FramePool.capacityFor(64 << 20)).isEqualTo(64 << 20);
        assertThat(FramePool.capacityFor((64 << 20) + 1)).isEqualTo((64 << 20) + 1);
    }

    @Test
    void released_memory_is_reused() {
        try (FramePool pool = new FramePool(KEPT)) {
            PooledBytes first = pool.lease(5000, "edge");
            first.view().putInt(42);
            first.release();
            PooledBytes second = pool.lease(6000, "edge");
            assertThat(second.view().getInt()).isEqualTo(42);
            assertThat(second.view().remaining()).isEqualTo(6000);
            second.release();
            assertThat(pool.idleBytes()).isEqualTo(8 << 10);
        }
    }

    @Test
    void no_more_than_the_cap_stays_idle() {
        try (FramePool pool = new FramePool(KEPT)) {
            PooledBytes[] leases = new PooledBytes[32];
            for (int i = 0; i < leases.length; i++) {
                leases[i] = pool.lease(4 << 10, "edge");
            }
            assertThat(pool.leasedBytes()).isEqualTo(32 * (4 << 10));
            for (PooledBytes lease : leases) {
                lease.release();
            }
            assertThat(pool.idleBytes()).isEqualTo(KEPT);
            assertThat(pool.leasedBytes()).isZero();
        }
    }

    @Test
    void sizes_in_use_displace_sizes_out_of_use() {
        try (FramePool pool = new FramePool(KEPT)) {
            for (int i = 0; i < 16; i++) {
                pool.lease(4 << 10, "edge").release();
            }
            PooledBytes large = pool.lease(64 << 10, "edge");
            large.view().putInt(7);
            large.release();
            PooledBytes again = pool.lease(64 << 10, "edge");
            assertThat(again.view().getInt()).isEqualTo(7);
            again.release();
        }
    }

    @Test
    void a_leak_is_reported_by_name() {
        try (FramePool pool = new FramePool(KEPT)) {
            PooledBytes lost = pool.lease(100, "edge 1");
            pool.lease(100, "edge 2").release();
            assertThat(pool.leased()).containsExactly(java.util.Map.entry("edge 1", 4L << 10));
            lost.release();
            assertThat(pool.leased()).isEmpty();
        }
    }

    @Test
    void releasing_twice_and_using_after_release_are_refused() {
        try (FramePool pool = new FramePool(KEPT)) {
            PooledBytes bytes = pool.lease(100, "edge 1");
            bytes.release();
            assertThatIllegalStateException().isThrownBy(bytes::release).withMessageContaining("edge 1");
            assertThatIllegalStateException().isThrownBy(bytes::view).withMessageContaining("after their release");
        }
    }

    @Test
    void a_closed_pool_keeps_nothing() {
        FramePool pool = new FramePool(KEPT);
        PooledBytes late = pool.lease(100, "edge");
        pool.close();
        late.release();
        assertThat(pool.idleBytes()).isZero();
    }
}
