package io.rapidbyte.wasm.abi;

import io.rapidbyte.fuzz.Fuzz;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fuzz")
class AbiFuzzTest {
    private static final Path CONTRACT = Path.of("wit/rapidbyte-connector.wit");
    private static final AbiLimits LIMITS = new AbiLimits(1 << 20, 1 << 16, 8 << 20);

    @Test
    void a_text_is_wit_or_is_refused() throws IOException {
        Fuzz.of("wit")
                .sample(Files.readAllBytes(CONTRACT))
                .sample(Files.readAllBytes(Path.of("src/test/resources/wasm/fixture.wit")))
                .feed(2_000, bytes -> {
                    try {
                        WitDocument.parse(new String(bytes, StandardCharsets.UTF_8));
                    } catch (WitSyntaxException e) {
                        // as declared
                    }
                });
    }

    /** A guest whose memory is the input: every import and export of the contract finds its values in it. */
    @Test
    void values_are_lifted_or_refused() throws IOException {
        WitDocument contract = WitDocument.parse(Files.readString(CONTRACT));
        List<AbiFunction> functions = contract.interfaces().values().stream()
                .flatMap(each -> each.functions().stream())
                .map(declared -> AbiFunction.of(declared.name(), declared))
                .toList();
        byte[] sparse = new byte[4096];
        byte[] dense = new byte[4096];
        for (int i = 0; i < dense.length; i += 4) {
            dense[i] = (byte) (i % 251);
            dense[i + 1] = (byte) (i % 7);
        }
        Fuzz.of("abi").sample(sparse).sample(dense).allocating(64 << 20).feed(1_000, bytes -> {
            Random random = new Random(Arrays.hashCode(bytes));
            functions.forEach(function -> lift(function, bytes, random));
        });
    }

    private static void lift(AbiFunction function, byte[] bytes, Random random) {
        Transfer transfer = new Transfer(new Untouchable(bytes), LIMITS);
        long[] core = random.longs(function.importSignature().params().size())
                .map(bits -> random.nextInt(4) == 0 ? bits : bits & 0xff8)
                .toArray();
        try {
            function.liftParams(transfer, core);
            function.liftResult(transfer, core.length == 0 ? 0 : core[0]);
        } catch (AbiException e) {
            // as declared
        }
    }

    private record Untouchable(ByteBuffer bytes) implements LinearMemory {
        Untouchable(byte[] memory) {
            this(ByteBuffer.wrap(memory).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
        }

        @Override
        public int realloc(int pointer, int oldBytes, int align, int newBytes) {
            throw new AssertionError("lifting allocates nothing in a guest");
        }
    }
}
