package io.rapidbyte.wasm.abi;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A type of a WIT document, with every name in it resolved. Immutable. */
public sealed interface WitType {
    /** The types without parts. */
    enum Primitive implements WitType {
        BOOL,
        U8,
        S8,
        U16,
        S16,
        U32,
        S32,
        U64,
        S64,
        F32,
        F64,
        CHAR,
        STRING
    }

    record ListOf(WitType element) implements WitType {}

    record OptionOf(WitType some) implements WitType {}

    /** Either side may be {@code _}. */
    record ResultOf(Optional<WitType> ok, Optional<WitType> err) implements WitType {}

    record TupleOf(List<WitType> elements) implements WitType {
        public TupleOf {
            elements = List.copyOf(elements);
        }
    }

    record Field(String name, WitType type) {}

    record RecordOf(String name, List<Field> fields) implements WitType {
        public RecordOf {
            fields = List.copyOf(fields);
            requireDistinct(name, fields.stream().map(Field::name).toList());
        }

        /** The field's place, or -1. */
        public int indexOf(String field) {
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i).name().equals(field)) {
                    return i;
                }
            }
            return -1;
        }
    }

    record Case(String name, Optional<WitType> payload) {}

    record VariantOf(String name, List<Case> cases) implements WitType {
        public VariantOf {
            cases = List.copyOf(cases);
            requireDistinct(name, cases.stream().map(Case::name).toList());
        }
    }

    record EnumOf(String name, List<String> cases) implements WitType {
        public EnumOf {
            cases = List.copyOf(cases);
            requireDistinct(name, cases);
        }
    }

    record FlagsOf(String name, List<String> flags) implements WitType {
        public FlagsOf {
            flags = List.copyOf(flags);
            requireDistinct(name, flags);
        }
    }

    private static void requireDistinct(String type, List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException(type + " must not be empty");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(type + " has '" + name + "' twice");
            }
        }
    }
}
