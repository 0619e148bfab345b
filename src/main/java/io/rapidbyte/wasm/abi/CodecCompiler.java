package io.rapidbyte.wasm.abi;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/** Makes codecs from types. A type that is used in many places is compiled once. */
final class CodecCompiler {
    /** Deeper than any contract is, and shallow enough for every stack. */
    private static final int MAX_DEPTH = 64;

    /** A value that takes more than a mebibyte beside what it points at is a mistake. */
    private static final int MAX_SIZE_BYTES = 1 << 20;

    private static final Codec UNIT = new UnitCodec();

    private final IdentityHashMap<WitType, Codec> done = new IdentityHashMap<>();

    Codec compile(WitType type) {
        return compile(type, 0);
    }

    Codec compile(Optional<WitType> type) {
        return compile(type, 0);
    }

    FieldsCodec params(WitFunction function) {
        List<String> names = function.params().stream().map(WitType.Field::name).toList();
        List<Codec> codecs =
                function.params().stream().map(param -> compile(param.type())).toList();
        return new FieldsCodec(Optional.empty(), names, codecs);
    }

    private Codec compile(Optional<WitType> type, int depth) {
        return type.isPresent() ? compile(type.get(), depth) : UNIT;
    }

    private Codec compile(WitType type, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("types nest deeper than " + MAX_DEPTH);
        }
        Codec known = done.get(type);
        if (known != null) {
            return known;
        }
        Codec made = make(type, depth + 1);
        if (made.size > MAX_SIZE_BYTES) {
            throw new IllegalArgumentException(
                    "a value of a type takes " + made.size + " bytes, more than " + MAX_SIZE_BYTES);
        }
        done.put(type, made);
        return made;
    }

    private Codec make(WitType type, int depth) {
        return switch (type) {
            case WitType.Primitive primitive ->
                primitive == WitType.Primitive.STRING ? new StringCodec() : new PrimitiveCodec(primitive);
            case WitType.ListOf(WitType element) ->
                element == WitType.Primitive.U8 ? new BytesCodec() : new ListCodec(compile(element, depth));
            case WitType.OptionOf(WitType some) ->
                new CasesCodec(new CaseView.OfOption(), List.of(UNIT, compile(some, depth)));
            case WitType.ResultOf(Optional<WitType> ok, Optional<WitType> err) ->
                new CasesCodec(new CaseView.OfResult(), List.of(compile(ok, depth), compile(err, depth)));
            case WitType.TupleOf(List<WitType> elements) ->
                FieldsCodec.tuple(
                        elements.stream().map(each -> compile(each, depth)).toList());
            case WitType.RecordOf record ->
                new FieldsCodec(
                        Optional.of(record),
                        record.fields().stream().map(WitType.Field::name).toList(),
                        record.fields().stream()
                                .map(field -> compile(field.type(), depth))
                                .toList());
            case WitType.VariantOf variant ->
                new CasesCodec(
                        CaseView.OfVariant.of(variant),
                        variant.cases().stream()
                                .map(each -> compile(each.payload(), depth))
                                .toList());
            case WitType.EnumOf named ->
                new CasesCodec(
                        CaseView.OfEnum.of(named),
                        Collections.nCopies(named.cases().size(), UNIT));
            case WitType.FlagsOf flags -> new FlagsCodec(flags);
        };
    }
}
