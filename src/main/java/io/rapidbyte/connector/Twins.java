package io.rapidbyte.connector;

import io.rapidbyte.wasm.abi.WitEnum;
import io.rapidbyte.wasm.abi.WitRecord;
import io.rapidbyte.wasm.abi.WitType;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Turns Java records into the WIT values of the same names and back: {@code maxBatchBytes} and
 * {@code max-batch-bytes}, {@code FULL_REFRESH} and {@code full-refresh}. The two declarations are the
 * table; a record whose components are not exactly the WIT type's fields is refused, so that no field
 * can be lost on the way.
 */
final class Twins {
    private Twins() {}

    /** The WIT value of {@code type} that says the same as {@code value}. */
    static Object toWit(WitType type, Object value) {
        return switch (type) {
            case WitType.RecordOf record -> toRecord(record, (Record) value);
            case WitType.EnumOf _ -> WitEnum.of(kebab(((Enum<?>) value).name()));
            case WitType.ListOf list ->
                ((List<?>) value)
                        .stream().map(element -> toWit(list.element(), element)).toList();
            case WitType.OptionOf option -> ((Optional<?>) value).map(some -> toWit(option.some(), some));
            case WitType.Primitive _ -> value;
            case WitType.ResultOf _, WitType.TupleOf _, WitType.VariantOf _, WitType.FlagsOf _ ->
                throw new IllegalArgumentException("no record has a part of type " + type);
        };
    }

    /** The Java value that says the same as a WIT value. */
    static <T> T fromWit(Class<T> type, Object value) {
        return type.cast(fromWit((Type) type, value));
    }

    private static Object fromWit(Type type, Object value) {
        if (type instanceof ParameterizedType generic) {
            Type argument = generic.getActualTypeArguments()[0];
            return generic.getRawType() == Optional.class
                    ? ((Optional<?>) value).map(some -> fromWit(argument, some))
                    : ((List<?>) value)
                            .stream().map(element -> fromWit(argument, element)).toList();
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return fromRecord(plain, (WitRecord) value);
        }
        if (plain.isEnum()) {
            return constant(plain, ((WitEnum) value).caseName());
        }
        if (plain == int.class) {
            return Math.clamp(((Number) value).longValue(), 0, Integer.MAX_VALUE);
        }
        return plain == long.class || plain == Long.class ? signed((Long) value) : value;
    }

    /** A count beyond what Java's {@code long} holds is no less absurd when it is cut to its largest. */
    private static Long signed(Long unsigned) {
        return unsigned < 0 ? Long.MAX_VALUE : unsigned;
    }

    private static WitRecord toRecord(WitType.RecordOf type, Record value) {
        RecordComponent[] components = value.getClass().getRecordComponents();
        requireTwins(type, components);
        WitRecord.Builder builder = WitRecord.builder(type);
        for (RecordComponent component : components) {
            String field = kebab(component.getName());
            WitType fieldType = type.fields().get(type.indexOf(field)).type();
            builder.set(field, toWit(fieldType, get(component, value)));
        }
        return builder.build();
    }

    private static Record fromRecord(Class<?> type, WitRecord value) {
        RecordComponent[] components = type.getRecordComponents();
        requireTwins(value.type(), components);
        Object[] parts = new Object[components.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = fromWit(components[i].getGenericType(), value.get(kebab(components[i].getName())));
        }
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return (Record) constructor.newInstance(parts);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the record " + type.getName() + " cannot be made", e);
        }
    }

    private static void requireTwins(WitType.RecordOf type, RecordComponent[] components) {
        boolean same = components.length == type.fields().size()
                && Arrays.stream(components).allMatch(component -> type.indexOf(kebab(component.getName())) >= 0);
        if (!same) {
            throw new IllegalStateException("the WIT record " + type.name() + " and its Java twin have drifted apart");
        }
    }

    private static Object get(RecordComponent component, Record value) {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the field " + component + " cannot be read", e);
        }
    }

    private static Object constant(Class<?> type, String caseName) {
        for (Object constant : type.getEnumConstants()) {
            if (kebab(((Enum<?>) constant).name()).equals(caseName)) {
                return constant;
            }
        }
        throw new IllegalStateException("the enum " + type.getName() + " lacks the case " + caseName);
    }

    /** {@code camelCase} and {@code UPPER_CASE} to {@code kebab-case}. */
    static String kebab(String name) {
        if (name.equals(name.toUpperCase(Locale.ROOT))) {
            return name.toLowerCase(Locale.ROOT).replace('_', '-');
        }
        StringBuilder kebab = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                kebab.append('-');
            }
            kebab.append(Character.toLowerCase(c));
        }
        return kebab.toString();
    }
}
