package io.rapidbyte.wasm.abi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Records and tuples, and a function's parameters: values one behind the other. */
final class FieldsCodec extends Codec {
    /** Empty for a tuple. */
    private final Optional<WitType.RecordOf> type;

    private final String[] names;
    private final Codec[] fields;
    private final int[] offsets;
    private final int[] places;

    FieldsCodec(Optional<WitType.RecordOf> type, List<String> names, List<Codec> fields) {
        super(
                alignTo(end(fields), alignOf(fields)),
                alignOf(fields),
                fields.stream().flatMap(field -> field.flat.stream()).toList());
        this.type = type;
        this.names = names.toArray(String[]::new);
        this.fields = fields.toArray(Codec[]::new);
        this.offsets = new int[fields.size()];
        this.places = new int[fields.size()];
        int offset = 0;
        int place = 0;
        for (int i = 0; i < offsets.length; i++) {
            Codec field = this.fields[i];
            offsets[i] = alignTo(offset, field.align);
            places[i] = place;
            offset = offsets[i] + field.size;
            place += field.flat.size();
        }
    }

    static FieldsCodec tuple(List<Codec> fields) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            names.add(Integer.toString(i));
        }
        return new FieldsCodec(Optional.empty(), names, fields);
    }

    private static int end(List<Codec> fields) {
        int offset = 0;
        for (Codec field : fields) {
            offset = Math.addExact(alignTo(offset, field.align), field.size);
        }
        return offset;
    }

    private static int alignOf(List<Codec> fields) {
        return fields.stream().mapToInt(field -> field.align).max().orElse(1);
    }

    @Override
    Object load(Transfer transfer, int at) {
        return wrap(loadAll(transfer, at));
    }

    Object[] loadAll(Transfer transfer, int at) {
        Object[] values = new Object[fields.length];
        for (int i = 0; i < values.length; i++) {
            try {
                values[i] = fields[i].load(transfer, at + offsets[i]);
            } catch (AbiException e) {
                throw e.within(names[i]);
            }
        }
        return values;
    }

    @Override
    Object lift(Transfer transfer, long[] core, int at) {
        return wrap(liftAll(transfer, core, at));
    }

    Object[] liftAll(Transfer transfer, long[] core, int at) {
        Object[] values = new Object[fields.length];
        for (int i = 0; i < values.length; i++) {
            try {
                values[i] = fields[i].lift(transfer, core, at + places[i]);
            } catch (AbiException e) {
                throw e.within(names[i]);
            }
        }
        return values;
    }

    @Override
    void store(Transfer transfer, int at, Object value) throws Exception {
        storeAll(transfer, at, unwrap(value));
    }

    void storeAll(Transfer transfer, int at, Object[] values) throws Exception {
        for (int i = 0; i < values.length; i++) {
            try {
                fields[i].store(transfer, at + offsets[i], values[i]);
            } catch (AbiException e) {
                throw e.within(names[i]);
            } catch (HostValueException e) {
                throw e.within(names[i]);
            }
        }
    }

    @Override
    void lower(Transfer transfer, Object value, long[] core, int at) throws Exception {
        lowerAll(transfer, unwrap(value), core, at);
    }

    void lowerAll(Transfer transfer, Object[] values, long[] core, int at) throws Exception {
        for (int i = 0; i < values.length; i++) {
            try {
                fields[i].lower(transfer, values[i], core, at + places[i]);
            } catch (AbiException e) {
                throw e.within(names[i]);
            } catch (HostValueException e) {
                throw e.within(names[i]);
            }
        }
    }

    private Object wrap(Object[] values) {
        return type.isPresent()
                ? new WitRecord(type.get(), values)
                : Collections.unmodifiableList(Arrays.asList(values));
    }

    private Object[] unwrap(Object value) {
        if (type.isPresent()) {
            if (value instanceof WitRecord held && held.type().equals(type.get())) {
                return held.values();
            }
            throw HostValueException.mismatch("a WitRecord of " + type.get().name(), value);
        }
        if (value instanceof List<?> list && list.size() == fields.length) {
            return list.toArray();
        }
        throw HostValueException.mismatch("a List of " + fields.length + " values", value);
    }
}
