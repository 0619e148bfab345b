package io.rapidbyte.wasm.abi;

import java.util.ArrayList;
import java.util.List;

/**
 * A function with its ABI worked out: the core signatures it has as an import and as an export, and the
 * passage of its values either way. Immutable; any thread.
 */
public final class AbiFunction {
    /** The canonical ABI's own limits: what is more goes through memory. */
    static final int MAX_FLAT_PARAMS = 16;

    static final int MAX_FLAT_RESULTS = 1;

    private static final CoreType POINTER = CoreType.I32;

    private final String name;
    private final FieldsCodec params;
    private final int paramCount;
    private final Codec result;
    private final boolean paramsInMemory;
    private final boolean resultInMemory;
    private final boolean resultCanFail;

    private AbiFunction(String name, FieldsCodec params, int paramCount, Codec result, boolean resultCanFail) {
        this.name = name;
        this.params = params;
        this.paramCount = paramCount;
        this.result = result;
        this.paramsInMemory = params.flat.size() > MAX_FLAT_PARAMS;
        this.resultInMemory = result.flat.size() > MAX_FLAT_RESULTS;
        this.resultCanFail = resultCanFail;
    }

    /**
     * Works out a function's ABI.
     *
     * @param name for messages, such as {@code host#emit-batch}
     * @throws IllegalArgumentException if its types are too deep or too large
     */
    public static AbiFunction of(String name, WitFunction function) {
        CodecCompiler compiler = new CodecCompiler();
        return new AbiFunction(
                name,
                compiler.params(function),
                function.params().size(),
                compiler.compile(function.result()),
                function.result().filter(WitType.ResultOf.class::isInstance).isPresent());
    }

    public String name() {
        return name;
    }

    /** Whether the result is a {@code result}, so that the host can answer with an error. */
    public boolean resultCanFail() {
        return resultCanFail;
    }

    /** As a guest imports it. */
    public CoreSignature importSignature() {
        List<CoreType> core = new ArrayList<>(coreParams());
        if (resultInMemory) {
            core.add(POINTER);
        }
        return new CoreSignature(core, resultInMemory ? List.of() : result.flat);
    }

    /** As a guest exports it. */
    public CoreSignature exportSignature() {
        return new CoreSignature(coreParams(), resultInMemory ? List.of(POINTER) : result.flat);
    }

    /** The export by which a guest takes back what its result points at. */
    public CoreSignature postReturnSignature() {
        return new CoreSignature(exportSignature().results(), List.of());
    }

    private List<CoreType> coreParams() {
        return paramsInMemory ? List.of(POINTER) : params.flat;
    }

    /**
     * Lifts the parameters of an import. Checks the place for the result as well, so that a guest's
     * wild pointer is found before the host has done anything.
     *
     * @param core the core parameters, as the bits of each
     * @throws AbiException if the guest broke the ABI
     */
    public Object[] liftParams(Transfer transfer, long[] core) {
        transfer.begin(false);
        if (resultInMemory) {
            area(transfer, "result", result, (int) core[core.length - 1]);
        }
        if (!paramsInMemory) {
            return params.liftAll(transfer, core, 0);
        }
        return params.loadAll(transfer, area(transfer, "parameters", params, (int) core[0]));
    }

    /**
     * Lowers the result of an import.
     *
     * @param core the core parameters that the import was called with
     * @return the bits of the core result, if there is one
     * @throws HostValueException if {@code value} is not of the declared type
     * @throws AbiException if the guest's allocator broke the ABI
     * @throws Exception what a {@link ByteProducer} threw
     */
    public long lowerResult(Transfer transfer, Object value, long[] core) throws Exception {
        if (resultInMemory) {
            result.store(transfer, (int) core[core.length - 1], value);
            return 0;
        }
        long[] single = new long[1];
        result.lower(transfer, value, single, 0);
        return single[0];
    }

    /**
     * Lowers the parameters of an export.
     *
     * @throws HostValueException if {@code values} do not fit the parameters
     * @throws AbiException if the guest's allocator broke the ABI
     * @throws Exception what a {@link ByteProducer} threw
     */
    public long[] lowerParams(Transfer transfer, Object[] values) throws Exception {
        if (values.length != paramCount) {
            throw new HostValueException(name + " takes " + paramCount + " values, not " + values.length);
        }
        if (!paramsInMemory) {
            long[] core = new long[params.flat.size()];
            params.lowerAll(transfer, values, core, 0);
            return core;
        }
        int area = transfer.allocate(params.align, params.size);
        params.storeAll(transfer, area, values);
        return new long[] {Integer.toUnsignedLong(area)};
    }

    /**
     * Lifts the result of an export; nothing in it refers to guest memory.
     *
     * @param core the bits of the core result, if there is one
     * @throws AbiException if the guest broke the ABI
     */
    public Object liftResult(Transfer transfer, long core) {
        transfer.begin(true);
        int area = resultInMemory ? area(transfer, "result", result, (int) core) : 0;
        try {
            return resultInMemory ? result.load(transfer, area) : result.lift(transfer, new long[] {core}, 0);
        } catch (AbiException e) {
            throw e.within("result");
        }
    }

    /** What a guest says is the place of values that go through memory. */
    private static int area(Transfer transfer, String what, Codec codec, int pointer) {
        try {
            return transfer.region(pointer, codec.size, codec.align);
        } catch (AbiException e) {
            throw e.within(what);
        }
    }
}
