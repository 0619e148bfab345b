package io.rapidbyte.wasm.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AbiFunctionTest {
    private static final int ROUNDS = 1_000;

    private static AbiFunction function(List<WitType> params, Optional<WitType> result) {
        List<WitType.Field> fields = new ArrayList<>();
        for (int i = 0; i < params.size(); i++) {
            fields.add(new WitType.Field("p" + i, params.get(i)));
        }
        return AbiFunction.of("i#f", new WitFunction("f", fields, result));
    }

    @Test
    void what_is_lowered_is_lifted_again() throws Exception {
        long seed = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            RandomWit wit = new RandomWit(seed + round);
            List<WitType> types = wit.types(1 + round % 5, round % 4);
            WitType result = wit.type(round % 4);
            String label = "seed " + (seed + round) + ": " + types + " -> " + result;
            AbiFunction function = function(types, Optional.of(result));
            Transfer transfer = new Transfer(new ArrayMemory(), AbiLimits.DEFAULT);

            // What the host lowers for an export is what the host lifts for an import, with a place for the result.
            Object[] values = types.stream().map(wit::value).toArray();
            long[] core = function.lowerParams(transfer, values);
            assertThat(core)
                    .as(label)
                    .hasSameSizeAs(function.exportSignature().params().toArray());
            boolean inMemory = function.importSignature().params().size() > core.length;
            long[] asImport = inMemory ? Arrays.copyOf(core, core.length + 1) : core;
            if (inMemory) {
                asImport[core.length] = transfer.allocate(8, 1 << 16);
            }
            assertThat(function.liftParams(transfer, asImport)).as(label).containsExactly(values);

            Object answer = wit.value(result);
            long bits = function.lowerResult(transfer, answer, asImport);
            long export = inMemory ? asImport[core.length] : bits;
            assertThat(function.liftResult(transfer, export)).as(label).isEqualTo(answer);
        }
    }

    @Test
    void random_core_values_never_cause_more_than_a_typed_error() {
        long seed = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            RandomWit wit = new RandomWit(seed + round);
            java.util.Random random = new java.util.Random(seed + round);
            AbiFunction function = function(wit.types(3, 3), Optional.of(wit.type(3)));
            ArrayMemory memory = new ArrayMemory();
            for (int i = 0; i < 4096; i++) {
                memory.bytes().put(i, (byte) (random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(4)));
            }
            Transfer transfer = new Transfer(memory, AbiLimits.DEFAULT);
            long[] core = random.longs(function.importSignature().params().size())
                    .map(bits -> random.nextBoolean() ? bits & 0xFF8 : bits)
                    .toArray();
            try {
                function.liftParams(transfer, core);
                function.liftResult(transfer, core.length == 0 ? 0 : core[0]);
            } catch (AbiException e) {
                assertThat(e.path()).as("seed " + (seed + round)).isNotBlank();
            }
        }
    }

    @Test
    void flattening_joins_what_variant_cases_share() {
        WitType f32 = WitType.Primitive.F32;
        WitType variant = new WitType.VariantOf(
                "v",
                List.of(
                        new WitType.Case("a", Optional.of(f32)),
                        new WitType.Case("b", Optional.of(WitType.Primitive.U32)),
                        new WitType.Case("c", Optional.of(new WitType.TupleOf(List.of(f32, f32)))),
                        new WitType.Case("d", Optional.of(new WitType.TupleOf(List.of(f32, WitType.Primitive.F64)))),
                        new WitType.Case("e", Optional.empty())));
        assertThat(function(List.of(variant), Optional.empty()).importSignature())
                .hasToString("(i32, i32, i64) -> ()");
    }

    @Test
    void what_does_not_fit_into_core_values_goes_through_memory() {
        WitType u64 = WitType.Primitive.U64;
        assertThat(function(java.util.Collections.nCopies(16, u64), Optional.of(u64))
                        .importSignature()
                        .params())
                .hasSize(16);
        assertThat(function(java.util.Collections.nCopies(17, u64), Optional.of(WitType.Primitive.STRING))
                        .importSignature())
                .hasToString("(i32, i32) -> ()");
        assertThat(function(List.of(u64), Optional.of(WitType.Primitive.STRING)).exportSignature())
                .hasToString("(i64) -> (i32)");
    }

    @Test
    void numbers_out_of_range_and_broken_strings_are_refused() {
        Transfer transfer = new Transfer(new ArrayMemory(), AbiLimits.DEFAULT);
        AbiFunction u8 = function(List.of(WitType.Primitive.U8), Optional.empty());
        assertThatThrownBy(() -> u8.lowerParams(transfer, new Object[] {256}))
                .isInstanceOf(HostValueException.class)
                .hasMessage("p0: 256 is not between 0 and 255");
        AbiFunction text = function(List.of(new WitType.ListOf(WitType.Primitive.STRING)), Optional.empty());
        assertThatThrownBy(() -> text.lowerParams(transfer, new Object[] {List.of("a", "\uD800")}))
                .isInstanceOf(HostValueException.class)
                .hasMessageContaining("p0[1]: the string holds half of a surrogate pair");
        AbiFunction point = function(List.of(WitType.Primitive.CHAR), Optional.empty());
        assertThatThrownBy(() -> point.liftParams(transfer, new long[] {0xD800}))
                .isInstanceOf(AbiException.class)
                .hasMessage("p0: 0xd800 is not a character");
    }

    @Test
    void an_unknown_discriminant_is_refused() {
        Transfer transfer = new Transfer(new ArrayMemory(), AbiLimits.DEFAULT);
        AbiFunction option = function(List.of(new WitType.OptionOf(WitType.Primitive.U8)), Optional.empty());
        assertThatThrownBy(() -> option.liftParams(transfer, new long[] {0xFFFF_FFFFL, 0}))
                .isInstanceOf(AbiException.class)
                .hasMessage("p0: there is no case 4294967295, only 2 cases");
    }
}
