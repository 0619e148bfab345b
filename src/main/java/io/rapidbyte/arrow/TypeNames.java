package io.rapidbyte.arrow;

import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Type;

/** Arrow types by name, in the spelling of {@code column.arrow-type} in the connector contract. */
final class TypeNames {
    private static final int TYPE_KIND = 2;
    private static final int TYPE = 3;

    /** In each type's own table: its first and second parameter. */
    private static final int FIRST = 0;

    private static final int SECOND = 1;
    private static final int DECIMAL_BITS = 2;

    private static final String[] TIME_UNITS = {"s", "ms", "us", "ns"};
    private static final String[] FLOATS = {"float16", "float32", "float64"};
    private static final String[] INTERVALS = {"year_month", "day_time", "month_day_nano"};

    private TypeNames() {}

    static String of(FlatTable field, SchemaBudget budget) throws MalformedFrameException {
        byte kind = field.getByte(TYPE_KIND, Type.NONE);
        FlatTable type = field.getTable(TYPE, "a field's type");
        return switch (kind) {
            case Type.Null -> "null";
            case Type.Int -> (type.getByte(SECOND, 0) != 0 ? "int" : "uint") + type.getInt(FIRST, 0);
            case Type.FloatingPoint -> oneOf(FLOATS, type, FIRST, 0);
            case Type.Binary -> "binary";
            case Type.Utf8 -> "utf8";
            case Type.Bool -> "bool";
            case Type.Decimal ->
                "decimal" + type.getInt(DECIMAL_BITS, 128) + "(" + type.getInt(FIRST, 0) + ", " + type.getInt(SECOND, 0)
                        + ")";
            case Type.Date -> type.getShort(FIRST, DateUnit.MILLISECOND) == DateUnit.DAY ? "date32" : "date64";
            case Type.Time ->
                "time" + type.getInt(SECOND, 32) + "(" + oneOf(TIME_UNITS, type, FIRST, TimeUnit.MILLISECOND) + ")";
            case Type.Timestamp -> timestamp(type, budget);
            case Type.Interval -> "interval(" + oneOf(INTERVALS, type, FIRST, 0) + ")";
            case Type.List -> "list";
            case Type.Struct_ -> "struct";
            case Type.Union -> "union";
            case Type.FixedSizeBinary -> "fixed_size_binary(" + type.getInt(FIRST, 0) + ")";
            case Type.FixedSizeList -> "fixed_size_list(" + type.getInt(FIRST, 0) + ")";
            case Type.Map -> "map";
            case Type.Duration -> "duration(" + oneOf(TIME_UNITS, type, FIRST, TimeUnit.MILLISECOND) + ")";
            case Type.LargeBinary -> "large_binary";
            case Type.LargeUtf8 -> "large_utf8";
            case Type.LargeList -> "large_list";
            case Type.RunEndEncoded -> "run_end_encoded";
            case Type.BinaryView -> "binary_view";
            case Type.Utf8View -> "utf8_view";
            case Type.ListView -> "list_view";
            case Type.LargeListView -> "large_list_view";
            default -> throw new MalformedFrameException("a field of unknown type " + kind, field.offset());
        };
    }

    private static String timestamp(FlatTable type, SchemaBudget budget) throws MalformedFrameException {
        String unit = oneOf(TIME_UNITS, type, FIRST, TimeUnit.SECOND);
        String zone = type.getString(SECOND, budget);
        return zone.isEmpty() ? "timestamp(" + unit + ")" : "timestamp(" + unit + ", " + zone + ")";
    }

    private static String oneOf(String[] names, FlatTable type, int slot, int fallback) throws MalformedFrameException {
        short index = type.getShort(slot, fallback);
        if (index < 0 || index >= names.length) {
            throw new MalformedFrameException("a type with the unknown unit " + index, type.offset());
        }
        return names[index];
    }
}
