package io.rapidbyte.wasm.abi;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A value of a {@code record} type: its fields' values in the order of the type. Immutable. The typed
 * getters fail with a {@link ClassCastException} where the field is of another type; all of them fail
 * with an {@link IllegalArgumentException} where there is no such field.
 */
public final class WitRecord {
    private final WitType.RecordOf type;
    private final Object[] values;

    /** Takes {@code values} over; the caller must not touch it any more. */
    WitRecord(WitType.RecordOf type, Object[] values) {
        this.type = type;
        this.values = values;
    }

    /** A record from its values in the order of the type's fields. */
    public static WitRecord of(WitType.RecordOf type, Object... values) {
        if (values.length != type.fields().size()) {
            throw new IllegalArgumentException("record %s has %d fields, not %d"
                    .formatted(type.name(), type.fields().size(), values.length));
        }
        return new WitRecord(type, values.clone());
    }

    public static Builder builder(WitType.RecordOf type) {
        return new Builder(type);
    }

    /** Not a copy: for reading only. */
    Object[] values() {
        return values;
    }

    public WitType.RecordOf type() {
        return type;
    }

    public Object get(String field) {
        return values[place(type, field)];
    }

    public Object get(int index) {
        return values[index];
    }

    public String string(String field) {
        return (String) get(field);
    }

    public boolean bool(String field) {
        return (Boolean) get(field);
    }

    /** Any integer type; {@code u64} above {@link Long#MAX_VALUE} is negative. */
    public long integer(String field) {
        return ((Number) get(field)).longValue();
    }

    /** The case of an {@code enum}. */
    public String enumCase(String field) {
        return ((WitEnum) get(field)).caseName();
    }

    public Optional<?> option(String field) {
        return (Optional<?>) get(field);
    }

    public List<?> list(String field) {
        return (List<?>) get(field);
    }

    public WitRecord record(String field) {
        return (WitRecord) get(field);
    }

    private static int place(WitType.RecordOf type, String field) {
        int index = type.indexOf(field);
        if (index < 0) {
            throw new IllegalArgumentException("record " + type.name() + " has no field '" + field + "'");
        }
        return index;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WitRecord that && type.equals(that.type) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(type.name()).append('{');
        for (int i = 0; i < values.length; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(type.fields().get(i).name())
                    .append(": ")
                    .append(values[i]);
        }
        return text.append('}').toString();
    }

    /** Collects a record's values by name. Options not set are empty; everything else must be set. */
    public static final class Builder {
        private final WitType.RecordOf type;
        private final Object[] values;

        private Builder(WitType.RecordOf type) {
            this.type = type;
            this.values = new Object[type.fields().size()];
            for (int i = 0; i < values.length; i++) {
                if (type.fields().get(i).type() instanceof WitType.OptionOf) {
                    values[i] = Optional.empty();
                }
            }
        }

        public Builder set(String field, Object value) {
            values[place(type, field)] = value;
            return this;
        }

        public WitRecord build() {
            for (int i = 0; i < values.length; i++) {
                if (values[i] == null) {
                    throw new IllegalStateException("record %s lacks its field '%s'"
                            .formatted(type.name(), type.fields().get(i).name()));
                }
            }
            return new WitRecord(type, values.clone());
        }
    }
}
