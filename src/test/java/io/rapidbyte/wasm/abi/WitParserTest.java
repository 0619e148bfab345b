package io.rapidbyte.wasm.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WitParserTest {
    private static WitType typeOf(String declarations, String name) {
        return WitDocument.parse("package a:b@1.0.0;\ninterface i {\n" + declarations + "\n}")
                .type("i", name);
    }

    @Test
    void the_projects_own_contract_is_read() throws IOException {
        WitDocument document = WitDocument.parse(Files.readString(Path.of("wit/rapidbyte-connector.wit")));
        assertThat(document.packageName()).isEqualTo("rapidbyte:connector");
        assertThat(document.version()).startsWith("2.");
        assertThat(document.worlds().keySet())
                .containsExactlyInAnyOrder("rapidbyte-source", "rapidbyte-destination", "rapidbyte-transform");
        assertThat(document.world("rapidbyte-source").imports().getFirst().functions())
                .extracting(WitFunction::name)
                .contains("emit-batch", "next-batch", "socket-start-tls");
        assertThat(document.recordType("types", "connector-error").fields())
                .extracting(WitType.Field::name)
                .startsWith("category", "scope", "code");
    }

    @Test
    void every_kind_of_type_is_read() {
        String declarations = """
                record r { a: u8, %record: list<string>, }
                variant v { none, some-text(string) }
                enum e { x, y }
                flags f { p, q }
                type t = tuple<bool, char, f32>;
                type o = option<result<_, e>>;
                type p = result<r>;
                type n = result;
                """;
        assertThat(typeOf(declarations, "r"))
                .isEqualTo(new WitType.RecordOf(
                        "r",
                        List.of(
                                new WitType.Field("a", WitType.Primitive.U8),
                                new WitType.Field("record", new WitType.ListOf(WitType.Primitive.STRING)))));
        assertThat(typeOf(declarations, "v"))
                .isEqualTo(new WitType.VariantOf(
                        "v",
                        List.of(
                                new WitType.Case("none", Optional.empty()),
                                new WitType.Case("some-text", Optional.of(WitType.Primitive.STRING)))));
        WitType e = new WitType.EnumOf("e", List.of("x", "y"));
        assertThat(typeOf(declarations, "o"))
                .isEqualTo(new WitType.OptionOf(new WitType.ResultOf(Optional.empty(), Optional.of(e))));
        assertThat(typeOf(declarations, "n")).isEqualTo(new WitType.ResultOf(Optional.empty(), Optional.empty()));
    }

    @Test
    void a_name_may_be_used_before_it_is_declared_and_from_elsewhere() {
        WitDocument document = WitDocument.parse("""
                /* a /* nested */ comment */
                package a:b;
                interface one { use two.{late as early}; f: func(x: early); }
                @since(version = 1.0.0)
                interface two { type late = list<inner>; record inner { a: u8 } }
                world w { use two.{inner}; import one; import log: func(x: inner); export run: func() -> u32; }
                """);
        assertThat(document.type("one", "early")).isInstanceOf(WitType.ListOf.class);
        assertThat(document.world("w").importedFunctions()).hasSize(1);
        assertThat(document.world("w").exportedFunctions().getFirst().result()).contains(WitType.Primitive.U32);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            resource r;                     | 'resource' is not supported
            f: async func();                | 'async' is not supported
            f: func(x: stream<u8>);         | 'stream' is not supported
            f: func(x: borrow<r>);          | 'borrow' is not supported
            f: func(x: list<u8, 4>);        | fixed length is not supported
            f: func(x: nothing);            | there is no type 'nothing'
            type a = list<a>;               | contains itself
            record r { a: u8, a: u8 }       | has 'a' twice
            record r { }                    | must not be empty
            enum e { x } enum e { y }       | declared twice
            use other:pkg/types.{x};        | other packages are not supported
            f: func(x: u8                   | expected ','
            f: func() -> ;                  | expected a name
            type bad--name = u8;            | not a kebab-case name
            type ! = u8;                    | unexpected character
            /* never closed                 | never closed
            """)
    void what_is_wrong_is_told_with_its_line(String line, String message) {
        assertThatThrownBy(() -> WitDocument.parse("package a:b;\ninterface i {\n" + line + "\n}"))
                .isInstanceOf(WitSyntaxException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(((WitSyntaxException) e).line()).isBetween(3, 4));
    }

    @Test
    void nesting_has_an_end() {
        String deep = "list<".repeat(10_000) + "u8" + ">".repeat(10_000);
        assertThatThrownBy(() -> typeOf("type t = " + deep + ";", "t"))
                .isInstanceOf(WitSyntaxException.class)
                .hasMessageContaining("nest deeper");
    }

    @ParameterizedTest
    @CsvSource({
        "2.1.0, 2.0.0, true",
        "2.0.0, 2.0.1, false",
        "2.0.1, 2.0.1, true",
        "3.0.0, 2.0.0, false",
        "0.2.3, 0.2.1, true",
        "0.3.0, 0.2.1, false",
        "2.1.0-rc.1, 2.0.0, false",
        "2.1.0-rc.1, 2.1.0-rc.1, true"
    })
    void versions_match_by_semver(String host, String built, boolean serves) {
        assertThat(SemanticVersion.parse(host)
                        .orElseThrow()
                        .serves(SemanticVersion.parse(built).orElseThrow()))
                .isEqualTo(serves);
    }
}
