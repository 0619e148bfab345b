package io.rapidbyte.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.rapidbyte.arrow.FrameSchema.FrameColumn;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.flatbuf.Binary;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/** A column in the making, of values that come as text: the type, in the spelling of {@link FrameColumn}, says how they are read. */
final class TextColumn {
    private static final Pattern PARAMETERS = Pattern.compile("(\\w+)(?:\\((.*)\\))?");
    private static final int DECIMAL_BYTES = 16;
    private static final int DECIMAL_BITS = 128;
    private static final int TIME_BITS = 64;

    /** How the values lie in memory. */
    private enum Layout {
        BITS,
        FIXED,
        VARIABLE
    }

    private final FrameColumn column;
    private final String kind;
    private final String[] parameters;
    private final Layout layout;
    private final ByteArrayOutputStream values = new ByteArrayOutputStream();
    private final ByteArrayOutputStream offsets = new ByteArrayOutputStream();
    private final BitSet set = new BitSet();
    private final BitSet present = new BitSet();
    private int rows;

    TextColumn(FrameColumn column) throws UnreadableValueException {
        this.column = column;
        Matcher type = PARAMETERS.matcher(column.type());
        boolean wellFormed = type.matches();
        this.kind = wellFormed ? type.group(1) : column.type();
        this.parameters = wellFormed && type.group(2) != null ? type.group(2).split(", ", -1) : new String[0];
        this.layout = switch (kind) {
            case "bool" -> Layout.BITS;
            case "utf8", "binary" -> Layout.VARIABLE;
            case "int16", "int32", "int64", "float32", "float64", "date32" -> Layout.FIXED;
            case "decimal128" -> parametersNeeded(2);
            case "fixed_size_binary" -> parametersNeeded(1);
            case "time64", "timestamp" -> microseconds();
            default -> throw unknown();
        };
        putOffset();
    }

    private Layout parametersNeeded(int count) throws UnreadableValueException {
        if (parameters.length != count) {
            throw unknown();
        }
        return Layout.FIXED;
    }

    private Layout microseconds() throws UnreadableValueException {
        if (parameters.length == 0 || !parameters[0].equals("us")) {
            throw unknown();
        }
        return Layout.FIXED;
    }

    private UnreadableValueException unknown() {
        return new UnreadableValueException(
                "column " + column.name() + ": values of type " + column.type() + " cannot be read from text");
    }

    void add(Optional<String> value) throws UnreadableValueException {
        if (value.isPresent()) {
            present.set(rows);
            put(value.get());
        } else if (layout == Layout.FIXED) {
            values.writeBytes(new byte[width()]);
        }
        rows++;
        putOffset();
    }

    private void put(String text) throws UnreadableValueException {
        try {
            switch (layout) {
                case BITS -> set.set(rows, bool(text));
                case VARIABLE ->
                    values.writeBytes(kind.equals("utf8") ? text.getBytes(StandardCharsets.UTF_8) : bytes(text));
                case FIXED -> values.writeBytes(fixed(text));
            }
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            // Without the value, and so without the cause, which may show it (I31).
            throw new UnreadableValueException(
                    "column " + column.name() + ", row " + (rows + 1) + ": the text is no " + column.type());
        }
    }

