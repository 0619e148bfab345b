package io.rapidbyte.wasm.abi;

import io.rapidbyte.wasm.abi.WitScope.Written;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Types, type definitions and function signatures. */
final class WitTypeParser {
    /** Deeper than any contract is, and shallow enough for every stack. */
    private static final int MAX_DEPTH = 64;

    private static final Set<String> UNSUPPORTED =
            Set.of("resource", "own", "borrow", "future", "stream", "error-context", "map", "async");

    private final WitTokens tokens;
    private int depth;

    WitTypeParser(WitTokens tokens) {
        this.tokens = tokens;
    }

    /** Reads one type definition into {@code scope}, if the next tokens are one. */
    boolean definition(WitScope scope) {
        WitLexer.Token keyword = tokens.peek();
        if (keyword.escaped()
                || !Set.of("type", "record", "variant", "enum", "flags").contains(keyword.text())) {
            return false;
        }
        tokens.next();
        WitLexer.Token named = tokens.peek();
        String name = tokens.name();
        scope.declare(
                name,
                named.line(),
                switch (keyword.text()) {
                    case "type" -> alias();
                    case "record" -> record(name, named.line());
                    case "variant" -> variant(name, named.line());
                    case "enum" -> {
                        List<String> cases = tokens.list("{", "}", tokens::name);
                        yield scopeless(named.line(), () -> new WitType.EnumOf(name, cases));
                    }
                    default -> {
                        List<String> flags = tokens.list("{", "}", tokens::name);
                        yield scopeless(named.line(), () -> new WitType.FlagsOf(name, flags));
                    }
                });
        return true;
    }

    private Written alias() {
        tokens.expect("=");
        Written target = type();
        tokens.expect(";");
        return target;
    }

    private Written record(String name, int line) {
        List<WrittenField> fields = tokens.list("{", "}", this::field);
        return scope -> checked(line, () -> new WitType.RecordOf(name, resolve(fields, scope)));
    }

    private Written variant(String name, int line) {
        List<WrittenCase> cases = tokens.list("{", "}", this::variantCase);
        return scope -> checked(
                line,
                () -> new WitType.VariantOf(
                        name,
                        cases.stream()
                                .map(each -> new WitType.Case(each.name, each.type.map(type -> type.resolve(scope))))
                                .toList()));
    }

    private static Written scopeless(int line, Supplier<WitType> made) {
        return scope -> checked(line, made);
    }

    /** Empty and doubled names are found by the types themselves; here they get their line. */
    private static WitType checked(int line, Supplier<WitType> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new WitSyntaxException(line, String.valueOf(e.getMessage()));
        }
    }

    private record WrittenField(String name, Written type) {}

    private record WrittenCase(String name, Optional<Written> type) {}

    private WrittenField field() {
        String name = tokens.name();
        tokens.expect(":");
        return new WrittenField(name, type());
    }

    private WrittenCase variantCase() {
        String name = tokens.name();
        if (!tokens.accept("(")) {
            return new WrittenCase(name, Optional.empty());
        }
        Written payload = type();
        tokens.expect(")");
        return new WrittenCase(name, Optional.of(payload));
    }

    private static List<WitType.Field> resolve(List<WrittenField> fields, WitScope scope) {
        return fields.stream()
                .map(each -> new WitType.Field(each.name, each.type.resolve(scope)))
                .toList();
    }

    /** A function whose name and colon have been read; resolved when its scope is complete. */
    Function<WitScope, WitFunction> function(String name) {
        tokens.expect("func");
        List<WrittenField> params = tokens.list("(", ")", this::field);
        Optional<Written> result = tokens.accept("->") ? Optional.of(type()) : Optional.empty();
        tokens.expect(";");
        return scope -> new WitFunction(name, resolve(params, scope), result.map(type -> type.resolve(scope)));
    }

    Written type() {
        if (++depth > MAX_DEPTH) {
            throw tokens.error("types nest deeper than " + MAX_DEPTH);
        }
        Written type = typeOfDepth();
        depth--;
        return type;
    }

    private Written typeOfDepth() {
        WitLexer.Token token = tokens.peek();
        if (!token.escaped() && UNSUPPORTED.contains(token.text())) {
            throw tokens.error("'" + token.text() + "' is not supported");
        }
        String name = tokens.name();
        if (token.escaped()) {
            return scope -> scope.resolve(name, token.line());
        }
        return switch (name) {
            case "bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "char", "string" -> {
                WitType primitive = WitType.Primitive.valueOf(name.toUpperCase(Locale.ROOT));
                yield scope -> primitive;
            }
            case "list" -> {
                Written element = single("list");
                yield scope -> new WitType.ListOf(element.resolve(scope));
            }
            case "option" -> {
                Written some = single("option");
                yield scope -> new WitType.OptionOf(some.resolve(scope));
            }
            case "tuple" -> {
                List<Written> elements = tokens.list("<", ">", this::type);
                if (elements.isEmpty()) {
                    throw tokens.error("a tuple must not be empty");
                }
                yield scope -> new WitType.TupleOf(
                        elements.stream().map(each -> each.resolve(scope)).toList());
            }
            case "result" -> result();
            default -> scope -> scope.resolve(name, token.line());
        };
    }

    private Written single(String what) {
        tokens.expect("<");
        Written inner = type();
        if (tokens.peek().is(",")) {
            throw tokens.error("a " + what + " of fixed length is not supported");
        }
        tokens.expect(">");
        return inner;
    }

    private Written result() {
        Optional<Written> ok = Optional.empty();
        Optional<Written> err = Optional.empty();
        if (tokens.accept("<")) {
            ok = tokens.accept("_") ? Optional.empty() : Optional.of(type());
            err = tokens.accept(",") ? Optional.of(type()) : Optional.empty();
            tokens.expect(">");
        }
        return resultOf(ok, err);
    }

    private static Written resultOf(Optional<Written> ok, Optional<Written> err) {
        return scope -> new WitType.ResultOf(ok.map(type -> type.resolve(scope)), err.map(type -> type.resolve(scope)));
    }
}
