package io.rapidbyte.arrow;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.rapidbyte.model.Compression;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * Compresses whole frames between direct buffers. The compressed form is the codec's bare block (LZ4) or
 * frame (Zstd); who stores it keeps the original size beside it.
 *
 * <p>Sources are read from position to limit and stay untouched. Any thread; no state of its own.
 */
public final class FrameCompression {
    /** The fastest of the levels that always shrink column data; higher ones cost more than the hop saves. */
    private static final int ZSTD_LEVEL = 1;

    private static final LZ4Compressor LZ4 = LZ4Factory.fastestInstance().fastCompressor();
    private static final LZ4SafeDecompressor LZ4_SAFE =
            LZ4Factory.fastestInstance().safeDecompressor();

    private FrameCompression() {}

    /**
     * The most bytes that a frame of {@code size} bytes can take compressed.
     *
     * @throws IllegalArgumentException where that exceeds what a buffer can hold
     */
    public static int maxCompressedSize(Compression compression, int size) {
        long bound = switch (compression) {
            case NONE -> size;
            case LZ4 -> LZ4.maxCompressedLength(size);
            case ZSTD -> Zstd.compressBound(size);
        };
        if (size < 0 || bound > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a frame of " + size + " bytes is too large to compress");
        }
        return (int) bound;
    }

    /**
     * Compresses all of {@code source} to the position of {@code target}, which moves behind it.
     *
     * @param target direct, with at least {@link #maxCompressedSize} bytes left
     * @return the compressed size in bytes
     */
    public static int compress(Compression compression, ByteBuffer source, ByteBuffer target) {
        int size = source.remaining();
        requireDirect(source, target);
        if (target.remaining() < maxCompressedSize(compression, size)) {
            throw new IllegalArgumentException(
                    "compressing " + size + " bytes needs more room than " + target.remaining() + " bytes");
        }
        int from = source.position();
        int to = target.position();
        int written = switch (compression) {
            case NONE -> {
                target.put(to, source, from, size);
                yield size;
            }
            case LZ4 -> LZ4.compress(source, from, size, target, to, target.remaining());
            case ZSTD -> zstdCompress(source, target);
        };
        target.position(to + written);
        return written;
    }

    /**
     * Decompresses all of {@code source} into {@code target}, which must become exactly full; its position
     * moves to its limit.
     *
     * @param target direct, with as many bytes left as the original had; its content is undefined on failure
     * @throws CorruptFrameException where the bytes are broken or hold more or less than that. The codecs
     *     carry no checksum: a flipped bit inside a literal goes unnoticed.
     */
    public static void decompress(Compression compression, ByteBuffer source, ByteBuffer target)
            throws CorruptFrameException {
        requireDirect(source, target);
        int size = target.remaining();
        long written = switch (compression) {
            case NONE -> copy(source, target);
            case LZ4 -> lz4Decompress(source, target);
            case ZSTD -> zstdDecompress(source, target);
        };
        if (written != size) {
            throw new CorruptFrameException(
                    "a compressed frame holds " + written + " bytes where " + size + " were expected");
        }
        target.position(target.limit());
    }

    private static int zstdCompress(ByteBuffer source, ByteBuffer target) {
        return (int) Zstd.compressDirectByteBuffer(
                target,
                target.position(),
                target.remaining(),
                source,
                source.position(),
                source.remaining(),
                ZSTD_LEVEL);
    }

    private static long copy(ByteBuffer source, ByteBuffer target) {
        int size = source.remaining();
        if (size == target.remaining()) {
            target.put(target.position(), source, source.position(), size);
        }
        return size;
    }

    private static long lz4Decompress(ByteBuffer source, ByteBuffer target) throws CorruptFrameException {
        try {
            return LZ4_SAFE.decompress(
                    source, source.position(), source.remaining(), target, target.position(), target.remaining());
        } catch (LZ4Exception e) {
            throw new CorruptFrameException("a compressed frame is no sound LZ4 block", e);
        }
    }

    private static long zstdDecompress(ByteBuffer source, ByteBuffer target) throws CorruptFrameException {
        try {
            return Zstd.decompressDirectByteBuffer(
                    target, target.position(), target.remaining(), source, source.position(), source.remaining());
        } catch (ZstdException e) {
            throw new CorruptFrameException("a compressed frame is no sound Zstd frame", e);
        }
    }

    private static void requireDirect(ByteBuffer source, ByteBuffer target) {
        if (!source.isDirect() || !target.isDirect()) {
            throw new IllegalArgumentException("frames are compressed between direct buffers only");
        }
    }
}
