package io.rapidbyte.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Components made by stock tools; {@code make.mjs} beside them says how. */
class ComponentFileTest {
    private static boolean ours(String name) {
        return name.startsWith("rapidbyte:connector/");
    }

    private static byte[] unwrap(byte[] file) {
        return ComponentFile.unwrap(file, ComponentFileTest::ours);
    }

    static byte[] fixture(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ComponentFileTest.class.getResourceAsStream("/wasm/component/" + name))) {
            return in.readAllBytes();
        }
    }

    @Test
    void the_core_module_comes_out_of_a_component() throws IOException {
        GuestModule module = GuestEngine.shared().load("unwrapped", unwrap(fixture("transform.wasm")));
        assertThat(module.exports())
                .extracting(GuestModule.Item::name)
                .contains("memory", "cabi_realloc", "rapidbyte:connector/transform-connector@2.0.0#run-transform");
        assertThat(module.imports())
                .extracting(GuestModule.Item::module)
                .containsOnly("rapidbyte:connector/host@2.0.0");
    }

    @Test
    void a_core_module_is_left_as_it_is() {
        byte[] module = {0, 'a', 's', 'm', 1, 0, 0, 0};
        assertThat(unwrap(module)).isSameAs(module);
    }

    @Test
    void a_component_that_needs_wasi_is_refused_with_the_imports_name() throws IOException {
        byte[] file = fixture("needs-wasi.wasm");
        assertThatThrownBy(() -> unwrap(file))
                .isInstanceOf(ModuleRefused.class)
                .hasMessageContaining("wasi:")
                .hasMessageContaining("@0.2");
    }

    @Test
    void a_component_of_something_else_is_refused() throws IOException {
        byte[] file = fixture("transform.wasm");
        assertThatThrownBy(() -> ComponentFile.unwrap(file, name -> name.startsWith("other:")))
                .isInstanceOf(ModuleRefused.class)
                .hasMessageContaining("rapidbyte:connector/");
    }

    @Test
    void a_component_that_is_cut_off_anywhere_is_refused_or_lacks_its_module_I30() throws IOException {
        byte[] file = fixture("transform.wasm");
        for (int length = 8; length < file.length; length++) {
            refusedOrModule(Arrays.copyOf(file, length));
        }
    }

    /** Any other exception fails the test. */
    static void refusedOrModule(byte[] file) {
        try {
            assertThat(unwrap(file)).hasSizeLessThanOrEqualTo(file.length);
        } catch (ModuleRefused e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }
}
