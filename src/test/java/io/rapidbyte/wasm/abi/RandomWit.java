package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Random types, and random values of them in the form in which lifting gives them. */
final class RandomWit {
    private static final WitType.Primitive[] PRIMITIVES = WitType.Primitive.values();

    private final Random random;
    private int names;

    RandomWit(long seed) {
        this.random = new Random(seed);
    }

    WitType type(int depth) {
        if (depth == 0) {
            return PRIMITIVES[random.nextInt(PRIMITIVES.length)];
        }
        return switch (random.nextInt(10)) {
            case 0 -> new WitType.ListOf(type(depth - 1));
            case 1 -> new WitType.ListOf(WitType.Primitive.U8);
            case 2 -> new WitType.OptionOf(type(depth - 1));
            case 3 -> new WitType.ResultOf(maybe(depth - 1), maybe(depth - 1));
            case 4 -> new WitType.TupleOf(types(1 + random.nextInt(4), depth - 1));
            case 5, 6 -> {
                List<WitType.Field> fields = types(1 + random.nextInt(6), depth - 1).stream()
                        .map(type -> new WitType.Field(name(), type))
                        .toList();
                yield new WitType.RecordOf(name(), fields);
            }
            case 7 -> {
                List<WitType.Case> cases = IntStream.rangeClosed(0, random.nextInt(5))
                        .mapToObj(i -> new WitType.Case(name(), maybe(depth - 1)))
                        .toList();
                yield new WitType.VariantOf(name(), cases);
            }
            case 8 -> new WitType.EnumOf(name(), someNames(random.nextInt(4) == 0 ? 300 : 5));
            default -> new WitType.FlagsOf(name(), someNames(32));
        };
    }

    List<WitType> types(int count, int depth) {
        List<WitType> types = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            types.add(type(depth));
        }
        return types;
    }

    private Optional<WitType> maybe(int depth) {
        return random.nextBoolean() ? Optional.of(type(depth)) : Optional.empty();
    }

    private List<String> someNames(int max) {
        return IntStream.rangeClosed(0, random.nextInt(max))
                .mapToObj(i -> name())
                .toList();
    }

    private String name() {
        return "n" + names++;
    }

    Object value(WitType type) {
        return switch (type) {
            case WitType.Primitive primitive -> primitive(primitive);
            case WitType.ListOf(WitType element) ->
                element == WitType.Primitive.U8 ? bytes() : list(random.nextInt(5), element);
            case WitType.OptionOf(WitType some) -> random.nextBoolean() ? Optional.of(value(some)) : Optional.empty();
            case WitType.ResultOf(Optional<WitType> ok, Optional<WitType> err) ->
                random.nextBoolean() ? WitResult.ok(payload(ok)) : WitResult.err(payload(err));
            case WitType.TupleOf(List<WitType> elements) ->
                elements.stream().map(this::value).toList();
            case WitType.RecordOf record ->
                WitRecord.of(
                        record,
                        record.fields().stream()
                                .map(field -> value(field.type()))
                                .toArray());
            case WitType.VariantOf variant -> {
                WitType.Case chosen =
                        variant.cases().get(random.nextInt(variant.cases().size()));
                yield WitVariant.of(chosen.name(), payload(chosen.payload()));
            }
            case WitType.EnumOf named ->
                WitEnum.of(named.cases().get(random.nextInt(named.cases().size())));
            case WitType.FlagsOf flags -> {
                Set<String> set = new HashSet<>();
                flags.flags().stream().filter(flag -> random.nextBoolean()).forEach(set::add);
                yield new WitFlags(set);
            }
        };
    }

    private Object payload(Optional<WitType> type) {
        return type.isPresent() ? value(type.get()) : Unit.UNIT;
    }

    private ByteBuffer bytes() {
        byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(100_000) : random.nextInt(20)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private List<Object> list(int length, WitType element) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            values.add(value(element));
        }
        return values;
    }

    private Object primitive(WitType.Primitive type) {
        long bits = random.nextInt(3) == 0 ? -1L >>> random.nextInt(64) : random.nextLong();
        return switch (type) {
            case BOOL -> random.nextBoolean();
            case U8 -> (int) bits & 0xFF;
            case S8 -> (int) (byte) bits;
            case U16 -> (int) bits & 0xFFFF;
            case S16 -> (int) (short) bits;
            case U32 -> bits & 0xFFFF_FFFFL;
            case S32 -> (int) bits;
            case U64, S64 -> bits;
            case F32 -> random.nextInt(5) == 0 ? Float.NEGATIVE_INFINITY : random.nextFloat();
            case F64 -> random.nextInt(5) == 0 ? -0.0 : random.nextGaussian();
            case CHAR -> random.nextBoolean() ? 'a' + random.nextInt(26) : 0x1F418 - random.nextInt(2000);
            case STRING -> string();
        };
    }

    private String string() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint((Integer) primitive(WitType.Primitive.CHAR));
        }
        return text.toString();
    }
}