    private int width() {
        return switch (kind) {
            case "int16" -> Short.BYTES;
            case "int32", "float32", "date32" -> Integer.BYTES;
            case "decimal128" -> DECIMAL_BYTES;
            case "fixed_size_binary" -> Integer.parseInt(parameters[0]);
            default -> Long.BYTES;
        };
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "t", "true" -> true;
            case "f", "false" -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    private byte[] fixed(String text) {
        ByteBuffer out = ByteBuffer.allocate(width()).order(ByteOrder.LITTLE_ENDIAN);
        switch (kind) {
            case "int16" -> out.putShort(Short.parseShort(text));
            case "int32" -> out.putInt(Integer.parseInt(text));
            case "int64" -> out.putLong(Long.parseLong(text));
            case "float32" -> out.putFloat(Float.parseFloat(text));
            case "float64" -> out.putDouble(Double.parseDouble(text));
            case "date32" -> out.putInt(TextTimes.days(text));
            case "time64" -> out.putLong(TextTimes.timeOfDay(text));
            case "timestamp" -> out.putLong(TextTimes.timestamp(text));
            case "decimal128" -> putDecimal(text, out);
            default -> out.put(requireWidth(bytes(text)));
        }
        return out.array();
    }

    private void putDecimal(String text, ByteBuffer out) {
        BigDecimal number = new BigDecimal(text).setScale(Integer.parseInt(parameters[1]));
        if (number.precision() > Integer.parseInt(parameters[0])) {
            throw new ArithmeticException();
        }
        BigInteger unscaled = number.unscaledValue();
        out.putLong(unscaled.longValue()).putLong(unscaled.shiftRight(Long.SIZE).longValue());
    }

    /** Hexadecimal digits, with or without the sign that PostgreSQL puts in front of bytes, or the strokes of a UUID. */
    private static byte[] bytes(String text) {
        String digits = text.startsWith("\\x") ? text.substring(2) : text.replace("-", "");
        return HexFormat.of().parseHex(digits);
    }

    private byte[] requireWidth(byte[] bytes) {
        if (bytes.length != width()) {
            throw new IllegalArgumentException();
        }
        return bytes;
    }

    private void putOffset() {
        offsets.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(values.size())
                .array());
    }

    int nulls() {
        return rows - present.cardinality();
    }

    /** Validity, and what the layout has; in Arrow's order. */
    List<byte[]> buffers() {
        byte[] validity = nulls() == 0 ? new byte[0] : bits(present);
        return switch (layout) {
            case BITS -> List.of(validity, bits(set));
            case FIXED -> List.of(validity, values.toByteArray());
            case VARIABLE -> List.of(validity, offsets.toByteArray(), values.toByteArray());
        };
    }

    private byte[] bits(BitSet bits) {
        byte[] all = new byte[(rows + Byte.SIZE - 1) / Byte.SIZE];
        byte[] used = bits.toByteArray();
        System.arraycopy(used, 0, all, 0, used.length);
        return all;
    }

    /** The member of Arrow's union of types. */
    byte typeId() {
        return switch (kind) {
            case "bool" -> Type.Bool;
            case "int16", "int32", "int64" -> Type.Int;
            case "float32", "float64" -> Type.FloatingPoint;
            case "decimal128" -> Type.Decimal;
            case "utf8" -> Type.Utf8;
            case "binary" -> Type.Binary;
            case "fixed_size_binary" -> Type.FixedSizeBinary;
            case "date32" -> Type.Date;
            case "time64" -> Type.Time;
            default -> Type.Timestamp;
        };
    }

    /** Writes the type's own table. */
    int type(FlatBufferBuilder builder) {
        return switch (kind) {
            case "bool" -> empty(builder, Bool::startBool, Bool::endBool);
            case "utf8" -> empty(builder, Utf8::startUtf8, Utf8::endUtf8);
            case "binary" -> empty(builder, Binary::startBinary, Binary::endBinary);
            case "int16", "int32", "int64" -> Int.createInt(builder, width() * Byte.SIZE, true);
            case "float32" -> FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
            case "float64" -> FloatingPoint.createFloatingPoint(builder, Precision.DOUBLE);
            case "decimal128" ->
                Decimal.createDecimal(
                        builder, Integer.parseInt(parameters[0]), Integer.parseInt(parameters[1]), DECIMAL_BITS);
            case "fixed_size_binary" -> FixedSizeBinary.createFixedSizeBinary(builder, width());
            case "date32" -> Date.createDate(builder, DateUnit.DAY);
            case "time64" -> Time.createTime(builder, TimeUnit.MICROSECOND, TIME_BITS);
            default -> Timestamp.createTimestamp(builder, TimeUnit.MICROSECOND, zone(builder));
        };
    }

    private int zone(FlatBufferBuilder builder) {
        return parameters.length > 1 ? builder.createString(parameters[1]) : 0;
    }

    private interface Start {
        void in(FlatBufferBuilder builder);
    }

    private interface End {
        int in(FlatBufferBuilder builder);
    }

    private static int empty(FlatBufferBuilder builder, Start start, End end) {
        start.in(builder);
        return end.in(builder);
    }
}
