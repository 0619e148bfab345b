package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Strings, in strict UTF-8 both ways: nothing is replaced silently. */
final class StringCodec extends PointerCodec {
    private static final char REPLACEMENT = '\uFFFD';

    StringCodec() {
        super(1);
    }

    @Override
    Object read(Transfer transfer, int pointer, int length) {
        long bytes = Integer.toUnsignedLong(length);
        if (bytes > transfer.limits().stringBytes()) {
            throw new AbiException("a string of %d bytes is longer than the limit of %d"
                    .formatted(bytes, transfer.limits().stringBytes()));
        }
        int start = transfer.region(pointer, bytes, 1);
        transfer.spend(bytes);
        byte[] utf8 = new byte[length];
        transfer.bytes().get(start, utf8);
        String text = new String(utf8, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0) {
            requireStrict(utf8);
        }
        return text;
    }

    private static void requireStrict(byte[] utf8) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new AbiException("the string is not UTF-8");
        }
    }

    @Override
    long write(Transfer transfer, Object value) {
        if (!(value instanceof String text)) {
            throw HostValueException.mismatch("a String", value);
        }
        ByteBuffer utf8 = encode(text);
        int length = utf8.remaining();
        int pointer = transfer.allocate(1, length);
        transfer.bytes().put(pointer, utf8, utf8.position(), length);
        return pair(pointer, length);
    }

    private static ByteBuffer encode(String text) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new HostValueException("the string holds half of a surrogate pair and has no UTF-8 form");
        }
    }
}
