package io.rapidbyte.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.rapidbyte.model.Compression;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameCompressionTest {

    @ParameterizedTest
    @EnumSource
    void what_was_compressed_comes_back(Compression compression) throws Exception {
        for (int rows : new int[] {0, 1, 5_000}) {
            ByteBuffer frame = ArrowSamples.users(rows);
            assertThat(roundTrip(compression, frame)).isEqualTo(ArrowSamples.bytes(frame));
        }
        assertThat(roundTrip(compression, ByteBuffer.allocateDirect(0))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void bytes_that_do_not_compress_fit_the_bound(Compression compression) throws Exception {
        byte[] noise = new byte[100_003];
        new Random(7).nextBytes(noise);
        assertThat(roundTrip(compression, ArrowSamples.direct(noise))).isEqualTo(noise);
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void column_data_shrinks(Compression compression) throws Exception {
        ByteBuffer frame = ArrowSamples.users(5_000);
        assertThat(compressed(compression, frame).remaining()).isLessThan(frame.remaining() * 2 / 3);
    }

    @ParameterizedTest
    @EnumSource
    void only_the_bytes_between_position_and_limit_count(Compression compression) throws Exception {
        byte[] original = {1, 2, 3, 4, 5};
        ByteBuffer source =
                ByteBuffer.allocateDirect(9).position(2).put(original).flip().position(2);
        ByteBuffer packed = ByteBuffer.allocateDirect(200).position(3);
        int size = FrameCompression.compress(compression, source.asReadOnlyBuffer(), packed);
        assertThat(source.position()).isEqualTo(2);
        assertThat(packed.position()).isEqualTo(3 + size);

        ByteBuffer target = ByteBuffer.allocateDirect(20).position(4).limit(9);
        FrameCompression.decompress(compression, packed.flip().position(3), target);
        assertThat(target.hasRemaining()).isFalse();
        assertThat(ArrowSamples.bytes(target.position(4))).isEqualTo(original);
        assertThat(packed.position()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void another_size_than_expected_is_an_error(Compression compression) throws Exception {
        ByteBuffer packed = compressed(compression, ArrowSamples.users(100));
        int size = ArrowSamples.users(100).remaining();
        for (int wrong : new int[] {0, 1, size - 1, size + 1, size * 2}) {
            assertThatThrownBy(() -> FrameCompression.decompress(compression, packed, ByteBuffer.allocateDirect(wrong)))
                    .as("%s bytes instead of %s", wrong, size)
                    .isInstanceOf(CorruptFrameException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void broken_bytes_give_the_typed_error_or_a_frame_of_the_right_size(Compression compression) throws Exception {
        long seed = 20_251_102L;
        Random random = new Random(seed);
        ByteBuffer frame = ArrowSamples.users(200);
        byte[] good = ArrowSamples.bytes(compressed(compression, frame));
        for (int round = 0; round < 5_000; round++) {
            byte[] bad = random.nextBoolean() ? good.clone() : Arrays.copyOf(good, random.nextInt(good.length));
            for (int flips = random.nextInt(1, 4); flips > 0 && bad.length > 0; flips--) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            ByteBuffer target = ByteBuffer.allocateDirect(frame.remaining());
            try {
                FrameCompression.decompress(compression, ArrowSamples.direct(bad), target);
                assertThat(target.hasRemaining()).isFalse();
            } catch (CorruptFrameException expected) {
                assertThat(expected).hasMessageContaining("a compressed frame");
            } catch (RuntimeException e) {
                fail("seed " + seed + ", round " + round, e);
            }
        }
    }

    @Test
    void callers_mistakes_are_refused_before_any_byte_is_touched() {
        ByteBuffer heap = ByteBuffer.allocate(10);
        ByteBuffer direct = ByteBuffer.allocateDirect(10);
        assertThatThrownBy(() -> FrameCompression.compress(Compression.LZ4, heap, direct))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FrameCompression.compress(Compression.LZ4, direct, ByteBuffer.allocateDirect(10)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FrameCompression.maxCompressedSize(Compression.LZ4, Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FrameCompression.maxCompressedSize(Compression.ZSTD, Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ByteBuffer compressed(Compression compression, ByteBuffer frame) {
        ByteBuffer packed =
                ByteBuffer.allocateDirect(FrameCompression.maxCompressedSize(compression, frame.remaining()));
        FrameCompression.compress(compression, frame, packed);
        return packed.flip();
    }

    private static byte[] roundTrip(Compression compression, ByteBuffer frame) throws CorruptFrameException {
        ByteBuffer target = ByteBuffer.allocateDirect(frame.remaining());
        FrameCompression.decompress(compression, compressed(compression, frame), target);
        return ArrowSamples.bytes(target.flip());
    }
}
