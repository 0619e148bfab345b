package io.rapidbyte.wasm.abi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a Java value stands for a case and its payload. */
sealed interface CaseView {
    Object wrap(int index, Object payload);

    int indexOf(Object value);

    Object payload(Object value);

    String name(int index);

    /** {@code none} and {@code some} are an empty and a full {@link Optional}. */
    record OfOption() implements CaseView {
        @Override
        public Object wrap(int index, Object payload) {
            return index == 0 ? Optional.empty() : Optional.of(payload);
        }

        @Override
        public int indexOf(Object value) {
            return cast(value).isPresent() ? 1 : 0;
        }

        @Override
        public Object payload(Object value) {
            Optional<?> option = cast(value);
            return option.isPresent() ? option.get() : Unit.UNIT;
        }

        @Override
        public String name(int index) {
            return index == 0 ? "none" : "some";
        }

        private static Optional<?> cast(Object value) {
            if (value instanceof Optional<?> option) {
                return option;
            }
            throw HostValueException.mismatch("an Optional", value);
        }
    }

    /** {@link WitResult}. */
    record OfResult() implements CaseView {
        static final int OK = 0;

        @Override
        public Object wrap(int index, Object payload) {
            return index == OK ? WitResult.ok(payload) : WitResult.err(payload);
        }

        @Override
        public int indexOf(Object value) {
            return switch (cast(value)) {
                case WitResult.Ok ok -> OK;
                case WitResult.Err err -> 1;
            };
        }

        @Override
        public Object payload(Object value) {
            return switch (cast(value)) {
                case WitResult.Ok(Object held) -> held;
                case WitResult.Err(Object held) -> held;
            };
        }

        @Override
        public String name(int index) {
            return index == OK ? "ok" : "err";
        }

        private static WitResult cast(Object value) {
            if (value instanceof WitResult result) {
                return result;
            }
            throw HostValueException.mismatch("a WitResult", value);
        }
    }

    /** {@link WitEnum}; the same few objects for ever. */
    record OfEnum(List<WitEnum> cases, Map<String, Integer> places) implements CaseView {
        static OfEnum of(WitType.EnumOf type) {
            return new OfEnum(type.cases().stream().map(WitEnum::new).toList(), CaseView.places(type.cases()));
        }

        @Override
        public Object wrap(int index, Object payload) {
            return cases.get(index);
        }

        @Override
        public int indexOf(Object value) {
            if (value instanceof WitEnum(String caseName)) {
                return place(places, caseName);
            }
            throw HostValueException.mismatch("a WitEnum", value);
        }

        @Override
        public Object payload(Object value) {
            return Unit.UNIT;
        }

        @Override
        public String name(int index) {
            return cases.get(index).caseName();
        }
    }

    /** {@link WitVariant}. */
    record OfVariant(List<String> cases, Map<String, Integer> places) implements CaseView {
        static OfVariant of(WitType.VariantOf type) {
            List<String> names = type.cases().stream().map(WitType.Case::name).toList();
            return new OfVariant(names, CaseView.places(names));
        }

        @Override
        public Object wrap(int index, Object payload) {
            return new WitVariant(cases.get(index), payload);
        }

        @Override
        public int indexOf(Object value) {
            return place(places, cast(value).caseName());
        }

        @Override
        public Object payload(Object value) {
            return cast(value).payload();
        }

        @Override
        public String name(int index) {
            return cases.get(index);
        }

        private static WitVariant cast(Object value) {
            if (value instanceof WitVariant variant) {
                return variant;
            }
            throw HostValueException.mismatch("a WitVariant", value);
        }
    }

    private static Map<String, Integer> places(List<String> names) {
        Map<String, Integer> places = new HashMap<>();
        for (String name : names) {
            places.put(name, places.size());
        }
        return Map.copyOf(places);
    }

    private static int place(Map<String, Integer> places, String name) {
        Integer place = places.get(name);
        if (place == null) {
            throw new HostValueException("there is no case '" + name + "'");
        }
        return place;
    }
}
