package io.rapidbyte.arrow;

import io.rapidbyte.fuzz.Fuzz;
import io.rapidbyte.model.Compression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("fuzz")
class FrameFuzzTest {
    /** Room for what a sound frame holds, and nothing beyond it to write into unseen. */
    private static final int FRAME_BYTES = 4096;

    @Test
    void a_frame_is_walked_or_refused() throws IOException {
        Fuzz.of("frame")
                .sample(ArrowSamples.bytes(ArrowSamples.users(3, 2)))
                .sample(ArrowSamples.bytes(ArrowSamples.schemaOnly(ArrowSamples.USERS)))
                .allocating(8 << 20)
                .feed(20_000, bytes -> {
                    for (ByteBuffer frame : List.of(ByteBuffer.wrap(bytes), ArrowSamples.direct(bytes))) {
                        try {
                            IpcFrames.summarize(frame);
                            IpcFrames.schema(frame);
                        } catch (MalformedFrameException e) {
                            // as declared
                        }
                    }
                });
    }

    @ParameterizedTest
    @EnumSource
    void a_compressed_frame_is_restored_or_refused(Compression compression) {
        byte[] content = new byte[FRAME_BYTES];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i % 100);
        }
        ByteBuffer packed = ByteBuffer.allocateDirect(FrameCompression.maxCompressedSize(compression, content.length));
        FrameCompression.compress(compression, ArrowSamples.direct(content), packed);
        ByteBuffer restored = ByteBuffer.allocateDirect(FRAME_BYTES + 64);
        Fuzz.of("compressed-" + compression)
                .sample(ArrowSamples.bytes(packed.flip()))
                .allocating(1 << 20)
                .feed(5_000, bytes -> {
                    restored.clear();
                    for (int i = FRAME_BYTES; i < restored.capacity(); i++) {
                        restored.put(i, (byte) 77);
                    }
                    try {
                        FrameCompression.decompress(
                                compression, ArrowSamples.direct(bytes), restored.limit(FRAME_BYTES));
                    } catch (CorruptFrameException e) {
                        // as declared
                    }
                    restored.limit(restored.capacity());
                    for (int i = FRAME_BYTES; i < restored.capacity(); i++) {
                        if (restored.get(i) != 77) {
                            throw new AssertionError("wrote behind the end");
                        }
                    }
                });
    }
}
