package io.rapidbyte.wasm;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts what a guest writes into lines; long lines are cut off, and a flood ends (I30). */
final class LineSink extends OutputStream {
    /** A panic message with its location fits; a dump does not. */
    static final int LINE_BYTES_MAX = 8 << 10;

    /** Of one instance: enough to find a defect, too little to fill a disk. */
    static final int LINES_MAX = 10_000;

    private final Consumer<String> lines;
    private final byte[] line = new byte[LINE_BYTES_MAX];
    private int length;
    private int count;
    private String last = "";

    LineSink(Consumer<String> lines) {
        this.lines = lines;
    }

    /** The latest line, finished or not; empty before the first. */
    String last() {
        return length > 0 ? text() : last;
    }

    @Override
    public void write(int octet) {
        if (octet == '\n') {
            finish();
        } else if (length < LINE_BYTES_MAX) {
            line[length++] = (byte) octet;
        }
    }

    @Override
    public void close() {
        if (length > 0) {
            finish();
        }
    }

    private void finish() {
        last = text();
        length = 0;
        count++;
        if (count <= LINES_MAX) {
            lines.accept(last);
        } else if (count == LINES_MAX + 1) {
            lines.accept("(further output is dropped after " + LINES_MAX + " lines)");
        }
    }

    private String text() {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, StandardCharsets.UTF_8);
    }
}
