package io.rapidbyte.wasm;

import io.rapidbyte.fuzz.Fuzz;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fuzz")
class ModuleFuzzTest {
    private static Fuzz fuzz(String parser) {
        return Fuzz.of(parser).sample(Fixture.bytes("fixture.wasm")).sample(Fixture.bytes("wasi.wasm"));
    }

    @Test
    void an_outline_is_read_or_refused() {
        fuzz("module-outline").allocating(8 << 20).feed(20_000, bytes -> {
            try {
                ModuleBinary module = ModuleBinary.read(bytes);
                module.limited(16, 1024);
            } catch (ModuleRefused | GuestOutOfMemory e) {
                // as declared
            }
        });
    }

    @Test
    void a_component_is_unwrapped_or_refused_I30() throws IOException {
        Fuzz.of("component")
                .sample(ComponentFileTest.fixture("transform.wasm"))
                .sample(ComponentFileTest.fixture("needs-wasi.wasm"))
                .allocating(8 << 20)
                .feed(5_000, ComponentFileTest::refusedOrModule);
    }

    /** The engine's own reader, behind the outline's. */
    @Test
    void a_module_is_loaded_or_refused() {
        fuzz("module").allocating(256 << 20).feed(150, bytes -> {
            try {
                GuestEngine.shared().load("fuzzed", bytes);
            } catch (ModuleRefused | GuestOutOfMemory e) {
                // as declared
            }
        });
    }
}
