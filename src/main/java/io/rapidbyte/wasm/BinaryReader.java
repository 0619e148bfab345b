package io.rapidbyte.wasm;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the pieces that a WebAssembly binary is made of; refuses what runs past the end. */
final class BinaryReader {
    private static final int U32_BYTES_MAX = 5;

    private final byte[] bytes;
    private final int end;
    private int at;

    BinaryReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    int position() {
        return at;
    }

    boolean atEnd() {
        return at == end;
    }

    int octet() {
        if (at >= end) {
            throw new ModuleRefused("it ends in the middle of something");
        }
        return Byte.toUnsignedInt(bytes[at++]);
    }

    /** An unsigned number in LEB128. */
    long u32() {
        long value = 0;
        for (int i = 0; i < U32_BYTES_MAX; i++) {
            int octet = octet();
            value |= (long) (octet & 0x7F) << (7 * i);
            if (octet < 0x80) {
                if (value > 0xFFFF_FFFFL) {
                    break;
                }
                return value;
            }
        }
        throw new ModuleRefused("a number at offset " + at + " is too large");
    }

    /** A length that must still be there. */
    int length() {
        long length = u32();
        if (length > end - at) {
            throw new ModuleRefused("it ends in the middle of something");
        }
        return (int) length;
    }

    String name() {
        int length = length();
        try {
            String name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, at, length))
                    .toString();
            at += length;
            return name;
        } catch (CharacterCodingException e) {
            throw new ModuleRefused("a name at offset " + at + " is not UTF-8", e);
        }
    }

    void skip(int count) {
        at += count;
    }
}
