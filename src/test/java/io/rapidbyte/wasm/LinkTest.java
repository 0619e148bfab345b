package io.rapidbyte.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.wasm.abi.WitDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
    @AfterEach
    void no_instance_is_left_open() {
        assertThat(GuestEngine.shared().liveInstances()).isZero();
    }

    private static GuestModule load(byte[] bytes) {
        return GuestEngine.shared().load("some.wasm", bytes);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(byte[] bytes) {
        return assertThatThrownBy(() -> load(bytes))
                .isInstanceOf(ModuleRefused.class)
                .hasMessageStartingWith("cannot load the module some.wasm: ");
    }

    private static byte[] module(String sectionsHex) {
        return HexFormat.of().parseHex("0061736d01000000" + sectionsHex.replace(" ", ""));
    }

    @Test
    void what_is_no_module_is_refused() {
        assertRefused(new byte[0]).hasMessageContaining("not a WebAssembly binary");
        assertRefused("-- not a module --".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .hasMessageContaining("not a WebAssembly binary");
        assertRefused(HexFormat.of().parseHex("0061736d02000000")).hasMessageContaining("version 1");
    }

    @Test
    void a_component_is_refused_by_name() {
        assertRefused(HexFormat.of().parseHex("0061736d0d000100")).hasMessageContaining("it is a component");
    }

    @Test
    void a_truncated_module_is_refused_wherever_it_was_cut() {
        byte[] whole = Fixture.bytes("fixture.wasm");
        for (int length = 9; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> load(cut).instantiate(Fixture.WORLD, new Fixture().host, new Fixture().options()))
                    .isNotInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void a_damaged_module_never_escapes_as_something_untyped() {
        byte[] whole = Fixture.bytes("fixture.wasm");
        for (int at = 8; at < 700; at += 3) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) 0xFF;
            try {
                load(damaged);
            } catch (GuestException e) {
                assertThat(e).hasMessageContaining("some.wasm");
            }
        }
    }

    @Test
    void what_the_host_cannot_limit_is_refused() {
        assertRefused(module("02 0b 01 03 656e76 03 6d656d 02 00 01".replace("0b", "0c")))
                .isInstanceOf(ModuleRefused.class);
        assertRefused(module("02 0c 01 03 656e76 03 6d656d 02 00 01"))
                .hasMessageContaining("imports 'mem' from 'env', which is not a function");
        assertRefused(module("05 05 02 00 01 00 01")).hasMessageContaining("more than one memory");
        assertRefused(module("05 04 01 03 01 02")).hasMessageContaining("shared");
        assertRefused(module("01 04 01 60 00 00 03 02 01 00 08 01 00 0a 04 01 02 00 0b"))
                .hasMessageContaining("start function");
        assertRefused(module("04 07 01 70 00 ffffffff0f".replace("07", "08"))).isInstanceOf(ModuleRefused.class);
    }

    @Test
    void a_module_lists_what_it_imports_and_exports() {
        GuestModule module = Fixture.module();
        assertThat(module.name()).isEqualTo("fixture");
        assertThat(module.imports())
                .contains(new GuestModule.Item("test:fixture/host@2.0.0", "sum", "(i32, i32) -> (i64)"));
        assertThat(module.exports())
                .contains(
                        new GuestModule.Item("", "memory", "memory"),
                        new GuestModule.Item("", "test:fixture/guest@2.0.0#trap", "() -> ()"));
    }

    private static void instantiate(String wit) throws Exception {
        Fixture.onGuestThread(() -> {
            Fixture fixture = new Fixture();
            GuestWorld world = GuestWorld.of(WitDocument.parse(wit), "fixture");
            try (GuestInstance<IOException> guest =
                    Fixture.module().instantiate(world, fixture.host, fixture.options())) {
                assertThat(guest.call("guest#echo", "hello")).isEqualTo("hello");
            }
        });
    }

    private static String changed(String what, String into) {
        String wit = Fixture.text("fixture.wit");
        assertThat(wit).contains(what);
        return wit.replace(what, into);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.0.0", "2.0.1", "2.1.0", "2.99.0"})
    void a_guest_runs_on_a_host_that_is_as_new(String version) throws Exception {
        instantiate(changed("@2.1.0", "@" + version));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.9.0", "3.0.0", "2.0.0-rc.1"})
    void a_guest_is_refused_by_a_host_of_another_version(String version) {
        assertThatThrownBy(() -> instantiate(changed("@2.1.0", "@" + version)))
                .isInstanceOf(LinkFailed.class)
                .hasMessageContaining("test:fixture/host@2.0.0#sum")
                .hasMessageContaining(version);
    }

    @Test
    void a_missing_export_is_named() {
        assertThatThrownBy(() -> instantiate(changed("trap: func();", "trap: func(); more: func();")))
                .isInstanceOf(LinkFailed.class)
                .hasMessageContaining("does not export test:fixture/guest@2.1.0#more");
    }

    @Test
    void an_export_of_another_signature_is_named() {
        assertThatThrownBy(() -> instantiate(changed("trap: func();", "trap: func() -> u64;")))
                .isInstanceOf(LinkFailed.class)
                .hasMessageContaining("guest@2.0.0#trap as () -> (); it must be () -> (i64)");
    }

    @Test
    void an_import_the_world_does_not_have_is_named() {
        assertThatThrownBy(() -> instantiate(changed("    pause: func();\n", "")))
                .isInstanceOf(LinkFailed.class)
                .hasMessageContaining("imports test:fixture/host@2.0.0#pause, which the host does not offer")
                .satisfies(e -> assertThat(((LinkFailed) e).item()).isEqualTo("test:fixture/host@2.0.0#pause"));
        assertThatThrownBy(() -> instantiate(changed("test:fixture@", "test:other@")))
                .isInstanceOf(LinkFailed.class)
                .hasMessageContaining("imports test:fixture/host@2.0.0#sum, which the host does not offer");
    }

    @Test
    void an_import_of_another_signature_is_named() {
        assertThatThrownBy(() -> instantiate(changed("-> u64;\n    read", "-> u32;\n    read")))
                .isInstanceOf(LinkFailed.class)
                .hasMessageContaining("host@2.0.0#sum as (i32, i32) -> (i64); the host has it as (i32, i32) -> (i32)");
    }

    @Test
    void an_import_without_a_host_function_is_named() throws Exception {
        Fixture.onGuestThread(() -> {
            Fixture fixture = new Fixture();
            fixture.host.remove("host#sum");
            assertThatThrownBy(fixture::start).isInstanceOf(LinkFailed.class).hasMessageContaining("host#sum");
        });
    }

    @Test
    void a_module_without_memory_or_allocator_is_refused() throws Exception {
        Fixture.onGuestThread(() -> {
            Fixture fixture = new Fixture();
            assertThatThrownBy(() -> load(module("")).instantiate(Fixture.WORLD, fixture.host, fixture.options()))
                    .isInstanceOf(LinkFailed.class)
                    .hasMessageContaining("does not export memory");
            byte[] memoryOnly = module("05 03 01 00 01 07 0a 01 06 6d656d6f7279 02 00");
            assertThatThrownBy(() -> load(memoryOnly).instantiate(Fixture.WORLD, fixture.host, fixture.options()))
                    .isInstanceOf(LinkFailed.class)
                    .hasMessageContaining("does not export cabi_realloc");
        });
    }

    @Test
    void a_module_that_needs_other_system_calls_is_refused() throws Exception {
        ByteArrayOutputStream imports = new ByteArrayOutputStream();
        imports.writeBytes(HexFormat.of().parseHex("0116"));
        imports.writeBytes("wasi_snapshot_preview1".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        imports.writeBytes(HexFormat.of().parseHex("026e6f0000"));
        String section = "02%02x".formatted(imports.size()) + HexFormat.of().formatHex(imports.toByteArray());
        byte[] bytes = module(
                "01 04 01 60 00 00" + section + "05 03 01 00 01" + "07 0a 01 06 6d656d6f7279 02 00".replace(" ", ""));
        assertThatThrownBy(() -> Fixture.onGuestThread(
                        () -> load(bytes).instantiate(Fixture.WORLD, new Fixture().host, new Fixture().options())))
                .isInstanceOf(GuestException.class);
    }
}
